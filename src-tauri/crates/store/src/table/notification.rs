//! Notifications: what reached the user, and why.

use rapport_model::{ItemId, Millis};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[
    Migration {
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
    },
    Migration {
        name: "2026_11_26_1702 notification",
        older_may_open: true,
        sql: "
ALTER TABLE notification ADD COLUMN shown INTEGER; -- when it was given out to be shown on the desktop
ALTER TABLE notification ADD COLUMN done INTEGER; -- when the user was done with it
ALTER TABLE notification ADD COLUMN snoozed INTEGER; -- not to be shown before this moment
UPDATE notification SET shown = at;
CREATE INDEX notification_due ON notification (id) WHERE shown IS NULL;
",
    },
];

/// Something that reaches the user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// When the user was done with it.
    pub done: Option<Millis>,
    /// Not to be shown before this moment.
    pub snoozed: Option<Millis>,
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
        done: row.get::<_, Option<i64>>(8)?.map(Millis),
        snoozed: row.get::<_, Option<i64>>(9)?.map(Millis),
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

    /// Whether one has not been given out whose moment has come.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_notification_due(&self, now: Millis) -> Result<bool, StoreError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT 1 FROM notification WHERE shown IS NULL \
                 AND (snoozed IS NULL OR snoozed <= ?1)",
            )?
            .exists([now.0])?)
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
            "SELECT id, key, at, item, title, text, why, seen, done, snoozed FROM notification \
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

    /// Takes what is to be shown on the desktop now, the oldest first, at most
    /// `most`. Each is given out once: it counts as shown from this transaction
    /// on, whatever becomes of the one who asked. What was put off is given out
    /// again when its moment has come. `wanted` says which kinds are shown at all;
    /// others count as shown.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn take_due_notifications(
        &mut self,
        now: Millis,
        most: u32,
        wanted: impl Fn(&Notification) -> bool,
    ) -> Result<Vec<Notification>, StoreError> {
        let mut due = Vec::new();
        {
            let mut statement = self.conn.prepare_cached(
                "SELECT id, key, at, item, title, text, why, seen, done, snoozed \
                 FROM notification WHERE shown IS NULL \
                 AND (snoozed IS NULL OR snoozed <= ?1) ORDER BY id LIMIT ?2",
            )?;
            let mut rows = statement.query(params![now.0, most])?;
            while let Some(row) = rows.next()? {
                due.push(read(row)?);
            }
        }
        for it in &due {
            self.conn
                .prepare_cached("UPDATE notification SET shown = ?2 WHERE id = ?1")?
                .execute(params![it.id, now.0])?;
        }
        due.retain(|it| it.seen.is_none() && it.done.is_none() && wanted(it));
        Ok(due)
    }

    /// Puts a notification off: it is unseen and shown again from `until` on.
    /// Answers whether there is such a one.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn snooze_notification(&mut self, id: i64, until: Millis) -> Result<bool, StoreError> {
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE notification SET snoozed = ?2, shown = NULL, seen = NULL, done = NULL \
                 WHERE id = ?1",
            )?
            .execute(params![id, until.0])?;
        if changed > 0 {
            self.topic(Topic::Notifications);
        }
        Ok(changed > 0)
    }

    /// The user is done with a notification. Answers whether there is such a one.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn finish_notification(&mut self, id: i64, now: Millis) -> Result<bool, StoreError> {
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE notification SET done = ?2, seen = coalesce(seen, ?2), \
                 shown = coalesce(shown, ?2), snoozed = NULL WHERE id = ?1",
            )?
            .execute(params![id, now.0])?;
        if changed > 0 {
            self.topic(Topic::Notifications);
        }
        Ok(changed > 0)
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
