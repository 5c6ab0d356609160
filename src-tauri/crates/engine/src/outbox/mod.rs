//! What the user wants done at a source, from the click to the receipt.
//!
//! Invariant: `Sending` is committed before the first byte leaves, and an effect
//! is never repeated without the source's answer or the user's word.

mod rewrite;
mod state;

pub use rewrite::{absorb, has_undo_window, melt, on_revision, retarget, target};
pub use state::{Event, next};
