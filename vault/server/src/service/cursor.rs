//! Cursors of lists: an instant and an id, in a form that callers only hand back.

use azekura_core::id::short;
use azekura_core::time::Timestamp;
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use super::{Error, Result};

/// The cursor after an item.
pub(super) fn write(at: Timestamp, id: impl Into<Uuid>) -> String {
    format!("{}.{}", at.as_millis(), short(id))
}

/// Where a cursor points.
///
/// # Errors
///
/// A fault of the input if no page gave it.
pub(super) fn read<T: From<Uuid>>(text: &str) -> Result<(Timestamp, T)> {
    let read = |text: &str| {
        let (at, id) = text.split_once('.')?;
        let id = BASE64URL_NOPAD.decode(id.as_bytes()).ok()?;
        let id = Uuid::from_slice(&id).ok()?;
        Some((Timestamp::from_millis(at.parse().ok()?), id.into()))
    };
    read(text).ok_or_else(|| Error::fault("?cursor", "cursor", "as the page before gave it"))
}
