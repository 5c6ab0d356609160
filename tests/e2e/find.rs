//! Finding and commanding from the one box, and every screen as the real web view draws it.

use rapport_testkit::desktop::{Key, Window};
use serde_json::json;

use super::stage::{Stage, go};

const BOX: &str = "input[role=combobox]";

async fn opened(window: &Window) {
    window.see("nav.side").await.unwrap();
    window.chord(Key::Control, 'k').await.unwrap();
    window
        .until(
            "the cursor in the box",
            "return document.activeElement?.matches('input[role=combobox]') === true",
        )
        .await
        .expect("the box takes the letters");
}

#[tokio::test]
async fn words_typed_into_the_box_lead_to_the_message_by_keyboard_alone() {
    let stage = Stage::sample().await;
    let found = stage.json(&["search", "kind:message seal kits Hamburg"]);
    assert!(
        found["hits"]
            .as_array()
            .is_some_and(|hits| !hits.is_empty()),
        "the sample has what is looked for: {found}"
    );
    let window = stage.open().await;
    opened(&window).await;
    window.keys("kind:message ").await.unwrap();
    window
        .see(".pal-q .op")
        .await
        .expect("the operator is a chip of its own");
    window.keys("seal kits Hamburg").await.unwrap();
    window
        .read("[role=option] mark", "seal")
        .await
        .expect("the hit is marked");
    window.picture("real-search").await.unwrap();
    window
        .until(
            "the message chosen",
            "const on = document.querySelector('[role=option][aria-selected=true]'); return on !== null && on.innerText.includes('seal')",
        )
        .await
        .expect("the best hit is chosen already");
    window.keys(Key::Enter + "").await.unwrap();
    window.gone(BOX).await.expect("the box is gone");
    window
        .read("[data-message]", "seal kits")
        .await
        .expect("the message, in its conversation");
    let place = window
        .ask("return location.hash", Vec::new())
        .await
        .unwrap();
    assert!(
        place
            .as_str()
            .is_some_and(|place| place.starts_with("#/inbox/")),
        "{place}"
    );
    window.close().await.unwrap();
}

#[tokio::test]
async fn the_box_runs_commands_and_leaves_without_a_trace() {
    let stage = Stage::sample().await;
    let window = stage.open().await;
    opened(&window).await;
    window.keys(">cust").await.unwrap();
    window
        .until(
            "the command chosen",
            "return document.querySelector('[role=option][aria-selected=true]')?.innerText.includes('Customers') === true",
        )
        .await
        .expect("a command by its first letters");
    window.keys(Key::Enter + "").await.unwrap();
    window
        .until("the customers", "return location.hash === '#/customers'")
        .await
        .expect("the command is done");
    opened(&window).await;
    window.keys("nothing of this").await.unwrap();
    window.keys(Key::Escape + "").await.unwrap();
    // The first key empties the box, the next leaves it.
    window.keys(Key::Escape + "").await.unwrap();
    window.gone(BOX).await.expect("the box is gone");
    let place = window
        .ask("return location.hash", Vec::new())
        .await
        .unwrap();
    assert_eq!(place, json!("#/customers"), "it went nowhere");
    window.close().await.unwrap();
}

#[tokio::test]
async fn every_screen_is_drawn_light_dark_and_in_german() {
    let stage = Stage::sample().await;
    let customers = stage.json(&["customers", "list"]);
    let customer = customers[0]["id"].as_str().expect("an id").to_owned();
    // A customer's thread, so that what is known of them stands beside it.
    let conversation = stage.conversation("Line 2 stopped after CIP");
    let screens = [
        ("today", ".sg", "#/today".to_owned()),
        ("inbox", "[data-message]", format!("#/inbox/{conversation}")),
        ("customers", "[role=option]", "#/customers".to_owned()),
        (
            "customer",
            ".tabs, [role=tablist]",
            format!("#/customer/{customer}"),
        ),
        ("tasks", "[role=row], [role=option]", "#/tasks".to_owned()),
        ("calendar", ".ev", "#/calendar".to_owned()),
        ("accounts", "[role=row], tr", "#/accounts".to_owned()),
        ("outbox", "h1", "#/outbox".to_owned()),
        ("settings", "h1", "#/settings".to_owned()),
    ];
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    let mut grounds = Vec::new();
    for (theme, language) in [("light", "en"), ("dark", "en"), ("light", "de")] {
        for (key, value) in [("look.theme", theme), ("look.language", language)] {
            let said = json!({ "name": "setting_set", "request": { "key": key, "value": value } });
            window
                .ask(
                    "await window.__TAURI_INTERNALS__.invoke('call', arguments[0]); return true",
                    vec![said],
                )
                .await
                .expect("a setting");
        }
        window.driver().refresh().await.expect("read anew");
        window
            .until(
                "the look",
                &format!("return document.documentElement.dataset.theme === '{theme}' && document.documentElement.lang === '{language}'"),
            )
            .await
            .expect("the settings are obeyed from the first picture on");
        for (name, ready, place) in &screens {
            go(&window, place).await;
            window
                .until(
                    name,
                    &format!("const main = document.querySelector('main[data-screen={name}]'); return main !== null && main.querySelector('{ready}') !== null && main.querySelector('.cv-s') === null"),
                )
                .await
                .expect("the screen");
            let wide = window
                .ask(
                    "return document.documentElement.scrollWidth <= innerWidth",
                    Vec::new(),
                )
                .await
                .unwrap();
            assert_eq!(wide, json!(true), "{name} is wider than the window");
            window
                .picture(&format!("real-{name}-{theme}-{language}"))
                .await
                .unwrap();
        }
        let ground = window
            .ask(
                "return getComputedStyle(document.body).backgroundColor",
                Vec::new(),
            )
            .await
            .unwrap();
        grounds.push(ground);
    }
    assert_ne!(grounds[0], grounds[1], "dark is not light");
    window.close().await.unwrap();
}
