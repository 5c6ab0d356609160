//! Older messages and single messages.
//!
//! Deliberately absent: a list of all ids for a comparison. Rooms and messages share one
//! collection, no server lists all messages, and the stream itself says what becomes of each.

use std::collections::BTreeMap;
use std::sync::Mutex;

use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::UInt;
use rapport_model::change::Coverage;
use rapport_model::{Change, Cursor, Fault, Gap, Handle, Item, Page};
use serde_json::Value;

use super::batch::{GapToken, Part, said_in};
use super::fault::{self, Asked};
use super::news::Said;
use super::room::{self, Surroundings};
use super::send::{event_id, room};
use super::session::Live;
use super::{locked, wire};

/// How many events one step of filling a gap asks for.
const STEP: u32 = 100;
/// How many events are remembered with their room.
const KNOWN: usize = 50_000;

/// In which room an event of this run lies. The protocol cannot find an event without it.
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<BTreeMap<String, String>>);

impl Places {
    /// Remembers where the messages of a page lie.
    pub(super) fn note(&self, page: &Page) {
        let Ok(mut known) = self.0.lock() else { return };
        if known.len() > KNOWN {
            known.clear();
        }
        for change in &page.changes {
            if let Change::Upsert(item) = change
                && let rapport_model::Body::Message(message) = &item.body
            {
                known.insert(item.handle.0.clone(), message.conversation.0.clone());
            }
        }
    }

    fn of(&self, event: &Handle) -> Option<String> {
        self.0.lock().ok()?.get(event.as_str()).cloned()
    }
}

/// Fills a gap, or its newest part: the answer then holds what is left of it.
pub(super) async fn backfill(live: &Live, gap: &Gap) -> Result<Page, Fault> {
    let token = GapToken::read(&gap.token)
        .ok_or_else(|| Fault::Rejected("this gap cannot be read any more".to_owned()))?;
    let room = room(&live.client, &gap.conversation)?;
    let mut options = MessagesOptions::backward().from(token.from.as_str());
    options.to.clone_from(&token.to);
    options.limit = UInt::from(STEP);
    let answer = room
        .messages(options)
        .await
        .map_err(|e| fault::of(&e, Asked::Reading))?;
    let mut said: Vec<Said> = answer.chunk.iter().map(Said::of).collect();
    // The server tells the newest first; a page is applied oldest first.
    said.reverse();
    let facts = room::facts(&room, &Surroundings::default()).await?;
    let mut part = Part::default();
    said_in(
        gap.conversation.as_str(),
        &live.me,
        Some(&facts),
        &said,
        &mut part,
    );
    locked::add(&live.client, &part.locked).await?;
    let oldest = said
        .iter()
        .find_map(|said| wire::Event::read(&said.json).ok()?.at());
    part.changes.push(Change::Filled {
        conversation: gap.conversation.clone(),
        token: gap.token.clone(),
    });
    let on = answer
        .end
        .filter(|end| *end != token.from && !said.is_empty());
    if let Some(from) = on {
        part.changes.push(Change::Gap(Gap {
            conversation: gap.conversation.clone(),
            token: GapToken { from, to: token.to }.text(),
            before: oldest.map_or(gap.before, rapport_model::Millis),
        }));
    }
    let none = Cursor {
        version: 0,
        data: Value::Null,
    };
    let mut page = Page::new(part.changes, Coverage::Delta, none, false);
    page.poison = part.poison;
    Ok(page)
}

/// The conversations and messages as they are now.
pub(super) async fn fetch(
    live: &Live,
    places: &Places,
    handles: &[Handle],
    now: rapport_model::Millis,
) -> Result<Vec<Item>, Fault> {
    let around = Surroundings::read(&live.client).await?;
    let mut items = Vec::new();
    for handle in handles {
        if handle.as_str().starts_with('!') {
            if let Ok(room) = room(&live.client, handle) {
                let facts = room::facts(&room, &around).await?;
                items.push(room::conversation(&facts, &live.me, now));
            }
            continue;
        }
        // What is not even an id cannot be there.
        let Ok(event) = event_id(handle) else {
            continue;
        };
        let place = places.of(handle).ok_or_else(|| {
            Fault::Rejected("a message can only be read again in the run that brought it".into())
        })?;
        let room = room(&live.client, &Handle(place.clone()))?;
        let said = match room.event(&event, None).await {
            Ok(event) => Said::of(&event),
            Err(error) => match fault::of(&error, Asked::Reading) {
                // Gone, or no longer ours to see: left out.
                Fault::Rejected(_) | Fault::Denied(_) => continue,
                fault => return Err(fault),
            },
        };
        let facts = room::facts(&room, &around).await?;
        let mut part = Part::default();
        said_in(&place, &live.me, Some(&facts), &[said], &mut part);
        items.extend(part.changes.into_iter().filter_map(|change| match change {
            Change::Upsert(item) => Some(*item),
            _ => None,
        }));
    }
    Ok(items)
}
