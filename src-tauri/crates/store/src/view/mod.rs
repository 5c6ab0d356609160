//! The queries behind the screens: each returns rows ready to be shown.
//!
//! Invariant: a view only reads, and costs what it shows: every list is
//! answered from an index and cut by a limit.

mod care;
mod common;
mod customers;
mod find;
mod people;
mod plan;
mod records;
mod recur;
mod rows;
mod talk;

pub use care::{draft_versions, drafts};
pub use customers::{looked_key, organisation_row};
pub use find::notifications;
pub use plan::{TasksWanted, today};
pub use records::RecordsWanted;
pub use rows::*;
pub use talk::ConversationsWanted;
