//! What is said: conversations, messages, drafts.

use rapport_model::command::Outgoing;
use rapport_model::conversation::Attachment;
use rapport_model::conversation::Reaction;
use rapport_model::conversation::Readable;
use rapport_model::{
    AccountId, CollectionId, CommandId, Fault, Handle, ItemId, LinkId, Mailbox, Millis, OrgId,
    PersonId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::OutboxRow;

/// A conversation in the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ConversationRow {
    /// Its id.
    pub id: ItemId,
    /// Which account.
    pub account: AccountId,
    /// Its collection.
    pub collection: CollectionId,
    /// Where it sits at the source.
    pub handle: Handle,
    /// `room`, `direct`, `space`, `mail_thread` or `ticket`.
    pub kind: String,
    /// Its name.
    pub title: String,
    /// The newest message's moment.
    pub last_at: Millis,
    /// Who said it.
    pub last_from: Option<String>,
    /// How it begins.
    pub last_text: String,
    /// The user said it.
    pub last_mine: bool,
    /// The person who said it.
    pub last_person: Option<PersonId>,
    /// To whom the user said it, in a mail.
    pub last_to: Option<String>,
    /// Unread messages.
    pub unread: u32,
    /// Unread mentions.
    pub mentions: u32,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// End-to-end encrypted.
    pub encrypted: bool,
    /// Triaged by the user.
    pub done: bool,
    /// Muted.
    pub muted: bool,
    /// A draft waits.
    pub draft: bool,
    /// `joined`, `invited` or `left`.
    pub membership: String,
    /// Put off until this moment, or until somebody writes.
    pub snoozed_until: Option<Millis>,
    /// Came back from being put off at this moment, and was not triaged since.
    pub back_at: Option<Millis>,
    /// The moment the earliest scheduled message of the user's goes.
    pub scheduled: Option<Millis>,
    /// The last word is somebody else's question.
    pub question: bool,
    /// Messages of the user's that were refused or may not have arrived.
    pub failed: u32,
    /// The user marked it as unread.
    pub marked_unread: bool,
}

/// Somebody in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SomeoneRow {
    /// Their name, or their address.
    pub name: String,
    /// Their address at the source.
    pub address: String,
    /// The person behind the address, when known.
    pub person: Option<PersonId>,
}

/// How far somebody else has read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Receipt {
    /// Their name, or their address.
    pub name: String,
    /// The person behind the address, when known.
    pub person: Option<PersonId>,
    /// The newest message they have read.
    pub message: ItemId,
}

/// How many there are, for the marks beside the window's lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Counts {
    /// Conversations in the inbox.
    pub inbox: u32,
    /// Of these, with something unread.
    pub unread: u32,
    /// Of these, with an unread mention.
    pub mentions: u32,
    /// Of these, whose last word is the customer's.
    pub waiting: u32,
    /// Put off.
    pub snoozed: u32,
    /// Came back from being put off and not triaged since.
    pub back: u32,
    /// Drafts.
    pub drafts: u32,
    /// Messages that go at a moment the user chose.
    pub scheduled: u32,
    /// Messages that were refused or may not have arrived.
    pub failed: u32,
    /// Open tasks due today or before.
    pub tasks_due: u32,
    /// Of these, past due.
    pub overdue: u32,
    /// Invoices past due.
    pub invoices_overdue: u32,
    /// Lines of what needs the user: mentions, open questions, overdue invoices,
    /// due tasks, what came back.
    pub needs: u32,
    /// Outbox entries that are not over.
    pub outbox: u32,
    /// Of these, waiting for the user.
    pub parked: u32,
    /// Accounts that are not well and not paused.
    pub accounts_ill: u32,
    /// Notifications not seen yet.
    pub notifications: u32,
}

/// A text to be used again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TemplateRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its text, with fields in double braces.
    pub text: String,
    /// When it was last changed.
    pub at: Millis,
}

/// Where a message of the user's stands on its way out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Way {
    /// The command.
    pub command: CommandId,
    /// `queued`, `sending`, `unsure`, `parked`.
    pub state: String,
    /// Why it waits or was refused.
    pub fault: Option<Fault>,
    /// Not sent before this moment.
    pub not_before: Millis,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageRow {
    /// Its id.
    pub id: ItemId,
    /// Where it sits at the source.
    pub handle: Handle,
    /// Its Message-ID or transaction id.
    pub link: Option<LinkId>,
    /// When it was said.
    pub at: Millis,
    /// Who said it.
    pub from: Mailbox,
    /// The person behind the address.
    pub person: Option<PersonId>,
    /// Said by the user.
    pub mine: bool,
    /// Addressees of a mail.
    pub to: Vec<Mailbox>,
    /// Copies of a mail.
    pub cc: Vec<Mailbox>,
    /// Subject.
    pub subject: Option<String>,
    /// The visible text.
    pub text: String,
    /// It also has an HTML form, fetched apart and never shown unsanitised.
    pub has_html: bool,
    /// The message it answers.
    pub reply_to: Option<Handle>,
    /// Its thread.
    pub thread: Option<Handle>,
    /// When it was edited.
    pub edited: Option<Millis>,
    /// Whether it can be read.
    pub readable: Readable,
    /// Reactions.
    pub reactions: Vec<Reaction>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Internal note.
    pub internal: bool,
    /// Not read yet.
    pub unread: bool,
    /// Where it stands, while it is on its way out.
    pub way: Option<Way>,
    /// Tasks that were made from it.
    pub tasks: Vec<ItemId>,
    /// The conversation it is said in.
    pub conversation: Option<ItemId>,
}

/// Messages, newest first, and the holes between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessagePage {
    /// Newest first.
    pub messages: Vec<MessageRow>,
    /// Known holes: history is missing just before these moments.
    pub gaps: Vec<Millis>,
    /// Older messages are here.
    pub more: bool,
    /// Newer messages are here.
    pub newer: bool,
    /// The oldest message the user has not read.
    pub read_marker: Option<ItemId>,
    /// How far others have read, as far as it was heard since the start.
    pub receipts: Vec<Receipt>,
    /// With a search: every message that has its words, newest first, at most 500.
    pub hits: Vec<ItemId>,
    /// Messages of the user's that go later, the first to go first.
    pub scheduled: Vec<OutboxRow>,
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DraftRow {
    /// For which conversation.
    pub conversation: ItemId,
    /// Its title.
    pub title: String,
    /// What is written so far, and for whom.
    #[serde(flatten)]
    pub message: Outgoing,
    /// Which version, from 1.
    pub version: u32,
    /// When it was saved.
    pub at: Millis,
}
