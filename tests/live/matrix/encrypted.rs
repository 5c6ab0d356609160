//! End-to-end encryption, with a client of other authors on the other end.

use rapport_model::command::{Command, Outgoing};
use rapport_model::connector::{SecurityAnswer, SecurityStep};
use rapport_model::conversation::Readable;
use rapport_model::item::ItemRef;
use rapport_model::{Body, Fault, PatchKind};
use rapport_testkit::servers::{NioPeer, Synapse, password_of};
use serde_json::json;

use super::desk::{Desk, rooms};

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_room_is_read_and_written_and_files_keep_their_keys() {
    let server = Synapse::start().await.expect("a homeserver");
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    let ada = NioPeer::login(&server, "ada").await.expect("ada");
    let bert = server.user_id("bert");
    let room = desk.come_into_secret_room(&ada, &bert).await;

    ada.send(&room, "only for you").await.expect("sent");
    let (item, _message) = desk.message("only for you").await;
    let raw = item.raw.expect("raw");
    assert!(
        raw.contains("only for you") && !raw.contains("ciphertext"),
        "{raw}"
    );

    desk.send("c1", &room, "and only for you").await;
    let seen = ada.wait_for(&room, "and only for you").await.expect("seen");
    assert!(seen.decrypted);
    let (own, _message) = desk.message("and only for you").await;
    assert_eq!(own.link, Some("c1".into()));

    let bytes: Vec<u8> = (0..70_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    ada.send_file(&room, "offer.pdf", &bytes)
        .await
        .expect("sent");
    let source = desk
        .until("the file", |stored| {
            stored.items.values().find_map(|item| match &item.body {
                Body::Message(it) => it.attachments.first().map(|it| it.source.clone()),
                _ => None,
            })
        })
        .await;
    assert_eq!(desk.fetch_file(&source).await, bytes);

    let path = desk.file("answer.pdf", &bytes).display().to_string();
    let send = Command::Send {
        conversation: ItemRef::new("rooms", room.clone()),
        message: Outgoing {
            files: vec![path],
            ..Outgoing::default()
        },
    };
    let sent = super::desk::handle(&desk.push("c2", &send).await.expect("sent"));
    desk.send("c3", &room, "did it come?").await;
    ada.wait_for(&room, "did it come?").await.expect("seen");
    assert_eq!(ada.fetch_file(sent.as_str()).await.expect("fetched"), bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_come_back_with_the_recovery_key_open_what_was_locked() {
    let server = Synapse::start().await.expect("a homeserver");
    let mut old = Desk::signed_in(&server.base_url(), "bert").await;
    old.pull().await;
    let password = Some(password_of("bert"));
    let refused = old
        .connector
        .security(SecurityStep::SetUp { password: None })
        .await;
    if let Err(fault) = &refused {
        assert!(matches!(fault, Fault::Denied(_)), "{fault:?}");
    }
    let key = match refused {
        Ok(answer) => answer,
        Err(_) => old
            .connector
            .security(SecurityStep::SetUp { password })
            .await
            .expect("set up"),
    };
    let SecurityAnswer::RecoveryKey { key } = key else {
        panic!("{key:?}")
    };
    let ada = NioPeer::login(&server, "ada").await.expect("ada");
    let room = ada
        .create_encrypted_room("Secret", &[&server.user_id("bert")])
        .await
        .expect("a room");
    old.until("the invitation", |stored| stored.conversation(&room))
        .await;
    old.join(&room).await;
    ada.wait_for_member(&room, &server.user_id("bert"))
        .await
        .expect("a member");
    let said = ada
        .send(&room, "before the new device")
        .await
        .expect("sent");
    old.message("before the new device").await;
    let edit = json!({
        "msgtype": "m.text",
        "body": "* well before it",
        "m.new_content": {"msgtype": "m.text", "body": "well before it"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": said},
    });
    let edit = ada.send_event(&room, "m.room.message", &edit).await;
    let edit = edit.expect("edited");
    old.until("the edit", |stored| stored.patches.get(&edit).cloned())
        .await;
    let status = old
        .connector
        .security(SecurityStep::Status)
        .await
        .expect("a status");
    assert!(
        matches!(
            status,
            SecurityAnswer::Status {
                verified: true,
                cross_signing: true,
                backup: true,
                recovery: true,
                undecryptable: 0
            }
        ),
        "{status:?}"
    );

    let mut new = Desk::signed_in(&server.base_url(), "bert").await;
    new.pull().await;
    let locked = |it: &super::desk::Stored| {
        it.items.values().find_map(|item| match &item.body {
            Body::Message(it) => match &it.readable {
                Readable::Undecryptable(why) => Some(why.clone()),
                _ => None,
            },
            _ => None,
        })
    };
    assert_eq!(
        locked(&new.stored).as_deref(),
        Some("its key has not arrived yet")
    );
    // What cannot be read and is no message is not shown as one: nothing would take it away.
    assert!(!new.stored.items.contains_key(&edit));
    let wrong = SecurityStep::Recover {
        key: "EsTx 1111".to_owned(),
    };
    assert_eq!(
        new.connector
            .security(wrong)
            .await
            .expect_err("wrong")
            .word(),
        "rejected"
    );
    new.restart();
    // The old device uploads its keys in the background; the answer may need a few tries.
    new.connector
        .security(SecurityStep::Recover { key })
        .await
        .expect("recovered");
    new.message("before the new device").await;
    let patch = new
        .until("the edit", |stored| stored.patches.get(&edit).cloned())
        .await;
    assert_eq!(patch.target.as_str(), said);
    assert!(matches!(&patch.what, PatchKind::Edit { text, .. } if text == "well before it"));
    assert_eq!(locked(&new.stored), None);
    new.pull().await;
    let status = new
        .connector
        .security(SecurityStep::Status)
        .await
        .expect("a status");
    assert!(
        matches!(
            status,
            SecurityAnswer::Status {
                verified: true,
                undecryptable: 0,
                ..
            }
        ),
        "{status:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_compare_emoji_and_trust_each_other() {
    let server = Synapse::start().await.expect("a homeserver");
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    let other = NioPeer::login(&server, "bert")
        .await
        .expect("bert's other device");
    let devices = other
        .devices(&server.user_id("bert"))
        .await
        .expect("devices");
    let device = devices
        .iter()
        .map(|it| &it.0)
        .find(|id| *id != other.device_id());
    let device = device.expect("our device").clone();
    // The stream goes on while people talk; it tells this device of the new one.
    desk.connector.watch(&rooms()).await.expect("watched");
    desk.pull().await;
    let asking = async {
        let talk = other
            .ask_verification(&server.user_id("bert"), &device)
            .await
            .expect("asked");
        (other.emoji(&talk).await.expect("emoji"), talk)
    };
    let answering = desk.connector.security(SecurityStep::AcceptVerification);
    let ((theirs, talk), ours) = tokio::join!(asking, answering);
    let SecurityAnswer::Emoji { pairs } = ours.expect("emoji") else {
        panic!("no emoji")
    };
    let ours: Vec<String> = pairs.into_iter().map(|(_symbol, name)| name).collect();
    assert_eq!(ours, theirs);
    let (theirs, ours) = tokio::join!(
        other.confirm_verification(&talk),
        desk.connector.security(SecurityStep::EmojiMatch)
    );
    theirs.expect("confirmed");
    assert!(matches!(
        ours.expect("verified"),
        SecurityAnswer::Done { .. }
    ));
}
