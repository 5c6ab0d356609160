//! The journal's words: what changed, and what caused it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::CommandId;

/// What caused a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "by", content = "which")]
pub enum Cause {
    /// Seen at the source.
    Remote,
    /// The user, through this command.
    Me(CommandId),
    /// A rule, by name.
    Rule(String),
}

impl Cause {
    /// The stored word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Remote => "remote",
            Self::Me(_) => "me",
            Self::Rule(_) => "rule",
        }
    }
}
