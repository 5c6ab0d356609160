//! What Ada made here stays the same row when its server says where it sits.

use rapport_model::Cause;
use rapport_store::JournalQuery;
use rapport_store::table::journal::What;

use super::*;

/// What happened to a row, oldest first.
fn history(hub: &TestHub, item: ItemId) -> Vec<(What, Cause)> {
    let query = JournalQuery {
        item: Some(item),
        ..JournalQuery::default()
    };
    let mut rows = hub.hub().read(|it| it.journal(&query)).unwrap();
    rows.reverse();
    rows.into_iter().map(|it| (it.what, it.cause)).collect()
}

/// The one message there is.
fn the_message(hub: &TestHub) -> rapport_store::Stored {
    let mut all: Vec<_> = hub.all("main", ROOMS).into_values().collect();
    all.retain(|it| matches!(it.item.body, Body::Message(_)));
    assert_eq!(all.len(), 1, "one message and never two");
    all.remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_message_stays_the_same_row_from_the_click_to_the_echo() {
    // The receipt brings the handle; or its answer is lost and the echo does.
    for lost in [false, true] {
        let (hub, _, room) = ada_in_a_room().await;
        let placed = hub.hub().send(room, say("Hello Bob")).unwrap();
        let before = placed.item.expect("it is on screen");
        let local = the_message(&hub).item.handle;
        if lost {
            hub.server().plan(Verb::Push, Trouble::LostAnswer);
            hub.server().plan(Verb::Lookup, Trouble::Transient);
        }
        hub.sync().await.unwrap();
        hub.clock.advance(3_600_000);
        hub.sync().await.unwrap();
        let after = the_message(&hub);
        assert_eq!(after.id, before);
        assert_ne!(after.item.handle, local, "the server named it");
        assert!(after.item.revision.is_some());
        assert_eq!(after.flags & (LOCAL_ONLY | PENDING), 0);
        assert_eq!(
            history(&hub, before),
            vec![(What::Created, Cause::Me(placed.command.clone()))]
        );
        let entry = hub.hub().entry(&placed.command).unwrap();
        assert_eq!((entry.state, entry.item), (State::Done, Some(before)));
        let found = hub
            .hub()
            .read(|it| it.items_of_conversation(room, None, 10))
            .unwrap();
        assert_eq!(found, vec![before]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reaction_to_a_message_under_way_never_leaves_the_screen() {
    let (hub, _, room) = ada_in_a_room().await;
    let placed = hub.hub().send(room, say("Now")).unwrap();
    let item = placed.item.unwrap();
    hub.hub().react(item, "👍".into()).unwrap();
    hub.server().plan_success(Verb::Push);
    hub.server().plan(Verb::Push, Trouble::Offline);
    hub.sync().await.unwrap();
    let shown = |hub: &TestHub| match the_message(hub).item.body {
        Body::Message(it) => it.reactions.len(),
        _ => 0,
    };
    assert_eq!(sent(&hub), 1, "only the message has left");
    assert_eq!(shown(&hub), 1);
    hub.clock.advance(3_600_000);
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    assert_eq!((sent(&hub), shown(&hub)), (2, 1));
    assert_eq!(the_message(&hub).id, item);
}

#[tokio::test(start_paused = true)]
async fn a_task_made_here_keeps_its_row_and_what_was_changed_meanwhile() {
    let hub = TestHub::ada().await;
    hub.sync().await.unwrap();
    let task = Task {
        title: "Call Bob".into(),
        ..Task::default()
    };
    let placed = hub
        .hub()
        .create(&hub.account(), &FILES.into(), Body::Task(task), None)
        .unwrap();
    let before = placed.item.unwrap();
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    let all = hub.all("main", FILES);
    assert_eq!(all.len(), 1);
    assert_eq!(all.values().next().map(|it| it.id), Some(before));
    assert_eq!(history(&hub, before).len(), 1);
    let line = hub.hub().ledger().unwrap();
    let line = line
        .iter()
        .find(|it| it.collection.as_str() == FILES)
        .unwrap();
    assert_eq!(line.local_count, 1, "counted once, when the server has it");
}
