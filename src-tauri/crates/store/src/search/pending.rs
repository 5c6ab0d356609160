//! The new documents of one transaction, written to the index together.
//!
//! FTS5 gathers words in memory and writes a piece of the index whenever a row id
//! is lower than the one before, or any statement in between opens a savepoint.
//! Rooms come one after the other and backwards, and between two items lie a dozen
//! statements: written one by one, a page leaves dozens of pieces, each of which
//! has to be merged again. Written at the end in the order of their numbers, it leaves one.

use std::collections::BTreeMap;

use rapport_model::ItemId;
use rusqlite::Connection;

use super::doc::Docs;
use super::index::insert;
use super::indexed::Indexed;
use super::words;
use crate::error::StoreError;

/// Beyond so many bytes of text what was gathered is written at once.
const MOST: usize = 16 * 1024 * 1024;

/// See the module.
#[derive(Debug)]
pub(crate) struct Pending {
    documents: BTreeMap<ItemId, Indexed<'static>>,
    bytes: usize,
}

impl Pending {
    pub(crate) const fn new() -> Self {
        Self {
            documents: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// Takes the document of an item that the index cannot have yet.
    pub(crate) fn add(
        &mut self,
        conn: &Connection,
        id: ItemId,
        texts: Indexed<'_>,
    ) -> Result<(), StoreError> {
        self.bytes = self.bytes.saturating_add(texts.bytes());
        self.documents.insert(id, texts.into_owned());
        if self.bytes > MOST {
            self.write(conn)?;
        }
        Ok(())
    }

    /// Puts another document in the place of one that is still waiting. False when
    /// none is.
    pub(crate) fn replace(&mut self, id: ItemId, texts: &Indexed<'_>) -> bool {
        let Some(waiting) = self.documents.get_mut(&id) else {
            return false;
        };
        *waiting = texts.clone().into_owned();
        true
    }

    /// Forgets a document that is still waiting. False when none is.
    pub(crate) fn take_out(&mut self, id: ItemId) -> bool {
        self.documents.remove(&id).is_some()
    }

    /// Writes what was gathered.
    pub(crate) fn write(&mut self, conn: &Connection) -> Result<(), StoreError> {
        self.bytes = 0;
        let documents = std::mem::take(&mut self.documents);
        // The counts first: their statements would cut the index into pieces.
        let mut counts = words::Counts::default();
        for (id, texts) in &documents {
            counts.add(*id, texts);
        }
        counts.write(conn)?;
        let docs = Docs::of(conn)?;
        let mut write = |(id, texts)| insert(conn, docs, id, &texts);
        if docs.newest_first() {
            documents.into_iter().rev().try_for_each(&mut write)
        } else {
            documents.into_iter().try_for_each(&mut write)
        }
    }
}
