//! The real servers, through the testkit's program of the same name.

use crate::fail::Failure;
use crate::folders::{build, built};
use crate::setup;
use crate::shell::{self, say};

/// `up`, `down` or `status`.
pub(crate) fn run(order: &str) -> Result<(), Failure> {
    if cfg!(windows) {
        return Err(Failure::Plain(
            "The real servers do not run on Windows.".to_owned(),
        ));
    }
    setup::ready()?;
    build()?;
    if order == "up" {
        say("The first time this installs and seeds the servers, which takes minutes.");
    }
    shell::run(built("servers")?.arg(order))
}

/// Installs and seeds them all. Needs [`build`] first.
pub(crate) fn prepare() -> Result<(), Failure> {
    if cfg!(windows) {
        // Synapse has no build for Windows; the tests that need it are for Unix.
        return Ok(());
    }
    shell::run(built("servers")?.arg("prepare"))
}
