//! One answer of `/sync` becomes pages of changes.
//!
//! A page covers whole rooms: the conversation first, then what was said in it, then the gap
//! before it. Large answers (the first one of an account above all) become several pages;
//! they share one position at the server, so only the last page moves the cursor on.

use std::collections::BTreeSet;

use matrix_sdk::Client;
use matrix_sdk::ruma::RoomId;
use rapport_model::change::{Ephemeral, Poison};
use rapport_model::conversation::Readable;
use rapport_model::{Body, Change, Fault, Gap, Handle, Millis};
use serde_json::{Value, json};

use super::beside::Beside;
use super::ephemeral::heard;
use super::locked::Waiting;
use super::map::{self, Mapped, Scene};
use super::news::{News, RoomNews, Said};
use super::room::{self, Facts, Surroundings};
use super::wire::{Event, clean};

/// A page is closed once it holds this many changes.
const PAGE: usize = 200;

/// The part of an answer that goes into one page.
#[derive(Debug, Default, Clone)]
pub(super) struct Part {
    pub(super) changes: Vec<Change>,
    pub(super) poison: Vec<Poison>,
    pub(super) ephemeral: Vec<Ephemeral>,
    /// Events that could not be decrypted.
    pub(super) locked: Vec<Waiting>,
    /// Events that are no message, and when they happened.
    pub(super) beside: Vec<(Handle, Millis)>,
}

impl Part {
    fn size(&self) -> usize {
        self.changes.len() + self.poison.len() + self.ephemeral.len() / 10
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.poison.is_empty()
            && self.ephemeral.is_empty()
            && self.locked.is_empty()
    }
}

/// Turns an answer into parts. `since` is where it began; a gap reaches back to there, or
/// to the beginning of a room that was just entered. `beside` knows the events of earlier
/// answers that are no message.
pub(super) async fn parts(
    client: &Client,
    news: News,
    since: Option<&str>,
    now: Millis,
    beside: &mut Beside,
) -> Result<Vec<Part>, Fault> {
    let around = Surroundings::read(client).await?;
    let me = client
        .user_id()
        .map(ToString::to_string)
        .unwrap_or_default();
    let also = touched(&news);
    let (mut parts, mut part) = (Vec::new(), Part::default());
    let mut done = BTreeSet::new();
    for room in news.rooms {
        let facts = known(client, &room.room, &around).await?;
        let news = Reported {
            room: &room,
            facts: facts.as_ref(),
            me: &me,
            since: since.filter(|_| !room.is_entered()),
            now,
        };
        news.into_part(&mut part);
        done.insert(room.room);
        if part.size() >= PAGE {
            parts.push(std::mem::take(&mut part));
        }
    }
    for id in also.difference(&done) {
        if let Some(facts) = known(client, id, &around).await? {
            let item = room::conversation(&facts, &me, now);
            part.changes.push(Change::Upsert(Box::new(item)));
        }
    }
    parts.push(part);
    beside.date(&mut parts);
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

async fn known(client: &Client, id: &str, around: &Surroundings) -> Result<Option<Facts>, Fault> {
    let room = RoomId::parse(id).ok().and_then(|id| client.get_room(&id));
    match room {
        Some(room) => room::facts(&room, around).await.map(Some),
        None => Ok(None),
    }
}

/// Rooms that look different although nothing happened in them: newly direct or muted ones,
/// and those that a space took in or let go.
fn touched(news: &News) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for raw in &news.account {
        let Ok(event) = serde_json::from_str::<Value>(raw) else {
            continue;
        };
        match event.get("type").and_then(Value::as_str) {
            Some("m.direct") => {
                let users = event.get("content").and_then(Value::as_object);
                let ids = users.into_iter().flat_map(|users| users.values());
                rooms.extend(
                    ids.filter_map(Value::as_array)
                        .flatten()
                        .filter_map(room_id),
                );
            }
            Some("m.push_rules") => {
                let rules = event
                    .pointer("/content/global/override")
                    .and_then(Value::as_array);
                let ids = rules
                    .into_iter()
                    .flatten()
                    .filter_map(|rule| rule.get("rule_id"));
                rooms.extend(ids.filter_map(room_id));
            }
            _ => {}
        }
    }
    for room in &news.rooms {
        let said = room.timeline.iter().map(|said| said.json.as_str());
        for raw in room.state.iter().map(String::as_str).chain(said) {
            if raw.contains("m.space.child")
                && let Ok(event) = serde_json::from_str::<Value>(raw)
                && event.get("type").and_then(Value::as_str) == Some("m.space.child")
            {
                rooms.extend(event.get("state_key").and_then(room_id));
            }
        }
    }
    rooms
}

fn room_id(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|id| id.starts_with('!'))
        .map(str::to_owned)
}

/// One room's news with what is known of the room. Pure from here on.
#[derive(Debug)]
pub(super) struct Reported<'a> {
    pub(super) room: &'a RoomNews,
    pub(super) facts: Option<&'a Facts>,
    pub(super) me: &'a str,
    pub(super) since: Option<&'a str>,
    pub(super) now: Millis,
}

impl Reported<'_> {
    /// Adds the room's changes to a page.
    pub(super) fn into_part(self, part: &mut Part) {
        let room = self.room;
        if let Some(facts) = self.facts.filter(|_| room.changed) {
            let item = room::conversation(facts, self.me, self.now);
            part.changes.push(Change::Upsert(Box::new(item)));
        }
        let heard = heard(
            &room.room,
            room.ephemeral.iter().map(String::as_str),
            self.me,
        );
        let first = part.changes.len();
        said_in(&room.room, self.me, self.facts, &room.timeline, part);
        if room.limited
            && let Some(from) = &room.before
        {
            let oldest = part.changes.iter().skip(first).find_map(moment);
            part.changes.push(Change::Gap(Gap {
                conversation: Handle::new(&room.room),
                token: GapToken {
                    from: from.clone(),
                    to: self.since.map(str::to_owned),
                }
                .text(),
                before: oldest.unwrap_or(self.now),
            }));
        }
        part.changes.extend(heard.read);
        part.ephemeral.extend(heard.ephemeral);
    }
}

/// Maps a run of events of one room, oldest first.
pub(super) fn said_in(room: &str, me: &str, facts: Option<&Facts>, said: &[Said], part: &mut Part) {
    let names = facts.map(|facts| {
        let named = facts
            .members
            .iter()
            .filter_map(|(id, name)| Some((id.clone(), name.clone()?)));
        named.collect::<std::collections::BTreeMap<String, String>>()
    });
    let names = names.unwrap_or_default();
    let read = facts
        .and_then(|facts| facts.read.as_ref())
        .map(|(_event, at)| *at);
    let scene = Scene {
        room,
        me,
        names: &names,
        read,
    };
    for one in said {
        let waiting = |event: String| Waiting {
            room: room.to_owned(),
            event,
            json: one.json.clone(),
        };
        match map::event(&one.json, one.locked.as_deref(), &scene) {
            Mapped::Change(change) => {
                part.locked.extend(undecryptable(&change).map(waiting));
                if !matches!(*change, Change::Upsert(_)) {
                    part.beside.extend(when(&one.json));
                }
                part.changes.push(*change);
            }
            Mapped::Poison(poison) => part.poison.push(poison),
            Mapped::Waiting(event) => {
                part.beside.extend(when(&one.json));
                part.locked.push(waiting(event));
            }
            Mapped::Nothing => part.beside.extend(when(&one.json)),
        }
    }
}

/// Which event this is, and when it happened.
fn when(raw: &str) -> Option<(Handle, Millis)> {
    let event = Event::read(raw).ok()?;
    Some((Handle(clean(event.id()?)), Millis(event.at()?)))
}

/// The event behind a change, when it waits for its key.
fn undecryptable(change: &Change) -> Option<String> {
    let Change::Upsert(item) = change else {
        return None;
    };
    let Body::Message(message) = &item.body else {
        return None;
    };
    matches!(message.readable, Readable::Undecryptable(_)).then(|| item.handle.0.clone())
}

fn moment(change: &Change) -> Option<Millis> {
    match change {
        Change::Upsert(item) => Some(item.at),
        Change::Patch(patch) => Some(patch.at),
        _ => None,
    }
}

/// Where a hole in a room's history lies: from one of the server's tokens back to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GapToken {
    /// Read backwards from here.
    pub(super) from: String,
    /// What lies before this is known; `None` for the beginning of the room.
    pub(super) to: Option<String>,
}

impl GapToken {
    /// The token as stored.
    pub(super) fn text(&self) -> String {
        json!({"from": self.from, "to": self.to}).to_string()
    }

    /// Reads a stored token.
    pub(super) fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let field = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            from: field("from")?,
            to: field("to"),
        })
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
