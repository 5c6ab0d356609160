//! What went wrong, as one small enum, and the one thing to do about it.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// What went wrong at a source. Status codes never leave a connector; this does.
/// Texts are plain words for people, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is", content = "detail")]
pub enum Fault {
    /// The source cannot be reached; no byte of the request was accepted.
    #[error("cannot be reached: {0}")]
    Offline(String),
    /// The source answered that it cannot now.
    #[error("cannot answer at the moment: {0}")]
    Transient(String),
    /// The source asked to wait.
    #[error("asks to wait {after_ms} ms: {why}")]
    Throttled {
        /// How long, in milliseconds.
        #[ts(type = "number")]
        after_ms: i64,
        /// In which words.
        why: String,
    },
    /// The line broke after the request was written: it may have been done.
    #[error("no answer came back: {0}")]
    Unknown(String),
    /// The sign-in has ended or was refused.
    #[error("needs you to sign in: {0}")]
    SignIn(String),
    /// The item changed at the source since it was read.
    #[error("changed at the source meanwhile: {0}")]
    Conflict(String),
    /// The bookmark is no longer valid; a full listing is due.
    #[error("needs a full listing: {0}")]
    CursorExpired(String),
    /// The account may not do this.
    #[error("not allowed: {0}")]
    Denied(String),
    /// The source refuses this item or request as it is.
    #[error("refused: {0}")]
    Rejected(String),
}

/// The one thing to do about a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Try again with back-off.
    Retry,
    /// Try again, not before this many milliseconds.
    Wait(i64),
    /// Ask the source whether it arrived.
    Lookup,
    /// Pause the account and ask the user.
    SignIn,
    /// Fetch the item, merge, show if both changed.
    Merge,
    /// List everything again, without blanking the screen.
    Relist,
    /// Put the item aside with its reason.
    Park,
}

impl Fault {
    /// The remedy; the only place that decides.
    #[must_use]
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::Offline(_) | Self::Transient(_) => Remedy::Retry,
            Self::Throttled { after_ms, .. } => Remedy::Wait(*after_ms),
            Self::Unknown(_) => Remedy::Lookup,
            Self::SignIn(_) => Remedy::SignIn,
            Self::Conflict(_) => Remedy::Merge,
            Self::CursorExpired(_) => Remedy::Relist,
            Self::Denied(_) | Self::Rejected(_) => Remedy::Park,
        }
    }

    /// The stable word for the wire and the log.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Offline(_) => "offline",
            Self::Transient(_) => "transient",
            Self::Throttled { .. } => "throttled",
            Self::Unknown(_) => "unknown",
            Self::SignIn(_) => "sign_in",
            Self::Conflict(_) => "conflict",
            Self::CursorExpired(_) => "cursor_expired",
            Self::Denied(_) => "denied",
            Self::Rejected(_) => "rejected",
        }
    }
}
