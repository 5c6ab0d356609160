//! What the user wants done at a source, and where it stands.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::contact::Mailbox;
use crate::field::{FieldName, FieldValue};
use crate::id::{CollectionId, Handle, LinkId, Revision};
use crate::item::{Body, ItemRef, Kind};

/// One wish. Its id is a [`crate::CommandId`], which is also the idempotency
/// key at the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Command {
    /// Say something in a conversation.
    Send {
        /// Where.
        conversation: ItemRef,
        /// What.
        message: Outgoing,
    },
    /// Change the text of an own message.
    EditMessage {
        /// Which.
        message: ItemRef,
        /// Its conversation.
        conversation: Handle,
        /// The new text.
        text: String,
    },
    /// Take a message back.
    Redact {
        /// Which.
        message: ItemRef,
        /// Its conversation.
        conversation: Handle,
        /// Why.
        reason: Option<String>,
    },
    /// React to a message.
    React {
        /// Which.
        message: ItemRef,
        /// Its conversation.
        conversation: Handle,
        /// The emoji or word.
        key: String,
    },
    /// Move the read position.
    MarkRead {
        /// Where.
        conversation: ItemRef,
        /// Up to this message.
        up_to: Handle,
    },
    /// Make a new item.
    Create {
        /// Where.
        collection: CollectionId,
        /// What. Boxed: bodies are large.
        body: Box<Body>,
        /// What it is, wherever it sits (iCal UID, Message-ID).
        link: Option<LinkId>,
    },
    /// Set fields of an item. Coalesces with a queued one on the same item.
    SetFields {
        /// Which.
        target: ItemRef,
        /// What kind of item it is.
        kind: Kind,
        /// Which fields, from what to what.
        edits: Vec<Edit>,
        /// The revision the user saw.
        base: Option<Revision>,
    },
    /// Press a button the server offers (`convert`, `won`, `lost`).
    Act {
        /// On which item.
        target: ItemRef,
        /// Which button.
        action: String,
        /// The revision the user saw.
        base: Option<Revision>,
    },
    /// Remove an item.
    Delete {
        /// Which.
        target: ItemRef,
        /// The revision the user saw.
        base: Option<Revision>,
    },
}

/// A message on its way out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Outgoing {
    /// Text, Markdown allowed.
    pub text: String,
    /// Subject of a mail.
    pub subject: Option<String>,
    /// Addressees of a mail.
    pub to: Vec<Mailbox>,
    /// Copies of a mail.
    pub cc: Vec<Mailbox>,
    /// The message it answers.
    pub reply_to: Option<Handle>,
    /// The thread it belongs to.
    pub thread: Option<Handle>,
    /// Addresses it mentions.
    pub mentions: Vec<String>,
    /// Paths of local files to send along.
    pub files: Vec<String>,
}

/// One field, from what to what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Edit {
    /// Which field.
    pub field: FieldName,
    /// The value the user saw when they began.
    pub base: FieldValue,
    /// The value they want.
    pub mine: FieldValue,
}

/// Whether doing it twice differs from doing it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Repeat {
    /// Wanted state: setting it again changes nothing.
    Harmless,
    /// An effect: a second time would be seen.
    Harmful,
}

impl Command {
    /// Whether it may be sent again without asking the server first.
    #[must_use]
    pub const fn repeat(&self) -> Repeat {
        match self {
            Self::SetFields { .. }
            | Self::MarkRead { .. }
            | Self::Redact { .. }
            | Self::Delete { .. } => Repeat::Harmless,
            Self::Send { .. }
            | Self::EditMessage { .. }
            | Self::React { .. }
            | Self::Create { .. }
            | Self::Act { .. } => Repeat::Harmful,
        }
    }

    /// The collection whose order it keeps.
    #[must_use]
    pub const fn collection(&self) -> &CollectionId {
        match self {
            Self::Send { conversation, .. } | Self::MarkRead { conversation, .. } => {
                &conversation.collection
            }
            Self::EditMessage { message, .. }
            | Self::Redact { message, .. }
            | Self::React { message, .. } => &message.collection,
            Self::Create { collection, .. } => collection,
            Self::SetFields { target, .. }
            | Self::Act { target, .. }
            | Self::Delete { target, .. } => &target.collection,
        }
    }

    /// The stored word for what it does.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Send { .. } => "send",
            Self::EditMessage { .. } => "edit_message",
            Self::Redact { .. } => "redact",
            Self::React { .. } => "react",
            Self::MarkRead { .. } => "mark_read",
            Self::Create { .. } => "create",
            Self::SetFields { .. } => "set_fields",
            Self::Act { .. } => "act",
            Self::Delete { .. } => "delete",
        }
    }
}

/// What the source answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Receipt {
    /// It is done there.
    Applied {
        /// Where the new or changed item sits.
        handle: Option<Handle>,
        /// Its revision after the change.
        revision: Option<Revision>,
    },
    /// The source has not seen it, or de-duplicates by our key: sending (again)
    /// is safe. Only an answer to `lookup`.
    NeverArrived,
}

/// Where an outbox entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits: for its undo window, its turn, the network, a sign-in.
    Queued,
    /// Committed before the first byte leaves.
    Sending,
    /// The line broke after the request was written: ask before sending again.
    Unsure,
    /// The source confirmed it.
    Done,
    /// Refused or in conflict; waits for the user, with the reason.
    Parked,
    /// Taken back by the user.
    Withdrawn,
}

impl State {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Unsure => "unsure",
            Self::Done => "done",
            Self::Parked => "parked",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Queued,
            Self::Sending,
            Self::Unsure,
            Self::Done,
            Self::Parked,
            Self::Withdrawn,
        ]
        .into_iter()
        .find(|state| state.word() == word)
    }
}
