//! Fields: the unit of the journal, of merges and of edits.
//!
//! Every body can be read as a map of tracked fields and can be changed one
//! field at a time. Only what is in this map is journalled and merged; counts,
//! read marks and raw JSON are not.

mod read;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::item::ItemRef;
use crate::money::Money;
use crate::time::Millis;

pub use read::fields_of;
pub use write::{FieldError, editable, set_field};

/// The name of a tracked field: our own word (`title`, `amount`, `state`), or
/// the source's name for anything else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct FieldName(pub String);

impl From<&str> for FieldName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Field values by name, in a fixed order.
pub type Fields = BTreeMap<FieldName, FieldValue>;

/// The value of one field. An absent value is [`FieldValue::Empty`], so that
/// clearing a field is an edit like any other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is", content = "value")]
pub enum FieldValue {
    /// No value.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number without a unit.
    Number(#[ts(type = "string")] Decimal),
    /// Money.
    Money(Money),
    /// A calendar day.
    Day(#[ts(type = "string")] Date),
    /// A moment.
    At(Millis),
    /// Yes or no.
    Flag(bool),
    /// Several texts, in order.
    List(Vec<String>),
    /// Another item of the same account.
    Ref(ItemRef),
}

impl FieldValue {
    /// Text, or [`FieldValue::Empty`] for an absent or blank one.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        match text.map(Into::into) {
            Some(text) if !text.trim().is_empty() => Self::Text(text),
            _ => Self::Empty,
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("–"),
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Money(money) => write!(f, "{money}"),
            Self::Day(day) => write!(f, "{day}"),
            Self::At(at) => f.write_str(&at.rfc3339()),
            Self::Flag(true) => f.write_str("yes"),
            Self::Flag(false) => f.write_str("no"),
            Self::List(items) => f.write_str(&items.join(", ")),
            Self::Ref(to) => write!(f, "{}/{}", to.collection, to.handle),
        }
    }
}
