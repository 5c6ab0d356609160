//! One module a table or family of tables: its columns, and what is asked of it.
//!
//! The text of a step is frozen once released: a change is a new step with a
//! later date at the end of the table's list.

pub mod account;
pub mod belonging;
pub mod body;
pub mod collection;
pub mod daily;
pub mod draft;
pub mod erased;
pub mod figures;
pub mod gap;
pub mod item;
pub mod journal;
pub mod member;
pub mod notification;
pub mod outbox;
pub mod patch;
pub mod people;
pub mod pin;
pub mod poison;
pub mod raw;
pub mod refs;
pub mod remote;
pub mod setting;
pub mod signal;
pub mod template;
pub mod triage;

use crate::db::Migration;

/// Every step of every table. Applied in order of name, which begins with its
/// date; steps of one moment keep the order of this list.
pub(crate) fn steps() -> Vec<&'static Migration> {
    let mut steps: Vec<&'static Migration> = [
        setting::SCHEMA,
        account::SCHEMA,
        collection::SCHEMA,
        item::SCHEMA,
        body::SCHEMA,
        belonging::SCHEMA,
        raw::SCHEMA,
        remote::SCHEMA,
        refs::SCHEMA,
        patch::SCHEMA,
        gap::SCHEMA,
        poison::SCHEMA,
        journal::SCHEMA,
        people::SCHEMA,
        outbox::SCHEMA,
        draft::SCHEMA,
        notification::SCHEMA,
        signal::SCHEMA,
        triage::SCHEMA,
        template::SCHEMA,
        pin::SCHEMA,
        figures::SCHEMA,
        daily::SCHEMA,
        erased::SCHEMA,
        member::SCHEMA,
        crate::search::SCHEMA,
    ]
    .into_iter()
    .flatten()
    .collect();
    steps.sort_by_key(|step| step.date());
    steps
}
