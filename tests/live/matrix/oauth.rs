//! Signing in with OAuth 2. The homeserver is real and leaves signing in to a service, which is
//! ours and as strict as those that people run.

use std::time::Duration;

use rapport_testkit::servers::{AuthService, Synapse, browse, eventually, way_back_of};

use crate::cli::Desk as Terminal;

/// Longer than a start, shorter than a test.
const SHORT: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_oauth_and_stays_signed_in() {
    let service = AuthService::start().await.expect("a service");
    let server = Synapse::options().with_auth_service(&service).start().await;
    let server = server.expect("a homeserver");
    service.serves(&server);
    let ada = service.login(&server, "ada").await.expect("ada");
    let room = ada.create_room("Sales", &[&server.user_id("bert")]).await;
    let room = room.expect("a room");
    let bert = service.login(&server, "bert").await.expect("bert");
    bert.join(&room).await.expect("joined");
    ada.say(&room, "for the terminal").await.expect("said");

    let terminal = Terminal::new();
    terminal.text(&["init"]);
    let address = format!("homeserver={}", server.base_url());
    let account = terminal.json(&["account", "add", "matrix", "--set", &address]);
    let account = account["id"].as_str().expect("an id").to_owned();
    service.seats("bert");
    service.tokens_last(SHORT);
    let (waiting, open) = terminal.begin(&["account", "sign-in", &account, "--browser"]);
    assert!(open.starts_with(&service.base_url()), "{open}");
    browse(&open, &way_back_of(&open).expect("a way back"))
        .await
        .expect("sent back");
    let said = waiting.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("@bert:hub.test"), "{said}");
    let own = service.sessions_of("bert");

    // Each is a start of its own, with what the one before it has kept.
    let seen = eventually("a renewal", Duration::from_secs(60), async || {
        terminal.json(&["sync"]);
        Ok((service.renewals_of("bert") > 1).then_some(()))
    });
    seen.await.expect("renewed");
    let found = terminal.json(&["search", "terminal"]);
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(service.sessions_of("bert"), own, "renewed, not begun anew");
}
