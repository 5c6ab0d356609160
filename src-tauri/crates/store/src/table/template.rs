//! Templates: texts the user writes again and again.

use rapport_model::Millis;
use rusqlite::{OptionalExtension as _, Row, params};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::topic::Topic;
use crate::view::TemplateRow;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_26_1630 template",
    older_may_open: true,
    sql: "
CREATE TABLE template (
  id TEXT PRIMARY KEY, -- drawn when it is made; never changes
  name TEXT NOT NULL, -- what the user calls it
  text TEXT NOT NULL, -- its text, with fields in double braces
  at INTEGER NOT NULL -- when it was last changed
) STRICT;
",
}];

fn read(row: &Row<'_>) -> rusqlite::Result<TemplateRow> {
    Ok(TemplateRow {
        id: row.get(0)?,
        name: row.get(1)?,
        text: row.get(2)?,
        at: Millis(row.get(3)?),
    })
}

impl Reader<'_> {
    /// All templates, by name.
    pub fn templates(&self) -> Result<Vec<TemplateRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, name, text, at FROM template ORDER BY name COLLATE NOCASE, id",
        )?;
        let rows = statement.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One template.
    pub fn template(&self, id: &str) -> Result<Option<TemplateRow>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, name, text, at FROM template WHERE id = ?1")?;
        Ok(statement.query_row([id], read).optional()?)
    }
}

impl Tx<'_> {
    /// Keeps a template, a new one or one that is there.
    pub fn put_template(&mut self, row: &TemplateRow) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO template (id, name, text, at) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, text = excluded.text, \
                 at = excluded.at",
            )?
            .execute(params![row.id, row.name, row.text, row.at.0])?;
        self.topic(Topic::Settings);
        Ok(())
    }

    /// Removes a template. Answers whether it was there.
    pub fn drop_template(&mut self, id: &str) -> Result<bool, StoreError> {
        let gone = self
            .conn
            .prepare_cached("DELETE FROM template WHERE id = ?1")?
            .execute([id])?;
        if gone > 0 {
            self.topic(Topic::Settings);
        }
        Ok(gone > 0)
    }
}
