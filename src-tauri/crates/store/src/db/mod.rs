//! The open database: one connection that writes, a pool that reads.
//!
//! Invariant: only the writer writes or checkpoints. SQLite before 3.51.3 can
//! corrupt a WAL file when two connections do, and the bundled one is older.

mod backup;
mod beside;
mod check;
pub(crate) mod form;
mod migrate;
mod open;
mod read;
mod salvage;
mod staged;
mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use rapport_model::Clock;
use rusqlite::{Transaction, TransactionBehavior};
use tokio::sync::broadcast;

use crate::error::{OpenError, StoreError};
use crate::fail;
use crate::key::DbKey;
use crate::profile::Profile;
use crate::topic::Topic;

pub use beside::Carried;
pub use check::Size;
pub use migrate::Migration;
pub use read::Reader;
pub use salvage::{Salvage, SalvagedTable};
pub use write::Tx;

use form::Form;
pub(crate) use open::connect_writer;
use read::Pool;
use write::Writer;

/// Topics of so many commits wait for a slow listener; one that falls behind
/// is told so by the channel and asks for everything again.
const BACKLOG: usize = 1024;

/// The open database. Clones share it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

/// The readers are declared, and so closed, before the writer: the last one to
/// close checkpoints, and that must be the writer.
struct Inner {
    readers: Pool,
    writer: Mutex<Writer>,
    /// Who is inside [`Db::write`], so that a second call inside the first is
    /// an error and not a standstill.
    writing: Mutex<Option<ThreadId>>,
    /// How many wait to write.
    waiting: AtomicUsize,
    quiet: Quiet,
    topics: broadcast::Sender<Arc<Vec<Topic>>>,
    profile: Profile,
    key: DbKey,
    clock: Arc<dyn Clock>,
}

/// Moments of turns that ended well and changed nothing else, by collection.
/// They are shown at once and written with the next change, so that a sync
/// without news leaves the disk alone.
pub(crate) type Quiet = Mutex<BTreeMap<i64, i64>>;

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db")
            .field("home", &self.inner.profile.home())
            .finish_non_exhaustive()
    }
}

impl Db {
    /// Opens the database of a profile, making it if there is none, and brings
    /// it up to date. Blocks.
    ///
    /// # Errors
    /// See [`OpenError`]; the file is then as it was, but for migration steps
    /// that were already complete.
    pub fn open(profile: &Profile, key: &DbKey, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        profile.create()?;
        let mut conn = connect_writer(profile, key)?;
        migrate::apply(&mut conn, &crate::table::steps(), clock.now())
            .map_err(|error| error.at(&profile.database()))?;
        let form = Form::of(&conn).map_err(|error| OpenError::Io(error.to_string()))?;
        let (topics, _) = broadcast::channel(BACKLOG);
        Ok(Self {
            inner: Arc::new(Inner {
                readers: Pool::new(profile.database(), key.clone(), form),
                writer: Mutex::new(Writer::new(conn)),
                writing: Mutex::new(None),
                waiting: AtomicUsize::new(0),
                quiet: Mutex::default(),
                topics,
                profile: profile.clone(),
                key: key.clone(),
                clock,
            }),
        })
    }

    /// The profile it belongs to.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.inner.profile
    }

    /// The clock it was opened with.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.inner.clock)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.inner.profile.database()
    }

    /// The topics of every commit from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Vec<Topic>>> {
        self.inner.topics.subscribe()
    }

    /// Sends topics that go with no change of the file: typing and the like.
    pub fn announce(&self, topics: Vec<Topic>) {
        if !topics.is_empty() {
            // Nobody listening is fine.
            drop(self.inner.topics.send(Arc::new(topics)));
        }
    }

    /// Runs `work` over one consistent state of the database. Blocks, briefly.
    ///
    /// # Errors
    /// Whatever `work` answers, or that the file cannot be read.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // The closure's type is its own: it names where the question is put.
        let question = std::any::type_name_of_val(&work);
        let lent = self.inner.readers.take(question)?;
        let outcome = {
            let tx = Transaction::new_unchecked(&lent.conn, TransactionBehavior::Deferred)?;
            lent.names.borrow_mut().clear();
            work(&Reader::new(&tx, &lent.names, &self.inner.quiet))
        };
        // After an error the connection is closed instead of reused: a page
        // that failed to decrypt may stay in its cache.
        if outcome.is_ok() {
            self.inner.readers.give(lent);
        }
        outcome
    }

    /// Runs `work` in one transaction. It is committed when `work` answers
    /// `Ok`, and rolled back whole otherwise; a transaction that changed
    /// nothing writes nothing. Topics go out after the commit, in its order.
    /// Blocks. Not to be called inside itself.
    ///
    /// # Errors
    /// Whatever `work` answers, or that the commit failed. Nothing of it is
    /// then in the file.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let me = std::thread::current().id();
        if *lock(&self.inner.writing) == Some(me) {
            return Err(StoreError::Refused(
                "A write was begun inside another write; nothing was changed.".to_owned(),
            ));
        }
        self.inner.waiting.fetch_add(1, Ordering::SeqCst);
        let mut writer = lock(&self.inner.writer);
        self.inner.waiting.fetch_sub(1, Ordering::SeqCst);
        *lock(&self.inner.writing) = Some(me);
        let _done = Leaving(&self.inner.writing);
        let Writer { conn, names, tools } = &mut *writer;
        names.borrow_mut().begin();
        // Short-lived facts about rows are valid only if this transaction
        // commits; a panic or an error leaves them cleared.
        let outcome = commit(conn, names, tools, &self.inner.quiet, work);
        match outcome {
            Ok((value, topics)) => {
                self.announce(topics);
                Ok(value)
            }
            Err(error) => {
                names.borrow_mut().clear();
                tools.forget();
                Err(error)
            }
        }
    }
}

impl Db {
    /// Lets go of the pages that connections keep from what was read, for when nothing is
    /// asked for a while. Whoever is at work keeps what is in use.
    ///
    /// # Errors
    /// A connection refused.
    pub fn ease(&self) -> Result<(), StoreError> {
        self.inner.readers.ease()?;
        // Whoever writes just now needs what is there.
        if let Ok(writer) = self.inner.writer.try_lock() {
            writer.conn.execute_batch(read::EASE)?;
        }
        Ok(())
    }

    /// Whether somebody waits to write. Long work that can be done in parts ends its
    /// transaction then, and calls [`Db::give_way`].
    #[must_use]
    pub fn is_waited_for(&self) -> bool {
        self.inner.waiting.load(Ordering::SeqCst) > 0
    }

    /// Lets those go first who wait to write. A lock goes to whoever comes, and that is
    /// mostly who has just let go of it. Blocks, at most a tenth of a second; not to be
    /// called inside a write.
    pub fn give_way(&self) {
        for _ in 0..100 {
            if !self.is_waited_for() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Marks the end of a write, also when it panics.
struct Leaving<'a>(&'a Mutex<Option<ThreadId>>);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        *lock(self.0) = None;
    }
}

fn commit<T>(
    conn: &rusqlite::Connection,
    names: &std::cell::RefCell<read::Names>,
    tools: &mut write::Tools,
    quiet: &Quiet,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
) -> Result<(T, Vec<Topic>), StoreError> {
    let before = conn.total_changes();
    // `new_unchecked`: the connection is behind a mutex and this is its only user.
    let sql = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    let mut tx = Tx::new(Reader::new(conn, names, quiet), tools);
    let value = work(&mut tx)?;
    tx.settle()?;
    let changed = conn.total_changes() != before;
    if changed {
        tx.flush_quiet()?;
    }
    let topics = tx.into_topics();
    if changed {
        fail::point("store.before_commit");
    }
    sql.commit()?;
    if changed {
        lock(quiet).clear();
        fail::point("store.after_commit");
    }
    Ok((value, topics))
}

impl Drop for Inner {
    fn drop(&mut self) {
        let writer = self
            .writer
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let quiet = self.quiet.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Best effort: what is lost is only how recent a success was.
        drop(write::flush_quiet(&writer.conn, quiet));
    }
}

/// A poisoned lock only says that a closure panicked; its transaction was
/// rolled back on the way out, so the connection is sound.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
