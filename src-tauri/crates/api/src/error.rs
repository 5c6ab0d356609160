//! What a caller hears when something did not work: a code to branch on and a
//! sentence to read.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::{Part, Said};

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

/// The wire form of every error: `{code, message, word?, with?}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ApiError {
    /// To branch on.
    pub code: Code,
    /// What happened, what is safe, what to do.
    pub message: String,
    /// The message's stable word, where it has one, for those with sentences of
    /// their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub word: Option<String>,
    /// What is put into that sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(optional, as = "Option<BTreeMap<String, Part>>")]
    pub with: BTreeMap<String, Part>,
}

impl ApiError {
    /// An error with this code and message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            word: None,
            with: BTreeMap::new(),
        }
    }

    /// An error with a sentence that other languages have too.
    #[must_use]
    pub fn told(code: Code, said: Said) -> Self {
        Self {
            code,
            message: said.text,
            word: Some(said.word),
            with: said.with,
        }
    }

    /// The request is not what it should be, in such a sentence.
    #[must_use]
    pub fn not_so(word: &str, why: impl fmt::Display) -> Self {
        Self::told(Code::BadRequest, Said::new(word, why.to_string()))
    }

    /// There is no such thing.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::told(
            Code::NotFound,
            Said::new("not_found", format!("There is no {what} here.")),
        )
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
        let (word, why) = fault_words(&fault);
        Self::told(
            code,
            Said::new(&format!("fault.{word}"), format!("The source {fault}.")).with("why", why),
        )
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
        let (word, why) = match &error {
            StoreError::DiskFull(why) => ("store.disk_full", why.as_str()),
            StoreError::Corrupt(why) => ("store.corrupt", why.as_str()),
            StoreError::Busy(why) => ("store.busy", why.as_str()),
            StoreError::Io(why) => ("store.io", why.as_str()),
            StoreError::Sql(why) | StoreError::Json(why) => ("store.fault", why.as_str()),
            StoreError::NotFound { .. } => ("not_found", ""),
            StoreError::Refused(_) => return Self::new(code, error.to_string()),
        };
        Self::told(code, Said::new(word, error.to_string()).with("why", why))
    }
}

/// A fault's stable word and the source's own words.
fn fault_words(fault: &rapport_model::Fault) -> (&'static str, &str) {
    use rapport_model::Fault;
    let why = match fault {
        Fault::Throttled { why, .. }
        | Fault::Offline(why)
        | Fault::Transient(why)
        | Fault::Unknown(why)
        | Fault::SignIn(why)
        | Fault::Conflict(why)
        | Fault::CursorExpired(why)
        | Fault::Denied(why)
        | Fault::Rejected(why) => why,
    };
    (fault.word(), why)
}

/// Why something makes no sense, with what is put into the sentence.
fn refused(why: &rapport_engine::Refusal, text: String) -> Said {
    use rapport_engine::Refusal;
    let said = Said::new(&format!("refused.{}", why.word()), text);
    match why {
        Refusal::NotTaken {
            source_title,
            does,
            kind,
            takes,
            ..
        } => said
            .with("source", *source_title)
            .with("does", *does)
            .with("kind", kind.word())
            .with("takes", takes.as_str()),
        Refusal::OnlyRead {
            source_title,
            place,
            ..
        } => said
            .with("source", *source_title)
            .with("place", place.as_str()),
        Refusal::NotOffered {
            source_title,
            name,
            takes,
        } => said
            .with("source", *source_title)
            .with("name", name.as_str())
            .with("takes", takes.as_str()),
        _ => said,
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
        let text = error.to_string();
        let said = match &error {
            HubError::NotNow(it) => Said::new(&format!("not_now.{}", it.word()), text),
            HubError::Refused(it) => refused(it, text),
            HubError::Vault(it) => Said::new("keychain", text).with("why", it.to_string()),
            HubError::NotFound(_) => Said::new("not_found", text),
            HubError::Exists(what) => Said::new("exists", text).with("what", what.as_str()),
            HubError::NoConnector(name) => {
                Said::new("no_connector", text).with("name", name.as_str())
            }
            HubError::Io(why) => Said::new("file", text).with("why", why.as_str()),
            HubError::Field { .. } => Said::new("field_value", text),
            HubError::Store(_) | HubError::Fault(_) => return Self::new(code, text),
        };
        Self::told(code, said)
    }
}
