//! The one list of calls that every caller uses: the window, the command line
//! and the loopback host.
//!
//! Invariant: a caller never sees the store or the engine; what it can ask and
//! what comes back is written in [`calls`], typed, and nowhere else.

pub mod calls;
mod disk;
pub mod doctor;
pub mod dto;
mod due;
pub mod error;
mod export;
mod foreign;
pub mod host;
pub mod list;
pub mod live;
mod natural;
mod quiet;
mod rewish;
mod router;
mod template;
pub mod typescript;
mod way_back;

pub use calls::Api;
pub use error::{ApiError, Code};
