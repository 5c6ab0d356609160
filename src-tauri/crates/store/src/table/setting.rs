//! Settings: one JSON value a name.

use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0900 setting",
    older_may_open: true,
    sql: "
CREATE TABLE setting (
  key TEXT PRIMARY KEY, -- what is set
  value TEXT NOT NULL -- JSON
) STRICT;
",
}];

impl Reader<'_> {
    /// The setting of that name. One that cannot be read as `T` any more is
    /// as good as unset: the default is safe, a failing start is not.
    pub fn setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        Ok(self
            .setting_text(key)?
            .and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn setting_text(&self, key: &str) -> Result<Option<String>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// All settings as JSON, by name. One that cannot be read is as good as unset.
    pub fn settings(&self) -> Result<Vec<(String, serde_json::Value)>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT key, value FROM setting ORDER BY key")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut all = Vec::new();
        for row in rows {
            let (key, text) = row?;
            if let Ok(value) = serde_json::from_str(&text) {
                all.push((key, value));
            }
        }
        Ok(all)
    }
}

impl Tx<'_> {
    /// Sets a setting.
    pub fn set_setting<T: Serialize>(&mut self, key: &str, value: &T) -> Result<(), StoreError> {
        let text = serde_json::to_string(value)?;
        let changed = self
            .conn
            .prepare_cached(
                "INSERT INTO setting (key, value) VALUES (?1, ?2) \
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value \
                 WHERE value <> excluded.value",
            )?
            .execute(params![key, text])?;
        if changed > 0 {
            self.topic(Topic::Settings);
        }
        Ok(())
    }

    /// Removes a setting.
    pub fn drop_setting(&mut self, key: &str) -> Result<(), StoreError> {
        let changed = self
            .conn
            .prepare_cached("DELETE FROM setting WHERE key = ?1")?
            .execute([key])?;
        if changed > 0 {
            self.topic(Topic::Settings);
        }
        Ok(())
    }
}
