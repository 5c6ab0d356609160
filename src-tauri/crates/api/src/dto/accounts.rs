//! Accounts, syncing and the ledger.

use rapport_model::connector::{SecurityStep, SignInStep};
use rapport_model::{AccountId, CollectionId, Health, Millis};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An account as a list shows it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// The connector's name.
    pub connector: String,
    /// What people call the kind of system.
    pub system: String,
    /// What the user calls it.
    pub label: String,
    /// The answers to the form.
    #[ts(type = "unknown")]
    pub config: serde_json::Value,
    /// Stopped by the user.
    pub paused: bool,
    /// How it is.
    pub health: Health,
    /// When it was added.
    pub added: Millis,
    /// When a turn over any of its collections last ended well.
    pub last_success: Option<Millis>,
    /// How far it may be behind, in seconds: since the last success of the
    /// collection that is furthest behind. Nothing before the first one.
    #[ts(type = "number | null")]
    pub lag_seconds: Option<i64>,
    /// Commands that wait to be sent.
    #[ts(type = "number")]
    pub waiting: u64,
    /// Commands that wait for the user.
    #[ts(type = "number")]
    pub parked: u64,
    /// Items here.
    #[ts(type = "number")]
    pub items: u64,
    /// Items at the source, as it last said; nothing when it cannot say for all
    /// collections.
    #[ts(type = "number | null")]
    pub at_source: Option<u64>,
    /// All of its collections have been listed once.
    pub complete: bool,
    /// `push` when the source tells of news at once, else `poll`.
    pub delivery: String,
    /// Milliseconds between two looks, of the collection looked at most often.
    #[ts(type = "number | null")]
    pub every_ms: Option<i64>,
    /// When it is looked at next without being asked.
    pub next_at: Option<Millis>,
    /// What is left of its request budget, where that is known.
    pub budget: Option<BudgetRow>,
    /// What is wrong, in plain words; nothing when all is well.
    pub error: Option<String>,
    /// What helps: `retry` (it is tried again by itself), `sign_in`, `wait` (the
    /// source asked to) or `look` (somebody has to look at what was refused).
    pub remedy: Option<String>,
    /// Messages older than this many days are erased here and not fetched again.
    pub retention_days: Option<u32>,
    /// The oldest message's moment kept by that.
    pub kept_since: Option<Millis>,
}

/// What is left of a source's request budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetRow {
    /// Requests left.
    #[ts(type = "number")]
    pub left: u64,
    /// Requests in all, where the source says.
    #[ts(type = "number | null")]
    pub limit: Option<u64>,
    /// When it is full again.
    pub resets: Option<Millis>,
}

/// How long an account's messages are kept here.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Retention {
    /// Which account.
    pub account: AccountId,
    /// So many days; for ever when absent.
    #[serde(default)]
    pub days: Option<u32>,
}

/// Adds an account.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AddAccount {
    /// The connector's name.
    pub connector: String,
    /// What the user calls it.
    pub label: String,
    /// The answers to the form.
    #[ts(type = "unknown")]
    pub config: serde_json::Value,
}

/// Names an account.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OneAccount {
    /// Which.
    pub account: AccountId,
}

/// Names an account, or all of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct SomeAccounts {
    /// Which; all when absent.
    pub account: Option<AccountId>,
}

/// Pauses or resumes an account.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PauseAccount {
    /// Which.
    pub account: AccountId,
    /// Stopped from now on.
    pub paused: bool,
}

/// One step of a sign-in.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SignIn {
    /// Which account.
    pub account: AccountId,
    /// The step.
    pub step: SignInStep,
}

/// A question about encryption.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Security {
    /// Which account.
    pub account: AccountId,
    /// The question.
    pub step: SecurityStep,
}

/// What a live check of an account found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CheckReport {
    /// The account.
    pub account: AccountId,
    /// How it is.
    pub health: Health,
    /// Each collection, with why it cannot be read.
    pub collections: Vec<CollectionCheck>,
}

/// One line of a [`CheckReport`].
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CollectionCheck {
    /// The collection.
    pub collection: CollectionId,
    /// What people call it.
    pub title: String,
    /// Why it cannot be read; `None` when it can.
    pub unavailable: Option<String>,
}

/// What one turn over an account brought.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SyncReport {
    /// The account.
    pub account: AccountId,
    /// Items that came or changed.
    #[ts(type = "number")]
    pub changed: u64,
    /// Commands the source confirmed.
    #[ts(type = "number")]
    pub sent: u64,
    /// Commands that now wait for the user.
    #[ts(type = "number")]
    pub parked: u64,
    /// What stood in the way, of the account and of single collections.
    pub faults: Vec<String>,
    /// How it is now.
    pub health: Health,
}

/// What a comparison id by id found and mended.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ReconcileReport {
    /// The account.
    pub account: AccountId,
    /// The collection.
    pub collection: CollectionId,
    /// Items at the source.
    #[ts(type = "number")]
    pub at_source: u64,
    /// Items here, before.
    #[ts(type = "number")]
    pub here: u64,
    /// Fetched, because they were missing here.
    #[ts(type = "number")]
    pub fetched: u64,
    /// Removed, because they are gone at the source.
    #[ts(type = "number")]
    pub removed: u64,
    /// Why it could not be compared.
    pub fault: Option<String>,
}
