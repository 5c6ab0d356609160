//! The first look at an account: room by room where the server has a list of them, the ones
//! with the latest news first, and in the end the same as in one answer.

use std::collections::BTreeMap;

use rapport_model::change::Looked;
use rapport_model::conversation::Membership;
use rapport_model::{Body, Millis, Page};
use rapport_testkit::proxy::{FaultProxy, Mode};
use rapport_testkit::servers::{MatrixUser, NioPeer, Synapse};
use serde_json::json;

use super::desk::{Desk, Stored};

const ROOMS: usize = 34;
/// More than one answer holds of a room.
const LONG: usize = 60;

/// Rooms of Ada's that Bert is in, the one written to last at the end; the first is long.
async fn rooms(server: &Synapse, ada: &MatrixUser, bert: &MatrixUser) -> Vec<String> {
    let mut all = Vec::new();
    for number in 0..ROOMS {
        let name = format!("Room {number}");
        let room = ada.create_room(&name, &[&server.user_id("bert")]).await;
        let room = room.expect("a room");
        bert.join(&room).await.expect("joined");
        let said = if number == 0 { LONG } else { 2 };
        for n in 0..said {
            let text = format!("{number}: {n}");
            ada.say(&room, &text).await.expect("said");
        }
        all.push(room);
    }
    all
}

fn is_listed(page: &Page) -> bool {
    page.cursor.data.get("listed").is_some()
}

/// All there is, without what differs between two answers about the same: how old an event
/// was when it was asked for stands in its raw form.
fn picture(stored: &Stored) -> BTreeMap<String, (Millis, Body)> {
    let all = stored.items.iter();
    all.map(|(id, item)| (id.clone(), (item.at, item.body.clone())))
        .collect()
}

fn holes(stored: &Stored) -> Vec<(String, Millis)> {
    let all = stored.gaps.iter();
    let mut all: Vec<_> = all
        .map(|gap| (gap.conversation.0.clone(), gap.before))
        .collect();
    all.sort();
    all
}

fn said_in(page: &Page, room: &str) -> usize {
    let all = page.changes.iter().filter(|change| match change {
        rapport_model::Change::Upsert(item) => match &item.body {
            Body::Message(it) => it.conversation.as_str() == room,
            _ => false,
        },
        _ => false,
    });
    all.count()
}

fn rewrite(from: &str, to: &str) -> Mode {
    Mode::Rewrite {
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn going_through_the_list_of_rooms_brings_what_one_answer_brings() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let bert = server.login("bert").await.expect("bert");
    let rooms_of_both = rooms(&server, &ada, &bert).await;
    let (oldest, newest) = (&rooms_of_both[0], &rooms_of_both[ROOMS - 1]);
    let me = server.user_id("bert");
    let via = json!({"via": ["hub.test"]});
    let child = json!({"type": "m.space.child", "state_key": oldest, "content": via});
    let space = json!({"name": "Company", "preset": "private_chat", "initial_state": [child],
        "creation_content": {"type": "m.space"}, "invite": [me]});
    let space = ada.create_room_with(&space).await.expect("a space");
    bert.join(&space).await.expect("joined");
    ada.create_room("Offers", &[&me]).await.expect("a room");
    let first = ada.say(newest, "read this").await.expect("said");
    ada.react(newest, &first, "👍").await.expect("reacted");
    bert.mark_read(newest, &first).await.expect("read");
    ada.say(newest, "and this").await.expect("said");

    let mut listed = Desk::signed_in(&server.base_url(), "bert").await;
    let first = listed.one_page().await;
    assert!(is_listed(&first) && first.more);
    assert!(said_in(&first, newest) > 0, "the newest room comes first");
    assert_eq!(said_in(&first, oldest), 0, "the oldest room comes later");
    let mut looked: Vec<Looked> = first.looked.into_iter().collect();
    loop {
        let page = listed.one_page().await;
        looked.extend(page.looked);
        if !page.more {
            break;
        }
    }
    let done: Vec<u64> = looked.iter().map(|it| it.done).collect();
    let rooms = u64::try_from(ROOMS + 2).expect("a count");
    assert_eq!(done, [10, 30, rooms], "how far it is, window by window");
    assert!(looked.iter().all(|it| it.of == rooms), "{looked:?}");
    listed.pull().await;

    let proxy = FaultProxy::to(server.address()).await.expect("a proxy");
    proxy.set(rewrite(
        "simplified_msc3575\":true",
        "simplified_msc357x\":true",
    ));
    let mut whole = Desk::signed_in(&proxy.url(), "bert").await;
    let first = whole.one_page().await;
    assert!(
        !is_listed(&first),
        "a server without lists is asked for all"
    );
    whole.pull().await;

    assert_eq!(picture(&listed.stored), picture(&whole.stored));
    assert_eq!(holes(&listed.stored), holes(&whole.stored));
    assert_eq!(holes(&listed.stored).len(), 1);
    assert_eq!(listed.stored.read, whole.stored.read);
    assert_eq!(
        listed.stored.patches.keys().collect::<Vec<_>>(),
        whole.stored.patches.keys().collect::<Vec<_>>()
    );
    assert!(listed.stored.poison.is_empty());
    // Synapse's list counts nothing unread. The invitation may count as well.
    let unread = |room: &str| listed.stored.conversation(room).and_then(|it| it.unread);
    assert!(unread(oldest) >= u32::try_from(LONG).ok());
    assert_eq!(unread(newest), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_during_the_list_is_there_once_and_a_crash_loses_none_of_it() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let bert = server.login("bert").await.expect("bert");
    let all = rooms(&server, &ada, &bert).await;
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    assert!(is_listed(&desk.one_page().await));

    // In a room not listed yet, in one that was, and in one that nobody knew of.
    ada.say(&all[0], "meanwhile, old").await.expect("said");
    ada.say(&all[ROOMS - 1], "meanwhile, new")
        .await
        .expect("said");
    let cleo = server.user_id("cleo");
    ada.invite(&all[ROOMS - 1], &cleo).await.expect("invited");
    let late = ada.create_room("Late", &[&server.user_id("bert")]).await;
    let late = late.expect("a room");
    bert.join(&late).await.expect("joined");
    ada.say(&late, "meanwhile, late").await.expect("said");
    // One page is on its way when everything stops; later the rest is looked at again.
    desk.page().await.expect("a page");
    desk.restart();
    while is_listed(&desk.one_page().await) {}
    ada.say(&all[5], "right after").await.expect("said");
    desk.message("right after").await;

    for (room, text) in [
        (&all[0], "meanwhile, old"),
        (&all[ROOMS - 1], "meanwhile, new"),
        (&late, "meanwhile, late"),
    ] {
        let texts = desk.stored.texts_in(room);
        assert_eq!(
            texts.iter().filter(|it| *it == text).count(),
            1,
            "{texts:?}"
        );
    }
    let known = |room: &str| desk.stored.conversation(room).expect("a conversation");
    let people = known(&all[ROOMS - 1]).members;
    assert!(
        people.iter().any(|it| it.address.value == cleo),
        "{people:?}"
    );
    assert_eq!(known(&late).membership, Membership::Joined);
    for room in &all {
        assert_eq!(known(room).membership, Membership::Joined);
    }
    // Coming into a room in the stream leaves a hole of its own.
    let gaps = desk.stored.gaps.iter();
    let gaps: Vec<_> = gaps
        .filter(|gap| gap.conversation.as_str() != late)
        .cloned()
        .collect();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    desk.fill(&gaps[0]).await;
    let said = desk.stored.texts_in(&all[0]);
    assert_eq!(said.len(), LONG + 1, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_the_server_forgets_or_refuses_loses_nothing() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let bert = server.login("bert").await.expect("bert");
    let all = rooms(&server, &ada, &bert).await;
    let proxy = FaultProxy::to(server.address()).await.expect("a proxy");
    let complete = |desk: &Desk| {
        for (number, room) in all.iter().enumerate() {
            let texts = desk.stored.texts_in(room);
            assert!(
                texts.contains(&format!("{number}: 1")) || number == 0,
                "{texts:?}"
            );
        }
        assert_eq!(holes(&desk.stored).len(), 1, "{:?}", desk.stored.gaps);
    };
    let forgets = rewrite("?pos=", "?pos=9999");

    let mut desk = Desk::signed_in(&proxy.url(), "bert").await;
    desk.one_page().await;
    proxy.set(forgets.clone());
    assert!(is_listed(&desk.one_page().await), "the list begins anew");
    proxy.set(Mode::Pass);
    desk.pull().await;
    complete(&desk);

    let mut desk = Desk::signed_in(&proxy.url(), "bert").await;
    proxy.set(forgets);
    desk.pull().await;
    complete(&desk);

    proxy.set(Mode::Pass);
    let mut desk = Desk::signed_in(&proxy.url(), "bert").await;
    proxy.set(rewrite(
        "simplified_msc3575/sync",
        "simplified_msc3575/none",
    ));
    assert!(!is_listed(&desk.one_page().await), "the list is refused");
    desk.pull().await;
    complete(&desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_room_is_readable_while_the_list_is_gone_through() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = NioPeer::login(&server, "ada").await.expect("ada");
    let me = server.user_id("bert");
    let secret = ada.create_encrypted_room("Secret", &[&me]).await;
    let secret = secret.expect("a room");
    let bert = server.login("bert").await.expect("bert");
    bert.join(&secret).await.expect("joined");
    let (cleo, there) = (server.login("cleo").await.expect("cleo"), &bert);
    rooms(&server, &cleo, there).await;

    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    assert!(is_listed(&desk.one_page().await));
    // By now others know this device's keys.
    ada.wait_for_member(&secret, &me).await.expect("a member");
    ada.send(&secret, "during the list").await.expect("sent");
    while is_listed(&desk.one_page().await) {}
    let (item, _message) = desk.message("during the list").await;
    assert!(!item.raw.expect("raw").contains("ciphertext"));
    let room = desk.stored.conversation(&secret).expect("the room");
    assert!(room.encrypted);
}
