//! An item: anything that a source holds and Rapport keeps a copy of.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::contact::{Contact, Organisation};
use crate::conversation::{Conversation, Message};
use crate::id::{CollectionId, Handle, LinkId, Revision};
use crate::plan::{Event, Task, WikiPage};
use crate::record::Record;
use crate::time::Millis;

/// One thing at a source, as the connector mapped it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Where it sits at the source.
    pub handle: Handle,
    /// What it is, wherever it sits.
    pub link: Option<LinkId>,
    /// The source's raw version stamp.
    pub revision: Option<Revision>,
    /// The moment it belongs to: when it was said, starts, was made. Orders
    /// lists; must not move when a field is edited.
    pub at: Millis,
    /// What it is and says.
    pub body: Body,
    /// The source's own JSON or text, kept so that a better mapping can be
    /// re-run without the network.
    pub raw: Option<String>,
}

/// The kinds of item, with their content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum Body {
    /// A room, thread, mail thread or ticket discussion.
    Conversation(Conversation),
    /// Something said in a conversation.
    Message(Message),
    /// A to-do.
    Task(Task),
    /// A calendar entry.
    Event(Event),
    /// A wiki page or note.
    Page(WikiPage),
    /// Anything out of a system of record.
    Record(Box<Record>),
    /// A human being, as one source knows them.
    Contact(Box<Contact>),
    /// A company, as one source knows it.
    Organisation(Box<Organisation>),
}

/// The kind of a [`Body`], as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// See [`Body::Conversation`].
    Conversation,
    /// See [`Body::Message`].
    Message,
    /// See [`Body::Task`].
    Task,
    /// See [`Body::Event`].
    Event,
    /// See [`Body::Page`].
    Page,
    /// See [`Body::Record`].
    Record,
    /// See [`Body::Contact`].
    Contact,
    /// See [`Body::Organisation`].
    Organisation,
}

impl Kind {
    /// All kinds, in the order of their stored codes.
    pub const ALL: [Self; 8] = [
        Self::Conversation,
        Self::Message,
        Self::Task,
        Self::Event,
        Self::Page,
        Self::Record,
        Self::Contact,
        Self::Organisation,
    ];

    /// The stored code (1 to 8); frozen.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Conversation => 1,
            Self::Message => 2,
            Self::Task => 3,
            Self::Event => 4,
            Self::Page => 5,
            Self::Record => 6,
            Self::Contact => 7,
            Self::Organisation => 8,
        }
    }

    /// The kind with that stored code.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The word used in the CLI, in `kind:` searches and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Message => "message",
            Self::Task => "task",
            Self::Event => "event",
            Self::Page => "page",
            Self::Record => "record",
            Self::Contact => "contact",
            Self::Organisation => "organisation",
        }
    }
}

impl Body {
    /// Which kind this is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Conversation(_) => Kind::Conversation,
            Self::Message(_) => Kind::Message,
            Self::Task(_) => Kind::Task,
            Self::Event(_) => Kind::Event,
            Self::Page(_) => Kind::Page,
            Self::Record(_) => Kind::Record,
            Self::Contact(_) => Kind::Contact,
            Self::Organisation(_) => Kind::Organisation,
        }
    }

    /// The short line a list shows for it. A message shows its subject; a chat
    /// message has none.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Conversation(it) => &it.title,
            Self::Message(it) => it.subject.as_deref().unwrap_or_default(),
            Self::Task(it) => &it.title,
            Self::Event(it) => &it.title,
            Self::Page(it) => &it.title,
            Self::Record(it) => &it.title,
            Self::Contact(it) => &it.name,
            Self::Organisation(it) => &it.name,
        }
    }
}

/// A reference to another item of the same account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct ItemRef {
    /// The collection it lies in.
    pub collection: CollectionId,
    /// Its handle there.
    pub handle: Handle,
}

impl ItemRef {
    /// A reference to `handle` in `collection`.
    pub fn new(collection: impl Into<String>, handle: impl Into<String>) -> Self {
        Self {
            collection: CollectionId::new(collection),
            handle: Handle::new(handle),
        }
    }
}
