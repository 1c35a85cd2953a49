//! What can go wrong with the database, told by code and never by message.

use thiserror::Error;

/// What the functions of the store return.
pub type Result<T> = core::result::Result<T, Error>;

/// Why the store could not do something. No variant carries a value of a row.
#[derive(Debug, Error)]
pub enum Error {
    /// Another process or node holds what is needed; worth another try.
    #[error("could not reach the database in time")]
    Busy,
    /// Stored bytes that the vault wrote and cannot read.
    #[error("could not read the stored {what}")]
    Corrupt {
        /// The table or part.
        what: &'static str,
    },
    /// The database refused or failed.
    #[error("could not use the database ({code})")]
    Database {
        /// SQLSTATE, SQLite's result code, or the kind of failure.
        code: String,
    },
    /// Something with the same name or key is there already.
    #[error("could not add a second {what} of that name")]
    Duplicate {
        /// The table.
        what: &'static str,
    },
    /// Stored bytes that the vault did not write, or not last.
    #[error("could not verify the stored {what}; it was changed outside the vault")]
    Forged {
        /// The table or part.
        what: &'static str,
    },
    /// Another process has the file open.
    #[error("could not open the database; another process of this vault uses it")]
    InUse,
    /// A file or directory that cannot be read or made.
    #[error("could not use the database file: {0}")]
    Io(#[from] std::io::Error),
    /// There is no such file; none is made unless asked for.
    #[error("could not find the database file")]
    Missing,
    /// A file system on which SQLite's locks do not hold.
    #[error("could not use a database on {kind}; it must be on a local disk")]
    NetworkFileSystem {
        /// Which.
        kind: &'static str,
    },
    /// The database was written by a newer version of the program.
    #[error("could not use the database; a newer version of Azekura wrote it")]
    NewerSchema,
    /// A file that is no database, or of another program.
    #[error("could not open the file; it is not an Azekura database")]
    NotADatabase,
    /// The log ends before, or other than, where this process left it.
    #[error("could not rely on the database; an older state of it was put back")]
    Older,
    /// Others can read the file or its directory.
    #[error("could not use the {what}; its permissions let others in (must be {mode})")]
    Permissions {
        /// File or directory.
        what: &'static str,
        /// As it must be.
        mode: &'static str,
    },
    /// The tables could not be brought to this version.
    #[error("could not bring the tables to this version")]
    Schema,
    /// The engine does not run as it must.
    #[error("could not rely on the database; its setting {name} is wrong")]
    Settings {
        /// The engine's name of the setting.
        name: &'static str,
    },
    /// The row changed since it was read, or is gone.
    #[error("could not change a {what} that changed meanwhile")]
    Stale {
        /// The table.
        what: &'static str,
    },
    /// A log entry beyond the limit of its format.
    #[error("could not append a log entry longer than 8192 bytes")]
    TooLong,
    /// A transaction changed rows and logged nothing.
    #[error("could not commit a change without a log entry")]
    Unlogged,
}

impl Error {
    /// Names what the unique key that was hit belongs to.
    pub(super) fn naming(self, what: &'static str) -> Self {
        if matches!(self, Self::Duplicate { .. }) { Self::Duplicate { what } } else { self }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the driver's enum is non-exhaustive")]
        match error {
            sqlx::Error::Database(error) => from_code(error.as_ref()),
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(error) => Self::Io(error),
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::Decode(_) => Self::Corrupt { what: "row" },
            sqlx::Error::RowNotFound => Self::Corrupt { what: "database" },
            sqlx::Error::Tls(_) => Self::code("tls"),
            sqlx::Error::PoolClosed => Self::code("closed"),
            sqlx::Error::Configuration(_) => Self::code("configuration"),
            _ => Self::code("driver"),
        }
    }
}

impl Error {
    fn code(code: &str) -> Self {
        Self::Database { code: String::from(code) }
    }
}

/// SQLite gives extended result codes in decimal, the low byte of which is the plain code;
/// PostgreSQL gives SQLSTATE, always five characters and never a small number.
fn from_code(error: &dyn sqlx::error::DatabaseError) -> Error {
    if error.is_unique_violation() {
        return Error::Duplicate { what: "row" };
    }
    let code = error.code().unwrap_or_default().into_owned();
    let postgres = code.len() == 5;
    match code.parse::<u32>().map(|number| number & 0xff) {
        Ok(5 | 6) if !postgres => Error::Busy,
        Ok(11) if !postgres => Error::Corrupt { what: "database" },
        Ok(14) if !postgres => Error::Missing,
        Ok(26) if !postgres => Error::NotADatabase,
        Ok(_) | Err(_) => match code.as_str() {
            "55P03" | "57014" | "57P03" | "53300" => Error::Busy,
            "XX001" | "XX002" => Error::Corrupt { what: "database" },
            _ => Error::Database { code },
        },
    }
}
