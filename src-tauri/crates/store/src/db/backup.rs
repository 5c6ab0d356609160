//! Backups: a whole, compact copy under the same key, made while the app runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rusqlite::Connection;

use super::form::Form;
use super::{Db, lock};
use crate::error::StoreError;

impl Db {
    /// Writes a copy of the database to `path`, and beside it, with
    /// `.recovery.json` added to the name, what the recovery passphrase needs.
    ///
    /// # Errors
    /// There is a file already, which is left alone; or the disk is full, and
    /// the begun copy is removed.
    pub fn backup_to(&self, path: &Path) -> Result<(), StoreError> {
        let recovery = beside(path);
        for wanted in [path, &recovery] {
            if wanted.exists() {
                return Err(StoreError::Refused(format!(
                    "There is a file {} already. Nothing was written; choose another name.",
                    wanted.display()
                )));
            }
        }
        let name = path.to_str().ok_or_else(|| {
            StoreError::Refused(format!("{} is not a usable file name.", path.display()))
        })?;
        let conn = self.inner.readers.another()?;
        // The copy is written through a second file, which `query_only` forbids;
        // the source is only read.
        conn.execute_batch("PRAGMA query_only = OFF;")?;
        let outcome = copy(&conn, self.inner.readers.form(), name)
            .and_then(|()| self.copy_recovery(&recovery));
        if outcome.is_err() {
            for begun in [path, &recovery] {
                // The first error is the one to tell.
                drop(fs::remove_file(begun));
            }
        }
        outcome
    }

    fn copy_recovery(&self, to: &Path) -> Result<(), StoreError> {
        let from = self.inner.profile.recovery();
        if !from.exists() {
            return Ok(());
        }
        fs::copy(from, to)
            .map(|_| ())
            .map_err(|error| StoreError::Io(error.to_string()))
    }
}

/// One copy at a time: the form of what SQLCipher makes beside a file is a matter of the
/// whole process.
static COPYING: Mutex<()> = Mutex::new(());

/// The copy gets the salt of the file, and so must get the form that the salt speaks of.
fn copy(conn: &Connection, form: Form, to: &str) -> Result<(), StoreError> {
    let _alone = lock(&COPYING);
    form.tell_beside(conn)?;
    conn.execute("VACUUM INTO ?1", [to])?;
    Ok(())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".recovery.json");
    PathBuf::from(name)
}
