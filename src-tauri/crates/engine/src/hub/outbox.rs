//! What waits to be sent, and what the user can do about it.

use std::collections::BTreeMap;

use rapport_model::{CommandId, FieldName, Millis, State};
use rapport_store::table::outbox::Attempt;
use rapport_store::{Entry, EntryFilter};

use super::Hub;
use super::write::{UNDO, UNDO_SECONDS, undo_window};
use crate::error::{HubError, NotNow};
use crate::outbox::{Choice, Op, hurry, operate, resolve};
use crate::people::Rules;

impl Hub {
    /// Entries that are not over, in the order in which the user wanted them.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn outbox(&self) -> Result<Vec<Entry>, HubError> {
        let states = vec![State::Queued, State::Sending, State::Unsure, State::Parked];
        self.read(|it| {
            it.entries(&EntryFilter {
                states,
                ..EntryFilter::default()
            })
        })
    }

    /// One entry.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn entry(&self, id: &CommandId) -> Result<Entry, HubError> {
        self.read(|it| it.entry(id))?
            .ok_or_else(|| HubError::NotFound(format!("entry {id} in the outbox")))
    }

    /// What happened to an entry.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn attempts(&self, id: &CommandId) -> Result<Vec<Attempt>, HubError> {
        self.read(|it| it.attempts(id))
    }

    fn operate(&self, id: &CommandId, op: &Op) -> Result<(), HubError> {
        let entry = self.entry(id)?;
        let now = self.core.now();
        self.core.change(|tx| {
            let rules = Rules::load(tx, &entry.account)?;
            operate(tx, &rules, now, id, op)
        })?;
        self.wake(&entry.account)
    }

    /// Takes an entry back, as long as it has not left. What waits for it goes
    /// with it.
    ///
    /// # Errors
    /// It has left, or is not there.
    pub fn withdraw(&self, id: &CommandId) -> Result<(), HubError> {
        self.operate(id, &Op::Withdraw)
    }

    /// Tries an entry again. One that may have arrived is asked about first.
    ///
    /// # Errors
    /// It is not waiting, or is not there.
    pub fn retry(&self, id: &CommandId) -> Result<(), HubError> {
        self.operate(id, &Op::Retry)
    }

    /// Sends an entry again although it may have arrived: the user was told.
    ///
    /// # Errors
    /// It is not in doubt, or is not there.
    pub fn send_again(&self, id: &CommandId) -> Result<(), HubError> {
        self.operate(id, &Op::SendAgain)
    }

    /// Lets an entry say something else.
    ///
    /// # Errors
    /// It has left or may have, or is not there.
    pub fn edit_entry(
        &self,
        id: &CommandId,
        command: rapport_model::Command,
    ) -> Result<(), HubError> {
        self.operate(id, &Op::Edit(Box::new(command)))
    }

    /// Ends the undo window of an entry now.
    ///
    /// # Errors
    /// It is not waiting for it, or is not there.
    pub fn send_now(&self, id: &CommandId) -> Result<(), HubError> {
        let entry = self.entry(id)?;
        let now = self.core.now();
        self.core.change(|tx| hurry(tx, now, id))?;
        self.wake(&entry.account)
    }

    /// Chooses another moment for what was to go later.
    ///
    /// # Errors
    /// It is not waiting for a moment, or is not there.
    pub fn reschedule(&self, id: &CommandId, at: Millis) -> Result<(), HubError> {
        let entry = self.entry(id)?;
        let now = self.core.now();
        if !self.core.write(|tx| tx.reschedule(id, at.max(now)))? {
            return Err(HubError::NotNow(NotNow::Unscheduled));
        }
        self.wake(&entry.account)
    }

    /// Ends a conflict: for each field in it the value that wins.
    ///
    /// # Errors
    /// It is not in conflict, a field is left out, or it is not there.
    pub fn resolve(
        &self,
        id: &CommandId,
        choices: &BTreeMap<FieldName, Choice>,
    ) -> Result<(), HubError> {
        let entry = self.entry(id)?;
        let now = self.core.now();
        self.core.change(|tx| {
            let rules = Rules::load(tx, &entry.account)?;
            resolve(tx, &rules, now, id, choices)
        })?;
        self.wake(&entry.account)
    }

    /// Ends a conflict with one side for all fields.
    ///
    /// # Errors
    /// See [`Hub::resolve`].
    pub fn resolve_all(&self, id: &CommandId, choice: Choice) -> Result<(), HubError> {
        let fields = self.entry(id)?.conflict.unwrap_or_default();
        let choices = fields.into_iter().map(|it| (it.field, choice)).collect();
        self.resolve(id, &choices)
    }

    /// The undo window in milliseconds.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn undo_window(&self) -> Result<i64, HubError> {
        self.read(undo_window)
    }

    /// Sets the undo window; 0 sends at once, an hour is the most.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn set_undo_window(&self, ms: i64) -> Result<(), HubError> {
        Ok(self.core.write(|tx| {
            tx.drop_setting(UNDO_SECONDS)?;
            tx.set_setting(UNDO, &ms.clamp(0, 3_600_000))
        })?)
    }

    /// Forgets entries that were over before `days` days.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn prune_outbox(&self, days: u16) -> Result<u64, HubError> {
        let before = self.core.now().plus(-i64::from(days) * 86_400_000);
        Ok(self.core.write(|tx| tx.prune_outbox(before))?)
    }
}
