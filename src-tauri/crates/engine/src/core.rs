//! What everything in the engine shares: the file, the clock, the sign-ins.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use rapport_model::change::Looked;
use rapport_model::connector::{Factory, Setting, Vault};
use rapport_model::{
    Account, AccountId, Address, AddressKind, Clock, CollectionId, CommandId, Connector, Fault,
    Mailbox, Millis,
};
use rapport_store::db::{Db, Reader, Tx};
use rapport_store::{StoreError, Topic};
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::{Notify, broadcast};

use crate::error::HubError;
use crate::presence::Presence;
use crate::rng::Rng;
use crate::sync::Pace;

/// A log of more bytes than this is moved into the file between two steps of upkeep.
const LOG: u64 = 4 << 20;

/// The shared parts.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<Rng>,
    pub(crate) vault: Arc<dyn Vault>,
    registry: BTreeMap<&'static str, Arc<dyn Factory>>,
    sessions: Mutex<BTreeMap<AccountId, Arc<Session>>>,
    /// Where the user is: what is due today depends on it.
    zone: Mutex<TimeZone>,
    /// What commits touched and the upkeep of the index has not seen.
    touched: Mutex<broadcast::Receiver<Arc<Vec<Topic>>>>,
    /// The index is in more pieces than it need be.
    untidy: AtomicBool,
    /// Something was put off: the upkeep looks when the first comes back.
    pub(crate) put_off: Notify,
    /// Who types, and how far others have read: heard, never stored.
    pub(crate) presence: Mutex<Presence>,
}

/// Runs something that blocks for a moment without holding up the other tasks
/// of a runtime that has threads to spare.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current().map(|it| it.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    pub(crate) fn new(
        db: Db,
        registry: Vec<Arc<dyn Factory>>,
        vault: Arc<dyn Vault>,
        clock: Arc<dyn Clock>,
        rng: Arc<Rng>,
    ) -> Self {
        let registry = registry
            .into_iter()
            .map(|it| (it.manifest().name, it))
            .collect();
        Self {
            touched: Mutex::new(db.subscribe()),
            db,
            clock,
            rng,
            vault,
            registry,
            sessions: Mutex::default(),
            zone: Mutex::new(TimeZone::system()),
            untidy: AtomicBool::new(false),
            put_off: Notify::new(),
            presence: Mutex::default(),
        }
    }

    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
    }

    pub(crate) fn zone(&self) -> TimeZone {
        lock(&self.zone).clone()
    }

    pub(crate) fn set_zone(&self, zone: TimeZone) {
        *lock(&self.zone) = zone;
    }

    /// The index is not in as few pieces as it can be.
    pub(crate) fn mark_untidy(&self) {
        self.untidy.store(true, Ordering::SeqCst);
    }

    /// Whether anything searchable changed since the last call, or was left in
    /// pieces. The caller takes care of it or marks it again.
    pub(crate) fn take_untidy(&self) -> bool {
        let mut untidy = self.untidy.swap(false, Ordering::SeqCst);
        let mut touched = lock(&self.touched);
        loop {
            match touched.try_recv() {
                Ok(topics) => untidy |= topics.contains(&Topic::Search),
                Err(TryRecvError::Lagged(_)) => untidy = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return untidy,
            }
        }
    }

    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        blocking(|| self.db.read(work))
    }

    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        blocking(|| self.db.write(work))
    }

    /// Lets those go first who wait to write.
    pub(crate) fn give_way(&self) {
        blocking(|| self.db.give_way());
    }

    /// Between two steps of what nobody waits for: lets those go first who wait to write,
    /// and keeps the log so short that none of them has to move it into the file. A disk
    /// that refuses says so to whoever writes next.
    pub(crate) fn breathe(&self) {
        self.give_way();
        if let Err(error) = blocking(|| self.db.shorten_log(LOG)) {
            tracing::warn!(%error, "the log was not moved into the file");
        }
    }

    /// As [`Core::write`], for work that can refuse in the hub's own words.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        let mut refused = None;
        let outcome = self.write(|tx| {
            work(tx).map_err(|error| match error {
                HubError::Store(it) => it,
                other => {
                    let text = other.to_string();
                    refused = Some(other);
                    StoreError::Refused(text)
                }
            })
        });
        outcome.map_err(|error| refused.unwrap_or(HubError::Store(error)))
    }

    /// A fresh id; also the idempotency key at the source. Letters and digits
    /// only: it becomes part of file names and Message-IDs.
    pub(crate) fn command_id(&self) -> CommandId {
        CommandId(format!("rp{}", self.rng.word()))
    }

    pub(crate) fn factories(&self) -> Vec<Arc<dyn Factory>> {
        self.registry.values().cloned().collect()
    }

    pub(crate) fn factory(&self, name: &str) -> Result<Arc<dyn Factory>, HubError> {
        self.registry
            .get(name)
            .cloned()
            .ok_or_else(|| HubError::NoConnector(name.to_owned()))
    }

    pub(crate) fn account(&self, id: &AccountId) -> Result<Account, HubError> {
        self.read(|it| it.account(id))?
            .ok_or_else(|| HubError::NotFound(format!("account {id}")))
    }

    /// The live sign-in of an account, made on first use. Makes no request.
    pub(crate) fn session(&self, id: &AccountId) -> Result<Arc<Session>, HubError> {
        if let Some(session) = lock(&self.sessions).get(id) {
            return Ok(Arc::clone(session));
        }
        let account = self.account(id)?;
        let connector = self.factory(&account.connector)?.connect(Setting {
            account: id.clone(),
            config: account.config,
            vault: Arc::clone(&self.vault),
            state_dir: self.db.profile().state(id),
            clock: Arc::clone(&self.clock),
        })?;
        let session = Arc::new(Session::new(id.clone(), connector));
        if let Some(ms) = self.read(|it| it.setting(&spacing_key(id)))? {
            session.pace().keep_apart(ms);
        }
        let mut sessions = lock(&self.sessions);
        Ok(Arc::clone(sessions.entry(id.clone()).or_insert(session)))
    }

    /// The live sign-in of an account, if it has been used.
    pub(crate) fn live(&self, id: &AccountId) -> Option<Arc<Session>> {
        lock(&self.sessions).get(id).cloned()
    }

    /// Lets the next use of an account begin with a new connector.
    pub(crate) fn forget_session(&self, id: &AccountId) {
        lock(&self.sessions).remove(id);
    }
}

/// One account's live side.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) account: AccountId,
    pub(crate) connector: Arc<dyn Connector>,
    /// Held by whoever takes a turn: one at a time.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// Somebody wants a turn now.
    pub(crate) wake: Notify,
    /// Something was queued since the outbox was last looked at.
    pub(crate) queued: AtomicBool,
    /// When each collection is to be looked at again.
    pub(crate) due: Mutex<BTreeMap<CollectionId, Millis>>,
    /// When the source was last asked what there is.
    pub(crate) discovered: Mutex<Option<Millis>>,
    /// How far the first look at a collection is.
    looks: Mutex<BTreeMap<CollectionId, Looked>>,
    pace: Mutex<Pace>,
    foreground: AtomicUsize,
    quiet: Notify,
}

impl Session {
    fn new(account: AccountId, connector: Arc<dyn Connector>) -> Self {
        Self {
            account,
            connector,
            turn: tokio::sync::Mutex::new(()),
            wake: Notify::new(),
            queued: AtomicBool::new(false),
            due: Mutex::default(),
            discovered: Mutex::default(),
            looks: Mutex::default(),
            pace: Mutex::default(),
            foreground: AtomicUsize::new(0),
            quiet: Notify::new(),
        }
    }

    /// A page came that tells how far the first look is, or that nothing is left.
    pub(crate) fn look(&self, collection: &CollectionId, looked: Option<Looked>, more: bool) {
        let mut looks = lock(&self.looks);
        match looked {
            _ if !more => drop(looks.remove(collection)),
            Some(looked) => drop(looks.insert(collection.clone(), looked)),
            None => {}
        }
    }

    /// How far the first look at a collection is, while it goes.
    pub(crate) fn looked(&self, collection: &CollectionId) -> Option<Looked> {
        lock(&self.looks).get(collection).copied()
    }

    pub(crate) fn pace(&self) -> MutexGuard<'_, Pace> {
        lock(&self.pace)
    }

    /// Wakes the account's loop, and lets a turn under way look at the outbox
    /// between two pages.
    pub(crate) fn nudge(&self) {
        self.queued.store(true, Ordering::SeqCst);
        self.pace().hurry();
        self.wake.notify_one();
    }

    /// Waits until the account's budget allows a request.
    pub(crate) async fn spaced(&self, core: &Core) {
        let wait = self.pace().spacing_left(core.now());
        if wait > 0 {
            tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
        }
        self.pace().sent(core.now());
    }

    /// Marks a request that somebody is waiting for; background work steps aside
    /// while it lives.
    pub(crate) fn foreground(&self) -> Foreground<'_> {
        self.foreground.fetch_add(1, Ordering::SeqCst);
        Foreground(self)
    }

    /// Steps aside while somebody waits for something else.
    pub(crate) async fn yield_to_foreground(&self) {
        loop {
            let quiet = self.quiet.notified();
            if self.foreground.load(Ordering::SeqCst) == 0 {
                return;
            }
            quiet.await;
        }
    }

    /// The user's own address at this source.
    pub(crate) fn me(&self, reader: &Reader<'_>) -> Result<Mailbox, StoreError> {
        let user: Option<String> = reader.setting(&user_key(&self.account))?;
        let value = user.unwrap_or_else(|| self.account.to_string());
        let kind = if value.starts_with('@') {
            AddressKind::Matrix
        } else if value.contains('@') {
            AddressKind::Email
        } else {
            AddressKind::Other
        };
        Ok(Mailbox {
            name: None,
            address: Address { kind, value },
        })
    }

    /// A fault concerns the pace of the whole account.
    pub(crate) fn failed(&self, core: &Core, fault: &Fault) {
        self.pace().failed(fault, core.now(), &core.rng);
    }
}

/// The setting that holds the user's name at a source.
pub(crate) fn user_key(account: &AccountId) -> String {
    format!("account.user.{account}")
}

/// The setting with the least milliseconds between two requests of an account.
pub(crate) fn spacing_key(account: &AccountId) -> String {
    format!("account.spacing.{account}")
}

/// See [`Session::foreground`].
#[derive(Debug)]
pub(crate) struct Foreground<'a>(&'a Session);

impl Drop for Foreground<'_> {
    fn drop(&mut self) {
        if self.0.foreground.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.quiet.notify_waiters();
        }
    }
}
