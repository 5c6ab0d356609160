//! Before the profile is open: the keychain, the passphrase, and never a wipe.

use rapport_testkit::desktop::{Keychain, Window};
use rapport_testkit::servers::{Tryton, password_of};

use super::stage::{Stage, binary};

async fn headed(window: &Window, text: &str) {
    window.read("h1", text).await.expect("the gate's heading");
}

#[tokio::test]
async fn a_keychain_opens_the_workspace_and_a_locked_one_explains_itself_and_waits() {
    let mut stage = Stage::with(Keychain::Unlocked).await;
    let window = stage.window(&[], &[]).await;
    headed(&window, "Welcome to Rapport").await;
    window.press("Create the workspace").await.unwrap();
    window.see(".onb").await.expect("the first steps");
    window.close().await.unwrap();

    let window = stage.window(&[], &[]).await;
    window.see(".onb").await.expect("no question asked");
    window.close().await.unwrap();

    let file = stage.desktop.profile().join("rapport.db");
    let before = std::fs::read(&file).expect("the database");
    stage.desktop.lock_keychain().await.unwrap();
    let window = stage.window(&[], &[]).await;
    headed(&window, "The keychain is locked").await;
    window.picture("gate-locked").await.unwrap();
    assert_eq!(
        std::fs::read(&file).expect("still there"),
        before,
        "nothing was touched"
    );
    window.press("Try again").await.expect("a way on");
    headed(&window, "The keychain is locked").await;
    assert_eq!(
        std::fs::read(&file).expect("still there"),
        before,
        "asking again touches nothing either"
    );
    stage.desktop.open_keychain().await.unwrap();
    window.press("Try again").await.unwrap();
    window.see(".onb").await.expect("open, in the same window");
    window.close().await.unwrap();
}

#[tokio::test]
async fn without_a_keychain_a_passphrase_is_offered_and_a_wrong_one_changes_nothing() {
    let stage = Stage::with(Keychain::Missing).await;
    let window = stage.window(&[], &[]).await;
    headed(&window, "Welcome to Rapport").await;
    window
        .fill("input[type=password]", "correct horse")
        .await
        .unwrap();
    window
        .fill("form > :nth-child(2) input", "correct horse")
        .await
        .unwrap();
    window.press("Create the workspace").await.unwrap();
    window.see(".onb").await.expect("the first steps");
    window.close().await.unwrap();

    let window = stage.window(&[], &[]).await;
    headed(&window, "Enter your passphrase").await;
    window
        .fill("input[type=password]", "wrong horse")
        .await
        .unwrap();
    window.press("Open").await.unwrap();
    headed(&window, "That passphrase does not fit").await;
    window
        .fill("input[type=password]", "correct horse")
        .await
        .unwrap();
    window.press("Open").await.unwrap();
    window.see(".onb").await.expect("open");
    window.close().await.unwrap();
}

/// Both sign in to the same server as somebody else, and either account is called `tryton-1`.
#[tokio::test]
async fn two_profiles_of_one_user_keep_their_sign_ins_apart() {
    let server = Tryton::start().await.unwrap();
    let stage = Stage::with(Keychain::Unlocked).await;
    let rapport = |home: &str, words: &[&str], password: &str| {
        let home = stage.desktop.folder().join(home).display().to_string();
        let more = [("RAPPORT_HOME", &*home), ("RAPPORT_PASSWORD", password)];
        stage.desktop.run(&binary("rapport"), words, &more)
    };
    let url = format!("url={}", server.base_url());
    let database = format!("database={}", server.database());
    for (home, user) in [("work", "ines"), ("side", "jonas")] {
        rapport(home, &["init"], "").unwrap();
        let add = [
            "account", "add", "tryton", "--set", &url, "--set", &database,
        ];
        rapport(home, &add, "").unwrap();
        let sign_in = ["account", "sign-in", "tryton-1", "--user", user];
        rapport(home, &sign_in, &password_of(user)).unwrap();
    }
    rapport("work", &["account", "check", "tryton-1"], "").unwrap();
    rapport("side", &["account", "remove", "tryton-1", "--yes"], "").unwrap();
    rapport("work", &["sync", "--once"], "").expect("still signed in");
}
