//! Notifications on the desktop. The row is first: the core commits that it is
//! shown before it is handed out here, so a bubble may be lost in a crash and is
//! never shown twice. Whether one is due at all is the core's decision.

mod desktop;
mod plan;
mod standing;

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::Zoned;
use rapport_api::Api;
use rapport_api::dto::{Nothing, SomeNotifications};
use rapport_store::Topic;
use tauri::AppHandle;

use self::desktop::{Answer, Desktop as _};
use self::plan::{Planned, plan};
use self::standing::Standing;
use crate::words::Words;
use crate::{arrival, rest};

/// Ends of quiet hours and of what was put off are noticed within this.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What may be different.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Woken {
    /// Something may be due.
    due: bool,
    /// Something may have been seen to.
    over: bool,
}

/// Shows what becomes due and takes away what was seen to, for as long as the profile is open;
/// waiting does not keep it open.
pub(crate) fn begin(app: &AppHandle, api: &Arc<Api>) {
    let mut topics = Box::pin(api.topics());
    let (app, api) = (app.clone(), Arc::downgrade(api));
    tauri::async_runtime::spawn(async move {
        let standing = Standing::default();
        let mut woken = Woken {
            due: true,
            over: false,
        };
        loop {
            match api.upgrade() {
                Some(api) => {
                    if woken.over {
                        take_away(&api, &standing).await;
                    }
                    if woken.due {
                        show_due(&app, &api, &standing).await;
                    }
                }
                None => return,
            }
            match touched(&mut topics).await {
                Some(next) => woken = next,
                None => return,
            }
        }
    });
}

/// Waits until a notification may be due or over. `None` when nobody will speak again.
async fn touched(
    topics: &mut (impl futures_util::Stream<Item = Arc<Vec<Topic>>> + Unpin),
) -> Option<Woken> {
    let clock = tokio::time::sleep(LOOK_AGAIN);
    tokio::pin!(clock);
    loop {
        tokio::select! {
            () = &mut clock => return Some(Woken { due: true, over: true }),
            heard = topics.next() => {
                let woken = woken(&heard?);
                if woken != Woken::default() {
                    return Some(woken);
                }
            }
        }
    }
}

fn woken(heard: &[Topic]) -> Woken {
    let has = |any: fn(&Topic) -> bool| heard.iter().any(any);
    let due = has(|it| {
        matches!(
            it,
            Topic::Notifications | Topic::Settings | Topic::Everything
        )
    });
    Woken {
        due,
        over: due || has(|it| matches!(it, Topic::Inbox | Topic::Conversation(_) | Topic::Tasks)),
    }
}

/// Takes away the bubbles that nobody waits for any more.
async fn take_away(api: &Arc<Api>, standing: &Standing) {
    let ids = standing.about();
    if ids.is_empty() {
        return;
    }
    let asked = SomeNotifications { ids: ids.clone() };
    match api.notifications_stand(asked).await {
        Ok(waiting) => standing.wait_only(&ids, &waiting),
        Err(error) => tracing::warn!(%error, "what was seen to was not told"),
    }
}

async fn show_due(app: &AppHandle, api: &Arc<Api>, standing: &Standing) {
    let due = match api.due_notifications(Nothing {}).await {
        Ok(due) if due.is_empty() => return,
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "what is due was not told");
            return;
        }
    };
    let words = match Words::for_user(Some(api)) {
        Ok(words) => words,
        Err(error) => {
            tracing::error!(%error, "the messages cannot be read");
            return;
        }
    };
    for planned in plan(&due, &words) {
        show(app, api, planned, words.clone(), standing);
    }
}

/// One bubble. Waiting for its answer blocks, so each has a thread.
fn show(app: &AppHandle, api: &Arc<Api>, planned: Planned, words: Words, standing: &Standing) {
    let (place, over) = standing.add(planned.about.clone());
    let (app, api) = (app.clone(), Arc::downgrade(api));
    let thread = std::thread::Builder::new().name("notification".to_owned());
    let spawned = thread.spawn(move || {
        let about = planned.clone();
        let answer = move |answer: Answer| answered(&app, &api, about, answer);
        let shown = desktop::here().show(&planned.bubble, &words, Box::new(answer), over);
        if let Err(error) = shown {
            // The row is in the list all the same.
            tracing::warn!(error, "a notification could not be shown");
        }
        drop(place);
    });
    if let Err(error) = spawned {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

fn answered(app: &AppHandle, api: &Weak<Api>, about: Planned, answer: Answer) {
    let Some(api) = api.upgrade() else { return };
    match answer {
        Answer::Open => arrival::go(app, about.link(false)),
        Answer::Reply => arrival::go(app, about.link(true)),
        Answer::Done | Answer::Snooze => {}
    }
    tauri::async_runtime::spawn(async move {
        for (name, request) in about.calls(answer, rest::in_an_hour(&Zoned::now())) {
            if let Err(error) = api.call(name, request).await {
                tracing::warn!(name, %error, "a notification's answer was not carried out");
            }
        }
    });
}
