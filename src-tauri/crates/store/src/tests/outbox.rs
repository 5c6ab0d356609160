//! What waits to be sent: its order, and that nothing skips it.

use proptest::prelude::*;
use rapport_model::command::{Edit, Outgoing};
use rapport_model::{Command, CommandId, Fault, FieldName, FieldValue, ItemRef, Receipt, State};

use super::*;
use crate::{EntryFilter, Moved, NewEntry, StoreError, ThreeWay};

fn send(id: &str, room: &str) -> NewEntry {
    NewEntry {
        id: CommandId::new(id),
        account: AccountId::new("velmora-1"),
        command: Command::Send {
            conversation: ItemRef::new(room, "room"),
            message: Outgoing {
                text: id.to_owned(),
                ..Outgoing::default()
            },
        },
        item: None,
        after: None,
        not_before: MORNING,
        scheduled: false,
        queued: MORNING,
    }
}

fn edit(id: &str, title: &str) -> NewEntry {
    NewEntry {
        command: Command::SetFields {
            target: ItemRef::new("party.party", "7"),
            kind: Kind::Record,
            edits: vec![Edit {
                field: FieldName::from("title"),
                base: FieldValue::Empty,
                mine: FieldValue::Text(title.into()),
            }],
            base: None,
        },
        ..send(id, "mail")
    }
}

fn due(scene: &Scene) -> Vec<String> {
    scene
        .db
        .read(|r| r.next_due(&scene.account, scene.now()))
        .unwrap()
        .into_iter()
        .map(|it| it.id.0)
        .collect()
}

fn go(scene: &Scene, id: &str, to: State) {
    scene
        .db
        .write(|tx| {
            tx.move_entry(
                &CommandId::new(id),
                to,
                &Moved {
                    at: scene.now(),
                    ..Moved::default()
                },
            )
        })
        .unwrap();
}

fn queue(scene: &Scene, all: &[NewEntry]) {
    scene
        .db
        .write(|tx| all.iter().try_for_each(|it| tx.queue(it).map(|_| ())))
        .unwrap();
}

#[test]
fn of_each_collection_the_first_open_entry_goes_first() {
    let scene = Scene::new();
    let mut later = send("a1", "rooms");
    later.not_before = MORNING.plus(10_000);
    queue(
        &scene,
        &[
            later,
            send("a2", "rooms"),
            send("b1", "mail"),
            send("b2", "mail"),
        ],
    );
    assert_eq!(
        due(&scene),
        ["b1"],
        "the undo window of a1 holds its room, and no other"
    );
    scene.later(10_000);
    assert_eq!(due(&scene), ["a1", "b1"]);
    go(&scene, "a1", State::Sending);
    assert_eq!(due(&scene), ["b1"], "nothing overtakes what is under way");
    go(&scene, "a1", State::Unsure);
    assert_eq!(due(&scene), ["b1"], "nor what may have arrived");
    go(&scene, "a1", State::Done);
    go(&scene, "b1", State::Parked);
    assert_eq!(
        due(&scene),
        ["a2", "b2"],
        "what waits for the user holds up nobody"
    );
}

#[test]
fn a_dependent_waits_until_what_it_needs_is_done() {
    let scene = Scene::new();
    let mut second = send("c2", "mail");
    second.after = Some(CommandId::new("c1"));
    queue(&scene, &[send("c1", "rooms"), second, send("c3", "mail")]);
    assert_eq!(due(&scene), ["c1", "c3"]);
    go(&scene, "c1", State::Parked);
    assert_eq!(due(&scene), ["c3"]);
    assert_eq!(
        scene
            .db
            .read(|r| r.dependents(&CommandId::new("c1")))
            .unwrap()
            .len(),
        1
    );
    go(&scene, "c1", State::Done);
    assert_eq!(due(&scene), ["c2"]);
}

#[test]
fn an_entry_survives_a_restart_with_everything_known_of_it() {
    let mut scene = Scene::new();
    queue(&scene, &[edit("e1", "Fifty")]);
    let conflict = vec![ThreeWay {
        field: FieldName::from("title"),
        base: FieldValue::Empty,
        mine: FieldValue::Text("Fifty".into()),
        theirs: FieldValue::Text("Sixty".into()),
    }];
    let moved = Moved {
        at: MORNING.plus(5),
        fault: Some(Fault::Conflict("changed".into())),
        not_before: Some(MORNING.plus(9)),
        attempt: true,
        conflict: Some(conflict.clone()),
        receipt: Some(Receipt::Applied {
            handle: Some(Handle::new("7")),
            revision: None,
        }),
    };
    scene
        .db
        .write(|tx| tx.move_entry(&CommandId::new("e1"), State::Parked, &moved))
        .unwrap();
    scene.reopen();
    let entry = scene
        .db
        .read(|r| r.entry(&CommandId::new("e1")))
        .unwrap()
        .unwrap();
    assert_eq!(entry.state, State::Parked);
    assert_eq!(entry.command, edit("e1", "Fifty").command);
    assert_eq!((entry.attempts, entry.revision), (1, 1));
    assert_eq!(entry.conflict, Some(conflict));
    assert_eq!(entry.fault, moved.fault);
    assert_eq!(entry.receipt, moved.receipt);
    assert_eq!(entry.not_before, MORNING.plus(9));
    let log = scene.db.read(|r| r.attempts(&entry.id)).unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].fault, moved.fault);
    // The next move is not in conflict any more.
    go(&scene, "e1", State::Queued);
    let entry = scene.db.read(|r| r.entry(&entry.id)).unwrap().unwrap();
    assert_eq!((entry.conflict, entry.fault), (None, None));
    assert!(entry.receipt.is_some());
}

#[test]
fn the_same_command_is_never_queued_twice() {
    let scene = Scene::new();
    queue(&scene, &[send("a1", "rooms")]);
    let again = scene.db.write(|tx| tx.queue(&send("a1", "rooms")));
    assert!(matches!(again, Err(StoreError::Refused(_))));
    assert!(matches!(
        scene
            .db
            .write(|tx| tx.move_entry(&CommandId::new("?"), State::Done, &Moved::default())),
        Err(StoreError::NotFound { .. })
    ));
}

#[test]
fn an_edit_finds_those_of_its_item_that_are_not_over_and_no_other() {
    let scene = Scene::new();
    let target = ItemRef::new("party.party", "7");
    let open = || {
        let found = scene.db.read(|r| r.open_edits(&scene.account, &target));
        found.unwrap()
    };
    let waiting = || open().into_iter().next_back();
    assert_eq!(open(), vec![]);
    queue(&scene, &[send("s1", "party.party"), edit("e1", "Fifty")]);
    assert_eq!(waiting().unwrap().id, CommandId::new("e1"));
    scene
        .db
        .write(|tx| tx.replace_command(&CommandId::new("e1"), &edit("e1", "Sixty").command))
        .unwrap();
    assert_eq!(waiting().unwrap().command, edit("e1", "Sixty").command);
    assert_eq!(waiting().unwrap().revision, 1);
    go(&scene, "e1", State::Sending);
    let late = scene
        .db
        .write(|tx| tx.replace_command(&CommandId::new("e1"), &edit("e1", "Late").command));
    assert!(matches!(late, Err(StoreError::Refused(_))));
    queue(&scene, &[edit("e2", "Seventy")]);
    let ids = || open().into_iter().map(|it| it.id.0).collect::<Vec<_>>();
    assert_eq!(ids(), ["e1", "e2"]);
    for (over, left) in [(State::Done, vec!["e2"]), (State::Parked, vec!["e1", "e2"])] {
        go(&scene, "e1", over);
        assert_eq!(ids(), left);
    }
    go(&scene, "e1", State::Withdrawn);
    assert_eq!(ids(), ["e2"]);
}

#[test]
fn only_what_waits_for_a_chosen_moment_gets_another() {
    let scene = Scene::new();
    let later = MORNING.plus(10_000);
    let mut chosen = send("l1", "rooms");
    (chosen.not_before, chosen.scheduled) = (later, true);
    queue(&scene, &[chosen, send("n1", "rooms")]);
    let moved = |id: &str| {
        let id = CommandId::new(id);
        scene.db.write(|tx| tx.reschedule(&id, later.plus(5)))
    };
    assert_eq!(moved("l1"), Ok(true));
    assert_eq!(moved("n1"), Ok(false), "it goes with the next turn");
    assert_eq!(moved("?"), Ok(false));
    go(&scene, "l1", State::Sending);
    assert_eq!(moved("l1"), Ok(false), "it has set out");
    go(&scene, "l1", State::Queued);
    let row = Some(rapport_model::ItemId(9));
    let put = |tx: &mut Tx<'_>| tx.set_entry_item(&CommandId::new("l1"), row);
    scene.db.write(put).unwrap();
    assert_eq!(moved("l1"), Ok(false), "it has set out and waits again");
}

#[test]
fn entries_are_found_by_what_is_asked_and_old_ones_can_go() {
    let scene = Scene::new();
    let mut about = send("a2", "rooms");
    about.item = Some(rapport_model::ItemId(9));
    queue(&scene, &[send("a1", "rooms"), about]);
    go(&scene, "a1", State::Done);
    let find = |filter: EntryFilter| {
        let all = scene.db.read(|r| r.entries(&filter)).unwrap();
        all.into_iter().map(|it| it.id.0).collect::<Vec<_>>()
    };
    assert_eq!(find(EntryFilter::default()), ["a1", "a2"]);
    assert_eq!(
        find(EntryFilter {
            states: vec![State::Done],
            ..Default::default()
        }),
        ["a1"]
    );
    assert_eq!(
        find(EntryFilter {
            item: Some(rapport_model::ItemId(9)),
            ..Default::default()
        }),
        ["a2"]
    );
    assert_eq!(
        find(EntryFilter {
            limit: 1,
            ..Default::default()
        }),
        ["a1"]
    );
    assert_eq!(
        find(EntryFilter {
            account: Some(AccountId::new("other")),
            ..Default::default()
        })
        .len(),
        0
    );
    assert_eq!(
        scene
            .db
            .write(|tx| tx.prune_outbox(scene.now().plus(1)))
            .unwrap(),
        1
    );
    assert_eq!(find(EntryFilter::default()), ["a2"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is queued and however it moves: at most one entry of a
    /// collection is due, nothing overtakes an open entry before it, and none
    /// is due before its time or what it needs.
    #[test]
    fn order_within_a_collection_holds_under_any_moves(
        entries in proptest::collection::vec((0..3_usize, 0..20_i64, proptest::option::of(0..10_usize)), 1..10),
        moves in proptest::collection::vec((0..10_usize, 0..6_usize), 0..20),
    ) {
        let scene = Scene::new();
        let names = ["rooms", "mail", "notes"];
        let states = [State::Queued, State::Sending, State::Unsure, State::Done, State::Parked, State::Withdrawn];
        for (n, (collection, wait, after)) in entries.iter().enumerate() {
            let mut entry = send(&format!("c{n}"), names[*collection]);
            entry.not_before = MORNING.plus(*wait - 10);
            entry.after = after.filter(|it| *it < n).map(|it| CommandId::new(format!("c{it}")));
            queue(&scene, &[entry]);
        }
        for (which, to) in moves {
            if which < entries.len() {
                go(&scene, &format!("c{which}"), states[to]);
            }
            let all = scene.db.read(|r| r.entries(&EntryFilter::default())).unwrap();
            let done = |id: &CommandId| all.iter().any(|it| it.id == *id && it.state == State::Done);
            let free = |it: &crate::Entry| it.after.as_ref().is_none_or(done);
            let due = scene.db.read(|r| r.next_due(&scene.account, scene.now())).unwrap();
            for entry in &due {
                prop_assert_eq!(entry.state, State::Queued);
                prop_assert!(entry.not_before <= scene.now());
                prop_assert!(free(entry));
                prop_assert!(!all.iter().any(|it| it.collection == entry.collection && it.seq < entry.seq
                    && free(it) && matches!(it.state, State::Queued | State::Sending | State::Unsure)));
            }
            // And nothing that could go is held back.
            for name in names {
                let head = all.iter().find(|it| it.collection.as_str() == name && free(it)
                    && matches!(it.state, State::Queued | State::Sending | State::Unsure));
                let expected = head.filter(|it| it.state == State::Queued && it.not_before <= scene.now());
                let found = due.iter().find(|it| it.collection.as_str() == name);
                prop_assert_eq!(found.map(|it| &it.id), expected.map(|it| &it.id));
            }
        }
    }
}
