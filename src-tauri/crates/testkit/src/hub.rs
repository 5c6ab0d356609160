//! A hub with people around it, for tests that speak about them.
//!
//! Ada uses Rapport. Bob and Cleo write to her. The file lies in memory where the
//! system offers that, the clock stands still, and the servers do as told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rapport_engine::{Hub, HubError, NewAccount, Parts, Turn};
use rapport_model::connector::{Factory, SignInStep, Vault, VaultError};
use rapport_model::{AccountId, Address, Handle, ItemId, Mailbox};
use rapport_store::table::item::{Place, Stored};
use rapport_store::{Db, Profile, key::DbKey};
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::clock::FakeClock;
use crate::fake::{FakeFactory, Remote};

const KEY: [u8; 32] = [7; 32];

/// Secrets in memory.
#[derive(Debug, Default)]
pub struct MemoryVault(Mutex<BTreeMap<String, String>>);

impl Vault for MemoryVault {
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

impl MemoryVault {
    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See the module.
#[derive(Debug)]
pub struct TestHub {
    hub: Option<Hub>,
    folder: TempDir,
    vault: Arc<MemoryVault>,
    /// The clock everything goes by.
    pub clock: Arc<FakeClock>,
    /// The servers, by name.
    pub servers: BTreeMap<String, Remote>,
    seed: u64,
    lives: u64,
}

/// Somebody with a Matrix id at example.org.
#[must_use]
pub fn somebody(name: &str) -> Mailbox {
    Mailbox {
        name: None,
        address: Address::matrix(format!("@{}:example.org", name.to_lowercase())),
    }
}

#[expect(
    clippy::expect_used,
    reason = "a test that cannot set itself up has failed"
)]
impl TestHub {
    /// Ada, signed in at the server `main`.
    ///
    /// # Panics
    /// The temporary folder cannot be written.
    pub async fn ada() -> Self {
        Self::ada_at(&["main"], 1).await
    }

    /// Ada, signed in at each of these servers as `ada-<server>`.
    ///
    /// # Panics
    /// The temporary folder cannot be written.
    pub async fn ada_at(servers: &[&str], seed: u64) -> Self {
        let clock = Arc::new(FakeClock::default());
        let remote = || Remote::new(FakeClock::MORNING);
        let mut it = Self {
            hub: None,
            folder: quick_folder(),
            vault: Arc::default(),
            clock,
            servers: servers
                .iter()
                .map(|it| ((*it).to_owned(), remote()))
                .collect(),
            seed,
            lives: 0,
        };
        let home = it.folder.path().join("home");
        std::fs::create_dir_all(&home).expect("the temporary folder can be written");
        std::fs::copy(template(), Profile::at(&home).database()).expect("the template is there");
        it.open();
        for server in servers {
            let account = it
                .hub()
                .add_account(NewAccount {
                    id: Some(account_at(server)),
                    connector: "fake".into(),
                    label: String::new(),
                    config: json!({ "user": "ada", "server": server }),
                })
                .expect("the account is new");
            let step = SignInStep::Password {
                user: "ada".into(),
                password: "right".into(),
            };
            it.hub()
                .sign_in(&account.id, step)
                .await
                .expect("the password is right");
        }
        it.hub()
            .set_undo_window(0)
            .expect("the file can be written");
        it
    }

    fn open(&mut self) {
        let profile = Profile::at(&self.folder.path().join("home"));
        let key = DbKey::from_bytes(KEY);
        let clock: Arc<FakeClock> = Arc::clone(&self.clock);
        let db = Db::open(&profile, &key, clock.clone()).expect("the file opens");
        let factory: Arc<dyn Factory> = Arc::new(FakeFactory {
            remotes: self.servers.clone(),
        });
        let vault: Arc<dyn Vault> = Arc::<MemoryVault>::clone(&self.vault);
        self.lives += 1;
        self.hub = Some(Hub::open(Parts {
            db,
            registry: vec![factory],
            vault,
            clock,
            seed: self
                .seed
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .wrapping_add(self.lives),
        }));
    }

    /// The hub.
    ///
    /// # Panics
    /// Never: there is one from the first line to the last.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        self.hub.as_ref().expect("the hub is open")
    }

    /// The process dies and is started again: whatever was under way is gone,
    /// what was committed is there.
    pub fn crash(&mut self) {
        self.hub = None;
        self.open();
    }

    /// The hub and its secrets, for who puts the calls on them. The folder stays.
    ///
    /// # Panics
    /// They were given away before.
    #[must_use]
    pub fn give(&mut self) -> (Hub, Arc<dyn Vault>) {
        let hub = self.hub.take().expect("the hub is open");
        (hub, Arc::<MemoryVault>::clone(&self.vault))
    }

    /// The server `main`.
    ///
    /// # Panics
    /// The test made no such server.
    #[must_use]
    pub fn server(&self) -> &Remote {
        self.servers
            .get("main")
            .expect("the test has a server called main")
    }

    /// The account at `main`.
    #[must_use]
    pub fn account(&self) -> AccountId {
        account_at("main")
    }

    /// One turn of every account.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn sync(&self) -> Result<Vec<Turn>, HubError> {
        self.hub()
            .sync_once(None, &CancellationToken::new(), &|_| {})
            .await
    }

    /// Begins a turn and dies in the middle of it, at the first request that
    /// never ends. Needs a paused runtime.
    ///
    /// # Panics
    /// The turn came to its end.
    pub async fn sync_and_crash(&mut self) {
        let long = std::time::Duration::from_secs(3600);
        let ended = tokio::time::timeout(long, self.sync()).await;
        assert!(ended.is_err(), "the turn came to its end: {ended:?}");
        self.crash();
    }

    /// The stored item at a handle of the server `main`.
    ///
    /// # Panics
    /// The file cannot be read.
    #[must_use]
    pub fn stored(&self, collection: &str, handle: &Handle) -> Option<Stored> {
        self.stored_at("main", collection, handle)
    }

    /// The stored item at a handle of a server.
    ///
    /// # Panics
    /// The file cannot be read.
    #[must_use]
    pub fn stored_at(&self, server: &str, collection: &str, handle: &Handle) -> Option<Stored> {
        let (account, collection) = (account_at(server), collection.into());
        let place = Place {
            account: &account,
            collection: &collection,
        };
        self.hub()
            .read(|it| it.stored_at(&place, handle))
            .expect("the file can be read")
    }

    /// The id of the item at a handle of the server `main`.
    ///
    /// # Panics
    /// It is not here.
    #[must_use]
    pub fn id(&self, collection: &str, handle: &Handle) -> ItemId {
        self.stored(collection, handle)
            .expect("the item is here")
            .id
    }

    /// Everything in a collection, by handle.
    ///
    /// # Panics
    /// The file cannot be read.
    #[must_use]
    pub fn all(&self, server: &str, collection: &str) -> BTreeMap<Handle, Stored> {
        let (account, collection) = (account_at(server), collection.into());
        let place = Place {
            account: &account,
            collection: &collection,
        };
        self.hub()
            .read(|it| {
                let mut all = BTreeMap::new();
                for (id, handle, _) in it.handles(&place)? {
                    if let Some(stored) = it.stored(id)? {
                        all.insert(handle, stored);
                    }
                }
                Ok(all)
            })
            .expect("the file can be read")
    }
}

/// The account at a server.
#[must_use]
pub fn account_at(server: &str) -> AccountId {
    AccountId(format!("ada-{server}"))
}

/// A folder whose files cost no disk, where the system has one.
#[expect(
    clippy::expect_used,
    reason = "a test that cannot set itself up has failed"
)]
fn quick_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.expect("a temporary folder can be made")
}

/// An empty database with all its tables, made once a process: a simulation of
/// thousands of hubs copies it.
#[expect(
    clippy::expect_used,
    reason = "a test that cannot set itself up has failed"
)]
fn template() -> PathBuf {
    static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
    let folder = TEMPLATE.get_or_init(|| {
        let folder = quick_folder();
        let profile = Profile::at(folder.path());
        let clock = Arc::new(FakeClock::default());
        drop(Db::open(&profile, &DbKey::from_bytes(KEY), clock).expect("the file can be made"));
        folder
    });
    Profile::at(folder.path()).database()
}
