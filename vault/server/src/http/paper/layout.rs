//! Where things stand on a page. Lengths are points (1/72 inch), measured from the upper left.

use super::code::Code;
use super::face::Face;

/// A4, upright.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
/// White space on each side.
const MARGIN: f32 = 48.0;
/// The width between the margins.
pub(super) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// From one line of a paragraph to the next, as a multiple of the type size.
const LEADING: f32 = 1.5;
/// Between the text and the lines of a table.
const PAD: f32 = 4.0;

/// The size of running text.
pub(super) const TEXT: f32 = 9.5;
/// The size of what is less important.
pub(super) const SMALL: f32 = 8.0;

/// Something on a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// A filled rectangle: left, top, width, height, and how grey, 0 black to 255 white.
    Fill([f32; 4], u8),
    /// A line: from, to, how thick.
    Line([f32; 2], [f32; 2], f32),
    /// Dark strips, each with left, top and width, all of one height: the code that telephones read.
    Strips(Vec<[f32; 3]>, f32),
    /// Text whose first character stands on its base line at this place, and its size.
    Text([f32; 2], f32, String),
}

/// Pages that are being filled from above.
pub(super) struct Flow<'a> {
    face: &'a Face,
    pages: Vec<Vec<Mark>>,
    /// The upper edge of what comes next.
    y: f32,
}

impl<'a> Flow<'a> {
    pub(super) fn new(face: &'a Face) -> Self {
        Self { face, pages: vec![Vec::new()], y: MARGIN }
    }

    /// The pages, each with its number and how many there are if there is more than one.
    pub(super) fn finish(mut self) -> Vec<Vec<Mark>> {
        let count = self.pages.len();
        for (at, page) in self.pages.iter_mut().enumerate().filter(|_| count > 1) {
            let text = format!("{} / {count}", at + 1);
            let x = (PAGE.0 - self.face.width(&text) * SMALL) / 2.0;
            page.push(Mark::Text([x, PAGE.1 - MARGIN / 2.0], SMALL, text));
        }
        self.pages
    }

    /// White space.
    pub(super) fn gap(&mut self, height: f32) {
        self.y += height;
    }

    /// Text at both ends of one line.
    pub(super) fn ends(&mut self, left: &str, right: &str) {
        let base = self.y + TEXT;
        let x = PAGE.0 - MARGIN - self.face.width(right) * TEXT;
        self.put([MARGIN, base], TEXT, left);
        self.put([x, base], TEXT, right);
        self.y += TEXT * LEADING;
    }

    /// The title, in the middle between two pairs of lines.
    pub(super) fn title(&mut self, text: &str) {
        const SIZE: f32 = 18.0;
        self.double_rule();
        let x = (PAGE.0 - self.face.width(text) * SIZE) / 2.0;
        self.put([x, self.y + SIZE * 1.25], SIZE, text);
        self.y += SIZE * 1.9;
        self.double_rule();
    }

    /// A heading.
    pub(super) fn heading(&mut self, text: &str) {
        const SIZE: f32 = 10.5;
        self.gap(SIZE * 0.8);
        self.put([MARGIN, self.y + SIZE], SIZE, text);
        self.y += SIZE * LEADING;
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: &str, size: f32) {
        for line in self.face.wrap(text, WIDTH / size) {
            self.room(size * LEADING);
            self.put([MARGIN, self.y + size], size, &line);
            self.y += size * LEADING;
        }
    }

    /// A table: widths of the columns as shares of the page, the head (repeated on each page) and the
    /// rows. The first column is grey where there is no head.
    pub(super) fn table(&mut self, shares: &[f32], head: &[&str], rows: &[Vec<String>]) {
        let whole: f32 = shares.iter().sum();
        let widths: Vec<f32> = shares.iter().map(|share| share / whole * WIDTH).collect();
        let head: Vec<String> = head.iter().map(|cell| String::from(*cell)).collect();
        if !head.is_empty() {
            self.row(&widths, &head, Shade::All);
        }
        let shade = if head.is_empty() { Shade::First } else { Shade::None };
        for row in rows {
            if !self.fits(self.height(&widths, row)) {
                self.turn();
                if !head.is_empty() {
                    self.row(&widths, &head, Shade::All);
                }
            }
            self.row(&widths, row, shade);
        }
    }

    /// What stands at the foot of the last page: a code to read, what to do with it, and a box for a
    /// seal.
    pub(super) fn foot(&mut self, code: &Code, text: &str, seal: &str) {
        const HIGH: f32 = 74.0;
        const SEAL: f32 = 62.0;
        self.room(HIGH + 8.0);
        let top = PAGE.1 - MARGIN - HIGH;
        self.mark(code.strips([MARGIN, top], HIGH));
        let left = MARGIN + HIGH + 14.0;
        let wide = PAGE.0 - MARGIN - SEAL - 14.0 - left;
        let mut base = top + SMALL;
        for line in self.face.wrap(text, wide / SMALL) {
            self.put([left, base], SMALL, &line);
            base += SMALL * LEADING;
        }
        let right = PAGE.0 - MARGIN - SEAL;
        self.frame([right, top + HIGH - SEAL, SEAL, SEAL]);
        let x = right + (SEAL - self.face.width(seal) * SMALL) / 2.0;
        self.put([x, top + HIGH - SEAL + SMALL + 3.0], SMALL, seal);
        self.y = PAGE.1;
    }

    fn row(&mut self, widths: &[f32], cells: &[String], shade: Shade) {
        let height = self.height(widths, cells);
        let (mut x, top) = (MARGIN, self.y);
        for (at, (width, cell)) in widths.iter().zip(cells).enumerate() {
            if shade == Shade::All || (shade == Shade::First && at == 0) {
                self.mark(Mark::Fill([x, top, *width, height], 243));
            }
            for (line, text) in self.cell(*width, cell).iter().enumerate() {
                #[expect(clippy::cast_precision_loss, reason = "lines of one cell")]
                let base = top + PAD + TEXT + line as f32 * TEXT * LEADING;
                self.put([x + PAD, base], TEXT, text);
            }
            self.frame([x, top, *width, height]);
            x += width;
        }
        self.y += height;
    }

    fn cell(&self, width: f32, text: &str) -> Vec<String> {
        self.face.wrap(text, (width - 2.0 * PAD) / TEXT)
    }

    fn height(&self, widths: &[f32], cells: &[String]) -> f32 {
        let lines = widths.iter().zip(cells).map(|(width, cell)| self.cell(*width, cell).len());
        #[expect(clippy::cast_precision_loss, reason = "lines of one cell")]
        let most = lines.max().unwrap_or(1) as f32;
        most * TEXT * LEADING + 2.0 * PAD - TEXT * (LEADING - 1.0) * 0.5
    }

    fn frame(&mut self, [x, y, width, height]: [f32; 4]) {
        let (right, bottom) = (x + width, y + height);
        for (from, to) in [
            ([x, y], [right, y]),
            ([x, bottom], [right, bottom]),
            ([x, y], [x, bottom]),
            ([right, y], [right, bottom]),
        ] {
            self.mark(Mark::Line(from, to, 0.5));
        }
    }

    fn double_rule(&mut self) {
        for y in [self.y, self.y + 2.2] {
            self.mark(Mark::Line([MARGIN, y], [PAGE.0 - MARGIN, y], 0.7));
        }
        self.y += 6.0;
    }

    /// Turns the page unless `height` is left.
    fn room(&mut self, height: f32) {
        if !self.fits(height) {
            self.turn();
        }
    }

    fn fits(&self, height: f32) -> bool {
        self.y + height <= PAGE.1 - MARGIN
    }

    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    fn put(&mut self, at: [f32; 2], size: f32, text: &str) {
        self.mark(Mark::Text(at, size, String::from(text)));
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }
}

/// Which cells of a row are grey.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Shade {
    All,
    First,
    None,
}
