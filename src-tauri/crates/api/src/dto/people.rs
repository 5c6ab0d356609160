//! Customers and people.

use rapport_engine::Said;
use rapport_model::{Millis, OrgId, PersonId};
use rapport_store::people::Stance;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which customers or people.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Named {
    /// Part of the name.
    pub name: Option<String>,
    /// At most this many (default 200).
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: Option<u32>,
}

/// Which customers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct CustomerFilter {
    /// Part of the name, or the customer number.
    pub name: Option<String>,
    /// Only those the user pinned.
    pub pinned: bool,
    /// Only those with an invoice past due.
    pub overdue: bool,
    /// `last` (latest contact first, the default), `name`, `open` (most to be
    /// paid first) or `overdue` (most past due first).
    pub sort: Option<String>,
    /// At most this many (default 200).
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: Option<u32>,
}

/// Keeps a customer in the sidebar, or no longer.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PinCustomer {
    /// Which.
    pub customer: OrgId,
    /// Pinned from now on.
    pub pinned: bool,
}

/// A note on a customer.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AddNote {
    /// On whom.
    pub customer: OrgId,
    /// The text; its first line is the title.
    pub text: String,
}

/// Names a customer.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OneCustomer {
    /// Which.
    pub customer: OrgId,
    /// Also say what changed since this moment; since the last look when absent.
    #[serde(default)]
    pub since: Option<Millis>,
}

/// Which part of a customer's timeline.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TimelineOf {
    /// Which customer.
    pub customer: OrgId,
    /// Only these channels (`mail`, `chat`, `ticket`, `record`, `task`, `event`,
    /// `page`, `change`) or kinds of item (`message` for both mail and chat); all
    /// when empty.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Only older than this moment.
    #[serde(default)]
    pub before: Option<Millis>,
    /// Go on after the row with this key.
    #[serde(default)]
    pub after: Option<String>,
    /// At most this many (default 50).
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Names a person.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OnePerson {
    /// Which.
    pub person: PersonId,
}

/// Two people: the same, or not the same.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PeoplePair {
    /// One.
    pub a: PersonId,
    /// The other.
    pub b: PersonId,
}

/// What was said about two handles. Saying it again undoes the word after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SaidWord {
    /// One handle, by the number the core gave it.
    pub a: String,
    /// The other.
    pub b: String,
    /// `link`, `apart` or `suggest`; absent for nothing.
    pub stance: Option<Stance>,
}

/// What puts things back as they were, to be given to `people_say` as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SaidWords {
    /// Words in the order they must be said.
    pub words: Vec<SaidWord>,
}

impl From<Said> for SaidWord {
    fn from(word: Said) -> Self {
        Self {
            a: word.a.0.to_string(),
            b: word.b.0.to_string(),
            stance: word.stance,
        }
    }
}

/// Takes one handle out of a person.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Unlink {
    /// Out of whom.
    pub person: PersonId,
    /// The handle's key, as [`person`](crate::Api::person) lists it.
    pub handle: String,
}
