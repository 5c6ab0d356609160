//! Customers the user keeps in the sidebar.
//!
//! A pin holds on to a node and not to an organisation: when two sources' rows
//! turn out to be one company, its id may change, its nodes do not.

use rapport_model::{Millis, OrgId};
use rusqlite::params;

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_26_1700 pin",
    older_may_open: true,
    sql: "
CREATE TABLE pin (
  node INTEGER PRIMARY KEY REFERENCES node(id) ON DELETE CASCADE, -- a node of the organisation
  at INTEGER NOT NULL -- since when
) STRICT;
",
}];

impl Reader<'_> {
    /// The pinned organisations, in the order they were pinned.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn pinned(&self) -> Result<Vec<OrgId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT n.org FROM pin p JOIN node n ON n.id = p.node \
             WHERE n.org IS NOT NULL GROUP BY n.org ORDER BY min(p.at), n.org",
        )?;
        let rows = statement.query_map([], |row| Ok(OrgId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether an organisation is pinned.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_pinned(&self, org: OrgId) -> Result<bool, StoreError> {
        // From the pins on: they are few, and a customer may have thousands of nodes.
        Ok(self
            .conn
            .prepare_cached(
                "SELECT 1 FROM pin p CROSS JOIN node n ON n.id = p.node WHERE n.org = ?1",
            )?
            .exists([org.0])?)
    }
}

impl Tx<'_> {
    /// Pins an organisation, or takes its pin away.
    ///
    /// # Errors
    /// There is no such organisation, or the database cannot be written.
    pub fn set_pinned(&mut self, org: OrgId, pinned: bool, now: Millis) -> Result<(), StoreError> {
        if self.org_name(org)?.is_none() {
            return Err(StoreError::missing(format!("customer {org}")));
        }
        let known = self.is_pinned(org)?;
        if known == pinned {
            return Ok(());
        }
        if pinned {
            self.conn
                .prepare_cached("INSERT INTO pin (node, at) VALUES (?1, ?2)")?
                .execute(params![org.0, now.0])?;
        } else {
            self.conn
                .prepare_cached(
                    "DELETE FROM pin WHERE node IN (SELECT id FROM node WHERE org = ?1)",
                )?
                .execute([org.0])?;
        }
        self.topic(Topic::Customer(org));
        self.topic(Topic::People);
        Ok(())
    }
}
