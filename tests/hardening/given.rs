//! A source that hands over exactly what a test gives it, and a hub that reads it.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rapport_engine::{Hub, HubError, NewAccount, Parts, Turn};
use rapport_model::change::{Coverage, Poison};
use rapport_model::connector::{
    Collection, ConflictCheck, Deletions, Delivery, Factory, Setting, SignInStep, SignedIn, Write,
};
use rapport_model::{
    AccountId, Address, Body, Change, CollectionId, Command, CommandId, Connector, Conversation,
    ConversationKind, Cursor, Fault, Handle, Item, Kind, Mailbox, Manifest, Message, Millis, Page,
    Receipt,
};
use rapport_store::table::item::{Place, Stored};
use rapport_store::{Db, OpenError, Profile, key::DbKey};
use rapport_testkit::clock::FakeClock;
use rapport_testkit::hub::MemoryVault;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// The one collection.
pub(crate) const ALL: &str = "all";

/// What a source holds.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Handed over in this order.
    pub(crate) changes: Mutex<Vec<Change>>,
    /// Handed over with the last page.
    pub(crate) poison: Mutex<Vec<Poison>>,
    /// Changes a page.
    pub(crate) page: usize,
    /// What was sent there.
    pub(crate) pushed: AtomicU64,
}

impl Given {
    /// A room in which Bob said so many things, handed over in pages of that many changes.
    pub(crate) fn talk(messages: usize, page: usize, words: impl Fn(usize) -> String) -> Arc<Self> {
        let room = Conversation::new(ConversationKind::Room, "Room");
        let bob = Mailbox {
            name: None,
            address: Address::matrix("@bob:example.org"),
        };
        let said = |n| Message::plain("!room".into(), bob.clone(), words(n));
        let mut changes = vec![came("!room", Body::Conversation(room))];
        changes.extend((0..messages).map(|n| came(&format!("${n}"), Body::Message(said(n)))));
        Arc::new(Self {
            changes: changes.into(),
            page,
            ..Self::default()
        })
    }
}

static MANIFEST: Manifest = Manifest {
    name: "given",
    title: "Given",
    about: "Hands over what a test gives it.",
    form: &[],
    auth: &[],
    kinds: &[],
    deletions: Deletions::Stream,
    writes: &[Write {
        command: "send",
        kind: Kind::Message,
        check: ConflictCheck::Append,
    }],
    fixed: &[],
    delivery: Delivery::Poll,
};

#[derive(Debug)]
struct GivenFactory(Arc<Given>);

impl Factory for GivenFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn connect(&self, _: Setting) -> Result<Arc<dyn Connector>, Fault> {
        Ok(Arc::new(Reading(Arc::clone(&self.0))))
    }
}

#[derive(Debug)]
struct Reading(Arc<Given>);

#[async_trait]
impl Connector for Reading {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        Ok(vec![Collection {
            id: ALL.into(),
            title: ALL.to_owned(),
            kinds: vec![Kind::Message],
            deletions: Deletions::Stream,
            poll_ms: 60_000,
            unavailable: None,
        }])
    }

    async fn pull(&self, _: &CollectionId, cursor: Option<&Cursor>) -> Result<Page, Fault> {
        let all = self.0.changes.lock().unwrap();
        let from = cursor.and_then(|it| it.data.as_u64()).unwrap_or(0);
        let from = usize::try_from(from).unwrap().min(all.len());
        let to = all.len().min(from + self.0.page);
        let more = to < all.len();
        let cursor = Cursor {
            version: 1,
            data: json!(to),
        };
        let mut page = Page::new(all[from..to].to_vec(), Coverage::Delta, cursor, more);
        if !more {
            page.poison.clone_from(&self.0.poison.lock().unwrap());
        }
        Ok(page)
    }

    async fn fetch(&self, _: &CollectionId, _: &[Handle]) -> Result<Vec<Item>, Fault> {
        Ok(Vec::new())
    }

    async fn push(&self, id: &CommandId, _: &Command) -> Result<Receipt, Fault> {
        self.0.pushed.fetch_add(1, Ordering::SeqCst);
        Ok(Receipt::Applied {
            handle: Some(Handle::new(format!("sent-{id}"))),
            revision: None,
        })
    }

    async fn lookup(&self, _: &CommandId, _: &Command) -> Result<Receipt, Fault> {
        Ok(Receipt::NeverArrived)
    }

    async fn sign_in(&self, _: SignInStep) -> Result<SignedIn, Fault> {
        Ok(SignedIn::Done {
            user: "@ada:example.org".into(),
        })
    }
}

/// The key of all these profiles.
pub(crate) fn key() -> DbKey {
    DbKey::from_bytes([7; 32])
}

/// A hub over a profile and what it is given.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) hub: Hub,
    pub(crate) given: Arc<Given>,
}

impl Desk {
    /// Opens the profile at `home`; the account is made when there is none.
    pub(crate) fn open(home: &Path, given: &Arc<Given>) -> Result<Self, OpenError> {
        let clock = Arc::new(FakeClock::default());
        let db = Db::open(&Profile::at(home), &key(), clock.clone())?;
        let hub = Hub::open(Parts {
            db,
            registry: vec![Arc::new(GivenFactory(Arc::clone(given)))],
            vault: Arc::new(MemoryVault::default()),
            clock,
            seed: 5,
        });
        if hub.accounts().unwrap_or_default().is_empty() {
            let new = NewAccount {
                id: Some(account()),
                connector: "given".into(),
                label: String::new(),
                config: json!({}),
            };
            hub.add_account(new).unwrap();
            hub.set_undo_window(0).unwrap();
        }
        Ok(Self {
            hub,
            given: Arc::clone(given),
        })
    }

    /// One turn.
    pub(crate) async fn sync(&self) -> Result<Vec<Turn>, HubError> {
        self.hub
            .sync_once(None, &CancellationToken::new(), &|_| {})
            .await
    }

    /// The rows here.
    pub(crate) fn rows(&self) -> Vec<Stored> {
        rows(&self.hub, &account(), ALL).unwrap()
    }

    /// The bookmark.
    pub(crate) fn cursor(&self) -> u64 {
        let cursor = self
            .hub
            .read(|it| it.cursor(&account(), &ALL.into()))
            .unwrap();
        cursor.and_then(|it| it.data.as_u64()).unwrap_or(0)
    }
}

/// The rows of a collection.
pub(crate) fn rows(
    hub: &Hub,
    account: &AccountId,
    collection: &str,
) -> Result<Vec<Stored>, HubError> {
    let collection = CollectionId::from(collection);
    let place = Place {
        account,
        collection: &collection,
    };
    hub.read(|it| {
        let mut rows = Vec::new();
        for (id, _, _) in it.handles(&place)? {
            rows.extend(it.stored(id)?);
        }
        Ok(rows)
    })
}

/// The one account.
pub(crate) fn account() -> AccountId {
    AccountId::new("ada")
}

/// An item that came.
pub(crate) fn came(handle: &str, body: Body) -> Change {
    came_at(handle, FakeClock::MORNING, body)
}

/// An item that came, of some moment.
pub(crate) fn came_at(handle: &str, at: Millis, body: Body) -> Change {
    Change::Upsert(Box::new(Item {
        handle: handle.into(),
        link: None,
        revision: None,
        at,
        body,
        raw: None,
    }))
}
