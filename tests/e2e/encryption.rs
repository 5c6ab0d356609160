//! End-to-end encryption where people meet it: the recovery key that is tried before it is
//! needed, and the symbols that two devices compare.

use std::time::Duration;

use rapport_model::Command;
use rapport_model::connector::{Secured, SecurityAnswer, SecurityStep};
use rapport_model::item::ItemRef;
use rapport_testkit::desktop::Window;
use rapport_testkit::servers::{NioPeer, Synapse, eventually, password_of};
use serde_json::Value;

use super::stage::{Stage, go};

/// Another device of ours, without a window: the connector itself.
#[path = "../live/matrix/desk.rs"]
#[expect(dead_code, reason = "one device of many that the live tests drive")]
mod desk;

use desk::Desk;

const PATIENCE: Duration = Duration::from_secs(60);

/// The page of the account, once it has asked how things stand.
async fn account(stage: &Stage) -> Window {
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, "#/accounts/matrix-1").await;
    window
        .read(".sec-l", "Every message here can be read")
        .await
        .expect("how things stand");
    window
}

/// Types into the dialog's field, if it is there.
async fn say(window: &Window, text: &str, action: &str) {
    window.fill(".dlg input", text).await.unwrap();
    window.press(action).await.unwrap();
}

async fn make_key(window: &Window) -> String {
    window.press("Make a recovery key").await.unwrap();
    say(window, &password_of("ada"), "Make the key").await;
    window.see(".dlg output").await.expect("the key, once");
    let key = window
        .ask(
            "return document.querySelector('.dlg output').innerText.trim()",
            Vec::new(),
        )
        .await
        .unwrap();
    key.as_str().expect("a key").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_key_counts_only_after_it_opened_the_backup_and_brings_old_messages_back() {
    let server = Synapse::start().await.unwrap();
    let bert = NioPeer::login(&server, "bert").await.unwrap();
    let stage = Stage::with_chat(&server).await;
    let room = bert
        .create_encrypted_room("Vault", &[&server.user_id("ada")])
        .await
        .unwrap();
    server
        .login("ada")
        .await
        .unwrap()
        .join(&room)
        .await
        .unwrap();
    bert.wait_for_member(&room, &server.user_id("ada"))
        .await
        .unwrap();
    bert.send(&room, "The safe is 31-7-4.").await.unwrap();

    let window = account(&stage).await;
    window
        .read(".sec-l", "There is no recovery key yet")
        .await
        .unwrap();
    // Signing out now would cost the messages; the window says so.
    window.press("Remove account").await.unwrap();
    window.read(".dlg", "was never tried here").await.unwrap();
    window.press("Cancel").await.unwrap();
    go(&window, "#/inbox").await;
    window
        .read(".cv", "The safe is 31-7-4.")
        .await
        .expect("the encrypted message");

    go(&window, "#/accounts/matrix-1").await;
    let key = make_key(&window).await;
    window.picture("window-recovery-key").await.unwrap();
    window.press("I have kept it, try it now").await.unwrap();
    say(&window, "EsTc wrong", "Try it").await;
    window
        .see(".dlg [role=alert]")
        .await
        .expect("a wrong key is told");
    let left = window
        .ask(
            "return document.querySelector('.dlg input').value",
            Vec::new(),
        )
        .await
        .unwrap();
    assert_eq!(left, "", "a key is not left lying about");
    assert!(
        stage_has_no(&window, "The recovery key was seen to work").await,
        "a wrong key proves nothing"
    );
    say(&window, &key, "Try it").await;
    window
        .read("main", "The key works")
        .await
        .expect("the right key opens the backup");
    window
        .read(".sec-l", "The recovery key was seen to work")
        .await
        .unwrap();
    window.press("Remove account").await.unwrap();
    window.see(".dlg .loss").await.unwrap();
    assert!(
        stage_has_no(&window, "was never tried here").await,
        "what was proven is not asked for again"
    );
    window.press("Cancel").await.unwrap();
    window.close().await.unwrap();

    // The witness: a device that begins with nothing but the key.
    let mut other = Desk::signed_in(&server.base_url(), "ada").await;
    other.pull().await;
    assert!(
        other.stored.saying("The safe is 31-7-4.").is_none(),
        "it begins locked out"
    );
    let answer = other
        .connector
        .security(SecurityStep::Recover { key })
        .await
        .expect("recovered");
    assert!(matches!(
        answer,
        SecurityAnswer::Done {
            what: Secured::Restored
        }
    ));
    other.message("The safe is 31-7-4.").await;
}

async fn stage_has_no(window: &Window, text: &str) -> bool {
    let said = window
        .ask(
            "return !document.body.innerText.includes(arguments[0])",
            vec![Value::from(text)],
        )
        .await
        .unwrap();
    said == Value::Bool(true)
}

/// The names under the symbols, as the window shows them.
async fn symbols(window: &Window) -> Vec<String> {
    window.see(".dlg .emoji li").await.expect("seven symbols");
    let names = window
        .ask(
            "return [...document.querySelectorAll('.dlg .emoji small')].map((one) => one.innerText)",
            Vec::new(),
        )
        .await
        .unwrap();
    serde_json::from_value(names).expect("names")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_is_verified_by_another_and_gets_the_keys_from_it() {
    let server = Synapse::start().await.unwrap();
    let mut old = Desk::signed_in(&server.base_url(), "ada").await;
    old.pull().await;
    let password = Some(password_of("ada"));
    old.connector
        .security(SecurityStep::SetUp { password })
        .await
        .expect("an identity");
    let bert = NioPeer::login(&server, "bert").await.unwrap();
    let room = bert
        .create_encrypted_room("Vault", &[&server.user_id("ada")])
        .await
        .unwrap();
    old.until("the invitation", |stored| stored.conversation(&room))
        .await;
    let join = Command::Act {
        target: ItemRef::new("rooms", room.clone()),
        action: "join".to_owned(),
        base: None,
    };
    old.push("join", &join).await.expect("joined");
    bert.wait_for_member(&room, &server.user_id("ada"))
        .await
        .unwrap();
    bert.send(&room, "Before the new device.").await.unwrap();
    old.message("Before the new device.").await;

    let stage = Stage::with_chat(&server).await;
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, "#/accounts/matrix-1").await;
    window
        .read(".sec-l", "This device is not verified yet")
        .await
        .expect("how things stand");
    window
        .read(".sec-l", "cannot be read yet")
        .await
        .expect("what is missing is told");
    // The old device hears of the new one before it is asked by it.
    old.pull().await;
    window.press("Verify this device").await.unwrap();
    window.press("Compare symbols").await.unwrap();
    let answer = old
        .connector
        .security(SecurityStep::AcceptVerification)
        .await
        .expect("emoji");
    let SecurityAnswer::Emoji { pairs } = answer else {
        panic!("{answer:?}")
    };
    let theirs: Vec<String> = pairs.into_iter().map(|(_symbol, name)| name).collect();
    assert_eq!(symbols(&window).await, theirs, "both sides show the same");
    window.picture("window-symbols").await.unwrap();
    window.press("They are the same").await.unwrap();
    let answer = old
        .connector
        .security(SecurityStep::EmojiMatch)
        .await
        .expect("the other side agrees");
    assert!(matches!(
        answer,
        SecurityAnswer::Done {
            what: Secured::Verified
        }
    ));
    window
        .read("main", "Verified: both sides showed the same symbols.")
        .await
        .expect("the word of it");
    // The old device hands over what it has while it is asked to.
    #[expect(
        clippy::disallowed_methods,
        reason = "the other device is nobody's task to supervise"
    )]
    let helping = tokio::spawn(async move {
        loop {
            old.pull().await;
            old.connector.watch(&desk::rooms()).await.expect("watched");
        }
    });
    eventually("a verified device", PATIENCE, async || {
        window.press("Look again").await?;
        let there = window
            .ask(
                "return document.querySelector('.sec-l').innerText.includes('This device is verified')",
                Vec::new(),
            )
            .await?;
        Ok((there == Value::Bool(true)).then_some(()))
    })
    .await
    .expect("this device is verified");
    go(&window, "#/inbox").await;
    window
        .read(".cv", "Before the new device.")
        .await
        .expect("old messages become readable");
    helping.abort();
    window.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_other_authors_asks_and_what_differs_is_never_trusted() {
    let server = Synapse::start().await.unwrap();
    let stage = Stage::with_chat(&server).await;
    let peer = NioPeer::login(&server, "ada").await.unwrap();
    let device = peer
        .devices(&server.user_id("ada"))
        .await
        .unwrap()
        .into_iter()
        .map(|it| it.0)
        .find(|id| id != peer.device_id())
        .expect("the window's device");
    let window = account(&stage).await;
    for same in [false, true] {
        window.press("Answer another device").await.unwrap();
        window.press("Compare symbols").await.unwrap();
        let talk = peer
            .ask_verification(&server.user_id("ada"), &device)
            .await
            .expect("asked");
        let theirs = peer.emoji(&talk).await.expect("their symbols");
        assert_eq!(symbols(&window).await, theirs, "both sides show the same");
        if same {
            window.press("They are the same").await.unwrap();
            peer.confirm_verification(&talk).await.expect("confirmed");
            window
                .read("main", "Verified: both sides showed the same symbols.")
                .await
                .expect("the word of it");
        } else {
            window.press("They differ").await.unwrap();
            window
                .read("main", "Stopped: nothing was trusted.")
                .await
                .expect("the word of it");
            assert!(
                peer.confirm_verification(&talk).await.is_err(),
                "the other side hears that it was stopped"
            );
        }
    }
    window.close().await.unwrap();
}
