//! Signing in through the desktop's browser, which here is a program that keeps the address it
//! is given; the test goes that way itself. The homeserver is real.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use rapport_testkit::desktop::{Key, Window};
use rapport_testkit::servers::{
    AuthService, Cas, HarnessError, MatrixUser, Synapse, browse, eventually, password_of,
    way_back_of,
};

use super::stage::{PASSPHRASE, Stage, go};

const PATIENCE: Duration = Duration::from_secs(60);

/// Where the desktop's browser puts the address it is to open.
const OPENED: &str = "opened-address";

/// A desktop whose browser is ours, with an account that nobody has signed in to.
struct Desk {
    stage: Stage,
    path: String,
}

impl Desk {
    async fn with(server: &Synapse) -> Self {
        let stage = Stage::prepared().await;
        let set = format!("homeserver={}", server.base_url());
        stage.rapport(&["account", "add", "matrix", "--label", "Chat", "--set", &set]);
        let programs = stage.desktop.folder().join("programs");
        fs::create_dir(&programs).unwrap();
        let browser = programs.join("xdg-open");
        let kept = stage.desktop.folder().join(OPENED).display().to_string();
        // Written beside and moved, so that nobody reads half an address.
        let script =
            format!("#!/bin/sh\nprintf %s \"$1\" > '{kept}.new' && mv '{kept}.new' '{kept}'\n");
        fs::write(&browser, script).unwrap();
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
        let rest = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{rest}", programs.display());
        Self { stage, path }
    }

    /// The window, with the dialog in which Chat is signed in to.
    async fn window(&self) -> Window {
        let more = [
            ("RAPPORT_PASSPHRASE", PASSPHRASE),
            ("RAPPORT_NO_KEYCHAIN", "1"),
            ("PATH", &self.path),
        ];
        let window = self.stage.window(&[], &more).await;
        window.see("nav.side").await.unwrap();
        go(&window, "#/accounts/matrix-1").await;
        window.press("Sign in").await.unwrap();
        window
    }

    /// The address the browser was sent to, and the one it is to come back to.
    async fn sent(&self) -> (String, String) {
        let kept = self.stage.desktop.folder().join(OPENED);
        let open = eventually("the browser", PATIENCE, async || {
            Ok(fs::read_to_string(&kept).ok())
        });
        let open = open.await.expect("the browser is opened");
        fs::remove_file(&kept).unwrap();
        let back = way_back_of(&open).expect("a way back");
        assert!(back.starts_with("http://127.0.0.1:"), "{back}");
        (open, back)
    }
}

const QUESTION: &str = "Are the seal kits in Hamburg?";

/// A room in which one has asked the other something.
async fn asked(server: &Synapse, bert: &MatrixUser, ada: &MatrixUser) {
    let room = bert.create_room("Line 2", &[&server.user_id("ada")]).await;
    let room = room.unwrap();
    ada.join(&room).await.unwrap();
    bert.say(&room, QUESTION).await.unwrap();
}

/// Waits until nobody listens there any more.
async fn closed(back: &str) {
    let host = back.trim_start_matches("http://").split('/').next();
    let host = host.expect("a host").to_owned();
    eventually("a closed port", PATIENCE, async || {
        let line = tokio::net::TcpStream::connect(&host).await;
        Ok::<_, HarnessError>(line.is_err().then_some(()))
    })
    .await
    .expect("the port is closed");
}

#[tokio::test]
async fn a_person_signs_in_with_the_desktops_browser_and_the_window_goes_on() {
    let provider = Cas::start().await.expect("a provider");
    let server = Synapse::options().with_browser_sign_in(provider.base_url());
    let server = server.start().await.expect("a Synapse");
    let bert = server.login("bert").await.unwrap();
    asked(&server, &bert, &server.login("ada").await.unwrap()).await;
    provider.seats("ada");
    let desk = Desk::with(&server).await;

    let window = desk.window().await;
    window.press("Sign in with your browser").await.unwrap();
    window
        .read(".dlg [role=status]", "Finish in your browser")
        .await
        .unwrap();
    let (_forgotten, first) = desk.sent().await;
    window.picture("window-browser-sign-in").await.unwrap();
    // Given up, the way back is closed and the form is as it was.
    window.press("Cancel").await.unwrap();
    window.gone(".dlg [role=status]").await.unwrap();
    closed(&first).await;

    window.press("Sign in with your browser").await.unwrap();
    let (open, back) = desk.sent().await;
    assert_ne!(back, first, "no way back is used twice");
    browse(&open, &back).await.expect("sent back");
    window
        .gone(".dlg")
        .await
        .expect("the window goes on by itself");
    closed(&back).await;
    go(&window, "#/inbox").await;
    window
        .read("main", QUESTION)
        .await
        .expect("the messages come");
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_person_signs_in_with_oauth_after_a_no() {
    let service = AuthService::start().await.expect("a service");
    let server = Synapse::options().with_auth_service(&service).start().await;
    let server = server.expect("a Synapse");
    service.serves(&server);
    let bert = service.login(&server, "bert").await.unwrap();
    let ada = service.login(&server, "ada").await.unwrap();
    asked(&server, &bert, &ada).await;
    let desk = Desk::with(&server).await;

    let window = desk.window().await;
    window.press("Sign in with your browser").await.unwrap();
    let (open, back) = desk.sent().await;
    browse(&open, &back).await.expect("sent back, with a no");
    window
        .read(".dlg [role=alert]", "cancelled in the browser")
        .await
        .expect("the no is told");
    closed(&back).await;
    window.picture("window-browser-refused").await.unwrap();

    service.seats("ada");
    window.press("Sign in with your browser").await.unwrap();
    let (open, back) = desk.sent().await;
    browse(&open, &back).await.expect("sent back");
    window
        .gone(".dlg")
        .await
        .expect("the window goes on by itself");
    go(&window, "#/inbox").await;
    window
        .read("main", QUESTION)
        .await
        .expect("the messages come");
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_homeserver_without_a_browser_sign_in_says_so_and_opens_nothing() {
    let server = Synapse::start().await.expect("a Synapse");
    let desk = Desk::with(&server).await;
    let window = desk.window().await;
    window.press("Sign in with your browser").await.unwrap();
    window
        .read(".dlg [role=alert]", "password")
        .await
        .expect("why not");
    window.gone(".dlg [role=status]").await.unwrap();
    assert!(!desk.stage.desktop.folder().join(OPENED).exists());
    window.close().await.unwrap();
}

#[tokio::test]
async fn after_a_wrong_password_the_right_one_is_typed_and_an_invitation_is_accepted() {
    let server = Synapse::start().await.expect("a Synapse");
    let bert = server.login("bert").await.unwrap();
    let room = bert.create_room("Line 2", &[&server.user_id("ada")]).await;
    bert.say(&room.unwrap(), QUESTION).await.unwrap();
    let desk = Desk::with(&server).await;
    let window = desk.window().await;
    let secret = ".dlg input[type=password]";
    window.fill(".dlg input", "ada").await.unwrap();
    window.fill(secret, "not this one").await.unwrap();
    window.keys(Key::Enter + "").await.unwrap();
    window
        .read(".dlg [role=alert]", "password is wrong")
        .await
        .expect("plain words");
    // Nobody has to find the field again.
    let focused =
        "return document.activeElement === document.querySelector('.dlg input[type=password]')";
    window.until("the focus", focused).await.unwrap();
    window.keys(password_of("ada")).await.unwrap();
    window.keys(Key::Enter + "").await.unwrap();
    window.gone(".dlg").await.expect("signed in");

    go(&window, "#/inbox").await;
    window.read(".cv", "You are invited").await.unwrap();
    window.click(".cv").await.unwrap();
    window.press("Join").await.expect("a way in");
    window
        .read("main", QUESTION)
        .await
        .expect("what was said there");
    window
        .see(".th textarea, .th [contenteditable=true]")
        .await
        .expect("a way to answer");
    window.close().await.unwrap();
}
