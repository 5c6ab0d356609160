//! What others do arrives, once, in order, and also after a crash.

use std::time::Duration;

use rapport_model::change::Ephemeral;
use rapport_model::command::Command;
use rapport_model::conversation::{ConversationKind, Membership};
use rapport_model::item::ItemRef;
use rapport_model::{Handle, PatchKind};
use rapport_testkit::servers::{MatrixUser, Synapse};
use serde_json::json;

use super::desk::{Desk, rooms};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_look_brings_rooms_people_and_what_was_said() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let room = ada
        .create_room("Sales", &[&server.user_id("bert")])
        .await
        .expect("a room");
    let child = json!({"via": ["hub.test"]});
    let child = json!({"type": "m.space.child", "state_key": room, "content": child});
    let space = json!({"name": "Company", "preset": "private_chat", "initial_state": [child],
        "creation_content": {"type": "m.space"}, "invite": [server.user_id("bert")]});
    let space = ada.create_room_with(&space).await.expect("a space");
    let bert = server.login("bert").await.expect("bert");
    for id in [&room, &space] {
        bert.join(id).await.expect("joined");
    }
    for n in 0..5 {
        ada.say(&room, &format!("message {n}")).await.expect("said");
    }
    let invited = ada
        .create_room("Offers", &[&server.user_id("bert")])
        .await
        .expect("a room");

    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;

    let sales = desk.stored.conversation(&room).expect("the room");
    assert_eq!(
        (sales.title.as_str(), sales.kind),
        ("Sales", ConversationKind::Room)
    );
    assert_eq!(sales.membership, Membership::Joined);
    assert_eq!(sales.parents, [Handle::new(&space)]);
    assert_eq!(sales.unread, Some(5));
    let mut people: Vec<&str> = sales
        .members
        .iter()
        .map(|it| it.address.value.as_str())
        .collect();
    people.sort_unstable();
    assert_eq!(people, ["@ada:hub.test", "@bert:hub.test"]);
    let company = desk.stored.conversation(&space).expect("the space");
    assert_eq!(company.kind, ConversationKind::Space);
    let offers = desk.stored.conversation(&invited).expect("the invitation");
    assert_eq!(
        (offers.title.as_str(), offers.membership),
        ("Offers", Membership::Invited)
    );
    let said: Vec<String> = (0..5).map(|n| format!("message {n}")).collect();
    assert_eq!(desk.stored.texts_in(&room), said);
    assert!(desk.stored.poison.is_empty() && desk.stored.gaps.is_empty());

    let join = Command::Act {
        target: ItemRef::new("rooms", invited.clone()),
        action: "join".to_owned(),
        base: None,
    };
    desk.push("c1", &join).await.expect("joined");
    desk.until("the room joined", |stored| {
        let it = stored.conversation(&invited)?;
        (it.membership == Membership::Joined).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_reactions_redactions_receipts_and_typing_come_as_they_happen() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let room = ada
        .create_room("Sales", &[&server.user_id("bert")])
        .await
        .expect("a room");
    let bert = server.login("bert").await.expect("bert");
    bert.join(&room).await.expect("joined");
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;

    let first = ada.say(&room, "Thursday").await.expect("said");
    let second = ada.say(&room, "at nine").await.expect("said");
    let edit = ada.edit(&room, &first, "Friday").await.expect("edited");
    let reaction = ada.react(&room, &second, "👍").await.expect("reacted");
    let redaction = ada
        .redact(&room, &second, "typo")
        .await
        .expect("taken back");
    let patch = desk
        .until("the redaction", |it| it.patches.get(&redaction).cloned())
        .await;
    assert_eq!(patch.target.as_str(), second);
    assert_eq!(patch.what, PatchKind::Redact(Some("typo".to_owned())));
    let edited = &desk.stored.patches[&edit];
    assert!(matches!(&edited.what, PatchKind::Edit { text, .. } if text == "Friday"));
    assert_eq!(edited.target.as_str(), first);
    // The server may have emptied the reaction already; it is then nothing.
    if let Some(reacted) = desk.stored.patches.get(&reaction) {
        assert_eq!(reacted.what, PatchKind::React("👍".to_owned()));
    }

    ada.typing(&room, true).await.expect("typing");
    desk.until("typing", |stored| {
        let who = stored.ephemeral.iter().find_map(|it| match it {
            Ephemeral::Typing { who, .. } if !who.is_empty() => Some(who.clone()),
            _ => None,
        })?;
        (who == ["@ada:hub.test"]).then_some(())
    })
    .await;
    let third = ada.say(&room, "really").await.expect("said");
    desk.message("really").await;
    assert_ne!(
        desk.stored.conversation(&room).and_then(|it| it.unread),
        Some(0)
    );
    bert.mark_read(&room, &third).await.expect("read");
    desk.until("the read position", |it| {
        it.read.get(&room).filter(|up_to| **up_to == third).cloned()
    })
    .await;
    let sales = desk.stored.conversation(&room).expect("the room");
    assert_eq!(
        (sales.unread, sales.read_up_to),
        (Some(0), Some(Handle::new(&third)))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_not_stored_comes_again_after_a_crash() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let room = ada
        .create_room("Sales", &[&server.user_id("bert")])
        .await
        .expect("a room");
    server
        .login("bert")
        .await
        .expect("bert")
        .join(&room)
        .await
        .expect("joined");
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    ada.say(&room, "caught by the crash").await.expect("said");
    desk.connector.watch(&rooms()).await.expect("watched");
    let lost = desk.page().await.expect("a page");
    assert!(!lost.changes.is_empty());
    // The SDK has committed its own position by now; ours was never stored.
    desk.restart();
    desk.pull().await;
    assert!(desk.stored.saying("caught by the crash").is_some());
    // And so it is in the middle of the first look.
    desk.stored.cursor = None;
    desk.stored.items.clear();
    desk.restart();
    // The server may give its first answer again as it was, without the message.
    desk.message("caught by the crash").await;
    assert!(desk.stored.conversation(&room).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn holes_in_the_history_are_known_and_filled_to_the_last_message() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let room = ada
        .create_room("Sales", &[&server.user_id("bert")])
        .await
        .expect("a room");
    server
        .login("bert")
        .await
        .expect("bert")
        .join(&room)
        .await
        .expect("joined");
    for n in 0..170 {
        ada.say(&room, &format!("{n}")).await.expect("said");
    }
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    assert_eq!(desk.stored.gaps.len(), 1);
    assert!(desk.stored.texts_in(&room).len() <= 50);
    for n in 170..300 {
        ada.say(&room, &format!("{n}")).await.expect("said");
    }
    desk.message("299").await;
    assert_eq!(desk.stored.gaps.len(), 2);
    // The newer hole ends where the known part begins: two steps, not a walk to the start.
    let newer = desk.stored.gaps[1].clone();
    let mut steps = 0;
    while let Some(gap) = desk
        .stored
        .gaps
        .iter()
        .find(|gap| is_part_of(gap, &newer))
        .cloned()
    {
        desk.fill(&gap).await;
        steps += 1;
        assert!(steps <= 3, "the hole does not end: {:?}", desk.stored.gaps);
    }
    assert!(desk.stored.saying("0").is_none());
    while let Some(gap) = desk.stored.gaps.first().cloned() {
        desk.fill(&gap).await;
    }
    let mut texts: Vec<u32> = desk
        .stored
        .texts_in(&room)
        .iter()
        .map(|text| text.parse().expect("a number"))
        .collect();
    texts.sort_unstable();
    assert_eq!(texts, (0..300).collect::<Vec<u32>>());
}

/// Comes into a room of Ada's in the middle of the stream, and reads all there is of it.
async fn all_there_is(server: &Synapse, ada: &MatrixUser, desk: &mut Desk, room: &str) -> Vec<u32> {
    ada.invite(room, &server.user_id("bert"))
        .await
        .expect("invited");
    desk.until("the invitation", |stored| stored.conversation(room))
        .await;
    desk.join(room).await;
    desk.until("the room", |stored| {
        (!stored.texts_in(room).is_empty()).then_some(())
    })
    .await;
    assert_eq!(desk.stored.gaps.len(), 1);
    let mut steps = 0;
    while let Some(gap) = desk.stored.gaps.first().cloned() {
        desk.fill(&gap).await;
        steps += 1;
        assert!(steps < 9, "the hole does not end: {:?}", desk.stored.gaps);
    }
    let texts = desk.stored.texts_in(room);
    let mut numbers: Vec<u32> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

async fn counts(ada: &MatrixUser, room: &str, numbers: std::ops::Range<u32>) {
    for n in numbers {
        ada.say(room, &format!("{n}")).await.expect("said");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_entered_later_gives_all_that_was_said_in_it() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let room = ada.create_room("Sales", &[]).await.expect("a room");
    counts(&ada, &room, 0..170).await;
    // The position is a later one than all of it.
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    let said = all_there_is(&server, &ada, &mut desk, &room).await;
    assert_eq!(said, (0..170).collect::<Vec<u32>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_silence_that_only_others_may_hear_hides_nothing_before_it() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let room = ada.create_room("Sales", &[]).await.expect("a room");
    let readable = async |by: &str| {
        let content = json!({"history_visibility": by});
        let set = ada.set_state(&room, "m.room.history_visibility", &content);
        set.await.expect("set");
    };
    counts(&ada, &room, 0..20).await;
    readable("joined").await;
    counts(&ada, &room, 1000..1250).await;
    readable("shared").await;
    counts(&ada, &room, 20..90).await;
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    let said = all_there_is(&server, &ada, &mut desk, &room).await;
    assert_eq!(said, (0..90).collect::<Vec<u32>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_does_not_come_out_of_an_older_answer() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let bert = server.user_id("bert");
    let room = ada.create_room("Sales", &[&bert]).await.expect("a room");
    let there = server.login("bert").await.expect("bert");
    there.join(&room).await.expect("joined");
    let mut said = Vec::new();
    for n in 0..250 {
        said.push(ada.say(&room, &format!("{n}")).await.expect("said"));
    }
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    // The step after this one is asked for at once.
    desk.fill(&desk.stored.gaps[0].clone()).await;
    assert!(desk.stored.saying("120").is_some() && desk.stored.saying("42").is_none());
    ada.redact(&room, &said[42], "typo")
        .await
        .expect("taken back");
    desk.until("the redaction", |stored| {
        let mut all = stored.patches.values();
        all.find(|it| it.target.as_str() == said[42]).map(drop)
    })
    .await;
    while let Some(gap) = desk.stored.gaps.first().cloned() {
        desk.fill(&gap).await;
    }
    assert!(desk.stored.saying("41").is_some() && desk.stored.saying("43").is_some());
    assert!(desk.stored.saying("42").is_none());
}

fn is_part_of(gap: &rapport_model::Gap, whole: &rapport_model::Gap) -> bool {
    let end = |gap: &rapport_model::Gap| {
        let token: serde_json::Value = serde_json::from_str(&gap.token).expect("a token");
        token["to"].clone()
    };
    gap.conversation == whole.conversation && end(gap) == end(whole)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incoming_message_is_there_as_soon_as_the_server_has_it() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let room = ada
        .create_room("Sales", &[&server.user_id("bert")])
        .await
        .expect("a room");
    server
        .login("bert")
        .await
        .expect("bert")
        .join(&room)
        .await
        .expect("joined");
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    let mut best = Duration::MAX;
    for n in 0..5 {
        let text = format!("quick {n}");
        let rooms = rooms();
        let (watched, said) = tokio::join!(desk.connector.watch(&rooms), async {
            ada.say(&room, &text).await.expect("said");
            tokio::time::Instant::now()
        });
        watched.expect("watched");
        desk.pull().await;
        if desk.stored.saying(&text).is_some() {
            best = best.min(said.elapsed());
        }
    }
    assert!(
        best < Duration::from_millis(150),
        "the quickest of five took {best:?}"
    );
}
