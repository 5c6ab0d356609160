//! The promises of the file, each as a test.

mod bodies;
mod calendar;
mod collections;
mod daily;
mod damage;
mod facts;
mod forgetting;
mod forms;
mod inbox;
mod indexing;
mod items;
mod journal;
mod outbox;
mod people;
mod rename;
mod schema;
mod small;
mod tasks;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rapport_model::connector::{Collection, Deletions};
use rapport_model::{
    Account, AccountId, Address, Body, Cause, Clock, CollectionId, Conversation, ConversationKind,
    Handle, Health, Item, Kind, Mailbox, Message, Millis, Record, RecordKind,
};
use tempfile::TempDir;

use crate::key::DbKey;
use crate::table::item::flags_of;
use crate::{Db, Links, Place, Profile, Tx, Upserted, Written};

/// A clock that a test moves.
#[derive(Debug)]
pub(crate) struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::Relaxed))
    }
}

/// A morning in March 2026.
pub(crate) const MORNING: Millis = Millis(1_773_300_000_000);

/// A profile with an open database, one account and two collections.
pub(crate) struct Scene {
    pub(crate) dir: TempDir,
    pub(crate) db: Db,
    pub(crate) clock: Arc<Hand>,
    pub(crate) account: AccountId,
    pub(crate) mail: CollectionId,
    pub(crate) parties: CollectionId,
}

pub(crate) fn key() -> DbKey {
    DbKey::from_bytes([3; 32])
}

impl Scene {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(AtomicI64::new(MORNING.0)));
        let db = Db::open(&Profile::at(dir.path()), &key(), clock.clone()).unwrap();
        let scene = Self {
            dir,
            db,
            clock,
            account: AccountId::new("velmora-1"),
            mail: CollectionId::new("mail"),
            parties: CollectionId::new("party.party"),
        };
        scene.add_account(&scene.account);
        scene
    }

    pub(crate) fn add_account(&self, id: &AccountId) {
        self.add_account_of(id, "test");
    }

    pub(crate) fn add_account_of(&self, id: &AccountId, connector: &str) {
        let account = Account {
            id: id.clone(),
            connector: connector.into(),
            label: "Velmora".into(),
            config: serde_json::json!({"url": "https://erp.example"}),
            paused: false,
            health: Health::New,
            added: MORNING,
        };
        let found = [
            collection("mail", Kind::Message),
            collection("party.party", Kind::Record),
        ];
        self.db
            .write(|tx| {
                tx.put_account(&account)?;
                tx.put_collections(id, &found)
            })
            .unwrap();
    }

    pub(crate) fn later(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
    }

    pub(crate) fn mail(&self) -> Place<'_> {
        Place {
            account: &self.account,
            collection: &self.mail,
        }
    }

    pub(crate) fn parties(&self) -> Place<'_> {
        Place {
            account: &self.account,
            collection: &self.parties,
        }
    }

    pub(crate) fn remote(&self) -> Written {
        Written {
            now: self.now(),
            cause: Cause::Remote,
            run: None,
        }
    }

    pub(crate) fn put(&self, item: &Item) -> Upserted {
        self.put_linked(item, &Links::default())
    }

    pub(crate) fn put_linked(&self, item: &Item, links: &Links) -> Upserted {
        self.db.write(|tx| self.put_in(tx, item, links)).unwrap()
    }

    pub(crate) fn put_in(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        links: &Links,
    ) -> Result<Upserted, crate::StoreError> {
        let links = Links {
            flags: links.flags | flags_of(&item.body),
            ..links.clone()
        };
        tx.upsert_item(&self.mail(), item, &links, &self.remote())
    }

    /// Closes the database and opens it again.
    pub(crate) fn reopen(&mut self) {
        let profile = self.db.profile().clone();
        let spare = tempfile::tempdir().unwrap();
        let away = Db::open(&Profile::at(spare.path()), &key(), self.clock.clone()).unwrap();
        drop(std::mem::replace(&mut self.db, away));
        self.db = Db::open(&profile, &key(), self.clock.clone()).unwrap();
    }
}

pub(crate) fn collection(id: &str, kind: Kind) -> Collection {
    Collection {
        id: CollectionId::new(id),
        title: id.to_owned(),
        kinds: vec![kind],
        deletions: Deletions::Listing,
        poll_ms: 60_000,
        unavailable: None,
    }
}

pub(crate) fn ada() -> Mailbox {
    Mailbox {
        name: Some("Ada Brandt".into()),
        address: Address::email("ada@nordlicht.example"),
    }
}

pub(crate) fn item(handle: &str, body: Body) -> Item {
    Item {
        handle: Handle::new(handle),
        link: None,
        revision: None,
        at: MORNING,
        body,
        raw: None,
    }
}

pub(crate) fn message(handle: &str, text: &str) -> Item {
    item(
        handle,
        Body::Message(Message::plain(Handle::new("room"), ada(), text)),
    )
}

pub(crate) fn opportunity(handle: &str, title: &str) -> Item {
    item(
        handle,
        Body::Record(Box::new(Record::new(RecordKind::Opportunity, title))),
    )
}

pub(crate) fn room(handle: &str, title: &str) -> Item {
    item(
        handle,
        Body::Conversation(Conversation::new(ConversationKind::Room, title)),
    )
}
