//! The loop of one account: take a turn, then wait for whatever comes first.
//!
//! What can wake it, in this order: being told to stop, somebody who wants
//! something now, news from the source, the time.
//!
//! A watch that told of news is set up again after the next turn: until a collection was read,
//! its source would tell the same at once, again and again, and an account that is paused or
//! waits after a failure does not read.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use rapport_model::connector::Collection;
use rapport_model::{CollectionId, Health};
use tokio_util::sync::CancellationToken;

use super::turn::{Ask, send_waiting, turn};
use super::upkeep::{IDLE_STEPS, tidy};
use crate::core::{Core, Session, lock};

/// Without anything to wait for, the account looks again after this long.
const IDLE: i64 = 60_000;
/// A watch that failed is set up again after this long.
const WATCH_AGAIN: Duration = Duration::from_secs(30);

type Watch = Pin<Box<dyn Future<Output = (CollectionId, bool)> + Send>>;

fn watch(session: &Arc<Session>, collection: CollectionId, at_once: bool) -> Watch {
    let session = Arc::clone(session);
    Box::pin(async move {
        if !at_once {
            tokio::time::sleep(WATCH_AGAIN).await;
        }
        let news = session.connector.watch(&collection).await.is_ok();
        (collection, news)
    })
}

/// What the account listens to.
#[derive(Default)]
struct Listening {
    watches: FuturesUnordered<Watch>,
    /// The collections that have a watch.
    watched: BTreeSet<CollectionId>,
    /// Those that told of news and were not read since.
    news: BTreeSet<CollectionId>,
}

impl Listening {
    /// Sets up a watch for each collection that has none.
    fn arm(&mut self, session: &Arc<Session>, known: Vec<Collection>) {
        for collection in known {
            if collection.unavailable.is_none() && self.watched.insert(collection.id.clone()) {
                self.watches.push(watch(session, collection.id, true));
            }
        }
    }

    /// Takes in how a watch ended: with news, or with a failure.
    fn heard(&mut self, session: &Arc<Session>, (collection, fresh): (CollectionId, bool)) {
        if fresh {
            self.watched.remove(&collection);
            self.news.insert(collection);
        } else {
            self.watches.push(watch(session, collection, false));
        }
    }
}

/// Before the source is read for the first time: what waits is sent, then `first_look` passes,
/// unless somebody wants something sooner.
async fn begin(core: &Core, session: &Session, first_look: Duration, stop: &CancellationToken) {
    if first_look.is_zero() {
        return;
    }
    let rests = core
        .account(&session.account)
        .is_ok_and(|it| it.paused || matches!(it.health, Health::SignIn(_)));
    // What woke it before it ran was queued before, and is sent now.
    let _served = session.wake.notified().now_or_never();
    if !rests && let Err(error) = send_waiting(core, session, stop).await {
        // The first turn fails over the same, and says so.
        tracing::warn!(account = %session.account, %error, "what waits was not sent");
    }
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = session.wake.notified() => {}
        () = tokio::time::sleep(first_look) => {}
    }
}

/// Runs until `stop`.
pub(crate) async fn run(
    core: Arc<Core>,
    session: Arc<Session>,
    first_look: Duration,
    stop: CancellationToken,
) {
    begin(&core, &session, first_look, &stop).await;
    let mut read_first = !first_look.is_zero();
    let mut listening = Listening::default();
    let quiet = |_: &_| {};
    loop {
        if stop.is_cancelled() {
            return;
        }
        let state = core.account(&session.account);
        let rests = state
            .as_ref()
            .is_ok_and(|it| it.paused || matches!(it.health, Health::SignIn(_)));
        let barred = session.pace().barred(core.now());
        if !rests && barred == 0 && state.is_ok() {
            let due = due_now(&core, &session, &listening.news);
            listening.news.clear();
            let ask = Ask {
                only: due.as_ref(),
                stop: &stop,
                progress: &quiet,
                compare: true,
                read_first: std::mem::take(&mut read_first),
            };
            let taken = turn(&core, &session, &ask);
            tokio::pin!(taken);
            let outcome = loop {
                tokio::select! {
                    biased;
                    outcome = &mut taken => break outcome,
                    Some(told) = listening.watches.next(), if !listening.watches.is_empty() => {
                        listening.heard(&session, told);
                    }
                }
            };
            if let Err(error) = outcome {
                tracing::error!(account = %session.account, %error, "a turn failed");
                let full = Health::Degraded(error.to_string());
                // The disk may be what failed; then this fails as well.
                if let Err(error) = core.write(|tx| tx.set_health(&session.account, &full)) {
                    tracing::error!(account = %session.account, %error, "and could not be noted");
                }
                session.failed(&core, &rapport_model::Fault::Transient(error.to_string()));
            }
            let known = core
                .read(|it| it.collections(&session.account))
                .unwrap_or_default();
            listening.arm(&session, known);
        }
        let wait = if rests {
            i64::MAX
        } else {
            next_in(&core, &session, listening.news.is_empty())
        };
        let pause = Duration::from_millis(wait.clamp(0, 24 * 60 * 60_000).unsigned_abs());
        let rest = tokio::time::sleep(pause);
        let upkeep = tidy(&core, IDLE_STEPS, &stop);
        tokio::pin!(rest, upkeep);
        let mut untidy = true;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = session.wake.notified() => break,
                Some(told) = listening.watches.next(), if !listening.watches.is_empty() => {
                    listening.heard(&session, told);
                    break;
                }
                () = &mut rest => break,
                // Last: anything else that is ready goes before the next step.
                () = &mut upkeep, if untidy => untidy = false,
            }
        }
    }
}

/// The collections whose time has come, or of which there is news; `None` for
/// all, as long as not all have been read once.
fn due_now(
    core: &Core,
    session: &Session,
    news: &BTreeSet<CollectionId>,
) -> Option<BTreeSet<CollectionId>> {
    let now = core.now();
    let due = lock(&session.due);
    if due.is_empty() || lock(&session.discovered).is_none() {
        return None;
    }
    let mut all: BTreeSet<CollectionId> = due
        .iter()
        // A clock that jumped back must not put a collection off for longer
        // than its own pace.
        .filter(|(_, at)| at.since(now) <= 0 || at.since(now) > 24 * 60 * 60_000)
        .map(|(id, _)| id.clone())
        .collect();
    all.extend(news.iter().cloned());
    Some(all)
}

/// Milliseconds until something is to be done without being asked.
fn next_in(core: &Core, session: &Session, no_news: bool) -> i64 {
    let now = core.now();
    let barred = session.pace().barred(now);
    if !no_news {
        return barred;
    }
    let polled = lock(&session.due).values().map(|at| at.since(now)).min();
    let queued = core
        .read(|it| it.next_due_at(&session.account))
        .ok()
        .flatten()
        .map(|at| at.since(now));
    let next = [polled, queued].into_iter().flatten().min().unwrap_or(IDLE);
    // An entry held up by one before it would be due for ever: no busy loop.
    next.max(1000).max(barred)
}
