//! The narrow item rows: what a filter asks of them, and which ids it leaves.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rapport_model::{ItemId, Kind};
use rusqlite::{Connection, OptionalExtension, params};

use super::coverage::DATED;
use super::facet::{kind_token, usual_kind};
use super::named::{Places, customers};
use super::plan::{Facet, is_me};
use super::query::{Query, Standing, What};
use super::stream::{Beside, Stream};
use crate::error::StoreError;
use crate::table::item::{CLOSED, INTERNAL, MENTION, MINE, MUTED, PENDING, UNREAD, UNREADABLE};

/// More ids than this are not listed: a stream of them runs beside the walk, or
/// rows are looked at instead.
const MOST_IDS: usize = 2_000;
/// The same of open tasks and records, which their indexes list quickly.
const MOST_OPEN: usize = 5_000;
/// More customers or conversations than this make no stream.
const MOST_STREAMS: usize = 8;

/// The kinds of record that go by the same word everywhere.
pub(super) const RECORDS: [&str; 6] = [
    "opportunity",
    "quote",
    "order",
    "invoice",
    "payment",
    "ticket",
];

pub(super) const ORG_IDS: &str = "SELECT id FROM item WHERE org = ?1 LIMIT ?2";
pub(super) const CONVERSATION_IDS: &str = "SELECT id FROM item WHERE conversation = ?1 LIMIT ?2";
/// Only what is said in a conversation is ever unread.
pub(super) const UNREAD_IDS: &str = "SELECT id FROM item \
     WHERE conversation IS NOT NULL AND flags & 1 = 1 AND flags <> ?1 LIMIT ?2";
pub(super) const PENDING_IDS: &str =
    "SELECT id FROM item WHERE flags & 64 = 64 AND flags <> ?1 LIMIT ?2";

/// The narrow row of an item.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: ItemId,
    pub(super) account: i64,
    pub(super) collection: i64,
    pub(super) kind: Kind,
    pub(super) at: i64,
    pub(super) title: String,
    pub(super) org: Option<i64>,
    pub(super) person: Option<i64>,
    pub(super) conversation: Option<i64>,
    pub(super) flags: i64,
}

/// Reads the row of an item; `None` when there is none.
pub(super) fn row(conn: &Connection, id: ItemId) -> Result<Option<Row>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT account, collection, kind, at, title, org, person, conversation, flags \
         FROM item WHERE id = ?1",
    )?;
    let found = statement
        .query_row([id.0], |row| {
            Ok(Row {
                id,
                account: row.get(0)?,
                collection: row.get(1)?,
                kind: Kind::from_code(row.get(2)?).unwrap_or(Kind::Record),
                at: row.get(3)?,
                title: row.get(4)?,
                org: row.get(5)?,
                person: row.get(6)?,
                conversation: row.get(7)?,
                flags: row.get(8)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// What a row must be.
#[derive(Clone, Debug)]
enum Test {
    Set(i64),
    Clear(i64),
    Org(BTreeSet<i64>),
    Place {
        accounts: BTreeSet<i64>,
        collections: BTreeSet<i64>,
        conversations: BTreeSet<i64>,
    },
    Closed(bool),
    Overdue(Date),
    Never,
}

/// The ids that a test leaves.
#[derive(Debug)]
pub(super) struct Few {
    /// The newest first.
    pub(super) ids: Vec<i64>,
    /// The numbers of the tests that all of them pass.
    pub(super) answers: Vec<usize>,
    /// What the word index need not be asked of them.
    pub(super) known: Vec<Facet>,
}

/// What the filters of a query ask of the rows.
#[derive(Debug, Default)]
pub(super) struct RowFilter {
    tests: Vec<(bool, Test)>,
    /// The kind that is asked for, when it is one.
    kind: Option<String>,
    /// First id that fits, and the first beyond.
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) notes: Vec<String>,
}

impl RowFilter {
    /// Reads the filters of a query, resolving names to ids.
    pub(super) fn of(conn: &Connection, query: &Query) -> Result<Self, StoreError> {
        let mut out = Self {
            from: i64::MIN,
            to: i64::MAX,
            ..Self::default()
        };
        let (mut orgs, mut places) = (BTreeSet::new(), Places::default());
        let (mut by_org, mut by_place, mut dated) = (false, false, false);
        let mut kinds = BTreeSet::new();
        for filter in &query.filters {
            let negated = filter.negated;
            let test = match &filter.what {
                What::Before(day) if negated => {
                    out.from = out.from.max(first_id(day.at.0));
                    continue;
                }
                What::After(day) if !negated => {
                    out.from = out.from.max(first_id(day.at.0));
                    continue;
                }
                What::Before(day) | What::After(day) => {
                    out.to = out.to.min(first_id(day.at.0));
                    dated |= !negated;
                    continue;
                }
                What::Customer(name) => {
                    let found = customers(conn, name)?;
                    if found.is_empty() {
                        out.notes
                            .push(format!("No customer is called \u{201c}{name}\u{201d}."));
                    }
                    if !negated {
                        by_org = true;
                        orgs.extend(found);
                        continue;
                    }
                    Test::Org(found)
                }
                What::In(name) => {
                    let found = Places::named(conn, name)?;
                    if found.is_empty() {
                        out.notes.push(format!(
                            "No conversation, folder or account is called \u{201c}{name}\u{201d}."
                        ));
                    }
                    if !negated {
                        by_place = true;
                        places.add(found);
                        continue;
                    }
                    Test::place(found)
                }
                What::From(name) if is_me(name) => Test::Set(MINE),
                // Nothing the user wrote is for the user; the rest is.
                What::To(name) if is_me(name) => Test::Clear(MINE),
                What::Is(standing) => standing_test(*standing, query.today),
                What::Kind(word) => {
                    if !negated {
                        out.notes.extend(unknown_kind(conn, word)?);
                        kinds.insert(usual_kind(word));
                    }
                    continue;
                }
                What::From(_) | What::To(_) | What::Has(_) => continue,
            };
            out.tests.push((negated, test));
        }
        if dated {
            // What has no moment lies at the beginning of time, and before nothing.
            out.from = out.from.max(DATED);
        }
        if by_org {
            out.tests.push((
                false,
                if orgs.is_empty() {
                    Test::Never
                } else {
                    Test::Org(orgs)
                },
            ));
        }
        if by_place {
            out.tests.push((false, Test::place(places)));
        }
        out.kind = kinds.pop_first().filter(|_| kinds.is_empty());
        Ok(out)
    }

    /// Whether nothing is asked of the rows.
    pub(super) fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// The numbers of all tests but some.
    pub(super) fn all_but(&self, answered: &[usize]) -> Vec<usize> {
        (0..self.tests.len())
            .filter(|at| !answered.contains(at))
            .collect()
    }

    /// Whether a row passes those tests.
    pub(super) fn fits(
        &self,
        conn: &Connection,
        row: &Row,
        tests: &[usize],
    ) -> Result<bool, StoreError> {
        for (negated, test) in tests.iter().filter_map(|at| self.tests.get(*at)) {
            if test.holds(conn, row)? == *negated {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The ids that one of the tests leaves, newest first, when they are few
    /// enough to list: it is then quicker to look whether each of them has the
    /// words than whether each item with the words fits.
    pub(super) fn few(&self, conn: &Connection) -> Result<Option<Few>, StoreError> {
        let mut best: Option<(BTreeSet<i64>, usize)> = None;
        for (at, (_, test)) in self.asked() {
            let ids = match test {
                Test::Closed(false) | Test::Overdue(_) => self.open(conn)?,
                _ => test.ids(conn)?,
            };
            let Some(ids) = ids else { continue };
            if best.as_ref().is_none_or(|it| it.0.len() > ids.len()) {
                best = Some((ids, at));
            }
        }
        let few = |(ids, at): (BTreeSet<i64>, usize)| {
            let by_standing = matches!(
                self.tests.get(at),
                Some((_, Test::Closed(false) | Test::Overdue(_)))
            );
            let ids = ids.into_iter().rev();
            Few {
                ids: ids.filter(|id| (self.from..self.to).contains(id)).collect(),
                answers: if by_standing {
                    self.answered_by_open()
                } else {
                    vec![at]
                },
                known: match (by_standing, self.open_kind()) {
                    (true, (false, None)) => vec![Facet::Standing],
                    (true, _) => vec![Facet::Standing, Facet::Kind],
                    (false, _) => Vec::new(),
                },
            }
        };
        Ok(best.map(few))
    }

    /// The tests that are no negation, with their numbers.
    fn asked(&self) -> impl Iterator<Item = (usize, &(bool, Test))> {
        self.tests
            .iter()
            .enumerate()
            .filter(|(_, (negated, _))| !negated)
    }

    /// What the list of what is open has answered: that it is, and of whom. What is past
    /// its day is not in it.
    fn answered_by_open(&self) -> Vec<usize> {
        let mut by_org = false;
        let answers = self.asked().filter(|(_, (_, test))| match test {
            Test::Closed(false) => true,
            // Only the first of several is asked.
            Test::Org(_) => !std::mem::replace(&mut by_org, true),
            _ => false,
        });
        answers.map(|(at, _)| at).collect()
    }

    /// Whether only tasks are asked for, or one kind of record.
    fn open_kind(&self) -> (bool, Option<&str>) {
        let record = self.kind.as_deref().filter(|kind| RECORDS.contains(kind));
        (self.kind.as_deref() == Some("task"), record)
    }

    /// What is open, of the kind and the customers that are asked for; `None` when no
    /// index lists that or it is too much.
    fn open(&self, conn: &Connection) -> Result<Option<BTreeSet<i64>>, StoreError> {
        let orgs = self.tests.iter().find_map(|(negated, test)| match test {
            Test::Org(orgs) if !negated => Some(orgs),
            _ => None,
        });
        let (task_only, record) = self.open_kind();
        let no_task = record.is_some();
        if orgs.is_none() && !task_only && !no_task {
            return Ok(None);
        }
        // Every customer there is stands for no customer asked for.
        let orgs: Vec<Option<i64>> = orgs.map_or_else(
            || vec![None],
            |orgs| orgs.iter().copied().map(Some).collect(),
        );
        let mut out = BTreeSet::new();
        for org in orgs {
            let of_org = if org.is_some() {
                "org = ?1"
            } else {
                "?1 IS NULL"
            };
            let mut lists = Vec::new();
            if !no_task {
                lists.push(format!(
                    "SELECT item FROM task WHERE {of_org} AND ?2 IS NULL \
                     AND status IN ('open', 'started') LIMIT ?3"
                ));
            }
            if !task_only {
                let of_kind = if no_task { "kind = ?2" } else { "?2 IS NULL" };
                lists.push(format!(
                    "SELECT item FROM record WHERE {of_org} AND {of_kind} \
                     AND phase IN ('draft', 'open') LIMIT ?3"
                ));
            }
            for sql in lists {
                let mut statement = conn.prepare_cached(&sql)?;
                let mut rows = statement.query(params![org, record, MOST_OPEN + 1])?;
                while let Some(row) = rows.next()? {
                    out.insert(row.get(0)?);
                }
            }
        }
        Ok((out.len() <= MOST_OPEN).then_some(out))
    }

    /// What runs beside a walk: the ids that are listed already, or a stream of those
    /// that one of the tests leaves.
    pub(super) fn beside<'a>(&self, listed: Option<&'a BTreeSet<i64>>) -> Beside<'a> {
        if let Some(ids) = listed {
            return Beside::Listed(ids);
        }
        let stream = self.asked().find_map(|(_, (_, test))| test.stream());
        stream.map_or(Beside::Anything, Beside::Stream)
    }

    /// The test that is answered by the stream beside a walk.
    pub(super) fn streamed(&self) -> Option<usize> {
        let mut asked = self.asked();
        asked.find_map(|(at, (_, test))| test.stream().map(|_| at))
    }
}

impl Test {
    fn place(places: Places) -> Self {
        if places.is_empty() {
            return Self::Never;
        }
        Self::Place {
            accounts: places.accounts,
            collections: places.collections,
            conversations: places.conversations,
        }
    }

    fn holds(&self, conn: &Connection, row: &Row) -> Result<bool, StoreError> {
        Ok(match self {
            Self::Set(bits) => row.flags & bits != 0,
            Self::Clear(bits) => row.flags & bits == 0,
            Self::Org(orgs) => row.org.is_some_and(|org| orgs.contains(&org)),
            Self::Place {
                accounts,
                collections,
                conversations,
            } => {
                accounts.contains(&row.account)
                    || collections.contains(&row.collection)
                    || conversations.contains(&row.id.0)
                    || row
                        .conversation
                        .is_some_and(|it| conversations.contains(&it))
            }
            Self::Closed(closed) => {
                matches!(row.kind, Kind::Task | Kind::Record)
                    && (row.flags & CLOSED != 0) == *closed
            }
            Self::Overdue(today) => row.flags & CLOSED == 0 && is_past_due(conn, row, *today)?,
            Self::Never => false,
        })
    }

    /// The ids that fit as a stream, if they lie in order in few places.
    fn stream(&self) -> Option<Stream> {
        match self {
            Self::Org(orgs) if orgs.len() <= MOST_STREAMS => Some(Stream::of_orgs(orgs)),
            Self::Place {
                accounts,
                collections,
                conversations,
            } if accounts.is_empty()
                && collections.is_empty()
                && conversations.len() <= MOST_STREAMS =>
            {
                Some(Stream::of_conversations(conversations))
            }
            _ => None,
        }
    }

    /// The ids that fit, if an index can list them and they are few.
    fn ids(&self, conn: &Connection) -> Result<Option<BTreeSet<i64>>, StoreError> {
        let mut out = BTreeSet::new();
        match self {
            Self::Never => {}
            Self::Org(orgs) => {
                for org in orgs {
                    gather(conn, ORG_IDS, *org, &mut out)?;
                }
            }
            Self::Place {
                accounts,
                collections,
                conversations,
            } if accounts.is_empty() && collections.is_empty() => {
                for place in conversations {
                    out.insert(*place);
                    gather(conn, CONVERSATION_IDS, *place, &mut out)?;
                    if out.len() > MOST_IDS {
                        break;
                    }
                }
            }
            Self::Set(UNREAD) => gather(conn, UNREAD_IDS, 0, &mut out)?,
            Self::Set(PENDING) => gather(conn, PENDING_IDS, 0, &mut out)?,
            _ => return Ok(None),
        }
        Ok((out.len() <= MOST_IDS).then_some(out))
    }
}

fn gather(
    conn: &Connection,
    sql: &str,
    of: i64,
    out: &mut BTreeSet<i64>,
) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![of, MOST_IDS + 1], |row| row.get::<_, i64>(0))?;
    for id in rows {
        out.insert(id?);
    }
    Ok(())
}

fn standing_test(standing: Standing, today: Date) -> Test {
    match standing {
        Standing::Unread => Test::Set(UNREAD),
        Standing::Read => Test::Clear(UNREAD),
        Standing::Open => Test::Closed(false),
        Standing::Closed => Test::Closed(true),
        Standing::Overdue => Test::Overdue(today),
        Standing::Mine => Test::Set(MINE),
        Standing::Internal => Test::Set(INTERNAL),
        Standing::Mention => Test::Set(MENTION),
        Standing::Muted => Test::Set(MUTED),
        Standing::Pending => Test::Set(PENDING),
        Standing::Unreadable => Test::Set(UNREADABLE),
    }
}

/// What to say of a kind that nothing here is of: most of them are misspelt. Sources have
/// kinds of their own, so only the index knows.
fn unknown_kind(conn: &Connection, word: &str) -> Result<Option<String>, StoreError> {
    let kind = kind_token(&usual_kind(word));
    let any = conn
        .prepare_cached("SELECT 1 FROM search_text WHERE search_text MATCH ?1")?
        .exists([format!("facet : \"{kind}\"")])?;
    Ok((!any).then(|| format!("Nothing here is of the kind \u{201c}{word}\u{201d}.")))
}

/// The first id of that moment and later.
fn first_id(at: i64) -> i64 {
    at.clamp(0, 1 << 42) << 20
}

fn is_past_due(conn: &Connection, row: &Row, today: Date) -> Result<bool, StoreError> {
    let sql = match row.kind {
        Kind::Task => "SELECT date(due / 1000, 'unixepoch') FROM task WHERE item = ?1",
        Kind::Record => "SELECT due FROM record WHERE item = ?1",
        _ => return Ok(false),
    };
    let mut statement = conn.prepare_cached(sql)?;
    let due: Option<Option<String>> = statement
        .query_row([row.id.0], |row| row.get(0))
        .optional()?;
    Ok(due.flatten().is_some_and(|day| day < today.to_string()))
}
