//! Writes the index, in the transaction that writes the item, and asks it of one document.
//!
//! What an item belongs to and how it stands (organisation, person,
//! conversation, flags) is read from the item table when somebody searches:
//! when only that moves, there is nothing to do here.

use rapport_model::ItemId;
use rusqlite::{Connection, params};

use super::doc::Docs;
use super::indexed::Indexed;
use super::words;
use crate::error::StoreError;

/// Indexes an item. `fresh` says that the index cannot have it yet, which
/// spares a look.
///
/// # Errors
/// The database refused.
pub fn index_item(
    conn: &Connection,
    id: ItemId,
    texts: &Indexed<'_>,
    fresh: bool,
) -> Result<(), StoreError> {
    let known = !fresh && unindex_item(conn, id)?;
    insert(conn, Docs::of(conn)?, id, texts)?;
    if !known {
        let mut counts = words::Counts::default();
        counts.add(id, texts);
        counts.write(conn)?;
    }
    Ok(())
}

/// Writes the document of an item that the index does not have.
pub(super) fn insert(
    conn: &Connection,
    docs: Docs,
    id: ItemId,
    texts: &Indexed<'_>,
) -> Result<(), StoreError> {
    debug_assert_eq!(
        docs.rounded(id),
        id,
        "an id with bits that its number loses"
    );
    let number = docs.number(id);
    conn.prepare_cached(
        "INSERT INTO search_text (rowid, title, sender, recipient, names, body, facet) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        number,
        texts.title,
        texts.sender,
        texts.recipient,
        texts.names,
        texts.body,
        texts.facet
    ])?;
    if !texts.part.is_empty() {
        conn.prepare_cached("INSERT INTO search_part (rowid, part) VALUES (?1, ?2)")?
            .execute(params![number, texts.part])?;
    }
    Ok(())
}

/// Merges pieces of the index, about `pages` of it; true when there may be
/// more to do. Every transaction leaves a piece behind and each search looks
/// into all of them, so an idle moment is well spent here, above all after a
/// first sync.
///
/// # Errors
/// The database refused.
pub fn tidy(conn: &Connection, pages: u32) -> Result<bool, StoreError> {
    let before = conn.total_changes();
    for sql in [
        "INSERT INTO search_text (search_text, rank) VALUES ('merge', ?1)",
        "INSERT INTO search_part (search_part, rank) VALUES ('merge', ?1)",
    ] {
        conn.prepare_cached(sql)?.execute([pages])?;
    }
    // Each statement counts as one change even when it found nothing to merge.
    Ok(conn.total_changes() - before > 2)
}

/// Takes an item out of the index; true when it was in.
///
/// # Errors
/// The database refused.
pub fn unindex_item(conn: &Connection, id: ItemId) -> Result<bool, StoreError> {
    let number = Docs::of(conn)?.number(id);
    let gone = conn
        .prepare_cached("DELETE FROM search_text WHERE rowid = ?1")?
        .execute([number])?;
    if gone > 0 {
        conn.prepare_cached("DELETE FROM search_part WHERE rowid = ?1")?
            .execute([number])?;
    }
    Ok(gone > 0)
}

/// Whether the part-word index finds one document by an expression.
pub(super) fn has_part(
    conn: &Connection,
    number: i64,
    expression: &str,
) -> Result<bool, StoreError> {
    let mut one =
        conn.prepare_cached("SELECT 1 FROM search_part WHERE rowid = ?1 AND search_part MATCH ?2")?;
    Ok(one.exists(params![number, expression])?)
}
