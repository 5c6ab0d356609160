//! Who types and how far others have read, as sources last said. Kept in memory
//! and never stored: it is true for a moment, and old news of it is worse than
//! none.

use std::collections::BTreeMap;

use rapport_model::change::Ephemeral;
use rapport_model::{AccountId, CollectionId, Handle, Millis};
use rapport_store::table::item::Place;

/// Somebody who typed so long ago has gone away in the middle of it.
const TYPING_FOR: i64 = 30_000;
/// Conversations remembered; the one longest without news goes first.
const ROOMS: usize = 5_000;
/// Readers remembered of one conversation.
const READERS: usize = 500;

/// Where a conversation is.
type Where = (AccountId, CollectionId, Handle);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    rooms: BTreeMap<Where, Room>,
}

#[derive(Debug, Default)]
struct Room {
    heard: Millis,
    typing: Vec<String>,
    typing_since: Millis,
    seen: BTreeMap<String, Handle>,
}

fn key(place: &Place<'_>, conversation: &Handle) -> Where {
    (
        place.account.clone(),
        place.collection.clone(),
        conversation.clone(),
    )
}

impl Presence {
    /// Takes in what a page said.
    pub(crate) fn hear(&mut self, place: &Place<'_>, said: &[Ephemeral], now: Millis) {
        for one in said {
            let (Ephemeral::Typing { conversation, .. } | Ephemeral::Seen { conversation, .. }) =
                one;
            let room = self.rooms.entry(key(place, conversation)).or_default();
            room.heard = now;
            match one {
                Ephemeral::Typing { who, .. } => {
                    room.typing.clone_from(who);
                    room.typing_since = now;
                }
                Ephemeral::Seen { message, who, .. } => {
                    if room.seen.len() < READERS || room.seen.contains_key(who) {
                        room.seen.insert(who.clone(), message.clone());
                    }
                }
            }
        }
        while self.rooms.len() > ROOMS {
            let oldest = self.rooms.iter().min_by_key(|(_, it)| it.heard);
            let Some(oldest) = oldest.map(|(at, _)| at.clone()) else {
                return;
            };
            self.rooms.remove(&oldest);
        }
    }

    /// The addresses of those who type.
    pub(crate) fn typing(&self, place: &Place<'_>, at: &Handle, now: Millis) -> Vec<String> {
        match self.rooms.get(&key(place, at)) {
            Some(room) if (0..TYPING_FOR).contains(&now.since(room.typing_since)) => {
                room.typing.clone()
            }
            _ => Vec::new(),
        }
    }

    /// Who has read up to where.
    pub(crate) fn seen(&self, place: &Place<'_>, at: &Handle) -> Vec<(String, Handle)> {
        self.rooms
            .get(&key(place, at))
            .map(|room| room.seen.clone().into_iter().collect())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_went_away_while_typing_does_not_type_for_ever() {
        let (account, collection) = (AccountId::new("a"), CollectionId::new("c"));
        let place = Place {
            account: &account,
            collection: &collection,
        };
        let room = Handle::new("!room");
        let mut presence = Presence::default();
        let typing = Ephemeral::Typing {
            conversation: room.clone(),
            who: vec!["@bob:x".to_owned()],
        };
        presence.hear(&place, &[typing], Millis(1_000));
        assert_eq!(presence.typing(&place, &room, Millis(2_000)), ["@bob:x"]);
        assert!(presence.typing(&place, &room, Millis(40_000)).is_empty());
    }

    #[test]
    fn only_the_latest_word_of_each_reader_counts() {
        let (account, collection) = (AccountId::new("a"), CollectionId::new("c"));
        let place = Place {
            account: &account,
            collection: &collection,
        };
        let room = Handle::new("!room");
        let mut presence = Presence::default();
        for message in ["1", "2"] {
            let seen = Ephemeral::Seen {
                conversation: room.clone(),
                message: Handle::new(message),
                who: "@bob:x".to_owned(),
            };
            presence.hear(&place, &[seen], Millis(1));
        }
        assert_eq!(
            presence.seen(&place, &room),
            [("@bob:x".to_owned(), Handle::new("2"))]
        );
    }
}
