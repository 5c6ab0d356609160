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

use futures_util::stream::{self, StreamExt};
use matrix_sdk::config::{RequestConfig, SyncSettings, SyncToken};
use matrix_sdk::ruma::api::client::filter::FilterDefinition;
use matrix_sdk::ruma::api::client::sync::sync_events::v3;
use matrix_sdk::ruma::assign;
use matrix_sdk::ruma::presence::PresenceState;
use matrix_sdk::store::StateStoreDataKey;
use rapport_model::change::Coverage;
use rapport_model::{Cursor, Fault, Page};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{Mutex, Notify};

use super::batch::{self, Part};
use super::fault::{self, Asked, REQUEST_TIMEOUT};
use super::locked;
use super::news::{self, News};
use super::session::{Live, Session};

const CURSOR_VERSION: u16 = 1;
/// How long the server may keep a waiting request open.
const WAIT: Duration = Duration::from_secs(30);
/// How long the first answer may take.
const FIRST: Duration = Duration::from_secs(600);
/// How many of the newest events of a room one answer holds; the rest is a gap.
const TIMELINE: u32 = 50;

/// Our bookmark.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Whose.
    pub(super) user: String,
    /// The server's position; none before the first answer is stored in full.
    pub(super) since: Option<String>,
    /// Which answer is being stored in parts, and how many parts are.
    pub(super) inside: Option<(String, usize)>,
    /// Grows with every page that brought texts of once undecryptable messages.
    pub(super) opened: u64,
}

impl Mark {
    fn cursor(&self) -> Cursor {
        Cursor {
            version: CURSOR_VERSION,
            data: json!(self),
        }
    }

    /// Reads a cursor of this user.
    pub(super) fn read(cursor: Option<&Cursor>, user: &str) -> Result<Self, Fault> {
        let Some(cursor) = cursor else {
            return Ok(Self {
                user: user.to_owned(),
                ..Self::default()
            });
        };
        let mark = (cursor.version == CURSOR_VERSION)
            .then(|| serde_json::from_value::<Self>(cursor.data.clone()).ok())
            .flatten();
        match mark {
            Some(mark) if mark.user == user => Ok(mark),
            Some(_) => Err(Fault::CursorExpired(
                "another user is signed in now".to_owned(),
            )),
            None => Err(Fault::CursorExpired(
                "the bookmark has a form of another time".to_owned(),
            )),
        }
    }
}

/// One answer of the server, ready to be handed over.
#[derive(Debug)]
struct Batch {
    since: Option<String>,
    next: String,
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
    tail: Option<String>,
    /// Where to ask on. Runs ahead of `tail` over answers that held nothing.
    asked: Option<String>,
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
                    break line.asked.clone();
                }
            }
            pulled.await;
        };
        loop {
            tokio::select! {
                waited = signal(&live, since.as_deref(), WAIT) => match waited? {
                    None => break,
                    Some(next) => since = Some(next),
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
        let asked = self.line.lock().await.asked.clone();
        let since = match asked {
            Some(since) => Some(since),
            None => sdk_position(&live).await?,
        };
        signal(&live, since.as_deref(), wait).await?;
        let mut line = self.line.lock().await;
        if !line.begun {
            // Nobody has pulled since the start. What comes now is kept under the SDK's
            // position; a pull with another cursor simply asks the server again.
            line.restart(since);
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
        if let Some(at) = self
            .ready
            .iter()
            .position(|batch| batch.since == mark.since)
        {
            self.ready.drain(..at);
        } else if self.tail == mark.since {
            self.ready.clear();
        } else {
            self.restart(mark.since.clone());
        }
    }

    fn restart(&mut self, since: Option<String>) {
        let opened = std::mem::take(&mut self.opened);
        *self = Self {
            tail: since.clone(),
            asked: since,
            begun: true,
            opened,
            ..Self::default()
        };
    }

    /// The page for a mark.
    fn hand_over(&mut self, mark: &Mark) -> Handed {
        let Some(batch) = self.ready.front_mut() else {
            // Nothing new; the position may have moved all the same.
            self.tail.clone_from(&self.asked);
            let after = Mark {
                since: self.tail.clone(),
                inside: None,
                ..mark.clone()
            };
            let page = Page::new(Vec::new(), Coverage::Delta, after.cursor(), false);
            return Handed {
                page,
                keys: false,
                after,
            };
        };
        batch.handed = true;
        let at = match &mark.inside {
            Some((next, at)) if *next == batch.next => *at,
            _ => 0,
        };
        let last = at.saturating_add(1) >= batch.parts.len();
        let after = if last {
            Mark {
                since: Some(batch.next.clone()),
                inside: None,
                ..mark.clone()
            }
        } else {
            Mark {
                inside: Some((batch.next.clone(), at.saturating_add(1))),
                ..mark.clone()
            }
        };
        let part = batch.parts.get(at).cloned().unwrap_or_default();
        let keys = batch.keys && at == 0;
        let more = !last || self.ready.len() > 1;
        let mut page = Page::new(part.changes, Coverage::Delta, after.cursor(), more);
        page.poison = part.poison;
        page.ephemeral = part.ephemeral;
        Handed { page, keys, after }
    }

    /// Asks the server for what is new. Answers whether there was something.
    async fn ask(&mut self, session: &Session, live: &Live) -> Result<bool, Fault> {
        let news = ask(live, self.asked.as_deref()).await?;
        let (next, keys) = (news.next.clone(), news.keys);
        if news.is_empty() {
            self.asked = Some(next);
            return Ok(false);
        }
        let now = session.setting.clock.now();
        let parts = batch::parts(&live.client, news, self.tail.as_deref(), now).await?;
        for part in &parts {
            locked::add(&live.client, &part.locked).await?;
        }
        let since = self.tail.replace(next.clone());
        self.asked = Some(next.clone());
        self.ready.push_back(Batch {
            since,
            next,
            parts,
            keys,
            handed: false,
        });
        Ok(true)
    }
}

/// One request, read from the SDK or, when the SDK swallowed it, from the server's answer.
async fn ask(live: &Live, since: Option<&str>) -> Result<News, Fault> {
    let before = sdk_position(live).await?;
    // The first answer of a large account takes the server minutes. It never waits for news,
    // so the time it may wait only serves to be patient with it.
    let wait = if since.is_none() {
        FIRST
    } else {
        Duration::ZERO
    };
    let settings = SyncSettings::new()
        .filter(filter()?.into())
        .timeout(wait)
        .set_presence(PresenceState::Offline)
        .token(since.map_or(SyncToken::NoToken, SyncToken::from));
    let response = Box::pin(live.client.sync_once(settings)).await;
    let response = response.map_err(|error| stale(fault::of(&error, Asked::Reading), since))?;
    let swallowed = before.as_deref() == Some(&response.next_batch) && before.as_deref() != since;
    if !swallowed {
        return Ok(news::of_sdk(response));
    }
    let answer = answer(live, since, wait).await?;
    // It may hold more than the answer that the SDK has processed. What is beyond that is
    // asked for again, so that the SDK gets it too.
    Ok(News {
        next: response.next_batch,
        ..news::of_answer(&live.client, answer).await
    })
}

/// The server's own answer, unknown to the SDK.
async fn answer(live: &Live, since: Option<&str>, wait: Duration) -> Result<v3::Response, Fault> {
    let request = assign!(v3::Request::new(), {
        filter: Some(filter()?.into()),
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
async fn signal(live: &Live, since: Option<&str>, wait: Duration) -> Result<Option<String>, Fault> {
    let answer = answer(live, since, wait).await?;
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

fn filter() -> Result<FilterDefinition, Fault> {
    serde_json::from_value(json!({
        "presence": {"not_types": ["*"]},
        "room": {
            "state": {"lazy_load_members": true},
            "timeline": {"limit": TIMELINE, "lazy_load_members": true},
        },
    }))
    .map_err(|error| Fault::Rejected(error.to_string()))
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
