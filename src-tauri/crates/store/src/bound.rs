//! The raw bound of ingest: what the file itself costs, without anything Rapport adds.
//!
//! The same rows go into one table and one word index, in one transaction, over a connection
//! with the same key and pragmas. No comparing, no journal, no people, no part-words, no links.
//!
//! What is the same on both sides: the items and every byte of their JSON, titles and raw
//! forms, the cipher, the page size, the caches and the tokenizer. What is simpler here, because
//! a bound is what could be had with less: numbers counted from one, which make lists of hits
//! shorter than moments do, items in the order in which they come, and FTS5 as it comes but for
//! the tokenizer. Nothing is taken away from the bound to look better beside it.

use rapport_model::Item;
use rusqlite::{Connection, params};

use crate::db::connect_writer;
use crate::error::{OpenError, StoreError};
use crate::key::DbKey;
use crate::profile::Profile;
use crate::search::Indexed;
use crate::table::body;

const SCHEMA: &str = "
CREATE TABLE bound (
  id INTEGER PRIMARY KEY,
  handle TEXT NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  raw TEXT
) STRICT;
CREATE VIRTUAL TABLE bound_text USING fts5(
  title, sender, recipient, names, body, content = '', tokenize = 'rapport'
);
";

/// The open bound.
#[derive(Debug)]
pub struct Bound {
    conn: Connection,
    json: Vec<u8>,
    last: i64,
}

impl Bound {
    /// Makes the file of a fresh profile and begins its one transaction.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn begin(profile: &Profile, key: &DbKey) -> Result<Self, OpenError> {
        profile.create()?;
        let conn = connect_writer(profile, key)?;
        conn.execute_batch(SCHEMA)
            .and_then(|()| conn.execute_batch("BEGIN IMMEDIATE"))
            .map_err(|error| OpenError::Io(error.to_string()))?;
        Ok(Self {
            conn,
            json: Vec::new(),
            last: 0,
        })
    }

    /// Stores and indexes an item.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put(&mut self, item: &Item) -> Result<(), StoreError> {
        self.last += 1;
        body::encode(&item.body, &mut self.json)?;
        let json = String::from_utf8_lossy(&self.json);
        self.conn
            .prepare_cached(
                "INSERT INTO bound (id, handle, kind, at, title, body, raw) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                self.last,
                item.handle.as_str(),
                item.body.kind().code(),
                item.at.0,
                item.body.title(),
                json,
                item.raw
            ])?;
        let texts = Indexed::of(&item.body);
        self.conn
            .prepare_cached(
                "INSERT INTO bound_text (rowid, title, sender, recipient, names, body) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                self.last,
                texts.title,
                texts.sender,
                texts.recipient,
                texts.names,
                texts.body
            ])?;
        Ok(())
    }

    /// Ends the transaction.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn commit(self) -> Result<(), StoreError> {
        Ok(self.conn.execute_batch("COMMIT")?)
    }
}
