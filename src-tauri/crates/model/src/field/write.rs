//! Changes one tracked field of a body: the optimistic row of an edit, and the
//! merged row after a three-way compare.

use rust_decimal::prelude::ToPrimitive;
use thiserror::Error;

use super::{FieldName, FieldValue, Fields};
use crate::contact::{Address, AddressKind, Mailbox};
use crate::item::Body;
use crate::plan::{Due, TaskStatus};
use crate::record::Record;

/// Why a field cannot take a value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FieldError {
    /// The field exists and wants another type of value.
    #[error("the field \"{field}\" cannot hold the value \"{value}\"")]
    WrongType {
        /// The field.
        field: String,
        /// The value, as shown to people.
        value: String,
    },
    /// This kind of item has no such field that can be changed.
    #[error("the field \"{0}\" cannot be changed here")]
    NotEditable(String),
}

/// Puts `value` into the field `name` of `body`.
///
/// # Errors
/// The field is not editable on this kind of item, or wants another type. The
/// body is then unchanged.
pub fn set_field(body: &mut Body, name: &FieldName, value: &FieldValue) -> Result<(), FieldError> {
    let wrong = || FieldError::WrongType {
        field: name.0.clone(),
        value: value.to_string(),
    };
    let text = || match value {
        FieldValue::Empty => Ok(None),
        FieldValue::Text(text) => Ok(Some(text.clone())),
        _ => Err(wrong()),
    };
    let list = || match value {
        FieldValue::Empty => Ok(Vec::new()),
        FieldValue::List(items) => Ok(items.clone()),
        FieldValue::Text(one) => Ok(vec![one.clone()]),
        _ => Err(wrong()),
    };
    let required = || text()?.ok_or_else(wrong);
    match body {
        Body::Message(it) => match name.0.as_str() {
            "text" => it.text = text()?.unwrap_or_default(),
            _ => return Err(FieldError::NotEditable(name.0.clone())),
        },
        Body::Conversation(it) => match name.0.as_str() {
            "title" => it.title = required()?,
            "topic" => it.topic = text()?,
            _ => return Err(FieldError::NotEditable(name.0.clone())),
        },
        Body::Task(it) => match name.0.as_str() {
            "title" => it.title = required()?,
            "notes" => it.notes = text()?,
            "project" => it.project = text()?,
            "tags" => it.tags = list()?,
            "status" => {
                it.status = TaskStatus::from_word(&required()?).ok_or_else(wrong)?;
            }
            "due" => {
                it.due = match value {
                    FieldValue::Empty => None,
                    FieldValue::Day(day) => Some(Due::Day(*day)),
                    FieldValue::At(at) => Some(Due::At(*at)),
                    _ => return Err(wrong()),
                };
            }
            "priority" => {
                it.priority = match value {
                    FieldValue::Empty => None,
                    FieldValue::Number(number) => Some(number.to_u8().ok_or_else(wrong)?),
                    _ => return Err(wrong()),
                };
            }
            "assignee" => it.assignee = text()?.map(mailbox),
            "about" => it.about = reference(value).ok_or_else(wrong)?,
            _ => {
                it.fields.insert(name.clone(), value.clone());
            }
        },
        Body::Page(it) => match name.0.as_str() {
            "title" => it.title = required()?,
            "text" => it.text = text()?.unwrap_or_default(),
            "tags" => it.tags = list()?,
            _ => return Err(FieldError::NotEditable(name.0.clone())),
        },
        Body::Event(it) => match name.0.as_str() {
            "title" => it.title = required()?,
            "location" => it.location = text()?,
            "notes" => it.notes = text()?,
            "zone" => it.zone = text()?,
            "start" => it.start = required()?.parse().map_err(|_bad| wrong())?,
            "end" => it.end = required()?.parse().map_err(|_bad| wrong())?,
            "recurrence" => it.recurrence = list()?,
            "cancelled" => it.cancelled = matches!(value, FieldValue::Flag(true)),
            _ => return Err(FieldError::NotEditable(name.0.clone())),
        },
        Body::Record(it) => set_record(it, name, value).ok_or_else(wrong)?,
        Body::Contact(it) => match name.0.as_str() {
            "name" => it.name = required()?,
            "role" => it.role = text()?,
            "notes" => it.notes = text()?,
            "organisation_name" => it.organisation_name = text()?,
            "organisation" => it.organisation = reference(value).ok_or_else(wrong)?,
            "postal" => return Err(FieldError::NotEditable(name.0.clone())),
            other => match address_kind(other) {
                Some(kind) => set_addresses(&mut it.addresses, kind, list()?),
                None => {
                    it.fields.insert(name.clone(), value.clone());
                }
            },
        },
        Body::Organisation(it) => match name.0.as_str() {
            "name" => it.name = required()?,
            "number" => it.number = text()?,
            "tax_id" => it.tax_id = text()?,
            "notes" => it.notes = text()?,
            "postal" => return Err(FieldError::NotEditable(name.0.clone())),
            other => match address_kind(other) {
                Some(kind) => set_addresses(&mut it.addresses, kind, list()?),
                None => {
                    it.fields.insert(name.clone(), value.clone());
                }
            },
        },
    }
    Ok(())
}

/// The fields of a body that can be changed, with those of the source's own that it has.
#[must_use]
pub fn editable(body: &Body) -> Vec<FieldName> {
    let (own, more): (&[&str], Option<&Fields>) = match body {
        Body::Message(_) => (&["text"], None),
        Body::Conversation(_) => (&["title", "topic"], None),
        Body::Task(it) => (
            &[
                "title", "notes", "status", "due", "priority", "assignee", "project", "about",
                "tags",
            ],
            Some(&it.fields),
        ),
        Body::Page(_) => (&["title", "text", "tags"], None),
        Body::Event(_) => (
            &[
                "title",
                "start",
                "end",
                "zone",
                "location",
                "notes",
                "recurrence",
                "cancelled",
            ],
            None,
        ),
        Body::Record(it) => (
            &[
                "title",
                "number",
                "state",
                "text",
                "amount",
                "outstanding",
                "date",
                "due",
                "customer",
                "person",
                "owner",
                "parent",
            ],
            Some(&it.fields),
        ),
        Body::Contact(it) => (
            &[
                "name",
                "role",
                "notes",
                "organisation",
                "organisation_name",
                "email",
                "phone",
                "matrix",
                "url",
                "other",
            ],
            Some(&it.fields),
        ),
        Body::Organisation(it) => (
            &[
                "name", "number", "tax_id", "notes", "email", "phone", "matrix", "url", "other",
            ],
            Some(&it.fields),
        ),
    };
    let own = own.iter().map(|&it| FieldName::from(it));
    own.chain(more.into_iter().flat_map(|it| it.keys().cloned()))
        .collect()
}

fn set_record(it: &mut Record, name: &FieldName, value: &FieldValue) -> Option<()> {
    let text = match value {
        FieldValue::Empty => None,
        other => Some(other.to_string()),
    };
    let money = match value {
        FieldValue::Empty => Some(None),
        FieldValue::Money(money) => Some(Some(money.clone())),
        _ => None,
    };
    let day = match value {
        FieldValue::Empty => Some(None),
        FieldValue::Day(day) => Some(Some(*day)),
        _ => None,
    };
    match name.0.as_str() {
        "title" => it.title = text?,
        "number" => it.number = text,
        "state" => it.state = text,
        "text" => it.text = text,
        "amount" => it.amount = money?,
        "outstanding" => it.outstanding = money?,
        "date" => it.date = day?,
        "due" => it.due = day?,
        "customer" => it.customer = reference(value)?,
        "person" => it.person = reference(value)?,
        "owner" => it.owner = reference(value)?,
        "parent" => it.parent = reference(value)?,
        // Follow from state and lines at the source; never set by hand.
        "phase" | "lines" => return None,
        _ => {
            it.fields.insert(name.clone(), value.clone());
        }
    }
    Some(())
}

fn reference(value: &FieldValue) -> Option<Option<crate::item::ItemRef>> {
    match value {
        FieldValue::Empty => Some(None),
        FieldValue::Ref(to) => Some(Some(to.clone())),
        _ => None,
    }
}

fn mailbox(text: String) -> Mailbox {
    let kind = if text.starts_with('@') {
        AddressKind::Matrix
    } else if text.contains('@') {
        AddressKind::Email
    } else {
        AddressKind::Other
    };
    Mailbox {
        name: None,
        address: Address { kind, value: text },
    }
}

fn address_kind(word: &str) -> Option<AddressKind> {
    use AddressKind::{Email, Matrix, Other, Phone, Url};
    [Email, Phone, Matrix, Url, Other]
        .into_iter()
        .find(|kind| kind.word() == word)
}

fn set_addresses(all: &mut Vec<Address>, kind: AddressKind, values: Vec<String>) {
    all.retain(|address| address.kind != kind);
    all.extend(values.into_iter().map(|value| Address { kind, value }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RecordKind, Task, WikiPage};

    #[test]
    fn what_is_said_to_be_editable_is() {
        let bodies = [
            Body::Task(Task::default()),
            Body::Page(WikiPage::default()),
            Body::Record(Box::new(Record::new(RecordKind::Order, "Six kits"))),
            Body::Contact(Box::default()),
            Body::Organisation(Box::default()),
        ];
        for body in bodies {
            for field in editable(&body) {
                let tried = set_field(&mut body.clone(), &field, &FieldValue::Empty);
                assert!(
                    !matches!(tried, Err(FieldError::NotEditable(_))),
                    "{field} of a {}",
                    body.kind().word()
                );
                let mut other = body.clone();
                let value = FieldValue::text(Some("open"));
                let tried = set_field(&mut other, &field, &value);
                let kept = match &other {
                    Body::Task(it) => it.fields.contains_key(&field),
                    Body::Record(it) => it.fields.contains_key(&field),
                    Body::Contact(it) => it.fields.contains_key(&field),
                    Body::Organisation(it) => it.fields.contains_key(&field),
                    _ => false,
                };
                assert!(!kept, "{field} is no field of its own: {tried:?}");
            }
        }
    }
}
