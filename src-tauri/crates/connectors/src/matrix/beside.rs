//! What happened in rooms besides what was said: somebody came in, reacted, gave the room a
//! name. Pure.
//!
//! A read receipt may name any of these, often in a later answer than the event itself. Only
//! what was said is stored, so the receipt alone would say nothing: it is told with the moment
//! of its event. Remembered for this run; a receipt for an event of another run moves nothing,
//! and the next one does.

use std::collections::BTreeMap;

use rapport_model::{Change, Handle, Millis};

use super::batch::Part;

/// How many events are remembered.
const KNOWN: usize = 20_000;

/// Events that are no message, and when they happened.
#[derive(Debug, Default)]
pub(super) struct Beside(BTreeMap<Handle, Millis>);

impl Beside {
    /// Takes in the events of an answer, and says when each was that its receipts name.
    pub(super) fn date(&mut self, parts: &mut [Part]) {
        let new = parts.iter().map(|part| part.beside.len()).sum::<usize>();
        if self.0.len().saturating_add(new) > KNOWN {
            self.0.clear();
        }
        for part in parts.iter_mut() {
            self.0.extend(part.beside.drain(..));
        }
        for change in parts.iter_mut().flat_map(|part| &mut part.changes) {
            if let Change::Read { up_to, at, .. } = change {
                *at = self.0.get(up_to).copied();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::batch::said_in;
    use super::super::news::Said;
    use super::*;

    fn joined(id: &str, at: i64) -> Part {
        Part {
            beside: vec![(Handle::new(id), Millis(at))],
            ..Part::default()
        }
    }

    fn receipt(id: &str) -> Part {
        Part {
            changes: vec![Change::Read {
                conversation: Handle::new("!r:x"),
                up_to: Handle::new(id),
                at: None,
            }],
            ..Part::default()
        }
    }

    fn told(parts: &[Part]) -> Vec<Option<Millis>> {
        let changes = parts.iter().flat_map(|part| &part.changes);
        let read = changes.filter_map(|change| match change {
            Change::Read { at, .. } => Some(*at),
            _ => None,
        });
        read.collect()
    }

    #[test]
    fn a_receipt_on_what_was_not_said_tells_when_that_was() {
        let mut beside = Beside::default();
        let mut same = [receipt("$in:x"), joined("$in:x", 5)];
        beside.date(&mut same);
        assert_eq!(told(&same), [Some(Millis(5))], "in the same answer");
        let mut later = [receipt("$in:x"), receipt("$said:x")];
        beside.date(&mut later);
        assert_eq!(told(&later), [Some(Millis(5)), None], "in a later one");
    }

    #[test]
    fn what_happens_without_being_said_is_remembered_and_what_is_said_is_not() {
        let event = |kind: &str, id: &str, more: serde_json::Value| {
            let mut event = json!({
                "type": kind, "event_id": id, "sender": "@ada:x", "origin_server_ts": 5,
                "content": {"msgtype": "m.text", "body": "Hello"},
            });
            if let (Some(event), Some(more)) = (event.as_object_mut(), more.as_object()) {
                event.extend(more.clone());
            }
            Said {
                json: event.to_string(),
                locked: None,
            }
        };
        let like = json!({"content": {"m.relates_to": {
            "rel_type": "m.annotation", "event_id": "$said", "key": "+1",
        }}});
        let said = [
            event("m.room.message", "$said", json!({})),
            event("m.room.member", "$in", json!({"state_key": "@ada:x"})),
            event("m.reaction", "$like", like),
        ];
        let mut part = Part::default();
        said_in("!r:x", "@me:x", None, &said, &mut part);
        let ids: Vec<&str> = part.beside.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["$in", "$like"]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut beside = Beside::default();
        for n in 0..3 {
            let many = (0..KNOWN).map(|at| (Handle(format!("${n}-{at}")), Millis(1)));
            let part = Part {
                beside: many.collect(),
                ..Part::default()
            };
            beside.date(&mut [part]);
            assert!(beside.0.len() <= KNOWN);
        }
    }
}
