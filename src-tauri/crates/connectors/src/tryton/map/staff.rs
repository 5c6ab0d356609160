//! Colleagues, and the time they spend.

use rapport_model::{Phase, Record, RecordKind};

use super::{add, colleague, hours_field, name_field, named, party_of, text_field};
use crate::tryton::wire::{self, Row};

pub(super) fn employee(id: i64, row: &Row) -> Record {
    let title = wire::text(row, "rec_name").unwrap_or_else(|| format!("Employee {id}"));
    let mut it = Record::new(RecordKind::Employee, title);
    let ended = wire::date(row, "end_date");
    it.phase = if ended.is_some() {
        Phase::Done
    } else {
        Phase::Open
    };
    it.person = party_of(row, "party");
    it.owner = colleague(row, "supervisor");
    it.date = wire::date(row, "start_date");
    it.due = ended;
    add(
        &mut it.fields,
        [("company", name_field(row, "company", "rec_name"))],
    );
    it
}

pub(super) fn time_spent(id: i64, row: &Row) -> Record {
    let work = wire::nested(row, "work");
    let title = wire::text(row, "description")
        .or_else(|| wire::text(work?, "rec_name"))
        .unwrap_or_else(|| format!("Time {id}"));
    let mut it = Record::new(RecordKind::Timesheet, title);
    it.phase = Phase::Done;
    it.person = colleague(row, "employee");
    it.owner = it.person.clone();
    it.parent = work.and_then(|work| named(work, "origin"));
    it.date = wire::date(row, "date");
    it.text = wire::text(row, "description");
    add(
        &mut it.fields,
        [
            ("hours", hours_field(row, "duration")),
            ("work", name_field(row, "work", "rec_name")),
        ],
    );
    it
}

pub(super) fn attendance(id: i64, row: &Row) -> Record {
    let who = wire::nested(row, "employee").and_then(|it| wire::text(it, "rec_name"));
    let kind = wire::text(row, "type");
    let what = match kind.as_deref() {
        Some("in") => "came in",
        Some("out") => "left",
        _ => "attendance",
    };
    let title = who.map_or_else(|| format!("Attendance {id}"), |who| format!("{who} {what}"));
    let mut it = Record::new(RecordKind::Attendance, title);
    it.phase = Phase::Done;
    it.state = kind;
    it.person = colleague(row, "employee");
    it.owner = it.person.clone();
    it.date = wire::date(row, "date");
    add(&mut it.fields, [("type", text_field(row, "type"))]);
    it
}
