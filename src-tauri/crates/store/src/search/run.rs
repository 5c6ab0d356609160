//! Runs a query: candidates from both indexes newest first, then the best of
//! them by their text.
//!
//! A search looks at a bounded number of items, however many there are. It
//! ranks windows of the newest candidates (with every hit in a title or code
//! in the first one), so a word with few hits is ranked whole and a common one
//! never costs more than its newest thousand. Pages are cut from windows, and
//! never overlap.

mod walk;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rapport_model::{Body, ItemId, Kind};
use rusqlite::{Connection, OptionalExtension};

use super::answer::{Found, Total};
use super::doc::Docs;
use super::hits::find;
use super::newest::Range;
use super::plan::{Facet, Plan};
use super::query::Query;
use super::rank::{Rough, rough, weight};
use super::rows::{Row, RowFilter, row};
use super::shun::{self, Shun};
use super::token::query_tokens;
use super::words;
use crate::error::StoreError;
use crate::table::body;

/// Candidates of one window, where their titles decide which of them are read.
const WINDOW: usize = 128;
/// Candidates whose text is read together; also those of one window where the part-word
/// index has found the titles already, or nothing but time orders them.
pub(super) const BLOCK: usize = 48;
/// No more hits than this are ranked; who wants more asks more precisely.
const MOST: usize = 4_000;
/// Looks into the index for single items that one search may do.
const LOOKS: usize = 120;
/// Bytes of body text that one block may read.
pub(super) const READ: usize = 2 * 1024 * 1024;
/// With fewer hits than this, mixtures of words and part-words are tried.
const SCARCE: usize = 20;
const DAY: i64 = 86_400_000;
/// Ids that are looked up one by one rather than met on a walk.
const FEW: usize = 50;
/// A word of more items than this is met soon enough on the way back.
const PLENTY: usize = 20_000;

/// An item that has what was asked for.
pub(super) struct Candidate {
    pub(super) id: ItemId,
    /// Its row; read late when its title cannot matter.
    pub(super) row: Option<Row>,
    pub(super) rough: Rough,
    pub(super) score: f64,
}

/// What a walk met of what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// All of it.
    All,
    /// As much as is ranked.
    Enough,
    /// What lay within the steps it may take.
    Some,
}

/// Finds items.
///
/// # Errors
/// The database failed; a query itself never does.
pub fn search(
    conn: &Connection,
    query: &Query,
    limit: usize,
    offset: usize,
) -> Result<Found, StoreError> {
    if query.is_empty() {
        return Ok(Found::default());
    }
    let docs = Docs::of(conn)?;
    let mut plan = Plan::of(conn, query)?;
    let excluded = shun::listed(conn, docs, &mut plan)?;
    let filter = RowFilter::of(conn, query)?;
    let mut title = Vec::new();
    for term in query.groups.iter().filter_map(|group| group.0.first()) {
        title.extend(query_tokens(&term.text));
    }
    let mut run = Run {
        conn,
        docs,
        plan: &plan,
        filter: &filter,
        weights: weights(conn, &plan)?,
        title,
        today: day_number(query),
        left: Vec::new(),
        known: Vec::new(),
        shun: plan.not_parts.as_deref().map(Shun::new),
        seen: excluded,
        read: None,
        looks: 0,
        looked: 0,
        lazy: false,
        notes: Vec::new(),
    };
    let wanted = offset.saturating_add(limit).min(MOST);
    let windows = run.windows(wanted)?;
    let mut out = Found {
        total: windows.total,
        ..Found::default()
    };
    out.hits = run.page(windows.all, limit, offset)?;
    out.notes = [plan.notes.as_slice(), &filter.notes, &run.notes].concat();
    Ok(out)
}

/// The weights of the groups.
fn weights(conn: &Connection, plan: &Plan) -> Result<Vec<f64>, StoreError> {
    let total = words::items(conn)?;
    Ok(plan
        .groups
        .iter()
        .map(|group| weight(group.items, total))
        .collect())
}

/// The candidates of a search, by window.
struct Windows {
    all: Vec<Vec<Candidate>>,
    total: Total,
}

/// One search in progress.
pub(super) struct Run<'a> {
    pub(super) conn: &'a Connection,
    docs: Docs,
    pub(super) plan: &'a Plan,
    filter: &'a RowFilter,
    /// The weight of each group.
    pub(super) weights: Vec<f64>,
    /// The tokens that a title must have to be the query itself.
    pub(super) title: Vec<String>,
    /// Days since 1970.
    today: i64,
    /// Which tests of the filter a row must still pass: what runs beside the walks has
    /// answered the others.
    left: Vec<usize>,
    /// What the word index need not be asked of an item that runs beside a walk.
    known: Vec<Facet>,
    /// What an excluded word is a part of.
    shun: Option<Shun<'a>>,
    /// Candidates so far, and what is excluded.
    seen: BTreeSet<i64>,
    /// The row that was read last: who looked at an item mostly takes it.
    read: Option<Row>,
    /// Looks into the index for single items so far.
    looks: usize,
    /// Bytes of text read for such looks so far.
    looked: usize,
    /// Rows are not read before their block is: no filter asks for them, and
    /// those with a hit in their title are in already.
    lazy: bool,
    notes: Vec<String>,
}

impl Run<'_> {
    fn windows(&mut self, wanted: usize) -> Result<Windows, StoreError> {
        let parts = self.plan.parts();
        let by_time = self.plan.groups.is_empty();
        let (few, answered) = match self.filter.few(self.conn)? {
            Some(few) => {
                self.known = few.known;
                (Some(few.ids), few.answers)
            }
            None => (None, self.filter.streamed().into_iter().collect()),
        };
        self.left = self.filter.all_but(&answered);
        // A look costs about as much as a hundred steps of a walk.
        let steps = self
            .plan
            .groups
            .iter()
            .map(|it| it.items)
            .min()
            .unwrap_or(0);
        let steps = usize::try_from(steps).unwrap_or(usize::MAX);
        let is_few = |ids: &[i64]| ids.len() <= FEW || ids.len() < steps / 100;
        let listed: Option<BTreeSet<i64>> = few.as_ref().map(|ids| ids.iter().copied().collect());
        let ids = few.filter(|ids| is_few(ids));
        let mut first = Vec::new();
        let mut more = false;
        let mut titled = false;
        if let Some(parts) = &parts {
            let beside = self.plan.words_beside_parts(&self.known);
            let met = self.parts(parts, beside.as_ref(), listed.as_ref(), &mut first)?;
            more |= met == Met::Enough || self.looks > LOOKS;
            // Without a filter the best is among the newest wherever they lie.
            titled = met != Met::Some || self.filter.is_empty();
        }
        let window = if by_time || titled { BLOCK } else { WINDOW };
        let need = wanted.div_ceil(window).max(1) * window;
        let mut found = Vec::new();
        self.lazy = self.left.is_empty() && (by_time || titled);
        more |= match ids {
            Some(ids) => {
                let words = self.plan.words_without(None, &self.known);
                self.each(&ids, words.as_ref(), need, &mut found)?
            }
            None => {
                let (from, to) = (self.filter.from, self.filter.to);
                let range = if by_time || steps > PLENTY {
                    Range::plenty(from, to)
                } else {
                    self.range()?
                };
                let words = self.plan.words_without(None, &[]);
                let words = words.as_ref().map(|it| &*it.words);
                self.walk(words, range, listed.as_ref(), need, &mut found)?
            }
        };
        self.lazy = false;
        if found.len() + first.len() < SCARCE && self.plan.groups.len() > 1 {
            self.mixed(listed.as_ref(), &mut first)?;
        }
        let counted = found.len() + first.len();
        let mut all = Vec::new();
        let mut found = found.into_iter();
        loop {
            first.extend(found.by_ref().take(window));
            if first.is_empty() {
                break;
            }
            first.sort_by(best_first);
            all.push(std::mem::take(&mut first));
        }
        Ok(Windows {
            all,
            total: Total { counted, more },
        })
    }

    /// What a walk goes through, when it is not known that there is plenty.
    fn range(&self) -> Result<Range, StoreError> {
        if self.docs.newest_first() {
            return Ok(Range::plenty(self.filter.from, self.filter.to));
        }
        let tomorrow = (self.today + 1).saturating_mul(DAY);
        let now = tomorrow.clamp(0, 1 << 42) << 20;
        Range::cut(self.conn, self.filter.from, self.filter.to, now)
    }

    /// The row of an item, which may be the one that was read last.
    fn row(&mut self, id: i64) -> Result<Option<Row>, StoreError> {
        match self.read.take().filter(|row| row.id.0 == id) {
            Some(row) => Ok(Some(row)),
            None => row(self.conn, ItemId(id)),
        }
    }

    /// Makes an item a candidate, unless it is one or a filter excludes it.
    fn take(&mut self, id: i64) -> Result<Option<Candidate>, StoreError> {
        if self.seen.contains(&id) {
            return Ok(None);
        }
        if self.is_shunned(id)? {
            self.seen.insert(id);
            return Ok(None);
        }
        if self.lazy {
            self.seen.insert(id);
            let rough_of = Rough {
                in_title: 0.0,
                all: self.weights.iter().sum(),
                is_title: false,
                age_days: (self.today - (id >> 20) / DAY).unsigned_abs(),
                kind: Kind::Message,
            };
            let score = rough(&rough_of);
            return Ok(Some(Candidate {
                id: ItemId(id),
                row: None,
                rough: rough_of,
                score,
            }));
        }
        let Some(row) = self.row(id)? else {
            return Ok(None);
        };
        if !self.filter.fits(self.conn, &row, &self.left)? {
            return Ok(None);
        }
        self.seen.insert(id);
        let rough_of = self.judge(&row);
        let score = rough(&rough_of);
        Ok(Some(Candidate {
            id: row.id,
            row: Some(row),
            rough: rough_of,
            score,
        }))
    }

    /// Whether an excluded word is a part of one of its names or codes.
    fn is_shunned(&mut self, id: i64) -> Result<bool, StoreError> {
        match &mut self.shun {
            Some(shun) => shun.has(self.conn, self.docs, ItemId(id)),
            None => Ok(false),
        }
    }

    /// What the row of a candidate tells.
    pub(super) fn judge(&self, row: &Row) -> Rough {
        let (places, _) = find(&row.title, &self.plan.needles);
        let groups: BTreeSet<usize> = places.iter().map(|it| it.group).collect();
        let in_title = groups.iter().filter_map(|at| self.weights.get(*at)).sum();
        Rough {
            in_title,
            all: self.weights.iter().sum(),
            is_title: !self.title.is_empty() && query_tokens(&row.title) == self.title,
            age_days: (self.today - row.at / DAY).unsigned_abs(),
            kind: row.kind,
        }
    }
}

/// What an item says; `read` grows by its size.
pub(super) fn body_of(
    conn: &Connection,
    row: &Row,
    read: &mut usize,
) -> Result<Option<Body>, StoreError> {
    let mut statement = conn.prepare_cached(body::select(row.kind))?;
    let text: Option<String> = statement
        .query_row([row.id.0], |row| row.get(0))
        .optional()?;
    *read += text.as_ref().map_or(0, String::len);
    // A body nobody can read is still found by what was indexed.
    Ok(text.and_then(|text| body::decode(row.kind, &text).ok()))
}

fn best_first(a: &Candidate, b: &Candidate) -> Ordering {
    b.score.total_cmp(&a.score).then(b.id.cmp(&a.id))
}

fn day_number(query: &Query) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch
        .until(query.today)
        .map_or(0, |span| i64::from(span.get_days()))
}
