//! The truth ledger: what is here, what is at the source, and since when.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::Health;
use crate::change::Looked;
use crate::id::{AccountId, CollectionId};
use crate::time::Millis;

/// One line of the ledger: an account's collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LedgerLine {
    /// The account.
    pub account: AccountId,
    /// The collection.
    pub collection: CollectionId,
    /// What people call it.
    pub title: String,
    /// How it is.
    pub health: Health,
    /// A first or full listing has been completed.
    pub complete: bool,
    /// When a turn last ended well.
    pub last_success: Option<Millis>,
    /// The newest item's moment.
    pub last_item: Option<Millis>,
    /// Items here.
    #[ts(type = "number")]
    pub local_count: u64,
    /// Items at the source, as it last said, if it can say.
    #[ts(type = "number | null")]
    pub source_count: Option<u64>,
    /// How far the first look is, while it goes and can be told in conversations.
    pub looked: Option<Looked>,
    /// When both sides were last compared id by id.
    pub reconciled: Option<Millis>,
    /// Known holes in history.
    #[ts(type = "number")]
    pub gaps: u64,
    /// Items that could not be read, with reasons kept.
    #[ts(type = "number")]
    pub poisoned: u64,
    /// Messages are kept here for so many days only; for ever when absent.
    pub kept_days: Option<u32>,
    /// Items that were erased here by that rule and are still at the source. They
    /// are not fetched again.
    #[ts(type = "number")]
    pub erased: u64,
}
