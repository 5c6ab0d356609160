//! What is said: conversations, messages, drafts.

use rapport_model::conversation::Attachment;
use rapport_model::conversation::Reaction;
use rapport_model::conversation::Readable;
use rapport_model::{
    AccountId, CollectionId, CommandId, Fault, Handle, ItemId, LinkId, Mailbox, Millis, OrgId,
    PersonId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DraftRow {
    /// For which conversation.
    pub conversation: ItemId,
    /// Its title.
    pub title: String,
    /// The text.
    pub text: String,
    /// Which version, from 1.
    pub version: u32,
    /// When it was saved.
    pub at: Millis,
}
