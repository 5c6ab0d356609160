//! VTODO components as tasks, and back, property by property.

use rapport_model::plan::{Due, Task, TaskStatus};
use rapport_model::{
    Address, AddressKind, Edit, FieldName, FieldValue, ItemRef, LinkId, Mailbox, Millis,
};
use rust_decimal::Decimal;

use super::lines::{self, Component, Line, escape};
use super::moment::{self, Moment};

/// A task with its UID, before its handle is known.
#[derive(Debug)]
pub(super) struct Todo {
    /// UID, and the occurrence it stands for, if one.
    pub(super) uid: String,
    /// What it says it belongs to: the UID of another task, or the message it
    /// was made from.
    pub(super) related: Option<String>,
    /// When it was made.
    pub(super) at: Millis,
    /// The rest.
    pub(super) task: Task,
}

/// Properties of ours that are not further fields.
const KNOWN: [&str; 3] = ["X-RAPPORT-PROJECT", "X-RAPPORT-ABOUT", "X-RAPPORT-LINK"];

/// Maps a component.
///
/// # Errors
/// In plain words, what it lacks.
pub(super) fn map(text: &str) -> Result<Todo, String> {
    let lines = lines::own(lines::read(text));
    let find = |name: &str| lines.iter().find(|line| line.name == name);
    let first = |name: &str| {
        find(name)
            .map(Line::text)
            .filter(|it| !it.trim().is_empty())
    };
    let moment = |name: &str| find(name).and_then(Moment::of);
    let uid = uid_of(&lines).ok_or("the task has no UID")?;
    let mut fields = rapport_model::Fields::new();
    if let Some(percent) =
        first("PERCENT-COMPLETE").and_then(|it| it.trim().parse::<Decimal>().ok())
    {
        fields.insert(FieldName::from("progress"), FieldValue::Number(percent));
    }
    for line in lines
        .iter()
        .filter(|line| !KNOWN.contains(&line.name.as_str()))
    {
        if let Some(name) = line.name.strip_prefix("X-RAPPORT-") {
            let name = name.to_ascii_lowercase().replace('-', "_");
            fields.insert(FieldName(name), FieldValue::text(Some(line.text())));
        }
    }
    let status = match first("STATUS")
        .unwrap_or_default()
        .trim()
        .to_ascii_uppercase()
        .as_str()
    {
        "COMPLETED" => TaskStatus::Done,
        "CANCELLED" => TaskStatus::Cancelled,
        "IN-PROCESS" => TaskStatus::Started,
        "" if find("COMPLETED").is_some() => TaskStatus::Done,
        _ => TaskStatus::Open,
    };
    let due = moment("DUE").and_then(|it| {
        if it.day {
            Some(Due::Day(it.local.date()))
        } else {
            it.millis().map(Due::At)
        }
    });
    let at = ["CREATED", "DTSTAMP", "DTSTART", "DUE"]
        .into_iter()
        .find_map(|name| moment(name)?.millis());
    let task = Task {
        title: first("SUMMARY").unwrap_or_else(|| "(no title)".to_owned()),
        notes: first("DESCRIPTION"),
        status,
        due,
        priority: first("PRIORITY")
            .and_then(|it| it.trim().parse().ok())
            .filter(|it| (1..=9).contains(it)),
        assignee: find("ATTENDEE").and_then(person),
        project: first("X-RAPPORT-PROJECT"),
        parent: None,
        about: first("X-RAPPORT-ABOUT").and_then(|it| reference(&it)),
        cause: first("X-RAPPORT-LINK").map(|it| LinkId::new(it.trim())),
        completed: moment("COMPLETED").and_then(|it| it.millis()),
        tags: lines
            .iter()
            .filter(|line| line.name == "CATEGORIES")
            .flat_map(|line| line.parts(','))
            .filter(|it| !it.is_empty())
            .collect(),
        fields,
    };
    let related = lines
        .iter()
        .filter(|line| line.name == "RELATED-TO")
        .filter(|line| {
            line.param("RELTYPE")
                .is_none_or(|it| it.eq_ignore_ascii_case("PARENT"))
        })
        .map(|line| line.text().trim().to_owned())
        .find(|it| !it.is_empty() && task.cause.as_ref().is_none_or(|cause| cause.as_str() != it));
    Ok(Todo {
        uid,
        related,
        at: at.unwrap_or_default(),
        task,
    })
}

/// UID, with the occurrence after a `;` when there is one.
pub(super) fn uid_of(lines: &[Line]) -> Option<String> {
    let find = |name: &str| lines.iter().find(|line| line.name == name);
    let uid = find("UID")?.text();
    let uid = uid.trim();
    if uid.is_empty() {
        return None;
    }
    Some(match find("RECURRENCE-ID") {
        Some(line) => format!("{uid};{}", line.value.trim()),
        None => uid.to_owned(),
    })
}

/// `ATTENDEE;CN=Ada:mailto:ada@example.org`
pub(super) fn person(line: &Line) -> Option<Mailbox> {
    let name = line
        .param("CN")
        .map(|it| crate::common::clean(it.trim()))
        .filter(|it| !it.is_empty());
    let value = line.text();
    let mut found = crate::common::mailbox(&value).unwrap_or_else(|| Mailbox {
        name: None,
        address: Address {
            kind: AddressKind::Other,
            value: value.trim().to_owned(),
        },
    });
    found.name = name.or(found.name);
    (!found.address.value.is_empty()).then_some(found)
}

/// `collection/handle`
pub(super) fn reference(text: &str) -> Option<ItemRef> {
    let (collection, handle) = text.trim().split_once('/')?;
    (!collection.is_empty() && !handle.is_empty()).then(|| ItemRef::new(collection, handle))
}

/// Puts edits into a component.
///
/// # Errors
/// In plain words, which field a task in a file cannot hold.
pub(super) fn edit(text: &str, edits: &[Edit], now: Millis) -> Result<String, String> {
    let mut todo = Component::new(text);
    for edit in edits {
        if edit.field.0 == "assignee" {
            assign(&mut todo, edit)?;
            continue;
        }
        let new = property_lines(edit, now)?;
        for (name, lines) in new {
            todo.replace(|line| line.name == name, &lines);
        }
    }
    let edits = |name: &str| edits.iter().any(|edit| edit.field.0 == name);
    if edits("status") && !edits("progress") {
        not_done(&mut todo);
    }
    let stamp = moment::utc(now);
    todo.replace(
        |line| line.name == "LAST-MODIFIED",
        &[format!("LAST-MODIFIED:{stamp}")],
    );
    todo.replace(|line| line.name == "DTSTAMP", &[format!("DTSTAMP:{stamp}")]);
    Ok(todo.into_text())
}

/// The first attendee is the one it is given to; the others stay. One of them
/// who gets it now keeps what stands beside their name.
fn assign(todo: &mut Component, edit: &Edit) -> Result<(), String> {
    let who = match &edit.mine {
        FieldValue::Empty => None,
        FieldValue::Text(who) => Some(who_is(who)),
        _ => return Err(wrong(edit)),
    };
    let lines = todo.own_lines().into_iter();
    let lines: Vec<Line> = lines.filter(|line| line.name == "ATTENDEE").collect();
    let is = |line: &&Line| {
        let (Some(it), Some(who)) = (person(line), &who) else {
            return false;
        };
        it.address == who.address && (who.name.is_none() || who.name == it.name)
    };
    let known = lines.iter().find(is);
    let new = match known {
        Some(line) => Some(todo.written(line)),
        None => who.as_ref().map(attendee_line),
    };
    let old: Vec<_> = lines
        .first()
        .into_iter()
        .chain(known)
        .map(|line| &line.span)
        .collect();
    todo.replace(|line| old.contains(&&line.span), new.as_slice());
    Ok(())
}

/// A task that is open again is not finished to the hundredth part: programs
/// that look there would show it as done.
fn not_done(todo: &mut Component) {
    let lines = todo.own_lines();
    let done = |line: &Line| line.name == "STATUS" && line.text().trim() == "COMPLETED";
    if !lines.iter().any(done) {
        todo.replace(
            |line| line.name == "PERCENT-COMPLETE" && line.text().trim() == "100",
            &[],
        );
    }
}

fn wrong(edit: &Edit) -> String {
    let value = &edit.mine;
    format!("the field \"{}\" cannot hold \"{value}\"", edit.field)
}

/// The properties a field lies in, with their new lines.
fn property_lines(edit: &Edit, now: Millis) -> Result<Vec<(String, Vec<String>)>, String> {
    let value = &edit.mine;
    let text = |name: &str| match value {
        FieldValue::Empty => vec![(name.to_owned(), Vec::new())],
        other => vec![(
            name.to_owned(),
            vec![format!("{name}:{}", escape(&other.to_string()))],
        )],
    };
    Ok(match edit.field.0.as_str() {
        "title" => text("SUMMARY"),
        "notes" => text("DESCRIPTION"),
        "project" => text("X-RAPPORT-PROJECT"),
        "progress" => text("PERCENT-COMPLETE"),
        "priority" => text("PRIORITY"),
        "status" => {
            let status = match value {
                FieldValue::Text(word) => TaskStatus::from_word(word),
                _ => None,
            };
            status_lines(status.ok_or_else(|| wrong(edit))?, now)
        }
        "due" => vec![(
            "DUE".to_owned(),
            match value {
                FieldValue::Empty => Vec::new(),
                FieldValue::Day(day) => vec![due_line(Due::Day(*day))],
                FieldValue::At(at) => vec![due_line(Due::At(*at))],
                _ => return Err(wrong(edit)),
            },
        )],
        "about" => vec![(
            "X-RAPPORT-ABOUT".to_owned(),
            match value {
                FieldValue::Empty => Vec::new(),
                FieldValue::Ref(to) => vec![about_line(to)],
                _ => return Err(wrong(edit)),
            },
        )],
        "tags" => {
            let tags = match value {
                FieldValue::Empty => Vec::new(),
                FieldValue::List(tags) => tags.clone(),
                FieldValue::Text(tag) => vec![tag.clone()],
                _ => return Err(wrong(edit)),
            };
            vec![("CATEGORIES".to_owned(), tag_line(&tags))]
        }
        other if own_name(other) => text(&format!(
            "X-RAPPORT-{}",
            other.to_ascii_uppercase().replace('_', "-")
        )),
        other => {
            return Err(format!(
                "a task in a file has no place for the field \"{other}\""
            ));
        }
    })
}

/// A field that can be a property of ours.
fn own_name(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|it: char| it.is_ascii_lowercase())
        && name
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

fn status_lines(status: TaskStatus, now: Millis) -> Vec<(String, Vec<String>)> {
    let word = match status {
        TaskStatus::Open => "NEEDS-ACTION",
        TaskStatus::Started => "IN-PROCESS",
        TaskStatus::Done => "COMPLETED",
        TaskStatus::Cancelled => "CANCELLED",
    };
    let completed = (status == TaskStatus::Done).then(|| format!("COMPLETED:{}", moment::utc(now)));
    vec![
        ("STATUS".to_owned(), vec![format!("STATUS:{word}")]),
        ("COMPLETED".to_owned(), completed.into_iter().collect()),
    ]
}

fn due_line(due: Due) -> String {
    match due {
        Due::Day(day) => format!("DUE;VALUE=DATE:{}", day.strftime("%Y%m%d")),
        Due::At(at) => format!("DUE:{}", moment::utc(at)),
    }
}

fn who_is(text: &str) -> Mailbox {
    crate::common::mailbox(text).unwrap_or_else(|| Mailbox {
        name: None,
        address: Address {
            kind: AddressKind::Other,
            value: text.to_owned(),
        },
    })
}

fn attendee_line(who: &Mailbox) -> String {
    let name = who
        .name
        .as_deref()
        .map(|it| format!(";CN={}", lines::param(it)))
        .unwrap_or_default();
    let scheme = if who.address.kind == AddressKind::Email {
        "mailto:"
    } else {
        ""
    };
    let value: String = who
        .address
        .value
        .chars()
        .filter(|it| !it.is_control())
        .collect();
    format!("ATTENDEE{name}:{scheme}{value}")
}

fn about_line(to: &ItemRef) -> String {
    format!(
        "X-RAPPORT-ABOUT:{}",
        escape(&format!("{}/{}", to.collection, to.handle))
    )
}

fn tag_line(tags: &[String]) -> Vec<String> {
    if tags.is_empty() {
        return Vec::new();
    }
    let tags: Vec<String> = tags.iter().map(|tag| escape(tag)).collect();
    vec![format!("CATEGORIES:{}", tags.join(","))]
}

/// A new component. `parent` is the UID of the task it is part of.
pub(super) fn write(uid: &str, task: &Task, parent: Option<&str>, now: Millis) -> String {
    let stamp = moment::utc(now);
    let mut out = vec![
        "BEGIN:VTODO".to_owned(),
        format!("UID:{}", escape(uid)),
        format!("DTSTAMP:{stamp}"),
        format!("CREATED:{stamp}"),
        format!("LAST-MODIFIED:{stamp}"),
        format!("SUMMARY:{}", escape(&task.title)),
    ];
    let mut text = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            out.push(format!("{name}:{}", escape(value)));
        }
    };
    text("DESCRIPTION", task.notes.as_deref());
    text("X-RAPPORT-PROJECT", task.project.as_deref());
    text("X-RAPPORT-LINK", task.cause.as_ref().map(LinkId::as_str));
    text("RELATED-TO", parent);
    out.extend(
        status_lines(task.status, task.completed.unwrap_or(now))
            .into_iter()
            .flat_map(|(_, lines)| lines),
    );
    out.extend(task.due.map(due_line));
    out.extend(task.priority.map(|it| format!("PRIORITY:{it}")));
    out.extend(task.assignee.as_ref().map(attendee_line));
    out.extend(task.about.as_ref().map(about_line));
    out.extend(tag_line(&task.tags));
    out.push("END:VTODO".to_owned());
    out.iter().map(|line| lines::fold(line, "\r\n")).collect()
}
