//! What Ada puts off comes back, what she has dealt with opens again when
//! somebody writes, and what she lets go later goes then and not before.

use rapport_model::Millis;
use rapport_store::view::{ConversationFilter, MessagesWanted, Spot};

use super::*;

const HOUR: i64 = 3_600_000;

fn inbox(hub: &TestHub, wanted: &ConversationFilter) -> Vec<ItemId> {
    hub.hub().read(|it| it.inbox_ids(wanted)).unwrap()
}

fn shown(hub: &TestHub) -> Vec<ItemId> {
    inbox(hub, &ConversationFilter::default())
}

fn row(hub: &TestHub, id: ItemId) -> rapport_store::view::ConversationRow {
    hub.hub().read(|it| it.conversation(id)).unwrap()
}

fn said(hub: &TestHub, room: ItemId) -> Vec<String> {
    let page = hub
        .hub()
        .read(|it| it.messages(room, &MessagesWanted::default()))
        .unwrap();
    page.messages.into_iter().rev().map(|it| it.text).collect()
}

fn now(hub: &TestHub) -> Millis {
    hub.hub().clock().now()
}

#[tokio::test(start_paused = true)]
async fn what_is_put_off_leaves_the_inbox_and_comes_back_when_it_is_due() {
    let (hub, room, id) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "The pump leaks");
    hub.sync().await.unwrap();
    let until = now(&hub).plus(2 * HOUR);
    hub.hub().snooze(&[id], Some(until)).unwrap();
    assert!(shown(&hub).is_empty());
    assert_eq!(row(&hub, id).snoozed_until, Some(until));
    let snoozed = ConversationFilter {
        snoozed: true,
        ..ConversationFilter::default()
    };
    assert_eq!(inbox(&hub, &snoozed), [id]);
    hub.clock.advance(HOUR);
    assert_eq!(hub.hub().wake_snoozed().unwrap(), Some(until));
    assert!(shown(&hub).is_empty(), "it is not time yet");
    hub.clock.advance(HOUR);
    assert_eq!(hub.hub().wake_snoozed().unwrap(), None);
    assert_eq!(shown(&hub), [id]);
    let back = row(&hub, id);
    assert_eq!((back.snoozed_until, back.back_at), (None, Some(now(&hub))));
    let alerts = hub
        .hub()
        .read(|it| it.notifications(false, None, 10))
        .unwrap();
    assert_eq!(
        alerts
            .iter()
            .filter(|it| it.key.starts_with("back:"))
            .count(),
        1
    );
    hub.hub().set_all_done(&[id], true).unwrap();
    assert_eq!(row(&hub, id).back_at, None, "it is triaged");
}

#[tokio::test(start_paused = true)]
async fn a_running_hub_wakes_what_is_due_without_being_asked() {
    let (hub, _, id) = ada_in_a_room().await;
    hub.hub().start().unwrap();
    hub.hub()
        .snooze(&[id], Some(now(&hub).plus(5_000)))
        .unwrap();
    hub.clock.advance(5_000);
    let limit = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while shown(&hub).is_empty() {
        assert!(tokio::time::Instant::now() < limit, "nobody woke it");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(hub.hub().stop().await);
}

#[tokio::test(start_paused = true)]
async fn a_new_message_of_somebody_else_wakes_what_is_put_off() {
    let (hub, room, id) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "The pump leaks");
    hub.sync().await.unwrap();
    hub.hub()
        .snooze(&[id], Some(now(&hub).plus(24 * HOUR)))
        .unwrap();
    hub.hub().send(id, say("Noted")).unwrap();
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    assert!(shown(&hub).is_empty(), "her own word wakes nothing");
    hub.server().advance(60_000);
    hub.server().say(&room, &somebody("Bob"), "It bursts");
    hub.sync().await.unwrap();
    assert_eq!(shown(&hub), [id]);
    assert!(row(&hub, id).back_at.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_is_done_opens_again_when_somebody_writes_and_a_moment_that_passed_is_refused() {
    let (hub, room, id) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "Thanks");
    hub.sync().await.unwrap();
    hub.hub().set_all_done(&[id], true).unwrap();
    assert!(shown(&hub).is_empty());
    hub.server().advance(60_000);
    hub.server().say(&room, &somebody("Bob"), "One more thing");
    hub.sync().await.unwrap();
    assert_eq!(shown(&hub), [id]);
    let past = hub.hub().snooze(&[id], Some(now(&hub)));
    assert!(matches!(past, Err(HubError::Refused(_))), "{past:?}");
    // All or none.
    let none = ItemId(7);
    assert!(hub.hub().set_all_done(&[id, none], true).is_err());
    assert_eq!(shown(&hub), [id]);
}

#[tokio::test(start_paused = true)]
async fn a_mark_as_unread_stays_until_it_is_read_again() {
    let (hub, room, id) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "Hello");
    hub.sync().await.unwrap();
    hub.hub().mark_read(id, None).unwrap();
    let unread = ConversationFilter {
        unread: true,
        ..ConversationFilter::default()
    };
    assert!(inbox(&hub, &unread).is_empty());
    hub.hub().mark_unread(id).unwrap();
    hub.sync().await.unwrap();
    assert_eq!(inbox(&hub, &unread), [id]);
    assert_eq!(row(&hub, id).unread, 1);
    hub.hub().mark_read(id, None).unwrap();
    assert!(inbox(&hub, &unread).is_empty());
    assert_eq!(row(&hub, id).unread, 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_read_on_another_device_is_read_here() {
    let (hub, room, id) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "Hello");
    hub.sync().await.unwrap();
    hub.hub().mark_unread(id).unwrap();
    hub.server().advance(1000);
    let second = hub.server().say(&room, &somebody("Bob"), "Anybody?");
    hub.sync().await.unwrap();
    assert_eq!(row(&hub, id).unread, 2);
    hub.server().reads(&room, &second);
    hub.sync().await.unwrap();
    assert_eq!(row(&hub, id).unread, 0, "the mark and the words are gone");
    // Word and reading in one answer.
    hub.server().advance(1000);
    let third = hub.server().say(&room, &somebody("Bob"), "Hello?");
    hub.server().reads(&room, &third);
    hub.sync().await.unwrap();
    assert_eq!(row(&hub, id).unread, 0);
}

#[tokio::test(start_paused = true)]
async fn what_goes_later_goes_then_and_holds_up_nothing_until_then() {
    let (hub, _, id) = ada_in_a_room().await;
    let at = now(&hub).plus(3 * HOUR);
    let later = hub
        .hub()
        .send_at(id, say("Good morning"), Some(at))
        .unwrap();
    assert_eq!(later.item, None, "it is no message of the room yet");
    hub.hub().send(id, say("Right away")).unwrap();
    hub.sync().await.unwrap();
    assert_eq!(said(&hub, id), ["Right away"]);
    assert_eq!(row(&hub, id).scheduled, Some(at));
    let page = hub
        .hub()
        .read(|it| it.messages(id, &MessagesWanted::default()))
        .unwrap();
    assert_eq!(page.scheduled.len(), 1);
    hub.clock.advance(3 * HOUR - 1);
    hub.sync().await.unwrap();
    assert_eq!(said(&hub, id), ["Right away"], "a moment too early");
    hub.clock.advance(1);
    hub.sync().await.unwrap();
    assert_eq!(said(&hub, id), ["Right away", "Good morning"]);
    assert_eq!(row(&hub, id).scheduled, None);
    assert_eq!(hub.server().effects().len(), 2);
    hub.sync().await.unwrap();
    assert_eq!(said(&hub, id).len(), 2, "its echo is the same message");
}

#[tokio::test(start_paused = true)]
async fn what_goes_later_can_be_taken_back_moved_and_survives_a_clock_that_jumps() {
    let (mut hub, _, id) = ada_in_a_room().await;
    let at = now(&hub).plus(5 * HOUR);
    let first = hub.hub().send_at(id, say("Never mind"), Some(at)).unwrap();
    hub.hub().withdraw(&first.command).unwrap();
    let second = hub.hub().send_at(id, say("Moved"), Some(at)).unwrap();
    hub.hub()
        .reschedule(&second.command, at.plus(HOUR))
        .unwrap();
    hub.crash();
    hub.clock.advance(-24 * HOUR);
    hub.sync().await.unwrap();
    hub.clock.advance(24 * HOUR + 5 * HOUR);
    hub.sync().await.unwrap();
    assert!(said(&hub, id).is_empty(), "not before the moment she chose");
    hub.clock.advance(HOUR);
    hub.sync().await.unwrap();
    assert_eq!(said(&hub, id), ["Moved"]);
}

#[tokio::test(start_paused = true)]
async fn the_undo_window_is_as_long_as_the_settings_say() {
    let (hub, _, id) = ada_in_a_room().await;
    hub.hub()
        .db()
        .write(|tx| tx.set_setting("outbox.undo_seconds", &5))
        .unwrap();
    assert_eq!(hub.hub().undo_window().unwrap(), 5_000);
    let placed = hub.hub().send(id, say("Oops")).unwrap();
    hub.clock.advance(4_999);
    hub.sync().await.unwrap();
    assert!(hub.server().effects().is_empty());
    hub.hub().withdraw(&placed.command).unwrap();
    assert!(said(&hub, id).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_page_lies_anywhere_in_a_conversation_and_says_what_surrounds_it() {
    let (hub, room, id) = ada_in_a_room().await;
    for n in 0..20 {
        hub.server().advance(60_000);
        hub.server()
            .say(&room, &somebody("Bob"), &format!("Word {n} of Bob"));
    }
    hub.sync().await.unwrap();
    let page = |spot: Spot, search: Option<&str>| {
        let wanted = MessagesWanted {
            spot,
            limit: Some(6),
            search: search.map(str::to_owned),
            ..MessagesWanted::default()
        };
        hub.hub().read(|it| it.messages(id, &wanted)).unwrap()
    };
    let words = |page: &rapport_store::view::MessagePage| -> Vec<String> {
        page.messages
            .iter()
            .map(|it| it.text.split(' ').nth(1).unwrap_or_default().to_owned())
            .collect()
    };
    let newest = page(Spot::Newest, None);
    assert_eq!(words(&newest), ["19", "18", "17", "16", "15", "14"]);
    assert_eq!((newest.more, newest.newer), (true, false));
    let oldest = newest.messages.last().unwrap();
    let before = page(Spot::Before(oldest.id), None);
    assert_eq!(words(&before), ["13", "12", "11", "10", "9", "8"]);
    assert_eq!((before.more, before.newer), (true, true));
    let after = page(Spot::After(before.messages[0].id), None);
    assert_eq!(words(&after), words(&newest));
    assert!(after.more && !after.newer);
    let middle = page(Spot::At(before.messages[3].at), None);
    assert_eq!(words(&middle), ["12", "11", "10", "9", "8", "7"]);
    assert!(middle.more && middle.newer);
    let around = page(Spot::Around(before.messages[3].id), None);
    assert_eq!(words(&around), words(&middle));
    let found = page(Spot::Newest, Some("BOB 1"));
    let hits: Vec<ItemId> = found.hits.clone();
    assert_eq!(hits.len(), 11, "1 and 10 to 19");
    assert_eq!(hits[0], newest.messages[0].id);
    assert!(page(Spot::Newest, Some("nobody")).hits.is_empty());
    assert_eq!(
        newest.read_marker.is_some(),
        newest.messages.iter().any(|it| it.unread)
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_and_the_message_it_was_made_from_name_each_other() {
    let (hub, room, id) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "Please call me");
    hub.sync().await.unwrap();
    let page = |hub: &TestHub| {
        hub.hub()
            .read(|it| it.messages(id, &MessagesWanted::default()))
            .unwrap()
    };
    let message = page(&hub).messages[0].clone();
    let cause = message
        .link
        .clone()
        .unwrap_or_else(|| rapport_model::LinkId(message.handle.0.clone()));
    let mut heard = hub.hub().db().subscribe();
    let task = Body::Task(Task {
        title: "Call Bob".into(),
        cause: Some(cause),
        ..Task::default()
    });
    hub.hub()
        .create(&hub.account(), &FILES.into(), task, None)
        .unwrap();
    assert!(
        heard
            .try_recv()
            .unwrap()
            .contains(&rapport_store::Topic::Item(message.id)),
        "the message's row looks different now"
    );
    let tasks = page(&hub).messages[0].tasks.clone();
    assert_eq!(tasks.len(), 1);
    let rows = hub
        .hub()
        .read(|it| it.tasks_by_id(&tasks, now(&hub), &jiff::tz::TimeZone::UTC))
        .unwrap();
    assert_eq!(rows[0].message, Some(message.id));
    assert_eq!(rows[0].said_in, Some(row(&hub, id).kind));
}

#[tokio::test(start_paused = true)]
async fn a_staged_file_comes_in_pieces_and_lies_in_the_private_folder() {
    let (hub, _, _) = ada_in_a_room().await;
    let home = hub.hub().db().profile().files();
    let first = hub
        .hub()
        .stage("../../../report.pdf", None, b"one ", false)
        .unwrap();
    assert!(!first.path.exists(), "it is not whole yet");
    let whole = hub
        .hub()
        .stage("../../../report.pdf", Some(&first.token), b"two", true)
        .unwrap();
    assert_eq!(whole.bytes, 7);
    assert!(whole.path.starts_with(&home), "{:?}", whole.path);
    assert_eq!(std::fs::read(&whole.path).unwrap(), b"one two");
    assert_eq!(whole.path.file_name().unwrap(), "report.pdf");
    for token in [
        "..",
        "../state",
        "",
        "rp-unknown",
        "/tmp",
        whole.token.as_str(),
    ] {
        let again = hub.hub().stage("x", Some(token), b"x", true);
        assert!(again.is_err(), "{token} added to something");
    }
    assert_eq!(std::fs::read(&whole.path).unwrap(), b"one two");
    let other = hub.hub().stage("report.pdf", None, b"x", true).unwrap();
    assert_ne!(other.path, whole.path, "one file never lands on another");
}
