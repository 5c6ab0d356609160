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

mod first;
mod line;
mod request;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use rapport_model::{Cursor, Fault, Page};
use tokio::sync::{Mutex, Notify};

use super::locked;
use super::mark::{Mark, Place};
use super::session::{Live, Session};
use line::{Handed, Line};
use request::{sdk_position, signal};

/// How long the server may keep a waiting request open.
const WAIT: Duration = Duration::from_secs(30);
/// How many of the newest events of a room one answer holds; the rest is a gap.
pub(super) const TIMELINE: u32 = 50;

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
