//! One folder per kind of remote system, and the registry of them.
//!
//! Invariant: nothing outside a connector's own folder knows its wire format;
//! adding one touches its folder, one registry line and one logo.

pub mod common;
#[cfg(feature = "files")]
pub mod files;
#[cfg(feature = "local")]
pub mod local;
#[cfg(feature = "matrix")]
pub mod matrix;
pub mod suite;
#[cfg(feature = "tryton")]
pub mod tryton;
