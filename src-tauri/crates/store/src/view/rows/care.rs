//! Provenance, search, journal, notifications.

use rapport_model::{
    AccountId, CollectionId, FieldValue, Handle, ItemId, LinkId, Millis, OrgId, PersonId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which source says so, and how old that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Provenance {
    /// The account.
    pub account: AccountId,
    /// The connector's name.
    pub connector: String,
    /// Which of its collections.
    pub collection: CollectionId,
    /// What people call that collection.
    pub place: String,
    /// When its collection was last read well.
    pub as_of: Option<Millis>,
}

/// A search hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HitRow {
    /// The item.
    pub id: ItemId,
    /// Its kind (`message`, `record`, …).
    pub kind: String,
    /// The account it came from.
    pub account: AccountId,
    /// Its collection.
    pub collection: CollectionId,
    /// Where it sits at the source.
    pub handle: Handle,
    /// What it is, such as the Message-ID.
    pub link: Option<LinkId>,
    /// One line.
    pub title: String,
    /// The text around the hit, the hit between U+0002 and U+0003.
    pub snippet: String,
    /// Its moment.
    pub at: Millis,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The conversation a message is said in.
    pub conversation: Option<ItemId>,
    /// The person it belongs to: who said a message, whose card it is.
    pub person: Option<PersonId>,
    /// That person's name.
    pub who: Option<String>,
}

/// An answer to a search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct SearchPage {
    /// Best first.
    pub hits: Vec<HitRow>,
    /// There are more than these.
    pub more: bool,
    /// Parts of the query that were not understood and searched as words.
    pub ignored: Vec<String>,
}

/// How much of a source can be searched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CoverageRow {
    /// The account.
    pub account: AccountId,
    /// The collection.
    pub collection: CollectionId,
    /// Items that can be searched.
    #[ts(type = "number")]
    pub indexed: u64,
    /// Items here.
    #[ts(type = "number")]
    pub total: u64,
    /// The oldest item's moment.
    pub oldest: Option<Millis>,
    /// Known holes.
    #[ts(type = "number")]
    pub gaps: u64,
}

/// How much can be searched, over all sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchableRow {
    /// Items that can be searched.
    #[ts(type = "number")]
    pub indexed: u64,
    /// Items here that cannot be searched yet.
    #[ts(type = "number")]
    pub missing: u64,
    /// Known holes.
    #[ts(type = "number")]
    pub gaps: u64,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct JournalLine {
    /// When it was seen or done here.
    pub at: Millis,
    /// The item.
    pub item: ItemId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// Which field; `created` and `gone` for whole items.
    pub field: String,
    /// Before.
    pub old: FieldValue,
    /// After.
    pub new: FieldValue,
    /// `remote`, `me` or `rule`.
    pub cause: String,
    /// The command or rule.
    pub which: Option<String>,
    /// Which account.
    pub account: AccountId,
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationRow {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// When.
    pub at: Millis,
    /// What kind: `mention`, `direct`, `overdue`, …
    pub kind: String,
    /// One line.
    pub title: String,
    /// A second line.
    pub text: String,
    /// What it is about.
    pub item: Option<ItemId>,
    /// What that is: `message`, `task`, `record`, …; nothing when it is gone.
    pub item_kind: Option<String>,
    /// Why it reached the user: event, rule, person, channel.
    pub why: Vec<String>,
    /// The user has seen it.
    pub seen: bool,
    /// The conversation it opens, when it is about a message.
    pub conversation: Option<ItemId>,
    /// The customer it is about.
    pub customer: Option<OrgId>,
    /// The account it came through.
    pub account: Option<AccountId>,
    /// The user is done with it.
    pub done: bool,
    /// Put off until this moment.
    pub snoozed_until: Option<Millis>,
}

/// A notification to be shown now, exactly once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DueNotification {
    /// The row.
    pub row: NotificationRow,
    /// Who and what may be shown; without it only that there is something.
    pub preview: bool,
}
