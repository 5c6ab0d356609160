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

use std::sync::Arc;

use rapport_model::connector::Factory;

/// All kinds of system this build can speak to, in the order a list shows them.
#[must_use]
pub fn registry() -> Vec<Arc<dyn Factory>> {
    vec![
        #[cfg(feature = "matrix")]
        Arc::new(matrix::MatrixFactory),
        #[cfg(feature = "tryton")]
        Arc::new(tryton::TrytonFactory),
        #[cfg(feature = "local")]
        Arc::new(local::LocalFactory),
        #[cfg(feature = "files")]
        Arc::new(files::FilesFactory),
    ]
}

/// The kind with that name.
#[must_use]
pub fn factory(name: &str) -> Option<Arc<dyn Factory>> {
    registry()
        .into_iter()
        .find(|factory| factory.manifest().name == name)
}
