//! What is said, and where.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::contact::Mailbox;
use crate::id::Handle;
use crate::item::ItemRef;
use crate::time::Millis;

/// What kind of place a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// A chat room with many members.
    Room,
    /// A chat between two people.
    Direct,
    /// A grouping of rooms.
    Space,
    /// Mails that answer each other.
    MailThread,
    /// The discussion of a ticket or record.
    Ticket,
}

impl ConversationKind {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Direct => "direct",
            Self::Space => "space",
            Self::MailThread => "mail_thread",
            Self::Ticket => "ticket",
        }
    }
}

/// How the user stands to a conversation.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// In it.
    #[default]
    Joined,
    /// Asked in, has not answered.
    Invited,
    /// Was in it; history stays readable here.
    Left,
}

/// A room, direct chat, space, mail thread or ticket discussion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// What kind of place it is.
    pub kind: ConversationKind,
    /// Its name; a direct chat has the other person's.
    pub title: String,
    /// Topic or description.
    pub topic: Option<String>,
    /// Who takes part, the user included.
    pub members: Vec<Mailbox>,
    /// The user's standing.
    pub membership: Membership,
    /// Spaces it belongs to.
    pub parents: Vec<Handle>,
    /// Messages are end-to-end encrypted.
    pub encrypted: bool,
    /// Muted at the source.
    pub muted: bool,
    /// The newest message the user has read, as the source says.
    pub read_up_to: Option<Handle>,
    /// Unread count as the source says; `None` when it does not count.
    pub unread: Option<u32>,
    /// Unread mentions as the source says.
    pub mentions: Option<u32>,
    /// The record or customer it is about, when the source says so.
    pub about: Option<ItemRef>,
}

impl Conversation {
    /// A conversation with only a kind and a title.
    pub fn new(kind: ConversationKind, title: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.into(),
            topic: None,
            members: Vec::new(),
            membership: Membership::Joined,
            parents: Vec::new(),
            encrypted: false,
            muted: false,
            read_up_to: None,
            unread: None,
            mentions: None,
            about: None,
        }
    }
}

/// What a message's content is worth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is", content = "why")]
pub enum Readable {
    /// Its text can be read.
    #[default]
    Yes,
    /// Encrypted, and the key has not arrived; retried when keys come.
    Undecryptable(String),
    /// Taken back by its sender or a moderator.
    Redacted(Option<String>),
    /// Of a type or size this version does not show; the raw form is kept.
    Unsupported(String),
}

/// Something said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The conversation, in the same collection.
    pub conversation: Handle,
    /// Who said it.
    pub from: Mailbox,
    /// Addressees of a mail; empty for chat.
    pub to: Vec<Mailbox>,
    /// Copies of a mail.
    pub cc: Vec<Mailbox>,
    /// Subject of a mail or ticket article.
    pub subject: Option<String>,
    /// The visible text.
    pub text: String,
    /// The HTML form as received: foreign text, never shown unsanitised.
    pub html: Option<String>,
    /// The message it answers.
    pub reply_to: Option<Handle>,
    /// The first message of its thread inside the conversation.
    pub thread: Option<Handle>,
    /// When it was last edited.
    pub edited: Option<Millis>,
    /// Whether and why not its text can be read.
    pub readable: Readable,
    /// Reactions, in order of arrival.
    pub reactions: Vec<Reaction>,
    /// Addresses it mentions; `@room` for everybody.
    pub mentions: Vec<String>,
    /// Files that came with it.
    pub attachments: Vec<Attachment>,
    /// Said by the user.
    pub mine: bool,
    /// Internal note, not seen by the customer.
    pub internal: bool,
    /// The user has not read it yet.
    pub unread: bool,
}

impl Message {
    /// A plain message.
    pub fn plain(conversation: Handle, from: Mailbox, text: impl Into<String>) -> Self {
        Self {
            conversation,
            from,
            to: Vec::new(),
            cc: Vec::new(),
            subject: None,
            text: text.into(),
            html: None,
            reply_to: None,
            thread: None,
            edited: None,
            readable: Readable::Yes,
            reactions: Vec::new(),
            mentions: Vec::new(),
            attachments: Vec::new(),
            mine: false,
            internal: false,
            unread: false,
        }
    }
}

/// One person's reaction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Reaction {
    /// The emoji or word.
    pub key: String,
    /// Who.
    pub from: Mailbox,
    /// Where the reaction itself sits, to take it back.
    pub handle: Option<Handle>,
}

/// A file that belongs to a message or record. Its bytes stay at the source
/// until somebody wants them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Attachment {
    /// File name as sent.
    pub name: String,
    /// Media type as sent.
    pub mime: String,
    /// Size in bytes, when the source says.
    #[ts(type = "number | null")]
    pub size: Option<u64>,
    /// The connector's own address of the bytes (JSON or URI).
    pub source: String,
    /// The connector's own address of a small picture.
    pub thumbnail: Option<String>,
    /// The name under which the HTML form of a mail shows it (`cid:`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
}
