//! A square code that a telephone reads (QR, JIS X 0510), as dark strips on a page.

use qrcode::{Color, EcLevel, QrCode};

use super::layout::Mark;

/// White squares around the code. Source: ISO/IEC 18004 §6.3.8.
const QUIET: usize = 4;

/// The dark squares of a code, in strips of neighbours: column, row, how many.
pub(super) struct Code {
    wide: usize,
    dark: Vec<(usize, usize, usize)>,
}

impl Code {
    /// The code of a short text; an empty one if the text is too long for any.
    pub(super) fn of(text: &str) -> Self {
        let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
            return Self { wide: 1, dark: Vec::new() };
        };
        let wide = code.width();
        let colours = code.to_colors();
        let rows = colours.chunks(wide).enumerate();
        let dark = rows.flat_map(|(row, colours)| {
            let mut column = 0;
            colours.chunk_by(PartialEq::eq).filter_map(move |strip| {
                let start = column;
                column += strip.len();
                (strip.first() == Some(&Color::Dark)).then_some((start, row, strip.len()))
            })
        });
        Self { wide, dark: dark.collect() }
    }

    /// The code in a square of `side` points, its white border included.
    #[expect(clippy::cast_precision_loss, reason = "a code has at most 177 squares a side")]
    pub(super) fn strips(&self, [left, top]: [f32; 2], side: f32) -> Mark {
        let one = side / (self.wide + 2 * QUIET) as f32;
        let place = |(column, row, count): &(usize, usize, usize)| {
            let (x, y) = ((column + QUIET) as f32, (row + QUIET) as f32);
            [left + one * x, top + one * y, one * *count as f32]
        };
        Mark::Strips(self.dark.iter().map(place).collect(), one)
    }
}
