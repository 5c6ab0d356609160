//! What is held only to be fast, given back while nobody asks.

use std::sync::TryLockError;

use super::Db;
use crate::error::StoreError;

impl Db {
    /// To be called now and then: readers that were not used since the last call are closed, but
    /// for the one used last, and the writer's cache is given back after a time without a write.
    /// What is asked next is answered from the file, a little later. Writes nothing.
    ///
    /// # Errors
    /// The writer's connection does not answer.
    pub fn rest(&self) -> Result<(), StoreError> {
        self.inner.readers.rest();
        let mut writer = match self.inner.writer.try_lock() {
            Ok(writer) => writer,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Somebody writes: this is no rest.
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        if std::mem::take(&mut writer.used) {
            writer.warm = true;
        } else if std::mem::take(&mut writer.warm) {
            writer.conn.execute_batch("PRAGMA shrink_memory")?;
        }
        Ok(())
    }

    /// Idle readers, and whether the writer's cache may hold something.
    #[cfg(test)]
    pub(crate) fn held(&self) -> (usize, bool) {
        (
            self.inner.readers.idle(),
            super::lock(&self.inner.writer).warm,
        )
    }
}
