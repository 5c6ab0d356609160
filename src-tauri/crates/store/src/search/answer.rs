//! What a search answers.

use rapport_model::{
    AccountId, CollectionId, Handle, ItemId, Kind, LinkId, Millis, OrgId, PersonId,
};

/// One result.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The item.
    pub id: ItemId,
    /// What it is.
    pub kind: Kind,
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub collection: CollectionId,
    /// Where it sits at the source.
    pub handle: Handle,
    /// What it is, wherever it sits.
    pub link: Option<LinkId>,
    /// The line a list shows; a chat message has that of its conversation.
    pub title: String,
    /// The piece of text that was found, hits between U+0002 and U+0003.
    pub snippet: String,
    /// Its moment.
    pub at: Millis,
    /// Its organisation.
    pub org: Option<OrgId>,
    /// Its person.
    pub person: Option<PersonId>,
    /// How good it is; comparable within one answer.
    pub score: f64,
}

/// How many items fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// That many were counted.
    pub counted: usize,
    /// There are more than that.
    pub more: bool,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// How many there are.
    pub total: Total,
    /// What the user should know about how it was searched.
    pub notes: Vec<String>,
}
