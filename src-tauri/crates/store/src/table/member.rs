//! Members of conversations that have no customer yet.
//!
//! When one of them turns out to work for somebody, the conversations that have
//! waited for it are found here. A conversation with a customer has no rows, and
//! one without has few: only its first members say whose it is.

use std::collections::BTreeSet;

use rapport_model::ItemId;
use rusqlite::params;

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::people::NodeId;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_26_1704 member",
    older_may_open: true,
    sql: "
CREATE TABLE member (
  node INTEGER NOT NULL REFERENCES node(id) ON DELETE CASCADE, -- a member whose company is not known
  item INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE, -- the conversation, without a customer
  PRIMARY KEY (node, item)
) STRICT;
CREATE INDEX member_item ON member (item);
",
}];

impl Reader<'_> {
    /// The conversations that wait to learn for whom a member works, the newest
    /// first, at most `most`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn waiting_for(&self, node: NodeId, most: u32) -> Result<Vec<ItemId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT item FROM member WHERE node = ?1 ORDER BY item DESC LIMIT ?2",
        )?;
        let rows = statement.query_map(params![node.0, most], |row| row.get(0).map(ItemId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Notes for whom a conversation waits; for nobody once it has a customer.
    /// Writes only what is different.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn wait_for(
        &mut self,
        conversation: ItemId,
        members: &BTreeSet<NodeId>,
    ) -> Result<(), StoreError> {
        let known: BTreeSet<NodeId> = {
            let mut statement = self
                .conn
                .prepare_cached("SELECT node FROM member WHERE item = ?1")?;
            let rows = statement.query_map([conversation.0], |row| row.get(0).map(NodeId))?;
            rows.collect::<Result<_, _>>()?
        };
        for node in known.difference(members) {
            self.conn
                .prepare_cached("DELETE FROM member WHERE node = ?1 AND item = ?2")?
                .execute(params![node.0, conversation.0])?;
        }
        for node in members.difference(&known) {
            self.conn
                .prepare_cached("INSERT INTO member (node, item) VALUES (?1, ?2)")?
                .execute(params![node.0, conversation.0])?;
        }
        Ok(())
    }
}
