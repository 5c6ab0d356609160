//! What a commit touched, so that the screens on it can ask again.

use rapport_model::change::Ephemeral;
use rapport_model::{AccountId, CollectionId, ItemId, Kind, OrgId, PersonId};
use serde::Serialize;
use ts_rs::TS;

/// Something a screen can watch. Collected inside a transaction, sent after
/// its commit, each once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case", tag = "on", content = "of")]
pub enum Topic {
    /// An account, its health or the list of accounts.
    Account(AccountId),
    /// A collection's ledger line.
    Collection(AccountId, CollectionId),
    /// What is said in a conversation.
    Conversation(ItemId),
    /// The list of conversations.
    Inbox,
    /// One stored item.
    Item(ItemId),
    /// What belongs to an organisation.
    Customer(OrgId),
    /// What belongs to a person.
    Person(PersonId),
    /// Who is one, who works where.
    People,
    /// The list of tasks.
    Tasks,
    /// The calendar.
    Calendar,
    /// The lists of records.
    Records,
    /// What waits to be sent.
    Outbox,
    /// What is being written.
    Drafts,
    /// What reached the user.
    Notifications,
    /// What is sensed.
    Signals,
    /// Anything that can be found by searching.
    Search,
    /// The settings.
    Settings,
    /// Too much was missed to say what: ask for everything again.
    Everything,
    /// True for a moment, never stored.
    Ephemeral {
        /// Whose.
        account: AccountId,
        /// Where.
        collection: CollectionId,
        /// What.
        what: Ephemeral,
    },
}

impl Topic {
    /// The list an item of this kind is shown in, if there is one.
    pub(crate) const fn list_of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Conversation | Kind::Message => Some(Self::Inbox),
            Kind::Task => Some(Self::Tasks),
            Kind::Event => Some(Self::Calendar),
            Kind::Record => Some(Self::Records),
            Kind::Contact | Kind::Organisation => Some(Self::People),
            Kind::Page => None,
        }
    }
}
