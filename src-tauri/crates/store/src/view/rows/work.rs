//! What is to be done and what is on record.

use std::fmt;

use rapport_model::conversation::Attachment;
use rapport_model::plan::Due;
use rapport_model::record::Line;
use rapport_model::{
    AccountId, CommandId, Fault, FieldValue, Handle, ItemId, LinkId, Mailbox, Millis, Money, OrgId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{JournalLine, Provenance};
use crate::view::common::beginning;

/// A task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskRow {
    /// Its id.
    pub id: ItemId,
    /// Which account.
    pub account: AccountId,
    /// Where it sits at the source.
    pub handle: Handle,
    /// One line.
    pub title: String,
    /// Where it stands.
    pub status: String,
    /// When it is due.
    pub due: Option<Due>,
    /// Past its due moment and not done.
    pub overdue: bool,
    /// 1 to 9.
    pub priority: Option<u8>,
    /// Who does it.
    pub assignee: Option<String>,
    /// Project or list.
    pub project: Option<String>,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The message it was made from.
    pub cause: Option<LinkId>,
    /// That message's row, when it is here.
    pub message: Option<ItemId>,
    /// What that was said in: `room`, `direct`, `mail_thread`, `ticket`.
    pub said_in: Option<String>,
    /// An edit waits for the source.
    pub pending: bool,
    /// Where from, how old.
    pub from: Provenance,
}

/// A calendar entry or one occurrence of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EventRow {
    /// The entry.
    pub id: ItemId,
    /// One line.
    pub title: String,
    /// When it starts.
    pub start: Millis,
    /// When it ends.
    pub end: Millis,
    /// Whole days.
    pub all_day: bool,
    /// Its zone.
    pub zone: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// Who is asked.
    pub attendees: Vec<Mailbox>,
    /// Part of a series.
    pub recurring: bool,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// Where from, how old.
    pub from: Provenance,
}

/// A wiki page in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PageRow {
    /// Its id.
    pub id: ItemId,
    /// Its title.
    pub title: String,
    /// Where it lies.
    pub path: Vec<String>,
    /// When it was last changed.
    pub at: Millis,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// Where from, how old.
    pub from: Provenance,
}

/// A wiki page with its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PageText {
    /// The row.
    pub page: PageRow,
    /// Markdown.
    pub text: String,
}

/// A record in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RecordRow {
    /// Its id.
    pub id: ItemId,
    /// Which kind.
    pub kind: String,
    /// Document code.
    pub number: Option<String>,
    /// One line.
    pub title: String,
    /// The source's word for where it stands.
    pub state: Option<String>,
    /// The shared word.
    pub phase: String,
    /// Total.
    pub amount: Option<Money>,
    /// Still to be paid.
    pub outstanding: Option<Money>,
    /// Its date (`2026-03-12`).
    pub date: Option<String>,
    /// Due (`2026-03-12`).
    pub due: Option<String>,
    /// Days past due, while open.
    #[ts(type = "number | null")]
    pub overdue_days: Option<i64>,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// An edit waits for the source.
    pub pending: bool,
    /// Where from, how old.
    pub from: Provenance,
}

/// A field of a record with where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldRow {
    /// The field.
    pub field: String,
    /// Its value here.
    pub value: FieldValue,
    /// The value for people: a reference by its title.
    pub shown: String,
    /// The source's value, while an edit waits.
    pub at_source: Option<FieldValue>,
    /// When it last changed, as far as it is known here.
    pub changed: Option<Millis>,
}

/// One record with everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RecordPage {
    /// The row.
    pub record: RecordRow,
    /// All tracked fields.
    pub fields: Vec<FieldRow>,
    /// Lines of an order or invoice.
    pub lines: Vec<Line>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// What the server offers to do with it.
    pub actions: Vec<String>,
    /// Records that hang on it.
    pub children: Vec<RecordRow>,
    /// Its commands that are not done.
    pub outbox: Vec<OutboxRow>,
    /// Its latest changes.
    pub journal: Vec<JournalLine>,
}

/// An outbox entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OutboxRow {
    /// Its id.
    pub id: CommandId,
    /// Which account.
    pub account: AccountId,
    /// What it does, as a word.
    pub does: String,
    /// One line for people.
    pub title: String,
    /// The same in its parts, for those who have words of their own.
    pub wish: Wish,
    /// Where it stands.
    pub state: String,
    /// When the user asked for it.
    pub queued: Millis,
    /// Not before this moment.
    pub not_before: Millis,
    /// Tries so far.
    pub attempts: u32,
    /// Why it waits or was refused.
    pub fault: Option<Fault>,
    /// The item it is about.
    pub item: Option<ItemId>,
    /// It waits for this one.
    pub after: Option<CommandId>,
    /// The conversation something is said in.
    pub conversation: Option<ItemId>,
    /// The moment the user chose for it.
    pub scheduled: Option<Millis>,
    /// Fields both sides changed: base, mine, theirs.
    pub conflict: Vec<ConflictRow>,
}

/// What an entry of the outbox wishes for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Wish {
    /// Say something.
    Send {
        /// Its beginning.
        text: String,
    },
    /// Say it differently.
    Edit {
        /// The beginning of the new words.
        text: String,
    },
    /// Take a message back.
    TakeBack,
    /// Take a reaction back.
    Unreact,
    /// React.
    React {
        /// With this.
        key: String,
    },
    /// Mark as read.
    MarkRead,
    /// Make something.
    Create {
        /// Its kind.
        kind: String,
        /// Its title.
        title: String,
    },
    /// Set fields.
    Set {
        /// Of what.
        title: String,
        /// Which, to what.
        fields: Vec<WishedField>,
    },
    /// Do what the source offers.
    Act {
        /// With what.
        title: String,
        /// What.
        action: String,
    },
    /// Delete it.
    Delete {
        /// What.
        title: String,
    },
}

/// A value that is wished for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct WishedField {
    /// Which field.
    pub field: String,
    /// The value.
    pub value: FieldValue,
}

impl Wish {
    /// What it is about in the user's own words, for those who name the deed themselves.
    #[must_use]
    pub fn about(&self) -> String {
        match self {
            Self::Send { text } | Self::Edit { text } => text.clone(),
            Self::React { key } => key.clone(),
            Self::Create { title, .. } | Self::Delete { title } => title.clone(),
            Self::Set { .. } | Self::Act { .. } => self.to_string(),
            Self::TakeBack | Self::Unreact | Self::MarkRead => String::new(),
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { text } => f.write_str(text),
            Self::Edit { text } => write!(f, "Edit: {text}"),
            Self::TakeBack => f.write_str("Take a message back"),
            Self::Unreact => f.write_str("Take a reaction back"),
            Self::React { key } => write!(f, "React with {key}"),
            Self::MarkRead => f.write_str("Mark as read"),
            Self::Create { kind, title } => write!(f, "New {kind}: {title}"),
            Self::Set { title, fields } => {
                write!(f, "{title}: ")?;
                for (at, one) in fields.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    let value = beginning(&one.value.to_string(), 80);
                    write!(f, "{comma}{} → {value}", one.field)?;
                }
                Ok(())
            }
            Self::Act { title, action } => write!(f, "{title}: {action}"),
            Self::Delete { title } => write!(f, "Delete {title}"),
        }
    }
}

/// A field both sides changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ConflictRow {
    /// The field.
    pub field: String,
    /// Before.
    pub base: FieldValue,
    /// The user's.
    pub mine: FieldValue,
    /// The source's.
    pub theirs: FieldValue,
}

/// A record or task found by its code or title.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NamedItem {
    /// Its id.
    pub id: ItemId,
    /// Its kind.
    pub kind: String,
    /// Its code or title.
    pub title: String,
}
