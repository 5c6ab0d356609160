//! Why a call to the hub did not do what was asked.

use rapport_model::connector::VaultError;
use rapport_model::{Fault, FieldName};
use rapport_store::StoreError;
use thiserror::Error;

/// What went wrong, for code that branches and people who read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HubError {
    /// The file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source.
    #[error("The source {0}.")]
    Fault(#[from] Fault),
    /// The keychain.
    #[error("The keychain did not answer: {0}. Nothing was changed.")]
    Vault(#[from] VaultError),
    /// It is not there.
    #[error("There is no {0}.")]
    NotFound(String),
    /// It is there already.
    #[error("There is already {0}. Nothing was changed.")]
    Exists(String),
    /// No connector of that name.
    #[error("This version has no connector \"{0}\".")]
    NoConnector(String),
    /// What stands in the outbox cannot be moved like this.
    #[error("{0}")]
    NotNow(String),
    /// A field cannot take a value.
    #[error("{why}")]
    Field {
        /// The field.
        field: FieldName,
        /// Why.
        why: String,
    },
    /// The file system.
    #[error("The file could not be written: {0}")]
    Io(String),
    /// What was asked makes no sense.
    #[error("{0}")]
    Refused(String),
}

impl HubError {
    /// The stable word for the wire.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(it) => match it {
                StoreError::DiskFull(_) => "disk_full",
                StoreError::Corrupt(_) => "corrupt",
                StoreError::Busy(_) => "busy",
                StoreError::NotFound { .. } => "not_found",
                StoreError::Refused(_) => "refused",
                StoreError::Io(_) | StoreError::Sql(_) | StoreError::Json(_) => "store",
            },
            Self::Fault(it) => it.word(),
            Self::Vault(_) => "keychain",
            Self::NotFound(_) => "not_found",
            Self::Exists(_) => "exists",
            Self::NoConnector(_) => "no_connector",
            Self::NotNow(_) => "not_now",
            Self::Field { .. } => "field",
            Self::Io(_) => "io",
            Self::Refused(_) => "refused",
        }
    }
}

impl From<std::io::Error> for HubError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
