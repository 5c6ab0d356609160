//! Tasks of every source: as rows, as ids, as a number, and one with everything.

use jiff::tz::TimeZone;
use rapport_model::plan::Due;
use rapport_model::{AccountId, Body, ItemId, Millis, OrgId, Task};
use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::common::{JOINS, NARROW, Names, Narrow, body_at, contains, limit};
use super::plan::today;
use super::rows::{TaskPage, TaskRow};
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
    /// Due before this moment; what is due on a day is so until that day is over.
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
    /// Nor here, and what was finished last comes first.
    Finished,
    /// The customer, by name; without one last.
    Customer,
    /// The account, by what the user calls it.
    Source,
}

impl TasksWanted {
    /// What is asked of the rows, each part begun by `AND`.
    fn condition(&self, zone: &TimeZone) -> (String, Vec<Value>) {
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
            let bounds = Bounds::before(before, zone);
            sql.push_str(&format!(
                " AND t.due < ? AND (t.due < ? OR t.due < {DUE_BOUND})"
            ));
            values.extend([bounds.last(), bounds.first(), bounds.day, bounds.at].map(Value::from));
        }
        (sql, values)
    }
}

/// What a due date must lie before, by what it is: its body tells.
const DUE_BOUND: &str = "CASE json_extract(body, '$.due.is') WHEN 'day' THEN ? ELSE ? END";

/// A moment as a bound of due dates. A day is stored as its beginning in UTC, so it has a
/// bound of its own: the day it is then on the user's clock.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    day: i64,
    at: i64,
}

impl Bounds {
    fn before(at: Millis, zone: &TimeZone) -> Self {
        let day = today(at, zone)
            .to_zoned(TimeZone::UTC)
            .map_or(at.0, |it| it.timestamp().as_millisecond());
        Self { day, at: at.0 }
    }

    /// Whatever is due before it counts.
    fn first(self) -> i64 {
        self.day.min(self.at)
    }

    /// Nothing that is due later counts.
    fn last(self) -> i64 {
        self.day.max(self.at)
    }
}

impl Reader<'_> {
    /// Tasks by due date; those without one last. At most two hundred unless asked otherwise.
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
        let columns = format!("{NARROW}, t.body");
        self.listed(wanted, zone, limit(wanted.limit, 200), &columns, |row| {
            let body: Task = body_at(row, 8)?;
            task_row(&names, Narrow::read(row)?, body, now, zone)
        })
    }

    /// The ids of the same, all of them unless asked otherwise.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn task_ids(
        &self,
        wanted: &TasksWanted,
        zone: &TimeZone,
    ) -> Result<Vec<ItemId>, StoreError> {
        let most = wanted.limit.unwrap_or(u32::MAX);
        self.listed(wanted, zone, most, "t.item", |row| Ok(ItemId(row.get(0)?)))
    }

    /// How many there are of the same, wherever the list would begin and end.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn tasks_count(&self, wanted: &TasksWanted, zone: &TimeZone) -> Result<u32, StoreError> {
        let (condition, values) = wanted.condition(zone);
        self.count_tasks("1", &condition, &values)
    }

    fn listed<T>(
        &self,
        wanted: &TasksWanted,
        zone: &TimeZone,
        most: u32,
        columns: &str,
        mut made: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let (condition, values) = wanted.condition(zone);
        let mut read = |part: &str, order: &str, most: u32, offset: u32| {
            let sql = format!(
                "SELECT {columns} FROM task t CROSS JOIN item i ON i.id = t.item {JOINS} \
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
                out.push(made(row)?);
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
                        wanted.offset.saturating_sub(self.count_tasks(
                            "t.due IS NOT NULL",
                            &condition,
                            &values,
                        )?)
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
            TaskOrder::Finished => {
                let order = "t.completed IS NULL, t.completed DESC, t.due IS NULL, t.due DESC,";
                return read("1", order, most, wanted.offset);
            }
        };
        let order = format!("{group} t.due IS NULL, t.due,");
        read("1", &order, most, wanted.offset)
    }

    fn count_tasks(
        &self,
        part: &str,
        condition: &str,
        values: &[Value],
    ) -> Result<u32, StoreError> {
        let sql = format!(
            "SELECT count(*) FROM task t CROSS JOIN item i ON i.id = t.item {JOINS} \
             WHERE {part} {condition}"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_row(params_from_iter(values), |row| row.get(0))?)
    }

    /// How many open tasks are due before a moment.
    pub(super) fn tasks_due_before(&self, at: Millis, zone: &TimeZone) -> Result<u32, StoreError> {
        let bounds = Bounds::before(at, zone);
        // Only between the day and the moment a body must tell which of them it is: most lie
        // before both, and a body is a page of the file each.
        let sql = format!(
            "SELECT (SELECT count(*) FROM task WHERE status IN ('open', 'started') AND due < ?) \
             + (SELECT count(*) FROM task WHERE status IN ('open', 'started') \
             AND due >= ? AND due < ? AND due < {DUE_BOUND})"
        );
        let first = bounds.first();
        Ok(self.conn.prepare_cached(&sql)?.query_row(
            [first, first, bounds.last(), bounds.day, bounds.at],
            |row| row.get(0),
        )?)
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
