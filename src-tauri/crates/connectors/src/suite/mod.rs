//! The promises every connector keeps, as one suite that each one's tests call.
//!
//! Invariant: the suite knows the contract and no connector. It runs on
//! recorded answers, on a scripted remote or on a real server alike, and
//! changes nothing at the source but what [`Subject::writes`] hands it.
//!
//! ```text
//! rapport_connectors::connector_suite!(fixture);
//! async fn fixture() -> rapport_connectors::suite::Subject { … }
//! ```

mod check;
mod pulls;
mod writes;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rapport_model::connector::{Connector, Factory, Setting, Vault, VaultError};
use rapport_model::time::Stopped;
use rapport_model::{AccountId, Clock, Command, Millis};

/// A connector set up so that the suite can ask it anything.
#[derive(Debug)]
pub struct Subject {
    /// Where it comes from.
    pub factory: Arc<dyn Factory>,
    /// Signed in and ready.
    pub connector: Arc<dyn Connector>,
    /// Commands it is expected to do, in order; each is pushed once. Empty for
    /// a source that must not be touched.
    pub writes: Vec<Command>,
    /// Kept until the suite ends: a temporary folder, a recorded server.
    pub keep: Vec<Arc<dyn Keep>>,
}

/// Anything that must live as long as the suite runs.
pub trait Keep: Send + Sync + std::fmt::Debug {}
impl<T: Send + Sync + std::fmt::Debug> Keep for T {}

impl Subject {
    /// A subject that is only read.
    #[must_use]
    pub fn new(factory: Arc<dyn Factory>, connector: Arc<dyn Connector>) -> Self {
        Self {
            factory,
            connector,
            writes: Vec::new(),
            keep: Vec::new(),
        }
    }

    /// Something the connector needs while it is asked.
    #[must_use]
    pub fn keeping(mut self, thing: impl Keep + 'static) -> Self {
        self.keep.push(Arc::new(thing));
        self
    }

    /// Commands to push, in order.
    #[must_use]
    pub fn writing(mut self, commands: Vec<Command>) -> Self {
        self.writes = commands;
        self
    }
}

/// Runs everything and answers every broken promise, each in a sentence.
pub async fn conform(subject: &Subject) -> Vec<String> {
    let mut out = check::Findings::default();
    check::manifest(subject, &mut out);
    check::hostile_config(subject, &mut out).await;
    let collections = check::discover(subject, &mut out).await;
    let known = pulls::all(subject, &collections, &mut out).await;
    pulls::references(&known, &mut out);
    pulls::fetch(subject, &known, &mut out).await;
    pulls::ids(subject, &known, &mut out).await;
    writes::unknown_targets(subject, &collections, &mut out).await;
    writes::expected(subject, &mut out).await;
    out.broken
}

/// Runs everything and fails with the list of broken promises.
///
/// # Panics
/// A promise is broken; the message says which.
#[expect(
    clippy::panic,
    reason = "it is what a test calls; a broken promise is a failed test"
)]
pub async fn assert_conforms<F: Future<Output = Subject>>(fixture: impl FnOnce() -> F) {
    let subject = fixture().await;
    let broken = conform(&subject).await;
    if !broken.is_empty() {
        let name = subject.factory.manifest().name;
        panic!(
            "{name} breaks {} promises:\n- {}",
            broken.len(),
            broken.join("\n- ")
        );
    }
}

/// The one line of a connector's tests: runs the suite on what `fixture()`
/// sets up.
#[macro_export]
macro_rules! connector_suite {
    ($fixture:path) => {
        #[tokio::test]
        async fn the_connector_keeps_every_promise_of_the_suite() {
            $crate::suite::assert_conforms($fixture).await;
        }
    };
}

/// A vault in memory, for tests.
#[derive(Debug, Default)]
pub struct MemoryVault {
    secrets: Mutex<BTreeMap<String, String>>,
}

impl Vault for MemoryVault {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        Ok(self
            .secrets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned())
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.secrets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
        Ok(())
    }
}

/// A setting for tests: an empty vault, a clock that stands.
#[must_use]
pub fn setting(config: serde_json::Value, state_dir: impl Into<PathBuf>) -> Setting {
    let clock: Arc<dyn Clock> = Arc::new(Stopped(Millis(1_900_000_000_000)));
    Setting {
        account: AccountId::new("suite-1"),
        config,
        vault: Arc::new(MemoryVault::default()),
        state_dir: state_dir.into(),
        clock,
    }
}

#[cfg(test)]
mod tests;
