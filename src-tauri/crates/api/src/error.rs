//! What a caller hears when something did not work: a code to branch on and a
//! sentence to read.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a screen or script branches on. A code is added only when one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// There is no such thing, or no longer.
    NotFound,
    /// The request itself is not understood or not complete.
    BadRequest,
    /// It cannot be done as things stand; the message says what stands against it.
    Refused,
    /// The account needs the user to sign in.
    SignIn,
    /// The source cannot be reached; what was asked waits or can be retried.
    Offline,
    /// The keychain is locked or missing.
    Keychain,
    /// No room on the disk; nothing was changed.
    DiskFull,
    /// The database file is damaged; the message says how to recover.
    Corrupt,
    /// Stopped by the user.
    Cancelled,
    /// A fault of ours; a report was written locally.
    Internal,
}

/// The wire form of every error: `{code, message}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ApiError {
    /// To branch on.
    pub code: Code,
    /// What happened, what is safe, what to do.
    pub message: String,
}

impl ApiError {
    /// An error with this code and message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// There is no such thing.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("There is no {what} here."))
    }

    /// The request is not understood.
    pub fn bad_request(why: impl fmt::Display) -> Self {
        Self::new(Code::BadRequest, why.to_string())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

impl From<rapport_model::Fault> for ApiError {
    fn from(fault: rapport_model::Fault) -> Self {
        use rapport_model::Fault;
        let code = match &fault {
            Fault::Offline(_)
            | Fault::Transient(_)
            | Fault::Throttled { .. }
            | Fault::Unknown(_) => Code::Offline,
            Fault::SignIn(_) => Code::SignIn,
            Fault::Conflict(_)
            | Fault::CursorExpired(_)
            | Fault::Denied(_)
            | Fault::Rejected(_) => Code::Refused,
        };
        Self::new(code, format!("The source {fault}."))
    }
}

impl From<rapport_store::StoreError> for ApiError {
    fn from(error: rapport_store::StoreError) -> Self {
        use rapport_store::StoreError;
        let code = match &error {
            StoreError::DiskFull(_) => Code::DiskFull,
            StoreError::Corrupt(_) => Code::Corrupt,
            StoreError::NotFound { .. } => Code::NotFound,
            StoreError::Busy(_) | StoreError::Refused(_) => Code::Refused,
            StoreError::Io(_) | StoreError::Sql(_) | StoreError::Json(_) => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<rapport_engine::HubError> for ApiError {
    fn from(error: rapport_engine::HubError) -> Self {
        use rapport_engine::HubError;
        let code = match &error {
            HubError::Store(inner) => return inner.clone().into(),
            HubError::Fault(inner) => return inner.clone().into(),
            HubError::Vault(_) => Code::Keychain,
            HubError::NotFound(_) => Code::NotFound,
            HubError::NoConnector(_) | HubError::Field { .. } => Code::BadRequest,
            HubError::Exists(_) | HubError::NotNow(_) | HubError::Refused(_) | HubError::Io(_) => {
                Code::Refused
            }
        };
        Self::new(code, error.to_string())
    }
}
