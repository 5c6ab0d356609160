//! The queries behind the screens: each returns rows ready to be shown.
//!
//! Invariant: a view only reads, and costs what it shows: every list is
//! answered from an index and cut by a limit.

mod asked;
mod brief;
mod calendar;
mod care;
mod common;
mod customers;
mod drafts;
mod figures;
mod find;
mod hydrate;
mod inbox;
mod messages;
mod people;
mod plan;
mod records;
mod recur;
mod rows;
mod talk;
mod tasks;
mod timeline;
mod words;

pub use customers::{
    CustomerOrder, CustomersWanted, NODES, looked_key, node_reference, organisation_row,
};
pub use drafts::{draft_in, draft_versions, drafts};
pub use find::{notification_row, notifications};
pub use inbox::ConversationFilter;
pub use messages::{MessagesWanted, Spot};
pub use people::Whose;
pub use plan::today;
pub use records::RecordsWanted;
pub use rows::*;
pub use tasks::{TaskOrder, TasksWanted};
pub use timeline::TimelineWanted;
