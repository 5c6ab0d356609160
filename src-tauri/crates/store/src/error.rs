//! What can go wrong with the file, in words for people and variants for code.

use std::path::PathBuf;

use thiserror::Error;

/// Why reading or writing failed. Whatever the reason, the transaction was
/// rolled back: everything before it is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// No room for the change.
    #[error(
        "The disk is full. Nothing of this step was saved and everything before it is safe. \
         Free some space and try again. ({0})"
    )]
    DiskFull(String),
    /// The file is damaged.
    #[error(
        "The database file is damaged. What can be read is still shown; \
         \"rapport doctor --recover NEW-FOLDER\" saves it into a new profile. ({0})"
    )]
    Corrupt(String),
    /// Somebody else holds the file.
    #[error("The database is in use by something else. Nothing was changed; try again. ({0})")]
    Busy(String),
    /// The disk or file system failed.
    #[error("The disk did not answer as it should. Nothing was changed. ({0})")]
    Io(String),
    /// A statement failed; a mistake of ours.
    #[error("The database refused a statement. Nothing was changed. ({0})")]
    Sql(String),
    /// A stored value does not have the expected form.
    #[error("A stored value cannot be read: {0}")]
    Json(String),
    /// It is not there.
    #[error("There is no {what}.")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// It would break a rule; the text says which.
    #[error("{0}")]
    Refused(String),
}

impl StoreError {
    /// Something that was looked for is not there.
    pub fn missing(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let text = error.to_string();
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                Code::DiskFull => Self::DiskFull(text),
                Code::DatabaseCorrupt | Code::NotADatabase => Self::Corrupt(text),
                Code::DatabaseBusy | Code::DatabaseLocked => Self::Busy(text),
                Code::SystemIoFailure | Code::CannotOpen | Code::ReadOnly => Self::Io(text),
                Code::TooBig => Self::Refused(format!("This is too large to be stored. ({text})")),
                _ => Self::Sql(text),
            },
            rusqlite::Error::QueryReturnedNoRows => Self::missing("such row"),
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..) => Self::Json(text),
            _ => Self::Sql(text),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}

/// Why the file could not be opened. Opening never wipes or re-creates
/// anything.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The key does not fit the file.
    #[error(
        "The database is there, but the key does not fit it. Nothing was changed. Unlock it with \
         the recovery passphrase, or put back the profile folder this key belongs to."
    )]
    WrongKey,
    /// The file is damaged.
    #[error("The database file {path} is damaged. Nothing was changed. {advice}", path = path.display())]
    Corrupt {
        /// The damaged file.
        path: PathBuf,
        /// What to do.
        advice: String,
    },
    /// A newer version has changed the file in a way this one cannot read.
    #[error(
        "The database was changed by a newer version of Rapport ({step}). Nothing was changed \
         now. Install that version, or open a backup made before it."
    )]
    NewerVersion {
        /// The first step this version does not know.
        step: String,
    },
    /// A frozen migration step differs from the one that was applied.
    #[error(
        "The migration step {step} is not the one this file was made with. Nothing was changed. \
         This build is broken: install a released version."
    )]
    EditedMigration {
        /// The step.
        step: String,
    },
    /// No room.
    #[error(
        "The disk is full, so the database cannot be opened. It is safe; free some space. ({0})"
    )]
    DiskFull(String),
    /// Another process has the profile.
    #[error("Rapport is already running with this profile. Close it there first. ({0})")]
    Locked(String),
    /// The disk or file system failed.
    #[error("The database cannot be opened: {0}")]
    Io(String),
}

impl From<std::io::Error> for OpenError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            Self::DiskFull(error.to_string())
        } else {
            Self::Io(error.to_string())
        }
    }
}
