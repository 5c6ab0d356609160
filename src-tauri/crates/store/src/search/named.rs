//! What goes by a name: customers, conversations, folders, accounts.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rapport_model::{ItemId, Kind};
use rusqlite::Connection;

use super::doc::Docs;
use super::facet::kind_token;
use super::newest::{Index, Range, newest_first};
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
    let found = newest(conn, Index::Words, &expression, |_| Ok(true))?;
    let part = fold_parts(name);
    if !parts || !found.is_empty() || part.chars().nth(2).is_none() {
        return Ok(found);
    }
    let part = format!("\"{}\"", part.replace('"', "\"\""));
    let kind = Kind::ALL.into_iter().find(|it| it.word() == kind);
    newest(conn, Index::Parts, &part, |id| {
        Ok(row(conn, ItemId(id))?.map(|row| row.kind) == kind)
    })
}

/// The newest that an index has for an expression and that are wanted.
fn newest(
    conn: &Connection,
    index: Index,
    expression: &str,
    mut wanted: impl FnMut(i64) -> Result<bool, StoreError>,
) -> Result<Vec<i64>, StoreError> {
    let mut found = Vec::new();
    let (docs, all) = (Docs::of(conn)?, Range::plenty(i64::MIN, i64::MAX));
    newest_first(conn, (index, docs), expression, all, MOST_NAMED, |id| {
        if wanted(id)? {
            found.push(id);
        }
        Ok(if found.len() < MOST_NAMED {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    Ok(found)
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
