//! Pages into the file: each page one transaction with its cursor, large pages
//! in several, the cursor with the last.
//!
//! A full listing removes what it did not see only when its last page is in. The
//! first one stamps rows, so that it can go on after a crash. Later ones keep the
//! handles they saw in memory and their bookmark unsaved until the end, so that a
//! listing without news leaves the disk alone; a crash starts them over.

use std::collections::BTreeSet;

use rapport_model::change::Coverage;
use rapport_model::connector::{Collection, Deletions};
use rapport_model::{AccountId, Cause, Change, CollectionId, Cursor, Fault, Handle, ItemId, Page};
use rapport_store::StoreError;
use rapport_store::Topic;
use rapport_store::db::Tx;
use rapport_store::fail;
use rapport_store::table::item::{LOCAL_ONLY, Place};
use tokio_util::sync::CancellationToken;

use super::turn::{Ask, Progress};
use crate::core::{Core, Session, lock};
use crate::error::HubError;
use crate::ingest::Ingest;
use crate::people::Rules;

/// So many changes go into one transaction; other writers get in between.
const BATCH: usize = 500;

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
    cursor: Option<Cursor>,
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
    let mut done = Pulled::default();
    let cursor = match core.read(|it| it.cursor(&session.account, &collection.id)) {
        Ok(cursor) => cursor,
        Err(error) => return (done, Err(error.into())),
    };
    let mut pull = Pull {
        core,
        session,
        collection,
        complete,
        listing: None,
        cursor,
        relisted: false,
    };
    loop {
        match pull.page(ask.stop, &mut done).await {
            Ok(more) => {
                (ask.progress)(&Progress::Page {
                    account: session.account.clone(),
                    collection: collection.id.clone(),
                    pages: done.pages,
                    changes: done.changes,
                    more,
                });
                if !more {
                    return (done, Ok(()));
                }
                if let Err(error) = super::turn::between_pages(core, session, ask).await {
                    return (done, Err(error.into()));
                }
            }
            Err(halt) => return (done, Err(halt)),
        }
    }
}

impl Pull<'_> {
    async fn page(&mut self, stop: &CancellationToken, done: &mut Pulled) -> Result<bool, Halt> {
        self.session.yield_to_foreground().await;
        self.session.spaced(self.core).await;
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
                self.apply(page).map_err(Halt::from)
            }
            Err(Fault::CursorExpired(why)) if !self.relisted => {
                tracing::info!(collection = %self.collection.id, why, "lists everything again");
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

    /// Stores a page. Answers whether another one is to be asked for.
    fn apply(&mut self, page: Page) -> Result<bool, StoreError> {
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
        let mut chunks: Vec<&[Change]> = page.changes.chunks(BATCH).collect();
        let last = chunks.pop().unwrap_or_default();
        for chunk in chunks {
            self.write(&place, chunk, |_, _| Ok(()))?;
        }
        let now = self.core.now();
        self.write(&place, last, |ingest, tx| {
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
        fail::point("engine.pull.after_commit");
        lock(&self.core.presence).hear(&place, &page.ephemeral, now);
        let topic = |what| Topic::Ephemeral {
            account: place.account.clone(),
            collection: place.collection.clone(),
            what,
        };
        self.core
            .db
            .announce(page.ephemeral.into_iter().map(topic).collect());
        self.cursor = Some(page.cursor);
        Ok(page.more)
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

    fn write(
        &self,
        place: &Place<'_>,
        changes: &[Change],
        then: impl FnOnce(&mut Ingest<'_>, &mut Tx<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let now = self.core.now();
        self.core.write(|tx| {
            let rules = Rules::load(tx, place.account)?;
            let mut ingest = Ingest::new(*place, &rules, now, Cause::Remote);
            ingest.alerts = self.complete;
            if let Some(Listing::Stamped(run)) = self.listing {
                ingest.written.run = Some(run);
            }
            ingest.all(tx, changes)?;
            then(&mut ingest, tx)
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
