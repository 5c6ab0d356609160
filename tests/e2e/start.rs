//! Starting, starting twice, and links from elsewhere.

use std::process::Command;
use std::time::Duration;

use rapport_testkit::servers::eventually;

use super::stage::{PASSPHRASE, Stage, binary, go};

const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test]
async fn the_sample_workspace_is_one_button_away_from_a_first_start() {
    let stage = Stage::prepared().await;
    let window = stage.open().await;
    window.see(".onb").await.unwrap();
    window.press("Try the sample workspace").await.unwrap();
    window.see("nav.side").await.expect("the window");
    window
        .until(
            "rows that need somebody",
            "return document.querySelectorAll('.sg').length > 0",
        )
        .await
        .unwrap();
    window.picture("window-today").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "a second start is a process of its own"
)]
async fn a_second_start_hands_its_link_to_the_first_and_ends() {
    let stage = Stage::sample().await;
    let customers = stage.json(&["customers", "list"]);
    let first = &customers[0];
    let (id, name) = (
        first["id"].to_string().trim_matches('"').to_owned(),
        first["name"].as_str().unwrap().to_owned(),
    );
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    let status = Command::new(binary("rapport-desktop"))
        .arg(format!("rapport://customer/{id}"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(stage.desktop.environment())
        .env("RAPPORT_HOME", stage.desktop.profile())
        .env("RAPPORT_PASSPHRASE", PASSPHRASE)
        .env("RAPPORT_NO_KEYCHAIN", "1")
        .status()
        .expect("a second start");
    assert!(status.success(), "the second start ended with {status}");
    window.read("main h1", &name).await.expect("the customer");
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_start_that_speaks_to_a_dying_window_opens_one_itself() {
    let stage = Stage::sample().await;
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    // It still has the profile's name on the bus, and does not answer.
    window.hang().unwrap();
    let profile = stage.desktop.profile().display().to_string();
    let more = [
        ("RAPPORT_HOME", profile.as_str()),
        ("RAPPORT_PASSPHRASE", PASSPHRASE),
        ("RAPPORT_NO_KEYCHAIN", "1"),
    ];
    let next = stage
        .desktop
        .launch(&binary("rapport-desktop"), &[], &more)
        .expect("a second start");
    eventually(
        "the second start speaks to the first",
        PATIENCE,
        async || Ok(stage.desktop.is_on_bus(next.id())?.then_some(())),
    )
    .await
    .unwrap();
    window.kill().await.unwrap();
    eventually("a window of its own", PATIENCE, async || {
        Ok(next.has_page().then_some(()))
    })
    .await
    .expect("the second start goes on as the first");
}

#[tokio::test]
async fn a_link_opens_its_place_at_the_start_and_a_strange_one_opens_nothing() {
    let stage = Stage::sample().await;
    let tasks = stage.json(&["tasks", "list"]);
    let (id, title) = (
        tasks[0]["id"].as_str().unwrap().to_owned(),
        tasks[0]["title"].as_str().unwrap().to_owned(),
    );
    let window = stage.open_at(&[&format!("rapport://task/{id}")]).await;
    window.read("main", &title).await.expect("the task");
    window.close().await.unwrap();

    let window = stage.open_at(&["rapport://task/../../etc/passwd"]).await;
    window.see("nav.side").await.unwrap();
    let place = window
        .ask("return location.hash", Vec::new())
        .await
        .unwrap();
    assert!(
        !place.to_string().contains("passwd"),
        "a strange link led to {place}"
    );
    go(&window, "#/kit").await;
    window.see(".kit").await.unwrap();
    window.close().await.unwrap();
}
