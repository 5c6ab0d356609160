//! Conversations, messages and drafts.

use rapport_model::command::Outgoing;
use rapport_model::{AccountId, CommandId, ItemId, OrgId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which conversations, newest activity first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ConversationFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Of this customer.
    pub customer: Option<OrgId>,
    /// `room`, `direct`, `space`, `mail_thread` or `ticket`.
    pub kind: Option<String>,
    /// Whose title contains this.
    pub title: Option<String>,
    /// Only with unread messages.
    pub unread: bool,
    /// Only with unread mentions.
    pub mentions: bool,
    /// Only those whose last word is the customer's.
    pub waiting: bool,
    /// Done ones too.
    pub done: bool,
    /// At most this many (default 100).
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: Option<u32>,
}

/// Names a conversation.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OneConversation {
    /// Which.
    pub conversation: ItemId,
}

/// Which messages of a conversation.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MessagesOf {
    /// Which conversation.
    pub conversation: ItemId,
    /// Only older than this message.
    #[serde(default)]
    pub before: Option<ItemId>,
    /// At most this many (default 50).
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Says something.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Say {
    /// Where.
    pub conversation: ItemId,
    /// What.
    pub message: Outgoing,
    /// With the next turn, without an undo window.
    #[serde(default)]
    pub now: bool,
}

/// Names a message.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OneMessage {
    /// Which.
    pub message: ItemId,
}

/// Changes the text of an own message.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EditMessage {
    /// Which.
    pub message: ItemId,
    /// The new text.
    pub text: String,
}

/// Takes a message back.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Redact {
    /// Which.
    pub message: ItemId,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Reacts to a message.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct React {
    /// Which.
    pub message: ItemId,
    /// The emoji or word.
    pub key: String,
}

/// What older history came.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Backfilled {
    /// There was a gap to fill.
    pub gap: bool,
    /// Changes that came.
    #[ts(type = "number")]
    pub changes: u64,
}

/// The command an action became.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Queued {
    /// Its id in the outbox; of an earlier one when it melted into that.
    pub command: CommandId,
    /// The item that shows it.
    pub item: Option<ItemId>,
}

impl From<rapport_engine::Placed> for Queued {
    fn from(placed: rapport_engine::Placed) -> Self {
        Self {
            command: placed.command,
            item: placed.item,
        }
    }
}

/// Tells others that the user is typing.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Typing {
    /// Where.
    pub conversation: ItemId,
    /// Typing, or stopped.
    pub typing: bool,
}

/// Keeps what the user is writing. Never sent by itself.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SaveDraft {
    /// For which conversation.
    pub conversation: ItemId,
    /// The text so far.
    pub text: String,
}

/// Fetches a file that came with a message or record.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Download {
    /// The item it came with.
    pub item: ItemId,
    /// Which of its files, from 0.
    pub index: u32,
    /// Where to put it.
    pub to: String,
    /// At most this many bytes (default 100 MB).
    #[serde(default)]
    #[ts(type = "number | null")]
    pub limit: Option<u64>,
}

/// A fetched file.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Downloaded {
    /// Where it lies.
    pub path: String,
    /// How large it is.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// The HTML form of a message.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MessageHtml {
    /// As received; `None` when the message has only text.
    pub html: Option<String>,
}
