//! Patches: edits, redactions and reactions under their own handles, so that
//! order of arrival does not matter and taking one back is exact.

use rapport_model::{Handle, Millis, Patch};
use rusqlite::{OptionalExtension, params};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::item::{Place, handle_print};

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0930 patch",
    older_may_open: false,
    sql: "
CREATE TABLE patch (
  id INTEGER PRIMARY KEY, -- nothing but a row number
  collection INTEGER NOT NULL REFERENCES collection(id), -- where
  handle TEXT NOT NULL, -- where the patch itself sits at the source
  target_key INTEGER NOT NULL, -- 64 bits of a hash of collection and target, for the index
  target TEXT NOT NULL, -- handle of the message it alters, which may not have arrived
  at INTEGER NOT NULL, -- when it was made
  body TEXT NOT NULL, -- JSON of the model's Patch
  UNIQUE (collection, handle)
) STRICT;
CREATE INDEX patch_target ON patch (target_key);
",
}];

impl Reader<'_> {
    /// The patches of a message, in the order they were made.
    pub fn patches_of(&self, place: &Place<'_>, target: &Handle) -> Result<Vec<Patch>, StoreError> {
        let Some(ids) = self.known_place(place)? else {
            return Ok(Vec::new());
        };
        if !self.any_patch()? {
            return Ok(Vec::new());
        }
        let key = handle_print(ids.collection, target).key();
        let mut statement = self.conn.prepare_cached(
            "SELECT body FROM patch WHERE target_key = ?1 AND collection = ?2 AND target = ?3 \
             ORDER BY at, handle",
        )?;
        let rows = statement.query_map(params![key, ids.collection, target.as_str()], |row| {
            row.get::<_, String>(0)
        })?;
        rows.map(|text| Ok(serde_json::from_str(&text?)?)).collect()
    }

    /// The handle of the message that the patch at `handle` alters.
    pub fn patch_target(
        &self,
        place: &Place<'_>,
        handle: &Handle,
    ) -> Result<Option<Handle>, StoreError> {
        let Some(ids) = self.known_place(place)? else {
            return Ok(None);
        };
        Ok(self
            .conn
            .prepare_cached("SELECT target FROM patch WHERE collection = ?1 AND handle = ?2")?
            .query_row(params![ids.collection, handle.as_str()], |row| row.get(0))
            .optional()?
            .map(Handle))
    }

    /// When the patch at `handle` was made.
    pub fn patch_moment(
        &self,
        place: &Place<'_>,
        handle: &Handle,
    ) -> Result<Option<Millis>, StoreError> {
        let Some(ids) = self.known_place(place)? else {
            return Ok(None);
        };
        Ok(self
            .conn
            .prepare_cached("SELECT at FROM patch WHERE collection = ?1 AND handle = ?2")?
            .query_row(params![ids.collection, handle.as_str()], |row| row.get(0))
            .optional()?
            .map(Millis))
    }
}

impl Tx<'_> {
    /// Keeps a patch. Answers whether it is new or different.
    pub fn put_patch(&mut self, place: &Place<'_>, patch: &Patch) -> Result<bool, StoreError> {
        let ids = self.place(place)?;
        self.names.borrow_mut().note_patch();
        let changed = self
            .conn
            .prepare_cached(
                "INSERT INTO patch (collection, handle, target_key, target, at, body) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (collection, handle) DO UPDATE SET \
                 target_key = excluded.target_key, target = excluded.target, at = excluded.at, \
                 body = excluded.body WHERE body <> excluded.body",
            )?
            .execute(params![
                ids.collection,
                patch.handle.as_str(),
                handle_print(ids.collection, &patch.target).key(),
                patch.target.as_str(),
                patch.at.0,
                serde_json::to_string(patch)?
            ])?;
        Ok(changed > 0)
    }

    /// Takes a patch back. Answers the handle of the message it altered.
    pub fn drop_patch(
        &mut self,
        place: &Place<'_>,
        handle: &Handle,
    ) -> Result<Option<Handle>, StoreError> {
        let ids = self.place(place)?;
        Ok(self
            .conn
            .prepare_cached(
                "DELETE FROM patch WHERE collection = ?1 AND handle = ?2 RETURNING target",
            )?
            .query_row(params![ids.collection, handle.as_str()], |row| row.get(0))
            .optional()?
            .map(Handle))
    }
}
