//! Tasks, records and the outbox.

use std::collections::BTreeMap;

use rapport_model::plan::Due;
use rapport_model::{AccountId, CommandId, FieldValue, ItemId, Millis, OrgId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which tasks.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct TaskFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// About this customer.
    pub customer: Option<OrgId>,
    /// Done and cancelled ones too.
    pub done: bool,
    /// Due before this moment; what is due on a day is so until that day is over.
    pub due_before: Option<Millis>,
    /// Whose title, project or details contain this.
    pub search: Option<String>,
    /// Only of these statuses (`open`, `started`, `done`, `cancelled`); those not
    /// finished when empty.
    pub status: Vec<String>,
    /// `due` (the default), `customer` or `source`: what they are grouped by;
    /// within a group by due date. `finished`: what was finished last comes first.
    pub order: Option<String>,
    /// Only those the user does: assigned to one of the user's addresses, or to
    /// nobody in a list of the user's own.
    pub assignee_me: bool,
    /// At most this many (default 200; a followed list has all of them).
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: Option<u32>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct HowMany {
    /// So many.
    pub count: u32,
}

/// A new task.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct AddTask {
    /// Where; the local tasks when absent.
    pub account: Option<AccountId>,
    /// One line.
    pub title: String,
    /// Details.
    pub notes: Option<String>,
    /// A day (`2026-03-12`), a moment (RFC 3339) or a natural word
    /// (`today`, `tomorrow`, `friday`, `in 3 days`).
    pub due: Option<String>,
    /// 1 (highest) to 9 (lowest).
    pub priority: Option<u8>,
    /// The message it is made from.
    pub message: Option<ItemId>,
    /// The customer it is about.
    pub customer: Option<OrgId>,
}

/// Sets where a task stands.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TaskStatusSet {
    /// Which.
    pub task: ItemId,
    /// `open`, `started`, `done` or `cancelled`.
    pub status: String,
}

/// A line as typed into quick add.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct DueText {
    /// `call Samir friday 10:00`, `Angebot senden in 3 Tagen`.
    pub text: String,
}

/// When a line says something is due, and the line without that.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct DueParsed {
    /// When; nothing when the line does not say.
    pub due: Option<Due>,
    /// The words that say so, as typed.
    pub words: Option<String>,
    /// The rest of the line.
    pub rest: String,
}

/// One occurrence of a calendar entry.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OneEvent {
    /// The entry.
    pub event: ItemId,
    /// When the occurrence starts; the next one when absent.
    #[serde(default)]
    pub start: Option<Millis>,
}

/// Names an item.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OneItem {
    /// Which.
    pub item: ItemId,
}

/// Sets fields of an item.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SetFields {
    /// Which item.
    pub item: ItemId,
    /// The wanted values by field name.
    #[ts(as = "BTreeMap<String, FieldValue>")]
    pub fields: BTreeMap<String, FieldValue>,
}

/// Presses a button the server offers.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Act {
    /// On which item.
    pub item: ItemId,
    /// Which button.
    pub action: String,
}

/// Which records.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RecordFilter {
    /// `opportunity`, `order`, `invoice`, …
    pub kind: Option<String>,
    /// Of this customer.
    pub customer: Option<OrgId>,
    /// Of this account.
    pub account: Option<AccountId>,
    /// Only open and draft ones.
    pub open: bool,
    /// Only those past their due day and still open.
    pub overdue: bool,
    /// At most this many (default 200).
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: Option<u32>,
}

/// Which outbox entries.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct OutboxFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Finished and withdrawn ones too.
    pub all: bool,
}

/// Names an outbox entry.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OneCommand {
    /// Which.
    pub command: CommandId,
}

/// Changes what a waiting or parked entry wants.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EditCommand {
    /// Which.
    pub command: CommandId,
    /// New text, for something said.
    #[serde(default)]
    pub text: Option<String>,
    /// New values, for an edit of fields.
    #[serde(default)]
    #[ts(as = "BTreeMap<String, FieldValue>")]
    pub fields: BTreeMap<String, FieldValue>,
    /// Fields it shall not set any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub drop: Vec<String>,
}

/// Decides a conflict, field by field.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Resolve {
    /// Which entry.
    pub command: CommandId,
    /// Fields where the user's own value stays; the source's value wins in all
    /// others.
    pub keep_mine: Vec<String>,
}

/// Which stretch of the calendar.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct EventRange {
    /// From this moment.
    pub from: Millis,
    /// Up to this moment.
    pub until: Millis,
}
