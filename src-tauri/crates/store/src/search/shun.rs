//! What must not be found: the items in which an excluded word is a part of a name or code.
//!
//! Such a word alone would find them by the part-word index, so a query that excludes it must
//! not. The word index cannot tell of them; each candidate is looked up, and when many are,
//! the whole list is read once.

use rusqlite::Connection;

use super::doc::Docs;
use super::index::has_part;
use crate::error::StoreError;

/// So many candidates are looked up one by one.
const LOOKS: usize = 300;

/// See the module.
#[derive(Debug)]
pub(super) struct Shun<'a> {
    /// Finds them in the part-word index.
    expression: &'a str,
    looks: usize,
    /// All of them, in order, once it was worth it.
    all: Option<Vec<i64>>,
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
