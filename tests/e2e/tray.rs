//! What the desktop around the window can do with the program: its tray, its start with the
//! session, its updates.

use std::fs;

use rapport_testkit::desktop::{Entry, Window};
use rapport_testkit::servers::eventually;

use super::room::{PATIENCE, Room};
use super::stage::{Stage, go};

/// The tray menu, once this holds of it.
async fn tray(stage: &Stage, process: u32, what: &str, is: impl Fn(&[Entry]) -> bool) {
    let mut last = Vec::new();
    let found = eventually(what, PATIENCE, async || {
        last = stage.desktop.tray_menu(process)?;
        Ok(is(&last).then_some(()))
    })
    .await;
    found.unwrap_or_else(|error| panic!("{what}: {error}; the tray has {last:?}"));
}

fn entry<'a>(menu: &'a [Entry], label: &str) -> Option<&'a Entry> {
    menu.iter().find(|it| it.label == label)
}

/// Waits until the core's setting of that name is so.
async fn setting(window: &Window, key: &str, is: &str) {
    let script = format!(
        "const {{ value }} = await window.__TAURI_INTERNALS__.invoke('call', {{ name: 'setting', request: {{ key: '{key}' }} }}); return {is}"
    );
    window
        .until(&format!("{key}: {is}"), &script)
        .await
        .unwrap();
}

/// What the window's own door answers, as text.
async fn act(window: &Window, action: &str) -> String {
    let script = format!(
        "try {{ return JSON.stringify(await window.__TAURI_INTERNALS__.invoke('shell', {{ action: {action} }})) }} catch (why) {{ return `refused: ${{why.message}}` }}"
    );
    let said = window.ask(&script, Vec::new()).await.unwrap();
    said.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_tray_quietens_pauses_brings_back_and_ends() {
    let room = Room::open().await;
    let (stage, conversation) = (&room.stage, room.conversation());
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    let process = window.process().unwrap();
    let all = [
        "Open Rapport",
        "Pause sync",
        "Do not disturb for 1 hour",
        "Do not disturb until tomorrow",
        "End do not disturb",
        "Quit",
    ];
    tray(stage, process, "all entries", |menu| {
        let named = menu
            .iter()
            .all(|it| it.label != "Open Rapport" || it.enabled);
        let labels: Vec<&str> = menu.iter().map(|it| it.label.as_str()).collect();
        named && labels.len() == all.len() && labels[1..] == all[1..]
    })
    .await;
    let quiet =
        |is: bool| move |menu: &[Entry]| entry(menu, all[4]).is_some_and(|it| it.enabled == is);
    tray(stage, process, "nobody rests", quiet(false)).await;

    stage.desktop.press_in_tray(process, all[2]).unwrap();
    let hour = "Math.abs(value - Date.now() - 3600000) < 600000";
    setting(&window, "notify.dnd_until", hour).await;
    tray(stage, process, "a rest to end", quiet(true)).await;
    stage.desktop.press_in_tray(process, all[4]).unwrap();
    setting(&window, "notify.dnd_until", "value === null").await;
    tray(stage, process, "no rest to end", quiet(false)).await;
    stage.desktop.press_in_tray(process, all[3]).unwrap();
    setting(
        &window,
        "notify.dnd_until",
        "new Date(value).getHours() === 7 && value > Date.now()",
    )
    .await;

    stage.desktop.press_in_tray(process, all[1]).unwrap();
    let paused =
        |is: bool| move |menu: &[Entry]| entry(menu, all[1]).is_some_and(|it| it.checked == is);
    tray(stage, process, "a pause", paused(true)).await;
    room.bert.say(&room.room, "while it rests").await.unwrap();
    stage.desktop.press_in_tray(process, all[1]).unwrap();
    tray(stage, process, "no pause", paused(false)).await;
    go(&window, &format!("#/inbox/{conversation}")).await;
    window
        .read("main", "while it rests")
        .await
        .expect("it goes on");

    // Closed, it stays in the tray and comes back from there. The icon is written anew all
    // the while, as when messages arrive: neither may wait for the other.
    let busy = "const shell = (action) => window.__TAURI_INTERNALS__.invoke('shell', { action }); \
        const written = Array.from({ length: 60 }, (_, at) => shell({ do: 'set_unread', count: at })); \
        return JSON.stringify(await Promise.all([...written, shell({ do: 'close' })]).then((all) => all.at(-1)))";
    let closed = window.ask(busy, Vec::new()).await.unwrap();
    assert_eq!(closed.as_str(), Some("null"));
    let visible = "return document.visibilityState === arguments[0]";
    let is = |state: &str| visible.replace("arguments[0]", &format!("'{state}'"));
    window
        .until("a hidden window", &is("hidden"))
        .await
        .unwrap();
    stage.desktop.press_in_tray(process, all[0]).unwrap();
    window
        .until("a window that is back", &is("visible"))
        .await
        .unwrap();

    stage.desktop.press_in_tray(process, all[5]).unwrap();
    window.ends(process).await.expect("it ends");
}

#[tokio::test]
async fn it_starts_with_the_session_when_wanted_and_asks_for_no_update_unasked() {
    let stage = Stage::sample().await;
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    let entries = || -> Vec<String> {
        ["home/.config/autostart", "config/autostart"]
            .iter()
            .filter_map(|folder| fs::read_dir(stage.desktop.folder().join(folder)).ok())
            .flat_map(|all| all.filter_map(Result::ok))
            .filter_map(|file| fs::read_to_string(file.path()).ok())
            .collect()
    };
    assert_eq!(act(&window, "{ do: 'autostart', on: null }").await, "false");
    assert_eq!(act(&window, "{ do: 'autostart', on: true }").await, "true");
    let kept = entries();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(kept[0].contains("rapport-desktop --minimised"), "{kept:?}");
    assert_eq!(
        act(&window, "{ do: 'autostart', on: false }").await,
        "false"
    );
    assert!(entries().is_empty());

    let unasked = act(&window, "{ do: 'update_check' }").await;
    assert!(unasked.contains("\"configured\":false"), "{unasked}");
    let file = stage.desktop.profile().join("update.json");
    for (says, why) in [
        (
            r#"{"endpoint":"http://127.0.0.1:9/","pubkey":"key"}"#,
            "https",
        ),
        (r#"{"endpoint":"https://127.0.0.1:9/"}"#, "no key"),
    ] {
        fs::write(&file, says).unwrap();
        let refused = act(&window, "{ do: 'update_check' }").await;
        assert!(
            refused.starts_with("refused") && refused.contains(why),
            "{refused}"
        );
        assert!(refused.contains("nothing was changed"), "{refused}");
    }
    window.close().await.unwrap();
}
