//! How common words are, and which words a prefix begins.
//!
//! FTS5 answers a prefix by merging the lists of every word it begins, which
//! at a million items costs a second for `in*`. So a prefix becomes the words
//! themselves, all of them when they are few and the most common ones when that
//! is a lot, and FTS5 walks their lists newest first.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use rapport_model::ItemId;
use rusqlite::{Connection, OptionalExtension, params};

use super::indexed::Indexed;
use super::terms::beginning_with;
use super::token::tokenize;
use crate::error::StoreError;

/// One item in this many is counted, as that many.
const SAMPLE: i64 = 16;
/// A prefix with about as many places as this is left to FTS5.
const CHEAP: i64 = 8_000;
/// Stands in the table for the items themselves; no word is empty.
const ALL: &str = "";
/// No more words than this stand for a prefix, most common first.
const MOST_COMMON: usize = 20;
/// That many of them are taken in alphabetical order, common or not.
const MOST_FIRST: usize = 12;

/// Whether this item is in the sample; decided by its id, so that it is the
/// same at every look.
fn is_sampled(id: ItemId) -> bool {
    id.0.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60 == 0
}

/// The words of new items, counted before they are written.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<String, i64>);

impl Counts {
    /// Counts the words of a new item, if it is in the sample.
    pub(super) fn add(&mut self, id: ItemId, texts: &Indexed<'_>) {
        if !is_sampled(id) {
            return;
        }
        let mut words = BTreeSet::new();
        for text in [
            &*texts.title,
            &texts.sender,
            &texts.recipient,
            &texts.names,
            &texts.body,
        ] {
            tokenize(text, |token| {
                if !words.contains(token.text) {
                    words.insert(token.text.to_owned());
                }
                ControlFlow::Continue(())
            });
        }
        words.insert(ALL.to_owned());
        for word in words {
            *self.0.entry(word).or_default() += SAMPLE;
        }
    }

    /// Adds what was counted to the table.
    pub(super) fn write(&self, conn: &Connection) -> Result<(), StoreError> {
        let mut add = conn.prepare_cached(
            "INSERT INTO search_word (word, items) VALUES (?1, ?2) \
             ON CONFLICT (word) DO UPDATE SET items = items + excluded.items",
        )?;
        for (word, items) in &self.0 {
            add.execute(params![word, items])?;
        }
        Ok(())
    }
}

/// About how many items there are.
pub(super) fn items(conn: &Connection) -> Result<i64, StoreError> {
    items_with(conn, ALL)
}

/// About how many items contain the word.
pub(super) fn items_with(conn: &Connection, word: &str) -> Result<i64, StoreError> {
    let mut statement = conn.prepare_cached("SELECT items FROM search_word WHERE word = ?1")?;
    let found: Option<i64> = statement.query_row([word], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or(SAMPLE / 2))
}

/// What stands for a prefix.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expansion {
    /// The words; empty when they are many and rare: FTS5 shall look itself.
    pub(super) words: Vec<String>,
    /// Rarer words were left out.
    pub(super) narrowed: bool,
    /// About how many places there are.
    pub(super) items: i64,
}

/// The words that `prefix` begins.
pub(super) fn expand(conn: &Connection, prefix: &str) -> Result<Expansion, StoreError> {
    let after = format!("{prefix}\u{10FFFF}");
    let items: i64 = conn
        .prepare_cached(
            "SELECT coalesce(sum(items), 0) FROM search_word WHERE word >= ?1 AND word < ?2",
        )?
        .query_row([prefix, &after], |row| row.get(0))?;
    let expansion = |words: Vec<String>, narrowed| Expansion {
        words,
        narrowed,
        items,
    };
    let first = match beginning_with(conn, prefix, MOST_FIRST + MOST_COMMON)? {
        Some(found) if found.whole => {
            let mut words: Vec<String> = found.words.into_iter().collect();
            if words.is_empty() {
                // Nothing begins so, which FTS5 sees at once where it looks for a word.
                words.push(prefix.to_owned());
            }
            return Ok(expansion(words, false));
        }
        _ if items <= CHEAP => return Ok(expansion(Vec::new(), false)),
        Some(found) => found.words,
        None => BTreeSet::new(),
    };
    let mut words: BTreeSet<String> = first.into_iter().take(MOST_FIRST).collect();
    let mut common = conn.prepare_cached(
        "SELECT word FROM search_word WHERE word >= ?1 AND word < ?2 \
         ORDER BY items DESC LIMIT ?3",
    )?;
    let rows = common.query_map(params![prefix, after, MOST_COMMON], |row| row.get(0))?;
    for word in rows {
        words.insert(word?);
    }
    Ok(expansion(words.into_iter().collect(), true))
}
