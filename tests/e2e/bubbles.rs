//! Bubbles of the desktop, from a real homeserver's message to what their buttons do.

use rapport_testkit::desktop::{Key, Window};
use rapport_testkit::servers::eventually;
use serde_json::json;

use super::room::{COMPOSER, PATIENCE, Room};
use super::stage::go;

impl Room {
    /// Bert calls Ada by her name; her desktop shows it. Gives the message's id.
    async fn calls_ada(&self, text: &str) -> String {
        let called = json!({
            "msgtype": "m.text",
            "body": format!("ada: {text}"),
            "m.mentions": { "user_ids": [self.server.user_id("ada")] },
        });
        let event = self
            .bert
            .send_event(&self.room, "m.room.message", &called)
            .await
            .unwrap();
        eventually("a bubble", PATIENCE, async || {
            Ok((self.stage.desktop.bubbles()? > 0).then_some(()))
        })
        .await
        .expect("the desktop is told");
        event
    }

    /// The bubble goes by itself.
    async fn sees_none(&self, why: &str) {
        eventually(why, PATIENCE, async || {
            Ok((self.stage.desktop.bubbles()? == 0).then_some(()))
        })
        .await
        .expect("the bubble goes");
    }

    /// Presses a button of the bubble; this daemon leaves it where it is, and we take it away.
    fn answers(&self, button: &str) {
        self.stage.desktop.answer_newest_bubble(button).unwrap();
    }
}

/// Waits until the core says this of the conversation.
async fn stands(window: &Window, conversation: &str, what: &str) {
    let script = format!(
        "const one = await window.__TAURI_INTERNALS__.invoke('call', {{ name: 'conversation', request: {{ conversation: {} }} }}); return {what}",
        json!(conversation)
    );
    window.until(what, &script).await.unwrap();
}

#[tokio::test]
async fn the_buttons_of_a_bubble_put_off_finish_and_answer_what_it_is_about() {
    let room = Room::open().await;
    let conversation = room.conversation();
    let window = room.stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, "#/today").await;

    room.calls_ada("the courier is here").await;
    room.answers("Snooze");
    stands(&window, &conversation, "one.snoozed_until > Date.now()").await;
    room.sees_none("put off").await;

    // What is put off comes back with a new message.
    room.calls_ada("he leaves in a minute").await;
    stands(&window, &conversation, "one.snoozed_until === null").await;
    room.answers("Done");
    stands(&window, &conversation, "one.done").await;
    room.sees_none("done").await;

    room.calls_ada("can you sign?").await;
    room.answers("Reply");
    window.see(COMPOSER).await.expect("the conversation");
    window
        .read(".cmp", "can you sign?")
        .await
        .expect("it answers that very message");
    window
        .until(
            "the writing place has the keyboard",
            "return document.activeElement.matches('textarea[data-composer]')",
        )
        .await
        .unwrap();
    window.keys("I am coming down").await.unwrap();
    window.chord(Key::Control, '\u{e007}').await.unwrap();
    room.arrives_once("I am coming down").await;
    let all = room.bert.all_messages(&room.room).await.unwrap();
    let reply = all
        .iter()
        .find(|event| {
            let body = event["content"]["body"].as_str();
            body.is_some_and(|body| body.ends_with("I am coming down"))
        })
        .expect("Bert has it");
    assert!(
        reply["content"]["m.relates_to"]["m.in_reply_to"]["event_id"].is_string(),
        "{reply}"
    );
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_message_appears_while_the_window_is_open_and_its_bubble_leads_to_it() {
    let room = Room::open().await;
    let conversation = room.conversation();
    let window = room.stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, "#/today").await;
    room.calls_ada("the courier is here, can you sign?").await;
    room.stage.desktop.click_newest_bubble().unwrap();
    window
        .until(
            "the conversation",
            &format!("return location.hash.startsWith('#/inbox') && document.querySelector('main').innerText.includes('can you sign?') && (location.hash.includes('{conversation}') || location.hash.includes('message='))"),
        )
        .await
        .expect("the click leads there");
    // One event, one bubble.
    let shown = room.stage.desktop.notices().unwrap().len();
    assert!(shown <= 1, "{shown} bubbles for one message");
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_bubble_goes_when_its_message_was_read_or_dealt_with_elsewhere() {
    let room = Room::open().await;
    let conversation = room.conversation();
    let window = room.stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, "#/today").await;

    // On Ada's telephone.
    let event = room.calls_ada("the courier is here").await;
    room.ada.mark_read(&room.room, &event).await.unwrap();
    room.sees_none("read on the telephone").await;

    // In this window.
    room.calls_ada("he leaves in a minute").await;
    go(&window, &format!("#/inbox/{conversation}")).await;
    window.see(COMPOSER).await.expect("the conversation");
    room.sees_none("read in the window").await;
    go(&window, "#/today").await;

    // Unread, and put aside in the list.
    room.calls_ada("he is gone").await;
    let done = format!(
        "await window.__TAURI_INTERNALS__.invoke('call', {{ name: 'conversation_done', request: {{ conversations: [{}], done: true }} }}); return true",
        json!(conversation)
    );
    window.until("done in the list", &done).await.unwrap();
    room.sees_none("done in the list").await;
    window.close().await.unwrap();
}
