//! A desktop with a profile made from the command line, so that a test begins where its promise
//! begins.

use std::path::{Path, PathBuf};
use std::process::Command;

use rapport_testkit::desktop::{Desktop, Keychain, Window};
use rapport_testkit::servers::{Synapse, Tryton, password_of};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Opens the profiles that tests prepare.
pub(super) const PASSPHRASE: &str = "seven blue whales";

/// A window and its web processes want a processor each.
static TURN: Semaphore = Semaphore::const_new(2);

/// Programs lie where cargo put them, beside this test's own folder.
pub(super) fn binary(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("a path of this test");
    let folder = this.parent().and_then(Path::parent).expect("a folder");
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "{} is missing; build it first: cargo build --workspace --bins",
        path.display()
    );
    path
}

/// A desktop, and the right to use the machine for it.
pub(super) struct Stage {
    pub(super) desktop: Desktop,
    _turn: SemaphorePermit<'static>,
}

impl Stage {
    pub(super) async fn with(keychain: Keychain) -> Self {
        let turn = TURN.acquire().await.expect("a turn");
        Self {
            desktop: Desktop::start(keychain).await.expect("a desktop"),
            _turn: turn,
        }
    }

    /// With a profile that the passphrase opens.
    pub(super) async fn prepared() -> Self {
        let stage = Self::with(Keychain::Missing).await;
        stage.rapport(&["init"]);
        stage
    }

    /// With the sample workspace, read once.
    pub(super) async fn sample() -> Self {
        let stage = Self::prepared().await;
        stage.rapport(&["sample"]);
        stage.rapport(&["sync"]);
        stage
    }

    /// With Ada signed in to this homeserver; what came so far is read.
    pub(super) async fn with_chat(server: &Synapse) -> Self {
        let stage = Self::prepared().await;
        let set = format!("homeserver={}", server.base_url());
        stage.rapport(&["account", "add", "matrix", "--label", "Chat", "--set", &set]);
        stage.sign_in("matrix-1", "ada");
        stage
    }

    /// With Ines signed in to this ERP; what it has is read.
    pub(super) async fn with_erp(server: &Tryton) -> Self {
        let stage = Self::prepared().await;
        let url = format!("url={}", server.base_url());
        let database = format!("database={}", server.database());
        stage.rapport(&[
            "account", "add", "tryton", "--label", "ERP", "--set", &url, "--set", &database,
        ]);
        stage.sign_in("tryton-1", "ines");
        stage
    }

    fn sign_in(&self, account: &str, user: &str) {
        self.rapport_with(
            &["account", "sign-in", account, "--user", user],
            &[("RAPPORT_PASSWORD", &password_of(user))],
        );
        self.rapport(&["sync"]);
    }

    /// The conversation with this title.
    pub(super) fn conversation(&self, title: &str) -> String {
        let rows = self.json(&["conversations", "list"]);
        rows.as_array()
            .and_then(|rows| rows.iter().find(|row| row["title"] == title))
            .and_then(|row| row["id"].as_str())
            .expect("the conversation")
            .to_owned()
    }

    /// Runs the command line on the profile; only while no window has it open.
    pub(super) fn rapport(&self, words: &[&str]) -> String {
        self.rapport_with(words, &[])
    }

    /// The same, with these variables besides.
    #[expect(
        clippy::disallowed_methods,
        reason = "the command is used as people use it: as a process"
    )]
    pub(super) fn rapport_with(&self, words: &[&str], more: &[(&str, &str)]) -> String {
        let output = Command::new(binary("rapport"))
            .args(["--no-keychain"])
            .args(words)
            .env("RAPPORT_HOME", self.desktop.profile())
            .env("RAPPORT_PASSPHRASE", PASSPHRASE)
            .envs(more.iter().copied())
            .output()
            .expect("the command starts");
        assert!(
            output.status.success(),
            "rapport {words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The same, as JSON.
    pub(super) fn json(&self, words: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(words);
        serde_json::from_str(&self.rapport(&all)).expect("JSON")
    }

    /// Opens the window on the prepared profile.
    pub(super) async fn open(&self) -> Window {
        self.open_at(&[]).await
    }

    pub(super) async fn open_at(&self, arguments: &[&str]) -> Window {
        self.window(
            arguments,
            &[
                ("RAPPORT_PASSPHRASE", PASSPHRASE),
                ("RAPPORT_NO_KEYCHAIN", "1"),
            ],
        )
        .await
    }

    /// Opens the window as a user of this desktop would.
    pub(super) async fn window(&self, arguments: &[&str], more: &[(&str, &str)]) -> Window {
        self.desktop
            .open(&binary("rapport-desktop"), arguments, more)
            .await
            .expect("a window")
            .with_shots(shots())
    }
}

/// Pictures of failures and of screens, in a folder that is not kept.
pub(super) fn shots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("shots")
}

/// Goes to a place by its address, as a link does.
pub(super) async fn go(window: &Window, place: &str) {
    window
        .ask(
            "location.hash = arguments[0]; return true",
            vec![Value::from(place)],
        )
        .await
        .expect("the page answers");
}
