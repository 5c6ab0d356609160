//! What goes by a name: customers, conversations, folders, accounts.

use std::collections::BTreeSet;

use rapport_model::{ItemId, Kind};
use rusqlite::{Connection, params};

use super::doc::Docs;
use super::facet::kind_token;
use super::plan::in_a_row;
use super::rows::row;
use super::token::{fold_parts, query_tokens};
use crate::error::StoreError;

/// No more customers or conversations than this answer to one name.
const MOST_NAMED: usize = 300;

/// The organisations with that name, or part of a name.
pub(super) fn customers(conn: &Connection, name: &str) -> Result<BTreeSet<i64>, StoreError> {
    if let Some(id) = name.strip_prefix('#').and_then(|id| id.parse().ok()) {
        return Ok(BTreeSet::from([id]));
    }
    let mut orgs = BTreeSet::new();
    for id in named(conn, "organisation", "title names", name, true)? {
        if let Some(org) = row(conn, ItemId(id))?.and_then(|row| row.org) {
            orgs.insert(org);
        }
    }
    Ok(orgs)
}

/// Items of a kind whose columns have the words of a name; else, with `parts`, those
/// whose short fields contain it.
fn named(
    conn: &Connection,
    kind: &str,
    columns: &str,
    name: &str,
    parts: bool,
) -> Result<Vec<i64>, StoreError> {
    let tokens = query_tokens(name);
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let mut words = Vec::new();
    for token in &tokens {
        words.push(in_a_row(conn, token, true)?.expression);
    }
    let kind_is = format!("facet : \"{}\"", kind_token(kind));
    let expression = format!("{kind_is} AND {{{columns}}} : ({})", words.join(" AND "));
    let mut statement = conn.prepare_cached(
        "SELECT rowid FROM search_text WHERE search_text MATCH ?1 ORDER BY rowid DESC LIMIT ?2",
    )?;
    let docs = Docs::of(conn)?;
    let rows = statement.query_map(params![expression, MOST_NAMED], |row| {
        Ok(docs.id(row.get(0)?))
    })?;
    let found = rows.collect::<Result<Vec<i64>, _>>()?;
    let part = fold_parts(name);
    if !parts || !found.is_empty() || part.chars().nth(2).is_none() {
        return Ok(found);
    }
    let part = format!("\"{}\"", part.replace('"', "\"\""));
    let mut statement = conn.prepare_cached(
        "SELECT i.id FROM search_part p CROSS JOIN item i \
         ON i.id = p.rowid << (SELECT shift FROM search_state) WHERE p.search_part MATCH ?1 \
         AND i.kind = ?2 ORDER BY p.rowid DESC LIMIT ?3",
    )?;
    let code = Kind::ALL
        .into_iter()
        .find(|it| it.word() == kind)
        .map_or(0, Kind::code);
    let rows = statement.query_map(params![part, code, MOST_NAMED], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Conversations, collections and accounts.
#[derive(Default)]
pub(super) struct Places {
    pub(super) accounts: BTreeSet<i64>,
    pub(super) collections: BTreeSet<i64>,
    pub(super) conversations: BTreeSet<i64>,
}

impl Places {
    /// Every place with that name.
    pub(super) fn named(conn: &Connection, name: &str) -> Result<Self, StoreError> {
        let mut out = Self::default();
        if let Some(id) = name.strip_prefix('#').and_then(|id| id.parse().ok()) {
            out.conversations.insert(id);
            return Ok(out);
        }
        let wanted = fold_parts(name);
        for (sql, ids) in [
            ("SELECT id, name, label FROM account", &mut out.accounts),
            (
                "SELECT id, name, title FROM collection",
                &mut out.collections,
            ),
        ] {
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (id, name, title): (i64, String, String) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                if fold_parts(&name) == wanted || fold_parts(&title) == wanted {
                    ids.insert(id);
                }
            }
        }
        // Part of a title is a guess: none is made when something has that very name.
        let guess = out.is_empty();
        let titled = named(conn, "conversation", "title", name, guess)?;
        out.conversations.extend(titled);
        Ok(out)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.collections.is_empty() && self.conversations.is_empty()
    }

    pub(super) fn add(&mut self, mut other: Self) {
        self.accounts.append(&mut other.accounts);
        self.collections.append(&mut other.collections);
        self.conversations.append(&mut other.conversations);
    }
}
