//! What an index has for an expression, the newest first.
//!
//! Where the numbers of the index run backwards ([`super::doc`]) that is its own order. In a
//! file from before it is not, and FTS5 reads a list backwards at two to three times the cost
//! of forwards: each jump takes a page apart from its beginning. What is plentiful is met soon
//! on the way back, what is rare is found sooner by one way forward, and which of them it is,
//! the newest stretch of the time line tells.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, params};

use super::doc::Docs;
use crate::error::StoreError;

/// The newest stretch is this part of the time line.
const PART: i64 = 16;
/// And no longer than this, in the steps of an id: two months.
const LONGEST: i64 = (60 * 86_400_000) << 20;
/// When this part of what is wanted lies there, the rest is soon met on the way back.
const SOON: usize = 6;

/// Which index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    /// Of words.
    Words,
    /// Of pieces of words in short fields.
    Parts,
}

impl Index {
    const fn back(self) -> &'static str {
        match self {
            Self::Words => {
                "SELECT rowid FROM search_text WHERE rowid >= ?1 AND rowid < ?2 \
                 AND search_text MATCH ?3 ORDER BY rowid DESC"
            }
            Self::Parts => {
                "SELECT rowid FROM search_part WHERE rowid >= ?1 AND rowid < ?2 \
                 AND search_part MATCH ?3 ORDER BY rowid DESC"
            }
        }
    }

    const fn forth(self) -> &'static str {
        match self {
            Self::Words => {
                "SELECT rowid FROM search_text WHERE rowid >= ?1 AND rowid < ?2 \
                 AND search_text MATCH ?3 ORDER BY rowid"
            }
            Self::Parts => {
                "SELECT rowid FROM search_part WHERE rowid >= ?1 AND rowid < ?2 \
                 AND search_part MATCH ?3 ORDER BY rowid"
            }
        }
    }
}

/// The ids of a walk. Where to cut matters only to a file whose numbers run forwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    /// The first that counts.
    pub(super) from: i64,
    /// From here on the newest stretch is walked backwards; `from` when all of it is.
    pub(super) cut: i64,
    /// The first that counts no more.
    pub(super) to: i64,
}

impl Range {
    /// All of it backwards: there is plenty of what is looked for.
    pub(super) const fn plenty(from: i64, to: i64) -> Self {
        let cut = from;
        Self { from, cut, to }
    }

    /// The newest stretch backwards, and the rest forwards. `now` is the first id that
    /// lies in the future: what is planned there says nothing of where the items lie.
    pub(super) fn cut(conn: &Connection, from: i64, to: i64, now: i64) -> Result<Self, StoreError> {
        let mut newest = conn.prepare_cached(
            "SELECT id FROM item WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 1",
        )?;
        let newest: Option<i64> = newest
            .query_row(params![from, to.min(now)], |row| row.get(0))
            .optional()?;
        let mut oldest = conn
            .prepare_cached("SELECT id FROM item WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 1")?;
        let oldest: Option<i64> = oldest
            .query_row(params![from, to], |row| row.get(0))
            .optional()?;
        let cut = match (oldest, newest) {
            (Some(oldest), Some(newest)) => {
                let stretch = newest.saturating_sub(oldest) / PART;
                newest.saturating_sub(stretch.min(LONGEST)).max(from)
            }
            _ => from,
        };
        Ok(Self { from, cut, to })
    }
}

/// Hands over what the index has for `expression`, the newest first, until `each` has
/// enough, which will be after about so many as are `wanted`. `docs` is how the index numbers
/// items.
pub(super) fn newest_first(
    conn: &Connection,
    (index, docs): (Index, Docs),
    expression: &str,
    range: Range,
    wanted: usize,
    mut each: impl FnMut(i64) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    let mut each = |number: i64| each(docs.id(number));
    let mut forth = conn.prepare_cached(index.forth())?;
    if docs.newest_first() {
        let (first, beyond) = docs.bounds(range.from, range.to);
        let mut rows = forth.query(params![first, beyond, expression])?;
        while let Some(row) = rows.next()? {
            if each(row.get(0)?)?.is_break() {
                break;
            }
        }
        return Ok(());
    }
    let (from, to) = docs.bounds(range.from, range.to);
    let (cut, _) = docs.bounds(range.cut, range.to);
    let mut back = conn.prepare_cached(index.back())?;
    let mut met = 0_usize;
    let mut rows = back.query(params![cut, to, expression])?;
    while let Some(row) = rows.next()? {
        met += 1;
        if each(row.get(0)?)?.is_break() {
            return Ok(());
        }
    }
    drop(rows);
    if cut <= from {
        return Ok(());
    }
    if met >= wanted / SOON {
        let mut rows = back.query(params![from, cut, expression])?;
        while let Some(row) = rows.next()? {
            if each(row.get(0)?)?.is_break() {
                return Ok(());
            }
        }
        return Ok(());
    }
    let rows = forth.query_map(params![from, cut, expression], |row| row.get(0))?;
    let rest = rows.collect::<Result<Vec<i64>, _>>()?;
    for number in rest.into_iter().rev() {
        if each(number)?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}
