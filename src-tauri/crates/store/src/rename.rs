//! A row that was made here learns where its source keeps it.
//!
//! What the user saw stays the same row: its id, links, journal, index, drafts
//! and marks do not move, only the handle does.

use rapport_model::{Handle, ItemId, Patch};
use rusqlite::{OptionalExtension, params};

use crate::db::Tx;
use crate::error::StoreError;
use crate::table::item::{self, LOCAL_ONLY, Links, handle_print};
use crate::table::people::NodeId;
use crate::topic::Topic;

impl Tx<'_> {
    /// Moves an item to another handle of its collection; patches that aim at it
    /// follow. Answers whether it moved: not when it sits there already, and not
    /// when another item does.
    pub fn rename(&mut self, id: ItemId, to: &Handle) -> Result<bool, StoreError> {
        let found = self
            .conn
            .prepare_cached(
                "SELECT collection, handle, kind, org, person, conversation, flags, at \
                 FROM item WHERE id = ?1",
            )?
            .query_row([id.0], |row| {
                let collection: i64 = row.get(0)?;
                let links: Links = item::links_at(row, 3)?;
                let at: i64 = row.get(7)?;
                Ok((
                    collection,
                    Handle(row.get(1)?),
                    item::kind_at(row, 2)?,
                    links,
                    at,
                ))
            })
            .optional()?;
        let Some((collection, from, kind, links, at)) = found else {
            return Err(StoreError::missing(format!("item {id}")));
        };
        if from == *to || self.find_in(collection, to)?.is_some() {
            return Ok(false);
        }
        self.conn
            .prepare_cached("UPDATE item SET handle_key = ?2, handle = ?3 WHERE id = ?1")?
            .execute(params![
                id.0,
                handle_print(collection, to).key(),
                to.as_str()
            ])?;
        self.names.borrow_mut().note_written();
        self.retarget_patches(collection, &from, to)?;
        let cleared = self
            .conn
            .prepare_cached("DELETE FROM poison WHERE collection = ?1 AND handle = ?2")?
            .execute(params![collection, to.as_str()])?;
        if cleared > 0 || links.flags & LOCAL_ONLY != 0 {
            // It is not counted while only this side has it, but it may be the
            // newest the collection will have.
            self.counted(collection, 0, Some(at));
        }
        self.touched(id, kind, &links);
        Ok(true)
    }

    fn retarget_patches(
        &mut self,
        collection: i64,
        from: &Handle,
        to: &Handle,
    ) -> Result<(), StoreError> {
        let key = handle_print(collection, from).key();
        let aimed: Vec<(i64, String)> = self
            .conn
            .prepare_cached(
                "SELECT id, body FROM patch \
                 WHERE target_key = ?1 AND collection = ?2 AND target = ?3",
            )?
            .query_map(params![key, collection, from.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<Result<_, _>>()?;
        for (row, body) in aimed {
            let mut patch: Patch = serde_json::from_str(&body)?;
            patch.target.clone_from(to);
            self.conn
                .prepare_cached(
                    "UPDATE patch SET target_key = ?2, target = ?3, body = ?4 WHERE id = ?1",
                )?
                .execute(params![
                    row,
                    handle_print(collection, to).key(),
                    to.as_str(),
                    serde_json::to_string(&patch)?
                ])?;
        }
        Ok(())
    }

    /// Gives a handle of a person or organisation another key. Answers whether it
    /// did: not when the key is taken.
    pub fn rename_node(&mut self, id: NodeId, key: &str) -> Result<bool, StoreError> {
        let changed = self
            .conn
            .prepare_cached("UPDATE OR IGNORE node SET key = ?2 WHERE id = ?1 AND key <> ?2")?
            .execute(params![id.0, key])?;
        if changed > 0 {
            self.topic(Topic::People);
        }
        Ok(changed > 0)
    }
}
