//! What was erased here by the user's own rule and is still at its source.
//!
//! Only a hash of each handle is kept: enough not to fetch it again, and to say
//! in the ledger why the two counts differ.

use rapport_model::{AccountId, Handle, ItemId, Millis};
use rusqlite::params;

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::item::{LOCAL_ONLY, PENDING, Place, handle_print};
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_26_1703 erased",
    older_may_open: true,
    sql: "
CREATE TABLE erased (
  collection INTEGER NOT NULL REFERENCES collection(id) ON DELETE CASCADE, -- where
  handle_key INTEGER NOT NULL, -- 64 bits of a hash of collection and handle, as in item
  PRIMARY KEY (collection, handle_key)
) STRICT;
",
}];

/// The setting with the days an account's messages are kept.
#[must_use]
pub fn retention_key(account: &AccountId) -> String {
    format!("retention.{account}")
}

impl Reader<'_> {
    /// How many days an account's messages are kept; for ever when `None`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn retention(&self, account: &AccountId) -> Result<Option<u32>, StoreError> {
        self.setting(&retention_key(account))
    }

    /// Whether the item at that handle was erased here by the user's own rule.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_erased(&self, place: &Place<'_>, handle: &Handle) -> Result<bool, StoreError> {
        let Some(ids) = self.known_place(place)? else {
            return Ok(false);
        };
        let key = handle_print(ids.collection, handle).key();
        Ok(self
            .conn
            .prepare_cached("SELECT 1 FROM erased WHERE collection = ?1 AND handle_key = ?2")?
            .exists(params![ids.collection, key])?)
    }

    /// The oldest messages of an account from before a moment, at most `most`:
    /// conversation by conversation, each from its own index. What waits for the
    /// source is none of them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn messages_before(
        &self,
        account: &AccountId,
        before: Millis,
        most: u32,
    ) -> Result<Vec<ItemId>, StoreError> {
        let row = self.account_row(account)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT i.id FROM conversation v CROSS JOIN item c ON c.id = v.item \
             CROSS JOIN item i ON i.conversation = v.item AND i.id < ?2 \
             WHERE c.account = ?1 AND i.kind = 2 AND i.flags & ?3 = 0 LIMIT ?4",
        )?;
        let rows = statement.query_map(
            params![row, before.0 << 20, LOCAL_ONLY | PENDING, most],
            |row| row.get(0).map(ItemId),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Remembers that the item at that handle is not wanted here.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn note_erased(&mut self, place: &Place<'_>, handle: &Handle) -> Result<(), StoreError> {
        let ids = self.place(place)?;
        let key = handle_print(ids.collection, handle).key();
        self.conn
            .prepare_cached(
                "INSERT OR IGNORE INTO erased (collection, handle_key) VALUES (?1, ?2)",
            )?
            .execute(params![ids.collection, key])?;
        Ok(())
    }

    /// Lets what was erased of an account be fetched again.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn forget_erased(&mut self, account: &AccountId) -> Result<(), StoreError> {
        let row = self.account_row(account)?;
        self.conn.execute(
            "DELETE FROM erased WHERE collection IN (SELECT id FROM collection WHERE account = ?1)",
            [row],
        )?;
        self.topic(Topic::Account(account.clone()));
        Ok(())
    }

    /// Erases a message with everything that repeats what it says: index, raw
    /// form, journal, edits, alerts, commands that are over. It leaves no line in
    /// the journal. Answers whether it was there.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn erase_message(&mut self, id: ItemId) -> Result<bool, StoreError> {
        let Some(stored) = self.stored(id)? else {
            return Ok(false);
        };
        let place = Place {
            account: &stored.account,
            collection: &stored.collection,
        };
        let ids = self.place(&place)?;
        self.note_erased(&place, &stored.item.handle)?;
        for patch in self.patches_of(&place, &stored.item.handle)? {
            self.drop_patch(&place, &patch.handle)?;
        }
        self.unindex(id)?;
        self.said(id, stored.item.body.kind(), &stored.links, -1);
        for sql in [
            "DELETE FROM journal WHERE item = ?1",
            "DELETE FROM notification WHERE item = ?1",
            "DELETE FROM outbox WHERE item = ?1 AND state IN ('done', 'withdrawn')",
            "DELETE FROM item WHERE id = ?1",
        ] {
            self.conn.prepare_cached(sql)?.execute([id.0])?;
        }
        self.counted(ids.collection, -1, None);
        if let Some(conversation) = stored.links.conversation {
            self.recount(conversation);
        }
        if let Some(person) = stored.links.person {
            self.heard_anew(person);
        }
        self.touched(id, stored.item.body.kind(), &stored.links);
        Ok(true)
    }
}
