//! One answer of `/sync`, in the one form the rest of this folder reads.
//!
//! It usually comes out of the SDK, decrypted. The SDK, however, refuses to process the same
//! answer twice and then hands over an empty one ("got the same sync response twice"); it
//! remembers its own position across restarts, and that position runs ahead of our cursor
//! whenever we stop between its commit and ours. Taken at its word, that empty answer would
//! lose every event of the batch. So it is recognised, and the events are read straight from
//! the server's answer instead ([`of_answer`]), with the keys the SDK already stored.

use matrix_sdk::deserialized_responses::{TimelineEvent, TimelineEventKind};
use matrix_sdk::ruma::api::client::sync::sync_events::v3;
use matrix_sdk::ruma::events::room::encrypted::OriginalSyncRoomEncryptedEvent;
use matrix_sdk::ruma::events::{AnySyncStateEvent, AnySyncTimelineEvent};
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{OwnedRoomId, RoomId};
use matrix_sdk::sync::{RoomUpdates, State, SyncResponse, Timeline};
use matrix_sdk::{Client, Room};

use super::locked::reason;
use super::wire::Event;

/// What one answer brought.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Where to go on.
    pub(super) next: String,
    /// Rooms with something new in them.
    pub(super) rooms: Vec<RoomNews>,
    /// Account data of the user: type and JSON of each event.
    pub(super) account: Vec<String>,
    /// Messages to this device came along; they may have brought keys.
    pub(super) keys: bool,
}

/// What one answer brought for one room.
#[derive(Debug, Default)]
pub(super) struct RoomNews {
    pub(super) room: String,
    pub(super) timeline: Vec<Said>,
    /// Events are missing before the timeline.
    pub(super) limited: bool,
    /// The server's token at the timeline's beginning.
    pub(super) before: Option<String>,
    /// State events outside the timeline.
    pub(super) state: Vec<String>,
    pub(super) ephemeral: Vec<String>,
    /// Something of the conversation itself may be different.
    pub(super) changed: bool,
}

/// One event of a timeline: its JSON, decrypted where possible.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub(super) json: String,
    /// Why it could not be decrypted.
    pub(super) locked: Option<String>,
}

impl Said {
    /// Takes an event as the SDK hands it over.
    pub(super) fn of(event: &TimelineEvent) -> Self {
        let locked = match &event.kind {
            TimelineEventKind::UnableToDecrypt { utd_info, .. } => Some(reason(&utd_info.reason)),
            TimelineEventKind::Decrypted(_) | TimelineEventKind::PlainText { .. } => None,
        };
        Self {
            json: event.raw().json().get().to_owned(),
            locked,
        }
    }
}

impl RoomNews {
    /// Whether this account has just come into the room: only then does its whole state come.
    /// The newest events then come whatever the position was, and nothing older is known.
    pub(super) fn is_entered(&self) -> bool {
        let said = self.timeline.iter().map(|said| &said.json);
        self.state.iter().chain(said).any(|raw| makes_room(raw))
    }
}

/// The event that every room begins with.
fn makes_room(raw: &str) -> bool {
    raw.contains("m.room.create")
        && Event::read(raw).is_ok_and(|event| event.kind() == "m.room.create" && event.is_state())
}

impl News {
    /// Nothing to show and no keys: only the position moved.
    pub(super) fn is_empty(&self) -> bool {
        self.rooms.is_empty() && self.account.is_empty() && !self.keys
    }
}

/// The SDK's form of an answer.
pub(super) fn of_sdk(response: SyncResponse) -> News {
    News {
        next: response.next_batch,
        rooms: of_rooms(response.rooms),
        account: texts(&response.account_data),
        keys: !response.to_device.is_empty(),
    }
}

/// The same of rooms only.
pub(super) fn of_rooms(updates: RoomUpdates) -> Vec<RoomNews> {
    let mut rooms = Vec::new();
    for (id, joined) in updates.joined {
        let changed = !joined.account_data.is_empty();
        let mut room = room(&id, &joined.timeline, &joined.state);
        room.ephemeral = texts(&joined.ephemeral);
        // The counts come along whenever they moved, often with nothing but a receipt.
        room.changed |= changed || own_news(&room.ephemeral);
        rooms.push(room);
    }
    for (id, left) in updates.left {
        rooms.push(RoomNews {
            changed: true,
            ..room(&id, &left.timeline, &left.state)
        });
    }
    for id in updates.invited.keys().chain(updates.knocked.keys()) {
        rooms.push(invited(id));
    }
    rooms
}

/// The server's own answer, decrypted here.
pub(super) async fn of_answer(client: &Client, response: v3::Response) -> News {
    let mut rooms = Vec::new();
    for (id, joined) in response.rooms.join {
        let known = client.get_room(&id);
        let mut news = answered(&id, known.as_ref(), joined.timeline, &joined.state).await;
        news.ephemeral = texts(&joined.ephemeral.events);
        news.changed = true;
        rooms.push(news);
    }
    for (id, left) in response.rooms.leave {
        let known = client.get_room(&id);
        let news = answered(&id, known.as_ref(), left.timeline, &left.state).await;
        rooms.push(RoomNews {
            changed: true,
            ..news
        });
    }
    for id in response
        .rooms
        .invite
        .keys()
        .chain(response.rooms.knock.keys())
    {
        rooms.push(invited(id));
    }
    News {
        next: response.next_batch,
        rooms,
        account: texts(&response.account_data.events),
        keys: !response.to_device.events.is_empty(),
    }
}

fn room(id: &OwnedRoomId, timeline: &Timeline, state: &State) -> RoomNews {
    let (State::Before(state) | State::After(state)) = state;
    RoomNews {
        room: id.to_string(),
        timeline: timeline.events.iter().map(Said::of).collect(),
        limited: timeline.limited,
        before: timeline.prev_batch.clone(),
        changed: !state.is_empty() || !timeline.events.is_empty() || timeline.limited,
        state: texts(state),
        ephemeral: Vec::new(),
    }
}

async fn answered(
    id: &RoomId,
    known: Option<&Room>,
    timeline: v3::Timeline,
    state: &v3::State,
) -> RoomNews {
    let mut said = Vec::new();
    for event in timeline.events {
        said.push(decrypted(known, event).await);
    }
    RoomNews {
        room: id.to_string(),
        timeline: said,
        limited: timeline.limited,
        before: timeline.prev_batch,
        changed: true,
        state: match state {
            v3::State::Before(events) | v3::State::After(events) => {
                texts::<AnySyncStateEvent>(&events.events)
            }
            _ => Vec::new(),
        },
        ephemeral: Vec::new(),
    }
}

/// An event as it stands on the line, decrypted where it can be.
pub(super) async fn decrypted(room: Option<&Room>, event: Raw<AnySyncTimelineEvent>) -> Said {
    let plain = || Said {
        json: event.json().get().to_owned(),
        locked: None,
    };
    let kind = event.get_field::<String>("type").ok().flatten();
    let (Some(room), Some("m.room.encrypted")) = (room, kind.as_deref()) else {
        return plain();
    };
    let encrypted = event.cast_ref_unchecked::<OriginalSyncRoomEncryptedEvent>();
    match room.decrypt_event(encrypted, None).await {
        Ok(event) => Said::of(&event),
        Err(error) => Said {
            locked: Some(error.to_string()),
            ..plain()
        },
    }
}

fn invited(id: &OwnedRoomId) -> RoomNews {
    RoomNews {
        room: id.to_string(),
        changed: true,
        ..RoomNews::default()
    }
}

fn own_news(ephemeral: &[String]) -> bool {
    ephemeral.iter().any(|event| event.contains("m.receipt"))
}

fn texts<T>(events: &[Raw<T>]) -> Vec<String> {
    events
        .iter()
        .map(|event| event.json().get().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(state: &[&str], timeline: &[&str]) -> RoomNews {
        RoomNews {
            state: state.iter().map(|&raw| raw.to_owned()).collect(),
            timeline: timeline
                .iter()
                .map(|&raw| Said {
                    json: raw.to_owned(),
                    locked: None,
                })
                .collect(),
            ..RoomNews::default()
        }
    }

    #[test]
    fn a_room_is_just_entered_when_its_making_is_told() {
        let made = r#"{"type":"m.room.create","state_key":"","content":{}}"#;
        let named = r#"{"type":"m.room.name","state_key":"","content":{}}"#;
        assert!(room(&[named, made], &[]).is_entered());
        assert!(room(&[], &[made, named]).is_entered());
        let spoken = r#"{"type":"m.room.message","content":{"body":"m.room.create"}}"#;
        let forged = r#"{"type":"m.room.create","content":{}}"#;
        assert!(!room(&[named], &[spoken, forged, "m.room.create"]).is_entered());
    }
}
