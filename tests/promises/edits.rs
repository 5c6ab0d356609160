//! What Ada changes while it waits: her last word arrives, and no word of anybody
//! else goes under for it, whatever becomes of the tries before.

use std::sync::atomic::{AtomicBool, Ordering};

use rapport_engine::{NotNow, Progress, Turn};
use rapport_model::{Command, CommandId};
use rapport_store::{Entry, Moved};
use tokio_util::sync::CancellationToken;

use super::*;

const HOUR: i64 = 3_600_000;

fn there(hub: &TestHub, deal: &Handle, name: &str) -> String {
    let body = hub.server().item(DEALS, deal).expect("the deal").body;
    let value = fields_of(&body).get(&FieldName::from(name)).cloned();
    value.unwrap_or_default().to_string()
}

fn entry(hub: &TestHub, id: &CommandId) -> Entry {
    hub.hub().entry(id).unwrap()
}

/// The three values of the only field in conflict.
fn asked(hub: &TestHub, id: &CommandId) -> [String; 3] {
    let ways = entry(hub, id).conflict.expect("a conflict");
    assert_eq!(ways.len(), 1, "{ways:?}");
    let way = &ways[0];
    [&way.base, &way.mine, &way.theirs].map(ToString::to_string)
}

/// Nothing waits, and both sides say this of the title.
fn settled(hub: &TestHub, deal: &Handle, title: &str) {
    assert_eq!(hub.hub().outbox().unwrap(), vec![]);
    assert_eq!(there(hub, deal, "title"), title);
    assert_eq!(field(hub, deal, "title"), title);
    assert_eq!(hub.stored(DEALS, deal).unwrap().flags & PENDING, 0);
}

async fn sync_later(hub: &TestHub) {
    hub.clock.advance(HOUR);
    hub.sync().await.unwrap();
}

/// Ada calls the deal something, and the answer to that is lost on the way: the
/// server may have done it, and tells nothing more for now.
async fn in_doubt(trouble: Trouble) -> (TestHub, Handle, CommandId) {
    let (hub, deal) = ada_with_a_deal().await;
    let first = set(&hub, &deal, "title", "Fifty pumps");
    hub.server().plan(Verb::Push, trouble);
    hub.server().plan(Verb::Pull, Trouble::Offline);
    hub.sync().await.unwrap();
    assert_eq!(entry(&hub, &first).state, State::Queued);
    (hub, deal, first)
}

/// Bob and Ada called the deal different things, and Ada is asked.
async fn in_conflict() -> (TestHub, Handle, CommandId) {
    let (hub, deal) = ada_with_a_deal().await;
    let mine = set(&hub, &deal, "title", "Fifty pumps");
    hub.server().set(DEALS, &deal, "title", "Thirty pumps");
    hub.sync().await.unwrap();
    let three = ["Forty pumps", "Fifty pumps", "Thirty pumps"];
    assert_eq!(asked(&hub, &mine), three);
    (hub, deal, mine)
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_is_tried_again_asks_again_and_overwrites_nobody() {
    for says in ["Fifty pumps", "Sixty pumps"] {
        let (hub, deal, mine) = in_conflict().await;
        if says == "Fifty pumps" {
            hub.hub().retry(&mine).unwrap();
        } else {
            let mut command = entry(&hub, &mine).command;
            if let Command::SetFields { edits, .. } = &mut command {
                edits[0].mine = text(says);
            }
            hub.hub().edit_entry(&mine, command).unwrap();
        }
        let three = ["Forty pumps", says, "Thirty pumps"];
        assert_eq!(asked(&hub, &mine), three, "at once");
        sync_later(&hub).await;
        assert_eq!(there(&hub, &deal, "title"), "Thirty pumps");
        assert_eq!(entry(&hub, &mine).state, State::Parked);
        assert_eq!(asked(&hub, &mine), three);
        hub.hub().resolve_all(&mine, Choice::Mine).unwrap();
        sync_later(&hub).await;
        settled(&hub, &deal, says);
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_edit_of_a_field_in_conflict_is_asked_about_in_its_place() {
    let (hub, deal, mine) = in_conflict().await;
    assert_eq!(set(&hub, &deal, "title", "Sixty pumps"), mine);
    let three = ["Forty pumps", "Sixty pumps", "Thirty pumps"];
    assert_eq!(asked(&hub, &mine), three);
    sync_later(&hub).await;
    assert_eq!(there(&hub, &deal, "title"), "Thirty pumps");
    assert_eq!(field(&hub, &deal, "title"), "Sixty pumps");
    assert_eq!(asked(&hub, &mine), three);
    // Another field is no part of it and goes.
    let other = set(&hub, &deal, "state", "won");
    assert_ne!(other, mine);
    sync_later(&hub).await;
    assert_eq!(entry(&hub, &other).state, State::Done);
    assert_eq!(there(&hub, &deal, "state"), "won");
    assert_eq!(asked(&hub, &mine), three);
    hub.hub().resolve_all(&mine, Choice::Mine).unwrap();
    sync_later(&hub).await;
    settled(&hub, &deal, "Sixty pumps");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_ends_when_ada_says_what_bob_said_or_takes_her_word_back() {
    for says in ["Thirty pumps", "Forty pumps"] {
        let (hub, deal, mine) = in_conflict().await;
        assert_eq!(set(&hub, &deal, "title", says), mine);
        settled(&hub, &deal, "Thirty pumps");
        sync_later(&hub).await;
        settled(&hub, &deal, "Thirty pumps");
    }
}

#[tokio::test(start_paused = true)]
async fn an_edit_undone_after_its_answer_was_lost_is_undone_at_the_source_too() {
    for trouble in [Trouble::LostAnswer, Trouble::LostRequest] {
        for last in ["Forty pumps", "Sixty pumps"] {
            let (hub, deal, first) = in_doubt(trouble.clone()).await;
            assert_ne!(set(&hub, &deal, "title", last), first);
            assert_eq!(field(&hub, &deal, "title"), last, "at once");
            // What follows has not left, so it melts.
            set(&hub, &deal, "title", "Seventy pumps");
            set(&hub, &deal, "title", last);
            assert_eq!(hub.hub().outbox().unwrap().len(), 2);
            sync_later(&hub).await;
            sync_later(&hub).await;
            settled(&hub, &deal, last);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_crash_caught_waits_for_no_clock_that_was_set_back() {
    let (mut hub, deal) = ada_with_a_deal().await;
    set(&hub, &deal, "title", "Fifty pumps");
    hub.server().plan(Verb::Push, Trouble::HangsBefore);
    hub.sync_and_crash().await;
    hub.clock.advance(-24 * HOUR);
    hub.sync().await.unwrap();
    settled(&hub, &deal, "Fifty pumps");
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_may_have_arrived_is_not_changed_under_way() {
    let (hub, deal, first) = in_doubt(Trouble::LostAnswer).await;
    let refused = hub.hub().edit_entry(&first, entry(&hub, &first).command);
    assert_eq!(refused, Err(HubError::NotNow(NotNow::Unsure)));
    sync_later(&hub).await;
    settled(&hub, &deal, "Fifty pumps");
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_never_left_still_melts_after_many_tries() {
    let (hub, deal) = ada_with_a_deal().await;
    hub.server().set_down(true);
    let first = set(&hub, &deal, "title", "a");
    sync_later(&hub).await;
    assert!(entry(&hub, &first).attempts > 0);
    assert_eq!(set(&hub, &deal, "title", "b"), first);
    set(&hub, &deal, "title", "Forty pumps");
    hub.server().set_down(false);
    sync_later(&hub).await;
    settled(&hub, &deal, "Forty pumps");
    assert_eq!(sent(&hub), 0);
}

#[tokio::test(start_paused = true)]
async fn a_new_edit_of_a_refused_field_takes_its_place_and_goes() {
    let (hub, deal) = ada_with_a_deal().await;
    hub.server()
        .plan(Verb::Push, Trouble::Rejected("x is no title".into()));
    let refused = set(&hub, &deal, "title", "x");
    hub.sync().await.unwrap();
    assert_eq!(entry(&hub, &refused).state, State::Parked);
    // Another field is no part of what was refused.
    let other = set(&hub, &deal, "state", "won");
    assert_ne!(other, refused);
    sync_later(&hub).await;
    assert_eq!(there(&hub, &deal, "state"), "won");
    assert_eq!(entry(&hub, &refused).state, State::Parked);
    assert_eq!(field(&hub, &deal, "title"), "x");
    assert_eq!(set(&hub, &deal, "title", "y"), refused);
    assert_eq!(field(&hub, &deal, "title"), "y");
    sync_later(&hub).await;
    settled(&hub, &deal, "y");
}

#[tokio::test(start_paused = true)]
async fn a_refused_edit_that_is_undone_leaves_nothing_behind() {
    let (hub, deal) = ada_with_a_deal().await;
    hub.server()
        .plan(Verb::Push, Trouble::Rejected("x is no title".into()));
    let refused = set(&hub, &deal, "title", "x");
    hub.sync().await.unwrap();
    assert_eq!(set(&hub, &deal, "title", "Forty pumps"), refused);
    settled(&hub, &deal, "Forty pumps");
}

#[tokio::test(start_paused = true)]
async fn what_was_typed_before_the_refusal_came_takes_its_place_too() {
    let (hub, deal, first) = in_doubt(Trouble::LostRequest).await;
    let second = set(&hub, &deal, "title", "Sixty pumps");
    set(&hub, &deal, "state", "won");
    hub.server()
        .plan(Verb::Push, Trouble::Rejected("fifty is too many".into()));
    sync_later(&hub).await;
    assert_ne!(first, second);
    assert_eq!(there(&hub, &deal, "state"), "won");
    settled(&hub, &deal, "Sixty pumps");
}

#[tokio::test(start_paused = true)]
async fn what_was_typed_before_the_conflict_came_is_asked_about_too() {
    let (hub, deal, first) = in_doubt(Trouble::LostRequest).await;
    set(&hub, &deal, "title", "Sixty pumps");
    hub.server().set(DEALS, &deal, "title", "Thirty pumps");
    sync_later(&hub).await;
    assert_eq!(there(&hub, &deal, "title"), "Thirty pumps");
    assert_eq!(hub.hub().outbox().unwrap().len(), 1);
    let three = ["Forty pumps", "Sixty pumps", "Thirty pumps"];
    assert_eq!(asked(&hub, &first), three);
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_waited_for_days_still_merges_with_what_others_changed() {
    let (hub, deal) = ada_with_a_deal().await;
    hub.server().set_down(true);
    let mine = set(&hub, &deal, "title", "Fifty pumps");
    for _ in 0..30 {
        sync_later(&hub).await;
    }
    assert!(entry(&hub, &mine).attempts > 20);
    hub.server().set(DEALS, &deal, "state", "offered");
    hub.server().set_down(false);
    sync_later(&hub).await;
    sync_later(&hub).await;
    settled(&hub, &deal, "Fifty pumps");
    assert_eq!(there(&hub, &deal, "state"), "offered");
}

#[tokio::test(start_paused = true)]
async fn a_waiting_change_of_a_message_shows_its_newest_words() {
    let (hub, _, room) = ada_in_a_room().await;
    let said = hub.hub().send(room, say("Helo")).unwrap().item.unwrap();
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    hub.server().set_down(true);
    let edit = hub.hub().edit_message(said, "Hell".into()).unwrap();
    let reaction = hub.hub().react(said, "+".into()).unwrap();
    let change = |id: &CommandId, words: &str| {
        let mut command = entry(&hub, id).command;
        match &mut command {
            Command::EditMessage { text, .. } => *text = words.into(),
            Command::React { key, .. } => *key = words.into(),
            other => panic!("{other:?}"),
        }
        hub.hub().edit_entry(id, command).unwrap();
    };
    change(&edit.command, "Hello");
    change(&reaction.command, "-");
    let shown = || match hub.hub().read(|it| it.stored(said)).unwrap() {
        Some(stored) => match stored.item.body {
            Body::Message(it) => {
                let keys: Vec<String> = it.reactions.into_iter().map(|it| it.key).collect();
                (it.text, keys, stored.flags & PENDING != 0)
            }
            other => panic!("a message, not {other:?}"),
        },
        None => panic!("the message is here"),
    };
    assert_eq!(shown(), ("Hello".into(), vec!["-".into()], true));
    hub.server().set_down(false);
    sync_later(&hub).await;
    sync_later(&hub).await;
    assert_eq!(shown(), ("Hello".into(), vec!["-".into()], false));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_sets_out_meanwhile_is_not_said_to_be_moved() {
    let (hub, _, room) = ada_in_a_room().await;
    let at = hub.hub().clock().now().plus(HOUR);
    let later = hub.hub().send_at(room, say("Good morning"), Some(at));
    let id = later.unwrap().command;
    let (hub, db) = (hub.hub(), hub.hub().db());
    std::thread::scope(|threads| {
        let moving = db.write(|tx| {
            let moving = threads.spawn(|| hub.reschedule(&id, at.plus(HOUR)));
            while !db.is_waited_for() {
                std::thread::yield_now();
            }
            tx.move_entry(&id, State::Sending, &Moved::default())?;
            Ok(moving)
        });
        let moved = moving.unwrap().join().unwrap();
        assert_eq!(moved, Err(HubError::NotNow(NotNow::Unscheduled)));
    });
    let kept = hub.entry(&id).unwrap();
    assert_eq!((kept.state, kept.not_before), (State::Sending, at));
}

/// A turn over a room with many pages, in which Ada says something after the first.
async fn speaks_between_pages(trouble: Option<Trouble>) -> Turn {
    let (hub, remote_room, room) = ada_in_a_room().await;
    hub.server().set_page(1);
    for n in 0..8 {
        let words = format!("Word {n}");
        hub.server().say(&remote_room, &somebody("Bob"), &words);
    }
    if let Some(trouble) = trouble {
        hub.server().plan(Verb::Push, trouble);
    }
    let spoken = AtomicBool::new(false);
    let speak = |progress: &Progress| {
        if matches!(progress, Progress::Page { .. }) && !spoken.swap(true, Ordering::SeqCst) {
            hub.hub().send(room, say("Between")).unwrap();
        }
    };
    let stop = CancellationToken::new();
    let turns = hub.hub().sync_once(None, &stop, &speak).await.unwrap();
    assert!(spoken.load(Ordering::SeqCst));
    turns.into_iter().next().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_source_that_wants_a_rest_between_two_pages_is_asked_no_further() {
    for trouble in [Trouble::Throttled(60_000), Trouble::SignIn] {
        let fault = trouble.fault();
        let turn = speaks_between_pages(Some(trouble)).await;
        assert_eq!(turn.fault, Some(fault));
        assert_eq!(turn.collections.len(), 1);
        assert_eq!(turn.collections[0].pages, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_between_two_pages_counts_in_the_turn() {
    let turn = speaks_between_pages(None).await;
    assert_eq!((turn.sent, turn.parked, turn.fault), (1, 0, None));
    assert!(turn.collections[0].pages > 8);
    let refused = Trouble::Rejected("no".into());
    let turn = speaks_between_pages(Some(refused)).await;
    assert_eq!((turn.sent, turn.parked, turn.fault), (0, 1, None));
}
