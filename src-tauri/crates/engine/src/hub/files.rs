//! What needs the source at once and is not queued: older history, files, typing.

use std::path::{Path, PathBuf};

use rapport_model::{AccountId, Cause, Gap, ItemId};
use rapport_store::table::item::Place;

use super::Hub;
use crate::error::HubError;
use crate::ingest::Ingest;
use crate::people::Rules;

impl Hub {
    /// Fills the youngest gap of a conversation, or part of it. Answers how many
    /// messages came; `None` when its history has no gap.
    ///
    /// # Errors
    /// The source cannot be reached or has no older history.
    pub async fn backfill(&self, conversation: ItemId) -> Result<Option<u64>, HubError> {
        let at = self
            .read(|it| it.stored(conversation))?
            .ok_or_else(|| HubError::NotFound(format!("conversation {conversation}")))?;
        let place = Place {
            account: &at.account,
            collection: &at.collection,
        };
        let gaps = self.read(|it| it.gaps(&place, Some(&at.item.handle)))?;
        match gaps.into_iter().next() {
            None => Ok(None),
            Some(gap) => self.fill(&place, &gap).await.map(Some),
        }
    }

    async fn fill(&self, place: &Place<'_>, gap: &Gap) -> Result<u64, HubError> {
        let session = self.core.session(place.account)?;
        let _waiting = session.foreground();
        let page = session.connector.backfill(place.collection, gap).await?;
        let now = self.core.now();
        let count = page.changes.len();
        self.core.write(|tx| {
            let rules = Rules::load(tx, place.account)?;
            let mut ingest = Ingest::new(*place, &rules, now, Cause::Remote);
            ingest.all(tx, &page.changes)?;
            for poison in &page.poison {
                ingest.poison(tx, poison)?;
            }
            tx.fill_gap(place, &gap.conversation, &gap.token)?;
            for change in &page.changes {
                // The rest of the hole is a hole again, whatever its token.
                if let rapport_model::Change::Gap(rest) = change {
                    tx.put_gap(place, rest)?;
                }
            }
            Ok(())
        })?;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// Writes the bytes of an attachment to `to`, at most `limit`. A download
    /// that breaks off leaves nothing at `to`.
    ///
    /// # Errors
    /// The source cannot be reached, the file is too large, or cannot be written.
    pub async fn download(
        &self,
        account: &AccountId,
        source: &str,
        to: &Path,
        limit: u64,
    ) -> Result<u64, HubError> {
        let session = self.core.session(account)?;
        let _waiting = session.foreground();
        let folder = to.parent().unwrap_or_else(|| Path::new("."));
        std::fs::create_dir_all(folder)?;
        let part = folder.join(format!(".{}.part", self.core.command_id()));
        let outcome = session.connector.download(source, &part, limit).await;
        match outcome {
            Ok(bytes) => {
                std::fs::rename(&part, to)?;
                Ok(bytes)
            }
            Err(fault) => {
                // Nothing may have been written yet; then there is nothing to remove.
                drop(std::fs::remove_file(&part));
                Err(fault.into())
            }
        }
    }

    /// Fetches the bytes of an attachment into memory, at most `limit` of them.
    /// They pass through a private file, which is gone afterwards.
    ///
    /// # Errors
    /// The source cannot be reached, the file is too large, or the disk is full.
    pub async fn fetch_bytes(
        &self,
        account: &AccountId,
        source: &str,
        limit: u64,
    ) -> Result<Vec<u8>, HubError> {
        let passing = Passing(
            self.core
                .db
                .profile()
                .files()
                .join("passing")
                .join(self.core.command_id().0),
        );
        self.download(account, source, &passing.0, limit).await?;
        Ok(std::fs::read(&passing.0)?)
    }

    /// Tells others that the user is typing. Best effort.
    ///
    /// # Errors
    /// There is no such conversation, or the source refused.
    pub async fn typing(&self, conversation: ItemId, typing: bool) -> Result<(), HubError> {
        let at = self
            .read(|it| it.stored(conversation))?
            .ok_or_else(|| HubError::NotFound(format!("conversation {conversation}")))?;
        let session = self.core.session(&at.account)?;
        session.connector.typing(&at.item.handle, typing).await?;
        Ok(())
    }
}

/// A file that is read once and goes, however its reading ends.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // It may never have been written.
        drop(std::fs::remove_file(&self.0));
    }
}
