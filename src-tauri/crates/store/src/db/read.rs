//! The reading side: query-only connections that see one consistent state.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use rapport_model::{AccountId, CollectionId, Handle};
use rusqlite::Connection;

use super::form::Form;
use super::{Quiet, lock, open};
use crate::error::StoreError;
use crate::hash::Print;
use crate::key::DbKey;
use crate::table::collection::PlaceIds;
use crate::table::item::Place;

/// So many idle readers are kept with their warm caches.
const IDLE: usize = 6;
/// And so many when nothing has been asked for a while: a question at rest comes alone.
const AT_REST: usize = 2;
/// Gives the pages back that are in no use.
pub(super) const EASE: &str = "PRAGMA shrink_memory;";

/// Everything that can be asked. Inside [`super::Db::read`] it sees one state
/// of the file; inside a write it sees what the transaction has done so far.
pub struct Reader<'c> {
    pub(crate) conn: &'c Connection,
    pub(crate) names: &'c RefCell<Names>,
    pub(crate) quiet: &'c Quiet,
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

impl<'c> Reader<'c> {
    pub(crate) const fn new(
        conn: &'c Connection,
        names: &'c RefCell<Names>,
        quiet: &'c Quiet,
    ) -> Self {
        Self { conn, names, quiet }
    }

    /// Whether there is a patch at all.
    pub(crate) fn any_patch(&self) -> Result<bool, StoreError> {
        self.any(Rare::Patch)
    }

    /// Whether anything is parked.
    pub(crate) fn any_parked(&self) -> Result<bool, StoreError> {
        self.any(Rare::Parked)
    }

    fn any(&self, of: Rare) -> Result<bool, StoreError> {
        let known = self.names.borrow().any.get(&of).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let any = self
            .conn
            .prepare_cached(match of {
                Rare::Patch => "SELECT EXISTS (SELECT 1 FROM patch)",
                Rare::Parked => "SELECT EXISTS (SELECT 1 FROM poison)",
            })?
            .query_row([], |row| row.get(0))?;
        self.names.borrow_mut().any.insert(of, any);
        Ok(any)
    }
}

/// What most sources have none of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rare {
    Patch,
    Parked,
}

/// What one item's write need not look up again: places by name, and what was just
/// found to be new.
#[derive(Debug, Default)]
pub(crate) struct Names {
    places: BTreeMap<AccountId, BTreeMap<CollectionId, PlaceIds>>,
    /// The handle that was last looked for and not found: who looks before writing
    /// need not have the write look again.
    missing: Option<(i64, Handle, Print)>,
    /// Whether there is any of it: asked once in a transaction.
    any: BTreeMap<Rare, bool>,
}

impl Names {
    /// What holds for one transaction only is to be asked again.
    pub(crate) fn begin(&mut self) {
        self.any.clear();
    }

    /// There is a patch now.
    pub(crate) fn note_patch(&mut self) {
        self.any.insert(Rare::Patch, true);
    }

    /// Something is parked now.
    pub(crate) fn note_parked(&mut self) {
        self.any.insert(Rare::Parked, true);
    }

    /// Notes that nothing is at a handle.
    pub(crate) fn note_missing(&mut self, collection: i64, handle: &Handle, print: Print) {
        self.missing = Some((collection, handle.clone(), print));
    }

    /// Something is written under a handle of its own.
    pub(crate) fn note_written(&mut self) {
        self.missing = None;
    }

    /// The print of a handle, if nothing is there for certain.
    pub(crate) fn is_missing(&self, collection: i64, handle: &Handle) -> Option<Print> {
        self.missing
            .as_ref()
            .filter(|it| it.0 == collection && it.1 == *handle)
            .map(|it| it.2)
    }

    pub(crate) fn get(&self, place: &Place<'_>) -> Option<PlaceIds> {
        self.places
            .get(place.account)?
            .get(place.collection)
            .copied()
    }

    pub(crate) fn put(&mut self, place: &Place<'_>, ids: PlaceIds) {
        self.places
            .entry(place.account.clone())
            .or_default()
            .insert(place.collection.clone(), ids);
    }

    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.missing = None;
        self.begin();
    }
}

/// A reader on loan.
pub(super) struct Lent {
    number: u64,
    pub(super) conn: Connection,
    pub(super) names: RefCell<Names>,
}

/// Idle readers. A question goes to the reader that answered it last time: that one has the
/// pages for it. Else the one used last is lent first, whose pages are at least as warm as any.
pub(super) struct Pool {
    idle: Mutex<Idle>,
    path: PathBuf,
    key: DbKey,
    form: Form,
}

#[derive(Default)]
struct Idle {
    readers: Vec<Lent>,
    /// Which reader answered a question last.
    homes: BTreeMap<&'static str, u64>,
    /// How many readers there were so far.
    made: u64,
}

impl Pool {
    pub(super) const fn new(path: PathBuf, key: DbKey, form: Form) -> Self {
        Self {
            idle: Mutex::new(Idle {
                readers: Vec::new(),
                homes: BTreeMap::new(),
                made: 0,
            }),
            path,
            key,
            form,
        }
    }

    /// Lends a reader for a `question`, by the name of where it is put.
    pub(super) fn take(&self, question: &'static str) -> Result<Lent, StoreError> {
        let number = {
            let mut idle = lock(&self.idle);
            let home = idle.homes.get(question).copied();
            let at = idle.readers.iter().position(|it| Some(it.number) == home);
            let lent = match at {
                Some(at) => Some(idle.readers.remove(at)),
                None => idle.readers.pop(),
            };
            if let Some(lent) = lent {
                idle.homes.insert(question, lent.number);
                return Ok(lent);
            }
            idle.made += 1;
            let number = idle.made;
            idle.homes.insert(question, number);
            number
        };
        Ok(Lent {
            number,
            conn: self.another()?,
            names: RefCell::default(),
        })
    }

    /// A connection of one's own, outside the pool.
    pub(super) fn another(&self) -> Result<Connection, StoreError> {
        open::connect_reader(&self.path, &self.key, self.form)
    }

    /// How the pages of the file are guarded.
    pub(super) const fn form(&self) -> Form {
        self.form
    }

    /// Keeps a few idle readers, and those without their pages.
    pub(super) fn ease(&self) -> Result<(), StoreError> {
        let (kept, surplus) = {
            let mut idle = lock(&self.idle);
            let surplus = idle.readers.len().saturating_sub(AT_REST);
            // The last ones are lent first: theirs are the statements that are asked most.
            let surplus: Vec<Lent> = idle.readers.drain(..surplus).collect();
            (std::mem::take(&mut idle.readers), surplus)
        };
        drop(surplus);
        for lent in kept {
            lent.conn.execute_batch(EASE)?;
            self.give(lent);
        }
        Ok(())
    }

    pub(super) fn give(&self, lent: Lent) {
        let mut idle = lock(&self.idle);
        if idle.readers.len() < IDLE {
            idle.readers.push(lent);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::Scene;

    #[test]
    fn a_question_goes_to_the_reader_that_answered_it_and_a_new_one_to_the_last() {
        let scene = Scene::new();
        let pool = &scene.db.inner.readers;
        let (hits, names) = (pool.take("hits").unwrap(), pool.take("names").unwrap());
        let (of_hits, of_names) = (hits.number, names.number);
        pool.give(hits);
        pool.give(names);
        let hits = pool.take("hits").unwrap();
        assert_eq!(hits.number, of_hits);
        let other = pool.take("another").unwrap();
        assert_eq!(
            other.number, of_names,
            "an idle one is warmer than a new one"
        );
        pool.give(other);
        pool.give(hits);
        assert_eq!(pool.take("names").unwrap().number, of_names);
    }
}
