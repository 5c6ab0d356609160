//! The outbox, the journal, drafts, search hits and today, as rows.

use jiff::tz::TimeZone;
use rapport_model::{AccountId, Body, Cause, Command, ItemId, Millis, State};

use super::common::beginning;
use super::plan::{TasksWanted, today};
use super::records::RecordsWanted;
use super::rows::{ConflictRow, DraftRow, JournalLine, OutboxRow, Today};
use super::talk::ConversationsWanted;
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::draft::Draft;
use crate::table::journal::{JournalQuery, JournalRow, What};
use crate::table::outbox::{Entry, EntryFilter};

/// Conversations looked at for open questions.
const QUESTIONS_AMONG: u32 = 200;
/// Lines of each section of today.
const PER_SECTION: usize = 25;

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

    fn outbox_row(&self, entry: Entry) -> Result<OutboxRow, StoreError> {
        let about = match entry.item {
            Some(item) => self.stored(item)?.map(|it| it.item.body.title().to_owned()),
            None => None,
        };
        Ok(OutboxRow {
            title: wish(&entry.command, about.as_deref().unwrap_or_default()),
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

    /// What needs the user.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn today_view(&self, now: Millis, zone: &TimeZone) -> Result<Today, StoreError> {
        let day = today(now, zone);
        let midnight = |days: i64| {
            jiff::Span::new()
                .try_days(days)
                .and_then(|span| day.checked_add(span))
                .and_then(|day| day.to_zoned(zone.clone()))
                .map_or(now, |at| Millis::from(at.timestamp()))
        };
        let mentions = self.inbox(&ConversationsWanted {
            mentions: true,
            limit: Some(25),
            ..ConversationsWanted::default()
        })?;
        let mut questions = self.inbox(&ConversationsWanted {
            waiting: true,
            limit: Some(QUESTIONS_AMONG),
            ..ConversationsWanted::default()
        })?;
        questions.retain(|row| !row.last_mine && row.last_text.contains(['?', '？', '؟']));
        let mut open = Vec::new();
        for row in questions {
            // A colleague's question waits for the customer, not for the user.
            let colleague = match row.last_person {
                Some(person) => self.is_staff(person)?,
                None => false,
            };
            if !colleague && open.len() < PER_SECTION {
                open.push(row);
            }
        }
        Ok(Today {
            mentions,
            questions: open,
            overdue: self.records(
                &RecordsWanted {
                    kind: Some("invoice".to_owned()),
                    overdue_on: Some(day),
                    limit: Some(25),
                    ..RecordsWanted::default()
                },
                day,
            )?,
            tasks: self.tasks(
                &TasksWanted {
                    due_before: Some(midnight(1)),
                    limit: Some(50),
                    ..TasksWanted::default()
                },
                now,
                zone,
            )?,
            events: self.events(now, midnight(1), zone)?,
        })
    }
}

/// Drafts, newest first.
///
/// # Errors
/// The database cannot be read.
pub fn drafts(reader: &Reader<'_>) -> Result<Vec<DraftRow>, StoreError> {
    rows(reader, reader.drafts()?)
}

/// Versions of the draft in a conversation, newest first.
///
/// # Errors
/// The database cannot be read.
pub fn draft_versions(
    reader: &Reader<'_>,
    conversation: ItemId,
) -> Result<Vec<DraftRow>, StoreError> {
    rows(reader, reader.draft_history(&Draft::key_of(conversation))?)
}

fn rows(reader: &Reader<'_>, drafts: Vec<Draft>) -> Result<Vec<DraftRow>, StoreError> {
    let mut out = Vec::new();
    for draft in drafts {
        let Some(conversation) = draft.conversation else {
            continue;
        };
        let title = reader
            .stored(conversation)?
            .map(|it| it.item.body.title().to_owned())
            .unwrap_or_default();
        out.push(DraftRow {
            conversation,
            title,
            text: draft.content.text,
            version: u32::try_from(draft.version).unwrap_or(u32::MAX),
            at: draft.saved,
        });
    }
    Ok(out)
}

fn line(row: JournalRow) -> JournalLine {
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

/// One line for people about what a command wants.
fn wish(command: &Command, about: &str) -> String {
    let short = |text: &str| beginning(text, 80);
    match command {
        Command::Send { message, .. } => short(&message.text),
        Command::EditMessage { text, .. } => format!("Edit: {}", short(text)),
        Command::Redact { .. } => "Take a message back".to_owned(),
        Command::React { key, .. } => format!("React with {}", short(key)),
        Command::MarkRead { .. } => "Mark as read".to_owned(),
        Command::Create { body, .. } => match body.as_ref() {
            Body::Task(task) => format!("New task: {}", short(&task.title)),
            other => format!("New {}: {}", other.kind().word(), short(other.title())),
        },
        Command::SetFields { edits, .. } => {
            let edits: Vec<String> = edits
                .iter()
                .map(|edit| format!("{} → {}", edit.field, short(&edit.mine.to_string())))
                .collect();
            format!("{}: {}", short(about), edits.join(", "))
        }
        Command::Act { action, .. } => format!("{}: {action}", short(about)),
        Command::Delete { .. } => format!("Delete {}", short(about)),
    }
}
