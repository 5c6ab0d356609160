//! What reaches Ada on her desktop, and what does not any more.

use rapport_api::Api;
use rapport_api::dto::{Nothing, SnoozeNotification};
use tokio_util::sync::CancellationToken;

use super::*;

fn api(hub: &mut TestHub) -> Api {
    let (given, vault) = hub.give();
    Api::new(given, vault, jiff::tz::TimeZone::UTC)
}

async fn sync(api: &Api) {
    let stop = CancellationToken::new();
    api.hub().sync_once(None, &stop, &|_| {}).await.unwrap();
}

async fn announced(api: &Api) -> Vec<String> {
    let due = api.due_notifications(Nothing {}).await.unwrap();
    due.into_iter().map(|it| it.row.text).collect()
}

fn task_due_in_march() -> Body {
    Body::Task(Task {
        title: "Call Bob".into(),
        due: Some(rapport_model::plan::Due::Day(jiff::civil::date(2026, 3, 1))),
        ..Task::default()
    })
}

#[tokio::test(start_paused = true)]
async fn what_was_read_meanwhile_is_not_announced() {
    let (mut hub, room, _) = ada_in_a_room().await;
    let mut last = None;
    for n in 0..30 {
        hub.server().advance(1_000);
        last = Some(hub.server().say(&room, &somebody("Bob"), &format!("{n}")));
    }
    let api = api(&mut hub);
    sync(&api).await;
    hub.server().reads(&room, &last.unwrap());
    hub.server().advance(1_000);
    hub.server().say(&room, &somebody("Bob"), "And line 3?");
    sync(&api).await;
    assert_eq!(announced(&api).await, ["And line 3?"]);
    assert!(announced(&api).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_put_off_comes_back_although_it_was_read() {
    let (mut hub, room, _) = ada_in_a_room().await;
    let said = hub.server().say(&room, &somebody("Bob"), "Call me");
    let api = api(&mut hub);
    sync(&api).await;
    let all = api.notifications(Nothing {}).await.unwrap();
    let until = hub_now(&api).plus(60_000);
    let later = SnoozeNotification {
        id: all[0].id,
        until,
    };
    api.notification_snooze(later).await.unwrap();
    hub.server().reads(&room, &said);
    sync(&api).await;
    assert!(announced(&api).await.is_empty());
    hub.clock.advance(60_000);
    assert_eq!(announced(&api).await, ["Call me"]);
}

fn hub_now(api: &Api) -> rapport_model::Millis {
    api.hub().clock().now()
}

#[tokio::test(start_paused = true)]
async fn a_task_that_was_done_meanwhile_is_not_announced_as_overdue() {
    let mut hub = TestHub::ada().await;
    let task = hub.server().add(FILES, "task", task_due_in_march());
    hub.server().add(FILES, "other", task_due_in_march());
    let api = api(&mut hub);
    sync(&api).await;
    hub.server().set(FILES, &task.handle, "status", "done");
    sync(&api).await;
    assert_eq!(announced(&api).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_alert_says_what_it_is_about() {
    let (mut hub, room, _) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "The pump leaks");
    hub.server().add(FILES, "task", task_due_in_march());
    let api = api(&mut hub);
    sync(&api).await;
    let mut kinds: Vec<_> = api
        .notifications(Nothing {})
        .await
        .unwrap()
        .into_iter()
        .map(|it| (it.kind, it.item_kind.unwrap_or_default()))
        .collect();
    kinds.sort();
    let told = [("direct_message", "message"), ("overdue", "task")];
    assert_eq!(kinds, told.map(|(kind, is)| (kind.into(), is.into())));
}
