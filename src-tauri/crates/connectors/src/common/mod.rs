//! What two connectors share.
//!
//! Invariant: everything here is pure; no connector's wire format is known.

pub mod digest;
pub mod text;
pub mod time_cursor;

pub use digest::{digest64, hex};
pub use text::{clean, mailbox, plain_from_markdown};
