//! Poison: items that could not be mapped, parked with their reason.

use rapport_model::change::Poison;
use rapport_model::{AccountId, CollectionId, Handle, Millis};
use rusqlite::params;

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::item::Place;
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0932 poison",
    older_may_open: false,
    sql: "
CREATE TABLE poison (
  id INTEGER PRIMARY KEY, -- nothing but a row number
  collection INTEGER NOT NULL REFERENCES collection(id), -- where
  handle TEXT NOT NULL, -- where it sits at the source
  reason TEXT NOT NULL, -- why it could not be read, in plain words
  raw TEXT, -- the raw form, cut at a bound
  at INTEGER NOT NULL, -- when it was parked
  UNIQUE (collection, handle)
) STRICT;
",
}];

/// A parked item with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The account.
    pub account: AccountId,
    /// The collection.
    pub collection: CollectionId,
    /// What it is and why.
    pub poison: Poison,
    /// When it was parked.
    pub at: Millis,
}

impl Reader<'_> {
    /// What is parked, of one account or of all.
    pub fn poisons(&self, account: Option<&AccountId>) -> Result<Vec<Parked>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.name, c.name, p.handle, p.reason, p.raw, p.at FROM poison p \
             JOIN collection c ON c.id = p.collection JOIN account a ON a.id = c.account \
             WHERE ?1 IS NULL OR a.name = ?1 ORDER BY p.at, p.id",
        )?;
        let rows = statement.query_map([account.map(AccountId::as_str)], |row| {
            Ok(Parked {
                account: AccountId(row.get(0)?),
                collection: CollectionId(row.get(1)?),
                poison: Poison {
                    handle: Handle(row.get(2)?),
                    reason: row.get(3)?,
                    raw: row.get(4)?,
                },
                at: Millis(row.get(5)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Parks an item. Answers whether it is new or its reason has changed.
    /// A later upsert or removal of the same handle takes it off again.
    pub fn put_poison(
        &mut self,
        place: &Place<'_>,
        poison: &Poison,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let ids = self.place(place)?;
        self.names.borrow_mut().note_parked();
        let changed = self
            .conn
            .prepare_cached(
                "INSERT INTO poison (collection, handle, reason, raw, at) \
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (collection, handle) DO UPDATE SET \
                 reason = excluded.reason, raw = excluded.raw, at = excluded.at \
                 WHERE reason <> excluded.reason OR raw IS NOT excluded.raw",
            )?
            .execute(params![
                ids.collection,
                poison.handle.as_str(),
                poison.reason,
                poison.raw,
                now.0
            ])?;
        if changed > 0 {
            self.topic(Topic::Collection(
                place.account.clone(),
                place.collection.clone(),
            ));
        }
        Ok(changed > 0)
    }

    /// The handle could be read after all, or is gone.
    pub fn drop_poison(&mut self, place: &Place<'_>, handle: &Handle) -> Result<(), StoreError> {
        let ids = self.place(place)?;
        let changed = self
            .conn
            .prepare_cached("DELETE FROM poison WHERE collection = ?1 AND handle = ?2")?
            .execute(params![ids.collection, handle.as_str()])?;
        if changed > 0 {
            self.topic(Topic::Collection(
                place.account.clone(),
                place.collection.clone(),
            ));
        }
        Ok(())
    }
}
