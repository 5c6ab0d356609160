//! Tasks, the calendar, wiki pages.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rapport_model::plan::Due;
use rapport_model::{
    AccountId, Body, Event, FieldValue, ItemId, Millis, OrgId, Record, Task, WikiPage,
};
use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};

use super::common::{JOINS, NARROW, Names, Narrow, body_at, contains, limit};
use super::recur;
use super::rows::{EventRow, NoteRow, PageRow, PageText, TaskPage, TaskRow};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::item::{CLOSED, PENDING};

/// Which tasks.
#[derive(Clone, Debug, Default)]
pub struct TasksWanted {
    /// Of this account.
    pub account: Option<AccountId>,
    /// About this customer.
    pub org: Option<OrgId>,
    /// Done and cancelled ones too.
    pub done: bool,
    /// Due before this moment.
    pub due_before: Option<Millis>,
    /// Whose title, project or details contain this.
    pub search: Option<String>,
    /// Only of these statuses; when empty, what `done` says.
    pub status: Vec<String>,
    /// Only those assigned to one of these addresses, or to nobody in the tasks
    /// of this device.
    pub assignees: Option<Vec<String>>,
    /// What they are grouped by.
    pub order: TaskOrder,
    /// At most this many.
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: u32,
}

/// What a list of tasks is grouped by; within a group by due date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskOrder {
    /// Not at all.
    #[default]
    Due,
    /// Nor here, and what falls due last comes first. What has no due date is left out.
    Latest,
    /// The customer, by name; without one last.
    Customer,
    /// The account, by what the user calls it.
    Source,
}

impl TasksWanted {
    /// What is asked of the rows, each part begun by `AND`.
    fn condition(&self) -> (String, Vec<Value>) {
        let mut sql = String::new();
        let mut values: Vec<Value> = Vec::new();
        if !self.status.is_empty() {
            let marks = vec!["?"; self.status.len()].join(", ");
            sql.push_str(&format!(" AND t.status IN ({marks})"));
            values.extend(self.status.iter().cloned().map(Value::from));
        } else if !self.done {
            sql.push_str(" AND t.status IN ('open', 'started')");
        }
        if let Some(search) = &self.search {
            sql.push_str(
                " AND (i.title LIKE ? ESCAPE '\\' OR t.project LIKE ? ESCAPE '\\' \
                 OR json_extract(t.body, '$.notes') LIKE ? ESCAPE '\\')",
            );
            for _ in 0..3 {
                values.push(contains(search).into());
            }
        }
        if let Some(mine) = &self.assignees {
            let marks = vec!["?"; mine.len()].join(", ");
            sql.push_str(&format!(
                " AND (lower(t.assignee) IN ({marks}) \
                 OR (t.assignee IS NULL AND a.connector = 'local'))"
            ));
            values.extend(mine.iter().map(|it| Value::from(it.to_lowercase())));
        }
        if let Some(account) = &self.account {
            sql.push_str(" AND a.name = ?");
            values.push(account.0.clone().into());
        }
        if let Some(org) = self.org {
            sql.push_str(" AND t.org = ?");
            values.push(org.0.into());
        }
        if let Some(before) = self.due_before {
            sql.push_str(" AND t.due < ?");
            values.push(before.0.into());
        }
        (sql, values)
    }
}

impl Reader<'_> {
    /// Tasks by due date; those without one last.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn tasks(
        &self,
        wanted: &TasksWanted,
        now: Millis,
        zone: &TimeZone,
    ) -> Result<Vec<TaskRow>, StoreError> {
        let names = Names::new(self);
        let most = limit(wanted.limit, 200);
        let (condition, values) = wanted.condition();
        let read = |part: &str, order: &str, most: u32, offset: u32| {
            let sql = format!(
                "SELECT {NARROW}, t.body FROM task t CROSS JOIN item i ON i.id = t.item {JOINS} \
                 WHERE {part} {condition} ORDER BY {order} \
                 t.priority IS NULL, t.priority, i.id LIMIT ? OFFSET ?"
            );
            let mut values = values.clone();
            values.push(most.into());
            values.push(offset.into());
            let mut statement = self.conn.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(values))?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                let body: Task = body_at(row, 8)?;
                out.push(task_row(&names, Narrow::read(row)?, body, now, zone)?);
            }
            Ok::<_, StoreError>(out)
        };
        let group = match wanted.order {
            TaskOrder::Customer => {
                "t.org IS NULL, (SELECT g.name FROM org g WHERE g.id = t.org) COLLATE NOCASE, t.org,"
            }
            TaskOrder::Source => "a.label COLLATE NOCASE, a.id,",
            TaskOrder::Due => {
                // In two halves, so that the first is a walk along the index on the due date
                // that ends when there are enough.
                let mut out = read("t.due IS NOT NULL", "t.due,", most, wanted.offset)?;
                let size = |rows: &[_]| u32::try_from(rows.len()).unwrap_or(u32::MAX);
                let left = most.saturating_sub(size(&out));
                if left > 0 {
                    let passed = if out.is_empty() && wanted.offset > 0 {
                        wanted
                            .offset
                            .saturating_sub(self.tasks_due(&condition, &values)?)
                    } else {
                        0
                    };
                    out.extend(read("t.due IS NULL", "", left, passed)?);
                }
                return Ok(out);
            }
            TaskOrder::Latest => {
                return read("t.due IS NOT NULL", "t.due DESC,", most, wanted.offset);
            }
        };
        let order = format!("{group} t.due IS NULL, t.due,");
        read("1", &order, most, wanted.offset)
    }

    /// How many tasks have a due date.
    fn tasks_due(&self, condition: &str, values: &[Value]) -> Result<u32, StoreError> {
        let sql = format!(
            "SELECT count(*) FROM task t CROSS JOIN item i ON i.id = t.item {JOINS} \
             WHERE t.due IS NOT NULL {condition}"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_row(params_from_iter(values), |row| row.get(0))?)
    }

    /// Calendar entries that touch the stretch from `from` to `until`, the
    /// occurrences of series spread out, by start.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn events(
        &self,
        from: Millis,
        until: Millis,
        zone: &TimeZone,
    ) -> Result<Vec<EventRow>, StoreError> {
        let sql = format!(
            "SELECT {NARROW}, e.body FROM event e JOIN item i ON i.id = e.item {JOINS} \
             WHERE e.cancelled = 0 AND ((e.ends IS NOT NULL AND e.begins < ?2 AND e.ends > ?1) \
             OR (e.ends IS NULL AND e.begins < ?2)) ORDER BY e.begins LIMIT 5000"
        );
        // A day of margin: floating and all-day entries are stored as if in UTC.
        let margin = 86_400_000;
        let names = Names::new(self);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            from.0.saturating_sub(margin),
            until.0.saturating_add(margin)
        ])?;
        let mut found: Vec<(Narrow, Event)> = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((Narrow::read(row)?, body_at(row, 8)?));
        }
        // An entry that replaces one occurrence takes that one out of its series.
        let mut replaced: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (narrow, event) in &found {
            if let (Some(occurrence), Some(link)) = (&event.occurrence, &narrow.link) {
                replaced
                    .entry(link.0.clone())
                    .or_default()
                    .push(occurrence.clone());
            }
        }
        let mut out = Vec::new();
        for (narrow, event) in found {
            let series = narrow
                .link
                .as_ref()
                .filter(|_| event.occurrence.is_none())
                .and_then(|link| replaced.get(&link.0));
            let spans =
                recur::occurrences(&event, zone, from, until, series.map_or(&[], Vec::as_slice));
            for span in spans {
                out.push(event_row(&names, &narrow, &event, span)?);
            }
        }
        out.sort_by_key(|row| (row.start, row.id));
        Ok(out)
    }

    /// The occurrences of one entry that touch a stretch, by start.
    pub(super) fn occurrences_of(
        &self,
        id: ItemId,
        from: Millis,
        until: Millis,
        zone: &TimeZone,
    ) -> Result<Vec<EventRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NARROW}, e.body FROM item i {JOINS} JOIN event e ON e.item = i.id \
             WHERE i.id = ?1"
        ))?;
        let mut rows = statement.query([id.0])?;
        let row = rows
            .next()?
            .ok_or_else(|| StoreError::missing(format!("calendar entry {id}")))?;
        let (narrow, event): (Narrow, Event) = (Narrow::read(row)?, body_at(row, 8)?);
        let names = Names::new(self);
        recur::occurrences(&event, zone, from, until, &[])
            .into_iter()
            .map(|span| event_row(&names, &narrow, &event, span))
            .collect()
    }

    /// A customer's wiki pages, and apart from them the notes on it: pages kept on
    /// this device and records that are notes. Both newest first.
    pub(super) fn pages_and_notes(
        &self,
        org: OrgId,
        most: u32,
    ) -> Result<(Vec<PageRow>, Vec<NoteRow>), StoreError> {
        let names = Names::new(self);
        let (mut pages, mut notes) = (Vec::new(), Vec::new());
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NARROW}, p.body, a.connector = 'local' FROM item i {JOINS} \
             JOIN page p ON p.item = i.id WHERE i.org = ?1 AND i.kind = 5 \
             ORDER BY i.id DESC LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![org.0, most.saturating_mul(2)])?;
        while let Some(row) = rows.next()? {
            let (narrow, body): (Narrow, WikiPage) = (Narrow::read(row)?, body_at(row, 8)?);
            if row.get(9)? {
                let who = body.author.map(|it| it.name.unwrap_or(it.address.value));
                notes.push(note_row(&names, &narrow, body.text, who)?);
            } else {
                pages.push(page_row(&names, narrow, &body)?);
            }
        }
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NARROW}, r.body FROM record r CROSS JOIN item i ON i.id = r.item {JOINS} \
             WHERE r.org = ?1 AND r.kind = 'note' ORDER BY r.item DESC LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![org.0, most])?;
        while let Some(row) = rows.next()? {
            let (narrow, body): (Narrow, Record) = (Narrow::read(row)?, body_at(row, 8)?);
            let who = match &body.owner {
                Some(owner) => Some(self.shown(&narrow.account, &FieldValue::Ref(owner.clone()))?),
                None => None,
            };
            let text = body.text.filter(|it| !it.is_empty()).unwrap_or(body.title);
            notes.push(note_row(&names, &narrow, text, who)?);
        }
        notes.sort_by_key(|it| std::cmp::Reverse((it.at, it.id)));
        notes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        pages.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok((pages, notes))
    }

    /// One task with everything.
    ///
    /// # Errors
    /// There is no such task, or the database cannot be read.
    pub fn task_page(
        &self,
        id: ItemId,
        now: Millis,
        zone: &TimeZone,
    ) -> Result<TaskPage, StoreError> {
        let row = self
            .tasks_by_id(&[id], now, zone)?
            .into_iter()
            .next()
            .ok_or_else(|| StoreError::missing(format!("task {id}")))?;
        let notes = match self.stored(id)?.map(|it| it.item.body) {
            Some(Body::Task(task)) => task.notes,
            _ => None,
        };
        let message = match row.message {
            Some(message) => self.messages_by_id(&[message])?.into_iter().next(),
            None => None,
        };
        let said_in = match &message {
            Some(message) => self
                .stored(message.id)?
                .and_then(|it| it.links.conversation),
            None => None,
        };
        let mut outbox = self.outbox_rows(None, false)?;
        outbox.retain(|it| it.item == Some(id));
        Ok(TaskPage {
            notes,
            fields: self.field_rows(id)?,
            journal: self.journal_of_item(id, 50)?,
            outbox,
            message,
            conversation: said_in.map(|it| self.conversation(it)).transpose()?,
            row,
        })
    }

    /// Wiki pages and notes, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn pages(
        &self,
        name: Option<&str>,
        org: Option<OrgId>,
        most: Option<u32>,
        offset: u32,
    ) -> Result<Vec<PageRow>, StoreError> {
        let sql = format!(
            "SELECT {NARROW}, p.body FROM page p JOIN item i ON i.id = p.item {JOINS} \
             WHERE (?1 IS NULL OR i.title LIKE ?1 ESCAPE '\\') AND {} \
             ORDER BY i.id DESC LIMIT ?3 OFFSET ?4",
            // The kind beside the customer leads to the index on both.
            org.map_or("?2 IS NULL", |_| "i.org = ?2 AND i.kind = 5")
        );
        let names = Names::new(self);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            name.map(contains),
            org.map(|org| org.0),
            limit(most, 200),
            offset
        ])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let body: WikiPage = body_at(row, 8)?;
            out.push(page_row(&names, Narrow::read(row)?, &body)?);
        }
        Ok(out)
    }

    /// One wiki page with its text.
    ///
    /// # Errors
    /// There is no such page, or the database cannot be read.
    pub fn page(&self, id: ItemId) -> Result<PageText, StoreError> {
        let sql = format!(
            "SELECT {NARROW}, p.body FROM page p JOIN item i ON i.id = p.item {JOINS} WHERE i.id = ?1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![id.0])?;
        let row = rows
            .next()?
            .ok_or_else(|| StoreError::missing(format!("page {id}")))?;
        let body: WikiPage = body_at(row, 8)?;
        let page = page_row(&Names::new(self), Narrow::read(row)?, &body)?;
        Ok(PageText {
            page,
            text: body.text,
        })
    }
}

fn note_row(
    names: &Names<'_>,
    narrow: &Narrow,
    text: String,
    author: Option<String>,
) -> Result<NoteRow, StoreError> {
    Ok(NoteRow {
        id: narrow.id,
        text,
        author,
        at: narrow.at,
        pending: narrow.flags & PENDING != 0,
        from: names.source(&narrow.account, &narrow.collection)?,
    })
}

fn event_row(
    names: &Names<'_>,
    narrow: &Narrow,
    event: &Event,
    (start, end): (Millis, Millis),
) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        id: narrow.id,
        title: event.title.clone(),
        start,
        end,
        all_day: event.all_day,
        zone: event.zone.clone(),
        location: event.location.clone(),
        attendees: event.attendees.clone(),
        recurring: !event.recurrence.is_empty(),
        customer: narrow.org,
        customer_name: names.org(narrow.org)?,
        from: names.source(&narrow.account, &narrow.collection)?,
    })
}

fn page_row(names: &Names<'_>, narrow: Narrow, body: &WikiPage) -> Result<PageRow, StoreError> {
    Ok(PageRow {
        id: narrow.id,
        title: body.title.clone(),
        path: body.path.clone(),
        at: narrow.at,
        customer: narrow.org,
        from: names.source(&narrow.account, &narrow.collection)?,
    })
}

pub(super) fn task_row(
    names: &Names<'_>,
    narrow: Narrow,
    body: Task,
    now: Millis,
    zone: &TimeZone,
) -> Result<TaskRow, StoreError> {
    let overdue = narrow.flags & CLOSED == 0
        && match body.due {
            None => false,
            Some(Due::At(at)) => at < now,
            Some(Due::Day(day)) => day < today(now, zone),
        };
    let message = match &body.cause {
        Some(cause) => names.reader().message_behind(cause)?,
        None => None,
    };
    let said_in = match message {
        Some(message) => names.reader().kind_of_talk(message)?,
        None => None,
    };
    Ok(TaskRow {
        id: narrow.id,
        title: body.title,
        status: body.status.word().to_owned(),
        due: body.due,
        overdue,
        priority: body.priority,
        assignee: body
            .assignee
            .map(|who| who.name.unwrap_or(who.address.value)),
        project: body.project,
        customer: narrow.org,
        customer_name: names.org(narrow.org)?,
        message,
        said_in,
        cause: body.cause,
        pending: narrow.flags & PENDING != 0,
        from: names.source(&narrow.account, &narrow.collection)?,
        account: narrow.account,
        handle: narrow.handle,
    })
}

/// The day it is, on the user's own clock.
#[must_use]
pub fn today(now: Millis, zone: &TimeZone) -> Date {
    jiff::Timestamp::from_millisecond(now.0)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
        .date()
}
