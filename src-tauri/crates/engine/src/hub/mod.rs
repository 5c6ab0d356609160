//! The one object that callers hold: every verb of the engine, over one profile.
//!
//! Invariant: a call either does the whole of what it says in one transaction,
//! or nothing and says why; what needs a source is queued and survives a crash.

mod accounts;
mod drafts;
mod files;
mod outbox;
mod people;
mod react;
mod run;
mod staged;
mod taken;
mod triage;
mod write;

use std::sync::Arc;

use rapport_model::Clock;
use rapport_model::connector::{Factory, Manifest, Vault};
use rapport_store::Db;
use rapport_store::StoreError;
use rapport_store::db::Reader;
use tokio::sync::broadcast;

use crate::core::Core;
use crate::error::HubError;
use crate::rng::Rng;
use crate::sync::{Supervisor, TaskEvent};

pub use accounts::{NewAccount, Schedule};
pub use staged::Staged;
pub(crate) use staged::sweep;
pub use write::{Placed, SetField};

/// See the module.
#[derive(Debug)]
pub struct Hub {
    core: Arc<Core>,
    supervisor: Supervisor,
}

/// What a hub is made of.
#[derive(Debug)]
pub struct Parts {
    /// The open file.
    pub db: Db,
    /// The connectors this build has.
    pub registry: Vec<Arc<dyn Factory>>,
    /// Where secrets are.
    pub vault: Arc<dyn Vault>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// The seed of all chance: fresh from the system in a real run, fixed in a
    /// simulation. Command ids come from it, so it must not be used twice for
    /// one profile.
    pub seed: u64,
}

impl Hub {
    /// A hub over an open file. Starts nothing and makes no request.
    #[must_use]
    pub fn open(parts: Parts) -> Self {
        let rng = Arc::new(Rng::seeded(parts.seed));
        let core = Core::new(
            parts.db,
            parts.registry,
            parts.vault,
            parts.clock,
            Arc::clone(&rng),
        );
        Self {
            core: Arc::new(core),
            supervisor: Supervisor::new(rng),
        }
    }

    /// The file, for views and searches.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.core.db
    }

    /// Asks the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, HubError> {
        Ok(self.core.read(work)?)
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.core.clock)
    }

    /// Where the user is, when that is not what the system says: what is due today
    /// depends on it.
    pub fn set_zone(&self, zone: jiff::tz::TimeZone) {
        self.core.set_zone(zone);
    }

    /// What the connectors of this build say of themselves.
    #[must_use]
    pub fn manifests(&self) -> Vec<&'static Manifest> {
        self.core
            .factories()
            .iter()
            .map(|it| it.manifest())
            .collect()
    }

    /// A word that was never drawn before: an id for something of our own.
    #[must_use]
    pub fn fresh_word(&self) -> String {
        self.core.command_id().0
    }

    /// Background tasks that ended early.
    pub fn task_events(&self) -> broadcast::Receiver<TaskEvent> {
        self.supervisor.subscribe()
    }

    /// A seed from the system, for [`Parts::seed`].
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn fresh_seed() -> Result<u64, HubError> {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(|why| HubError::Io(why.to_string()))?;
        Ok(u64::from_le_bytes(bytes))
    }
}
