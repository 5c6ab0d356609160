//! Older messages and single messages.
//!
//! Deliberately absent: a list of all ids for a comparison. Rooms and messages share one
//! collection, no server lists all messages, and the stream itself says what becomes of each.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use matrix_sdk::Room;
use matrix_sdk::room::{Messages, MessagesOptions};
use matrix_sdk::ruma::UInt;
use rapport_model::change::Coverage;
use rapport_model::{Change, Cursor, Fault, Gap, Handle, Item, Page};
use serde_json::Value;
use tokio::task::JoinSet;

use super::batch::{GapToken, Part, said_in};
use super::fault::{self, Asked};
use super::news::Said;
use super::room::{self, Surroundings};
use super::send::{event_id, room};
use super::session::Live;
use super::{locked, wire};

/// How many events one step of filling a gap asks for.
const STEP: u32 = 100;
/// How many steps that bring nothing are taken at once: what the user may not see, such as
/// what was said before they came in, is as long as the server likes.
const EMPTY: usize = 20;
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

/// The step after the last one, asked for while that one is being stored: who reads older
/// messages reads on, and neither the server nor this computer waits for the other. It is used
/// only when the stream has brought nothing since: what was taken back meanwhile must not come
/// out of an older answer.
#[derive(Debug, Default)]
pub(super) struct Ahead(Mutex<Option<Next>>);

#[derive(Debug)]
struct Next {
    conversation: Handle,
    token: String,
    news: u64,
    /// Broken off when dropped.
    answer: JoinSet<matrix_sdk::Result<Messages>>,
}

impl Ahead {
    fn begin(
        &self,
        gap: &Gap,
        news: u64,
        answer: BoxFuture<'static, matrix_sdk::Result<Messages>>,
    ) {
        let Ok(mut next) = self.0.lock() else { return };
        let mut task = JoinSet::new();
        task.spawn(answer);
        *next = Some(Next {
            conversation: gap.conversation.clone(),
            token: gap.token.clone(),
            news,
            answer: task,
        });
    }

    /// A failure is not handed on: asking again tells it, or does without it.
    async fn take(&self, gap: &Gap, news: u64) -> Option<Messages> {
        let next = self.0.lock().ok()?.take()?;
        let fits = next.conversation == gap.conversation && next.token == gap.token;
        let mut answer = Some(next.answer).filter(|_| fits && next.news == news)?;
        answer.join_next().await?.ok()?.ok()
    }
}

fn ask(room: Room, token: GapToken) -> BoxFuture<'static, matrix_sdk::Result<Messages>> {
    let mut options = MessagesOptions::backward().from(token.from.as_str());
    options.to = token.to;
    options.limit = UInt::from(STEP);
    async move { room.messages(options).await }.boxed()
}

async fn asked(room: &Room, token: &GapToken) -> Result<Messages, Fault> {
    let answer = ask(room.clone(), token.clone()).await;
    answer.map_err(|error| fault::of(&error, Asked::Reading))
}

/// Where a gap goes on after an answer, if it does. An answer without events ends nothing: the
/// server leaves out what the user may not see, and says with another token that it goes on.
fn rest(token: &GapToken, end: Option<&str>) -> Option<GapToken> {
    let from = end.filter(|end| *end != token.from)?;
    Some(GapToken {
        from: from.to_owned(),
        to: token.to.clone(),
    })
}

/// Fills a gap, or its newest part: the answer then holds what is left of it.
pub(super) async fn backfill(
    live: &Live,
    ahead: &Ahead,
    gap: &Gap,
    news: u64,
) -> Result<Page, Fault> {
    let token = GapToken::read(&gap.token)
        .ok_or_else(|| Fault::Rejected("this gap cannot be read any more".to_owned()))?;
    let room = room(&live.client, &gap.conversation)?;
    let mut answer = match ahead.take(gap, news).await {
        Some(answer) => answer,
        None => asked(&room, &token).await?,
    };
    let mut on = rest(&token, answer.end.as_deref());
    for _ in 0..EMPTY {
        let Some(next) = on.as_ref().filter(|_| answer.chunk.is_empty()) else {
            break;
        };
        answer = asked(&room, next).await?;
        on = rest(next, answer.end.as_deref());
    }
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
    if let Some(token) = on {
        let left = Gap {
            conversation: gap.conversation.clone(),
            token: token.text(),
            before: oldest.map_or(gap.before, rapport_model::Millis),
        };
        ahead.begin(&left, news, ask(room, token));
        part.changes.push(Change::Gap(left));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_ends_where_the_server_says_so_and_not_with_an_empty_answer() {
        let gap = GapToken {
            from: "t9".to_owned(),
            to: Some("s3".to_owned()),
        };
        let next = GapToken {
            from: "t5".to_owned(),
            ..gap.clone()
        };
        assert_eq!(rest(&gap, Some("t5")), Some(next));
        assert_eq!(rest(&gap, None), None);
        assert_eq!(rest(&gap, Some("t9")), None, "it would never end");
    }
}
