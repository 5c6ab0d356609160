//! Drafts, saved within the call with their history, and what reaches the user.

use rapport_model::ItemId;
use rapport_model::command::Outgoing;
use rapport_store::table::draft::Draft;

use super::{Hub, Placed};
use crate::error::HubError;
use crate::sync::raise_overdue;

impl Hub {
    /// Saves what is being written under a key. Answers its version.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save_draft(
        &self,
        key: &str,
        conversation: Option<ItemId>,
        content: Outgoing,
    ) -> Result<i64, HubError> {
        let draft = Draft {
            key: key.to_owned(),
            conversation,
            content,
            version: 0,
            saved: self.core.now(),
        };
        Ok(self.core.write(|tx| tx.save_draft(&draft))?)
    }

    /// The draft under a key.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn draft(&self, key: &str) -> Result<Option<Draft>, HubError> {
        self.read(|it| it.draft(key))
    }

    /// Discards a draft; its history stays.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn discard_draft(&self, key: &str) -> Result<bool, HubError> {
        Ok(self.core.write(|tx| tx.discard_draft(key))?)
    }

    /// Sends what the draft of a conversation says, and discards it.
    ///
    /// # Errors
    /// There is no draft, or see [`Hub::queue`].
    pub fn send_draft(&self, conversation: ItemId) -> Result<Placed, HubError> {
        let key = Draft::key_of(conversation);
        let draft = self
            .draft(&key)?
            .ok_or_else(|| HubError::NotFound("draft in this conversation".to_owned()))?;
        // Queued first: a crash in between leaves a draft too many, not one too few.
        let placed = self.send(conversation, draft.content)?;
        self.discard_draft(&key)?;
        Ok(placed)
    }

    /// Raises an alert for everything that is past due, each due date once. Answers
    /// how many are new. The hub does it by itself at its start, every hour, and at
    /// the end of [`Hub::sync_once`].
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn raise_overdue(&self, zone: &jiff::tz::TimeZone) -> Result<u32, HubError> {
        Ok(raise_overdue(&self.core, zone)?)
    }

    /// The user saw these notifications.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn mark_seen(&self, notifications: &[i64]) -> Result<(), HubError> {
        let now = self.core.now();
        Ok(self.core.write(|tx| tx.mark_seen(notifications, now))?)
    }
}
