//! The inbox holds as many conversations as there are, and costs what it shows.

use rapport_model::ItemId;

use super::*;
use crate::table::item::{DONE, UNREAD};
use crate::view::ConversationFilter;

/// `count` conversations, each with one unread message, the newest last.
fn full(scene: &Scene, count: i64) {
    scene.put(&room("first"));
    scene
        .db
        .write(|tx| {
            tx.conn.execute_batch(&format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
                 INSERT INTO item (id, account, collection, handle_key, handle, kind, at, title,
                 flags, hash, run, seen)
                 SELECT ({at} + i) << 20, account, collection, i, 'room ' || i, 1, {at} + i,
                 'Room ' || i, 0, x'00', 0, 0 FROM n, item WHERE item.handle = 'first';
                 INSERT INTO conversation (item, kind, membership, last_item, unread, body)
                 SELECT i.id, 'room', 'joined', i.id + 1, 1, v.body
                 FROM item i, conversation v JOIN item f ON f.id = v.item
                 WHERE f.handle = 'first' AND i.handle LIKE 'room %';
                 DELETE FROM conversation WHERE item IN (SELECT id FROM item WHERE handle = 'first');",
                at = MORNING.0
            ))?;
            Ok(())
        })
        .unwrap();
}

fn room(handle: &str) -> Item {
    Item {
        handle: Handle::new(handle),
        link: None,
        revision: None,
        at: MORNING,
        body: Body::Conversation(Conversation::new(ConversationKind::Room, handle)),
        raw: None,
    }
}

fn ids(scene: &Scene, wanted: &ConversationFilter) -> Vec<ItemId> {
    scene.db.read(|r| r.inbox_ids(wanted)).unwrap()
}

#[test]
fn a_list_of_a_hundred_thousand_conversations_is_whole_and_in_order() {
    let scene = Scene::new();
    full(&scene, 100_000);
    let all = ids(&scene, &ConversationFilter::default());
    assert_eq!(all.len(), 100_000);
    assert!(all.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
    let (first, last) = (all[0], all[99_999]);
    scene
        .db
        .write(|tx| {
            tx.set_done(first, true)?;
            tx.snooze(last, Some(MORNING.plus(1_000_000)))
        })
        .unwrap();
    assert_eq!(ids(&scene, &ConversationFilter::default()).len(), 99_998);
    let everything = ConversationFilter {
        done: true,
        ..ConversationFilter::default()
    };
    assert_eq!(ids(&scene, &everything).len(), 100_000);
    let counts = scene
        .db
        .read(|r| r.counts(scene.now(), &jiff::tz::TimeZone::UTC))
        .unwrap();
    assert_eq!(
        (counts.inbox, counts.unread, counts.snoozed),
        (99_998, 99_998, 1)
    );
}

#[test]
fn no_list_of_the_inbox_is_sorted_by_hand() {
    let scene = Scene::new();
    full(&scene, 2_000);
    let wanted =
        |unread: bool, mentions: bool, snoozed: bool, back: bool, done: bool| ConversationFilter {
            unread,
            mentions,
            snoozed,
            back,
            done,
            ..ConversationFilter::default()
        };
    for (wanted, index) in [
        (
            wanted(false, false, false, false, false),
            "conversation_shown",
        ),
        (wanted(true, false, false, false, false), "conversation_"),
        (wanted(false, true, false, false, false), "conversation_"),
        (
            wanted(false, false, true, false, false),
            "conversation_snoozed",
        ),
        (
            wanted(false, false, false, true, false),
            "conversation_back",
        ),
        (
            wanted(false, false, false, false, true),
            "conversation_last",
        ),
    ] {
        for silent in [false, true] {
            let plan = scene.db.read(|r| r.inbox_plan(&wanted, silent)).unwrap();
            let plan = plan.join("\n");
            assert!(plan.contains(index), "{wanted:?}\n{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{wanted:?}\n{plan}");
        }
    }
}

#[test]
fn a_room_in_which_nothing_was_said_stands_where_it_was_met() {
    let scene = Scene::new();
    full(&scene, 3);
    let said = ids(&scene, &ConversationFilter::default());
    let mut asks = Conversation::new(ConversationKind::Room, "hall");
    asks.membership = rapport_model::conversation::Membership::Invited;
    let hall = Item {
        at: MORNING.plus(10),
        body: Body::Conversation(asks),
        ..room("hall")
    };
    let hall = scene.put(&hall).id;
    let all = ids(&scene, &ConversationFilter::default());
    assert_eq!(all, [&[hall], said.as_slice()].concat());
    let page = |limit, offset| ConversationFilter {
        limit: Some(limit),
        offset: Some(offset),
        kinds: vec!["room".into()],
        ..ConversationFilter::default()
    };
    assert_eq!(ids(&scene, &page(1, 0)), [hall]);
    assert_eq!(ids(&scene, &page(2, 1)), said[..2]);
    // An older one comes after what was said later.
    let old = scene.put(&room("old")).id;
    let all = ids(&scene, &ConversationFilter::default());
    assert_eq!(all.last(), Some(&old));
}

#[test]
fn done_is_the_same_in_the_row_and_in_the_list() {
    let scene = Scene::new();
    let id = scene.put(&room("one")).id;
    let done = |scene: &Scene| {
        let row = scene.db.read(|r| r.conversation(id)).unwrap();
        assert_eq!(
            ids(scene, &ConversationFilter::default()).is_empty(),
            row.done
        );
        row.done
    };
    assert!(!done(&scene));
    // Whatever moves the bit moves the list.
    scene.db.write(|tx| tx.set_flags(id, DONE, 0)).unwrap();
    assert!(done(&scene));
    scene.put(&Item {
        body: Body::Conversation(Conversation::new(ConversationKind::Room, "renamed")),
        ..room("one")
    });
    assert!(done(&scene), "a new name is no new word");
    scene
        .db
        .write(|tx| tx.reopen(id, MORNING).map(drop))
        .unwrap();
    assert!(!done(&scene));
}

#[test]
fn what_the_user_left_is_hidden_and_a_draft_is_found_wherever_it_is() {
    let scene = Scene::new();
    let mut left = Conversation::new(ConversationKind::Room, "left");
    left.membership = rapport_model::conversation::Membership::Left;
    let id = scene
        .put(&Item {
            body: Body::Conversation(left),
            ..room("left")
        })
        .id;
    assert!(ids(&scene, &ConversationFilter::default()).is_empty());
    let drafts = ConversationFilter {
        drafts: true,
        ..ConversationFilter::default()
    };
    assert!(ids(&scene, &drafts).is_empty());
    let draft = crate::table::draft::Draft::in_conversation(
        id,
        rapport_model::command::Outgoing::default(),
        MORNING,
    );
    scene
        .db
        .write(|tx| tx.save_draft(&draft).map(drop))
        .unwrap();
    assert_eq!(ids(&scene, &drafts), [id]);
    let kinds = |kind: &str| ConversationFilter {
        kinds: vec![kind.to_owned(), "space".to_owned()],
        done: true,
        ..ConversationFilter::default()
    };
    assert_eq!(ids(&scene, &kinds("room")), [id]);
    assert!(ids(&scene, &kinds("direct")).is_empty());
    assert_eq!(UNREAD, 1, "the indexes name the bits by number");
}
