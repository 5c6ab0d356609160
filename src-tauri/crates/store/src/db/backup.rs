//! Backups: a whole, compact copy under the same key, made while the app runs.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Db, open};
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
        let conn = open::connect_reader(&self.path(), &self.inner.key)?;
        // The copy is written through a second file, which `query_only` forbids;
        // the source is only read.
        conn.execute_batch("PRAGMA query_only = OFF;")?;
        let outcome = conn
            .execute("VACUUM INTO ?1", [name])
            .map_err(StoreError::from)
            .and_then(|_| self.copy_recovery(&recovery));
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

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".recovery.json");
    PathBuf::from(name)
}
