//! Real servers for tests: a Matrix homeserver, an ERP, and clients that share no code with ours.
//!
//! The invariant: nothing here outlives the test that started it, leaves the loopback
//! interface, or writes into the checkout.
//!
//! Synapse and Tryton come from PyPI into virtual environments under the cache
//! ([`cache::root`]), each under a name that carries a hash of its requirement list, so a
//! changed list is a new environment. A seeded data folder ("template") is made once and
//! cloned for every start: a test may do to its server what it likes. Servers listen on a
//! free port of 127.0.0.1; each is a single process of ours, killed and reaped on drop
//! (a failing test unwinds through that), and each watches a pipe to us, so that even a
//! `kill -9` of the test leaves nothing behind (`launch.py`).
//!
//! Deliberately absent: containers, fixed ports, shared servers. First use costs minutes
//! (`servers -- prepare` pays for it up front), later ones about three seconds.

mod auth_service;
mod browser;
pub mod cache;
mod cas;
mod command;
pub(crate) use command::{program, run};
mod error;
mod matrix_user;
mod nio;
pub mod play;
mod process;
pub(crate) use process::free_port;
mod synapse;
mod synapse_config;
mod tryton;
mod tryton_user;
mod venv;
mod wait;
mod web;

pub use auth_service::AuthService;
pub use browser::{browse, way_back_of};
pub use cas::Cas;
pub use error::HarnessError;
pub use matrix_user::{Direction, MatrixUser};
pub use nio::{NioPeer, Received};
pub use synapse::{PEOPLE, Synapse, SynapseOptions};
pub use tryton::{SeedCounts, Tryton};
pub use tryton_user::{TrytonUser, date, datetime, decimal};
pub use wait::eventually;

/// Installs everything and makes every template, so that the tests that follow start at once.
///
/// # Errors
/// When Python, the network or a server's own set-up fails; the message says which.
pub async fn prepare() -> Result<(), HarnessError> {
    let (matrix, erp, peer) =
        futures_util::join!(synapse::template(), tryton::template(), nio::environment(),);
    matrix?;
    erp?;
    peer?;
    Ok(())
}

/// The password of every seeded user, on every server here.
#[must_use]
pub fn password_of(user: &str) -> String {
    format!("pw-{user}")
}
