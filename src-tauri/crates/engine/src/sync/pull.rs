//! Pages into the file: each page one transaction with its cursor, large pages
//! in several, the cursor with the last. In a first listing of a source that
//! answers at once, pages that follow each other go in together: what lies on the
//! same page of the file is then written once for all of them.
//!
//! A full listing removes what it did not see only when its last page is in. The
//! first one stamps rows, so that it can go on after a crash. Later ones keep the
//! handles they saw in memory and their bookmark unsaved until the end, so that a
//! listing without news leaves the disk alone; a crash starts them over.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use rapport_model::change::Coverage;
use rapport_model::connector::{Collection, Deletions};
use rapport_model::{
    AccountId, Cause, Change, CollectionId, Cursor, Fault, Handle, ItemId, Millis, Page,
};
use rapport_store::StoreError;
use rapport_store::Topic;
use rapport_store::db::Tx;
use rapport_store::fail;
use rapport_store::table::item::{LOCAL_ONLY, Place};
use tokio_util::sync::CancellationToken;

use super::turn::{Ask, Progress, between_pages};
use crate::core::{Core, Session, lock};
use crate::error::HubError;
use crate::ingest::{Ingest, in_order, weight};
use crate::people::Rules;

/// So many changes go into one transaction; other writers get in between.
const BATCH: usize = 500;
/// Up to so many in a first listing, where most of them are new. The first page goes
/// in alone, so that there is something to see, and each piece may be twice as large
/// as the one before.
/// Whoever wants to write meanwhile is let in between, once so many are in as in any other
/// transaction.
const FIRST_BATCH: usize = 16_000;
/// And no more bytes than this.
const FIRST_BYTES: usize = 16 * 1024 * 1024;
/// A page waits for others no longer than this, in milliseconds.
const PATIENCE: i64 = 250;
/// A piece that took longer than this, in milliseconds, makes the next one smaller: its end
/// cannot be interrupted, and a crash loses it.
const LONG: i64 = 2_000;

/// How a full listing keeps track.
#[derive(Debug)]
enum Listing {
    /// Rows carry the number of the run.
    Stamped(i64),
    /// The handles seen since its first page.
    Counted(BTreeSet<Handle>),
}

/// What a pull brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pulled {
    pub(super) pages: u64,
    pub(super) changes: u64,
    /// Commands that the source confirmed between its pages.
    pub(super) sent: u32,
    /// Commands that wait for the user since then.
    pub(super) parked: u32,
}

/// Why a pull ended early.
#[derive(Debug)]
pub(super) enum Halt {
    /// It was asked to stop.
    Stopped,
    /// The source.
    Fault(Fault),
    /// The file.
    Hub(HubError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Hub(error.into())
    }
}

impl From<HubError> for Halt {
    fn from(error: HubError) -> Self {
        Self::Hub(error)
    }
}

/// The setting that says that a collection lost its bookmark, and that what was
/// removed at its source meanwhile can only be seen by comparing id by id.
pub(super) fn doubt_key(account: &AccountId, collection: &CollectionId) -> String {
    format!("doubt.{account}/{collection}")
}

struct Pull<'a> {
    core: &'a Core,
    session: &'a Session,
    collection: &'a Collection,
    complete: bool,
    listing: Option<Listing>,
    /// The bookmark of the newest page, which may still wait.
    cursor: Option<Cursor>,
    /// Pages that are not in the file yet, as one, and since when and with how many
    /// bytes.
    waiting: Option<Page>,
    since: Millis,
    bytes: usize,
    /// As many changes are enough for a piece.
    enough: usize,
    relisted: bool,
}

/// Pulls a collection until there is no more.
pub(super) async fn pull(
    core: &Core,
    session: &Session,
    collection: &Collection,
    complete: bool,
    ask: &Ask<'_>,
) -> (Pulled, Result<(), Halt>) {
    let cursor = match core.read(|it| it.cursor(&session.account, &collection.id)) {
        Ok(cursor) => cursor,
        Err(error) => return (Pulled::default(), Err(error.into())),
    };
    let mut pull = Pull {
        core,
        session,
        collection,
        complete,
        listing: None,
        cursor,
        waiting: None,
        since: core.now(),
        bytes: 0,
        enough: 1,
        relisted: false,
    };
    let (done, end) = pull.run(ask).await;
    // Whatever ended it: what has come is kept.
    let kept = pull.store().map_err(Halt::from);
    (done, end.and(kept))
}

impl Pull<'_> {
    async fn run(&mut self, ask: &Ask<'_>) -> (Pulled, Result<(), Halt>) {
        let mut done = Pulled::default();
        loop {
            match self.page(ask.stop, &mut done).await {
                Ok(more) => {
                    (ask.progress)(&Progress::Page {
                        account: self.session.account.clone(),
                        collection: self.collection.id.clone(),
                        pages: done.pages,
                        changes: done.changes,
                        looked: self.session.looked(&self.collection.id),
                        more,
                    });
                    if !more {
                        return (done, Ok(()));
                    }
                    // What the source said before a command goes in before it.
                    if self.session.queued.load(Ordering::SeqCst)
                        && let Err(error) = self.store()
                    {
                        return (done, Err(error.into()));
                    }
                    let (core, session) = (self.core, self.session);
                    if let Err(halt) = between_pages(core, session, ask, &mut done).await {
                        return (done, Err(halt));
                    }
                }
                Err(halt) => return (done, Err(halt)),
            }
        }
    }

    async fn page(&mut self, stop: &CancellationToken, done: &mut Pulled) -> Result<bool, Halt> {
        self.session.yield_to_foreground().await;
        self.session.spaced(self.core).await;
        let began = self.core.now();
        let asked = self
            .session
            .connector
            .pull(&self.collection.id, self.cursor.as_ref());
        let answer = tokio::select! {
            biased;
            () = stop.cancelled() => return Err(Halt::Stopped),
            answer = asked => answer,
        };
        match answer {
            Ok(page) => {
                done.pages += 1;
                done.changes += u64::try_from(page.changes.len()).unwrap_or(0);
                let more = page.more;
                self.session.look(&self.collection.id, page.looked, more);
                self.cursor = Some(page.cursor.clone());
                self.take(page, began)?;
                if !more || self.complete || self.is_enough() {
                    self.store()?;
                }
                Ok(more)
            }
            Err(Fault::CursorExpired(why)) if !self.relisted => {
                tracing::info!(collection = %self.collection.id, why, "lists everything again");
                self.store()?;
                self.relist()?;
                Ok(true)
            }
            Err(fault) => Err(Halt::Fault(fault)),
        }
    }

    /// The bookmark is void: list everything, keep everything on screen, and
    /// compare afterwards.
    fn relist(&mut self) -> Result<(), StoreError> {
        let (account, id) = (&self.session.account, &self.collection.id);
        let listing = self.collection.deletions == Deletions::Listing;
        self.core.write(|tx| {
            if !listing {
                tx.set_setting(&doubt_key(account, id), &true)?;
            }
            tx.drop_cursor(account, id)
        })?;
        self.relisted = true;
        self.cursor = None;
        self.listing = None;
        Ok(())
    }

    /// Adds a page, asked for at `began`, to those that wait.
    fn take(&mut self, page: Page, began: Millis) -> Result<(), StoreError> {
        if self
            .waiting
            .as_ref()
            .is_some_and(|it| it.coverage != page.coverage)
        {
            self.store()?;
        }
        let upserts = page.changes.iter().filter_map(|it| match it {
            Change::Upsert(item) => Some(item),
            _ => None,
        });
        self.bytes += upserts.clone().map(|it| weight(it)).sum::<usize>();
        match &mut self.waiting {
            None => {
                self.since = began;
                self.waiting = Some(page);
            }
            Some(waiting) => {
                if !waiting.poison.is_empty() {
                    // What could not be read before has now come whole.
                    let whole: BTreeSet<&Handle> = upserts.map(|it| &it.handle).collect();
                    waiting.poison.retain(|it| !whole.contains(&it.handle));
                }
                waiting.changes.extend(page.changes);
                waiting.poison.extend(page.poison);
                waiting.ephemeral.extend(page.ephemeral);
                waiting.source_count = page.source_count.or(waiting.source_count);
                waiting.cursor = page.cursor;
                waiting.more = page.more;
            }
        }
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.waiting.as_ref().is_some_and(|it| {
            it.changes.len() >= self.enough
                || self.bytes >= FIRST_BYTES
                || self.core.now().since(self.since).saturating_abs() >= PATIENCE
        })
    }

    /// Stores what waits.
    fn store(&mut self) -> Result<(), StoreError> {
        let Some(page) = self.waiting.take() else {
            return Ok(());
        };
        self.bytes = 0;
        let (size, began) = (page.changes.len(), self.core.now());
        let place = Place {
            account: &self.session.account,
            collection: &self.collection.id,
        };
        let complete = page.coverage == Coverage::Complete;
        if complete && self.listing.is_none() {
            self.listing = Some(self.begin(&place)?);
        }
        if let Some(Listing::Counted(seen)) = &mut self.listing {
            seen.extend(page.changes.iter().filter_map(|it| match it {
                Change::Upsert(item) => Some(item.handle.clone()),
                _ => None,
            }));
            seen.extend(page.poison.iter().map(|it| it.handle.clone()));
        }
        let save = page.more && matches!(self.listing, Some(Listing::Counted(_)));
        let batch = if self.complete {
            BATCH
        } else {
            FIRST_BATCH + BATCH
        };
        let now = self.core.now();
        let order = in_order(&page.changes);
        let mut rest = order.as_slice();
        loop {
            let some = rest.get(..batch).unwrap_or(rest);
            let done = self.write(&place, some, |ingest, tx, done| {
                if done < rest.len() {
                    return Ok(());
                }
                for poison in &page.poison {
                    ingest.poison(tx, poison)?;
                }
                if !page.more {
                    self.end(ingest, tx, complete)?;
                }
                fail::point("engine.pull.before_cursor");
                if !save {
                    tx.save_cursor(place.account, place.collection, &page.cursor)?;
                }
                if !page.more {
                    tx.note_success(place.account, place.collection, now, page.source_count)?;
                }
                Ok(())
            })?;
            rest = rest.get(done..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            self.core.give_way();
        }
        fail::point("engine.pull.after_commit");
        let next = if self.core.now().since(began) > LONG {
            size / 2
        } else {
            size.saturating_mul(2)
        };
        self.enough = next.clamp(1, FIRST_BATCH);
        lock(&self.core.presence).hear(&place, &page.ephemeral, now);
        let topic = |what| Topic::Ephemeral {
            account: place.account.clone(),
            collection: place.collection.clone(),
            what,
        };
        self.core
            .db
            .announce(page.ephemeral.into_iter().map(topic).collect());
        Ok(())
    }

    fn begin(&self, place: &Place<'_>) -> Result<Listing, StoreError> {
        if let Some(run) = self
            .core
            .read(|it| it.current_run(place.account, place.collection))?
        {
            return Ok(Listing::Stamped(run));
        }
        if self.complete {
            return Ok(Listing::Counted(BTreeSet::new()));
        }
        let run = self
            .core
            .write(|tx| tx.begin_run(place.account, place.collection))?;
        Ok(Listing::Stamped(run))
    }

    /// Writes changes that are in order, and what follows from how many are done. Answers
    /// how many that is: fewer than all when somebody else waits to write.
    fn write(
        &self,
        place: &Place<'_>,
        changes: &[&Change],
        then: impl FnOnce(&mut Ingest<'_>, &mut Tx<'_>, usize) -> Result<(), StoreError>,
    ) -> Result<usize, StoreError> {
        let now = self.core.now();
        self.core.write(|tx| {
            let rules = Rules::load(tx, place.account)?;
            let mut ingest = Ingest::new(*place, &rules, now, Cause::Remote);
            ingest.alerts = self.complete;
            ingest.many_new = !self.complete;
            if let Some(Listing::Stamped(run)) = self.listing {
                ingest.written.run = Some(run);
            }
            let enough = |done| done >= BATCH && self.core.db.is_waited_for();
            let done = ingest.some(tx, changes, enough)?;
            then(&mut ingest, tx, done)?;
            Ok(done)
        })
    }

    /// The last page of a pull: what a full listing did not see is gone.
    fn end(
        &self,
        ingest: &mut Ingest<'_>,
        tx: &mut Tx<'_>,
        complete: bool,
    ) -> Result<(), StoreError> {
        let (account, id) = (ingest.place.account, ingest.place.collection);
        let gone: Vec<ItemId> = match &self.listing {
            Some(Listing::Stamped(run)) if complete => tx.finish_run(account, id, *run)?,
            Some(Listing::Counted(seen)) if complete => tx
                .handles(&ingest.place)?
                .into_iter()
                .filter(|(_, handle, _)| !seen.contains(handle))
                .map(|(id, _, _)| id)
                .collect(),
            _ => {
                tx.note_complete(account, id)?;
                Vec::new()
            }
        };
        remove_all(ingest, tx, &gone)
    }
}

/// Removes rows that the source no longer has; those made here stay.
pub(super) fn remove_all(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    gone: &[ItemId],
) -> Result<(), StoreError> {
    let mut changes = Vec::new();
    for id in gone {
        if let Some(stored) = tx.stored(*id)?
            && stored.flags & LOCAL_ONLY == 0
        {
            changes.push(Change::Gone(stored.item.handle));
        }
    }
    ingest.all(tx, &changes)
}
