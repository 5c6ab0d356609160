//! Runs a query: candidates from both indexes newest first, then the best of
//! them by their text.
//!
//! A search looks at a bounded number of items, however many there are. It
//! ranks windows of the newest candidates (with every hit in a title or code
//! in the first one), so a word with few hits is ranked whole and a common one
//! never costs more than its newest thousand. Pages are cut from windows, and
//! never overlap.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rapport_model::{
    AccountId, Body, CollectionId, Handle, ItemId, Kind, LinkId, Millis, OrgId, PersonId,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::answer::{Found, Hit, Total};
use super::evidence::{evidence, has_all};
use super::hits::find;
use super::indexed::Indexed;
use super::plan::{Look, Plan};
use super::query::Query;
use super::rank::{Rough, fine, rough, weight};
use super::rows::{Row, RowFilter, row};
use super::snippet::snippet;
use super::token::query_tokens;
use super::words;
use crate::error::StoreError;
use crate::table::body;

/// Candidates of one window.
const WINDOW: usize = 200;
/// Candidates whose text is read together.
const BLOCK: usize = 48;
/// No more hits than this are ranked; who wants more asks more precisely.
const MOST: usize = 4_000;
/// Index entries looked at when a filter leaves few of them.
const WALK: usize = 200_000;
/// Hits in short fields that are ranked with the first window.
const PARTS: usize = 120;
/// Looks into the index for single items that one search may do.
const LOOKS: usize = 120;
/// Bytes of body text that one block may read.
const READ: usize = 2 * 1024 * 1024;
/// With fewer hits than this, mixtures of words and part-words are tried.
const SCARCE: usize = 20;
const DAY: i64 = 86_400_000;
/// Ids that are looked up one by one rather than met on a walk.
const FEW: usize = 50;

/// An item that has what was asked for.
struct Candidate {
    id: ItemId,
    /// Its row; read late when its title cannot matter.
    row: Option<Row>,
    rough: Rough,
    score: f64,
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
    let plan = Plan::of(conn, query)?;
    let filter = RowFilter::of(conn, query)?;
    let mut title = Vec::new();
    for term in query.groups.iter().filter_map(|group| group.0.first()) {
        title.extend(query_tokens(&term.text));
    }
    let mut run = Run {
        conn,
        plan: &plan,
        filter: &filter,
        weights: weights(conn, &plan)?,
        title,
        today: day_number(query),
        seen: BTreeSet::new(),
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
struct Run<'a> {
    conn: &'a Connection,
    plan: &'a Plan,
    filter: &'a RowFilter,
    /// The weight of each group.
    weights: Vec<f64>,
    /// The tokens that a title must have to be the query itself.
    title: Vec<String>,
    /// Days since 1970.
    today: i64,
    /// Candidates so far.
    seen: BTreeSet<i64>,
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
        let need = wanted.div_ceil(WINDOW).max(1) * WINDOW;
        let few = self.filter.few(self.conn)?;
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
        if let Some(parts) = self.plan.parts() {
            let beside = self.plan.words_beside_parts();
            more |= self.parts(&parts, beside.as_ref(), listed.as_ref(), &mut first)?;
        }
        let words = self.plan.words_without(None);
        let mut found = Vec::new();
        self.lazy = self.filter.is_empty() && self.plan.parts().is_some();
        more |= match ids {
            Some(ids) => self.each(&ids, words.as_ref(), need, &mut found)?,
            None => {
                let words = words.as_ref().map(|it| &*it.words);
                self.walk(words, listed.as_ref(), need, &mut found)?
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
            first.extend(found.by_ref().take(WINDOW));
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

    /// Walks the word index, or all items when no word is asked for, newest
    /// first. True when there is more.
    fn walk(
        &mut self,
        words: Option<&str>,
        listed: Option<&BTreeSet<i64>>,
        need: usize,
        out: &mut Vec<Candidate>,
    ) -> Result<bool, StoreError> {
        let (from, to) = (self.filter.from, self.filter.to);
        let sql = match words {
            Some(_) => {
                "SELECT rowid FROM search_text WHERE rowid >= ?1 AND rowid < ?2 \
                 AND search_text MATCH ?3 ORDER BY rowid DESC"
            }
            None => "SELECT id FROM item WHERE id >= ?1 AND id < ?2 ORDER BY id DESC",
        };
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = match words {
            Some(words) => statement.query(params![from, to, words])?,
            None => statement.query(params![from, to])?,
        };
        let mut beside = self.filter.beside(listed);
        let mut walked = 0;
        while let Some(found) = rows.next()? {
            let id: i64 = found.get(0)?;
            walked += 1;
            if walked > WALK {
                let back_to = Millis(id >> 20).rfc3339();
                let day = back_to.get(..10).unwrap_or(&back_to);
                self.notes
                    .push(format!("Only items since {day} were searched."));
                return Ok(true);
            }
            if !beside.has(self.conn, id)? {
                continue;
            }
            if out.len() == need {
                return Ok(true);
            }
            out.extend(self.take(id)?);
        }
        Ok(false)
    }

    /// Looks which of a few items have the words. True when there is more.
    fn each(
        &mut self,
        ids: &[i64],
        words: Option<&Look>,
        need: usize,
        out: &mut Vec<Candidate>,
    ) -> Result<bool, StoreError> {
        for id in ids {
            if out.len() == need {
                return Ok(true);
            }
            if self.seen.contains(id) {
                continue;
            }
            let fits = match words {
                Some(words) => self.has(*id, words)?,
                None => true,
            };
            if fits {
                out.extend(self.take(*id)?);
            }
        }
        Ok(false)
    }

    /// Takes what the part-word index finds and the word index does not deny.
    /// True when there is more.
    fn parts(
        &mut self,
        parts: &str,
        beside: Option<&Look>,
        listed: Option<&BTreeSet<i64>>,
        out: &mut Vec<Candidate>,
    ) -> Result<bool, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT rowid FROM search_part WHERE rowid >= ?1 AND rowid < ?2 \
             AND search_part MATCH ?3 ORDER BY rowid DESC LIMIT ?4",
        )?;
        let (from, to) = (self.filter.from, self.filter.to);
        let mut rows = statement.query(params![from, to, parts, PARTS * 10])?;
        let mut narrow = self.filter.beside(listed);
        let most = out.len() + PARTS;
        // A look into the index costs what its words cost: a beginning may stand for thirty.
        let cost = beside.map_or(1, |it| match it.text {
            Some(_) => 1,
            None => 1 + it.words.matches(" OR ").count() / 4,
        });
        while let Some(found) = rows.next()? {
            let id: i64 = found.get(0)?;
            if self.seen.contains(&id) || !narrow.has(self.conn, id)? {
                continue;
            }
            if out.len() >= most {
                return Ok(true);
            }
            if let Some(beside) = beside {
                self.looks += cost;
                if self.looks > LOOKS {
                    return Ok(true);
                }
                if !self.has(id, beside)? {
                    continue;
                }
            }
            out.extend(self.take(id)?);
        }
        Ok(false)
    }

    /// One word is a part of a name or code, the others are words of the text.
    fn mixed(
        &mut self,
        listed: Option<&BTreeSet<i64>>,
        out: &mut Vec<Candidate>,
    ) -> Result<(), StoreError> {
        for (at, group) in self.plan.groups.iter().enumerate() {
            if let (Some(part), Some(others)) = (&group.part, self.plan.words_without(Some(at))) {
                self.parts(part, Some(&others), listed, out)?;
            }
        }
        Ok(())
    }

    /// Whether the item has the words. Its text is read where that can tell, as far as
    /// that goes: FTS5 goes through every word from its first place on.
    fn has(&mut self, id: i64, words: &Look) -> Result<bool, StoreError> {
        if let Some(wanted) = &words.text
            && self.looked < READ
            && let Some(row) = row(self.conn, ItemId(id))?
            && let Some(body) = body_of(self.conn, &row, &mut self.looked)?
        {
            return Ok(has_all(&Indexed::of(&body), wanted));
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT 1 FROM search_text WHERE rowid = ?1 AND search_text MATCH ?2",
        )?;
        Ok(statement.exists(params![id, words.words])?)
    }

    /// Makes an item a candidate, unless it is one or a filter excludes it.
    fn take(&mut self, id: i64) -> Result<Option<Candidate>, StoreError> {
        if self.seen.contains(&id) {
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
        let Some(row) = row(self.conn, ItemId(id))? else {
            return Ok(None);
        };
        if !self.filter.fits(self.conn, &row)? {
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

    /// What the row of a candidate tells.
    fn judge(&self, row: &Row) -> Rough {
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

    /// Cuts the page out of the windows and shows it.
    fn page(
        &self,
        windows: Vec<Vec<Candidate>>,
        limit: usize,
        offset: usize,
    ) -> Result<Vec<Hit>, StoreError> {
        let mut hits = Vec::new();
        let mut at = 0;
        let end = offset.saturating_add(limit);
        for window in windows {
            let mut rest = window.into_iter().peekable();
            while rest.peek().is_some() && at < end {
                let block: Vec<Candidate> = rest.by_ref().take(BLOCK).collect();
                let size = block.len();
                if at + size > offset {
                    let skip = offset.saturating_sub(at);
                    self.block(block, skip, end - at, &mut hits)?;
                }
                at += size;
            }
        }
        Ok(hits)
    }

    /// Reads the texts of a block, orders it, and shows its hits from `skip`
    /// up to `end`.
    fn block(
        &self,
        block: Vec<Candidate>,
        skip: usize,
        end: usize,
        out: &mut Vec<Hit>,
    ) -> Result<(), StoreError> {
        let mut read = 0;
        let mut known = Vec::new();
        for candidate in block {
            let row = match candidate.row {
                Some(row) => Some((row, candidate.rough, candidate.score)),
                None => row(self.conn, candidate.id)?.map(|row| {
                    let rough_of = self.judge(&row);
                    (row, rough_of, rough(&rough_of))
                }),
            };
            let Some((row, rough_of, score)) = row else {
                continue;
            };
            let body = if read < READ && !self.plan.groups.is_empty() {
                body_of(self.conn, &row, &mut read)?
            } else {
                None
            };
            known.push((row, rough_of, score, body));
        }
        let mut shown = Vec::new();
        for (row, rough_of, score, body) in &known {
            let texts = body.as_ref().map(Indexed::of);
            let score = texts.as_ref().map_or(*score, |texts| {
                fine(
                    rough_of,
                    &evidence(texts, &self.plan.needles, &self.weights, &self.title),
                )
            });
            shown.push((score, row, texts));
        }
        shown.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.id.cmp(&a.1.id)));
        for (score, row, texts) in shown.into_iter().take(end).skip(skip) {
            let needles = &self.plan.needles;
            let piece = match texts {
                Some(texts) => snippet(&texts, needles),
                None => body_of(self.conn, row, &mut read)?
                    .map_or_else(String::new, |body| snippet(&Indexed::of(&body), needles)),
            };
            out.extend(self.hit(row, score, piece)?);
        }
        Ok(())
    }

    fn hit(&self, row: &Row, score: f64, snippet: String) -> Result<Option<Hit>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.name, c.name, i.handle, i.link FROM item i \
             JOIN account a ON a.id = i.account JOIN collection c ON c.id = i.collection \
             WHERE i.id = ?1",
        )?;
        let place = statement.query_row([row.id.0], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get::<_, Option<String>>(3)?,
            ))
        });
        let Some((account, collection, handle, link)) = place.optional()? else {
            return Ok(None);
        };
        let mut title = row.title.clone();
        if title.trim().is_empty()
            && let Some(conversation) = row.conversation
        {
            let mut statement = self
                .conn
                .prepare_cached("SELECT title FROM item WHERE id = ?1")?;
            let found: Option<String> = statement
                .query_row([conversation], |row| row.get(0))
                .optional()?;
            title = found.unwrap_or(title);
        }
        Ok(Some(Hit {
            id: row.id,
            kind: row.kind,
            account: AccountId(account),
            collection: CollectionId(collection),
            handle: Handle(handle),
            link: link.map(LinkId),
            title,
            snippet,
            at: Millis(row.at),
            org: row.org.map(OrgId),
            person: row.person.map(PersonId),
            score,
        }))
    }
}

/// What an item says; `read` grows by its size.
fn body_of(conn: &Connection, row: &Row, read: &mut usize) -> Result<Option<Body>, StoreError> {
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
