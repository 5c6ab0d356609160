//! The last body the source showed, kept while local edits wait: the base of
//! the three-way compare.

use rapport_model::{Body, ItemId};
use rusqlite::{OptionalExtension, params};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::{body, item::kind_at};

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0921 remote",
    older_may_open: false,
    sql: "
CREATE TABLE remote (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item with local edits
  kind INTEGER NOT NULL, -- code of the kind of the body
  body TEXT NOT NULL -- JSON of the body as the source last showed it
) STRICT;
",
}];

impl Reader<'_> {
    /// What the source last showed of an item with local edits.
    pub fn remote_body(&self, id: ItemId) -> Result<Option<Body>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT kind, body FROM remote WHERE item = ?1")?;
        statement
            .query_row([id.0], |row| {
                Ok((kind_at(row, 0)?, row.get::<_, String>(1)?))
            })
            .optional()?
            .map(|(kind, text)| body::decode(kind, &text))
            .transpose()
    }
}

impl Tx<'_> {
    /// Keeps what the source shows of an item with local edits.
    pub fn keep_remote(&mut self, id: ItemId, body: &Body) -> Result<(), StoreError> {
        let mut bytes = Vec::new();
        body::encode(body, &mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        self.conn
            .prepare_cached(
                "INSERT INTO remote (item, kind, body) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (item) DO UPDATE SET kind = excluded.kind, body = excluded.body \
                 WHERE kind <> excluded.kind OR body <> excluded.body",
            )?
            .execute(params![id.0, body.kind().code(), text])?;
        Ok(())
    }

    /// The edits have arrived: the row is the source's again.
    pub fn drop_remote(&mut self, id: ItemId) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM remote WHERE item = ?1")?
            .execute([id.0])?;
        Ok(())
    }
}
