//! Bodies: one table a kind, with the columns that lists filter and sort on
//! beside the JSON of the whole.

use jiff::tz::TimeZone;
use rapport_model::conversation::Membership;
use rapport_model::plan::Due;
use rapport_model::{Body, Event, ItemId, Kind, Money, OrgId};
use rusqlite::{Connection, params};
use rust_decimal::prelude::ToPrimitive;

use crate::db::Migration;
use crate::error::StoreError;

/// The steps of these tables.
pub const SCHEMA: &[Migration] = &[
    Migration {
        name: "2026_11_21_0905 conversation",
        older_may_open: false,
        sql: "
CREATE TABLE conversation (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item
  kind TEXT NOT NULL, -- room, direct, space, mail_thread, ticket
  membership TEXT NOT NULL, -- joined, invited, left
  last_item INTEGER NOT NULL DEFAULT 0, -- its newest message; 0 when it has none
  unread INTEGER NOT NULL DEFAULT 0, -- unread messages that are here
  mentions INTEGER NOT NULL DEFAULT 0, -- unread messages here that mention the user
  body TEXT NOT NULL -- JSON of the model's Conversation
) STRICT;
CREATE INDEX conversation_last ON conversation (last_item);
",
    },
    Migration {
        name: "2026_11_21_0906 message",
        older_may_open: false,
        sql: "
CREATE TABLE message (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item
  sender TEXT NOT NULL, -- address of the sender as the source wrote it
  thread TEXT, -- handle of the first message of its thread
  body TEXT NOT NULL -- JSON of the model's Message
) STRICT;
",
    },
    Migration {
        name: "2026_11_21_0907 task",
        older_may_open: false,
        sql: "
CREATE TABLE task (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item
  status TEXT NOT NULL, -- open, started, done, cancelled
  due INTEGER, -- when it is due, for sorting; a day counts from its start in UTC
  priority INTEGER, -- 1 (highest) to 9
  assignee TEXT, -- address of who does it
  project TEXT, -- project or list, by name
  completed INTEGER, -- when it was finished
  body TEXT NOT NULL -- JSON of the model's Task
) STRICT;
CREATE INDEX task_due ON task (due) WHERE status IN ('open', 'started');
",
    },
    Migration {
        name: "2026_11_21_0908 event",
        older_may_open: false,
        sql: "
CREATE TABLE event (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item
  begins INTEGER NOT NULL, -- its first start in UTC; a floating one as if in UTC
  ends INTEGER, -- its end in UTC; empty for a series, which must be expanded
  cancelled INTEGER NOT NULL, -- 1 when called off
  body TEXT NOT NULL -- JSON of the model's Event
) STRICT;
CREATE INDEX event_begins ON event (begins);
CREATE INDEX event_series ON event (begins) WHERE ends IS NULL;
",
    },
    Migration {
        name: "2026_11_21_0909 page",
        older_may_open: false,
        sql: "
CREATE TABLE page (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item
  path TEXT NOT NULL, -- where it lies in the wiki, joined by slashes
  body TEXT NOT NULL -- JSON of the model's WikiPage
) STRICT;
",
    },
    Migration {
        name: "2026_11_21_0910 record",
        older_may_open: false,
        sql: "
CREATE TABLE record (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item
  kind TEXT NOT NULL, -- opportunity, order, invoice, ... or the source's own name
  number TEXT, -- document code
  state TEXT, -- the source's own word for where it stands
  phase TEXT NOT NULL, -- draft, open, done, lost
  amount INTEGER, -- total in ten-thousandths for sorting, cut to what fits; the exact one is in the body
  currency TEXT, -- of the total
  day TEXT, -- its own date, ISO
  due TEXT, -- when it falls due, ISO
  body TEXT NOT NULL -- JSON of the model's Record
) STRICT;
CREATE INDEX record_kind ON record (kind, phase);
CREATE INDEX record_number ON record (number) WHERE number IS NOT NULL;
",
    },
    Migration {
        name: "2026_11_21_0911 contact",
        older_may_open: false,
        sql: "
CREATE TABLE contact (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item
  staff INTEGER NOT NULL, -- 1 for a colleague
  me INTEGER NOT NULL, -- 1 for the account's own user
  body TEXT NOT NULL -- JSON of the model's Contact
) STRICT;
",
    },
    Migration {
        name: "2026_11_21_0912 organisation",
        older_may_open: false,
        sql: "
CREATE TABLE organisation (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item
  number TEXT, -- customer or party number
  tax_id TEXT, -- VAT or other tax identifier
  own INTEGER NOT NULL, -- 1 for the user's own company
  body TEXT NOT NULL -- JSON of the model's Organisation
) STRICT;
CREATE INDEX organisation_number ON organisation (number) WHERE number IS NOT NULL;
",
    },
    Migration {
        name: "2026_11_28_1630 event",
        older_may_open: true,
        sql: "
-- Entries that stand for one occurrence of a series take that one out of it, wherever they lie.
CREATE INDEX event_occurrence ON event (json_extract(body, '$.occurrence'))
  WHERE json_extract(body, '$.occurrence') IS NOT NULL;
",
    },
];

/// The table of a kind.
pub(crate) const fn table(kind: Kind) -> &'static str {
    kind.word()
}

/// The statement that reads the body of an item.
pub(crate) const fn select(kind: Kind) -> &'static str {
    match kind {
        Kind::Conversation => "SELECT body FROM conversation WHERE item = ?1",
        Kind::Message => "SELECT body FROM message WHERE item = ?1",
        Kind::Task => "SELECT body FROM task WHERE item = ?1",
        Kind::Event => "SELECT body FROM event WHERE item = ?1",
        Kind::Page => "SELECT body FROM page WHERE item = ?1",
        Kind::Record => "SELECT body FROM record WHERE item = ?1",
        Kind::Contact => "SELECT body FROM contact WHERE item = ?1",
        Kind::Organisation => "SELECT body FROM organisation WHERE item = ?1",
    }
}

/// Writes the JSON of a body into `out`, replacing what was there.
pub(crate) fn encode(body: &Body, out: &mut Vec<u8>) -> Result<(), StoreError> {
    out.clear();
    match body {
        Body::Conversation(it) => serde_json::to_writer(out, it),
        Body::Message(it) => serde_json::to_writer(out, it),
        Body::Task(it) => serde_json::to_writer(out, it),
        Body::Event(it) => serde_json::to_writer(out, it),
        Body::Page(it) => serde_json::to_writer(out, it),
        Body::Record(it) => serde_json::to_writer(out, it),
        Body::Contact(it) => serde_json::to_writer(out, it),
        Body::Organisation(it) => serde_json::to_writer(out, it),
    }?;
    Ok(())
}

/// Reads the JSON of a body.
pub(crate) fn decode(kind: Kind, text: &str) -> Result<Body, StoreError> {
    Ok(match kind {
        Kind::Conversation => Body::Conversation(serde_json::from_str(text)?),
        Kind::Message => Body::Message(serde_json::from_str(text)?),
        Kind::Task => Body::Task(serde_json::from_str(text)?),
        Kind::Event => Body::Event(serde_json::from_str(text)?),
        Kind::Page => Body::Page(serde_json::from_str(text)?),
        Kind::Record => Body::Record(serde_json::from_str(text)?),
        Kind::Contact => Body::Contact(serde_json::from_str(text)?),
        Kind::Organisation => Body::Organisation(serde_json::from_str(text)?),
    })
}

/// How a body of one kind is written: a new row, and one that is there.
///
/// Never `INSERT OR REPLACE` or an upsert: those open a savepoint inside the
/// statement, at which FTS5 writes out what it has pending, and an ingest
/// spent half its time there.
struct Writes {
    insert: &'static str,
    update: &'static str,
}

const fn writes(kind: Kind) -> Writes {
    match kind {
        Kind::Conversation => Writes {
            insert: "INSERT INTO conversation (item, kind, membership, body, org) \
                     VALUES (?1, ?2, ?3, ?4, ?5)",
            update: "UPDATE conversation SET kind = ?2, membership = ?3, body = ?4, org = ?5 \
                     WHERE item = ?1",
        },
        Kind::Message => Writes {
            insert: "INSERT INTO message (item, sender, thread, body) VALUES (?1, ?2, ?3, ?4)",
            update: "UPDATE message SET sender = ?2, thread = ?3, body = ?4 WHERE item = ?1",
        },
        Kind::Task => Writes {
            insert: "INSERT INTO task \
                     (item, status, due, priority, assignee, project, completed, body, org, cause) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            update: "UPDATE task SET status = ?2, due = ?3, priority = ?4, assignee = ?5, \
                     project = ?6, completed = ?7, body = ?8, org = ?9, cause = ?10 \
                     WHERE item = ?1",
        },
        Kind::Event => Writes {
            insert: "INSERT INTO event (item, begins, ends, cancelled, body) \
                     VALUES (?1, ?2, ?3, ?4, ?5)",
            update: "UPDATE event SET begins = ?2, ends = ?3, cancelled = ?4, body = ?5 \
                     WHERE item = ?1",
        },
        Kind::Page => Writes {
            insert: "INSERT INTO page (item, path, body) VALUES (?1, ?2, ?3)",
            update: "UPDATE page SET path = ?2, body = ?3 WHERE item = ?1",
        },
        Kind::Record => Writes {
            insert: "INSERT INTO record \
                     (item, kind, number, state, phase, amount, currency, day, due, body, org, \
                     outstanding) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            update: "UPDATE record SET kind = ?2, number = ?3, state = ?4, phase = ?5, \
                     amount = ?6, currency = ?7, day = ?8, due = ?9, body = ?10, org = ?11, \
                     outstanding = ?12 WHERE item = ?1",
        },
        Kind::Contact => Writes {
            insert: "INSERT INTO contact (item, staff, me, body) VALUES (?1, ?2, ?3, ?4)",
            update: "UPDATE contact SET staff = ?2, me = ?3, body = ?4 WHERE item = ?1",
        },
        Kind::Organisation => Writes {
            insert: "INSERT INTO organisation (item, number, tax_id, own, body) \
                     VALUES (?1, ?2, ?3, ?4, ?5)",
            update: "UPDATE organisation SET number = ?2, tax_id = ?3, own = ?4, body = ?5 \
                     WHERE item = ?1",
        },
    }
}

/// The row of a body: what there is to write of it.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) id: ItemId,
    pub(crate) body: &'a Body,
    /// What [`encode`] made of the body.
    pub(crate) json: &'a str,
    /// The organisation of its item.
    pub(crate) org: Option<OrgId>,
}

/// Puts a row without an organisation; what tests of the search index need.
#[cfg(test)]
pub(crate) fn put(
    conn: &Connection,
    id: ItemId,
    body: &Body,
    json: &str,
    fresh: bool,
) -> Result<(), StoreError> {
    let org = None;
    put_row(
        conn,
        Row {
            id,
            body,
            json,
            org,
        },
        fresh,
    )
}

/// Puts the row of a body. `fresh` says that there is none yet.
pub(crate) fn put_row(conn: &Connection, row: Row<'_>, fresh: bool) -> Result<(), StoreError> {
    let Writes { insert, update } = writes(row.body.kind());
    if !fresh && run(conn, update, row)? > 0 {
        return Ok(());
    }
    run(conn, insert, row)?;
    Ok(())
}

fn run(conn: &Connection, sql: &str, row: Row<'_>) -> Result<usize, StoreError> {
    let Row {
        id,
        body,
        json,
        org,
    } = row;
    let org = org.map(|it| it.0);
    let mut statement = conn.prepare_cached(sql)?;
    Ok(match body {
        Body::Conversation(it) => {
            let membership = membership(it.membership);
            statement.execute(params![id.0, it.kind.word(), membership, json, org])?
        }
        Body::Message(it) => statement.execute(params![
            id.0,
            it.from.address.value,
            it.thread.as_ref().map(|it| it.as_str()),
            json
        ])?,
        Body::Task(it) => statement.execute(params![
            id.0,
            it.status.word(),
            it.due.map(due_key),
            it.priority,
            it.assignee.as_ref().map(|it| &it.address.value),
            it.project,
            it.completed.map(|it| it.0),
            json,
            org,
            it.cause.as_ref().map(|it| it.as_str())
        ])?,
        Body::Event(it) => {
            let (begins, ends) = event_keys(it);
            statement.execute(params![id.0, begins, ends, it.cancelled, json])?
        }
        Body::Page(it) => statement.execute(params![id.0, it.path.join("/"), json])?,
        Body::Record(it) => statement.execute(params![
            id.0,
            it.kind.word(),
            it.number,
            it.state,
            it.phase.word(),
            it.amount.as_ref().map(amount_key),
            it.amount.as_ref().map(|it| &it.currency.0),
            it.date.map(|it| it.to_string()),
            it.due.map(|it| it.to_string()),
            json,
            org,
            it.outstanding.as_ref().map(amount_key)
        ])?,
        Body::Contact(it) => statement.execute(params![id.0, it.staff, it.me, json])?,
        Body::Organisation(it) => {
            statement.execute(params![id.0, it.number, it.tax_id, it.own, json])?
        }
    })
}

const fn membership(membership: Membership) -> &'static str {
    match membership {
        Membership::Joined => "joined",
        Membership::Invited => "invited",
        Membership::Left => "left",
    }
}

/// When something is due, as a sort key.
pub(crate) fn due_key(due: Due) -> i64 {
    match due {
        Due::At(at) => at.0,
        Due::Day(day) => utc(day.to_datetime(jiff::civil::Time::midnight()), None),
    }
}

/// Ten-thousandths, saturating: money is compared and shown from the body.
fn amount_key(money: &Money) -> i64 {
    let shifted = money
        .amount
        .checked_mul(rust_decimal::Decimal::new(10_000, 0))
        .and_then(|it| it.trunc().to_i64());
    shifted.unwrap_or(if money.amount.is_sign_negative() {
        i64::MIN
    } else {
        i64::MAX
    })
}

fn event_keys(event: &Event) -> (i64, Option<i64>) {
    let zone = event.zone.as_deref();
    let ends = event.recurrence.is_empty().then(|| utc(event.end, zone));
    (utc(event.start, zone), ends)
}

/// A local time in UTC milliseconds. A zone nobody knows reads as UTC: the
/// entry is then shown off by hours and not lost.
fn utc(local: jiff::civil::DateTime, zone: Option<&str>) -> i64 {
    let zone = zone
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC);
    zone.to_ambiguous_zoned(local).compatible().map_or_else(
        |_| {
            if local.year() < 1970 {
                i64::MIN
            } else {
                i64::MAX
            }
        },
        |it| it.timestamp().as_millisecond(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn a_huge_amount_sorts_last_and_does_not_fail() {
        assert_eq!(amount_key(&Money::new(Decimal::MAX, "EUR")), i64::MAX);
        assert_eq!(amount_key(&Money::new(Decimal::MIN, "EUR")), i64::MIN);
        assert_eq!(
            amount_key(&Money::new(Decimal::new(1234, 2), "EUR")),
            123_400
        );
    }

    #[test]
    fn an_hour_that_clocks_skip_still_has_a_moment() {
        let skipped = jiff::civil::datetime(2026, 3, 29, 2, 30, 0, 0);
        assert_eq!(utc(skipped, Some("Europe/Berlin")), 1_774_747_800_000);
        assert_eq!(utc(skipped, Some("Nowhere/City")), 1_774_751_400_000);
        assert_eq!(
            utc(jiff::civil::DateTime::MAX, Some("Etc/GMT+12")),
            i64::MAX
        );
    }
}
