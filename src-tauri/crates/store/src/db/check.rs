//! Health of the file: integrity, size, checkpoint.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::open::BUSY;
use super::{Db, lock, write};
use crate::error::StoreError;

/// How large the database is, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// The file.
    pub file: u64,
    /// The write-ahead log beside it.
    pub log: u64,
    /// Room inside the file that is free for new rows.
    pub free: u64,
}

impl Db {
    /// Looks at every page and every reference. Empty when all is well;
    /// otherwise what is not, at most a hundred lines. Reads the whole file.
    ///
    /// # Errors
    /// The file cannot even be opened.
    pub fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        // A connection of its own: what it drags through its cache is used once.
        let conn = self.inner.readers.another()?;
        check(&conn)
    }

    /// Moves the write-ahead log into the file and empties it. Answers false
    /// when a reader held on to old pages; nothing is wrong then.
    ///
    /// # Errors
    /// The disk is full or failed.
    pub fn checkpoint(&self) -> Result<bool, StoreError> {
        let writer = lock(&self.inner.writer);
        {
            let mut quiet = lock(&self.inner.quiet);
            write::flush_quiet(&writer.conn, &quiet)?;
            quiet.clear();
        }
        truncate(&writer.conn)
    }

    /// Moves the write-ahead log into the file when it is longer than `over` bytes. SQLite does
    /// so in the commit that makes it too long, and whoever writes that one waits for the
    /// disk; a moment in which nobody waits is a better one. Answers whether the log is empty
    /// now; when somebody writes or still reads old pages it is not, and a later call goes on.
    ///
    /// # Errors
    /// The disk is full or failed.
    pub fn shorten_log(&self, over: u64) -> Result<bool, StoreError> {
        if length(&self.log_path()) <= over || self.is_waited_for() {
            return Ok(false);
        }
        let Ok(writer) = self.inner.writer.try_lock() else {
            return Ok(false);
        };
        // Nobody is waited for while this holds the writer.
        writer.conn.busy_timeout(Duration::ZERO)?;
        let outcome = truncate(&writer.conn);
        writer.conn.busy_timeout(BUSY)?;
        outcome
    }

    /// Lets the file grow by so many pages of 4 KiB and no further; `None` takes
    /// the limit away. What goes beyond fails as on a full disk.
    ///
    /// # Errors
    /// The file cannot be asked.
    pub fn limit_growth(&self, pages: Option<u32>) -> Result<(), StoreError> {
        let writer = lock(&self.inner.writer);
        let now: i64 = writer
            .conn
            .query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let most = pages.map_or(i64::from(u32::MAX - 1), |it| {
            now.saturating_add(i64::from(it))
        });
        let pragma = format!("PRAGMA max_page_count = {most}");
        Ok(writer.conn.query_row(&pragma, [], |_| Ok(()))?)
    }

    /// How large it is.
    ///
    /// # Errors
    /// The file cannot be asked.
    pub fn size(&self) -> Result<Size, StoreError> {
        let file = length(&self.path());
        let free = self.read(|r| {
            let count = |pragma: &str| -> Result<u64, StoreError> {
                Ok(r.conn.query_row(pragma, [], |row| row.get(0))?)
            };
            let pages = count("PRAGMA page_count")?.max(1);
            Ok(count("PRAGMA freelist_count")?.saturating_mul(file / pages))
        })?;
        Ok(Size {
            file,
            log: length(&self.log_path()),
            free,
        })
    }

    fn log_path(&self) -> PathBuf {
        let mut log = self.path().into_os_string();
        log.push("-wal");
        log.into()
    }
}

/// Bytes of a file; of one that is not there, none.
fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |it| it.len())
}

/// Copies the log into the file and empties it; false when a reader is in the way.
fn truncate(writer: &Connection) -> Result<bool, StoreError> {
    let busy: i64 = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

/// Pages that do not decrypt, broken trees and indexes, references to nothing.
pub(super) fn check(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for pragma in [
        "PRAGMA cipher_integrity_check",
        "PRAGMA integrity_check(100)",
    ] {
        let outcome = conn.prepare(pragma).and_then(|mut statement| {
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.collect::<Result<Vec<_>, _>>()
        });
        match outcome {
            Ok(lines) => found.extend(lines.into_iter().filter(|line| line != "ok")),
            Err(error) => found.push(error.to_string()),
        }
    }
    if found.is_empty() {
        let mut statement = conn.prepare("PRAGMA foreign_key_check")?;
        let rows = statement.query_map([], |row| {
            let table: String = row.get(0)?;
            let id: Option<i64> = row.get(1)?;
            let parent: String = row.get(2)?;
            Ok(format!(
                "row {} of {table} points at a row of {parent} that is not there",
                id.unwrap_or_default()
            ))
        })?;
        for line in rows.take(100) {
            found.push(line?);
        }
    }
    Ok(found)
}
