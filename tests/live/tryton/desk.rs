//! One person's desk: a Tryton connector with a keychain, and what a store would hold
//! of it. Nothing but the connector's contract is used.

use std::collections::BTreeMap;
use std::sync::Arc;

use rapport_connectors::suite::MemoryVault;
use rapport_connectors::tryton::TrytonFactory;
use rapport_model::connector::{Factory, Setting, SignInStep, Vault};
use rapport_model::{
    AccountId, Body, Change, Clock, CollectionId, Command, CommandId, Connector, Cursor, Edit,
    Fault, FieldValue, Handle, Item, ItemRef, Kind, Millis, Page, Receipt, Record,
};
use rapport_testkit::servers::{Tryton, TrytonUser, password_of};
use serde_json::{Value, json};

/// The wall clock: the server's own stamps are compared with it.
#[derive(Debug)]
struct Wall;

impl Clock for Wall {
    #[expect(
        clippy::disallowed_methods,
        reason = "a real server stamps with the real time"
    )]
    fn now(&self) -> Millis {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Millis(i64::try_from(since.expect("after 1970").as_millis()).expect("before 292 million"))
    }
}

pub(super) struct Desk {
    pub(super) connector: Arc<dyn Connector>,
    pub(super) vault: Arc<MemoryVault>,
    /// By collection and handle.
    pub(super) items: BTreeMap<(String, String), Item>,
    cursors: BTreeMap<String, Cursor>,
}

impl Desk {
    /// A desk of `user`, signed in.
    pub(super) async fn of(user: &str, server: &Tryton) -> Self {
        let desk = Self::at(&server.base_url(), server.database(), &json!({}));
        desk.sign_in(user).await;
        desk
    }

    /// A desk that nobody has signed in at.
    pub(super) fn at(url: &str, database: &str, more: &Value) -> Self {
        let mut config = json!({"url": url, "database": database});
        if let (Some(config), Some(more)) = (config.as_object_mut(), more.as_object()) {
            config.extend(more.clone());
        }
        let vault = Arc::new(MemoryVault::default());
        let keychain: Arc<dyn Vault> = vault.clone();
        let connector = TrytonFactory
            .connect(Setting {
                account: AccountId::new("tryton-1"),
                config,
                vault: keychain,
                state_dir: std::env::temp_dir(),
                clock: Arc::new(Wall),
            })
            .expect("the form is right");
        Self {
            connector,
            vault,
            items: BTreeMap::new(),
            cursors: BTreeMap::new(),
        }
    }

    pub(super) async fn sign_in(&self, user: &str) {
        let step = SignInStep::Password {
            user: user.to_owned(),
            password: password_of(user),
        };
        self.connector
            .sign_in(step)
            .await
            .expect("the password is right");
    }

    /// One turn: pulls until there is no more. Answers what changed.
    pub(super) async fn turn(&mut self, collection: &str) -> Vec<String> {
        let mut changed = Vec::new();
        loop {
            let page = self.page(collection).await.expect("a pull");
            let more = page.more;
            changed.extend(self.store(collection, page));
            if !more {
                return changed;
            }
        }
    }

    pub(super) async fn page(&self, collection: &str) -> Result<Page, Fault> {
        let cursor = self.cursors.get(collection);
        self.connector
            .pull(&CollectionId::new(collection), cursor)
            .await
    }

    pub(super) fn cursor(&self, collection: &str) -> Option<&Cursor> {
        self.cursors.get(collection)
    }

    pub(super) fn store(&mut self, collection: &str, page: Page) -> Vec<String> {
        assert_eq!(page.poison, [], "{collection}");
        let mut changed = Vec::new();
        for change in page.changes {
            match change {
                Change::Upsert(item) => {
                    changed.push(item.handle.to_string());
                    self.items
                        .insert((collection.to_owned(), item.handle.to_string()), *item);
                }
                Change::Gone(handle) => {
                    changed.push(format!("-{handle}"));
                    self.items
                        .remove(&(collection.to_owned(), handle.to_string()));
                }
                other => panic!("an ERP has no {other:?}"),
            }
        }
        self.cursors.insert(collection.to_owned(), page.cursor);
        changed
    }

    pub(super) fn count(&self, collection: &str) -> usize {
        self.items.keys().filter(|(of, _)| of == collection).count()
    }

    pub(super) fn item(&self, collection: &str, handle: impl ToString) -> &Item {
        let key = (collection.to_owned(), handle.to_string());
        self.items
            .get(&key)
            .unwrap_or_else(|| panic!("{key:?} is not here"))
    }

    pub(super) fn record(&self, collection: &str, handle: impl ToString) -> &Record {
        match &self.item(collection, handle).body {
            Body::Record(record) => record,
            other => panic!("{other:?} is no record"),
        }
    }

    /// The handle of the one item with that title.
    pub(super) fn titled(&self, collection: &str, title: &str) -> String {
        let mut found = self
            .items
            .iter()
            .filter(|((of, _), item)| of == collection && item.body.title() == title);
        let ((_, handle), _) = found.next().unwrap_or_else(|| panic!("no {title:?}"));
        assert!(found.next().is_none(), "{title:?} is there twice");
        handle.clone()
    }

    pub(super) async fn push(&self, key: &str, command: &Command) -> Result<Receipt, Fault> {
        self.connector.push(&CommandId::new(key), command).await
    }

    pub(super) async fn lookup(&self, key: &str, command: &Command) -> Result<Receipt, Fault> {
        self.connector.lookup(&CommandId::new(key), command).await
    }

    /// The command that sets one field, from what is here.
    pub(super) fn set(
        &self,
        collection: &str,
        handle: &str,
        field: &str,
        (base, mine): (FieldValue, FieldValue),
    ) -> Command {
        let item = self.item(collection, handle);
        Command::SetFields {
            target: ItemRef::new(collection, handle),
            kind: item.body.kind(),
            edits: vec![Edit {
                field: field.into(),
                base,
                mine,
            }],
            base: item.revision.clone(),
        }
    }

    pub(super) fn act(&self, collection: &str, handle: &str, action: &str) -> Command {
        Command::Act {
            target: ItemRef::new(collection, handle),
            action: action.to_owned(),
            base: self.item(collection, handle).revision.clone(),
        }
    }

    pub(super) fn create(collection: &str, body: Body) -> Command {
        Command::Create {
            collection: CollectionId::new(collection),
            body: Box::new(body),
            link: None,
        }
    }
}

pub(super) fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

pub(super) fn made(receipt: Result<Receipt, Fault>) -> Handle {
    match receipt {
        Ok(Receipt::Applied {
            handle: Some(handle),
            ..
        }) => handle,
        other => panic!("{other:?} made nothing"),
    }
}

/// Where a record with this kind hangs.
pub(super) fn note_on(collection: &str, handle: &str, words: &str) -> Body {
    let mut note = Record::new(rapport_model::RecordKind::Note, words);
    note.text = Some(words.to_owned());
    note.parent = Some(ItemRef::new(collection, handle));
    Body::Record(Box::new(note))
}

/// What the independent client reads in one field.
pub(super) async fn field(user: &TrytonUser, model: &str, handle: &str, name: &str) -> Value {
    let id: i64 = handle.parse().expect("an id");
    let rows = user
        .read(model, &[id], &[name])
        .await
        .expect("it can be read");
    rows[0][name].clone()
}

pub(super) const KINDS_OF_PARTIES: [Kind; 2] = [Kind::Organisation, Kind::Contact];
