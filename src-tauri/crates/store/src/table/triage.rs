//! Triage: what the user put off, dealt with or marked, and what comes back.
//!
//! It lies in the conversation's own row, because the inbox is sorted and cut
//! there: the list as shown is one walk along one index, however many
//! conversations there are.

use rapport_model::{ItemId, Kind, Millis};
use rusqlite::{OptionalExtension as _, params};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::item::DONE;
use crate::topic::Topic;

/// The steps of these columns.
pub const SCHEMA: &[Migration] = &[
    Migration {
        name: "2026_11_26_1600 triage",
        older_may_open: false,
        sql: "
ALTER TABLE conversation ADD COLUMN done INTEGER NOT NULL DEFAULT 0; -- 1 when dealt with: the bit of its item, where the list is sorted
ALTER TABLE conversation ADD COLUMN snoozed INTEGER; -- put off until this moment
ALTER TABLE conversation ADD COLUMN back INTEGER; -- came back from being put off at this moment, not triaged since
ALTER TABLE conversation ADD COLUMN marked INTEGER NOT NULL DEFAULT 0; -- 1 when the user marked it as unread
UPDATE conversation SET done = 1
  WHERE item IN (SELECT id FROM item WHERE kind = 1 AND flags & 512 = 512);
CREATE INDEX conversation_shown ON conversation (last_item)
  WHERE done = 0 AND snoozed IS NULL AND membership <> 'left';
CREATE INDEX conversation_snoozed ON conversation (snoozed) WHERE snoozed IS NOT NULL;
CREATE INDEX conversation_back ON conversation (back) WHERE back IS NOT NULL;
DROP INDEX conversation_unread;
CREATE INDEX conversation_unseen ON conversation (last_item) WHERE unread + marked > 0;
",
    },
    Migration {
        name: "2026_11_26_1610 scheduled",
        older_may_open: false,
        sql: "
ALTER TABLE outbox ADD COLUMN conversation INTEGER; -- the conversation something is said in
ALTER TABLE outbox ADD COLUMN scheduled INTEGER; -- the moment the user chose; empty for as soon as may be
UPDATE outbox SET conversation = (SELECT conversation FROM item WHERE id = outbox.item)
  WHERE word = 'send';
CREATE INDEX outbox_talk ON outbox (conversation)
  WHERE conversation IS NOT NULL AND state NOT IN ('done', 'withdrawn');
",
    },
    Migration {
        name: "2026_11_26_1620 links between messages and tasks",
        older_may_open: false,
        sql: "
ALTER TABLE task ADD COLUMN cause TEXT; -- link of the message it was made from
UPDATE task SET cause = json_extract(body, '$.cause');
CREATE INDEX task_cause ON task (cause) WHERE cause IS NOT NULL;
CREATE INDEX message_thread ON message (thread) WHERE thread IS NOT NULL;
",
    },
];

/// Where a conversation stands with the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Triage {
    /// Put off until this moment.
    pub snoozed: Option<Millis>,
    /// Came back at this moment.
    pub back: Option<Millis>,
    /// Marked as unread by the user.
    pub marked: bool,
}

impl Reader<'_> {
    /// Where a conversation stands; `None` when there is none of that id.
    pub fn triage(&self, conversation: ItemId) -> Result<Option<Triage>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT snoozed, back, marked FROM conversation WHERE item = ?1")?;
        Ok(statement
            .query_row([conversation.0], |row| {
                Ok(Triage {
                    snoozed: row.get::<_, Option<i64>>(0)?.map(Millis),
                    back: row.get::<_, Option<i64>>(1)?.map(Millis),
                    marked: row.get(2)?,
                })
            })
            .optional()?)
    }

    /// The newest message of a conversation that is dealt with or put off, as far
    /// as it is counted; `None` for one that is in the inbox.
    pub fn put_aside(&self, conversation: ItemId) -> Result<Option<ItemId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT last_item FROM conversation \
             WHERE item = ?1 AND (done = 1 OR snoozed IS NOT NULL)",
        )?;
        Ok(statement
            .query_row([conversation.0], |row| row.get(0).map(ItemId))
            .optional()?)
    }

    /// The first moment at which something put off comes back.
    pub fn next_snoozed(&self) -> Result<Option<Millis>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT min(snoozed) FROM conversation WHERE snoozed IS NOT NULL")?;
        let at: Option<i64> = statement.query_row([], |row| row.get(0))?;
        Ok(at.map(Millis))
    }
}

impl Tx<'_> {
    /// Puts a conversation off until a moment, or takes that back. Either way it
    /// is triaged: it neither counts as dealt with nor as back.
    ///
    /// # Errors
    /// There is no such conversation, or the file cannot be written.
    pub fn snooze(
        &mut self,
        conversation: ItemId,
        until: Option<Millis>,
    ) -> Result<(), StoreError> {
        let before = self.standing(conversation)?;
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE conversation SET snoozed = ?2, back = NULL \
                 WHERE item = ?1 AND (snoozed IS NOT ?2 OR back IS NOT NULL)",
            )?
            .execute(params![conversation.0, until.map(|it| it.0)])?;
        if until.is_some() && before.done {
            self.set_flags(conversation, 0, DONE)?;
        }
        if changed > 0 {
            self.triaged(conversation)?;
        }
        Ok(())
    }

    /// Marks a conversation as dealt with, or takes the mark away.
    ///
    /// # Errors
    /// There is no such conversation, or the file cannot be written.
    pub fn set_done(&mut self, conversation: ItemId, done: bool) -> Result<(), StoreError> {
        self.standing(conversation)?;
        let (set, clear) = if done { (DONE, 0) } else { (0, DONE) };
        let mut changed = self.set_flags(conversation, set, clear)?;
        if done {
            changed |= self
                .conn
                .prepare_cached(
                    "UPDATE conversation SET snoozed = NULL, back = NULL, marked = 0 \
                     WHERE item = ?1 AND (snoozed IS NOT NULL OR back IS NOT NULL OR marked = 1)",
                )?
                .execute([conversation.0])?
                > 0;
        }
        if changed {
            self.triaged(conversation)?;
        }
        Ok(())
    }

    /// Marks a conversation as unread, or takes the mark away. Answers whether
    /// that was new. One that is not there has no mark.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn mark_unread(&mut self, conversation: ItemId, unread: bool) -> Result<bool, StoreError> {
        let changed = self
            .conn
            .prepare_cached("UPDATE conversation SET marked = ?2 WHERE item = ?1 AND marked <> ?2")?
            .execute(params![conversation.0, unread])?;
        if changed > 0 {
            self.triaged(conversation)?;
        }
        Ok(changed > 0)
    }

    /// Somebody else wrote: what was dealt with or put off is in the inbox again.
    /// Answers whether it was out of it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn reopen(&mut self, conversation: ItemId, now: Millis) -> Result<bool, StoreError> {
        let woken = self
            .conn
            .prepare_cached(
                "UPDATE conversation SET snoozed = NULL, back = ?2 \
                 WHERE item = ?1 AND snoozed IS NOT NULL",
            )?
            .execute(params![conversation.0, now.0])?;
        let mut out = woken > 0;
        let done = self.stored_links(conversation)?;
        if done.is_some_and(|it| it.links.flags & DONE != 0) {
            out |= self.set_flags(conversation, 0, DONE)?;
        }
        if woken > 0 {
            self.triaged(conversation)?;
        }
        Ok(out)
    }

    /// The user answered: what came back has been seen to.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn answered(&mut self, conversation: ItemId) -> Result<(), StoreError> {
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE conversation SET back = NULL, marked = 0 \
                 WHERE item = ?1 AND (back IS NOT NULL OR marked = 1)",
            )?
            .execute([conversation.0])?;
        if changed > 0 {
            self.triaged(conversation)?;
        }
        Ok(())
    }

    /// Brings back what was put off until now or before. Answers what came, each
    /// with the moment it had been put off to.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn wake_snoozed(&mut self, now: Millis) -> Result<Vec<(ItemId, Millis)>, StoreError> {
        let due: Vec<(ItemId, Millis)> = {
            let mut statement = self.conn.prepare_cached(
                "SELECT item, snoozed FROM conversation \
                 WHERE snoozed IS NOT NULL AND snoozed <= ?1 ORDER BY snoozed, item",
            )?;
            let rows = statement.query_map([now.0], |row| {
                Ok((ItemId(row.get(0)?), Millis(row.get(1)?)))
            })?;
            rows.collect::<Result<_, _>>()?
        };
        for (conversation, _) in &due {
            self.conn
                .prepare_cached(
                    "UPDATE conversation SET snoozed = NULL, back = ?2 WHERE item = ?1",
                )?
                .execute(params![conversation.0, now.0])?;
            self.triaged(*conversation)?;
        }
        Ok(due)
    }

    /// Whether a conversation is dealt with; refuses what is none.
    fn standing(&self, conversation: ItemId) -> Result<Standing, StoreError> {
        match self.stored_links(conversation)? {
            Some(it) if it.kind == Kind::Conversation => Ok(Standing {
                done: it.links.flags & DONE != 0,
            }),
            _ => Err(StoreError::missing(format!("conversation {conversation}"))),
        }
    }

    fn triaged(&mut self, conversation: ItemId) -> Result<(), StoreError> {
        self.topic(Topic::Inbox);
        self.topic(Topic::Item(conversation));
        self.topic(Topic::Conversation(conversation));
        if let Some(org) = self.stored_links(conversation)?.and_then(|it| it.links.org) {
            self.topic(Topic::Customer(org));
        }
        Ok(())
    }
}

/// See [`Tx::standing`].
struct Standing {
    done: bool,
}
