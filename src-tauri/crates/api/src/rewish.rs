//! Changes what a waiting or parked command wants, by the user's hand.

use std::collections::BTreeMap;

use rapport_model::field::{editable, set_field};
use rapport_model::{Body, Command, Edit, FieldName, FieldValue};

use crate::error::ApiError;

/// The command with other text, other values, or without some of its fields. A field it does
/// not have is refused: a slip would otherwise go along in silence.
///
/// # Errors
/// The command has no text, or not those fields; or nothing would be left of it.
pub(crate) fn changed(
    mut command: Command,
    text: Option<String>,
    fields: BTreeMap<String, FieldValue>,
    drop: Vec<String>,
) -> Result<Command, ApiError> {
    if text.is_none() && fields.is_empty() && drop.is_empty() {
        return Err(ApiError::not_so(
            "nothing_changed",
            "Say what to change: a text or fields.",
        ));
    }
    if let Some(both) = drop.iter().find(|name| fields.contains_key(*name)) {
        return Err(ApiError::bad_request(format_args!(
            "\"{both}\" cannot be both set and dropped."
        )));
    }
    if let Some(text) = text {
        match &mut command {
            Command::Send { message, .. } => message.text = text,
            Command::EditMessage { text: old, .. } => *old = text,
            Command::React { key, .. } => *key = text,
            other => {
                return Err(ApiError::bad_request(format_args!(
                    "A command of the kind {} has no text.",
                    other.word()
                )));
            }
        }
    }
    for (name, value) in fields {
        set(&mut command, FieldName(name), value)?;
    }
    for name in drop {
        without(&mut command, FieldName(name))?;
    }
    if matches!(&command, Command::SetFields { edits, .. } if edits.is_empty()) {
        return Err(ApiError::bad_request(
            "Nothing would be left of it. Discard the entry instead; the source's values then \
             stand.",
        ));
    }
    Ok(command)
}

fn set(command: &mut Command, field: FieldName, value: FieldValue) -> Result<(), ApiError> {
    match command {
        Command::SetFields { edits, .. } => {
            let at = place(edits, &field)?;
            if let Some(edit) = edits.get_mut(at) {
                edit.mine = value;
            }
            Ok(())
        }
        Command::Create { body, .. } => make(body, &field, &value),
        other => Err(no_fields(other)),
    }
}

/// Of an edit the field goes; of something new its value.
fn without(command: &mut Command, field: FieldName) -> Result<(), ApiError> {
    match command {
        Command::SetFields { edits, .. } => {
            let at = place(edits, &field)?;
            edits.remove(at);
            Ok(())
        }
        Command::Create { body, .. } => make(body, &field, &FieldValue::Empty),
        other => Err(no_fields(other)),
    }
}

/// Where a field stands among the edits.
fn place(edits: &[Edit], field: &FieldName) -> Result<usize, ApiError> {
    edits
        .iter()
        .position(|edit| edit.field == *field)
        .ok_or_else(|| unknown(field, edits.iter().map(|edit| &edit.field)))
}

fn make(body: &mut Body, field: &FieldName, value: &FieldValue) -> Result<(), ApiError> {
    let possible = editable(body);
    if !possible.contains(field) {
        return Err(unknown(field, possible.iter()));
    }
    set_field(body, field, value).map_err(|why| ApiError::not_so("field_value", why))
}

fn unknown<'a>(field: &FieldName, possible: impl Iterator<Item = &'a FieldName>) -> ApiError {
    let possible: Vec<&str> = possible.map(|it| it.0.as_str()).collect();
    ApiError::bad_request(format_args!(
        "This command does not set \"{field}\". It can set: {}. Nothing was changed.",
        possible.join(", ")
    ))
}

fn no_fields(command: &Command) -> ApiError {
    ApiError::bad_request(format_args!(
        "A command of the kind {} has no fields.",
        command.word()
    ))
}

#[cfg(test)]
mod tests {
    use rapport_model::{ItemRef, Kind, Task};

    use super::*;

    fn edits() -> Command {
        let edit = |field: &str| Edit {
            field: field.into(),
            base: FieldValue::Empty,
            mine: FieldValue::text(Some("mine")),
        };
        Command::SetFields {
            target: ItemRef::new("records", "SO-1"),
            kind: Kind::Record,
            edits: vec![edit("title"), edit("colour")],
            base: None,
        }
    }

    fn named(all: &[(&str, &str)]) -> BTreeMap<String, FieldValue> {
        all.iter()
            .map(|(name, value)| ((*name).to_owned(), FieldValue::text(Some(*value))))
            .collect()
    }

    #[test]
    fn a_field_can_be_dropped_and_the_others_stay() {
        let left = changed(edits(), None, BTreeMap::new(), vec!["colour".into()]).unwrap();
        let Command::SetFields { edits: left, .. } = left else {
            panic!("it does what it did");
        };
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].field, FieldName::from("title"));
        let all = vec!["colour".to_owned(), "title".to_owned()];
        let none = changed(edits(), None, BTreeMap::new(), all).unwrap_err();
        assert!(none.message.contains("Discard"), "{none}");
    }

    #[test]
    fn a_field_that_is_not_there_is_refused_by_its_name_with_those_that_are() {
        let set = |fields| changed(edits(), None, fields, Vec::new()).unwrap_err();
        let said = set(named(&[("title", "new"), ("titel", "new")]));
        assert!(said.message.contains("\"titel\""), "{said}");
        assert!(said.message.contains("title, colour"), "{said}");
        let said = changed(edits(), None, BTreeMap::new(), vec!["price".into()]).unwrap_err();
        assert!(said.message.contains("\"price\""), "{said}");

        let new = Command::Create {
            collection: "tasks".into(),
            body: Box::new(Body::Task(Task::default())),
            link: None,
        };
        let said = changed(new.clone(), None, named(&[("titel", "Call")]), vec![]).unwrap_err();
        assert!(said.message.contains("\"titel\""), "{said}");
        assert!(said.message.contains("title, notes, status"), "{said}");
        let made = changed(new, None, named(&[("title", "Call")]), vec![]).unwrap();
        assert!(matches!(made, Command::Create { body, .. }
            if matches!(&*body, Body::Task(it) if it.title == "Call")));
    }
}
