//! The reading side: query-only connections that see one consistent state.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use rapport_model::{AccountId, CollectionId};
use rusqlite::Connection;

use super::{Quiet, lock, open};
use crate::error::StoreError;
use crate::key::DbKey;
use crate::table::collection::PlaceIds;
use crate::table::item::Place;

/// So many idle readers are kept with their warm caches.
const IDLE: usize = 6;

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
}

/// Places by name, so that an item costs no look-up of its collection.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<AccountId, BTreeMap<CollectionId, PlaceIds>>);

impl Names {
    pub(crate) fn get(&self, place: &Place<'_>) -> Option<PlaceIds> {
        self.0.get(place.account)?.get(place.collection).copied()
    }

    pub(crate) fn put(&mut self, place: &Place<'_>, ids: PlaceIds) {
        self.0
            .entry(place.account.clone())
            .or_default()
            .insert(place.collection.clone(), ids);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// A reader on loan.
pub(super) struct Lent {
    pub(super) conn: Connection,
    pub(super) names: RefCell<Names>,
}

/// Idle readers. The one used last is lent first: its cache is warm.
pub(super) struct Pool {
    idle: Mutex<Vec<Lent>>,
    path: PathBuf,
    key: DbKey,
}

impl Pool {
    pub(super) const fn new(path: PathBuf, key: DbKey) -> Self {
        Self {
            idle: Mutex::new(Vec::new()),
            path,
            key,
        }
    }

    pub(super) fn take(&self) -> Result<Lent, StoreError> {
        if let Some(lent) = lock(&self.idle).pop() {
            return Ok(lent);
        }
        Ok(Lent {
            conn: open::connect_reader(&self.path, &self.key)?,
            names: RefCell::default(),
        })
    }

    pub(super) fn give(&self, lent: Lent) {
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE {
            idle.push(lent);
        }
    }
}
