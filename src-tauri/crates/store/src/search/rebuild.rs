//! Writes the index anew, in small transactions, newest items first.
//!
//! Search works all the while: it finds what is in already, and the coverage
//! says how far that is. The position is stored with each step, so a rebuild
//! goes on after a restart.

use rapport_model::{ItemId, Kind};
use rusqlite::{Connection, OptionalExtension, params};

use super::doc::Docs;
use super::index::index_item;
use super::indexed::Indexed;
use super::schema::VERSION;
use crate::error::StoreError;
use crate::table::body;

/// How far a rebuild is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebuild {
    /// Items that this step wrote.
    pub indexed: usize,
    /// Items whose body could not be read; they are not in the index.
    pub unreadable: usize,
    /// Nothing is left to do.
    pub finished: bool,
}

/// Whether the index was written by another version of the tokenizer, or a
/// rebuild has not come to its end.
///
/// # Errors
/// The database failed.
pub fn needs_rebuild(conn: &Connection) -> Result<bool, StoreError> {
    let (version, built_to): (i64, Option<i64>) = conn
        .prepare_cached("SELECT version, built_to FROM search_state")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(version != VERSION || built_to.is_some())
}

/// Empties the index and begins to write it anew, with numbers that run backwards where they
/// are short enough for that; needs a transaction.
///
/// # Errors
/// The database failed.
pub fn start_rebuild(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(
        "INSERT INTO search_text (search_text) VALUES ('delete-all'); \
         INSERT INTO search_part (search_part) VALUES ('delete-all'); \
         DELETE FROM search_word;",
    )?;
    conn.execute(
        "UPDATE search_state SET version = ?1, built_to = ?2, backward = shift > 0",
        params![VERSION, i64::MAX],
    )?;
    Ok(())
}

/// Indexes the next `most` items; needs a transaction. Whoever calls it again
/// until it is finished can stop between any two steps.
///
/// # Errors
/// The database failed.
pub fn rebuild_step(conn: &Connection, most: usize) -> Result<Rebuild, StoreError> {
    let mut out = Rebuild {
        indexed: 0,
        unreadable: 0,
        finished: true,
    };
    let version: i64 = conn.query_row("SELECT version FROM search_state", [], |row| row.get(0))?;
    if version != VERSION {
        start_rebuild(conn)?;
    }
    let built_to: Option<i64> =
        conn.query_row("SELECT built_to FROM search_state", [], |row| row.get(0))?;
    let Some(built_to) = built_to else {
        return Ok(out);
    };
    let mut items: Vec<(i64, i64)> = conn
        .prepare_cached("SELECT id, kind FROM item WHERE id < ?1 ORDER BY id DESC LIMIT ?2")?
        .query_map(params![built_to, most], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    out.finished = items.len() < most;
    let position = items.last().filter(|_| !out.finished).map(|(id, _)| *id);
    // Upwards: the index takes numbers in that order without a piece for each.
    if !Docs::of(conn)?.newest_first() {
        items.reverse();
    }
    for (id, code) in &items {
        if let Some(body) = stored_body(conn, ItemId(*id), *code)? {
            index_item(conn, ItemId(*id), &Indexed::of(&body), false)?;
            out.indexed += 1;
        } else {
            out.unreadable += 1;
        }
    }
    conn.execute("UPDATE search_state SET built_to = ?1", [position])?;
    Ok(out)
}

/// The body of an item; `None` when it cannot be read.
pub(super) fn stored_body(
    conn: &Connection,
    id: ItemId,
    code: i64,
) -> Result<Option<rapport_model::Body>, StoreError> {
    let Some(kind) = Kind::from_code(code) else {
        return Ok(None);
    };
    let mut statement = conn.prepare_cached(body::select(kind))?;
    let text: Option<String> = statement.query_row([id.0], |row| row.get(0)).optional()?;
    Ok(text.and_then(|text| body::decode(kind, &text).ok()))
}
