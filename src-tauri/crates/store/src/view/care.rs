//! The outbox and the journal, as rows.

use rapport_model::{AccountId, Body, Cause, Command, ItemId, State};

use super::common::beginning;
use super::rows::{ConflictRow, JournalLine, OutboxRow, Wish, WishedField};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::journal::{JournalQuery, JournalRow, What};
use crate::table::outbox::{Entry, EntryFilter};

impl Reader<'_> {
    /// Outbox entries in the order they will go.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn outbox_rows(
        &self,
        account: Option<&AccountId>,
        all: bool,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let states = if all {
            Vec::new()
        } else {
            vec![State::Queued, State::Sending, State::Unsure, State::Parked]
        };
        let filter = EntryFilter {
            account: account.cloned(),
            states,
            ..EntryFilter::default()
        };
        self.entries(&filter)?
            .into_iter()
            .map(|entry| self.outbox_row(entry))
            .collect()
    }

    pub(super) fn outbox_row(&self, entry: Entry) -> Result<OutboxRow, StoreError> {
        let about = match entry.item {
            Some(item) => self.stored(item)?.map(|it| it.item.body.title().to_owned()),
            None => None,
        };
        let wish = wish(
            &entry.command,
            entry.item,
            about.as_deref().unwrap_or_default(),
        );
        Ok(OutboxRow {
            title: wish.to_string(),
            wish,
            id: entry.id,
            account: entry.account,
            does: entry.command.word().to_owned(),
            state: entry.state.word().to_owned(),
            queued: entry.queued,
            not_before: entry.not_before,
            attempts: entry.attempts,
            fault: entry.fault,
            item: entry.item,
            after: entry.after,
            conversation: entry.conversation,
            scheduled: entry.scheduled,
            conflict: entry
                .conflict
                .unwrap_or_default()
                .into_iter()
                .map(|it| ConflictRow {
                    field: it.field.0,
                    base: it.base,
                    mine: it.mine,
                    theirs: it.theirs,
                })
                .collect(),
        })
    }

    /// Entries about one item.
    pub(crate) fn entries_of_item(&self, item: ItemId) -> Result<Vec<Entry>, StoreError> {
        self.entries(&EntryFilter {
            item: Some(item),
            ..EntryFilter::default()
        })
    }

    /// Lines of the journal, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn journal_lines(&self, query: &JournalQuery) -> Result<Vec<JournalLine>, StoreError> {
        Ok(self.journal(query)?.into_iter().map(line).collect())
    }

    /// The line of the journal with this number.
    pub(crate) fn journal_line_at(&self, seq: i64) -> Result<Option<JournalLine>, StoreError> {
        Ok(self.journal_at(seq)?.map(line))
    }

    pub(crate) fn journal_of_item(
        &self,
        item: ItemId,
        most: u32,
    ) -> Result<Vec<JournalLine>, StoreError> {
        self.journal_lines(&JournalQuery {
            item: Some(item),
            limit: most,
            ..JournalQuery::default()
        })
    }
}

pub(super) fn line(row: JournalRow) -> JournalLine {
    let which = match &row.cause {
        Cause::Remote => None,
        Cause::Me(command) => Some(command.0.clone()),
        Cause::Rule(rule) => Some(rule.clone()),
    };
    let field = match row.what {
        What::Created => "created".to_owned(),
        What::Gone => "gone".to_owned(),
        What::Changed => row.field.map(|name| name.0).unwrap_or_default(),
    };
    JournalLine {
        at: row.at,
        item: row.item,
        kind: row.kind.word().to_owned(),
        title: row.title,
        customer: row.org,
        field,
        old: row.old,
        new: row.new,
        cause: row.cause.word().to_owned(),
        which,
        account: row.account,
    }
}

/// What an entry wishes for.
fn wish(command: &Command, item: Option<ItemId>, about: &str) -> Wish {
    let short = |text: &str| beginning(text, 80);
    let title = short(about);
    match command {
        Command::Send { message, .. } => Wish::Send {
            text: short(&message.text),
        },
        Command::EditMessage { text, .. } => Wish::Edit { text: short(text) },
        // A message that is taken back has a row; a reaction has none of its own.
        Command::Redact { .. } if item.is_none() => Wish::Unreact,
        Command::Redact { .. } => Wish::TakeBack,
        Command::React { key, .. } => Wish::React { key: short(key) },
        Command::MarkRead { .. } => Wish::MarkRead,
        Command::Create { body, .. } => Wish::Create {
            kind: body.kind().word().to_owned(),
            title: short(match body.as_ref() {
                Body::Task(task) => &task.title,
                other => other.title(),
            }),
        },
        Command::SetFields { edits, .. } => Wish::Set {
            title,
            fields: edits
                .iter()
                .map(|edit| WishedField {
                    field: edit.field.0.clone(),
                    value: edit.mine.clone(),
                })
                .collect(),
        },
        Command::Act { action, .. } => Wish::Act {
            title,
            action: action.clone(),
        },
        Command::Delete { .. } => Wish::Delete { title },
    }
}
