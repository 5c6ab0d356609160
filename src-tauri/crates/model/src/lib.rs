//! The words of Rapport, as types that every other crate shares.
//!
//! Invariant: nothing here does I/O, reads a clock or draws a random number;
//! every type is a value that can be compared, stored and sent to the screen.

pub mod account;
pub mod change;
pub mod command;
pub mod connector;
pub mod contact;
pub mod conversation;
pub mod fault;
pub mod field;
pub mod id;
pub mod item;
pub mod journal;
pub mod ledger;
pub mod money;
pub mod plan;
pub mod record;
pub mod time;

pub use account::{Account, Health};
pub use change::{Change, Coverage, Cursor, Gap, Page, Patch, PatchKind};
pub use command::{Command, Edit, Receipt, State};
pub use connector::{Connector, Manifest};
pub use contact::{Address, AddressKind, Contact, Mailbox, Organisation, Postal};
pub use conversation::{Attachment, Conversation, ConversationKind, Message, Reaction};
pub use fault::{Fault, Remedy};
pub use field::{FieldName, FieldValue, Fields};
pub use id::{
    AccountId, CollectionId, CommandId, Handle, ItemId, LinkId, OrgId, PersonId, Revision,
};
pub use item::{Body, Item, ItemRef, Kind};
pub use journal::Cause;
pub use money::{Currency, Money};
pub use plan::{Event, Task, TaskStatus, WikiPage};
pub use record::{Line, Phase, Record, RecordKind};
pub use time::{Clock, Millis};
