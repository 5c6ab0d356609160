//! Changes what a waiting or parked command wants, by the user's hand.

use std::collections::BTreeMap;

use rapport_model::{Body, Command, FieldName, FieldValue};

use crate::error::ApiError;

/// The command with other text or other values.
///
/// # Errors
/// The command has no text, or none of the fields.
pub(crate) fn changed(
    mut command: Command,
    text: Option<String>,
    fields: BTreeMap<String, FieldValue>,
) -> Result<Command, ApiError> {
    if text.is_none() && fields.is_empty() {
        return Err(ApiError::not_so(
            "nothing_changed",
            "Say what to change: a text or fields.",
        ));
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
        let field = FieldName(name);
        match &mut command {
            Command::SetFields { edits, .. } => {
                let edit = edits
                    .iter_mut()
                    .find(|edit| edit.field == field)
                    .ok_or_else(|| {
                        ApiError::bad_request(format_args!(
                            "This command does not set \"{field}\"."
                        ))
                    })?;
                edit.mine = value;
            }
            Command::Create { body, .. } => set(body, &field, &value)?,
            other => {
                return Err(ApiError::bad_request(format_args!(
                    "A command of the kind {} has no fields.",
                    other.word()
                )));
            }
        }
    }
    Ok(command)
}

fn set(body: &mut Body, field: &FieldName, value: &FieldValue) -> Result<(), ApiError> {
    rapport_model::field::set_field(body, field, value)
        .map_err(|why| ApiError::not_so("field_value", why))
}
