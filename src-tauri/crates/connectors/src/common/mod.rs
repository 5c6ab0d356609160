//! What two connectors share.
//!
//! Invariant: nothing here does I/O; no connector's wire format is known.

pub mod digest;
pub mod text;
pub mod time_cursor;
mod vault;

pub use digest::{digest64, hex};
pub use text::{clean, mailbox, plain_from_markdown};
pub(crate) use vault::unanswered;
