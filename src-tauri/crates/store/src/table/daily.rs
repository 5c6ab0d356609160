//! How many messages a customer has of each day.
//!
//! A customer's page shows ninety days and the sum of years by channel. Counted from
//! the items that is a walk through tens of thousands of entries, in as many places
//! as the customer has conversations; here it is one stretch of a narrow table.
//!
//! The write paths say what came, went and moved; what follows is written once at the
//! end of the transaction. Rows are changed by their number and never by an upsert,
//! see [`crate::table::body`].

use std::collections::BTreeMap;

use rapport_model::{ItemId, Kind, OrgId};
use rusqlite::{OptionalExtension as _, params};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::item::Links;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_27_0020 daily",
    older_may_open: false,
    sql: "
CREATE TABLE daily (
  id INTEGER PRIMARY KEY, -- organisation << 20, what is counted << 16, day since 1970 in UTC
  items INTEGER NOT NULL -- so many of that day; a day without any has no row
) STRICT;
-- 0: messages that belong to the organisation.
INSERT INTO daily
  SELECT (org << 20) | ((id >> 20) / 86400000), count(*) FROM item
  WHERE org IS NOT NULL AND kind = 2 GROUP BY 1;
-- 1 to 3: what was said in mail, chat and tickets of the organisation.
INSERT INTO daily
  SELECT (v.org << 20)
    | (CASE v.kind WHEN 'mail_thread' THEN 1 WHEN 'ticket' THEN 3 ELSE 2 END << 16)
    | ((i.id >> 20) / 86400000), count(*)
  FROM conversation v CROSS JOIN item i ON i.conversation = v.item
  WHERE v.org IS NOT NULL GROUP BY 1;
",
}];

/// Counts everything anew, for a file that was put together from pieces.
pub(crate) const COUNT_ANEW: &str = "
DELETE FROM daily;
INSERT INTO daily
  SELECT (org << 20) | ((id >> 20) / 86400000), count(*) FROM item
  WHERE org IS NOT NULL AND kind = 2 GROUP BY 1;
INSERT INTO daily
  SELECT (v.org << 20)
    | (CASE v.kind WHEN 'mail_thread' THEN 1 WHEN 'ticket' THEN 3 ELSE 2 END << 16)
    | ((i.id >> 20) / 86400000), count(*)
  FROM conversation v CROSS JOIN item i ON i.conversation = v.item
  WHERE v.org IS NOT NULL GROUP BY 1;
";

pub(crate) const DAY_MS: i64 = 86_400_000;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Messages that belong to the organisation, wherever they were said.
    ToThem,
    /// Messages of its mail threads.
    Mail,
    /// Messages of its rooms and direct chats.
    Chat,
    /// Messages of its tickets.
    Ticket,
}

impl Said {
    /// By the kind of a conversation.
    fn of(kind: &str) -> Self {
        match kind {
            "mail_thread" => Self::Mail,
            "ticket" => Self::Ticket,
            _ => Self::Chat,
        }
    }

    /// The number of the row of day 0.
    const fn first(self, org: OrgId) -> i64 {
        let code = match self {
            Self::ToThem => 0,
            Self::Mail => 1,
            Self::Chat => 2,
            Self::Ticket => 3,
        };
        (org.0 << 20) | (code << 16)
    }
}

/// The day an item belongs to, by the moment in its id.
const fn day_of(id: ItemId) -> i64 {
    (id.0 >> 20) / DAY_MS
}

/// The last day a row can have.
const LAST_DAY: i64 = (1 << 16) - 1;

/// What moves in a transaction.
#[derive(Debug)]
pub(crate) struct Daily {
    /// By row.
    rows: BTreeMap<i64, i64>,
    /// By conversation and day: whose it is, is looked up at the end.
    talks: BTreeMap<(ItemId, i64), i64>,
    /// Conversations that may change hands, come or go, and where theirs were counted
    /// before.
    moved: BTreeMap<ItemId, Option<i64>>,
}

impl Daily {
    pub(crate) const fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            talks: BTreeMap::new(),
            moved: BTreeMap::new(),
        }
    }
}

impl Reader<'_> {
    /// How many of each day, from the first to the last day, both since 1970.
    pub(crate) fn said_on(
        &self,
        org: OrgId,
        what: Said,
        (from, until): (i64, i64),
    ) -> Result<Vec<(i64, u32)>, StoreError> {
        let first = what.first(org);
        let mut statement = self
            .conn
            .prepare_cached("SELECT id - ?1, items FROM daily WHERE id BETWEEN ?2 AND ?3")?;
        let rows = statement.query_map(
            params![
                first,
                first + from.clamp(0, LAST_DAY),
                first + until.clamp(0, LAST_DAY)
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many of all days.
    pub(crate) fn said_ever(&self, org: OrgId, what: Said) -> Result<i64, StoreError> {
        let first = what.first(org);
        Ok(self
            .conn
            .prepare_cached("SELECT coalesce(sum(items), 0) FROM daily WHERE id BETWEEN ?1 AND ?2")?
            .query_row(params![first, first + LAST_DAY], |row| row.get(0))?)
    }

    /// Where the messages of a conversation are counted, as things stand.
    fn counted_at(&self, conversation: ItemId) -> Result<Option<i64>, StoreError> {
        let found: Option<(Option<i64>, String)> = self
            .conn
            .prepare_cached("SELECT org, kind FROM conversation WHERE item = ?1")?
            .query_row([conversation.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(found.and_then(|(org, kind)| Some(Said::of(&kind).first(OrgId(org?)))))
    }
}

impl Tx<'_> {
    /// An item of this kind and with these links is there; or, with -1, no longer.
    pub(crate) fn said(&mut self, id: ItemId, kind: Kind, links: &Links, by: i64) {
        let day = day_of(id);
        if let (Kind::Message, Some(org)) = (kind, links.org) {
            let row = Said::ToThem.first(org) + day;
            *self.daily.rows.entry(row).or_default() += by;
        }
        if let Some(conversation) = links.conversation {
            *self.daily.talks.entry((conversation, day)).or_default() += by;
        }
    }

    /// Said before a conversation's own row is written or goes.
    pub(crate) fn talk_moves(&mut self, conversation: ItemId) -> Result<(), StoreError> {
        if !self.daily.moved.contains_key(&conversation) {
            let before = self.counted_at(conversation)?;
            self.daily.moved.insert(conversation, before);
        }
        Ok(())
    }

    /// Writes what moved.
    pub(crate) fn settle_daily(&mut self) -> Result<(), StoreError> {
        let Daily {
            mut rows,
            talks,
            moved,
        } = std::mem::replace(&mut self.daily, Daily::new());
        // First every message where its conversation was counted, then the
        // conversation as a whole.
        let mut at: Option<(ItemId, Option<i64>)> = None;
        for ((conversation, day), by) in talks {
            let first = match (at, moved.get(&conversation)) {
                (Some((known, first)), _) if known == conversation => first,
                (_, Some(before)) => *before,
                (_, None) => self.counted_at(conversation)?,
            };
            at = Some((conversation, first));
            if let Some(first) = first {
                *rows.entry(first + day).or_default() += by;
            }
        }
        for (conversation, before) in moved {
            let after = self.counted_at(conversation)?;
            if before != after {
                for (day, items) in self.days_of_talk(conversation)? {
                    for (first, by) in [(before, -items), (after, items)] {
                        if let Some(first) = first {
                            *rows.entry(first + day).or_default() += by;
                        }
                    }
                }
            }
        }
        for (row, by) in rows {
            if by != 0 {
                self.settle_day(row, by)?;
            }
        }
        Ok(())
    }

    /// The days of a conversation's messages, with how many each has.
    fn days_of_talk(&self, conversation: ItemId) -> Result<Vec<(i64, i64)>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT (id >> 20) / 86400000, count(*) FROM item WHERE conversation = ?1 GROUP BY 1",
        )?;
        let rows = statement.query_map([conversation.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn settle_day(&self, row: i64, by: i64) -> Result<(), StoreError> {
        let known = self
            .conn
            .prepare_cached("UPDATE daily SET items = items + ?2 WHERE id = ?1")?
            .execute(params![row, by])?;
        if by < 0 {
            self.conn
                .prepare_cached("DELETE FROM daily WHERE id = ?1 AND items <= 0")?
                .execute([row])?;
        } else if known == 0 {
            self.conn
                .prepare_cached("INSERT INTO daily (id, items) VALUES (?1, ?2)")?
                .execute(params![row, by])?;
        }
        Ok(())
    }
}
