use rapport_model::conversation::Membership;

use super::*;

fn text(id: &str, at: i64) -> Said {
    let json = json!({
        "type": "m.room.message", "event_id": id, "sender": "@ada:x", "origin_server_ts": at,
        "content": {"msgtype": "m.text", "body": id},
    });
    Said {
        json: json.to_string(),
        locked: None,
    }
}

fn part(room: &RoomNews, facts: Option<&Facts>, since: Option<&str>) -> Part {
    let mut part = Part::default();
    let now = Millis(1_000);
    Reported {
        room,
        facts,
        me: "@me:x",
        since,
        now,
    }
    .into_part(&mut part);
    part
}

fn facts() -> Facts {
    Facts {
        id: "!r".to_owned(),
        name: "Sales".to_owned(),
        membership: Membership::Joined,
        made: Some(Millis(1)),
        ..Facts::default()
    }
}

#[test]
fn a_room_comes_before_what_was_said_in_it_and_a_hole_is_named_with_both_ends() {
    let news = RoomNews {
        room: "!r".to_owned(),
        timeline: vec![text("$1", 500), text("$2", 600)],
        limited: true,
        before: Some("p7".to_owned()),
        changed: true,
        ..RoomNews::default()
    };
    let part = part(&news, Some(&facts()), Some("s3"));
    let handles: Vec<&str> = part
        .changes
        .iter()
        .map(|change| match change {
            Change::Upsert(item) => item.handle.as_str(),
            Change::Gap(gap) => gap.token.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(handles, ["!r", "$1", "$2", r#"{"from":"p7","to":"s3"}"#]);
    let Some(Change::Gap(gap)) = part.changes.last() else {
        panic!("no gap")
    };
    assert_eq!(
        gap.before,
        Millis(500),
        "it lies before the oldest event that came"
    );
    let token = GapToken::read(&gap.token).expect("a token");
    assert_eq!(
        (token.from.as_str(), token.to.as_deref()),
        ("p7", Some("s3"))
    );
}

#[test]
fn a_complete_timeline_has_no_hole() {
    let news = RoomNews {
        room: "!r".to_owned(),
        timeline: vec![text("$1", 500)],
        before: Some("p7".to_owned()),
        changed: true,
        ..RoomNews::default()
    };
    let part = part(&news, Some(&facts()), None);
    assert!(
        !part
            .changes
            .iter()
            .any(|change| matches!(change, Change::Gap(_)))
    );
}

#[test]
fn typing_alone_changes_nothing_that_is_stored() {
    let typing = r#"{"type":"m.typing","content":{"user_ids":["@ada:x"]}}"#.to_owned();
    let news = RoomNews {
        room: "!r".to_owned(),
        ephemeral: vec![typing],
        ..RoomNews::default()
    };
    let part = part(&news, Some(&facts()), Some("s3"));
    assert!(part.changes.is_empty());
    assert_eq!(part.ephemeral.len(), 1);
}

#[test]
fn what_cannot_be_decrypted_is_remembered_with_its_room() {
    let locked = Said {
        locked: Some("no key".to_owned()),
        ..text("$1", 5)
    };
    let news = RoomNews {
        room: "!r".to_owned(),
        timeline: vec![locked],
        ..RoomNews::default()
    };
    let part = part(&news, None, None);
    let [waiting] = part.locked.as_slice() else {
        panic!("{:?}", part.locked)
    };
    assert_eq!(
        (waiting.room.as_str(), waiting.event.as_str()),
        ("!r", "$1")
    );
    assert!(waiting.json.contains("$1"));
}

#[test]
fn an_edit_without_its_key_shows_nothing_and_is_remembered() {
    let locked = |id: &str, how: &str| Said {
        json: json!({
            "type": "m.room.encrypted", "event_id": id, "sender": "@ada:x", "origin_server_ts": 5,
            "content": {
                "ciphertext": "AwgA",
                "m.relates_to": {"rel_type": how, "event_id": "$m"},
            },
        })
        .to_string(),
        locked: Some("no key".to_owned()),
    };
    let news = RoomNews {
        room: "!r".to_owned(),
        timeline: vec![
            locked("$edit", "m.replace"),
            locked("$vote", "m.reference"),
            locked("$said", "m.thread"),
        ],
        ..RoomNews::default()
    };
    let part = part(&news, None, None);
    let shown: Vec<&str> = part
        .changes
        .iter()
        .map(|change| match change {
            Change::Upsert(item) => item.handle.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(shown, ["$said"]);
    let waiting: Vec<&str> = part.locked.iter().map(|it| it.event.as_str()).collect();
    assert_eq!(waiting, ["$edit", "$vote", "$said"]);
}

#[test]
fn what_only_waits_for_its_key_is_still_taken_along() {
    let waiting = Waiting {
        room: "!r".to_owned(),
        event: "$edit".to_owned(),
        json: "{}".to_owned(),
    };
    let part = Part {
        locked: vec![waiting],
        ..Part::default()
    };
    assert!(!part.is_empty());
}

#[test]
fn a_hostile_event_leaves_the_others_alone() {
    let broken = Said {
        json: "{\"event_id\":7}".to_owned(),
        locked: None,
    };
    let news = RoomNews {
        room: "!r".to_owned(),
        timeline: vec![text("$1", 5), broken, text("$2", 6)],
        ..RoomNews::default()
    };
    let part = part(&news, None, None);
    assert_eq!((part.changes.len(), part.poison.len()), (2, 1));
}

#[test]
fn rooms_that_became_direct_muted_or_children_are_looked_at_again() {
    let news = News {
        account: vec![
            r#"{"type":"m.direct","content":{"@ada:x":["!direct:x",7]}}"#.to_owned(),
            r#"{"type":"m.push_rules","content":{"global":{"override":[{"rule_id":"!muted:x"},{"rule_id":".m"}]}}}"#.to_owned(),
            "nonsense".to_owned(),
        ],
        rooms: vec![RoomNews {
            state: vec![r#"{"type":"m.space.child","state_key":"!child:x","content":{}}"#.to_owned()],
            ..RoomNews::default()
        }],
        ..News::default()
    };
    let rooms: Vec<String> = touched(&news).into_iter().collect();
    assert_eq!(rooms, ["!child:x", "!direct:x", "!muted:x"]);
}

#[test]
fn a_gap_token_of_another_form_is_no_token() {
    assert_eq!(GapToken::read("p7"), None);
    assert_eq!(GapToken::read(r#"{"to":"s"}"#), None);
}
