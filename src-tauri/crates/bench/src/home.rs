//! A profile to measure in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rapport_engine::{Hub, NewAccount, Parts, Progress, Turn};
use rapport_model::connector::{Factory, Vault, VaultError};
use rapport_model::{AccountId, Clock};
use rapport_store::key::DbKey;
use rapport_store::{Db, Profile};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Any key costs the same.
pub(crate) fn key() -> DbKey {
    DbKey::from_bytes([7; 32])
}

/// Secrets in memory: a keychain is not what is measured.
#[derive(Debug, Default)]
struct Pocket(Mutex<BTreeMap<String, String>>);

impl Pocket {
    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for Pocket {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        Ok(self.all().get(name).cloned())
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        self.all().insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.all().remove(name);
        Ok(())
    }
}

/// An open hub over a folder.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) hub: Hub,
    folder: PathBuf,
}

impl Home {
    pub(crate) fn open(
        folder: &Path,
        registry: Vec<Arc<dyn Factory>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let db = Db::open(&Profile::at(folder), &key(), Arc::clone(&clock))?;
        let vault: Arc<dyn Vault> = Arc::new(Pocket::default());
        let parts = Parts {
            db,
            registry,
            vault,
            clock,
            seed: Hub::fresh_seed()?,
        };
        Ok(Self {
            hub: Hub::open(parts),
            folder: folder.to_path_buf(),
        })
    }

    pub(crate) fn database(&self) -> PathBuf {
        Profile::at(&self.folder).database()
    }

    pub(crate) fn add(
        &self,
        connector: &str,
        config: serde_json::Value,
    ) -> Result<AccountId, Failure> {
        let new = NewAccount {
            id: Some(AccountId::new(connector)),
            connector: connector.to_owned(),
            label: String::new(),
            config,
        };
        Ok(self.hub.add_account(new)?.id)
    }

    /// One turn; what went wrong in it is an error.
    pub(crate) async fn turn(
        &self,
        progress: &(dyn Fn(&Progress) + Send + Sync),
    ) -> Result<Vec<Turn>, Failure> {
        let turns = self
            .hub
            .sync_once(None, &CancellationToken::new(), progress)
            .await?;
        for turn in &turns {
            let mut faults = turn.collections.iter().filter_map(|it| it.fault.clone());
            if let Some(fault) = turn.fault.clone().or_else(|| faults.next()) {
                return Err(fault.into());
            }
        }
        Ok(turns)
    }
}
