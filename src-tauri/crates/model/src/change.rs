//! What a connector hands over: changes, and the bookmark that covers them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::contact::Mailbox;
use crate::id::Handle;
use crate::item::Item;
use crate::time::Millis;

/// A connector's own bookmark. Opaque to the engine, stored in the same
/// transaction as the changes it covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The connector's version of the form of `data`. A connector that meets a
    /// version it does not know answers [`crate::Fault::CursorExpired`].
    pub version: u16,
    /// The bookmark itself.
    pub data: serde_json::Value,
}

/// One thing that is different at the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// The item is now so. Carries the whole item.
    Upsert(Box<Item>),
    /// The item is no longer there.
    Gone(Handle),
    /// A later event alters an earlier message, which may not be here yet.
    Patch(Patch),
    /// History is missing here, and how to get it.
    Gap(Gap),
    /// The gap with this conversation and token has been filled.
    Filled {
        /// The conversation.
        conversation: Handle,
        /// The token of the gap.
        token: String,
    },
    /// The user's read position in a conversation moved at the source.
    Read {
        /// The conversation.
        conversation: Handle,
        /// What was read last: a message, or what else stands among them, as a reaction or
        /// somebody who came in.
        up_to: Handle,
        /// When that was, where it is no message and the source knows.
        #[serde(default)]
        at: Option<Millis>,
    },
}

/// An edit, redaction or reaction: kept under its own handle, so that order of
/// arrival does not matter and taking it back is exact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    /// The message it alters. For a redaction: the message or the patch.
    pub target: Handle,
    /// Where the patch itself sits at the source.
    pub handle: Handle,
    /// When it was made.
    pub at: Millis,
    /// Who made it.
    pub from: Mailbox,
    /// What it does.
    pub what: PatchKind,
}

/// What a [`Patch`] does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchKind {
    /// New text. Only an edit by the message's own sender counts.
    Edit {
        /// The visible text.
        text: String,
        /// The HTML form.
        html: Option<String>,
        /// Addresses it mentions now.
        mentions: Vec<String>,
    },
    /// Taken back, with the reason given.
    Redact(Option<String>),
    /// A reaction.
    React(String),
}

/// A hole in a conversation's history that is known to be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Gap {
    /// The conversation.
    pub conversation: Handle,
    /// The connector's own token to read on from, backwards.
    pub token: String,
    /// The hole lies just before this moment.
    pub before: Millis,
}

/// How to read an item that is missing from a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// The listing runs over everything; when its last page is in, what was
    /// not listed is gone.
    Complete,
    /// Only what changed; absence says nothing.
    Delta,
}

/// Something that is true for a moment and never stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Ephemeral {
    /// These people are typing.
    Typing {
        /// The conversation.
        conversation: Handle,
        /// Their addresses.
        who: Vec<String>,
    },
    /// Somebody else has read up to here.
    Seen {
        /// The conversation.
        conversation: Handle,
        /// The message.
        message: Handle,
        /// Their address.
        who: String,
    },
}

/// An item that could not be mapped. It is parked with its reason; the rest of
/// the page goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poison {
    /// Where it sits.
    pub handle: Handle,
    /// Why, in plain words.
    pub reason: String,
    /// The raw form, cut at a bound.
    pub raw: Option<String>,
}

/// How far a first look is, where it goes by conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Looked {
    /// So many have been gone through.
    #[ts(type = "number")]
    pub done: u64,
    /// So many the source says there are.
    #[ts(type = "number")]
    pub of: u64,
}

/// One step of a pull.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// In the order to be applied.
    pub changes: Vec<Change>,
    /// How to read absence.
    pub coverage: Coverage,
    /// Where to go on. Covers exactly `changes`.
    pub cursor: Cursor,
    /// More pages are ready now.
    pub more: bool,
    /// How many items the source says it has in this collection, if it said.
    pub source_count: Option<u64>,
    /// How far the first look is with this page, where it can be told.
    pub looked: Option<Looked>,
    /// What could not be mapped.
    pub poison: Vec<Poison>,
    /// Typing and the like.
    pub ephemeral: Vec<Ephemeral>,
}

impl Page {
    /// A page with changes and nothing else to say.
    #[must_use]
    pub const fn new(changes: Vec<Change>, coverage: Coverage, cursor: Cursor, more: bool) -> Self {
        Self {
            changes,
            coverage,
            cursor,
            more,
            source_count: None,
            looked: None,
            poison: Vec::new(),
            ephemeral: Vec::new(),
        }
    }
}
