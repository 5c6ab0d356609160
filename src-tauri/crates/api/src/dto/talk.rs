//! Conversations, messages and drafts.

use rapport_model::command::Outgoing;
use rapport_model::{CommandId, Handle, ItemId, Millis};
pub use rapport_store::view::ConversationFilter;
use rapport_store::view::{DraftRow, MessageRow, MessagesWanted, Spot};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// Only newer than this message, those next to it.
    #[serde(default)]
    pub after: Option<ItemId>,
    /// Those around this moment: a jump to a date.
    #[serde(default)]
    pub around: Option<Millis>,
    /// Those around this message: a jump to a hit or to what an answer quotes.
    #[serde(default)]
    pub around_message: Option<ItemId>,
    /// Only of this thread, its first message included.
    #[serde(default)]
    pub thread: Option<Handle>,
    /// Also say which messages of the conversation have these words, in `hits`.
    #[serde(default)]
    pub search: Option<String>,
    /// At most this many (default 50).
    #[serde(default)]
    pub limit: Option<u32>,
}

impl MessagesOf {
    /// The newest messages of a conversation.
    #[must_use]
    pub const fn newest(conversation: ItemId, limit: Option<u32>) -> Self {
        Self {
            conversation,
            before: None,
            after: None,
            around: None,
            around_message: None,
            thread: None,
            search: None,
            limit,
        }
    }
}

impl From<MessagesOf> for MessagesWanted {
    fn from(which: MessagesOf) -> Self {
        let spot = if let Some(id) = which.around_message {
            Spot::Around(id)
        } else if let Some(at) = which.around {
            Spot::At(at)
        } else if let Some(id) = which.after {
            Spot::After(id)
        } else if let Some(id) = which.before {
            Spot::Before(id)
        } else {
            Spot::Newest
        };
        Self {
            spot,
            thread: which.thread,
            search: which.search,
            limit: which.limit,
        }
    }
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
    /// Not before this moment; it can be taken back until then.
    #[serde(default)]
    pub at: Option<Millis>,
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

/// What was said, on its way out.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Sent {
    /// Its id in the outbox.
    pub command: CommandId,
    /// The item that shows it.
    pub item: Option<ItemId>,
    /// It can be taken back until then and leaves after that.
    pub until: Option<Millis>,
    /// As its conversation shows it.
    pub row: Option<MessageRow>,
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
    /// What is written so far, and for whom.
    #[serde(flatten)]
    pub message: Outgoing,
}

/// The draft of a conversation with what it takes to go on writing it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct KeptDraft {
    /// What is written; nothing is when absent.
    pub draft: Option<DraftRow>,
    /// The message it answers, when that is here.
    pub answers: Option<MessageRow>,
    /// Its files, in order.
    pub files: Vec<KeptFile>,
}

/// A file that is to go with a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeptFile {
    /// Where it lies.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its size in bytes; absent when it is not there any more.
    #[ts(type = "number | null")]
    pub bytes: Option<u64>,
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
