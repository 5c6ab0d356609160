//! One person's desk: a Matrix connector with a keychain and a folder, and what a store
//! would hold of it. Nothing but the connector's contract is used.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rapport_connectors::matrix::{MatrixFactory, ROOMS};
use rapport_model::change::{Ephemeral, Poison};
use rapport_model::command::Outgoing;
use rapport_model::connector::{Factory, Setting, SignInStep, SignedIn, Vault, VaultError};
use rapport_model::item::ItemRef;
use rapport_model::time::Stopped;
use rapport_model::{
    AccountId, Body, Change, CollectionId, Command, CommandId, Connector, Conversation, Cursor,
    Fault, Gap, Handle, Item, Message, Millis, Page, Patch, Receipt,
};
use rapport_testkit::servers::{NioPeer, password_of};
use serde_json::json;

/// The moment at which all desks stand; the servers' own clocks say what was when.
const NOW: Millis = Millis(1_790_000_000_000);
const PATIENCE: Duration = Duration::from_secs(40);

/// A keychain in memory.
#[derive(Debug, Default)]
pub(super) struct Keychain(Mutex<BTreeMap<String, String>>);

impl Vault for Keychain {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        Ok(self.0.lock().expect("unpoisoned").get(name).cloned())
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        assert!(
            !secret.contains('\n'),
            "keychains lose secrets with line breaks"
        );
        self.0
            .lock()
            .expect("unpoisoned")
            .insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.0.lock().expect("unpoisoned").remove(name);
        Ok(())
    }
}

impl Keychain {
    pub(super) fn names(&self) -> Vec<String> {
        self.0.lock().expect("unpoisoned").keys().cloned().collect()
    }

    /// The kept sign-in.
    pub(super) fn session(&self) -> String {
        let kept = self.read("account/matrix-1/session").expect("a keychain");
        kept.expect("a sign-in")
    }
}

/// What is kept of the pages that were stored.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) items: BTreeMap<String, Item>,
    pub(super) patches: BTreeMap<String, Patch>,
    pub(super) gaps: Vec<Gap>,
    pub(super) read: BTreeMap<String, String>,
    pub(super) ephemeral: Vec<Ephemeral>,
    pub(super) poison: Vec<Poison>,
    pub(super) cursor: Option<Cursor>,
}

impl Stored {
    fn apply(&mut self, page: Page, cursor: bool) {
        for change in page.changes {
            match change {
                Change::Upsert(item) => drop(self.items.insert(item.handle.0.clone(), *item)),
                Change::Gone(handle) => drop(self.items.remove(handle.as_str())),
                Change::Patch(patch) => drop(self.patches.insert(patch.handle.0.clone(), patch)),
                Change::Gap(gap) => self.gaps.push(gap),
                Change::Filled {
                    conversation,
                    token,
                } => {
                    self.gaps
                        .retain(|gap| gap.conversation != conversation || gap.token != token);
                }
                Change::Read {
                    conversation,
                    up_to,
                    ..
                } => {
                    drop(self.read.insert(conversation.0, up_to.0));
                }
            }
        }
        self.poison.extend(page.poison);
        self.ephemeral.extend(page.ephemeral);
        if cursor {
            self.cursor = Some(page.cursor);
        }
    }
}

#[derive(Debug)]
pub(super) struct Desk {
    homeserver: String,
    pub(super) vault: Arc<Keychain>,
    pub(super) folder: tempfile::TempDir,
    pub(super) connector: Arc<dyn Connector>,
    pub(super) stored: Stored,
}

pub(super) fn rooms() -> CollectionId {
    CollectionId::new(ROOMS)
}

impl Desk {
    pub(super) fn new(homeserver: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = Arc::new(Keychain::default());
        let connector = connect(homeserver, &vault, folder.path());
        let homeserver = homeserver.to_owned();
        Self {
            homeserver,
            vault,
            folder,
            connector,
            stored: Stored::default(),
        }
    }

    pub(super) async fn signed_in(homeserver: &str, user: &str) -> Self {
        let desk = Self::new(homeserver);
        desk.sign_in(user).await;
        desk
    }

    pub(super) async fn sign_in(&self, user: &str) {
        let step = SignInStep::Password {
            user: user.to_owned(),
            password: password_of(user),
        };
        let done = self.connector.sign_in(step).await.expect("signed in");
        assert_eq!(
            done,
            SignedIn::Done {
                user: format!("@{user}:hub.test")
            }
        );
    }

    pub(super) async fn wrong_password(&self, user: &str) {
        let step = SignInStep::Password {
            user: user.to_owned(),
            password: "wrong".to_owned(),
        };
        let fault = self.connector.sign_in(step).await.expect_err("refused");
        let plain = Fault::SignIn("the user name or the password is wrong".to_owned());
        assert_eq!(fault, plain);
    }

    /// What a crash leaves: the keychain, the folder, and what was stored.
    pub(super) fn restart(&mut self) {
        self.connector = connect(&self.homeserver, &self.vault, self.folder.path());
    }

    /// Takes one page without storing it.
    pub(super) async fn page(&self) -> Result<Page, Fault> {
        self.connector
            .pull(&rooms(), self.stored.cursor.as_ref())
            .await
    }

    /// Takes one page and stores it.
    pub(super) async fn one_page(&mut self) -> Page {
        let page = self.page().await.expect("a page");
        self.stored.apply(page.clone(), true);
        page
    }

    /// Pulls until the source has no more.
    pub(super) async fn pull(&mut self) {
        self.try_pull().await.expect("pulled");
    }

    pub(super) async fn try_pull(&mut self) -> Result<(), Fault> {
        loop {
            let page = self.page().await?;
            let more = page.more;
            self.stored.apply(page, true);
            if !more {
                return Ok(());
            }
        }
    }

    /// Waits and pulls, as the engine does, until `seen` gives something.
    pub(super) async fn until<T>(&mut self, what: &str, seen: impl Fn(&Stored) -> Option<T>) -> T {
        let waiting = async {
            loop {
                self.pull().await;
                if let Some(found) = seen(&self.stored) {
                    return found;
                }
                self.connector.watch(&rooms()).await.expect("watched");
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_elapsed) => panic!("{what} did not come"),
        }
    }

    /// Waits for a message with this text.
    pub(super) async fn message(&mut self, text: &str) -> (Item, Message) {
        self.until(text, |stored| stored.saying(text)).await
    }

    pub(super) async fn fill(&mut self, gap: &Gap) {
        let page = self
            .connector
            .backfill(&rooms(), gap)
            .await
            .expect("filled");
        self.stored.apply(page, false);
    }

    pub(super) async fn push(&self, id: &str, command: &Command) -> Result<Receipt, Fault> {
        self.connector.push(&CommandId::from(id), command).await
    }

    pub(super) async fn lookup(&self, id: &str, command: &Command) -> Receipt {
        self.connector
            .lookup(&CommandId::from(id), command)
            .await
            .expect("looked up")
    }

    pub(super) async fn join(&self, room: &str) {
        let join = Command::Act {
            target: ItemRef::new(ROOMS, room),
            action: "join".to_owned(),
            base: None,
        };
        self.push("join", &join).await.expect("joined");
    }

    /// Somebody makes an encrypted room with this user, who comes in and sees that it is
    /// encrypted. Answers the room.
    pub(super) async fn come_into_secret_room(&mut self, host: &NioPeer, own: &str) -> String {
        let room = host.create_encrypted_room("Secret", &[own]).await;
        let room = room.expect("a room");
        self.until("the invitation", |stored| stored.conversation(&room))
            .await;
        self.join(&room).await;
        host.wait_for_member(&room, own).await.expect("a member");
        self.until("the room", |stored| {
            stored.conversation(&room).filter(|it| it.encrypted)
        })
        .await;
        room
    }

    pub(super) async fn send(&self, id: &str, room: &str, text: &str) -> Handle {
        let sent = self.push(id, &say(room, text)).await.expect("sent");
        handle(&sent)
    }

    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    /// The small picture of the only file of a message.
    pub(super) async fn small_picture(&self, message: &str) -> Vec<u8> {
        let item = self.stored.items.get(message).expect("the message");
        let Body::Message(message) = &item.body else {
            panic!("no message: {item:?}")
        };
        let small = message.attachments[0].thumbnail.as_deref();
        self.fetch_file(small.expect("a small one")).await
    }

    pub(super) async fn fetch_file(&self, source: &str) -> Vec<u8> {
        let to = self.folder.path().join("fetched");
        let length = self
            .connector
            .download(source, &to, 1 << 20)
            .await
            .expect("downloaded");
        let bytes = std::fs::read(to).expect("read");
        assert_eq!(bytes.len() as u64, length);
        bytes
    }
}

impl Stored {
    pub(super) fn saying(&self, text: &str) -> Option<(Item, Message)> {
        self.items.values().find_map(|item| match &item.body {
            Body::Message(message) if message.text == text => Some((item.clone(), message.clone())),
            _ => None,
        })
    }

    pub(super) fn conversation(&self, id: &str) -> Option<Conversation> {
        match &self.items.get(id)?.body {
            Body::Conversation(it) => Some(it.clone()),
            _ => None,
        }
    }

    pub(super) fn texts_in(&self, room: &str) -> Vec<String> {
        let mut all: Vec<(Millis, String)> = self
            .items
            .values()
            .filter_map(|item| match &item.body {
                Body::Message(it) if it.conversation.as_str() == room => {
                    Some((item.at, it.text.clone()))
                }
                _ => None,
            })
            .collect();
        all.sort();
        all.into_iter().map(|(_at, text)| text).collect()
    }
}

fn connect(homeserver: &str, vault: &Arc<Keychain>, folder: &Path) -> Arc<dyn Connector> {
    let setting = Setting {
        account: AccountId::from("matrix-1"),
        config: json!({"homeserver": homeserver}),
        vault: vault.clone(),
        state_dir: folder.to_owned(),
        clock: Arc::new(Stopped(NOW)),
    };
    MatrixFactory.connect(setting).expect("a connector")
}

pub(super) fn say(room: &str, text: &str) -> Command {
    let message = Outgoing {
        text: text.to_owned(),
        ..Outgoing::default()
    };
    Command::Send {
        conversation: ItemRef::new(ROOMS, room),
        message,
    }
}

pub(super) fn handle(receipt: &Receipt) -> Handle {
    match receipt {
        Receipt::Applied {
            handle: Some(handle),
            ..
        } => handle.clone(),
        other => panic!("no handle in {other:?}"),
    }
}
