//! What a customer's page, today and a brief are made of beside lists.

use rapport_model::{FieldValue, ItemId, Mailbox, Millis, Money, PersonId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ConversationRow, CustomerRow, EventRow, FieldRow, JournalLine, MessageRow, OutboxRow,
    PersonRow, Provenance, RecordRow, TaskRow, TimelineRow,
};

/// What one month brought, in the currency most of the customer's records have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Month {
    /// Which (`2026-03`).
    pub month: String,
    /// Orders dated in it.
    pub ordered: Money,
    /// Invoices dated in it.
    pub invoiced: Money,
    /// What is still to be paid of those invoices and past its due day.
    pub overdue: Money,
}

/// Happenings of one kind a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ActivityKind {
    /// `mail`, `chat`, `ticket` or `record`.
    pub kind: String,
    /// Counts a day (of UTC) over the last 90 days with today, oldest first.
    pub days: Vec<u32>,
}

/// What changed in one field, on a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Change {
    /// Which field.
    pub field: String,
    /// Before.
    pub old: FieldValue,
    /// After.
    pub new: FieldValue,
    /// Before, for people: a reference by its title.
    pub old_shown: String,
    /// After, for people.
    pub new_shown: String,
    /// `remote`, `me` or `rule`.
    pub cause: String,
}

/// A note the user or a colleague wrote on a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NoteRow {
    /// Its id.
    pub id: ItemId,
    /// The text.
    pub text: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was last changed.
    pub at: Millis,
    /// It waits for its source.
    pub pending: bool,
    /// Where from, how old.
    pub from: Provenance,
}

/// A conversation whose last word is somebody's question, with the question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Asked {
    /// The conversation.
    pub row: ConversationRow,
    /// The sentence that asks.
    pub sentence: String,
    /// The whole message, its beginning at least, with the sentence in it.
    pub text: String,
    /// The message.
    pub message: ItemId,
    /// When it was asked.
    pub at: Millis,
}

/// What needs the user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Today {
    /// Conversations with unread mentions.
    pub mentions: Vec<ConversationRow>,
    /// Conversations whose last word is a customer's question, with the sentence.
    pub questions: Vec<Asked>,
    /// Invoices past due.
    pub overdue: Vec<RecordRow>,
    /// Tasks due today or before, the oldest first; a bounded number of them.
    pub tasks: Vec<TaskRow>,
    /// How many tasks are due today or before.
    pub tasks_due: u32,
    /// The rest of the day's calendar.
    pub events: Vec<EventRow>,
    /// Conversations that came back from snooze.
    pub back: Vec<ConversationRow>,
    /// The next entry with other people in it, up to a week ahead.
    pub next: Option<EventRow>,
}

/// A customer's question nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OpenQuestion {
    /// Who asked.
    pub who: String,
    /// The person behind the name.
    pub person: Option<PersonId>,
    /// The sentence.
    pub text: String,
    /// When.
    pub at: Millis,
    /// Where.
    pub conversation: ItemId,
    /// In which message.
    pub message: ItemId,
    /// Where from, how old.
    pub from: Provenance,
}

/// What to know before a meeting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Brief {
    /// The meeting.
    pub event: EventRow,
    /// The customer it is with, found by the entry itself or by who is asked.
    pub customer: Option<CustomerRow>,
    /// People asked whom Rapport knows.
    pub people: Vec<PersonRow>,
    /// The last thing said with the customer before the meeting.
    pub last_spoke: Option<TimelineRow>,
    /// What changed since the last meeting or word of the user's with them;
    /// of each field only its newest change, with its first value.
    pub changes: Vec<JournalLine>,
    /// Since when the changes count.
    pub since: Option<Millis>,
    /// Their questions without an answer.
    pub open_questions: Vec<OpenQuestion>,
    /// Their invoices past due.
    pub overdue: Vec<RecordRow>,
    /// Their open opportunities.
    pub opportunities: Vec<RecordRow>,
}

/// One calendar entry with everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EventPage {
    /// The row, of the occurrence asked for.
    pub event: EventRow,
    /// Free text.
    pub notes: Option<String>,
    /// Who asks to come.
    pub organizer: Option<Mailbox>,
    /// The way to join over the network, taken from place or notes.
    pub join: Option<String>,
    /// Entries before and after on the same day.
    pub day: Vec<EventRow>,
}

/// One task with everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskPage {
    /// The row.
    pub row: TaskRow,
    /// Details.
    pub notes: Option<String>,
    /// All tracked fields.
    pub fields: Vec<FieldRow>,
    /// Its latest changes.
    pub journal: Vec<JournalLine>,
    /// Its commands that are not done.
    pub outbox: Vec<OutboxRow>,
    /// The message it was made from, while that is here.
    pub message: Option<MessageRow>,
    /// The conversation that message is in.
    pub conversation: Option<ConversationRow>,
}

/// A way to go on with a half-typed query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Completion {
    /// What is put in place of the word at the cursor.
    pub insert: String,
    /// What a list shows.
    pub shown: String,
    /// What it is: an operator's name or what the value stands for.
    pub about: String,
}

/// Ways to go on, and which part of the text they replace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Completions {
    /// Where the replaced part begins, in UTF-16 units as the window counts.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// Best first.
    pub words: Vec<Completion>,
}
