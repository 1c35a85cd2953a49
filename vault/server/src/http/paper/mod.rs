//! Documents on paper (PDF): certificates, lists and ledgers, A4, Japanese. They are views; what is
//! evidence is the file that the verifier checks.

mod certificate;
mod code;
mod face;
mod layout;
mod ledger;
#[cfg(test)]
mod tests;

pub(super) use certificate::{batch, sheet};
pub(super) use ledger::ledger;

use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;

use self::face::Face;
use self::layout::{Flow, Mark, PAGE};
use super::problem::Failed;
use crate::service::Error;

/// A document could not be written: a defect, never the fault of what it says.
#[derive(Debug, thiserror::Error)]
#[error("could not write the document: {0}")]
pub(super) struct PaperError(String);

impl From<PaperError> for Failed {
    fn from(error: PaperError) -> Self {
        Error::internal(error).into()
    }
}

type Result<T> = std::result::Result<T, PaperError>;

/// The document that `write` makes, on a thread of its own: a large one takes seconds.
async fn written(write: impl FnOnce() -> Result<Vec<u8>> + Send + 'static) -> Result<Vec<u8>> {
    let done = tokio::task::spawn_blocking(write).await;
    done.unwrap_or_else(|error| Err(PaperError(error.to_string())))
}

/// A document that is being written: pages are drawn as they come, the typeface is embedded once.
struct Paper {
    face: &'static Face,
    document: Document,
}

impl Paper {
    /// # Errors
    ///
    /// [`PaperError`] if the program has no typeface.
    fn new(title: &str) -> Result<Self> {
        let face = Face::get().ok_or_else(|| PaperError(String::from("no typeface")))?;
        let mut document = Document::new();
        let about = Metadata::new().title(String::from(title)).language(String::from("ja"));
        document.set_metadata(about.creator(String::from("azekura")));
        Ok(Self { face, document })
    }

    /// Adds the pages that `fill` writes.
    ///
    /// # Errors
    ///
    /// [`PaperError`] never in practice: the size of a page is a constant.
    fn add(&mut self, fill: impl FnOnce(&mut Flow<'_>)) -> Result<()> {
        let mut flow = Flow::new(self.face);
        fill(&mut flow);
        for marks in flow.finish() {
            let size = PageSettings::from_wh(PAGE.0, PAGE.1);
            let size = size.ok_or_else(|| PaperError(String::from("no page size")))?;
            let mut page = self.document.start_page_with(size);
            let mut surface = page.surface();
            for mark in &marks {
                draw(&mut surface, self.face, mark);
            }
        }
        Ok(())
    }

    /// The bytes of the document.
    ///
    /// # Errors
    ///
    /// [`PaperError`] if the typeface cannot be embedded.
    fn finish(self) -> Result<Vec<u8>> {
        self.document.finish().map_err(|error| PaperError(format!("{error:?}")))
    }
}

fn draw(surface: &mut Surface<'_>, face: &Face, mark: &Mark) {
    match mark {
        Mark::Fill([x, y, width, height], grey) => {
            fill_with(surface, *grey);
            path(surface, |path| push(path, *x, *y, *width, *height));
        }
        Mark::Line([x, y], [to_x, to_y], width) => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: luma::Color::black().into(),
                width: *width,
                ..Stroke::default()
            }));
            path(surface, |path| {
                path.move_to(*x, *y);
                path.line_to(*to_x, *to_y);
            });
        }
        Mark::Strips(strips, height) => {
            fill_with(surface, 0);
            path(surface, |path| {
                for [x, y, width] in strips {
                    push(path, *x, *y, *width, *height);
                }
            });
        }
        Mark::Text([x, y], size, text) => {
            fill_with(surface, 0);
            let start = Point::from_xy(*x, *y);
            surface.draw_glyphs(start, &face.glyphs(text), face.font(), text, *size, false);
        }
    }
}

fn fill_with(surface: &mut Surface<'_>, grey: u8) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: luma::Color::new(grey).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }));
}

fn path(surface: &mut Surface<'_>, build: impl FnOnce(&mut PathBuilder)) {
    let mut path = PathBuilder::new();
    build(&mut path);
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn push(path: &mut PathBuilder, x: f32, y: f32, width: f32, height: f32) {
    if let Some(rect) = Rect::from_xywh(x, y, width, height) {
        path.push_rect(rect);
    }
}
