//! A source that tells of news is listened to, and tells nobody who may not read now.

use std::time::Duration;

use super::*;

/// Ada at a server that tells of news, and has told her of a message.
async fn ada_who_listens() -> (TestHub, Handle, ItemId) {
    let (hub, room, id) = ada_in_a_room().await;
    hub.server().tell_of_news();
    hub.hub().start().unwrap();
    hub.server().say(&room, &somebody("Bob"), "Hello");
    arrives(&hub, "Hello").await;
    rest().await;
    (hub, room, id)
}

async fn arrives(hub: &TestHub, text: &str) {
    let limit = tokio::time::Instant::now() + Duration::from_secs(600);
    while !messages(hub).iter().any(|it| it == text) {
        assert!(tokio::time::Instant::now() < limit, "nobody read {text:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// This time passes only when every task rests.
async fn rest() {
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_account_is_told_of_news_once_and_reads_it_when_it_goes_on() {
    let (hub, room, _) = ada_who_listens().await;
    let told = hub.server().told();
    hub.hub().set_paused(&hub.account(), true).unwrap();
    hub.server()
        .say(&room, &somebody("Bob"), "While she was out");
    rest().await;
    assert_eq!(hub.server().told(), told + 1);
    assert!(!messages(&hub).iter().any(|it| it == "While she was out"));
    hub.hub().set_paused(&hub.account(), false).unwrap();
    arrives(&hub, "While she was out").await;
    hub.server().say(&room, &somebody("Bob"), "Back again?");
    arrives(&hub, "Back again?").await;
    assert!(hub.hub().stop().await);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_waits_after_a_failure_is_not_kept_busy_by_news() {
    let (hub, room, _) = ada_who_listens().await;
    let told = hub.server().told();
    hub.server().set_down(true);
    hub.server().say(&room, &somebody("Bob"), "Is it broken?");
    rest().await;
    // Once before the turn that failed, and once after it.
    assert!(hub.server().told() <= told + 2);
    hub.server().set_down(false);
    hub.clock.advance(3_600_000);
    arrives(&hub, "Is it broken?").await;
    assert!(hub.hub().stop().await);
}

#[tokio::test(start_paused = true)]
async fn a_long_turn_is_not_kept_busy_by_news_for_the_next_one() {
    let (hub, room, id) = ada_who_listens().await;
    let told = hub.server().told();
    hub.server().plan(Verb::Push, Trouble::HangsBefore);
    hub.hub().send(id, say("On my way")).unwrap();
    hub.server().say(&room, &somebody("Bob"), "Are you coming?");
    rest().await;
    assert_eq!(hub.server().told(), told + 1);
}
