//! A room, direct chat or space becomes a conversation.
//!
//! [`Facts`] is what the SDK's store knows of a room, read at the edge ([`facts`]);
//! [`conversation`] turns it into an item and is pure. Members are bounded: a room of ten
//! thousand people is drawn with its first two hundred.

use std::collections::{BTreeMap, BTreeSet};

use matrix_sdk::deserialized_responses::RawAnySyncOrStrippedState;
use matrix_sdk::ruma::events::StateEventType;
use matrix_sdk::ruma::events::receipt::{ReceiptThread, ReceiptType};
use matrix_sdk::{Client, Room, RoomDisplayName, RoomMemberships, RoomState};
use rapport_model::contact::{Address, Mailbox};
use rapport_model::conversation::Membership;
use rapport_model::{Body, Conversation, ConversationKind, Fault, Handle, Item, Millis};
use serde_json::Value;

use super::fault::{self, Asked};
use super::wire::{clean, cut};

const MEMBER_LIMIT: usize = 200;
const TOPIC_LIMIT: usize = 8 * 1024;

/// What is known of a room.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Facts {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) topic: Option<String>,
    pub(super) space: bool,
    pub(super) direct: bool,
    pub(super) encrypted: bool,
    pub(super) muted: bool,
    pub(super) membership: Membership,
    /// User id and display name.
    pub(super) members: BTreeMap<String, Option<String>>,
    pub(super) parents: BTreeSet<String>,
    /// The newest message read, and when.
    pub(super) read: Option<(String, Millis)>,
    pub(super) unread: u64,
    pub(super) mentions: u64,
    /// When the room was made.
    pub(super) made: Option<Millis>,
}

/// The conversation a room is to us. `now` dates a room that hides when it was made, as an
/// invitation does.
pub(super) fn conversation(facts: &Facts, me: &str, now: Millis) -> Item {
    let kind = match (facts.space, facts.direct) {
        (true, _) => ConversationKind::Space,
        (false, true) => ConversationKind::Direct,
        (false, false) => ConversationKind::Room,
    };
    let title = clean(facts.name.trim());
    let mut it = Conversation::new(
        kind,
        if title.is_empty() {
            facts.id.clone()
        } else {
            title
        },
    );
    let topic = facts
        .topic
        .as_deref()
        .map(|topic| clean(cut(topic.trim(), TOPIC_LIMIT)));
    it.topic = topic.filter(|topic| !topic.is_empty());
    it.members = members(facts, me);
    it.membership = facts.membership;
    it.parents = facts.parents.iter().map(Handle::new).collect();
    it.encrypted = facts.encrypted;
    it.muted = facts.muted;
    it.read_up_to = facts.read.as_ref().map(|(event, _at)| Handle::new(event));
    if facts.membership == Membership::Joined {
        it.unread = Some(u32::try_from(facts.unread).unwrap_or(u32::MAX));
        it.mentions = Some(u32::try_from(facts.mentions).unwrap_or(u32::MAX));
    }
    Item {
        handle: Handle::new(&facts.id),
        link: None,
        revision: None,
        at: facts.made.unwrap_or(now),
        body: Body::Conversation(it),
        raw: None,
    }
}

/// The user first: whoever is cut off, they are not.
fn members(facts: &Facts, me: &str) -> Vec<Mailbox> {
    let mailbox = |user: &str, name: &Option<String>| Mailbox {
        name: name
            .as_deref()
            .map(clean)
            .filter(|name| !name.trim().is_empty()),
        address: Address::matrix(clean(user)),
    };
    let own = facts
        .members
        .get_key_value(me)
        .map(|(user, name)| mailbox(user, name));
    let others = facts.members.iter().filter(|(user, _)| *user != me);
    own.into_iter()
        .chain(others.map(|(user, name)| mailbox(user, name)))
        .take(MEMBER_LIMIT)
        .collect()
}

/// What all rooms share, read once for a batch.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    muted: BTreeSet<String>,
    parents: BTreeMap<String, BTreeSet<String>>,
}

impl Surroundings {
    /// Reads the push rules and the spaces.
    pub(super) async fn read(client: &Client) -> Result<Self, Fault> {
        let rules = client
            .account()
            .account_data_raw("m.push_rules".into())
            .await
            .map_err(|error| fault::of(&error, Asked::Reading))?;
        let rules = rules.and_then(|raw| serde_json::from_str::<Value>(raw.json().get()).ok());
        let muted = rules.as_ref().map(muted_rooms).unwrap_or_default();
        let mut parents: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for space in client.joined_space_rooms() {
            for child in children(&space).await? {
                parents
                    .entry(child)
                    .or_default()
                    .insert(space.room_id().to_string());
            }
        }
        Ok(Self { muted, parents })
    }
}

async fn children(space: &Room) -> Result<Vec<String>, Fault> {
    let events = space
        .get_state_events(StateEventType::SpaceChild)
        .await
        .map_err(|error| fault::of(&error, Asked::Reading))?;
    Ok(events
        .iter()
        .filter_map(|event| child_of(&state_json(event)?))
        .collect())
}

/// The room a space names as its child; one without servers to reach it by was taken out.
fn child_of(event: &Value) -> Option<String> {
    let via = event.pointer("/content/via")?.as_array()?;
    (!via.is_empty()).then_some(())?;
    event.get("state_key")?.as_str().map(str::to_owned)
}

/// Rooms the push rules silence. A rule of kind `room` that does nothing is not one of them:
/// it still lets mentions through.
fn muted_rooms(rules: &Value) -> BTreeSet<String> {
    let list = rules.pointer("/global/override").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter(|rule| {
            rule.get("enabled").and_then(Value::as_bool) != Some(false)
                && rule
                    .get("actions")
                    .and_then(Value::as_array)
                    .is_some_and(|actions| {
                        actions
                            .iter()
                            .all(|action| action.as_str() == Some("dont_notify"))
                    })
        })
        .filter_map(|rule| rule.get("rule_id")?.as_str())
        .filter(|id| id.starts_with('!'))
        .map(str::to_owned)
        .collect()
}

/// Reads what the SDK knows of a room. Makes no request.
pub(super) async fn facts(room: &Room, around: &Surroundings) -> Result<Facts, Fault> {
    let failed = |error: matrix_sdk::StoreError| fault::of(&error.into(), Asked::Reading);
    let id = room.room_id().to_string();
    let name = room.display_name().await.map_err(failed)?;
    let membership = match room.state() {
        RoomState::Joined => Membership::Joined,
        RoomState::Invited | RoomState::Knocked => Membership::Invited,
        RoomState::Left | RoomState::Banned => Membership::Left,
    };
    let counts = room.unread_notification_counts();
    Ok(Facts {
        name: match name {
            // Everybody else has left: the chat keeps their name.
            RoomDisplayName::EmptyWas(name) => name,
            RoomDisplayName::Empty => String::new(),
            other => other.to_string(),
        },
        topic: room.topic(),
        space: room.is_space(),
        direct: room.is_direct().await.unwrap_or_default(),
        encrypted: room.encryption_state().is_encrypted(),
        muted: around.muted.contains(&id),
        membership,
        members: names(room).await?,
        parents: around.parents.get(&id).cloned().unwrap_or_default(),
        read: read_up_to(room).await?,
        unread: counts.notification_count,
        mentions: counts.highlight_count,
        made: made(room).await?,
        id,
    })
}

async fn names(room: &Room) -> Result<BTreeMap<String, Option<String>>, Fault> {
    let known = room
        .members_no_sync(RoomMemberships::JOIN | RoomMemberships::INVITE)
        .await
        .map_err(|error| fault::of(&error, Asked::Reading))?;
    let mut all: BTreeMap<String, Option<String>> = known
        .iter()
        .map(|member| {
            (
                member.user_id().to_string(),
                member.display_name().map(str::to_owned),
            )
        })
        .collect();
    // Members load lazily: those the server names as heroes may not have spoken yet.
    for hero in room.heroes() {
        all.entry(hero.user_id.to_string())
            .or_insert(hero.display_name);
    }
    Ok(all)
}

/// The newest of the user's receipts: public or private, with or without threads.
async fn read_up_to(room: &Room) -> Result<Option<(String, Millis)>, Fault> {
    let mut newest: Option<(String, Millis)> = None;
    for kind in [ReceiptType::Read, ReceiptType::ReadPrivate] {
        for thread in [ReceiptThread::Unthreaded, ReceiptThread::Main] {
            let receipt = room
                .load_user_receipt(kind.clone(), thread, room.own_user_id())
                .await
                .map_err(|error| fault::of(&error, Asked::Reading))?;
            let Some((event, receipt)) = receipt else {
                continue;
            };
            let at = Millis(receipt.ts.map_or(0, |ts| i64::from(ts.get())));
            if newest.as_ref().is_none_or(|(_event, newest)| at >= *newest) {
                newest = Some((event.to_string(), at));
            }
        }
    }
    Ok(newest)
}

async fn made(room: &Room) -> Result<Option<Millis>, Fault> {
    let event = room
        .get_state_event(StateEventType::RoomCreate, "")
        .await
        .map_err(|error| fault::of(&error, Asked::Reading))?;
    let json = event.as_ref().and_then(state_json);
    let at = json.and_then(|json| json.get("origin_server_ts")?.as_i64());
    Ok(at.filter(|at| *at > 0).map(Millis))
}

/// The JSON of a stored state event.
pub(super) fn state_json(event: &RawAnySyncOrStrippedState) -> Option<Value> {
    let raw = match event {
        RawAnySyncOrStrippedState::Sync(raw) => raw.json().get(),
        RawAnySyncOrStrippedState::Stripped(raw) => raw.json().get(),
    };
    serde_json::from_str(raw).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts() -> Facts {
        Facts {
            id: "!r:x".to_owned(),
            name: " Sales ".to_owned(),
            members: (0..300).map(|n| (format!("@{n:03}:x"), None)).collect(),
            made: Some(Millis(5)),
            unread: 3,
            ..Facts::default()
        }
    }

    fn body(facts: &Facts, me: &str) -> Conversation {
        match conversation(facts, me, Millis(9)).body {
            Body::Conversation(it) => it,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_crowded_room_is_bounded_and_never_loses_the_user() {
        let it = body(&facts(), "@299:x");
        assert_eq!(it.members.len(), MEMBER_LIMIT);
        assert_eq!(it.members[0].address.value, "@299:x");
        assert_eq!((it.title.as_str(), it.unread), ("Sales", Some(3)));
    }

    #[test]
    fn an_invitation_counts_nothing_and_is_dated_when_met() {
        let asked = Facts {
            membership: Membership::Invited,
            made: None,
            name: "\0".to_owned(),
            ..facts()
        };
        let item = conversation(&asked, "@0:x", Millis(9));
        assert_eq!(item.at, Millis(9));
        let it = body(&asked, "@0:x");
        assert_eq!((it.unread, it.title.as_str()), (None, "\u{fffd}"));
    }

    #[test]
    fn a_silenced_room_is_muted_and_one_with_only_mentions_is_not() {
        let rules = json!({"global": {
            "override": [
                {"rule_id": "!a:x", "enabled": true, "actions": []},
                {"rule_id": "!off:x", "enabled": false, "actions": []},
                {"rule_id": ".m.rule.master", "enabled": true, "actions": []}],
            "room": [
                {"rule_id": "!b:x", "enabled": true, "actions": ["dont_notify"]},
                {"rule_id": "!c:x", "enabled": true, "actions": ["notify"]}]}});
        let muted: Vec<String> = muted_rooms(&rules).into_iter().collect();
        assert_eq!(muted, ["!a:x"]);
        assert!(muted_rooms(&json!([])).is_empty());
    }

    #[test]
    fn a_child_without_servers_was_taken_out_of_its_space() {
        let child = |via| json!({"state_key": "!c:x", "content": {"via": via}});
        assert_eq!(child_of(&child(json!(["x"]))), Some("!c:x".to_owned()));
        assert_eq!(child_of(&child(json!([]))), None);
        assert_eq!(child_of(&json!({"state_key": "!c:x", "content": {}})), None);
    }
}
