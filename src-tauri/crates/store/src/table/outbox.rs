//! The outbox: what the user wants done at a source, each entry one row with
//! one revision. Which move is allowed is the engine's pure function; here it
//! is written down, with a log of every attempt.

use rapport_model::{
    AccountId, CollectionId, Command, CommandId, Fault, FieldName, FieldValue, ItemId, ItemRef,
    Millis, Receipt, State,
};
use rusqlite::{OptionalExtension, Row, ToSql, params};
use serde::{Deserialize, Serialize};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::item::Place;
use crate::topic::Topic;

/// The steps of these tables.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0960 outbox",
    older_may_open: false,
    sql: "
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order in which the user wanted it
  id TEXT NOT NULL UNIQUE, -- the CommandId: idempotency key at the source
  account INTEGER NOT NULL REFERENCES account(id), -- whose
  collection TEXT NOT NULL, -- the collection whose order it keeps
  word TEXT NOT NULL, -- what it does: send, set_fields, ...
  target TEXT, -- handle of the item whose fields it sets, for coalescing
  command TEXT NOT NULL, -- JSON of the model's Command
  state TEXT NOT NULL, -- queued, sending, unsure, done, parked, withdrawn
  item INTEGER, -- the optimistic or changed row
  after TEXT, -- the command that must be done first
  not_before INTEGER NOT NULL, -- undo window or back-off ends
  queued INTEGER NOT NULL, -- when the user wanted it
  moved INTEGER NOT NULL, -- when its state last moved
  attempts INTEGER NOT NULL DEFAULT 0, -- how often it was sent
  fault TEXT, -- JSON of the fault of the last attempt
  conflict TEXT, -- JSON list of fields with base, mine and theirs
  revision INTEGER NOT NULL DEFAULT 0, -- rises with every change of the row
  receipt TEXT -- JSON of the source's answer
) STRICT;
CREATE INDEX outbox_open ON outbox (account, collection, seq) WHERE state NOT IN ('done', 'withdrawn');
CREATE INDEX outbox_after ON outbox (after) WHERE after IS NOT NULL;
CREATE INDEX outbox_item ON outbox (item) WHERE item IS NOT NULL;
CREATE TABLE outbox_log (
  id INTEGER PRIMARY KEY, -- order
  entry INTEGER NOT NULL REFERENCES outbox(seq) ON DELETE CASCADE, -- which entry
  at INTEGER NOT NULL, -- when
  state TEXT NOT NULL, -- the state it moved to
  fault TEXT -- JSON of the fault, if there was one
) STRICT;
CREATE INDEX outbox_log_entry ON outbox_log (entry);
",
}];

/// One field that both sides changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreeWay {
    /// Which field.
    pub field: FieldName,
    /// What both began with.
    pub base: FieldValue,
    /// What the user wants.
    pub mine: FieldValue,
    /// What the source has now.
    pub theirs: FieldValue,
}

/// A wish to be queued.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEntry {
    /// Its id.
    pub id: CommandId,
    /// The account.
    pub account: AccountId,
    /// What to do.
    pub command: Command,
    /// The optimistic or changed row.
    pub item: Option<ItemId>,
    /// What must be done first.
    pub after: Option<CommandId>,
    /// The end of the undo window, or the moment the user chose.
    pub not_before: Millis,
    /// The user chose the moment.
    pub scheduled: bool,
    /// Now.
    pub queued: Millis,
}

/// A wish and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: CommandId,
    /// The order in which the user wanted it.
    pub seq: i64,
    /// The account.
    pub account: AccountId,
    /// The collection whose order it keeps.
    pub collection: CollectionId,
    /// What to do.
    pub command: Command,
    /// Where it stands.
    pub state: State,
    /// The optimistic or changed row.
    pub item: Option<ItemId>,
    /// What must be done first.
    pub after: Option<CommandId>,
    /// Not to be sent before.
    pub not_before: Millis,
    /// When the user wanted it.
    pub queued: Millis,
    /// When its state last moved.
    pub moved: Millis,
    /// How often it was sent.
    pub attempts: u32,
    /// What went wrong last.
    pub fault: Option<Fault>,
    /// Fields both sides changed.
    pub conflict: Option<Vec<ThreeWay>>,
    /// Rises with every change of the row.
    pub revision: u32,
    /// The source's answer.
    pub receipt: Option<Receipt>,
    /// The conversation something is said in.
    pub conversation: Option<ItemId>,
    /// The moment the user chose for it.
    pub scheduled: Option<Millis>,
}

/// What goes with a move to another state. What is `None` stays, except for
/// the fault and the conflict, which belong to the last move.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moved {
    /// When.
    pub at: Millis,
    /// What went wrong.
    pub fault: Option<Fault>,
    /// Not before this moment.
    pub not_before: Option<Millis>,
    /// This move begins an attempt.
    pub attempt: bool,
    /// Fields both sides changed.
    pub conflict: Option<Vec<ThreeWay>>,
    /// The source's answer.
    pub receipt: Option<Receipt>,
}

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// In one of these states; empty for any.
    pub states: Vec<State>,
    /// About this item.
    pub item: Option<ItemId>,
    /// At most so many; 0 for all.
    pub limit: u32,
}

/// One line of an entry's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Millis,
    /// The state it moved to.
    pub state: State,
    /// What went wrong.
    pub fault: Option<Fault>,
}

const ENTRY: &str = "SELECT o.id, o.seq, a.name, o.collection, o.command, o.state, o.item, \
     o.after, o.not_before, o.queued, o.attempts, o.fault, o.conflict, o.revision, o.receipt, \
     o.moved, o.conversation, o.scheduled FROM outbox o JOIN account a ON a.id = o.account";

fn read(row: &Row<'_>) -> Result<Entry, StoreError> {
    let json = |column: usize| row.get::<_, Option<String>>(column);
    Ok(Entry {
        id: CommandId(row.get(0)?),
        seq: row.get(1)?,
        account: AccountId(row.get(2)?),
        collection: CollectionId(row.get(3)?),
        command: serde_json::from_str(&row.get::<_, String>(4)?)?,
        state: state(&row.get::<_, String>(5)?)?,
        item: row.get::<_, Option<i64>>(6)?.map(ItemId),
        after: row.get::<_, Option<String>>(7)?.map(CommandId),
        not_before: Millis(row.get(8)?),
        queued: Millis(row.get(9)?),
        attempts: row.get(10)?,
        fault: parsed(json(11)?)?,
        conflict: parsed(json(12)?)?,
        revision: row.get(13)?,
        receipt: parsed(json(14)?)?,
        moved: Millis(row.get(15)?),
        conversation: row.get::<_, Option<i64>>(16)?.map(ItemId),
        scheduled: row.get::<_, Option<i64>>(17)?.map(Millis),
    })
}

fn state(word: &str) -> Result<State, StoreError> {
    State::from_word(word).ok_or_else(|| StoreError::Json(format!("outbox state {word}")))
}

fn parsed<T: for<'de> Deserialize<'de>>(text: Option<String>) -> Result<Option<T>, StoreError> {
    Ok(text.map(|it| serde_json::from_str(&it)).transpose()?)
}

fn json<T: Serialize>(value: Option<&T>) -> Result<Option<String>, StoreError> {
    Ok(value.map(serde_json::to_string).transpose()?)
}

/// The handle an edit of fields is about.
fn target(command: &Command) -> Option<&str> {
    match command {
        Command::SetFields { target, .. } => Some(target.handle.as_str()),
        _ => None,
    }
}

impl Reader<'_> {
    /// The entry with that id.
    pub fn entry(&self, id: &CommandId) -> Result<Option<Entry>, StoreError> {
        Ok(self
            .entries_where("o.id = ?1", &[&id.as_str()], 1)?
            .into_iter()
            .next())
    }

    /// Entries in the order in which the user wanted them.
    pub fn entries(&self, filter: &EntryFilter) -> Result<Vec<Entry>, StoreError> {
        let words: Vec<&str> = filter.states.iter().map(|it| it.word()).collect();
        self.entries_where(
            "(?1 IS NULL OR a.name = ?1) AND (?2 = '[]' OR o.state IN \
             (SELECT value FROM json_each(?2))) AND (?3 IS NULL OR o.item = ?3)",
            &[
                &filter.account.as_ref().map(AccountId::as_str),
                &serde_json::to_string(&words)?,
                &filter.item.map(|it| it.0),
            ],
            filter.limit,
        )
    }

    /// What may be sent now: of each collection the first open entry, if it is
    /// queued and its time has come. An entry under way or unsure holds up
    /// those behind it, because order matters. One that waits for another
    /// command (`after`), for the user (parked) or for the moment the user chose
    /// (scheduled) holds up nobody.
    pub fn next_due(&self, account: &AccountId, now: Millis) -> Result<Vec<Entry>, StoreError> {
        self.entries_where(
            "o.seq IN (SELECT min(h.seq) FROM outbox h WHERE h.account = \
             (SELECT id FROM account WHERE name = ?1) \
             AND h.state NOT IN ('done', 'withdrawn') AND h.state <> 'parked' \
             AND (h.after IS NULL OR NOT EXISTS (SELECT 1 FROM outbox d WHERE d.id = h.after \
             AND d.state <> 'done')) \
             AND (h.scheduled IS NULL OR h.item IS NOT NULL OR h.not_before <= ?2) GROUP BY h.collection) \
             AND o.state = 'queued' AND o.not_before <= ?2",
            &[&account.as_str(), &now.0],
            0,
        )
    }

    /// The first moment at which something queued becomes due.
    pub fn next_due_at(&self, account: &AccountId) -> Result<Option<Millis>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT min(o.not_before) FROM outbox o JOIN account a ON a.id = o.account \
             WHERE a.name = ?1 AND o.state NOT IN ('done', 'withdrawn') AND o.state = 'queued'",
        )?;
        let at: Option<i64> = statement.query_row([account.as_str()], |row| row.get(0))?;
        Ok(at.map(Millis))
    }

    /// The entries that wait for `id` to be done and are still open.
    pub fn dependents(&self, id: &CommandId) -> Result<Vec<Entry>, StoreError> {
        self.entries_where(
            "o.after = ?1 AND o.state NOT IN ('done', 'withdrawn')",
            &[&id.as_str()],
            0,
        )
    }

    /// The edits of an item's fields that are not over, in the order in which the
    /// user wanted them: another one may melt into them.
    pub fn open_edits(
        &self,
        account: &AccountId,
        item: &ItemRef,
    ) -> Result<Vec<Entry>, StoreError> {
        self.entries_where(
            "a.name = ?1 AND o.collection = ?2 AND o.target = ?3 \
             AND o.state NOT IN ('done', 'withdrawn')",
            &[
                &account.as_str(),
                &item.collection.as_str(),
                &item.handle.as_str(),
            ],
            0,
        )
    }

    /// What happened to an entry, the oldest first.
    pub fn attempts(&self, id: &CommandId) -> Result<Vec<Attempt>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT l.at, l.state, l.fault FROM outbox_log l JOIN outbox o ON o.seq = l.entry \
             WHERE o.id = ?1 ORDER BY l.id",
        )?;
        let mut rows = statement.query([id.as_str()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(Attempt {
                at: Millis(row.get(0)?),
                state: state(&row.get::<_, String>(1)?)?,
                fault: parsed(row.get(2)?)?,
            });
        }
        Ok(all)
    }

    fn entries_where(
        &self,
        condition: &str,
        params: &[&dyn ToSql],
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let limit = if limit == 0 { -1 } else { i64::from(limit) };
        let mut statement = self.conn.prepare_cached(&format!(
            "{ENTRY} WHERE {condition} ORDER BY o.seq LIMIT {limit}"
        ))?;
        let mut rows = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }
}

impl Tx<'_> {
    /// Queues a wish. The same id twice is refused: it is the idempotency key.
    pub fn queue(&mut self, new: &NewEntry) -> Result<CommandId, StoreError> {
        let account = self.account_row(&new.account)?;
        let conversation = self.talk_of(&new.account, &new.command)?;
        let scheduled = new.scheduled.then_some(new.not_before.0);
        let inserted = self
            .conn
            .prepare_cached(
                "INSERT INTO outbox (id, account, collection, word, target, command, state, item, \
                 after, not_before, queued, moved, conversation, scheduled) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?8, ?9, ?10, ?10, ?11, ?12) \
                 ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![
                new.id.as_str(),
                account,
                new.command.collection().as_str(),
                new.command.word(),
                target(&new.command),
                serde_json::to_string(&new.command)?,
                new.item.map(|it| it.0),
                new.after.as_ref().map(CommandId::as_str),
                new.not_before.0,
                new.queued.0,
                conversation.map(|it| it.0),
                scheduled
            ])?;
        if inserted == 0 {
            return Err(StoreError::Refused(format!(
                "The command {} is queued already.",
                new.id
            )));
        }
        self.outbox_touched(new.item, conversation);
        Ok(new.id.clone())
    }

    /// Writes down a move. Which moves are allowed is decided before.
    pub fn move_entry(
        &mut self,
        id: &CommandId,
        to: State,
        moved: &Moved,
    ) -> Result<(), StoreError> {
        let fault = json(moved.fault.as_ref())?;
        let mut statement = self.conn.prepare_cached(
            "UPDATE outbox SET state = ?2, moved = ?3, fault = ?4, conflict = ?5, \
             not_before = coalesce(?6, not_before), attempts = attempts + ?7, \
             receipt = coalesce(?8, receipt), revision = revision + 1 \
             WHERE id = ?1 RETURNING seq, item, conversation",
        )?;
        let (seq, item, conversation) = statement
            .query_row(
                params![
                    id.as_str(),
                    to.word(),
                    moved.at.0,
                    fault,
                    json(moved.conflict.as_ref())?,
                    moved.not_before.map(|it| it.0),
                    moved.attempt,
                    json(moved.receipt.as_ref())?
                ],
                |row| {
                    Ok((
                        row.get::<_, i64>(0)?,
                        row.get::<_, Option<i64>>(1)?,
                        row.get::<_, Option<i64>>(2)?,
                    ))
                },
            )
            .optional()?
            .ok_or_else(|| StoreError::missing(format!("command {id} in the outbox")))?;
        drop(statement);
        self.conn
            .prepare_cached(
                "INSERT INTO outbox_log (entry, at, state, fault) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![seq, moved.at.0, to.word(), fault])?;
        self.outbox_touched(item.map(ItemId), conversation.map(ItemId));
        Ok(())
    }

    /// Changes what an entry does, as long as it has not been sent: coalescing,
    /// or the user's edit of a waiting or parked entry.
    pub fn replace_command(&mut self, id: &CommandId, command: &Command) -> Result<(), StoreError> {
        let entry = self
            .entry(id)?
            .ok_or_else(|| StoreError::missing(format!("command {id} in the outbox")))?;
        if !matches!(entry.state, State::Queued | State::Parked) {
            return Err(StoreError::Refused(format!(
                "The command {id} is {} and can no longer be changed.",
                entry.state.word()
            )));
        }
        self.conn
            .prepare_cached(
                "UPDATE outbox SET command = ?2, word = ?3, target = ?4, collection = ?5, \
                 revision = revision + 1 WHERE id = ?1",
            )?
            .execute(params![
                id.as_str(),
                serde_json::to_string(command)?,
                command.word(),
                target(command),
                command.collection().as_str()
            ])?;
        self.outbox_touched(entry.item, entry.conversation);
        Ok(())
    }

    /// The row an entry is about, once it is known.
    pub fn set_entry_item(
        &mut self,
        id: &CommandId,
        item: Option<ItemId>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE outbox SET item = ?2 WHERE id = ?1 AND item IS NOT ?2")?
            .execute(params![id.as_str(), item.map(|it| it.0)])?;
        self.outbox_touched(item, None);
        Ok(())
    }

    /// Chooses another moment for an entry that waits for one the user chose.
    /// Answers whether it does: it may have set out meanwhile.
    pub fn reschedule(&mut self, id: &CommandId, at: Millis) -> Result<bool, StoreError> {
        let conversation: Option<Option<i64>> = self
            .conn
            .prepare_cached(
                "UPDATE outbox SET scheduled = ?2, not_before = ?2, revision = revision + 1 \
                 WHERE id = ?1 AND state = 'queued' AND scheduled IS NOT NULL AND item IS NULL \
                 RETURNING conversation",
            )?
            .query_row(params![id.as_str(), at.0], |row| row.get(0))
            .optional()?;
        if let Some(conversation) = conversation {
            self.outbox_touched(None, conversation.map(ItemId));
        }
        Ok(conversation.is_some())
    }

    /// Removes what ended before that moment, log and all.
    pub fn prune_outbox(&mut self, before: Millis) -> Result<u64, StoreError> {
        let removed = self
            .conn
            .prepare_cached(
                "DELETE FROM outbox WHERE state IN ('done', 'withdrawn') AND moved < ?1",
            )?
            .execute([before.0])?;
        if removed > 0 {
            self.topic(Topic::Outbox);
        }
        Ok(u64::try_from(removed).unwrap_or(u64::MAX))
    }

    /// The conversation a command speaks in; `None` for one that says nothing.
    fn talk_of(
        &self,
        account: &AccountId,
        command: &Command,
    ) -> Result<Option<ItemId>, StoreError> {
        let Command::Send { conversation, .. } = command else {
            return Ok(None);
        };
        let place = Place {
            account,
            collection: &conversation.collection,
        };
        self.find(&place, &conversation.handle)
    }

    fn outbox_touched(&mut self, item: Option<ItemId>, conversation: Option<ItemId>) {
        self.topic(Topic::Outbox);
        if let Some(item) = item {
            self.topic(Topic::Item(item));
        }
        if let Some(conversation) = conversation {
            self.topic(Topic::Conversation(conversation));
        }
    }
}
