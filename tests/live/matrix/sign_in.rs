//! Signing in through the browser, and what becomes of a sign-in with time. The homeserver is
//! real, the company's identity provider is ours.

use std::collections::BTreeSet;
use std::time::Duration;

use rapport_model::Fault;
use rapport_model::connector::{SignInStep, SignedIn};
use rapport_testkit::servers::{Cas, MatrixUser, NioPeer, Synapse, browse, eventually};

use super::desk::Desk;
use crate::cli::Desk as Terminal;

/// An address that is looked at and never fetched.
const BACK: &str = "rapport://sign-in";
const PATIENCE: Duration = Duration::from_secs(60);

async fn company() -> (Cas, Synapse) {
    let provider = Cas::start().await.expect("a provider");
    let server = Synapse::options()
        .with_browser_sign_in(provider.base_url())
        .start()
        .await
        .expect("a homeserver");
    (provider, server)
}

async fn room_with_bert(server: &Synapse) -> (MatrixUser, String) {
    let ada = server.login("ada").await.expect("ada");
    let room = ada
        .create_room("Sales", &[&server.user_id("bert")])
        .await
        .expect("a room");
    let bert = server.login("bert").await.expect("bert");
    bert.join(&room).await.expect("joined");
    (ada, room)
}

/// The address the sign-in is to be opened at.
async fn opened(desk: &Desk) -> String {
    let redirect = BACK.to_owned();
    let step = SignInStep::Browser { redirect };
    match desk.connector.sign_in(step).await.expect("begun") {
        SignedIn::Open { url } => url,
        SignedIn::Done { user } => panic!("{user} was signed in without a browser"),
    }
}

async fn came_back(desk: &Desk, url: String) -> Result<SignedIn, Fault> {
    desk.connector.sign_in(SignInStep::Returned { url }).await
}

async fn in_the_browser(desk: &Desk) -> Result<SignedIn, Fault> {
    let url = browse(&opened(desk).await, BACK).await.expect("sent back");
    came_back(desk, url).await
}

fn done(user: &str) -> SignedIn {
    SignedIn::Done {
        user: format!("@{user}:hub.test"),
    }
}

/// Pulls until the server wants a new sign-in.
async fn until_signed_out(desk: &mut Desk) {
    let ended = eventually("the end of the session", PATIENCE, async || {
        match desk.try_pull().await {
            Ok(()) => Ok(None),
            Err(fault) => Ok(Some(fault)),
        }
    });
    let fault = ended.await.expect("ended");
    assert_eq!(fault.word(), "sign_in", "{fault:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_the_browser_and_stays_signed_in() {
    let (provider, server) = company().await;
    let (ada, room) = room_with_bert(&server).await;
    ada.say(&room, "before").await.expect("said");
    provider.seats("bert");
    let mut desk = Desk::new(&server.base_url());
    assert_eq!(in_the_browser(&desk).await, Ok(done("bert")));

    desk.pull().await;
    assert!(desk.stored.saying("before").is_some());
    desk.restart();
    desk.send("c1", &room, "after a restart").await;
    desk.message("after a restart").await;
    let count = ada.count_of(&room, "after a restart").await;
    assert_eq!(count.expect("counted"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_that_is_wrong_or_used_asks_again_and_changes_nothing() {
    let (provider, server) = company().await;
    let desk = Desk::new(&server.base_url());
    provider.seats("bert");
    let fault = came_back(&desk, format!("{BACK}?loginToken=early"))
        .await
        .expect_err("nobody asked");
    assert_eq!(fault.word(), "rejected", "{fault:?}");
    for (back, word) in [
        (format!("{BACK}?nothing=here"), "rejected"),
        (format!("{BACK}?loginToken=invented"), "sign_in"),
    ] {
        opened(&desk).await;
        let fault = came_back(&desk, back).await.expect_err("refused");
        assert_eq!(fault.word(), word, "{fault:?}");
    }
    let used = browse(&opened(&desk).await, BACK).await.expect("sent back");
    assert_eq!(came_back(&desk, used.clone()).await, Ok(done("bert")));
    opened(&desk).await;
    let fault = came_back(&desk, used).await.expect_err("used");
    assert_eq!(fault.word(), "sign_in", "{fault:?}");
    // The sign-in before is as good as it was.
    assert!(desk.page().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_homeserver_without_a_browser_sign_in_says_so() {
    let server = Synapse::start().await.expect("a homeserver");
    let desk = Desk::new(&server.base_url());
    let redirect = BACK.to_owned();
    let step = SignInStep::Browser { redirect };
    let fault = desk.connector.sign_in(step).await.expect_err("no such way");
    assert!(
        matches!(&fault, Fault::Rejected(why) if why.contains("password")),
        "{fault:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_waits_for_the_browser_itself() {
    let (provider, server) = company().await;
    let (ada, room) = room_with_bert(&server).await;
    ada.say(&room, "for the terminal").await.expect("said");
    provider.seats("bert");
    let terminal = Terminal::new();
    terminal.text(&["init"]);
    let address = format!("homeserver={}", server.base_url());
    let add = ["account", "add", "matrix", "--set", &address];
    let account = terminal.json(&add)["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let (waiting, open) = terminal.begin(&["account", "sign-in", &account, "--browser"]);
    let back = open.split("redirectUrl=").nth(1).expect("a way back");
    let back = back.replace("%3A", ":").replace("%2F", "/");
    browse(&open, &back).await.expect("sent back");
    let said = waiting.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("@bert:hub.test"), "{said}");
    terminal.json(&["sync"]);
    let found = terminal.json(&["search", "terminal"]);
    let hits = found["hits"].as_array().expect("hits");
    assert_eq!(hits.len(), 1, "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_renewed_and_kept_while_the_stream_goes_on() {
    let server = Synapse::options().tokens_last(2).start().await;
    let server = server.expect("a homeserver");
    let (ada, room) = room_with_bert(&server).await;
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    let mut seen = BTreeSet::from([desk.vault.session()]);
    for n in 0..3 {
        eventually("new tokens", PATIENCE, async || {
            desk.pull().await;
            Ok(seen.insert(desk.vault.session()).then_some(()))
        })
        .await
        .expect("renewed");
        // What is kept is what is good: a start from the keychain works, and so does all else.
        desk.restart();
        desk.send(&format!("c{n}"), &room, &format!("mine {n}"))
            .await;
        ada.say(&room, &format!("hers {n}")).await.expect("said");
        desk.message(&format!("hers {n}")).await;
        let count = ada.count_of(&room, &format!("mine {n}")).await;
        assert_eq!(count.expect("counted"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_softly_ended_session_comes_back_with_its_device_and_keys() {
    let (provider, mut server) = company().await;
    let ada = NioPeer::login(&server, "ada").await.expect("ada");
    server.stop().await.expect("stopped");
    server.sessions_last(3, 10);
    server.start_again().await.expect("started");
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    let bert = server.user_id("bert");
    let room = desk.come_into_secret_room(&ada, &bert).await;
    ada.send(&room, "to the device").await.expect("sent");
    desk.message("to the device").await;
    let device = devices_of_bert(&ada, &bert).await;

    until_signed_out(&mut desk).await;
    ada.send(&room, "while he was out").await.expect("sent");
    // A slip of the pen, a closed browser and a restart take nothing away.
    desk.wrong_password("bert").await;
    opened(&desk).await;
    desk.restart();
    // Nor does a colleague who happens to sit at the browser.
    provider.seats("cleo");
    let fault = in_the_browser(&desk).await.expect_err("not bert");
    assert!(
        matches!(&fault, Fault::SignIn(why) if why.contains("@bert:hub.test")),
        "{fault:?}"
    );
    provider.seats("bert");
    assert_eq!(in_the_browser(&desk).await, Ok(done("bert")));
    desk.message("while he was out").await;
    assert_eq!(devices_of_bert(&ada, &bert).await, device);

    // And with the password, and to another user, whose keys are others.
    until_signed_out(&mut desk).await;
    ada.send(&room, "and once more").await.expect("sent");
    desk.sign_in("bert").await;
    desk.message("and once more").await;
    assert_eq!(devices_of_bert(&ada, &bert).await, device);
    until_signed_out(&mut desk).await;
    desk.sign_in("cleo").await;
    let fault = desk.page().await.expect_err("the place of another user");
    assert_eq!(fault.word(), "cursor_expired", "{fault:?}");
}

async fn devices_of_bert(ada: &NioPeer, bert: &str) -> Vec<(String, String, bool)> {
    ada.devices(bert).await.expect("devices")
}
