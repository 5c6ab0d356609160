//! The promises, told as conversations between Ada, who uses Rapport, and the
//! people she works with. The server does as told, the outbox is the seam.

mod people;

mod alerts;
mod drafts;
mod edits;
mod identity;
mod leaving;
mod reading;
mod taken;
mod triage;
mod upkeep;
mod watching;

use std::collections::BTreeMap;

use rapport_engine::{Choice, HubError};
use rapport_model::command::Outgoing;
use rapport_model::connector::SignInStep;
use rapport_model::field::fields_of;
use rapport_model::{
    Body, CollectionId, FieldName, FieldValue, Handle, Health, ItemId, State, Task,
};
use rapport_store::table::item::{LOCAL_ONLY, PENDING};
use rapport_testkit::fake::{DEALS, FILES, ROOMS, Trouble, Verb};
use rapport_testkit::hub::{TestHub, account_at, somebody};

fn text(value: &str) -> FieldValue {
    FieldValue::text(Some(value))
}

fn say(words: &str) -> Outgoing {
    Outgoing {
        text: words.into(),
        ..Outgoing::default()
    }
}

fn field(hub: &TestHub, handle: &Handle, name: &str) -> String {
    let stored = hub.stored(DEALS, handle).expect("the deal is here");
    fields_of(&stored.item.body)
        .get(&FieldName::from(name))
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn set(hub: &TestHub, handle: &Handle, name: &str, value: &str) -> rapport_model::CommandId {
    let id = hub.id(DEALS, handle);
    hub.hub()
        .set_fields(id, vec![(name.into(), text(value))])
        .unwrap()
        .command
}

/// Ada with one room at the server, and the room's row here.
async fn ada_in_a_room() -> (TestHub, Handle, ItemId) {
    let hub = TestHub::ada().await;
    let room = hub
        .server()
        .room("Pumps", &[somebody("Ada"), somebody("Bob")]);
    hub.sync().await.unwrap();
    let id = hub.id(ROOMS, &room);
    (hub, room, id)
}

/// Ada with one opportunity.
async fn ada_with_a_deal() -> (TestHub, Handle) {
    let hub = TestHub::ada().await;
    let deal = hub.server().deal("Forty pumps", None);
    hub.sync().await.unwrap();
    (hub, deal)
}

fn sent(hub: &TestHub) -> usize {
    hub.server().effects().len()
}

fn messages(hub: &TestHub) -> Vec<String> {
    let of = |it: &rapport_store::Stored| match &it.item.body {
        Body::Message(it) => Some(it.text.clone()),
        _ => None,
    };
    hub.all("main", ROOMS).values().filter_map(of).collect()
}

#[tokio::test(start_paused = true)]
async fn a_message_caught_by_a_crash_is_never_sent_blindly() {
    for (trouble, arrived) in [(Trouble::HangsAfter, 1), (Trouble::HangsBefore, 0)] {
        let (mut hub, _, room) = ada_in_a_room().await;
        let placed = hub.hub().send(room, say("Hello Bob")).unwrap();
        hub.server().plan(Verb::Push, trouble);
        hub.sync_and_crash().await;
        assert_eq!(sent(&hub), arrived);
        assert_eq!(
            hub.hub().entry(&placed.command).unwrap().state,
            State::Sending
        );

        hub.server().plan(Verb::Lookup, Trouble::Offline);
        hub.sync().await.unwrap();
        assert_eq!(
            hub.hub().entry(&placed.command).unwrap().state,
            State::Unsure
        );
        assert_eq!(
            sent(&hub),
            arrived,
            "nothing leaves before the server has answered"
        );

        hub.clock.advance(3_600_000);
        hub.sync().await.unwrap();
        assert_eq!(hub.hub().entry(&placed.command).unwrap().state, State::Done);
        assert_eq!(sent(&hub), 1);
        assert_eq!(messages(&hub), vec!["Hello Bob"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_written_while_the_server_is_down_arrives_once() {
    let (mut hub, _, room) = ada_in_a_room().await;
    hub.server().set_down(true);
    let placed = hub.hub().send(room, say("Are you there?")).unwrap();
    for _ in 0..3 {
        let turns = hub.sync().await.unwrap();
        assert!(turns[0].fault.is_some());
        hub.clock.advance(3_600_000);
    }
    let row = hub
        .hub()
        .read(|it| it.stored(placed.item.unwrap()))
        .unwrap()
        .unwrap();
    assert_eq!(row.flags & (LOCAL_ONLY | PENDING), LOCAL_ONLY | PENDING);
    hub.crash();
    hub.server().set_down(false);
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    assert_eq!(sent(&hub), 1);
    assert_eq!(messages(&hub), vec!["Are you there?"]);
    assert_eq!(hub.hub().outbox().unwrap(), vec![]);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_answer_was_lost_arrives_once() {
    let (hub, _, room) = ada_in_a_room().await;
    hub.server().plan(Verb::Push, Trouble::LostAnswer);
    hub.hub().send(room, say("Once")).unwrap();
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    assert_eq!((sent(&hub), messages(&hub)), (1, vec!["Once".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_message_is_on_screen_before_it_leaves_and_never_twice() {
    let (hub, _, room) = ada_in_a_room().await;
    let placed = hub.hub().send(room, say("Now")).unwrap();
    let reaction = hub.hub().react(placed.item.unwrap(), "👍".into()).unwrap();
    assert_eq!(messages(&hub), vec!["Now"]);
    assert_eq!(
        hub.hub().entry(&reaction.command).unwrap().after,
        Some(placed.command)
    );
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    let all = hub.all("main", ROOMS);
    let said: Vec<_> = all
        .values()
        .filter(|it| matches!(it.item.body, Body::Message(_)))
        .collect();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].flags & (LOCAL_ONLY | PENDING), 0);
    assert!(matches!(&said[0].item.body, Body::Message(it) if it.reactions.len() == 1));
    let patch = &hub.server().patches()[0];
    assert_eq!(
        patch.target, said[0].item.handle,
        "the reaction followed the message"
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_can_be_taken_back_before_it_leaves_and_not_after() {
    let (hub, _, room) = ada_in_a_room().await;
    hub.hub().set_undo_window(10_000).unwrap();
    let slip = hub.hub().send(room, say("slip")).unwrap();
    hub.sync().await.unwrap();
    assert_eq!(sent(&hub), 0);
    hub.hub().withdraw(&slip.command).unwrap();
    assert_eq!(messages(&hub), Vec::<String>::new());
    let meant = hub.hub().send(room, say("meant")).unwrap();
    hub.clock.advance(10_000);
    hub.sync().await.unwrap();
    assert_eq!(sent(&hub), 1);
    assert!(matches!(
        hub.hub().withdraw(&meant.command),
        Err(HubError::NotNow(_))
    ));
    let hurried = hub.hub().send(room, say("hurried")).unwrap();
    hub.hub().send_now(&hurried.command).unwrap();
    hub.sync().await.unwrap();
    assert_eq!(sent(&hub), 2);
}

#[tokio::test(start_paused = true)]
async fn two_writers_on_different_fields_both_keep_their_words() {
    let (hub, deal) = ada_with_a_deal().await;
    set(&hub, &deal, "title", "Fifty pumps");
    hub.server().set(DEALS, &deal, "state", "offered");
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    let there = fields_of(&hub.server().item(DEALS, &deal).unwrap().body);
    assert_eq!(there.get(&"title".into()), Some(&text("Fifty pumps")));
    assert_eq!(there.get(&"state".into()), Some(&text("offered")));
    assert_eq!(
        (field(&hub, &deal, "title"), field(&hub, &deal, "state")),
        ("Fifty pumps".into(), "offered".into())
    );
    assert_eq!(hub.hub().outbox().unwrap(), vec![]);
    assert_eq!(hub.stored(DEALS, &deal).unwrap().flags & PENDING, 0);
}

#[tokio::test(start_paused = true)]
async fn two_writers_on_one_field_are_shown_all_three_values_and_either_may_win() {
    for (choice, wins) in [
        (Choice::Mine, "Fifty pumps"),
        (Choice::Theirs, "Thirty pumps"),
    ] {
        let (hub, deal) = ada_with_a_deal().await;
        let command = set(&hub, &deal, "title", "Fifty pumps");
        hub.server().set(DEALS, &deal, "title", "Thirty pumps");
        hub.sync().await.unwrap();
        let entry = hub.hub().entry(&command).unwrap();
        assert_eq!(entry.state, State::Parked);
        let way = entry.conflict.unwrap().remove(0);
        assert_eq!(
            (way.base, way.mine, way.theirs),
            (
                text("Forty pumps"),
                text("Fifty pumps"),
                text("Thirty pumps")
            )
        );
        assert_eq!(
            field(&hub, &deal, "title"),
            "Fifty pumps",
            "nothing is lost while it waits"
        );
        assert!(matches!(
            hub.hub().resolve(&command, &BTreeMap::new()),
            Err(HubError::Refused(_))
        ));
        hub.hub().resolve_all(&command, choice).unwrap();
        hub.sync().await.unwrap();
        hub.sync().await.unwrap();
        assert_eq!(field(&hub, &deal, "title"), wins);
        let there = fields_of(&hub.server().item(DEALS, &deal).unwrap().body);
        assert_eq!(there.get(&"title".into()), Some(&text(wins)));
        assert_eq!(hub.hub().outbox().unwrap(), vec![]);
    }
}

#[tokio::test(start_paused = true)]
async fn edits_melt_into_one_while_they_wait_and_an_edit_undone_sends_nothing() {
    let (hub, deal) = ada_with_a_deal().await;
    let first = set(&hub, &deal, "title", "a");
    assert_eq!(set(&hub, &deal, "title", "b"), first);
    assert_eq!(set(&hub, &deal, "state", "won"), first);
    assert_eq!(hub.hub().outbox().unwrap().len(), 1);
    hub.sync().await.unwrap();
    assert_eq!(sent(&hub), 1);
    set(&hub, &deal, "title", "c");
    set(&hub, &deal, "title", "b");
    hub.sync().await.unwrap();
    assert_eq!(
        (sent(&hub), field(&hub, &deal, "title")),
        (1, "b".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn a_dead_account_never_stops_another() {
    let hub = TestHub::ada_at(&["main", "dead"], 1).await;
    hub.servers["dead"].set_down(true);
    let room = hub
        .server()
        .room("Alive", &[somebody("Ada"), somebody("Bob")]);
    hub.server().say(&room, &somebody("Bob"), "still here");
    let turns = hub.sync().await.unwrap();
    assert!(
        turns
            .iter()
            .any(|it| it.account == account_at("dead") && it.fault.is_some())
    );
    assert_eq!(messages(&hub), vec!["still here"]);
    let health: BTreeMap<_, _> = hub
        .hub()
        .accounts()
        .unwrap()
        .into_iter()
        .map(|it| (it.id, it.health))
        .collect();
    assert_eq!(health[&account_at("main")], Health::Well);
    assert!(matches!(health[&account_at("dead")], Health::Offline(_)));
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_token_has_expired_asks_and_the_others_go_on() {
    let hub = TestHub::ada_at(&["main", "other"], 1).await;
    hub.sync().await.unwrap();
    hub.servers["other"].plan(Verb::Pull, Trouble::SignIn);
    hub.server()
        .room("Go on", &[somebody("Ada"), somebody("Bob")]);
    hub.sync().await.unwrap();
    let health = |hub: &TestHub| {
        let all = hub.hub().accounts().unwrap();
        all.into_iter()
            .find(|it| it.id == account_at("other"))
            .unwrap()
            .health
    };
    assert!(matches!(health(&hub), Health::SignIn(_)));
    assert_eq!(hub.all("main", ROOMS).len(), 1);
    let step = SignInStep::Password {
        user: "ada".into(),
        password: "right".into(),
    };
    hub.hub().sign_in(&account_at("other"), step).await.unwrap();
    hub.sync().await.unwrap();
    assert_eq!(health(&hub), Health::Well);
}

#[tokio::test(start_paused = true)]
async fn an_expired_bookmark_never_blanks_the_screen_and_what_went_meanwhile_goes() {
    let (hub, room, _) = ada_in_a_room().await;
    let kept = hub.server().say(&room, &somebody("Bob"), "kept");
    let gone = hub.server().say(&room, &somebody("Bob"), "gone");
    hub.sync().await.unwrap();
    hub.server().remove(ROOMS, &gone);
    hub.server().plan(Verb::Pull, Trouble::CursorExpired);
    hub.server().plan(Verb::Pull, Trouble::Offline);
    hub.sync().await.unwrap();
    assert_eq!(
        messages(&hub).len(),
        2,
        "a broken re-listing leaves everything there"
    );
    hub.clock.advance(3_600_000);
    hub.sync().await.unwrap();
    assert_eq!(messages(&hub), vec!["kept"]);
    assert!(hub.stored(ROOMS, &kept).is_some());
}

#[tokio::test(start_paused = true)]
async fn what_a_full_listing_no_longer_shows_is_gone_only_after_its_last_page() {
    let hub = TestHub::ada().await;
    hub.server().set_page(2);
    let task = |title: &str| {
        Body::Task(Task {
            title: title.into(),
            ..Task::default()
        })
    };
    let all: Vec<_> = (0..7)
        .map(|n| {
            hub.server()
                .add(FILES, "task", task(&format!("{n}")))
                .handle
        })
        .collect();
    hub.sync().await.unwrap();
    assert_eq!(hub.all("main", FILES).len(), 7);
    hub.server().remove(FILES, &all[0]);
    // Two collections before this one, one page of it, then the line breaks.
    for _ in 0..hub.server().pages_until(FILES, 1) {
        hub.server().plan_success(Verb::Pull);
    }
    hub.server().plan(Verb::Pull, Trouble::Offline);
    hub.sync().await.unwrap();
    assert_eq!(hub.all("main", FILES).len(), 7);
    hub.clock.advance(3_600_000);
    hub.sync().await.unwrap();
    assert_eq!(hub.all("main", FILES).len(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_a_source_deletes_in_silence_is_found_by_comparing_ids() {
    let (hub, deal) = ada_with_a_deal().await;
    hub.server().remove(DEALS, &deal);
    hub.sync().await.unwrap();
    assert!(
        hub.stored(DEALS, &deal).is_some(),
        "nothing has said so yet"
    );
    let deals = CollectionId::from(DEALS);
    let found = hub.hub().reconcile(&hub.account(), &deals).await.unwrap();
    assert_eq!((found.removed, found.fetched), (1, 0));
    assert!(hub.stored(DEALS, &deal).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_sync_without_news_writes_nothing_to_disk() {
    let (hub, room, _) = ada_in_a_room().await;
    hub.server().say(&room, &somebody("Bob"), "old news");
    hub.server().add(
        FILES,
        "task",
        Body::Task(Task {
            title: "t".into(),
            ..Task::default()
        }),
    );
    for _ in 0..3 {
        hub.sync().await.unwrap();
    }
    let files = || {
        let home = hub.hub().db().profile().home().to_path_buf();
        let mut sizes = BTreeMap::new();
        for name in ["rapport.db", "rapport.db-wal"] {
            sizes.insert(name, std::fs::read(home.join(name)).unwrap_or_default());
        }
        sizes
    };
    let before = files();
    hub.clock.advance(60_000);
    hub.sync().await.unwrap();
    assert!(before == files(), "a sync without news changed the files");
}

#[tokio::test(start_paused = true)]
async fn a_refused_edit_is_parked_with_its_reason_and_holds_up_nothing() {
    let (hub, deal) = ada_with_a_deal().await;
    let other = hub.server().deal("Other", None);
    hub.sync().await.unwrap();
    hub.server().plan(
        Verb::Push,
        Trouble::Rejected("won opportunities cannot be changed".into()),
    );
    let refused = set(&hub, &deal, "title", "x");
    set(&hub, &other, "title", "y");
    hub.sync().await.unwrap();
    let entry = hub.hub().entry(&refused).unwrap();
    assert_eq!(entry.state, State::Parked);
    assert!(
        entry
            .fault
            .unwrap()
            .to_string()
            .contains("cannot be changed")
    );
    assert_eq!(field(&hub, &other, "title"), "y");
    hub.hub().withdraw(&refused).unwrap();
    assert_eq!(field(&hub, &deal, "title"), "Forty pumps");
    assert_eq!(hub.stored(DEALS, &deal).unwrap().flags & PENDING, 0);
}

#[tokio::test(start_paused = true)]
async fn a_task_made_and_changed_offline_arrives_as_one_with_its_last_words() {
    let hub = TestHub::ada().await;
    hub.sync().await.unwrap();
    let task = Body::Task(Task {
        title: "Call".into(),
        ..Task::default()
    });
    let placed = hub
        .hub()
        .create(&hub.account(), &FILES.into(), task, None)
        .unwrap();
    hub.hub()
        .set_fields(
            placed.item.unwrap(),
            vec![("title".into(), text("Call Bob"))],
        )
        .unwrap();
    assert_eq!(hub.hub().outbox().unwrap().len(), 1);
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    assert_eq!(hub.server().items(FILES).len(), 1);
    let here = hub.all("main", FILES);
    assert_eq!(here.len(), 1);
    assert_eq!(here.values().next().unwrap().item.body.title(), "Call Bob");
    assert_eq!(
        here.values().next().unwrap().flags & (LOCAL_ONLY | PENDING),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn the_loop_sends_what_is_queued_without_being_asked_and_stops_when_told() {
    let (hub, _, room) = ada_in_a_room().await;
    hub.hub().start().unwrap();
    hub.hub().send(room, say("by itself")).unwrap();
    while sent(&hub) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(hub.hub().running(), vec!["account ada-main".to_owned()]);
    assert!(hub.hub().stop().await);
    assert_eq!(hub.hub().running(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_gentle_start_sends_at_once_and_reads_later_or_when_it_is_woken() {
    const FIRST_LOOK: std::time::Duration = std::time::Duration::from_secs(120);
    let (hub, remote_room, room) = ada_in_a_room().await;
    let words = || {
        let all = hub
            .hub()
            .read(|it| it.items_of_conversation(room, None, 10));
        all.unwrap().len()
    };
    let before = words();
    hub.hub().send(room, say("waited for this start")).unwrap();
    hub.clock.advance(60_000);
    hub.server().say(&remote_room, &somebody("Bob"), "News");
    hub.hub().start_gently(FIRST_LOOK).unwrap();
    let began = tokio::time::Instant::now();
    while sent(&hub) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    tokio::time::sleep(FIRST_LOOK / 2).await;
    assert_eq!(words(), before + 1, "nothing was read yet");
    hub.hub().wake(&hub.account()).unwrap();
    while words() < before + 2 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(began.elapsed() < FIRST_LOOK, "somebody asked for it sooner");
    hub.server().say(&remote_room, &somebody("Bob"), "More");
    assert!(hub.hub().stop().await);
    hub.clock.advance(3_600_000);
    hub.hub().start_gently(FIRST_LOOK).unwrap();
    while words() < before + 3 {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    assert!(hub.hub().stop().await);
}
