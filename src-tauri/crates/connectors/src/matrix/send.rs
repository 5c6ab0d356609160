//! Commands on their way out.
//!
//! The id of the command is the transaction id: the server takes an event with a known one
//! for the same event and answers with the id it gave before. The SDK's send queue is not
//! used; the outbox is ours. A message with several files is several events, `c`, `c.1`, ...;
//! sent again after a break, those that arrived are recognised one by one.

use std::path::Path;

use matrix_sdk::room::Receipts;
use matrix_sdk::ruma::api::client::room::create_room::v3 as create_room;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{
    EventId, OwnedEventId, OwnedRoomId, OwnedTransactionId, OwnedUserId, RoomId, UserId, assign,
};
use matrix_sdk::{Client, Room};
use rapport_model::command::{Edit, Outgoing};
use rapport_model::connector::Offer;
use rapport_model::field::FieldValue;
use rapport_model::{
    Body, Command, CommandId, Conversation, ConversationKind, Fault, Handle, Receipt,
};
use serde_json::{Value, json};

use super::content::MARK;
use super::fault::{self, Asked};
use super::lookup::made;
use super::news::Said;
use super::session::Live;
use super::wire::Event;
use super::{media, outgoing};

/// What a room takes of a command.
pub(super) fn offers(command: &Command) -> Offer {
    match command {
        Command::SetFields { .. } => Offer::only(&["title", "topic"]),
        Command::Act { .. } => Offer::only(&["join", "leave"]),
        _ => Offer::Unsaid,
    }
}

/// Does what the command says.
pub(super) async fn push(
    live: &Live,
    id: &CommandId,
    command: &Command,
    state_dir: &Path,
) -> Result<Receipt, Fault> {
    let client = &live.client;
    match command {
        Command::Send {
            conversation,
            message,
        } => {
            let room = room(client, &conversation.handle)?;
            say(client, &room, id.as_str(), message, state_dir).await
        }
        Command::EditMessage {
            message,
            conversation,
            text,
        } => {
            let room = room(client, conversation)?;
            let content = edit(&room, id.as_str(), &message.handle, text).await?;
            event(&room, "m.room.message", id.as_str(), content)
                .await
                .map(applied)
        }
        Command::React {
            message,
            conversation,
            key,
        } => {
            let content = outgoing::reaction(id.as_str(), message.handle.as_str(), key);
            let room = room(client, conversation)?;
            event(&room, "m.reaction", id.as_str(), content)
                .await
                .map(applied)
        }
        Command::Redact {
            message,
            conversation,
            reason,
        } => {
            let (room, target) = (room(client, conversation)?, event_id(&message.handle)?);
            let id = OwnedTransactionId::from(id.as_str());
            let done = room.redact(&target, reason.as_deref(), Some(id)).await;
            let done = done.map_err(|error| fault::of_http(&error, Asked::Writing))?;
            Ok(applied(Some(done.event_id)))
        }
        Command::MarkRead {
            conversation,
            up_to,
        } => {
            let (room, target) = (room(client, &conversation.handle)?, event_id(up_to)?);
            let receipts = Receipts::new()
                .fully_read_marker(target.clone())
                .public_read_receipt(target);
            room.send_multiple_receipts(receipts)
                .await
                .map_err(|e| fault::of(&e, Asked::Writing))?;
            Ok(Receipt::Applied {
                handle: Some(up_to.clone()),
                revision: None,
            })
        }
        Command::Create { body, .. } => match body.as_ref() {
            Body::Conversation(wanted) => create(client, id, wanted).await,
            _ => Err(Fault::Rejected(
                "only conversations can be made here".to_owned(),
            )),
        },
        Command::Act { target, action, .. } => act(client, &target.handle, action).await,
        Command::SetFields { target, edits, .. } => {
            let room = room(client, &target.handle)?;
            for edit in edits {
                set(&room, edit).await?;
            }
            Ok(Receipt::Applied {
                handle: Some(target.handle.clone()),
                revision: None,
            })
        }
        Command::Delete { .. } => Err(Fault::Rejected(
            "nothing can be deleted here; take a message back or leave the room".to_owned(),
        )),
    }
}

/// The transaction ids a message is sent under: its own, and one for each further event.
pub(super) fn transactions(id: &str, message: &Outgoing) -> Vec<String> {
    let texts = usize::from(message.files.is_empty() || separate(message));
    let events = message.files.len().saturating_add(texts);
    let further = (1..events).map(|n| format!("{id}.{n}"));
    std::iter::once(id.to_owned()).chain(further).collect()
}

/// Several files: the text goes before them, in an event of its own.
fn separate(message: &Outgoing) -> bool {
    message.files.len() > 1 && !message.text.trim().is_empty()
}

async fn say(
    client: &Client,
    room: &Room,
    id: &str,
    message: &Outgoing,
    state_dir: &Path,
) -> Result<Receipt, Fault> {
    if message.files.is_empty() && message.text.trim().is_empty() {
        return Err(Fault::Rejected("there is nothing to send".to_owned()));
    }
    let encrypt = room.latest_encryption_state().await;
    let encrypt = encrypt
        .map_err(|error| fault::of(&error, Asked::Reading))?
        .is_encrypted();
    // All files first: a file that is too large must not leave half a message behind.
    let mut files = Vec::new();
    for path in &message.files {
        files.push(media::upload(client, path, encrypt, state_dir).await?);
    }
    let mut transactions = transactions(id, message).into_iter();
    let mut first = None;
    if files.is_empty() || separate(message) {
        let id = transactions.next().unwrap_or_else(|| id.to_owned());
        first = event(room, "m.room.message", &id, outgoing::text(&id, message)).await?;
    }
    let caption = files.len() == 1 && !message.text.trim().is_empty();
    for (file, id) in files.into_iter().zip(transactions) {
        let content = outgoing::file(&id, file, caption, message);
        let sent = event(room, "m.room.message", &id, content).await?;
        first = first.or(sent);
    }
    Ok(applied(first))
}

/// What the message was sent with is asked of the server: an edit takes its place, so the file
/// of a caption has to be in it again.
async fn edit(room: &Room, id: &str, message: &Handle, text: &str) -> Result<Value, Fault> {
    let before = room.event(&event_id(message)?, None).await;
    let before = Said::of(&before.map_err(|error| fault::of(&error, Asked::Reading))?);
    if let Some(why) = before.locked {
        return Err(Fault::Rejected(format!(
            "the message to be changed cannot be decrypted here ({why}); nothing was sent"
        )));
    }
    let before = Event::read(&before.json).map_err(Fault::Rejected)?;
    let content = before
        .part("/content")
        .filter(|_| before.kind() == "m.room.message")
        .and_then(|content| outgoing::edit(id, message.as_str(), text, content));
    content.ok_or_else(|| {
        Fault::Rejected("only texts and the captions of files can be changed".to_owned())
    })
}

async fn event(
    room: &Room,
    kind: &str,
    id: &str,
    content: Value,
) -> Result<Option<OwnedEventId>, Fault> {
    let id = OwnedTransactionId::from(id);
    match room.send_raw(kind, content).with_transaction_id(&id).await {
        Ok(sent) => Ok(Some(sent.response.event_id)),
        // The wished reaction is there: by an earlier try, or from another device.
        Err(error)
            if matches!(
                error.client_api_error_kind(),
                Some(ErrorKind::DuplicateAnnotation)
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(fault::of(&error, Asked::Writing)),
    }
}

/// Making a room has no transaction id at the server. The mark in its first event takes its
/// place: a room that carries it is the one that was wished for.
async fn create(client: &Client, id: &CommandId, wanted: &Conversation) -> Result<Receipt, Fault> {
    if let Some(room) = made(client, id.as_str()).await? {
        return Ok(Receipt::Applied {
            handle: Some(Handle(room)),
            revision: None,
        });
    }
    let direct = wanted.kind == ConversationKind::Direct;
    let own = client.user_id().map(UserId::to_string).unwrap_or_default();
    let mut invite: Vec<OwnedUserId> = Vec::new();
    for member in &wanted.members {
        let address = member.address.value.as_str();
        if address != own {
            invite.push(UserId::parse(address).map_err(|_bad| {
                Fault::Rejected(format!("{address} is not the address of a Matrix user"))
            })?);
        }
    }
    if direct && invite.is_empty() {
        return Err(Fault::Rejected(
            "a direct chat needs somebody to talk to".to_owned(),
        ));
    }
    let mut creation = json!({MARK: id.as_str()});
    if wanted.kind == ConversationKind::Space
        && let Some(object) = creation.as_object_mut()
    {
        object.insert("type".to_owned(), json!("m.space"));
    }
    let raw = |value: &Value| Raw::new(value).map_err(|error| Fault::Rejected(error.to_string()));
    let mut initial = Vec::new();
    if (direct || wanted.encrypted) && wanted.kind != ConversationKind::Space {
        let encryption = json!({
            "type": "m.room.encryption",
            "state_key": "",
            "content": {"algorithm": "m.megolm.v1.aes-sha2"},
        });
        initial.push(raw(&encryption)?.cast_unchecked());
    }
    let titled = !direct && !wanted.title.trim().is_empty();
    let request = assign!(create_room::Request::new(), {
        name: titled.then(|| wanted.title.clone()),
        topic: wanted.topic.clone(),
        invite,
        is_direct: direct,
        preset: Some(if direct {
            create_room::RoomPreset::TrustedPrivateChat
        } else {
            create_room::RoomPreset::PrivateChat
        }),
        creation_content: Some(raw(&creation)?.cast_unchecked()),
        initial_state: initial,
    });
    let room = client
        .create_room(request)
        .await
        .map_err(|e| fault::of(&e, Asked::Writing))?;
    Ok(Receipt::Applied {
        handle: Some(Handle::new(room.room_id().as_str())),
        revision: None,
    })
}

async fn act(client: &Client, target: &Handle, action: &str) -> Result<Receipt, Fault> {
    match action {
        "join" => {
            let id = room_id(target)?;
            client
                .join_room_by_id(&id)
                .await
                .map_err(|e| fault::of(&e, Asked::Writing))?;
        }
        "leave" => {
            room(client, target)?
                .leave()
                .await
                .map_err(|e| fault::of(&e, Asked::Writing))?;
        }
        other => {
            return Err(Fault::Rejected(format!(
                "a conversation has no action \"{other}\""
            )));
        }
    }
    Ok(Receipt::Applied {
        handle: Some(target.clone()),
        revision: None,
    })
}

async fn set(room: &Room, edit: &Edit) -> Result<(), Fault> {
    let text = match &edit.mine {
        FieldValue::Text(text) => text.clone(),
        FieldValue::Empty => String::new(),
        _ => return Err(Fault::Rejected("a name and a topic are texts".to_owned())),
    };
    let done = match edit.field.0.as_str() {
        "title" => room.set_name(text).await.map(drop),
        "topic" => room.set_room_topic(&text).await.map(drop),
        other => {
            return Err(Fault::Rejected(format!(
                "\"{other}\" cannot be changed in Matrix"
            )));
        }
    };
    done.map_err(|error| fault::of(&error, Asked::Writing))
}

fn applied(event: Option<OwnedEventId>) -> Receipt {
    Receipt::Applied {
        handle: event.map(|id| Handle(id.to_string())),
        revision: None,
    }
}

/// A room of this account.
pub(super) fn room(client: &Client, handle: &Handle) -> Result<Room, Fault> {
    let id = room_id(handle)?;
    client
        .get_room(&id)
        .ok_or_else(|| Fault::Rejected("this room is not known here".to_owned()))
}

fn room_id(handle: &Handle) -> Result<OwnedRoomId, Fault> {
    RoomId::parse(handle.as_str())
        .map_err(|_bad| Fault::Rejected(format!("{handle} is not the address of a room")))
}

/// An event's id.
pub(super) fn event_id(handle: &Handle) -> Result<OwnedEventId, Fault> {
    EventId::parse(handle.as_str())
        .map_err(|_bad| Fault::Rejected(format!("{handle} is not the address of a message")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_a_message_has_a_transaction_of_its_own() {
        let message = |text: &str, files: usize| Outgoing {
            text: text.to_owned(),
            files: vec!["/f".to_owned(); files],
            ..Outgoing::default()
        };
        assert_eq!(transactions("c", &message("x", 0)), ["c"]);
        assert_eq!(transactions("c", &message("x", 1)), ["c"]);
        assert_eq!(transactions("c", &message("", 2)), ["c", "c.1"]);
        assert_eq!(transactions("c", &message("x", 2)), ["c", "c.1", "c.2"]);
    }
}
