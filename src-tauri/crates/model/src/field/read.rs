//! Reads a body as its tracked fields.

use super::{FieldName, FieldValue, Fields};
use crate::contact::{Address, Mailbox, Postal};
use crate::conversation::{Conversation, Message, Readable};
use crate::item::{Body, ItemRef};
use crate::money::Money;
use crate::plan::{Due, Event, Task, WikiPage};
use crate::record::Record;

/// The tracked fields of a body, empty ones left out.
#[must_use]
pub fn fields_of(body: &Body) -> Fields {
    let mut out = match body {
        Body::Conversation(it) => conversation(it),
        Body::Message(it) => message(it),
        Body::Task(it) => task(it),
        Body::Event(it) => event(it),
        Body::Page(it) => page(it),
        Body::Record(it) => record(it),
        Body::Contact(it) => {
            let mut out = named([
                ("name", text(&it.name)),
                ("organisation", reference(it.organisation.as_ref())),
                (
                    "organisation_name",
                    FieldValue::text(it.organisation_name.clone()),
                ),
                ("role", FieldValue::text(it.role.clone())),
                ("notes", FieldValue::text(it.notes.clone())),
                ("postal", postal(&it.postal)),
            ]);
            out.extend(addresses(&it.addresses));
            out.extend(it.fields.clone());
            out
        }
        Body::Organisation(it) => {
            let mut out = named([
                ("name", text(&it.name)),
                ("number", FieldValue::text(it.number.clone())),
                ("tax_id", FieldValue::text(it.tax_id.clone())),
                ("notes", FieldValue::text(it.notes.clone())),
                ("postal", postal(&it.postal)),
            ]);
            out.extend(addresses(&it.addresses));
            out.extend(it.fields.clone());
            out
        }
    };
    out.retain(|_, value| !value.is_empty());
    out
}

fn named<const N: usize>(pairs: [(&str, FieldValue); N]) -> Fields {
    pairs
        .into_iter()
        .map(|(name, value)| (FieldName::from(name), value))
        .collect()
}

fn text(text: &str) -> FieldValue {
    FieldValue::text(Some(text))
}

fn reference(to: Option<&ItemRef>) -> FieldValue {
    to.map_or(FieldValue::Empty, |to| FieldValue::Ref(to.clone()))
}

fn money(money: Option<&Money>) -> FieldValue {
    money.map_or(FieldValue::Empty, |money| FieldValue::Money(money.clone()))
}

fn list(items: impl IntoIterator<Item = String>) -> FieldValue {
    let items: Vec<String> = items.into_iter().collect();
    if items.is_empty() {
        FieldValue::Empty
    } else {
        FieldValue::List(items)
    }
}

fn mailboxes(boxes: &[Mailbox]) -> FieldValue {
    list(boxes.iter().map(|it| it.address.value.clone()))
}

/// Addresses are one list a kind, so that a new phone number does not clash
/// with a changed mail address.
fn addresses(all: &[Address]) -> Fields {
    let mut out = Fields::new();
    for address in all {
        let name = FieldName::from(address.kind.word());
        match out
            .entry(name)
            .or_insert_with(|| FieldValue::List(Vec::new()))
        {
            FieldValue::List(values) => values.push(address.value.clone()),
            other => *other = FieldValue::List(vec![address.value.clone()]),
        }
    }
    out
}

fn postal(all: &[Postal]) -> FieldValue {
    list(all.iter().map(|it| {
        // What it is for is left out: systems that mean one place label it differently.
        [&it.street, &it.code, &it.city, &it.country]
            .map(String::as_str)
            .join("\n")
    }))
}

fn conversation(it: &Conversation) -> Fields {
    named([
        ("title", text(&it.title)),
        ("topic", FieldValue::text(it.topic.clone())),
        ("members", mailboxes(&it.members)),
        ("about", reference(it.about.as_ref())),
    ])
}

fn message(it: &Message) -> Fields {
    named([
        ("text", text(&it.text)),
        ("subject", FieldValue::text(it.subject.clone())),
        (
            "redacted",
            FieldValue::Flag(matches!(it.readable, Readable::Redacted(_))),
        ),
    ])
}

fn task(it: &Task) -> Fields {
    let mut out = named([
        ("title", text(&it.title)),
        ("notes", FieldValue::text(it.notes.clone())),
        ("status", text(it.status.word())),
        (
            "due",
            match it.due {
                None => FieldValue::Empty,
                Some(Due::Day(day)) => FieldValue::Day(day),
                Some(Due::At(at)) => FieldValue::At(at),
            },
        ),
        (
            "priority",
            it.priority
                .map_or(FieldValue::Empty, |it| FieldValue::Number(it.into())),
        ),
        (
            "assignee",
            it.assignee
                .as_ref()
                .map_or(FieldValue::Empty, |it| text(&it.address.value)),
        ),
        ("project", FieldValue::text(it.project.clone())),
        ("about", reference(it.about.as_ref())),
        ("tags", list(it.tags.clone())),
    ]);
    out.extend(it.fields.clone());
    out
}

fn event(it: &Event) -> Fields {
    named([
        ("title", text(&it.title)),
        ("start", text(&it.start.to_string())),
        ("end", text(&it.end.to_string())),
        ("zone", FieldValue::text(it.zone.clone())),
        ("all_day", FieldValue::Flag(it.all_day)),
        ("location", FieldValue::text(it.location.clone())),
        ("notes", FieldValue::text(it.notes.clone())),
        ("attendees", mailboxes(&it.attendees)),
        ("recurrence", list(it.recurrence.clone())),
        ("cancelled", FieldValue::Flag(it.cancelled)),
    ])
}

fn page(it: &WikiPage) -> Fields {
    named([
        ("title", text(&it.title)),
        ("text", text(&it.text)),
        ("path", list(it.path.clone())),
        ("tags", list(it.tags.clone())),
    ])
}

fn record(it: &Record) -> Fields {
    let mut out = named([
        ("title", text(&it.title)),
        ("number", FieldValue::text(it.number.clone())),
        ("state", FieldValue::text(it.state.clone())),
        ("phase", text(it.phase.word())),
        ("customer", reference(it.customer.as_ref())),
        ("person", reference(it.person.as_ref())),
        ("owner", reference(it.owner.as_ref())),
        ("parent", reference(it.parent.as_ref())),
        ("amount", money(it.amount.as_ref())),
        ("outstanding", money(it.outstanding.as_ref())),
        ("date", it.date.map_or(FieldValue::Empty, FieldValue::Day)),
        ("due", it.due.map_or(FieldValue::Empty, FieldValue::Day)),
        ("text", FieldValue::text(it.text.clone())),
        (
            "lines",
            list(it.lines.iter().map(|line| {
                let amount = line
                    .amount
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                format!("{} × {} {}", line.quantity.normalize(), line.text, amount)
            })),
        ),
    ]);
    out.extend(it.fields.clone());
    out
}
