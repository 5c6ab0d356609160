//! What the page listens to: topics and lists, each until it says stop, its page
//! is gone, or the window is.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{FutureExt as _, Stream, StreamExt as _};
use rapport_api::list::ListDelta;
use rapport_api::live::{self, ListOf};
use rapport_api::{Api, ApiError, Code};
use rapport_store::Topic;
use serde::{Deserialize, Serialize};
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager as _};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ahead::{Ahead, Deltas, Topics};

/// The screen draws no faster; a burst of commits is one event.
const FRAME: Duration = Duration::from_millis(16);

/// What can be listened to.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum What {
    /// What each commit touched.
    Topics {
        /// Since before the answers that came with the page.
        #[serde(default)]
        on: bool,
    },
    /// A list, then its changes.
    List {
        /// Which.
        list: ListOf,
        /// It came with the page: only its changes.
        #[serde(default)]
        on: bool,
    },
}

/// What is heard.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Heard {
    /// Everything touched since the last time.
    Topics(BTreeSet<Topic>),
    /// The list changes so.
    Delta(ListDelta),
    /// The list could not be read this time.
    Failed {
        /// Why.
        error: ApiError,
    },
}

/// The streams that are open.
#[derive(Debug, Default)]
pub(crate) struct Streams(Mutex<BTreeMap<u64, CancellationToken>>);

impl Streams {
    fn all(&self) -> MutexGuard<'_, BTreeMap<u64, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens one. An id that is in use is a page's that forgot itself: the old
    /// stream ends.
    pub(crate) fn open(
        &self,
        app: &AppHandle,
        id: u64,
        what: What,
        api: &Arc<Api>,
        channel: Channel<Heard>,
    ) {
        let token = CancellationToken::new();
        if let Some(old) = self.all().insert(id, token.clone()) {
            old.cancel();
        }
        let app = app.clone();
        // Before the answer: what is committed from then on is heard.
        let source = Source::of(&app.state::<Ahead>(), what, api);
        tauri::async_runtime::spawn(async move {
            let work = AssertUnwindSafe(pump(source, &channel)).catch_unwind();
            let panicked = tokio::select! {
                () = token.cancelled() => false,
                ended = work => ended.is_err(),
            };
            if panicked {
                let error = ApiError::new(Code::Internal, "A list stopped. Open it again.");
                // A page that is gone needs no telling.
                drop(channel.send(Heard::Failed { error }));
            }
            if !token.is_cancelled() {
                app.state::<Self>().stop(id);
            }
        });
    }

    /// Ends one.
    pub(crate) fn stop(&self, id: u64) {
        if let Some(token) = self.all().remove(&id) {
            token.cancel();
        }
    }

    /// Ends all: the page that listened is gone.
    pub(crate) fn stop_all(&self) {
        for token in std::mem::take(&mut *self.all()).into_values() {
            token.cancel();
        }
    }
}

/// Where what is heard comes from.
enum Source {
    Topics(Topics),
    List(Deltas),
}

impl Source {
    /// Goes on from what came with the page where the page has that, else begins.
    fn of(ahead: &Ahead, what: What, api: &Arc<Api>) -> Self {
        match what {
            What::Topics { on } => {
                let held = ahead.topics().filter(|_| on);
                Self::Topics(held.unwrap_or_else(|| Box::pin(api.topics())))
            }
            What::List { list, on } => {
                let held = if on { ahead.list(&list) } else { None };
                Self::List(held.unwrap_or_else(|| Box::pin(live::open(Arc::clone(api), list))))
            }
        }
    }
}

async fn pump(source: Source, channel: &Channel<Heard>) {
    match source {
        Source::Topics(topics) => {
            let mut topics = std::pin::pin!(by_frame(topics));
            while let Some(heard) = topics.next().await {
                if channel.send(Heard::Topics(heard)).is_err() {
                    return;
                }
            }
        }
        Source::List(mut deltas) => {
            while let Some(delta) = deltas.next().await {
                let heard = delta.map_or_else(|error| Heard::Failed { error }, Heard::Delta);
                if channel.send(heard).is_err() {
                    return;
                }
            }
        }
    }
}

/// What is said, at most once a frame: the first word after a quiet frame at once, together with
/// what was said by then; a burst after it together.
fn by_frame(
    topics: impl Stream<Item = Arc<Vec<Topic>>> + Send,
) -> impl Stream<Item = BTreeSet<Topic>> + Send {
    let begun = (Box::pin(topics), None::<Instant>);
    futures_util::stream::unfold(begun, |(mut topics, last)| async move {
        let first = topics.next().await?;
        let mut heard: BTreeSet<Topic> = first.iter().cloned().collect();
        let rest = last.map_or(Duration::ZERO, |last| FRAME.saturating_sub(last.elapsed()));
        tokio::time::sleep(rest).await;
        while let Some(Some(more)) = topics.next().now_or_never() {
            heard.extend(more.iter().cloned());
        }
        Some((heard, (topics, Some(Instant::now()))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_commits_is_one_event_and_nothing_of_it_is_lost() {
        let burst: Vec<Arc<Vec<Topic>>> = vec![
            Arc::new(vec![Topic::Inbox, Topic::Search]),
            Arc::new(vec![Topic::Inbox]),
            Arc::new(vec![Topic::Tasks]),
        ];
        let heard: Vec<BTreeSet<Topic>> =
            tauri::async_runtime::block_on(by_frame(futures_util::stream::iter(burst)).collect());
        assert_eq!(heard.len(), 1);
        assert_eq!(
            heard[0],
            BTreeSet::from([Topic::Inbox, Topic::Search, Topic::Tasks])
        );
    }

    #[test]
    fn the_page_names_what_it_wants_as_the_transport_does() {
        let topics = serde_json::json!({ "kind": "topics" });
        assert!(matches!(
            serde_json::from_value(topics).unwrap(),
            What::Topics { on: false }
        ));
        let list = serde_json::json!({ "kind": "list", "list": { "of": "tasks", "filter": {} } });
        assert!(matches!(
            serde_json::from_value(list).unwrap(),
            What::List {
                list: ListOf::Tasks(_),
                on: false
            }
        ));
        let failed = Heard::Failed {
            error: ApiError::bad_request("x"),
        };
        assert_eq!(
            serde_json::to_value(failed).unwrap()["error"]["code"],
            "bad_request"
        );
    }
}
