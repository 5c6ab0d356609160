//! Chat in the window against a real homeserver, witnessed by a second client.

use rapport_testkit::desktop::{Key, Window};
use rapport_testkit::servers::{HarnessError, Synapse, eventually, password_of};

use super::room::{COMPOSER, PATIENCE, Room};
use super::stage::{Stage, go};

/// Types into a field found by its label.
async fn type_into(window: &Window, field: &thirtyfour::By, text: &str) {
    let element = eventually("a field", PATIENCE, async || {
        Ok(window.driver().find(field.clone()).await.ok())
    })
    .await
    .expect("the form of the manifest");
    element.click().await.expect("the field takes the focus");
    window.chord(Key::Control, 'a').await.unwrap();
    window.keys(text).await.unwrap();
}

#[tokio::test]
async fn somebody_signs_in_in_the_window_and_reads_what_the_server_has() {
    let server = Synapse::start().await.unwrap();
    let bert = server.login("bert").await.unwrap();
    let ada = server.login("ada").await.unwrap();
    let room = bert
        .create_room("Calibration", &[&server.user_id("ada")])
        .await
        .unwrap();
    ada.join(&room).await.unwrap();
    bert.say(&room, "The lab has the unit.").await.unwrap();

    let stage = Stage::prepared().await;
    let window = stage.open().await;
    window.see(".onb").await.unwrap();
    window
        .until(
            "the tile",
            "const tile = [...document.querySelectorAll('.on-c')].find((one) => one.innerText.includes('Matrix')); tile?.click(); return tile !== undefined",
        )
        .await
        .unwrap();
    window.press("Sign in to 1 source").await.unwrap();
    let homeserver =
        thirtyfour::By::XPath("//label[contains(., 'Homeserver')]/following::input[1]");
    let user = thirtyfour::By::XPath("//label[contains(., 'User name')]/following::input[1]");
    // A wrong address first: it is told in plain words, and can be changed.
    for address in ["http://127.0.0.1:9".to_owned(), server.base_url()] {
        type_into(&window, &homeserver, &address).await;
        window.press("Connect").await.unwrap();
        window.see("input[type=password]").await.unwrap();
        type_into(&window, &user, "ada").await;
        window
            .fill("input[type=password]", &password_of("ada"))
            .await
            .unwrap();
        window.press("Sign in").await.unwrap();
        if address.ends_with(":9") {
            window.see("[role=alert]").await.expect("a plain word");
            window.press("Change the address").await.unwrap();
        }
    }
    window.press("Go on").await.unwrap();
    window.press("Open Today").await.unwrap();
    window.see("nav.side").await.unwrap();
    go(&window, "#/inbox").await;
    window.read(".cv", "Calibration").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_reply_is_written_by_keyboard_alone() {
    let room = Room::open().await;
    let window = room.stage.open().await;
    window.see("nav.side").await.unwrap();
    window.keys("gi").await.unwrap();
    window.read(".cv", "Line 2").await.unwrap();
    window.keys("j").await.unwrap();
    window.keys(Key::Enter + "").await.unwrap();
    window.see(COMPOSER).await.unwrap();
    window
        .read("[data-message]", "Are the seal kits in Hamburg?")
        .await
        .unwrap();
    window.keys("r").await.unwrap();
    window
        .until(
            "the cursor in the composer",
            "return document.activeElement?.matches('textarea[data-composer]') === true",
        )
        .await
        .unwrap();
    window.keys("Six kits, by Friday.").await.unwrap();
    window.chord(Key::Control, '\u{e007}').await.unwrap();
    window
        .read("[data-message]", "Six kits, by Friday.")
        .await
        .expect("the message at once");
    room.arrives_once("Six kits, by Friday.").await;
    window.close().await.unwrap();
}

#[tokio::test]
async fn what_is_taken_back_within_its_window_never_leaves() {
    let room = Room::open().await;
    let window = room.window().await;
    window.fill(COMPOSER, "A slip of the pen").await.unwrap();
    window.chord(Key::Control, '\u{e007}').await.unwrap();
    window.see(".toast").await.expect("a way back");
    window.press("Undo").await.unwrap();
    window
        .until(
            "the words in the composer",
            "return document.querySelector('textarea[data-composer]').value === 'A slip of the pen'",
        )
        .await
        .expect("the words come back");
    window.fill(COMPOSER, "What was meant").await.unwrap();
    window.chord(Key::Control, '\u{e007}').await.unwrap();
    room.arrives_once("What was meant").await;
    assert_eq!(room.times_seen("A slip of the pen").await.unwrap(), 0);
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_draft_survives_a_crash() {
    let room = Room::open().await;
    let conversation = room.conversation();
    let window = room.window_at(&conversation).await;
    window
        .fill(COMPOSER, "Dear Bert, about the kits")
        .await
        .unwrap();
    window
        .read(".cmp", "Draft on this device")
        .await
        .expect("it says that it is saved");
    // The first letters are saved before the last are typed.
    window
        .until(
            "all of it at the core",
            "const drafts = await window.__TAURI_INTERNALS__.invoke('call', { name: 'drafts', request: {} }); return drafts.some((one) => one.text === 'Dear Bert, about the kits')",
        )
        .await
        .expect("it is saved without leaving the field");
    window.kill().await.unwrap();
    let window = room.window_at(&conversation).await;
    window
        .until(
            "the draft",
            "return document.querySelector('textarea[data-composer]').value === 'Dear Bert, about the kits'",
        )
        .await
        .expect("not a letter is lost");
    assert_eq!(
        room.times_seen("Dear Bert, about the kits").await.unwrap(),
        0,
        "a draft is never sent by itself"
    );
    window.close().await.unwrap();
}

#[tokio::test]
async fn without_a_network_the_strip_says_so_and_what_waits_is_sent_later_once() {
    let mut room = Room::open().await;
    let window = room.window().await;
    room.server.stop().await.unwrap();
    window
        .read("footer.sb", "Offline")
        .await
        .expect("the strip says so");
    window
        .fill(COMPOSER, "Written without a network")
        .await
        .unwrap();
    window.chord(Key::Control, '\u{e007}').await.unwrap();
    window
        .read("[data-message]", "Written without a network")
        .await
        .expect("nothing is disabled");
    window.picture("window-offline").await.unwrap();
    room.server.start_again().await.unwrap();
    room.arrives_once("Written without a network").await;
    window
        .gone("footer.sb .off")
        .await
        .expect("the strip is well again");
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_task_is_made_from_a_message_and_leads_back_to_it() {
    let room = Room::open().await;
    let window = room.window().await;
    window
        .read("[data-message]", "Are the seal kits in Hamburg?")
        .await
        .unwrap();
    window.click("[data-message]").await.unwrap();
    window.keys("t").await.unwrap();
    window
        .until(
            "a form with the message's words",
            "return document.activeElement?.matches('input') && document.activeElement.value.startsWith('Are the seal kits')",
        )
        .await
        .expect("a form");
    window.keys(Key::Enter + "").await.unwrap();
    window
        .until(
            "the form's end",
            "return !document.activeElement?.matches('input')",
        )
        .await
        .unwrap();
    go(&window, "#/tasks").await;
    window
        .read("main", "Are the seal kits in Hamburg?")
        .await
        .expect("the task");
    window.close().await.unwrap();
    let tasks = room.stage.json(&["tasks", "list"]);
    let task = &tasks[0];
    assert!(task["cause"].is_string(), "it knows its message: {task}");
}

#[tokio::test]
async fn a_reaction_is_given_and_taken_back_with_the_same_click() {
    let room = Room::open().await;
    let event = room
        .bert
        .say(&room.room, "The kits are on the truck.")
        .await
        .unwrap();
    room.bert.react(&room.room, &event, "👍").await.unwrap();
    room.stage.rapport(&["sync"]);
    let window = room.window().await;
    let chip = ".tk-r:not(.add)";
    // How many of Ada's reactions stand at the server.
    let given = async || {
        let all = room.bert.all_messages(&room.room).await?;
        let ada = room.server.user_id("ada");
        let stands = |event: &&serde_json::Value| {
            event["type"] == "m.reaction"
                && event["sender"] == ada.as_str()
                && event["content"]["m.relates_to"]["key"] == "👍"
        };
        Ok::<_, HarnessError>(all.iter().filter(stands).count())
    };
    for (pressed, wanted) in [("true", 1), ("false", 0)] {
        window.click(chip).await.expect("Bert's reaction");
        window
            .see(&format!("{chip}[aria-pressed={pressed}]"))
            .await
            .expect("it is shown at once");
        eventually("the server", PATIENCE, async || {
            Ok((given().await? == wanted).then_some(()))
        })
        .await
        .expect("and is so at the server");
    }
    window.close().await.unwrap();
}
