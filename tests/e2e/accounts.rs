//! Accounts and what waits to be written back, each clicked through, with the command line and a
//! second client as witnesses.

use rapport_testkit::desktop::Window;
use rapport_testkit::servers::{Tryton, eventually};
use serde_json::{Value, json};

use super::room::{PATIENCE, Room};
use super::stage::{Stage, go};

impl Room {
    /// Ada writes without a window.
    fn write(&self, text: &str) {
        let conversation = self.conversation();
        self.stage
            .rapport(&["conversations", "send", &conversation, text, "--now"]);
    }

    /// How the entry with this text ended, as the command line says it.
    fn ended(&self, text: &str) -> String {
        let rows = self.stage.json(&["outbox", "list", "--all"]);
        let states: Vec<&str> = rows
            .as_array()
            .expect("rows")
            .iter()
            .filter(|row| row["title"].as_str().is_some_and(|it| it.contains(text)))
            .filter_map(|row| row["state"].as_str())
            .collect();
        assert_eq!(states.len(), 1, "{text} in {rows}");
        states[0].to_owned()
    }
}

/// The window at its outbox.
async fn outbox(stage: &Stage) -> Window {
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, "#/accounts?tab=outbox").await;
    window
}

/// Presses a button in the entry that has this text.
async fn press_in(window: &Window, entry: &str, button: &str) {
    let script = "const row = [...document.querySelectorAll('.ob')].find((one) => one.innerText.includes(arguments[0])); \
        const one = [...(row?.querySelectorAll('button') ?? [])].find((each) => !each.disabled && each.innerText.trim() === arguments[1]); \
        one?.click(); return one !== undefined";
    let pressed = eventually(button, PATIENCE, async || {
        let there = window
            .ask(script, vec![json!(entry), json!(button)])
            .await?;
        Ok((there == Value::Bool(true)).then_some(()))
    })
    .await;
    if pressed.is_err() {
        window.picture("missing-entry").await.unwrap();
    }
    pressed.unwrap_or_else(|error| panic!("“{button}” of “{entry}”: {error}"));
}

async fn no_entry(window: &Window, text: &str) {
    window
        .until(
            "an entry that is gone",
            &format!(
                "return ![...document.querySelectorAll('.ob')].some((one) => one.innerText.includes({}))",
                json!(text)
            ),
        )
        .await
        .unwrap_or_else(|error| panic!("{text}: {error}"));
}

#[tokio::test]
async fn what_waits_is_changed_taken_back_or_held_and_the_rest_goes_once() {
    let mut office = Room::open().await;
    office.server.stop().await.unwrap();
    for text in ["Six kits", "A slip of the pen", "By Friday"] {
        office.write(text);
    }
    let window = outbox(&office.stage).await;
    window.read(".ob", "Six kits").await.unwrap();
    press_in(&window, "Six kits", "Edit").await;
    window.fill(".dlg textarea", "Seven kits").await.unwrap();
    window.press("Save").await.unwrap();
    window.gone(".dlg").await.expect("it is saved");
    window.read(".ob", "Seven kits").await.unwrap();
    no_entry(&window, "Six kits").await;
    press_in(&window, "A slip of the pen", "Undo").await;
    no_entry(&window, "A slip of the pen").await;

    go(&window, "#/accounts/matrix-1").await;
    window.press("Pause").await.unwrap();
    window.read(".hd", "Paused").await.unwrap();
    office.server.start_again().await.unwrap();
    go(&window, "#/accounts?tab=outbox").await;
    window
        .read(".ob", "Waits because you paused the source")
        .await
        .expect("why it waits");
    window.picture("window-outbox").await.unwrap();
    // The network is there and somebody asks for a sync: a pause holds all the same.
    window.press("Sync now").await.unwrap();
    office.bert.say(&office.room, "Anybody?").await.unwrap();
    office.arrives("Anybody?").await;
    assert_eq!(
        office.times_seen("Seven kits").await.unwrap(),
        0,
        "it is held"
    );

    go(&window, "#/accounts/matrix-1").await;
    window.press("Resume").await.unwrap();
    office.arrives("By Friday").await;
    go(&window, "#/accounts?tab=outbox").await;
    window
        .read(".acc", "Nothing waits to be written back.")
        .await
        .expect("an empty outbox");
    window.close().await.unwrap();
    for (text, times) in [
        ("Seven kits", 1),
        ("By Friday", 1),
        ("Six kits", 0),
        ("A slip of the pen", 0),
    ] {
        assert_eq!(office.times_seen(text).await.unwrap(), times, "{text}");
    }
    assert_eq!(office.ended("Seven kits"), "done");
    assert_eq!(office.ended("A slip of the pen"), "withdrawn");
}

#[tokio::test]
async fn what_was_refused_says_why_and_is_tried_again_or_given_up() {
    let office = Room::open().await;
    // Somebody showed Ada the door while she was writing.
    office.ada.leave(&office.room).await.unwrap();
    for text in ["May I come back?", "Never mind"] {
        office.write(text);
    }
    office.stage.rapport(&["sync"]);
    let window = outbox(&office.stage).await;
    window
        .until(
            "two parked entries",
            "return [...document.querySelectorAll('.ob')].filter((one) => one.innerText.includes('Parked')).length === 2",
        )
        .await
        .unwrap();
    window.picture("window-outbox-parked").await.unwrap();
    office
        .bert
        .invite(&office.room, &office.server.user_id("ada"))
        .await
        .unwrap();
    office.ada.join(&office.room).await.unwrap();
    press_in(&window, "May I come back?", "Try again").await;
    office.arrives("May I come back?").await;
    no_entry(&window, "May I come back?").await;

    press_in(&window, "Never mind", "Discard").await;
    window
        .read(".dlg", "Never mind")
        .await
        .expect("it is asked, by its name");
    window.press("Cancel").await.unwrap();
    window.gone(".dlg").await.unwrap();
    window
        .read(".ob", "Never mind")
        .await
        .expect("a no changes nothing");
    press_in(&window, "Never mind", "Discard").await;
    window
        .click(".dlg .dlg-f .btn.dng")
        .await
        .expect("the dialog's own button");
    no_entry(&window, "Never mind").await;
    window.close().await.unwrap();
    assert_eq!(office.times_seen("May I come back?").await.unwrap(), 1);
    assert_eq!(office.times_seen("Never mind").await.unwrap(), 0);
    assert_eq!(office.ended("May I come back?"), "done");
    assert_eq!(office.ended("Never mind"), "withdrawn");
}

/// A source of the sample workspace.
const SOURCE: &str = "sample-mail";

/// How many items of it are here.
fn messages(stage: &Stage) -> u64 {
    stage
        .json(&["ledger"])
        .as_array()
        .expect("lines")
        .iter()
        .filter(|line| line["account"] == SOURCE)
        .filter_map(|line| line["local_count"].as_u64())
        .sum()
}

#[tokio::test]
async fn a_source_forgets_what_is_old_and_leaves_only_after_its_name() {
    let stage = Stage::sample().await;
    let before = messages(&stage);
    let talks = stage.json(&["conversations", "list"]);
    let talk = talks
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["account"] == SOURCE))
        .and_then(|row| row["id"].as_str())
        .expect("a conversation")
        .to_owned();
    let accounts = stage.json(&["account", "list"]);
    let row = accounts
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["id"] == SOURCE))
        .expect("the sample")
        .clone();
    let label = row["label"].as_str().expect("a label").to_owned();
    let folder = row["config"]["folder"]
        .as_str()
        .expect("a folder")
        .to_owned();

    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, "#/accounts/sample-mail").await;
    window
        .read(".at", "listed in full")
        .await
        .expect("its coverage, where the source counts nothing");
    window
        .read(".pf-l", "no limit")
        .await
        .expect("its request budget");
    window
        .ask(
            "const one = [...document.querySelectorAll('.ad-s select')][0]; one.value = '30'; one.dispatchEvent(new Event('change', { bubbles: true })); return true",
            Vec::new(),
        )
        .await
        .unwrap();
    window
        .read(".ad-s", "Messages before")
        .await
        .expect("it says what is no longer here");
    window.picture("window-account").await.unwrap();
    go(&window, &format!("#/inbox/{talk}")).await;
    window
        .fill("textarea[data-composer]", "Not sent yet")
        .await
        .unwrap();
    window.read(".cmp", "Draft on this device").await.unwrap();
    window.close().await.unwrap();
    let after = messages(&stage);
    assert!(after < before, "{after} of {before} items are left");
    let accounts = stage.json(&["account", "list"]);
    let kept = accounts
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["id"] == SOURCE))
        .map(|row| row["retention_days"].clone());
    assert_eq!(kept, Some(json!(30)));

    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, "#/accounts/sample-mail").await;
    window.press("Remove account").await.unwrap();
    window
        .read(".dlg .loss", "draft")
        .await
        .expect("what would be lost");
    window.picture("window-remove").await.unwrap();
    window.fill(".dlg input", "Another name").await.unwrap();
    window
        .until(
            "a button that does nothing",
            "return document.querySelector('.dlg .btn.dng').disabled",
        )
        .await
        .unwrap();
    window.fill(".dlg input", &label).await.unwrap();
    window.click(".dlg .btn.dng").await.unwrap();
    window.gone(".dlg").await.expect("it is removed");
    window
        .until(
            "the list of sources",
            "return location.hash.startsWith('#/accounts') && !location.hash.includes('sample-mail')",
        )
        .await
        .unwrap();
    window.close().await.unwrap();
    let accounts = stage.json(&["account", "list"]);
    assert!(
        accounts
            .as_array()
            .is_some_and(|rows| rows.iter().all(|row| row["id"] != SOURCE)),
        "{accounts}"
    );
    let talks = stage.json(&["conversations", "list"]);
    assert!(
        talks
            .as_array()
            .is_some_and(|rows| rows.iter().all(|row| row["account"] != SOURCE)),
        "nothing of it is left"
    );
    assert!(
        std::fs::read_dir(&folder).is_ok_and(|mut all| all.next().is_some()),
        "the source itself is untouched"
    );
}

#[tokio::test]
async fn a_source_that_counts_is_compared_id_by_id_and_says_what_it_lets_us_read() {
    let server = Tryton::start().await.expect("a Tryton");
    let stage = Stage::with_erp(&server).await;
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, "#/accounts/tryton-1").await;
    window.read(".at", "100 %").await.expect("its coverage");
    window.press("Compare id by id").await.unwrap();
    window
        .read(".ad", "no difference")
        .await
        .expect("what the comparison found");
    window.press("Check").await.unwrap();
    window
        .read(".ad", "can be read")
        .await
        .expect("what the check found");
    window.picture("window-compared").await.unwrap();
    window.close().await.unwrap();
}
