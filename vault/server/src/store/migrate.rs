//! Bringing the tables to this version.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::{Error, Result};

/// A migration: its number, its name and its text, which is never edited after a release.
pub(super) type Step = (i64, &'static str, &'static str);

/// Whether some of `steps` come after `newest`, the last one that the database has seen.
///
/// # Errors
///
/// [`Error::NewerSchema`] if the database has seen one that this version does not know.
pub(super) fn pending(steps: &[Step], newest: i64) -> Result<bool> {
    let known = steps.iter().map(|(version, ..)| *version).max().unwrap_or(0);
    if newest > known { Err(Error::NewerSchema) } else { Ok(newest < known) }
}

/// What runs those of `steps` that were not run before.
pub(super) fn migrator(steps: &[Step]) -> Migrator {
    let migration = |(version, name, text): &Step| {
        let text = text.into_sql_str();
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, text, false)
    };
    Migrator::with_migrations(steps.iter().map(migration).collect())
}
