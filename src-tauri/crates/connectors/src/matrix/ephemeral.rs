//! Typing and read receipts. Pure.

use rapport_model::change::Ephemeral;
use rapport_model::{Change, Handle};
use serde_json::Value;

use super::wire::{clean, is_id};

/// Bounds how many receipts one answer may bring to the screen.
const SEEN_LIMIT: usize = 500;

/// What the ephemeral events of a room say.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Heard {
    /// For the screen of the moment.
    pub(super) ephemeral: Vec<Ephemeral>,
    /// The user's own read position, when it moved.
    pub(super) read: Option<Change>,
}

/// Reads the ephemeral events of a room.
pub(super) fn heard<'a>(room: &str, events: impl Iterator<Item = &'a str>, me: &str) -> Heard {
    let mut out = Heard::default();
    let mut newest = i64::MIN;
    for raw in events {
        let Ok(event) = serde_json::from_str::<Value>(raw) else {
            continue;
        };
        match event.get("type").and_then(Value::as_str) {
            Some("m.typing") => out.ephemeral.push(typing(room, &event, me)),
            Some("m.receipt") => receipts(room, &event, me, &mut newest, &mut out),
            _ => {}
        }
    }
    out
}

fn typing(room: &str, event: &Value, me: &str) -> Ephemeral {
    let users = event.pointer("/content/user_ids").and_then(Value::as_array);
    let users = users.into_iter().flatten().filter_map(Value::as_str);
    let who = users
        .filter(|user| is_id(user, '@') && *user != me)
        .map(str::to_owned);
    Ephemeral::Typing {
        conversation: Handle::new(room),
        who: who.take(50).collect(),
    }
}

fn receipts(room: &str, event: &Value, me: &str, newest: &mut i64, out: &mut Heard) {
    let Some(events) = event.get("content").and_then(Value::as_object) else {
        return;
    };
    for (message, kinds) in events.iter().filter(|(message, _)| is_id(message, '$')) {
        for kind in ["m.read", "m.read.private"] {
            let Some(users) = kinds.get(kind).and_then(Value::as_object) else {
                continue;
            };
            for (user, data) in users.iter().filter(|(user, _)| is_id(user, '@')) {
                let message = Handle(clean(message));
                if user == me {
                    let in_thread = data.get("thread_id").and_then(Value::as_str);
                    let at = data.get("ts").and_then(Value::as_i64).unwrap_or_default();
                    // A receipt inside a thread says nothing about the rest of the room.
                    if in_thread.is_none_or(|thread| thread == "main") && at >= *newest {
                        *newest = at;
                        out.read = Some(Change::Read {
                            conversation: Handle::new(room),
                            up_to: message,
                            at: None,
                        });
                    }
                } else if out.ephemeral.len() < SEEN_LIMIT {
                    out.ephemeral.push(Ephemeral::Seen {
                        conversation: Handle::new(room),
                        message,
                        who: user.clone(),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_receipts_move_the_read_position_and_those_of_others_are_seen() {
        let receipt = r#"{"type":"m.receipt","content":{
            "$1":{"m.read":{"@me:x":{"ts":5},"@ada:x":{"ts":6}}},
            "$2":{"m.read.private":{"@me:x":{"ts":9}}},
            "$3":{"m.read":{"@me:x":{"ts":99,"thread_id":"$t"}}},
            "nonsense":{"m.read":{"@ada:x":7}}}}"#;
        let typing = r#"{"type":"m.typing","content":{"user_ids":["@me:x","@ada:x",7]}}"#;
        let heard = heard(
            "!r",
            [receipt, typing, "nonsense", "[]"].into_iter(),
            "@me:x",
        );
        let conversation = Handle::new("!r");
        assert_eq!(
            heard.read,
            Some(Change::Read {
                conversation: conversation.clone(),
                up_to: Handle::new("$2"),
                at: None,
            })
        );
        assert_eq!(
            heard.ephemeral,
            [
                Ephemeral::Seen {
                    conversation: conversation.clone(),
                    message: Handle::new("$1"),
                    who: "@ada:x".to_owned()
                },
                Ephemeral::Typing {
                    conversation,
                    who: vec!["@ada:x".to_owned()]
                },
            ]
        );
    }
}
