//! Signals: something sensed, with its evidence. One that is closed stays, so
//! that it does not come back for the same reason.

use rapport_model::{ItemId, Millis, OrgId, PersonId};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0981 signal",
    older_may_open: false,
    sql: "
CREATE TABLE signal (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- order
  key TEXT NOT NULL UNIQUE, -- what was sensed about what: sensed again, it is the same one
  kind TEXT NOT NULL, -- which sense: waiting, overdue, ...
  item INTEGER, -- the item it is about
  org INTEGER, -- the organisation it is about
  person INTEGER, -- the person it is about
  at INTEGER NOT NULL, -- since when
  evidence TEXT NOT NULL, -- JSON: why
  closed INTEGER, -- when it was closed
  closed_why TEXT -- in which words
) STRICT;
CREATE INDEX signal_open ON signal (kind, at) WHERE closed IS NULL;
CREATE INDEX signal_org ON signal (org) WHERE org IS NOT NULL;
CREATE INDEX signal_item ON signal (item) WHERE item IS NOT NULL;
",
}];

/// Something sensed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Its number; given when put.
    pub id: i64,
    /// What was sensed about what.
    pub key: String,
    /// Which sense.
    pub kind: String,
    /// The item it is about.
    pub item: Option<ItemId>,
    /// The organisation it is about.
    pub org: Option<OrgId>,
    /// The person it is about.
    pub person: Option<PersonId>,
    /// Since when.
    pub at: Millis,
    /// Why.
    pub evidence: serde_json::Value,
    /// When it was closed, and in which words.
    pub closed: Option<(Millis, String)>,
}

/// Which signals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignalFilter {
    /// Of this sense.
    pub kind: Option<String>,
    /// About this organisation.
    pub org: Option<OrgId>,
    /// About this item.
    pub item: Option<ItemId>,
    /// Closed ones too.
    pub closed: bool,
    /// At most so many; 0 for all.
    pub limit: u32,
}

const SIGNAL: &str =
    "SELECT id, key, kind, item, org, person, at, evidence, closed, closed_why FROM signal";

fn read(row: &Row<'_>) -> Result<Signal, StoreError> {
    let closed: Option<i64> = row.get(8)?;
    let why: Option<String> = row.get(9)?;
    Ok(Signal {
        id: row.get(0)?,
        key: row.get(1)?,
        kind: row.get(2)?,
        item: row.get::<_, Option<i64>>(3)?.map(ItemId),
        org: row.get::<_, Option<i64>>(4)?.map(OrgId),
        person: row.get::<_, Option<i64>>(5)?.map(PersonId),
        at: Millis(row.get(6)?),
        evidence: serde_json::from_str(&row.get::<_, String>(7)?)?,
        closed: closed.map(|at| (Millis(at), why.unwrap_or_default())),
    })
}

impl Reader<'_> {
    /// The signal with that key, open or closed.
    pub fn signal(&self, key: &str) -> Result<Option<Signal>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{SIGNAL} WHERE key = ?1"))?;
        let mut rows = statement.query([key])?;
        rows.next()?.map(read).transpose()
    }

    /// Signals, the newest first.
    pub fn signals(&self, filter: &SignalFilter) -> Result<Vec<Signal>, StoreError> {
        let open = if filter.closed {
            ""
        } else {
            "closed IS NULL AND"
        };
        let mut statement = self.conn.prepare_cached(&format!(
            "{SIGNAL} WHERE {open} (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR org = ?2) \
             AND (?3 IS NULL OR item = ?3) ORDER BY at DESC, id DESC LIMIT ?4"
        ))?;
        let limit = if filter.limit == 0 {
            -1
        } else {
            i64::from(filter.limit)
        };
        let mut rows = statement.query(params![
            filter.kind,
            filter.org.map(|it| it.0),
            filter.item.map(|it| it.0),
            limit
        ])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }
}

impl Tx<'_> {
    /// Puts a signal and answers its number. Known evidence writes nothing;
    /// new evidence opens a closed one again.
    pub fn put_signal(&mut self, new: &Signal) -> Result<i64, StoreError> {
        if let Some(known) = self.signal(&new.key)?
            && known.evidence == new.evidence
        {
            return Ok(known.id);
        }
        let id = self
            .conn
            .prepare_cached(
                "INSERT INTO signal (key, kind, item, org, person, at, evidence) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (key) DO UPDATE SET \
                 kind = excluded.kind, item = excluded.item, org = excluded.org, \
                 person = excluded.person, at = excluded.at, evidence = excluded.evidence, \
                 closed = NULL, closed_why = NULL RETURNING id",
            )?
            .query_row(
                params![
                    new.key,
                    new.kind,
                    new.item.map(|it| it.0),
                    new.org.map(|it| it.0),
                    new.person.map(|it| it.0),
                    new.at.0,
                    serde_json::to_string(&new.evidence)?
                ],
                |row| row.get(0),
            )?;
        self.signal_touched(new.org);
        Ok(id)
    }

    /// Closes a signal. Answers whether it was open.
    pub fn close_signal(&mut self, key: &str, now: Millis, why: &str) -> Result<bool, StoreError> {
        let org: Option<Option<i64>> = self
            .conn
            .prepare_cached(
                "UPDATE signal SET closed = ?2, closed_why = ?3 \
                 WHERE key = ?1 AND closed IS NULL RETURNING org",
            )?
            .query_row(params![key, now.0, why], |row| row.get(0))
            .optional()?;
        let Some(org) = org else { return Ok(false) };
        self.signal_touched(org.map(OrgId));
        Ok(true)
    }

    fn signal_touched(&mut self, org: Option<OrgId>) {
        self.topic(Topic::Signals);
        if let Some(org) = org {
            self.topic(Topic::Customer(org));
        }
    }
}
