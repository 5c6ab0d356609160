//! Migrations: dated steps, frozen beside their tables, each applied once in a
//! transaction of its own.

use std::collections::BTreeMap;
use std::path::Path;

use rapport_model::Millis;
use rusqlite::{Connection, TransactionBehavior, params};

use super::open::ADVICE;
use crate::error::{OpenError, StoreError};
use crate::fail;
use crate::hash;

/// One step. Once released its text never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// A date to the minute, a space, and what it is about; unique.
    pub name: &'static str,
    /// A version that does not know this step may still open the file.
    pub older_may_open: bool,
    /// What is done.
    pub sql: &'static str,
}

impl Migration {
    /// The date in its name; steps are applied in this order.
    #[must_use]
    pub fn date(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or_default()
    }

    /// The fingerprint of its text.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let print = hash::of(&[self.name.as_bytes(), self.sql.as_bytes()]);
        format!("{:016x}{:016x}", print.first, print.second)
    }
}

/// Made before the first step and never changed.
const LEDGER: &str = "
CREATE TABLE IF NOT EXISTS migration (
  name TEXT PRIMARY KEY, -- the step, beginning with its date
  fingerprint TEXT NOT NULL, -- of its text, so that an edited step is noticed
  older_may_open INTEGER NOT NULL, -- 1 when a version that does not know it may open the file
  applied INTEGER NOT NULL -- when
) STRICT;
";

/// Why the file could not be brought up to date.
#[derive(Debug)]
pub(super) enum Failure {
    Edited(String),
    Newer(String),
    Store(StoreError),
}

impl Failure {
    pub(super) fn at(self, path: &Path) -> OpenError {
        match self {
            Self::Edited(step) => OpenError::EditedMigration { step },
            Self::Newer(step) => OpenError::NewerVersion { step },
            Self::Store(StoreError::DiskFull(text)) => OpenError::DiskFull(text),
            Self::Store(StoreError::Busy(text)) => OpenError::Locked(text),
            Self::Store(StoreError::Corrupt(_)) => OpenError::Corrupt {
                path: path.to_path_buf(),
                advice: ADVICE.to_owned(),
            },
            Self::Store(other) => OpenError::Io(other.to_string()),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Applies what is missing. A crash between two steps leaves the file with
/// whole steps only, and the next start goes on.
pub(super) fn apply(
    conn: &mut Connection,
    steps: &[&Migration],
    now: Millis,
) -> Result<(), Failure> {
    let applied = applied(conn)?;
    for (name, (fingerprint, older_may_open)) in &applied {
        match steps.iter().find(|step| step.name == name) {
            Some(step) if step.fingerprint() != *fingerprint => {
                return Err(Failure::Edited(name.clone()));
            }
            Some(_) => {}
            None if *older_may_open => {}
            None => return Err(Failure::Newer(name.clone())),
        }
    }
    for step in steps {
        if applied.contains_key(step.name) {
            continue;
        }
        fail::point("store.migrate.before");
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(LEDGER)?;
        tx.execute_batch(step.sql)?;
        fail::point("store.migrate.inside");
        tx.execute(
            "INSERT INTO migration (name, fingerprint, older_may_open, applied) \
             VALUES (?1, ?2, ?3, ?4)",
            params![step.name, step.fingerprint(), step.older_may_open, now.0],
        )?;
        tx.commit()?;
        fail::point("store.migrate.after");
    }
    Ok(())
}

fn applied(conn: &Connection) -> Result<BTreeMap<String, (String, bool)>, rusqlite::Error> {
    if !conn.table_exists(None, "migration")? {
        return Ok(BTreeMap::new());
    }
    let mut statement = conn.prepare("SELECT name, fingerprint, older_may_open FROM migration")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    rows.collect()
}
