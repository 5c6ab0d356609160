//! What nobody waits for happens by itself, once, and leaves no trace when there
//! is nothing to do.

use std::sync::Mutex;

use rapport_engine::Progress;
use rapport_store::Topic;
use tokio_util::sync::CancellationToken;

use super::*;

fn task_due_in_march() -> Body {
    Body::Task(Task {
        title: "Call Bob".into(),
        due: Some(rapport_model::plan::Due::Day(jiff::civil::date(2026, 3, 1))),
        ..Task::default()
    })
}

fn alerts(hub: &TestHub) -> usize {
    let all = hub.hub().read(|it| it.notifications(false, None, 100));
    all.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn what_is_past_due_alerts_once() {
    let hub = TestHub::ada().await;
    hub.server().add(FILES, "task", task_due_in_march());
    hub.sync().await.unwrap();
    assert_eq!(
        alerts(&hub),
        1,
        "a turn that was asked for looks at due dates"
    );
    let utc = jiff::tz::TimeZone::UTC;
    assert_eq!(hub.hub().raise_overdue(&utc).unwrap(), 0);
    hub.sync().await.unwrap();
    assert_eq!(alerts(&hub), 1);
}

#[tokio::test(start_paused = true)]
async fn what_falls_due_alerts_however_much_is_past_due_already() {
    let hub = TestHub::ada().await;
    let due = |title: &str, day| {
        Body::Task(Task {
            title: title.into(),
            due: Some(rapport_model::plan::Due::Day(day)),
            ..Task::default()
        })
    };
    let old = jiff::civil::date(2020, 1, 1);
    for n in 0..120 {
        hub.server()
            .add(FILES, &format!("old{n}"), due(&format!("Old {n}"), old));
    }
    hub.sync().await.unwrap();
    let new = jiff::civil::date(2026, 3, 1);
    hub.server().add(FILES, "new", due("Call Bob", new));
    hub.sync().await.unwrap();
    let all = hub.hub().read(|it| it.notifications(false, None, 500));
    assert!(all.unwrap().iter().any(|it| it.title == "Call Bob"));
}

#[tokio::test(start_paused = true)]
async fn a_hub_left_running_looks_at_due_dates_every_hour_by_the_clock() {
    let hub = TestHub::ada().await;
    hub.hub().start().unwrap();
    hub.server().add(FILES, "task", task_due_in_march());
    hub.hub().wake(&hub.account()).unwrap();
    while hub.all("main", FILES).is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(alerts(&hub), 0, "nobody has looked since it came");
    hub.clock.advance(3_600_000);
    let limit = tokio::time::Instant::now() + std::time::Duration::from_secs(600);
    while alerts(&hub) == 0 {
        assert!(tokio::time::Instant::now() < limit, "nobody looked");
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    assert!(hub.hub().stop().await);
    assert_eq!(alerts(&hub), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_a_month_ago_leaves_the_outbox_by_itself() {
    let (hub, _, room) = ada_in_a_room().await;
    let placed = hub.hub().send(room, say("Old")).unwrap();
    hub.sync().await.unwrap();
    hub.clock.advance(29 * 86_400_000);
    hub.sync().await.unwrap();
    assert!(hub.hub().entry(&placed.command).is_ok());
    hub.clock.advance(2 * 86_400_000);
    hub.sync().await.unwrap();
    assert!(hub.hub().entry(&placed.command).is_err());
    assert_eq!(messages(&hub), vec!["Old"]);
}

/// Whether a step of merging finds anything to merge.
fn is_tidy(hub: &TestHub) -> bool {
    !hub.hub().db().write(|tx| tx.tidy_search(10_000)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_first_sync_ends_with_a_tidy_index() {
    let (hub, room, _) = ada_in_a_room().await;
    hub.server().set_page(2);
    for n in 0..60 {
        hub.server()
            .say(&room, &somebody("Bob"), &format!("word{n} pump valve"));
    }
    hub.sync().await.unwrap();
    assert!(is_tidy(&hub));
}

#[tokio::test(start_paused = true)]
async fn an_idle_loop_tidies_the_index() {
    let (hub, room, id) = ada_in_a_room().await;
    hub.server().set_page(2);
    hub.hub().start().unwrap();
    for n in 0..60 {
        hub.server()
            .say(&room, &somebody("Bob"), &format!("word{n} pump valve"));
    }
    hub.clock.advance(3_600_000);
    hub.hub().wake(&hub.account()).unwrap();
    let arrived = || hub.hub().read(|it| it.items_of_conversation(id, None, 100));
    while arrived().unwrap().len() < 60 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // This time passes only when every task rests.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(is_tidy(&hub));
    assert!(hub.hub().stop().await);
}

#[tokio::test(start_paused = true)]
async fn an_index_of_another_version_is_written_anew_before_a_sync() {
    let (hub, room, _) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "impeller");
    hub.sync().await.unwrap();
    hub.hub().db().write(|tx| tx.empty_search()).unwrap();
    assert!(hub.hub().read(|it| it.search_needs_rebuild()).unwrap());
    hub.sync().await.unwrap();
    assert!(!hub.hub().read(|it| it.search_needs_rebuild()).unwrap());
    let check = hub.hub().read(|it| it.search_self_check(10)).unwrap();
    assert_eq!(check.missing.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_turn_without_news_after_the_upkeep_commits_nothing() {
    let (hub, room, _) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "old news");
    hub.server().add(FILES, "task", task_due_in_march());
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    let mut topics = hub.hub().db().subscribe();
    let wal = hub.hub().db().profile().home().join("rapport.db-wal");
    let before = std::fs::read(&wal).unwrap_or_default();
    hub.sync().await.unwrap();
    assert!(before == std::fs::read(&wal).unwrap_or_default());
    while let Ok(seen) = topics.try_recv() {
        assert!(!seen.contains(&Topic::Search) && !seen.contains(&Topic::Notifications));
    }
}

#[tokio::test(start_paused = true)]
async fn messages_past_their_time_are_erased_here_and_not_fetched_again() {
    let (hub, room, _) = ada_in_a_room().await;
    let old = hub.server().say(&room, &somebody("Bob"), "Old news");
    hub.sync().await.unwrap();
    let here = |handle: &Handle| hub.stored(ROOMS, handle).is_some();
    let account = hub.account();
    assert_eq!(hub.hub().set_retention(&account, Some(30)).unwrap(), 0);
    assert!(here(&old), "it is of today");

    hub.clock.advance(40 * 86_400_000);
    assert!(hub.hub().set_retention(&account, Some(30)).unwrap() >= 1);
    assert!(!here(&old) && here(&room), "the conversation itself stays");
    // The server's clock stands still: what it says now is as old as the rest.
    let late = hub.server().say(&room, &somebody("Bob"), "Came late");
    hub.sync().await.unwrap();
    hub.hub().reconcile(&account, &ROOMS.into()).await.unwrap();
    assert!(!here(&old), "a comparison does not bring it back");
    assert!(!here(&late), "and what is as old does not even come in");
    let lines = hub.hub().ledger().unwrap();
    let line = lines
        .iter()
        .find(|it| it.collection.as_str() == ROOMS)
        .unwrap();
    assert_eq!(line.kept_days, Some(30));
    assert!(line.erased >= 2, "the ledger says so");

    hub.hub().set_retention(&account, None).unwrap();
    hub.hub().reconcile(&account, &ROOMS.into()).await.unwrap();
    assert!(here(&old) && here(&late), "nothing was lost at the source");
}

#[tokio::test(start_paused = true)]
async fn a_first_look_tells_how_far_it_is_and_then_no_more() {
    let hub = TestHub::ada().await;
    let room = hub
        .server()
        .room("Pumps", &[somebody("Ada"), somebody("Bob")]);
    for text in ["one", "two", "three", "four", "five"] {
        hub.server().say(&room, &somebody("Bob"), text);
    }
    hub.server().set_page(2);
    let rooms = CollectionId::from(ROOMS);
    let told = Mutex::new(Vec::new());
    let progress = |step: &Progress| {
        if let Progress::Page {
            collection, looked, ..
        } = step
            && *collection == rooms
        {
            assert_eq!(*looked, hub.hub().looked(&hub.account(), &rooms));
            told.lock().unwrap().push(looked.map(|it| (it.done, it.of)));
        }
    };
    let stop = CancellationToken::new();
    hub.hub().sync_once(None, &stop, &progress).await.unwrap();
    assert_eq!(*told.lock().unwrap(), [Some((2, 6)), Some((4, 6)), None]);
    assert_eq!(hub.hub().looked(&hub.account(), &rooms), None);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_said_until_it_is_looked_at_again() {
    let (hub, _, room) = ada_in_a_room().await;
    let health = || hub.hub().accounts().unwrap()[0].health.clone();
    hub.server()
        .plan(Verb::Pull, Trouble::Rejected("no module for it".into()));
    hub.sync().await.unwrap();
    let refused = Health::Degraded("no module for it".into());
    assert_eq!(health(), refused);
    // A turn in which no collection is due: only what was said goes out.
    hub.hub().send(room, say("Old")).unwrap();
    hub.clock.advance(30_000);
    hub.hub().start().unwrap();
    while hub.server().effects().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(hub.hub().stop().await);
    assert_eq!(health(), refused);
    hub.sync().await.unwrap();
    assert_eq!(health(), Health::Well);
}
