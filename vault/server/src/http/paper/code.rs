//! A square code that a telephone reads (QR, JIS X 0510), as squares on a page.

use qrcode::{Color, EcLevel, QrCode};

use super::layout::Mark;

/// White squares around the code. Source: ISO/IEC 18004 §6.3.8.
const QUIET: usize = 4;

/// The dark squares of a code.
pub(super) struct Code {
    wide: usize,
    dark: Vec<(usize, usize)>,
}

impl Code {
    /// The code of a short text; an empty one if the text is too long for any.
    pub(super) fn of(text: &str) -> Self {
        let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
            return Self { wide: 1, dark: Vec::new() };
        };
        let wide = code.width();
        let colours = code.to_colors().into_iter().enumerate();
        let dark = colours.filter(|(_, colour)| *colour == Color::Dark);
        Self { wide, dark: dark.map(|(at, _)| (at % wide, at / wide)).collect() }
    }

    /// The code in a square of `side` points, its white border included.
    #[expect(clippy::cast_precision_loss, reason = "a code has at most 177 squares a side")]
    pub(super) fn squares(&self, [left, top]: [f32; 2], side: f32) -> Mark {
        let one = side / (self.wide + 2 * QUIET) as f32;
        let place = |(x, y): &(usize, usize)| {
            [left + one * (x + QUIET) as f32, top + one * (y + QUIET) as f32]
        };
        Mark::Squares(self.dark.iter().map(place).collect(), one)
    }
}
