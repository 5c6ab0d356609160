//! What the page is going to ask at its start, asked before it is there.
//!
//! The profile is open long before the web view has begun, and then each question of the page
//! waits for a way there and back while both are busy. So what the page asked for at its last
//! start is asked while the web view starts, and the answers come with the page.
//!
//! Nothing old is shown by this: the answers are of this start, and the streams that say what
//! changes were opened before the first of them and are handed to the page when it listens.
//! Questions that are different this time are asked as ever.

mod asked;
mod page;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use futures_util::{Stream, StreamExt as _, stream};
use rapport_api::dto::Setting;
use rapport_api::list::ListDelta;
use rapport_api::live::{self, ListOf};
use rapport_api::{Api, ApiError};
use rapport_store::Topic;
use tauri::{AppHandle, Manager as _};

use self::asked::Remembered;
pub(crate) use self::asked::{Asked, Start};
use self::page::{Answer, First, List};
use crate::gate::Gate;
use crate::rest::setting;

/// The setting that keeps what was asked; nobody sets it by hand.
const KEY: &str = "window.first_asked";
/// So many ids of a list come with the page.
const FIRST: usize = 300;

/// Topics from before the first answer on.
pub(crate) type Topics = Pin<Box<dyn Stream<Item = Arc<Vec<Topic>>> + Send>>;
/// A list's changes from after what came with the page.
pub(crate) type Deltas = Pin<Box<dyn Stream<Item = Result<ListDelta, ApiError>> + Send>>;

/// The streams that go on from what came with the page.
#[derive(Default)]
struct Held {
    topics: Option<Topics>,
    /// By the list, as JSON.
    lists: Vec<(String, Deltas)>,
}

#[derive(Default)]
enum Stage {
    /// The page has not been asked for.
    #[default]
    Before,
    /// There is something for it.
    Ready(Box<First>, Held),
    /// It was handed out: these streams go on from what it was given.
    Out(Held),
}

/// See the module.
pub(crate) struct Ahead {
    start: Start,
    stage: Mutex<Stage>,
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ahead")
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

impl Ahead {
    /// For a program that was started with this link.
    pub(crate) fn new(link: Option<&str>) -> Self {
        Self {
            start: Start::with(link),
            stage: Mutex::default(),
        }
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The topics since before the first answer, for the page that was given the answers; once.
    pub(crate) fn topics(&self) -> Option<Topics> {
        match &mut *self.stage() {
            Stage::Out(held) => held.topics.take(),
            Stage::Before | Stage::Ready(..) => None,
        }
    }

    /// How a list goes on from what came with the page; once.
    pub(crate) fn list(&self, list: &ListOf) -> Option<Deltas> {
        let name = serde_json::to_string(list).ok()?;
        match &mut *self.stage() {
            Stage::Out(held) => {
                let at = held.lists.iter().position(|it| it.0 == name)?;
                Some(held.lists.swap_remove(at).1)
            }
            Stage::Before | Stage::Ready(..) => None,
        }
    }

    /// Puts what is ready into the page that is being handed out, for the first time or again.
    /// Whoever listened before is gone.
    fn give(&self, page: &mut Cow<'static, [u8]>) {
        let mut stage = self.stage();
        let held = match std::mem::take(&mut *stage) {
            Stage::Ready(first, held) => match first.inside(page) {
                Some(with) => {
                    *page = with.into();
                    held
                }
                None => Held::default(),
            },
            Stage::Before | Stage::Out(_) => Held::default(),
        };
        *stage = Stage::Out(held);
    }
}

/// The profile is open: asks, unless the page is out already.
pub(crate) fn begin(app: &AppHandle, api: &Arc<Api>) {
    let ahead = app.state::<Ahead>();
    if !matches!(*ahead.stage(), Stage::Before) {
        return;
    }
    let remembered: Remembered = setting(api, KEY).unwrap_or_default();
    let asked = remembered.of(&ahead.start);
    if asked.is_empty() {
        return;
    }
    let (app, api) = (app.clone(), Arc::clone(api));
    tauri::async_runtime::spawn(async move {
        let (mut first, held) = ask(&api, asked).await;
        let gate = app.state::<Gate>().state();
        first.gate = serde_json::to_value(gate).ok();
        let ahead = app.state::<Ahead>();
        let mut stage = ahead.stage();
        if matches!(*stage, Stage::Before) {
            *stage = Stage::Ready(Box::new(first), held);
        }
    });
}

/// The streams first: what is committed after an answer is heard by them.
async fn ask(api: &Arc<Api>, asked: Vec<Asked>) -> (First, Held) {
    let mut held = Held {
        topics: Some(Box::pin(api.topics())),
        lists: Vec::new(),
    };
    let (calls, lists): (Vec<_>, Vec<_>) = asked.into_iter().partition(|it| it.call.is_some());
    let answers = join_all(calls.into_iter().map(|it| answer(api, it))).await;
    let mut first = First {
        answers: answers.into_iter().flatten().collect(),
        ..First::default()
    };
    for Asked { request, .. } in lists {
        let Ok(list) = serde_json::from_str::<ListOf>(&request) else {
            continue;
        };
        let Ok(name) = serde_json::to_string(&list) else {
            continue;
        };
        // A conversation is shown from its end.
        let whole = matches!(list, ListOf::Messages(_));
        let mut deltas: Deltas = Box::pin(live::open(Arc::clone(api), list));
        if let Some(Ok(mut delta)) = deltas.next().await {
            let rest = if whole {
                Vec::new()
            } else {
                beyond_first(&mut delta)
            };
            first.lists.push(List {
                request,
                delta,
                more: rest.len(),
            });
            held.lists.push((name, followed_by(rest, deltas)));
        }
    }
    (first, held)
}

/// Takes out of a list what no window shows at its start: thirty thousand ids in the page keep
/// everything else of it waiting.
fn beyond_first(delta: &mut ListDelta) -> Vec<String> {
    match delta {
        ListDelta::Reset { ids } if ids.len() > FIRST => ids.split_off(FIRST),
        ListDelta::Reset { .. } | ListDelta::Splice { .. } | ListDelta::Rows { .. } => Vec::new(),
    }
}

/// The changes of a list of which only the first ids are in the page: the rest comes first.
fn followed_by(rest: Vec<String>, deltas: Deltas) -> Deltas {
    if rest.is_empty() {
        return deltas;
    }
    let rest = ListDelta::Splice {
        at: u32::try_from(FIRST).unwrap_or(u32::MAX),
        remove: 0,
        insert: rest,
    };
    Box::pin(stream::iter([Ok(rest)]).chain(deltas))
}

/// One that fails is asked again by the page, which says what is wrong.
async fn answer(api: &Api, asked: Asked) -> Option<Answer> {
    let call = asked.call?;
    let request = serde_json::from_str(&asked.request).ok()?;
    let answer = api.call(&call, request).await.ok()?;
    Some(Answer {
        call,
        request: asked.request,
        answer,
    })
}

/// A file of ours is being handed out: the page is given what is ready.
pub(crate) fn with_page(app: &AppHandle, path: &str, body: &mut Cow<'static, [u8]>) {
    if page::is_page(path) {
        app.state::<Ahead>().give(body);
    }
}

/// Keeps what the page asked for at this start, for the next one. What it did not ask for is let
/// go.
pub(crate) async fn keep(
    app: &AppHandle,
    api: &Arc<Api>,
    asked: Vec<Asked>,
) -> Result<(), ApiError> {
    let ahead = app.state::<Ahead>();
    *ahead.stage() = Stage::Out(Held::default());
    let mut remembered: Remembered = setting(api, KEY).unwrap_or_default();
    if !remembered.keep(&ahead.start, asked) {
        return Ok(());
    }
    let value = serde_json::to_value(&remembered)
        .map_err(|error| ApiError::new(rapport_api::Code::Internal, error.to_string()))?;
    let kept = Setting {
        key: KEY.to_owned(),
        value,
    };
    api.setting_set(kept).await.map(drop)
}
