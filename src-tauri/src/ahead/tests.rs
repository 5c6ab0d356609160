//! What the page is given at its start, over a real profile.

use std::borrow::Cow;

use futures_util::FutureExt as _;
use rapport_api::list::apply;
use rapport_api::live::ListOf;
use rapport_store::Profile;
use rapport_store::key::{self, Passphrase};
use serde_json::{Value, json};

use super::*;

const TASKS: &str = r#"{"of":"tasks","filter":{}}"#;

struct Desk {
    session: rapport_session::Session,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(folder.path());
        let words = Passphrase::new("seven small boats");
        rapport_session::create(&profile, None, Some(&words)).unwrap();
        let key = key::unlock(&profile, None, Some(&words)).unwrap();
        let session = rapport_session::open(&profile, profile.lock().unwrap(), &key, None).unwrap();
        Self {
            session,
            _folder: folder,
        }
    }

    async fn call(&self, name: &str, request: Value) -> Value {
        self.session.api.call(name, request).await.unwrap()
    }

    /// What a page is given that asked this at its last start.
    async fn given(&self, asked: &[(Option<&str>, &str)]) -> (First, Held) {
        let asked = asked.iter().map(|(call, request)| Asked {
            call: call.map(str::to_owned),
            request: (*request).to_owned(),
        });
        ask(&self.session.api, asked.collect()).await
    }
}

fn run(test: impl Future<Output = ()>) {
    tauri::async_runtime::block_on(test);
}

#[test]
fn what_changes_after_the_answers_is_heard_by_the_streams_that_go_on() {
    run(async {
        let desk = Desk::new();
        let (first, mut held) = desk.given(&[(Some("settings"), "{}"), (None, TASKS)]).await;
        assert_eq!(first.answers[0].answer, json!([]));
        assert_eq!(first.lists[0].request, TASKS);

        // The page is not even there.
        let language = json!({ "key": "language", "value": "de" });
        desk.call("setting_set", language).await;
        desk.call("task_add", json!({ "title": "Call Marta" }))
            .await;

        let mut topics = held.topics.take().unwrap();
        let mut heard = Vec::new();
        while let Some(Some(more)) = topics.next().now_or_never() {
            heard.extend(more.iter().cloned());
        }
        assert!(heard.contains(&Topic::Settings), "{heard:?}");
        assert!(heard.contains(&Topic::Tasks), "{heard:?}");
        // A list that was empty is told anew.
        let delta = held.lists[0].1.next().await.unwrap().unwrap();
        assert!(
            matches!(&delta, ListDelta::Reset { ids } if ids.len() == 1),
            "{delta:?}"
        );
    });
}

#[test]
fn a_long_list_comes_in_two_parts_and_what_changed_meanwhile_after_them() {
    run(async {
        let desk = Desk::new();
        let all = FIRST + 5;
        for n in 0..all {
            desk.call("task_add", json!({ "title": format!("Call {n}") }))
                .await;
        }
        let list = r#"{"of":"tasks","filter":{"limit":1000}}"#;
        let (first, mut held) = desk.given(&[(None, list)]).await;
        desk.call("task_add", json!({ "title": "One more" })).await;
        assert_eq!(first.lists[0].more, 5);
        let mut ids = apply(Vec::new(), &first.lists[0].delta);
        assert_eq!(ids.len(), FIRST);
        for wanted in [all, all + 1] {
            let delta = held.lists[0].1.next().await.unwrap().unwrap();
            ids = apply(ids, &delta);
            assert_eq!(ids.len(), wanted, "{delta:?}");
        }
        let rows = desk.call("tasks", json!({ "limit": 1000 })).await;
        let now: Vec<&str> = rows
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|it| it["id"].as_str())
            .collect();
        assert_eq!(ids, now);
    });
}

#[test]
fn a_question_that_fails_is_left_to_the_page() {
    run(async {
        let desk = Desk::new();
        let asked = [
            (Some("person"), r#"{"person":"no such"}"#),
            (Some("me"), "not JSON"),
            (None, r#"{"of":"nothing"}"#),
            (Some("me"), "{}"),
        ];
        let (first, held) = desk.given(&asked).await;
        let answered: Vec<&str> = first.answers.iter().map(|it| &*it.call).collect();
        assert_eq!(answered, ["me"]);
        assert!(first.lists.is_empty() && held.lists.is_empty());
    });
}

#[test]
fn streams_go_on_only_for_the_page_that_was_given_the_beginning_and_once() {
    run(async {
        let desk = Desk::new();
        let list: ListOf = serde_json::from_str(TASKS).unwrap();
        let ahead = Ahead::new(None);
        let (first, held) = desk.given(&[(None, TASKS)]).await;
        *ahead.stage() = Stage::Ready(Box::new(first), held);
        assert!(ahead.topics().is_none() && ahead.list(&list).is_none());

        let mut page: Cow<'static, [u8]> = b"<head></head>"[..].into();
        ahead.give(&mut page);
        assert!(page.len() > 20);
        assert!(ahead.topics().is_some() && ahead.topics().is_none());
        let other: ListOf = serde_json::from_str(r#"{"of":"outbox","filter":{}}"#).unwrap();
        assert!(ahead.list(&other).is_none());
        assert!(ahead.list(&list).is_some() && ahead.list(&list).is_none());

        // A page that is loaded anew begins anew.
        let (first, held) = desk.given(&[(None, TASKS)]).await;
        *ahead.stage() = Stage::Ready(Box::new(first), held);
        ahead.give(&mut b"<head></head>"[..].into());
        let mut again: Cow<'static, [u8]> = b"<head></head>"[..].into();
        ahead.give(&mut again);
        assert_eq!(&*again, b"<head></head>");
        assert!(ahead.topics().is_none() && ahead.list(&list).is_none());
    });
}
