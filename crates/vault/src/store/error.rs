//! What can go wrong in the store, in words that do not depend on the engine behind it.

use std::error::Error;

use sqlx::migrate::MigrateError;

/// Why the store failed. Nothing that was acknowledged before is lost by any of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file is not a database, or holds what this program never wrote.
    #[error("the database is damaged ({detail}): restore the data folder from a backup")]
    Damaged {
        /// What was found.
        detail: String,
    },
    /// The database was made by a newer version of this program.
    #[error(
        "the database was made by a newer version of this program: use that version (nothing was changed)"
    )]
    Newer,
    /// Another program kept the database locked for too long.
    #[error("the database is locked by another program: try again")]
    Busy,
    /// The vault was closed.
    #[error("the database was closed: the program is shutting down")]
    Closed,
    /// There is no room to write.
    #[error("the disk is full: free some space and try again")]
    Full,
    /// The database cannot be read or written for another reason.
    #[error("the database cannot be used: {source}")]
    Unavailable {
        /// What the engine said.
        source: Box<dyn Error + Send + Sync>,
    },
}

// SQLite's primary result codes; the engine's library does not export them.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const NOT_A_DATABASE: i32 = 26;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(reported) => {
                let code = reported.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or_default();
                match code & 0xff {
                    BUSY | LOCKED => Self::Busy,
                    FULL => Self::Full,
                    CORRUPT | NOT_A_DATABASE => Self::Damaged { detail: reported.message().to_owned() },
                    _ => Self::Unavailable { source: Box::new(error) },
                }
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
                Self::Damaged { detail: error.to_string() }
            }
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed => Self::Closed,
            _ => Self::Unavailable { source: Box::new(error) },
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => Self::Newer,
            MigrateError::VersionMismatch(_) | MigrateError::Dirty(_) => {
                Self::Damaged { detail: error.to_string() }
            }
            _ => Self::Unavailable { source: Box::new(error) },
        }
    }
}
