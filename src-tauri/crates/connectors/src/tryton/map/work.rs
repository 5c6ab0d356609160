//! Projects and tasks, and what is written on records.

use rapport_model::{Attachment, Body, FieldValue, Phase, Record, RecordKind, Task, TaskStatus};
use rust_decimal::Decimal;

use super::{
    add, colleague, hours_field, named, party_of, percent_field, record, refer, size, text_field,
};
use crate::tryton::wire::{self, Row};

/// Longest title made of a note's first line.
const LONGEST_TITLE: usize = 80;

pub(super) fn work(id: i64, row: &Row) -> Result<Body, String> {
    if wire::text(row, "type").as_deref() == Some("project") {
        return project(id, row).map(record);
    }
    let parent = wire::nested(row, "parent");
    let parent_id = parent.and_then(|it| wire::id(it, "id"));
    let under_task = parent.and_then(|it| wire::text(it, "type")).as_deref() == Some("task");
    let mut task = Task {
        title: wire::text(row, "name").unwrap_or_else(|| format!("Task {id}")),
        notes: wire::text(row, "comment"),
        status: status(row)?,
        project: parent.and_then(|it| wire::text(it, "rec_name")),
        parent: parent_id
            .filter(|_| under_task)
            .map(|id| id.to_string().as_str().into()),
        about: party_of(row, "party")
            .or_else(|| party_of(parent?, "party"))
            .or_else(|| parent_id.map(|id| refer("project.work", id))),
        ..Task::default()
    };
    add(
        &mut task.fields,
        [
            ("number", text_field(row, "number")),
            ("state", state(row)),
            ("effort", hours_field(row, "effort_duration")),
            ("spent", spent(row)),
            ("progress", percent_field(row, "progress")?),
        ],
    );
    Ok(Body::Task(task))
}

/// Statuses are named by the company; their progress says what they mean.
fn status(row: &Row) -> Result<TaskStatus, String> {
    let status = wire::nested(row, "status");
    let name = status
        .and_then(|it| wire::text(it, "name"))
        .unwrap_or_default()
        .to_lowercase();
    let done = match status {
        Some(status) => wire::decimal(status, "progress")?,
        None => None,
    };
    let begun = wire::decimal(row, "progress")?.is_some_and(|it| it > Decimal::ZERO);
    // Time was spent on work that is begun, unless its status is the one of work that
    // waits: who sets it back to that means it.
    let waits = status.is_some_and(|it| wire::flag(it, "default") == Some(true));
    let worked = !waits && !spent(row).is_empty();
    Ok(if name.contains("cancel") || name.contains("storniert") {
        TaskStatus::Cancelled
    } else if done.is_some_and(|it| it >= Decimal::ONE) {
        TaskStatus::Done
    } else if begun || done.is_some_and(|it| it > Decimal::ZERO) || worked {
        TaskStatus::Started
    } else {
        TaskStatus::Open
    })
}

fn state(row: &Row) -> FieldValue {
    super::name_field(row, "status", "name")
}

fn spent(row: &Row) -> FieldValue {
    match hours_field(row, "timesheet_duration") {
        FieldValue::Number(hours) if hours.is_zero() => FieldValue::Empty,
        other => other,
    }
}

fn project(id: i64, row: &Row) -> Result<Record, String> {
    let title = wire::text(row, "name").unwrap_or_else(|| format!("Project {id}"));
    let mut it = Record::new(RecordKind::Project, title);
    it.number = wire::text(row, "number");
    it.state = wire::nested(row, "status").and_then(|it| wire::text(it, "name"));
    it.phase = match status(row)? {
        TaskStatus::Open | TaskStatus::Started => Phase::Open,
        TaskStatus::Done => Phase::Done,
        TaskStatus::Cancelled => Phase::Lost,
    };
    it.customer = party_of(row, "party");
    it.parent = wire::nested(row, "parent")
        .and_then(|parent| wire::id(parent, "id"))
        .map(|id| refer("project.work", id));
    it.text = wire::text(row, "comment");
    add(
        &mut it.fields,
        [
            ("effort", hours_field(row, "effort_duration")),
            ("spent", spent(row)),
            ("progress", percent_field(row, "progress")?),
        ],
    );
    Ok(it)
}

pub(super) fn note(row: &Row) -> Record {
    let text = wire::text(row, "message").unwrap_or_default();
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("Note");
    let mut it = Record::new(RecordKind::Note, wire::cut(first, LONGEST_TITLE));
    it.phase = Phase::Done;
    it.text = Some(text);
    hangs_on(&mut it, row);
    it
}

pub(super) fn document(id: i64, row: &Row) -> Record {
    let name = wire::text(row, "name").unwrap_or_else(|| format!("Document {id}"));
    let mut it = Record::new(RecordKind::Document, name.clone());
    it.phase = Phase::Done;
    it.text = wire::text(row, "description");
    hangs_on(&mut it, row);
    match wire::text(row, "link") {
        Some(link) => add(&mut it.fields, [("link", FieldValue::Text(link))]),
        None => it.attachments.push(Attachment {
            mime: mime_guess::from_path(&name)
                .first_or_octet_stream()
                .to_string(),
            name,
            size: size(row, "data_size"),
            source: format!("ir.attachment,{id}"),
            thumbnail: None,
            content_id: None,
        }),
    }
    it
}

fn hangs_on(it: &mut Record, row: &Row) {
    it.parent = named(row, "resource");
    it.customer = it
        .parent
        .clone()
        .filter(|to| to.collection.as_str() == "party.party");
    let author = wire::nested(row, "create_uid");
    it.owner = author.and_then(|user| colleague(user, "employee"));
    let name = author.and_then(|user| wire::text(user, "rec_name"));
    add(&mut it.fields, [("author", FieldValue::text(name))]);
}
