//! What can be searched, and whether searching works.

use std::ops::ControlFlow;

use rapport_model::{AccountId, CollectionId, ItemId, Millis};
use rusqlite::{Connection, OptionalExtension, params};

use super::doc::Docs;
use super::indexed::Indexed;
use super::rebuild::stored_body;
use super::token::tokenize;
use crate::error::StoreError;

/// What has no moment of its own lies at the beginning of time; nothing was written that day.
pub(super) const DATED: i64 = 86_400_000 << 20;

/// How much of a collection can be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The account.
    pub account: AccountId,
    /// The collection in it.
    pub collection: CollectionId,
    /// Items that can be found.
    pub indexed: u64,
    /// Items here.
    pub total: u64,
    /// The moment of the oldest item here that has one.
    pub oldest: Option<Millis>,
    /// Known holes in what the source has given.
    pub gaps: u64,
}

/// How much of every collection can be searched. Looks at every item: for a
/// page about sources; [`searchable`] is for each keystroke.
///
/// # Errors
/// The database failed.
pub fn coverage(conn: &Connection) -> Result<Vec<Coverage>, StoreError> {
    let built_to: Option<i64> =
        conn.query_row("SELECT built_to FROM search_state", [], |row| row.get(0))?;
    let mut statement = conn.prepare_cached(
        "SELECT a.name, c.name, \
         (SELECT count(*) FROM item i WHERE i.collection = c.id), \
         CASE WHEN ?1 IS NULL THEN NULL ELSE \
         (SELECT count(*) FROM item i WHERE i.collection = c.id AND i.id >= ?1) END, \
         (SELECT min(i.id) FROM item i WHERE i.collection = c.id AND i.id >= ?2), \
         (SELECT count(*) FROM gap g WHERE g.collection = c.id) \
         FROM collection c JOIN account a ON a.id = c.account ORDER BY a.name, c.name",
    )?;
    let rows = statement.query_map(params![built_to, DATED], |row| {
        let total: u64 = row.get(2)?;
        let oldest: Option<i64> = row.get(4)?;
        Ok(Coverage {
            account: AccountId(row.get(0)?),
            collection: CollectionId(row.get(1)?),
            indexed: row.get::<_, Option<u64>>(3)?.unwrap_or(total),
            total,
            oldest: oldest.map(|id| Millis(id >> 20)),
            gaps: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How much can be searched, over all collections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Searchable {
    /// Items that can be found.
    pub indexed: u64,
    /// Items here that cannot be found yet.
    pub missing: u64,
    /// Known holes in what the sources have given.
    pub gaps: u64,
}

/// How much can be searched: a box asks it whenever it opens, so that a whole index is told
/// from the counts that every transaction keeps. Only one that is being built is counted.
///
/// # Errors
/// The database failed.
pub fn searchable(conn: &Connection) -> Result<Searchable, StoreError> {
    let whole: Option<(u64, u64)> = conn
        .prepare_cached(
            "SELECT (SELECT coalesce(sum(local_count), 0) FROM collection) \
             + (SELECT count(*) FROM item WHERE flags & 64 = 64 AND flags & 256 = 256), \
             (SELECT count(*) FROM gap) \
             FROM search_state WHERE built_to IS NULL",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((indexed, gaps)) = whole {
        return Ok(Searchable {
            indexed,
            missing: 0,
            gaps,
        });
    }
    let mut out = Searchable::default();
    for row in coverage(conn)? {
        out.indexed += row.indexed;
        out.missing += row.total.saturating_sub(row.indexed);
        out.gaps += row.gaps;
    }
    Ok(out)
}

/// What a self-check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelfCheck {
    /// Items whose words were looked up.
    pub checked: usize,
    /// Those that were not found by them.
    pub missing: Vec<ItemId>,
}

/// Takes items from all over the time line and looks them up by a word of
/// theirs. Missing ones mean that the index must be rebuilt.
///
/// # Errors
/// The database failed.
pub fn self_check(conn: &Connection, samples: usize) -> Result<SelfCheck, StoreError> {
    let mut out = SelfCheck::default();
    let built_to: Option<i64> =
        conn.query_row("SELECT built_to FROM search_state", [], |row| row.get(0))?;
    let (oldest, newest): (Option<i64>, Option<i64>) =
        conn.query_row("SELECT min(id), max(id) FROM item", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let (Some(oldest), Some(newest)) = (oldest, newest) else {
        return Ok(out);
    };
    let oldest = oldest.max(built_to.unwrap_or(oldest)).min(newest);
    let steps = i64::try_from(samples.max(1)).unwrap_or(1);
    let stride = (newest.saturating_sub(oldest) / steps).max(1);
    let mut last = None;
    for step in 0..steps {
        let near = newest.saturating_sub(stride.saturating_mul(step));
        let next = conn
            .prepare_cached(
                "SELECT id, kind FROM item WHERE id <= ?1 AND id >= ?2 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![near, built_to.unwrap_or(i64::MIN)], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })
            .optional()?;
        let Some((id, code)) = next.filter(|next| last != Some(next.0)) else {
            continue;
        };
        last = Some(id);
        let Some(body) = stored_body(conn, ItemId(id), code)? else {
            continue;
        };
        out.checked += 1;
        if !is_found(conn, id, &Indexed::of(&body))? {
            out.missing.push(ItemId(id));
        }
    }
    Ok(out)
}

/// Whether the index has the item under its longest words and its kind.
fn is_found(conn: &Connection, id: i64, texts: &Indexed<'_>) -> Result<bool, StoreError> {
    let mut longest = String::new();
    for text in [
        &*texts.title,
        &texts.sender,
        &texts.names,
        &texts.body,
        &texts.facet,
    ] {
        tokenize(text, |token| {
            if token.text.len() > longest.len() {
                token.text.clone_into(&mut longest);
            }
            ControlFlow::Continue(())
        });
    }
    let mut statement =
        conn.prepare_cached("SELECT 1 FROM search_text WHERE rowid = ?1 AND search_text MATCH ?2")?;
    let number = Docs::of(conn)?.number(ItemId(id));
    Ok(statement.exists(params![number, format!("\"{longest}\"")])?)
}
