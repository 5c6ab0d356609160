//! Drafts, saved within the call with their history, and what reaches the user.

use rapport_model::ItemId;
use rapport_model::command::Outgoing;
use rapport_store::table::draft::Draft;
use rapport_store::table::notification::Notification;

use super::{Hub, Placed};
use crate::error::HubError;

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
    /// how many are new. Whoever runs the hub calls it now and then.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn raise_overdue(&self, zone: &jiff::tz::TimeZone) -> Result<u32, HubError> {
        let now = self.core.now();
        let today = self.read(|it| it.today_view(now, zone))?;
        let records = today.overdue.into_iter().map(|it| {
            let due = it.due.unwrap_or_default();
            (it.id, it.title, due)
        });
        let tasks = today.tasks.into_iter().filter(|it| it.overdue).map(|it| {
            let due = it.due.map(|it| format!("{it:?}")).unwrap_or_default();
            (it.id, it.title, due)
        });
        let all: Vec<(ItemId, String, String)> = records.chain(tasks).collect();
        Ok(self.core.write(|tx| {
            let mut new = 0;
            for (id, title, due) in &all {
                let alert = Notification {
                    id: 0,
                    key: format!("overdue:item:{id}:{due}"),
                    at: now,
                    item: Some(*id),
                    title: title.clone(),
                    text: "Past due".to_owned(),
                    why: serde_json::json!({
                        "event": "overdue",
                        "reason": "Its due date has passed and it is not done.",
                        "due": due,
                    }),
                    seen: None,
                };
                new += u32::from(tx.put_notification(&alert)?.is_some());
            }
            Ok(new)
        })?)
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
