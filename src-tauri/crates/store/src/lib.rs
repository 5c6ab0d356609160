//! The one encrypted SQLite file: everything Rapport knows, in transactions.
//!
//! Invariant: only this crate writes SQL. A change lands whole or not at all,
//! together with its journal, its search index and the cursor that covers it;
//! and nothing here ever wipes or re-creates a file it cannot read.

#[cfg(feature = "bench")]
pub mod bound;
pub mod db;
mod error;
mod export;
pub mod fail;
mod forget;
mod hash;
pub mod key;
mod profile;
mod ready;
mod remove;
mod rename;
pub mod search;
pub mod table;
mod topic;
mod upsert;
pub mod view;

#[cfg(test)]
mod tests;

pub use db::{Db, Reader, Tx};
pub use error::{OpenError, StoreError};
pub use export::{Scope, Whole};
pub use forget::{Loss, Unsent};
pub use profile::{Profile, ProfileLock};
pub use ready::Ready;
pub use table::item::{Links, Place, Stored};
pub use table::journal::{FieldChange, JournalQuery, JournalRow};
pub use table::outbox::{Entry, EntryFilter, Moved, NewEntry, ThreeWay};
pub use table::people;
pub use topic::Topic;
pub use upsert::{Outcome, Upserted, Written};
