//! Whether something that was sent without an answer arrived.
//!
//! The server de-duplicates by transaction id within one device, so sending again is safe
//! while the sign-in is the same; but it forgets transaction ids after a time, and a new
//! sign-in is a new device. So the room is searched first, newest events first, for the
//! transaction id (told to the same device) or for our mark inside the content (readable by
//! every later device of the user). What is not among the newest thousand events either never
//! arrived or is recognised by the server when it is sent again.

use std::collections::{BTreeMap, BTreeSet};

use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::api::client::membership::joined_rooms;
use matrix_sdk::ruma::api::client::state::get_state_event_for_key;
use matrix_sdk::ruma::events::StateEventType;
use matrix_sdk::ruma::{OwnedRoomId, UInt};
use matrix_sdk::{Client, Room};
use rapport_model::{Body, Command, CommandId, Fault, Handle, Receipt};
use serde_json::Value;

use super::content::MARK;
use super::fault::{self, Asked};
use super::news::Said;
use super::room::state_json;
use super::send::{event_id, room, transactions};
use super::session::Live;
use super::wire::Event;

const PAGES: usize = 10;

/// Whether an earlier push of `id` arrived.
pub(super) async fn lookup(
    live: &Live,
    id: &CommandId,
    command: &Command,
) -> Result<Receipt, Fault> {
    let client = &live.client;
    match command {
        Command::Send {
            conversation,
            message,
        } => {
            let room = room(client, &conversation.handle)?;
            let wanted = transactions(id.as_str(), message);
            let found = search(&room, &live.me, &wanted).await?;
            // Sent in part: sending again completes it, as what arrived is recognised.
            let complete = wanted.iter().all(|id| found.contains_key(id));
            Ok(if complete {
                arrived(found.get(id.as_str()))
            } else {
                Receipt::NeverArrived
            })
        }
        Command::EditMessage { conversation, .. } | Command::React { conversation, .. } => {
            let wanted = [id.as_str().to_owned()];
            let found = search(&room(client, conversation)?, &live.me, &wanted).await?;
            let event = found.get(id.as_str());
            Ok(event.map_or(Receipt::NeverArrived, |event| arrived(Some(event))))
        }
        Command::Redact {
            message,
            conversation,
            ..
        } => {
            let event = room(client, conversation)?
                .event(&event_id(&message.handle)?, None)
                .await;
            let event = Said::of(&event.map_err(|error| fault::of(&error, Asked::Reading))?);
            let gone = Event::read(&event.json)
                .is_ok_and(|event| event.part("/unsigned/redacted_because").is_some());
            Ok(if gone {
                arrived(None)
            } else {
                Receipt::NeverArrived
            })
        }
        Command::Create { body, .. } if matches!(**body, Body::Conversation(_)) => {
            let made = made(client, id.as_str()).await?;
            Ok(made.map_or(Receipt::NeverArrived, |room| arrived(Some(&room))))
        }
        Command::Act { target, action, .. } => {
            let inside = joined(client)
                .await?
                .iter()
                .any(|id| id.as_str() == target.handle.as_str());
            let done = match action.as_str() {
                "join" => inside,
                "leave" => !inside,
                _ => false,
            };
            Ok(if done {
                arrived(Some(&target.handle.0))
            } else {
                Receipt::NeverArrived
            })
        }
        // Setting a wanted state again changes nothing.
        Command::MarkRead { .. }
        | Command::SetFields { .. }
        | Command::Create { .. }
        | Command::Delete { .. } => Ok(Receipt::NeverArrived),
    }
}

fn arrived(handle: Option<&String>) -> Receipt {
    Receipt::Applied {
        handle: handle.map(Handle::new),
        revision: None,
    }
}

/// Own events sent under one of `wanted`, by transaction id.
async fn search(
    room: &Room,
    me: &str,
    wanted: &[String],
) -> Result<BTreeMap<String, String>, Fault> {
    let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    let (mut found, mut from) = (BTreeMap::new(), None::<String>);
    for _ in 0..PAGES {
        let mut options = MessagesOptions::backward().from(from.as_deref());
        options.limit = UInt::from(100_u32);
        let page = room
            .messages(options)
            .await
            .map_err(|e| fault::of(&e, Asked::Reading))?;
        for event in &page.chunk {
            if let Some((id, event)) = own(&Said::of(event).json, me)
                && wanted.contains(id.as_str())
            {
                found.entry(id).or_insert(event);
            }
        }
        from = page.end;
        if found.len() >= wanted.len() || from.is_none() {
            break;
        }
    }
    Ok(found)
}

/// The transaction id and event id of an own event.
fn own(json: &str, me: &str) -> Option<(String, String)> {
    let event = Event::read(json).ok()?;
    (event.sender()? == me).then_some(())?;
    let mark = || event.part("/content")?.get(MARK)?.as_str();
    let id = event.text("/unsigned/transaction_id").or_else(mark)?;
    Some((id.to_owned(), event.id()?.to_owned()))
}

/// The rooms the user is in.
async fn joined(client: &Client) -> Result<Vec<OwnedRoomId>, Fault> {
    let answer = client.send(joined_rooms::v3::Request::new()).await;
    Ok(answer
        .map_err(|error| fault::of_http(&error, Asked::Reading))?
        .joined_rooms)
}

/// The room whose first event carries the mark.
pub(super) async fn made(client: &Client, id: &str) -> Result<Option<String>, Fault> {
    let marked = |content: &Value| content.get(MARK).and_then(Value::as_str) == Some(id);
    // The newest rooms last in the server's list, as far as it has an order.
    for room in joined(client).await?.into_iter().rev() {
        let stored = match client.get_room(&room) {
            Some(known) => known
                .get_state_event(StateEventType::RoomCreate, "")
                .await
                .map_err(|error| fault::of(&error, Asked::Reading))?,
            None => None,
        };
        let content = match stored.as_ref().and_then(state_json) {
            Some(event) => event.get("content").cloned(),
            None => first_event(client, room.clone()).await?,
        };
        if content.as_ref().is_some_and(marked) {
            return Ok(Some(room.to_string()));
        }
    }
    Ok(None)
}

async fn first_event(client: &Client, room: OwnedRoomId) -> Result<Option<Value>, Fault> {
    let kind = StateEventType::RoomCreate;
    let request = get_state_event_for_key::v3::Request::new(room, kind, String::new());
    match client.send(request).await {
        Ok(answer) => Ok(serde_json::from_str(answer.event_or_content.get()).ok()),
        Err(error) => match fault::of_http(&error, Asked::Reading) {
            Fault::Rejected(_) | Fault::Denied(_) => Ok(None),
            fault => Err(fault),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_event_is_known_by_its_transaction_or_by_its_mark() {
        let event = |rest: &str| format!(r#"{{"event_id":"$1","sender":"@me:x",{rest}}}"#);
        let found = Some(("c1".to_owned(), "$1".to_owned()));
        assert_eq!(
            own(&event(r#""unsigned":{"transaction_id":"c1"}"#), "@me:x"),
            found
        );
        assert_eq!(
            own(&event(&format!(r#""content":{{"{MARK}":"c1"}}"#)), "@me:x"),
            found
        );
        assert_eq!(own(&event(r#""content":{}"#), "@me:x"), None);
        // Somebody else's event with a stolen mark is not ours.
        assert_eq!(
            own(&event(&format!(r#""content":{{"{MARK}":"c1"}}"#)), "@ada:x"),
            None
        );
    }
}
