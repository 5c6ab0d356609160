//! What the core says to people, for those who have sentences of their own.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A sentence of the core: a stable word with its values, and the English of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Said {
    /// Which sentence it is; stable.
    pub word: String,
    /// What is put into it.
    pub with: BTreeMap<String, Part>,
    /// In English.
    pub text: String,
}

/// What is put into a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Part {
    /// A count, a size in bytes or a moment in milliseconds.
    Number(#[ts(type = "number")] u64),
    /// A name, or the words of somebody else.
    Text(String),
}

impl Said {
    /// A sentence without values yet.
    pub fn new(word: &str, text: impl Into<String>) -> Self {
        Self {
            word: word.to_owned(),
            with: BTreeMap::new(),
            text: text.into(),
        }
    }

    /// With this value.
    #[must_use]
    pub fn with(mut self, name: &str, part: impl Into<Part>) -> Self {
        self.with.insert(name.to_owned(), part.into());
        self
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<u64> for Part {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Part {
    fn from(number: usize) -> Self {
        Self::Number(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

impl From<rapport_model::Millis> for Part {
    fn from(at: rapport_model::Millis) -> Self {
        Self::Number(u64::try_from(at.0).unwrap_or_default())
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
