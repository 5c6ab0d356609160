//! What the user wants done at a source, from the click to the receipt.
//!
//! Invariant: `Sending` is committed before the first byte leaves, and an effect
//! is never repeated without the source's answer or the user's word.

mod conflict;
mod done;
mod join;
mod ops;
mod queue;
mod rewrite;
mod run;
mod state;

use rapport_model::command::Edit;
use rapport_model::{Command, ItemId, State};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::outbox::EntryFilter;

pub use ops::{Choice, Op};
pub(crate) use ops::{apply as operate, hurry, resolve};
pub(crate) use queue::{Wish, queue};
pub use rewrite::{absorb, has_undo_window, melt, on_revision, retarget, target};
pub(crate) use run::drain;
pub use state::{Event, next};

/// The states of an entry that is not over.
pub const OPEN: [State; 4] = [State::Queued, State::Sending, State::Unsure, State::Parked];

/// The field edits of an item that the source has not confirmed, in order.
pub(crate) fn waiting_edits(tx: &Tx<'_>, item: ItemId) -> Result<Vec<Edit>, StoreError> {
    let open = EntryFilter {
        item: Some(item),
        states: OPEN.to_vec(),
        ..EntryFilter::default()
    };
    let mut edits = Vec::new();
    for entry in tx.entries(&open)? {
        if let Command::SetFields { edits: more, .. } = entry.command {
            edits.extend(more);
        }
    }
    Ok(edits)
}
