//! The typeface of printed documents: `IPAexGothic`, as its publisher gives it. What a document uses
//! of it is embedded in the document.

use std::ops::Range;
use std::sync::LazyLock;

use krilla::Data;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// Unmodified, with its licence beside it (IPA Font License Agreement v1.0, article 3.2).
static BYTES: &[u8] = include_bytes!("../../../assets/ipaexg.ttf");

/// Read once; every document embeds its own subset.
static FACE: LazyLock<Option<Face>> = LazyLock::new(Face::read);

/// Stands for a character that the typeface does not have (〓); copied text still has the character.
const MISSING: char = '〓';

/// A line never begins with one of these (行頭禁則).
const NOT_FIRST: &str =
    "、。，．・：；？！）」』】〕〉》ーゝゞ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ％,.:;?!)]}%";
/// A line never ends with one of these (行末禁則).
const NOT_LAST: &str = "（「『【〔〈《([{";

/// The typeface, ready to measure and to draw.
pub(super) struct Face {
    font: Font,
    reader: FontRef<'static>,
    metrics: GlyphMetrics<'static>,
    per_em: f32,
}

impl Face {
    /// The typeface; `None` if the program was built with a file that is no font.
    pub(super) fn get() -> Option<&'static Self> {
        FACE.as_ref()
    }

    fn read() -> Option<Self> {
        let font = Font::new(Data::from(BYTES.to_vec()), 0)?;
        let reader = FontRef::new(BYTES).ok()?;
        let metrics = reader.glyph_metrics(Size::unscaled(), LocationRef::default());
        let per_em = font.units_per_em();
        Some(Self { font, reader, metrics, per_em })
    }

    pub(super) fn font(&self) -> Font {
        self.font.clone()
    }

    /// How wide `text` is, as a multiple of the type size.
    pub(super) fn width(&self, text: &str) -> f32 {
        text.chars().map(|ch| self.glyph(ch).1).sum()
    }

    /// The glyphs of `text`, each with its place in it, so that the text can be copied.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let place =
            |(at, ch): (usize, char)| -> (Range<usize>, char) { (at..at + ch.len_utf8(), ch) };
        let shaped = text.char_indices().map(place).map(|(range, ch)| {
            let (glyph, advance) = self.glyph(ch);
            KrillaGlyph::new(glyph, advance, 0.0, 0.0, 0.0, range, None)
        });
        shaped.collect()
    }

    /// `text` in lines of at most `width` times the type size. Words of Latin letters and digits stay
    /// whole where they fit into a line.
    pub(super) fn wrap(&self, text: &str, width: f32) -> Vec<String> {
        text.split('\n').flat_map(|paragraph| self.lines(paragraph, width)).collect()
    }

    fn lines(&self, paragraph: &str, width: f32) -> Vec<String> {
        let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
        for piece in pieces(paragraph).into_iter().flat_map(|piece| self.cut(piece, width)) {
            let more = self.width(piece);
            if used + more > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            line.push_str(piece);
            used += more;
        }
        lines.push(line);
        lines
    }

    /// A piece that is wider than a line is cut between any two characters.
    fn cut<'a>(&self, piece: &'a str, width: f32) -> Vec<&'a str> {
        if self.width(piece) <= width {
            return vec![piece];
        }
        let (mut parts, mut start, mut used) = (Vec::new(), 0, 0.0);
        for (at, ch) in piece.char_indices() {
            let more = self.glyph(ch).1;
            if used + more > width && at > start {
                parts.extend(piece.get(start..at));
                (start, used) = (at, 0.0);
            }
            used += more;
        }
        parts.extend(piece.get(start..));
        parts
    }

    /// The glyph of a character and its advance, as a multiple of the type size.
    fn glyph(&self, ch: char) -> (GlyphId, f32) {
        let map = self.reader.charmap();
        let glyph = map.map(ch).or_else(|| map.map(MISSING)).unwrap_or_default();
        let advance = self.metrics.advance_width(glyph).unwrap_or(self.per_em);
        (GlyphId::new(glyph.to_u32()), advance / self.per_em)
    }
}

/// The parts of a paragraph between which a line may end.
fn pieces(paragraph: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut before) = (Vec::new(), 0, None);
    for (at, ch) in paragraph.char_indices() {
        if before.is_some_and(|before| may_break(before, ch)) {
            pieces.extend(paragraph.get(start..at));
            start = at;
        }
        before = Some(ch);
    }
    pieces.extend(paragraph.get(start..));
    pieces
}

fn may_break(before: char, after: char) -> bool {
    let word = |ch: char| ch.is_ascii() && ch != ' ';
    !(NOT_FIRST.contains(after) || NOT_LAST.contains(before) || word(before) && word(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_asked_and_lose_nothing() {
        let face = Face::get().expect("the file is a font");
        let text = "個人番号の削除（廃棄）を証明します。AZEKURA-CERT-2026-000001.json、髙﨑、長い言葉ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for width in [4.0_f32, 7.5, 12.0, 40.0] {
            let lines = face.wrap(text, width);
            assert_eq!(lines.concat(), text);
            for line in &lines {
                let hanging = line.chars().last().is_some_and(|ch| NOT_FIRST.contains(ch));
                assert!(face.width(line) <= width + f32::from(u8::from(hanging)) * 2.0, "{line}");
                assert!(!line.starts_with(|ch| NOT_FIRST.contains(ch)), "{line}");
            }
        }
    }

    #[test]
    fn names_in_rare_characters_have_glyphs_of_their_own() {
        let face = Face::get().expect("the file is a font");
        let missing = face.glyph(MISSING).0;
        for ch in "髙﨑校倉令和個番号〒①ｱ・123ABC".chars() {
            assert_ne!(face.glyph(ch).0, missing, "{ch}");
        }
        assert_eq!(face.glyph('\u{10ffff}').0, missing);
    }
}
