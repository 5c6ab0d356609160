//! The journal: append-only, field by field, with cause.
//!
//! A row's number is its moment shifted like an item id, and never falls. So
//! the index on the organisation alone answers "what changed for this customer
//! since then": rows of one key lie in order of their numbers.

use rapport_model::{
    AccountId, Cause, CollectionId, CommandId, FieldName, FieldValue, Fields, ItemId, Kind, Millis,
    OrgId,
};
use rusqlite::{Row, params};
use serde::Serialize;

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::item::kind_at;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0940 journal",
    older_may_open: false,
    sql: "
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, -- moment in milliseconds << 20 or the number before plus one, whichever is more
  at INTEGER NOT NULL, -- when it was stored, by the clock
  item INTEGER NOT NULL, -- the item, which may be gone
  org INTEGER, -- its organisation, moved along when that changes
  collection INTEGER NOT NULL, -- where it came from
  kind INTEGER NOT NULL, -- code of the item's kind
  what INTEGER NOT NULL, -- 0 created, 1 field changed, 2 gone
  field TEXT, -- which field
  old TEXT, -- its value before, JSON; empty for none
  new TEXT, -- its value after, JSON; empty for none
  cause INTEGER NOT NULL, -- 0 remote, 1 me, 2 rule
  by TEXT, -- which command or rule
  title TEXT -- of an item that is gone: what it was called
) STRICT;
CREATE INDEX journal_item ON journal (item);
CREATE INDEX journal_org ON journal (org) WHERE org IS NOT NULL;
",
}];

/// What a row of the journal tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The item was seen for the first time.
    Created,
    /// A field changed.
    Changed,
    /// The item is no longer there.
    Gone,
}

impl What {
    const fn code(self) -> i64 {
        match self {
            Self::Created => 0,
            Self::Changed => 1,
            Self::Gone => 2,
        }
    }

    const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Created,
            2 => Self::Gone,
            _ => Self::Changed,
        }
    }
}

/// One field of an item, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Which field.
    pub field: FieldName,
    /// Its value before.
    pub old: FieldValue,
    /// Its value after.
    pub new: FieldValue,
}

/// One row of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalRow {
    /// Its number; rises with time.
    pub seq: i64,
    /// When.
    pub at: Millis,
    /// The item, which may be gone.
    pub item: ItemId,
    /// Its organisation.
    pub org: Option<OrgId>,
    /// Its account.
    pub account: AccountId,
    /// The collection it came from.
    pub source: CollectionId,
    /// Its kind.
    pub kind: Kind,
    /// What happened.
    pub what: What,
    /// Which field, when one changed.
    pub field: Option<FieldName>,
    /// The value before.
    pub old: FieldValue,
    /// The value after.
    pub new: FieldValue,
    /// Who or what caused it.
    pub cause: Cause,
    /// What the item is called, or was.
    pub title: String,
}

/// Kinds of item whose changed fields are told: not what was said, and not the
/// title or members of a room.
pub(crate) const TOLD: &str = "(3, 4, 5, 6, 7, 8)";

/// Which rows of the journal, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalQuery {
    /// Of this organisation.
    pub org: Option<OrgId>,
    /// Of this item.
    pub item: Option<ItemId>,
    /// Of this account.
    pub account: Option<AccountId>,
    /// At or after this moment.
    pub since: Option<Millis>,
    /// Before this moment.
    pub until: Option<Millis>,
    /// With this cause: `remote`, `me` or `rule`.
    pub cause: Option<String>,
    /// Changed fields alone, without what came and went, and without those of messages and
    /// conversations.
    pub fields: bool,
    /// Before this number: the next page.
    pub before: Option<i64>,
    /// At most so many; 0 for 200.
    pub limit: u32,
    /// Without titles, each of which lies on a page of the item's own.
    pub untitled: bool,
}

/// The lowest number a row of that moment can have.
pub(crate) fn seq_of(at: Millis) -> i64 {
    at.0.clamp(0, (1 << 42) - 1) << 20
}

impl Reader<'_> {
    /// Rows of the journal, the newest first.
    pub fn journal(&self, query: &JournalQuery) -> Result<Vec<JournalRow>, StoreError> {
        // One index at a time: the narrowest key leads, the rest filters. The changed
        // fields of a customer have an index of their own: they are few, and lie among
        // a line for everything that came.
        let (key, of, index) = match (query.item, query.org) {
            (Some(item), _) => ("j.item = ?1", item.0, ""),
            (None, Some(org)) if query.fields => {
                ("j.org = ?1", org.0, " INDEXED BY journal_changed")
            }
            (None, Some(org)) => ("j.org = ?1", org.0, ""),
            (None, None) => ("?1 = 0", 0, ""),
        };
        let fields = if query.fields {
            format!(" AND j.what = 1 AND j.kind IN {TOLD}")
        } else {
            String::new()
        };
        let (title, titled) = if query.untitled {
            ("''", "")
        } else {
            (
                "coalesce(i.title, j.title, (SELECT g.title FROM journal g \
                 WHERE g.item = j.item AND g.what = 2 ORDER BY g.seq DESC LIMIT 1), '')",
                "LEFT JOIN item i ON i.id = j.item",
            )
        };
        let sql = format!(
            "SELECT j.seq, j.at, j.item, j.org, a.name, c.name, j.kind, j.what, j.field, j.old, \
             j.new, j.cause, j.by, {title} \
             FROM journal j{index} JOIN collection c ON c.id = j.collection \
             JOIN account a ON a.id = c.account {titled} \
             WHERE {key} AND j.seq >= ?2 AND j.seq < ?3 AND j.at >= ?4 AND j.at < ?5 \
             AND (?6 IS NULL OR j.cause = ?6) AND (?7 IS NULL OR j.org = ?7) \
             AND (?8 IS NULL OR a.name = ?8){fields} \
             ORDER BY j.seq DESC LIMIT ?9"
        );
        let cause = query.cause.as_deref().map(|word| match word {
            "remote" => 0,
            "me" => 1,
            "rule" => 2,
            _ => -1,
        });
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            of,
            query.since.map_or(0, seq_of),
            query.before.unwrap_or(i64::MAX),
            query.since.map_or(i64::MIN, |it| it.0),
            query.until.map_or(i64::MAX, |it| it.0),
            cause,
            query.org.map(|it| it.0),
            query.account.as_ref().map(AccountId::as_str),
            if query.limit == 0 { 200 } else { query.limit },
        ])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }
}

fn read(row: &Row<'_>) -> Result<JournalRow, StoreError> {
    let by: Option<String> = row.get(12)?;
    Ok(JournalRow {
        seq: row.get(0)?,
        at: Millis(row.get(1)?),
        item: ItemId(row.get(2)?),
        org: row.get::<_, Option<i64>>(3)?.map(OrgId),
        account: AccountId(row.get(4)?),
        source: CollectionId(row.get(5)?),
        kind: kind_at(row, 6)?,
        what: What::from_code(row.get(7)?),
        field: row.get::<_, Option<String>>(8)?.map(FieldName),
        old: value(row.get(9)?)?,
        new: value(row.get(10)?)?,
        cause: match row.get::<_, i64>(11)? {
            1 => Cause::Me(CommandId(by.unwrap_or_default())),
            2 => Cause::Rule(by.unwrap_or_default()),
            _ => Cause::Remote,
        },
        title: row.get(13)?,
    })
}

fn value(text: Option<String>) -> Result<FieldValue, StoreError> {
    text.map_or(Ok(FieldValue::Empty), |text| {
        Ok(serde_json::from_str(&text)?)
    })
}

fn text(value: &FieldValue) -> Result<Option<String>, StoreError> {
    if value.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string(value)?))
}

/// What all rows of one write have in common.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) id: ItemId,
    pub(crate) org: Option<OrgId>,
    pub(crate) collection: i64,
    pub(crate) kind: Kind,
    pub(crate) now: Millis,
    pub(crate) cause: &'a Cause,
}

impl Tx<'_> {
    pub(crate) fn journal_created(&mut self, of: Subject<'_>) -> Result<(), StoreError> {
        self.append(of, What::Created, None, None)
    }

    pub(crate) fn journal_changed(
        &mut self,
        of: Subject<'_>,
        changes: &[FieldChange],
    ) -> Result<(), StoreError> {
        for change in changes {
            self.append(of, What::Changed, Some(change), None)?;
        }
        Ok(())
    }

    pub(crate) fn journal_gone(&mut self, of: Subject<'_>, title: &str) -> Result<(), StoreError> {
        self.append(of, What::Gone, None, Some(title))
    }

    fn append(
        &mut self,
        of: Subject<'_>,
        what: What,
        change: Option<&FieldChange>,
        title: Option<&str>,
    ) -> Result<(), StoreError> {
        let seq = self.next_seq(of.now)?;
        let (cause, by) = match of.cause {
            Cause::Remote => (0, None),
            Cause::Me(command) => (1, Some(command.as_str())),
            Cause::Rule(name) => (2, Some(name.as_str())),
        };
        let old = change.map(|it| text(&it.old)).transpose()?.flatten();
        let new = change.map(|it| text(&it.new)).transpose()?.flatten();
        self.conn
            .prepare_cached(
                "INSERT INTO journal \
                 (seq, at, item, org, collection, kind, what, field, old, new, cause, by, title) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(params![
                seq,
                of.now.0,
                of.id.0,
                of.org.map(|it| it.0),
                of.collection,
                of.kind.code(),
                what.code(),
                change.map(|it| it.field.0.as_str()),
                old,
                new,
                cause,
                by,
                title
            ])?;
        Ok(())
    }

    fn next_seq(&mut self, now: Millis) -> Result<i64, StoreError> {
        let last = match self.tools.last_seq {
            Some(last) => last,
            None => self
                .conn
                .prepare_cached("SELECT coalesce(max(seq), 0) FROM journal")?
                .query_row([], |row| row.get(0))?,
        };
        let seq = seq_of(now).max(last + 1);
        self.tools.last_seq = Some(seq);
        Ok(seq)
    }
}

/// Field by field what differs.
pub(crate) fn difference(old: &Fields, new: &Fields) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for (field, before) in old {
        let after = new.get(field).cloned().unwrap_or_default();
        if *before != after {
            changes.push(FieldChange {
                field: field.clone(),
                old: before.clone(),
                new: after,
            });
        }
    }
    for (field, after) in new {
        if !old.contains_key(field) {
            changes.push(FieldChange {
                field: field.clone(),
                old: FieldValue::Empty,
                new: after.clone(),
            });
        }
    }
    changes
}
