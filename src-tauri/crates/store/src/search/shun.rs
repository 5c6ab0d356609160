//! What must not be found: the items that have an excluded word, and those in which it is a
//! part of a name or code.
//!
//! Where few items have the word, they are listed once; else FTS5 leaves them out as it goes.
//!
//! As a part, such a word alone would find them by the part-word index, so a query that
//! excludes it must not. The word index cannot tell of them; each candidate is looked up, and
//! when many are, the whole list is read once.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rusqlite::Connection;

use super::doc::Docs;
use super::index::has_part;
use super::newest::{Index, Range, newest_first};
use super::plan::Plan;
use crate::error::StoreError;

/// So many candidates are looked up one by one.
const LOOKS: usize = 300;
/// So many items with an excluded word are listed, when that is how many there should be.
const LISTED: i64 = 2_000;
/// How common a word is, is known about; when it is this much more, it is left to FTS5.
const MISJUDGED: usize = 8_000;

/// See the module.
#[derive(Debug)]
pub(super) struct Shun<'a> {
    /// Finds them in the part-word index.
    expression: &'a str,
    looks: usize,
    /// All of them, in order, once it was worth it.
    all: Option<Vec<i64>>,
}

/// Lists the items that have an excluded word, if they are few, and takes it out of the plan:
/// who leaves them out need not ask for it.
pub(super) fn listed(
    conn: &Connection,
    docs: Docs,
    plan: &mut Plan,
) -> Result<BTreeSet<i64>, StoreError> {
    let mut out = BTreeSet::new();
    if plan.not.is_empty() || plan.not_items > LISTED {
        return Ok(out);
    }
    let any = plan.not.join(" OR ");
    let (index, all) = ((Index::Words, docs), Range::plenty(i64::MIN, i64::MAX));
    newest_first(conn, index, &any, all, MISJUDGED, |id| {
        out.insert(id);
        Ok(if out.len() > MISJUDGED {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    if out.len() > MISJUDGED {
        return Ok(BTreeSet::new());
    }
    plan.not.clear();
    Ok(out)
}

impl<'a> Shun<'a> {
    pub(super) const fn new(expression: &'a str) -> Self {
        Self {
            expression,
            looks: 0,
            all: None,
        }
    }

    /// Whether an item is one of them.
    pub(super) fn has(
        &mut self,
        conn: &Connection,
        docs: Docs,
        id: rapport_model::ItemId,
    ) -> Result<bool, StoreError> {
        let number = docs.number(id);
        if self.all.is_none() {
            self.looks += 1;
            if self.looks <= LOOKS {
                return has_part(conn, number, self.expression);
            }
        }
        let all = match self.all.take() {
            Some(all) => all,
            None => conn
                .prepare_cached(
                    "SELECT rowid FROM search_part WHERE search_part MATCH ?1 ORDER BY rowid",
                )?
                .query_map([self.expression], |row| row.get(0))?
                .collect::<Result<_, _>>()?,
        };
        Ok(self.all.insert(all).binary_search(&number).is_ok())
    }
}
