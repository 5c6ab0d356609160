//! The stream of changes: one position at the server, one taker at a time.
//!
//! [`Flow::pull`] asks the server for what is new and lets the SDK process it; a request cut
//! short there costs the keys in it another round. So [`Flow::watch`], which is cut short all
//! the time, never touches the SDK: it asks the server the same question with patience, and
//! throws the answer away once it shows that there is one. That costs a second round trip
//! (some milliseconds) for each piece of news, and a wait never stands in the way of a pull.
//!
//! What was handed over is kept until a later cursor proves that it was stored. A pull that
//! comes again with the old cursor gets the same page; so does one after a restart, from the
//! server, because a position of `/sync` stays good.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{self, StreamExt};
use matrix_sdk::config::{RequestConfig, SyncSettings, SyncToken};
use matrix_sdk::ruma::api::client::filter::FilterDefinition;
use matrix_sdk::ruma::api::client::sync::sync_events::v3;
use matrix_sdk::ruma::assign;
use matrix_sdk::ruma::presence::PresenceState;
use matrix_sdk::store::StateStoreDataKey;
use rapport_model::change::Coverage;
use rapport_model::{Cursor, Fault, Millis, Page};
use serde_json::{Value, json};
use tokio::sync::{Mutex, Notify};

use super::batch::{self, Part};
use super::fault::{self, Asked, REQUEST_TIMEOUT};
use super::holes;
use super::list::{self, Answer, List};
use super::locked;
use super::mark::{Listed, Mark, Place};
use super::news::{self, News};
use super::session::{self, Live, Session};

/// How long the server may keep a waiting request open.
const WAIT: Duration = Duration::from_secs(30);
/// How long the first answer may take.
const FIRST: Duration = Duration::from_secs(600);
/// How often the server may forget the list of one first look.
const FORGETFUL: u32 = 3;
/// How many of the newest events of a room one answer holds; the rest is a gap.
pub(super) const TIMELINE: u32 = 50;

/// One answer of the server, ready to be handed over.
#[derive(Debug)]
struct Batch {
    /// Where it begins.
    at: Place,
    /// Which answer it is: only of the very same one can some parts be stored already.
    id: String,
    /// Where it ends.
    then: Place,
    parts: Vec<Part>,
    keys: bool,
    handed: bool,
}

/// A page with what is said about it.
struct Handed {
    page: Page,
    /// Keys came with it.
    keys: bool,
    /// The mark of its cursor.
    after: Mark,
}

#[derive(Debug, Default)]
struct Line {
    /// Where the kept answers end: what the store knows once it has them all.
    tail: Place,
    /// Where to ask on. Runs ahead of `tail` over answers that held nothing.
    asked: Place,
    /// The list of rooms that the first look goes through.
    list: Option<List>,
    /// How often the server has forgotten it.
    lost: u32,
    /// The server has no such list, or it does not work there.
    listless: bool,
    /// The holes of the first look need not be remembered any more.
    tidied: bool,
    ready: VecDeque<Batch>,
    /// Somebody pulled: `tail` is known.
    begun: bool,
    /// It was said that there is something to pull, and nobody has come for it yet. Said
    /// again and again to somebody who may not pull now, it would only tire the server.
    told: bool,
    /// Texts handed over with the mark of that count, and the events they settle.
    opened: (u64, Vec<String>),
}

/// The stream.
#[derive(Debug, Default)]
pub(super) struct Flow {
    line: Mutex<Line>,
    /// Undecryptable messages were tried with all keys known of. Not so after a start.
    tried: AtomicBool,
    /// A pull has taken the line.
    pulled: Notify,
    /// How many answers with news the line has had.
    news: AtomicU64,
}

impl Flow {
    /// The next page after `cursor`.
    pub(super) async fn pull(
        &self,
        session: &Session,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        let live = session.live().await?;
        let mark = Mark::read(cursor, &live.me)?;
        let mut line = self.line.lock().await;
        self.settle(&live, &mut line, &mark).await?;
        line.go_to(&mark);
        self.pulled.notify_waiters();
        if line.ready.is_empty() {
            let news = line.ask(session, &live).await?;
            self.count(news);
        }
        let Handed {
            mut page,
            keys,
            mut after,
        } = line.hand_over(&mark);
        if keys || !self.tried.swap(true, Ordering::SeqCst) {
            let opened = locked::retry(&live.client).await;
            let (changes, done) =
                opened.inspect_err(|_fault| self.tried.store(false, Ordering::SeqCst))?;
            if !done.is_empty() {
                after.opened = mark.opened.saturating_add(1);
                line.opened = (after.opened, done);
                page.changes.extend(changes);
                page.cursor = after.cursor();
            }
        }
        Ok(page)
    }

    /// Returns when there is something to pull; once for each, until a pull has asked.
    pub(super) async fn watch(&self, session: &Session) -> Result<(), Fault> {
        let live = session.live().await?;
        let keys = live.client.encryption().room_keys_received_stream().await;
        let mut keys = keys.map_or_else(|| stream::pending().boxed(), StreamExt::boxed);
        let mut since = loop {
            let pulled = self.pulled.notified();
            tokio::pin!(pulled);
            pulled.as_mut().enable();
            {
                let mut line = self.line.lock().await;
                if line.begun && !line.told {
                    if line.ready.iter().any(|batch| !batch.handed) {
                        line.told = true;
                        return Ok(());
                    }
                    match line.asked.since() {
                        Some(since) => break since.to_owned(),
                        // The first look has more to say, always.
                        None => {
                            line.told = true;
                            return Ok(());
                        }
                    }
                }
            }
            pulled.await;
        };
        loop {
            tokio::select! {
                waited = signal(&live, &since, WAIT) => match waited? {
                    None => break,
                    Some(next) => since = next,
                },
                // From the key backup, or from another device during a verification.
                Some(_) = keys.next() => {
                    self.keys_came();
                    break;
                }
            }
        }
        self.line.lock().await.told = true;
        Ok(())
    }

    /// Waits for news and takes it in: for those who wait for a message between devices
    /// rather than for a page.
    pub(super) async fn step(&self, session: &Session, wait: Duration) -> Result<(), Fault> {
        let live = session.live().await?;
        let (begun, asked) = {
            let line = self.line.lock().await;
            (line.begun, line.asked.clone())
        };
        let place = match asked {
            Place::Start if !begun => match sdk_position(&live).await? {
                Some(since) => Place::Stream(since),
                None => Place::Start,
            },
            place => place,
        };
        match place.since() {
            Some(since) => drop(signal(&live, since, wait).await?),
            // The first look is under way, and what devices say to each other comes with it.
            None if begun => {
                let next = tokio::time::timeout(wait, self.pulled.notified()).await;
                tracing::trace!(came = next.is_ok(), "waited for the first look");
                return Ok(());
            }
            None => {}
        }
        let mut line = self.line.lock().await;
        if !line.begun {
            // Nobody has pulled since the start. What comes now is kept under the SDK's
            // position; a pull with another cursor simply asks the server again.
            line.restart(place);
        }
        let news = line.ask(session, &live).await?;
        self.count(news);
        Ok(())
    }

    fn count(&self, news: bool) {
        self.news.fetch_add(u64::from(news), Ordering::SeqCst);
    }

    /// Grows with every answer that brought something.
    pub(super) fn news(&self) -> u64 {
        self.news.load(Ordering::SeqCst)
    }

    /// Says that keys may have come by another way than the stream.
    pub(super) fn keys_came(&self) {
        self.tried.store(false, Ordering::SeqCst);
    }

    /// Forgets the waiting messages whose texts the store has by now; those of a page that
    /// was not stored are due again.
    async fn settle(&self, live: &Live, line: &mut Line, mark: &Mark) -> Result<(), Fault> {
        let (count, done) = std::mem::take(&mut line.opened);
        if mark.opened >= count {
            locked::remove(&live.client, &done).await?;
        } else {
            self.keys_came();
        }
        Ok(())
    }
}

impl Line {
    /// Drops what the cursor proves to be stored; starts over when it is from elsewhere.
    fn go_to(&mut self, mark: &Mark) {
        self.begun = true;
        self.told = false;
        let place = mark.place();
        if let Some(at) = self.ready.iter().position(|batch| batch.at == place) {
            self.ready.drain(..at);
        } else if self.tail == place {
            self.ready.clear();
        } else {
            self.restart(place);
        }
    }

    fn restart(&mut self, place: Place) {
        let opened = std::mem::take(&mut self.opened);
        *self = Self {
            tail: place.clone(),
            asked: place,
            begun: true,
            lost: self.lost,
            listless: self.listless,
            opened,
            ..Self::default()
        };
    }

    /// The page for a mark.
    fn hand_over(&mut self, mark: &Mark) -> Handed {
        let Some(batch) = self.ready.front_mut() else {
            // Nothing new; the position may have moved all the same.
            self.tail.clone_from(&self.asked);
            let after = mark.at(self.tail.clone());
            let page = Page::new(Vec::new(), Coverage::Delta, after.cursor(), false);
            return Handed {
                page,
                keys: false,
                after,
            };
        };
        batch.handed = true;
        let at = match &mark.inside {
            Some((id, at)) if *id == batch.id => *at,
            _ => 0,
        };
        let last = at.saturating_add(1) >= batch.parts.len();
        let after = if last {
            mark.at(batch.then.clone())
        } else {
            Mark {
                inside: Some((batch.id.clone(), at.saturating_add(1))),
                ..mark.clone()
            }
        };
        let part = batch.parts.get(at).cloned().unwrap_or_default();
        let keys = batch.keys && at == 0;
        // After the list the stream has what came meanwhile.
        let listed = [&batch.at, &batch.then].map(|place| matches!(place, Place::List(_)));
        let more = !last || listed.contains(&true) || self.ready.len() > 1;
        let mut page = Page::new(part.changes, Coverage::Delta, after.cursor(), more);
        page.poison = part.poison;
        page.ephemeral = part.ephemeral;
        Handed { page, keys, after }
    }

    /// Asks the server for what is new. Answers whether there was something. Boxed: the types
    /// behind it are too deep for the compiler to look through.
    fn ask<'a>(
        &'a mut self,
        session: &'a Session,
        live: &'a Live,
    ) -> BoxFuture<'a, Result<bool, Fault>> {
        self.next_answer(session, live).boxed()
    }

    async fn next_answer(&mut self, session: &Session, live: &Live) -> Result<bool, Fault> {
        let now = session.setting.clock.now();
        match self.asked.clone() {
            Place::Stream(since) => {
                if !self.tidied {
                    holes::forget(&live.client).await?;
                    self.tidied = true;
                }
                let news = ask(live, Some(&since)).await?;
                let next = Place::Stream(news.next.clone());
                if news.is_empty() {
                    self.asked = next;
                    return Ok(false);
                }
                let id = news.next.clone();
                self.take(live, news, id, next, now).await?;
            }
            Place::Start if self.listless || !list::is_offered(&live.client).await => {
                self.whole(live, now).await?;
            }
            Place::Start => {
                // Whatever happens while the list is gone through comes after this position.
                let nothing = filter(&json!({"rooms": []}))?;
                let answer = answer(live, None, Duration::ZERO, nothing).await?;
                let listed = Listed {
                    from: answer.next_batch,
                    ..Listed::default()
                };
                self.window(session, live, listed, now).await?;
            }
            Place::List(listed) if listed.through => self.rest(live, listed, now).await?,
            Place::List(listed) => self.window(session, live, listed, now).await?,
        }
        Ok(true)
    }

    /// Everything in one answer: the first look at servers without a list of rooms.
    async fn whole(&mut self, live: &Live, now: Millis) -> Result<(), Fault> {
        self.list = None;
        let news = ask(live, None).await?;
        let id = news.next.clone();
        let then = Place::Stream(id.clone());
        self.take(live, news, id, then, now).await
    }

    /// The next rooms of the list.
    async fn window(
        &mut self,
        session: &Session,
        live: &Live,
        listed: Listed,
        now: Millis,
    ) -> Result<(), Fault> {
        let (news, id, through) = match self.next_rooms(live).await {
            Ok(next) => next,
            // Whatever the server has against it: it has the other way too.
            Err(Fault::Rejected(why) | Fault::Denied(why) | Fault::Transient(why)) => {
                let account = &session.setting.account;
                tracing::warn!(%account, why, "the list of rooms fails; asking for all at once");
                self.listless = true;
                return self.whole(live, now).await;
            }
            Err(fault) => return Err(fault),
        };
        if through {
            self.list = None;
        }
        let then = Place::List(Listed {
            answers: listed.answers.saturating_add(1),
            through,
            ..listed
        });
        self.take(live, news, id, then, now).await
    }

    /// What the next window of the list brings, a name for it, and whether it was the last.
    async fn next_rooms(&mut self, live: &Live) -> Result<(News, String, bool), Fault> {
        let failed = |error: matrix_sdk::Error| fault::of(&error, Asked::Reading);
        while self.lost < FORGETFUL {
            let mut list = match self.list.take() {
                Some(list) => list,
                None => {
                    // With a position of `/sync`, the crypto store knows no token of a list.
                    let keys = sdk_position(live).await?.is_none();
                    let begun = List::begin(&live.client, session::nonce()?, keys).await;
                    begun.map_err(failed)?
                }
            };
            // Boxed: the types behind it are too deep for the compiler to look through.
            let asked: BoxFuture<'_, _> = list.next(&live.client).boxed();
            match asked.await.map_err(failed) {
                Ok(Answer::News(news, through)) => {
                    let id = list.id();
                    self.list = Some(list);
                    return Ok((news, id, through));
                }
                // Begun anew at the top, or else given up: a list must end some day.
                Ok(Answer::Forgotten) => self.lost = self.lost.saturating_add(1),
                Err(fault) => {
                    self.list = Some(list);
                    return Err(fault);
                }
            }
        }
        Err(Fault::Transient(
            "the homeserver forgets the list of rooms again and again".to_owned(),
        ))
    }

    /// What the list did not tell: counts, members, and the state nobody asked for yet.
    async fn rest(&mut self, live: &Live, listed: Listed, now: Millis) -> Result<(), Fault> {
        let but_talk = json!({
            "state": {"lazy_load_members": true},
            "timeline": {"limit": 1, "lazy_load_members": true},
        });
        let mut news = processed(live, None, FIRST, filter(&but_talk)?).await?;
        for room in &mut news.rooms {
            room.timeline.clear();
            room.limited = false;
            room.changed = true;
        }
        // Those that the list brought have been waiting for this.
        news.keys = true;
        let id = news.next.clone();
        self.take(live, news, id, Place::Stream(listed.from), now)
            .await
    }

    /// Keeps an answer for handing over.
    async fn take(
        &mut self,
        live: &Live,
        news: News,
        id: String,
        then: Place,
        now: Millis,
    ) -> Result<(), Fault> {
        let keys = news.keys;
        let since = self.tail.since().map(str::to_owned);
        let mut parts = batch::parts(&live.client, news, since.as_deref(), now).await?;
        if since.is_none() {
            holes::replace(&live.client, &mut parts).await?;
        }
        for part in &parts {
            locked::add(&live.client, &part.locked).await?;
        }
        self.asked = then.clone();
        self.ready.push_back(Batch {
            at: std::mem::replace(&mut self.tail, then.clone()),
            id,
            then,
            parts,
            keys,
            handed: false,
        });
        Ok(())
    }
}

/// One request for what is new after a position, or for everything.
async fn ask(live: &Live, since: Option<&str>) -> Result<News, Fault> {
    // The first answer of a large account takes the server minutes. It never waits for news,
    // so the time it may wait only serves to be patient with it.
    let wait = if since.is_none() {
        FIRST
    } else {
        Duration::ZERO
    };
    processed(live, since, wait, usual()?).await
}

/// One request, read from the SDK or, when the SDK swallowed it, from the server's answer.
async fn processed(
    live: &Live,
    since: Option<&str>,
    wait: Duration,
    filter: FilterDefinition,
) -> Result<News, Fault> {
    let before = sdk_position(live).await?;
    let settings = SyncSettings::new()
        .filter(filter.clone().into())
        .timeout(wait)
        .set_presence(PresenceState::Offline)
        .token(since.map_or(SyncToken::NoToken, SyncToken::from));
    let response = Box::pin(live.client.sync_once(settings)).await;
    let response = response.map_err(|error| stale(fault::of(&error, Asked::Reading), since))?;
    let swallowed = before.as_deref() == Some(&response.next_batch) && before.as_deref() != since;
    if !swallowed {
        return Ok(news::of_sdk(response));
    }
    let answer = answer(live, since, wait, filter).await?;
    // It may hold more than the answer that the SDK has processed. What is beyond that is
    // asked for again, so that the SDK gets it too.
    Ok(News {
        next: response.next_batch,
        ..news::of_answer(&live.client, answer).await
    })
}

/// The server's own answer, unknown to the SDK.
async fn answer(
    live: &Live,
    since: Option<&str>,
    wait: Duration,
    filter: FilterDefinition,
) -> Result<v3::Response, Fault> {
    let request = assign!(v3::Request::new(), {
        filter: Some(filter.into()),
        since: since.map(str::to_owned),
        set_presence: PresenceState::Offline,
        timeout: Some(wait),
        use_state_after: true,
    });
    let patience = RequestConfig::new()
        .disable_retry()
        .timeout(wait + REQUEST_TIMEOUT);
    let answer = live
        .client
        .send(request)
        .with_request_config(patience)
        .await;
    answer.map_err(|error| stale(fault::of_http(&error, Asked::Reading), since))
}

/// Waits until the server has something after `since`, without taking it. `None` says that
/// it has; else the position up to which it has nothing.
async fn signal(live: &Live, since: &str, wait: Duration) -> Result<Option<String>, Fault> {
    let answer = answer(live, Some(since), wait, usual()?).await?;
    let nothing = answer.rooms.is_empty()
        && answer.rooms.knock.is_empty()
        && answer.account_data.is_empty()
        && answer.to_device.is_empty()
        && answer.device_lists.is_empty();
    Ok(nothing.then_some(answer.next_batch))
}

/// A position the server refuses is worth nothing any more.
fn stale(fault: Fault, since: Option<&str>) -> Fault {
    match fault {
        Fault::Rejected(why) if since.is_some() => Fault::CursorExpired(why),
        other => other,
    }
}

async fn sdk_position(live: &Live) -> Result<Option<String>, Fault> {
    let stored = live
        .client
        .state_store()
        .get_kv_data(StateStoreDataKey::SyncToken)
        .await;
    let stored = stored.map_err(|error| fault::of(&error.into(), Asked::Reading))?;
    Ok(stored.and_then(|value| value.into_sync_token()))
}

/// What the stream is asked for.
fn usual() -> Result<FilterDefinition, Fault> {
    filter(&json!({
        "state": {"lazy_load_members": true},
        "timeline": {"limit": TIMELINE, "lazy_load_members": true},
    }))
}

fn filter(room: &Value) -> Result<FilterDefinition, Fault> {
    serde_json::from_value(json!({"presence": {"not_types": ["*"]}, "room": room}))
        .map_err(|error| Fault::Rejected(error.to_string()))
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
