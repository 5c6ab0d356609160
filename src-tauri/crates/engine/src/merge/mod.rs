//! What becomes of two changes to one thing. Pure: values in, values out.
//!
//! Invariant: nobody's edit is lost. Disjoint fields merge; the same field with
//! two different values is a conflict that carries all three values.

mod fields;
mod message;

pub use fields::{Clash, Merged, Rebased, merge, overlay, rebase, same};
pub use message::message_with;
