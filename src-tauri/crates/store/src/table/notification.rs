//! Notifications: what reached the user, and why.

use rapport_model::{ItemId, Millis};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0980 notification",
    older_may_open: false,
    sql: "
CREATE TABLE notification (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- order
  key TEXT NOT NULL UNIQUE, -- what it is about: the same thing over two channels alerts once
  at INTEGER NOT NULL, -- when
  item INTEGER, -- the item it opens
  title TEXT NOT NULL, -- its line
  text TEXT NOT NULL, -- its text
  why TEXT NOT NULL, -- JSON: event, rule, person, channel
  seen INTEGER -- when the user saw it
) STRICT;
CREATE INDEX notification_unseen ON notification (id) WHERE seen IS NULL;
",
}];

/// Something that reaches the user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// Its number; given when put.
    pub id: i64,
    /// What it is about: the same thing twice alerts once.
    pub key: String,
    /// When.
    pub at: Millis,
    /// The item it opens.
    pub item: Option<ItemId>,
    /// Its line.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Event, rule, person and channel.
    pub why: serde_json::Value,
    /// When the user saw it.
    pub seen: Option<Millis>,
}

fn read(row: &Row<'_>) -> Result<Notification, StoreError> {
    Ok(Notification {
        id: row.get(0)?,
        key: row.get(1)?,
        at: Millis(row.get(2)?),
        item: row.get::<_, Option<i64>>(3)?.map(ItemId),
        title: row.get(4)?,
        text: row.get(5)?,
        why: serde_json::from_str(&row.get::<_, String>(6)?)?,
        seen: row.get::<_, Option<i64>>(7)?.map(Millis),
    })
}

impl Reader<'_> {
    /// Whether that key has alerted already. Putting it again would do nothing,
    /// but the counter of the table is written even then.
    pub fn has_notified(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT 1 FROM notification WHERE key = ?1")?
            .exists([key])?)
    }

    /// Notifications, the newest first, before the number `before`.
    pub fn notifications(
        &self,
        unseen: bool,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Notification>, StoreError> {
        let condition = if unseen { "seen IS NULL AND" } else { "" };
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT id, key, at, item, title, text, why, seen FROM notification \
             WHERE {condition} id < ?1 ORDER BY id DESC LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![before.unwrap_or(i64::MAX), limit])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }
}

impl Tx<'_> {
    /// Puts a notification. Answers its number, or `None` when its key has
    /// been used: it has alerted already.
    pub fn put_notification(&mut self, new: &Notification) -> Result<Option<i64>, StoreError> {
        let id = self
            .conn
            .prepare_cached(
                "INSERT INTO notification (key, at, item, title, text, why, seen) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (key) DO NOTHING RETURNING id",
            )?
            .query_row(
                params![
                    new.key,
                    new.at.0,
                    new.item.map(|it| it.0),
                    new.title,
                    new.text,
                    serde_json::to_string(&new.why)?,
                    new.seen.map(|it| it.0)
                ],
                |row| row.get(0),
            )
            .optional()?;
        if id.is_some() {
            self.topic(Topic::Notifications);
        }
        Ok(id)
    }

    /// The user saw these.
    pub fn mark_seen(&mut self, ids: &[i64], now: Millis) -> Result<(), StoreError> {
        let mut changed = 0;
        for id in ids {
            changed += self
                .conn
                .prepare_cached("UPDATE notification SET seen = ?2 WHERE id = ?1 AND seen IS NULL")?
                .execute(params![id, now.0])?;
        }
        if changed > 0 {
            self.topic(Topic::Notifications);
        }
        Ok(())
    }
}
