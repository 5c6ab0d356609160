//! A remote system in memory: several accounts may sign in to it, and it fails
//! exactly as told.
//!
//! Invariant: it never de-duplicates on its own. What arrives twice is done
//! twice, and [`Remote::effects`] shows it.

mod connector;
mod remote;
mod trouble;

pub use connector::{FakeConnector, FakeFactory, MANIFEST};
pub use remote::{DEALS, Effect, FILES, ROOMS, Remote};
pub use trouble::{Trouble, Troubles, Verb};
