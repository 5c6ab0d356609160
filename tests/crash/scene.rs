//! What a process is doing when it dies, and the room it does it in.
//!
//! A room is a folder with a profile, the remote's log, and a list of what the
//! process said it had done.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rapport_engine::{Hub, HubError, NewAccount, Parts, Turn};
use rapport_model::command::Outgoing;
use rapport_model::connector::SignInStep;
use rapport_model::conversation::ConversationKind;
use rapport_model::{
    AccountId, Address, Body, CollectionId, CommandId, Contact, Conversation, FieldValue, Handle,
    ItemId, ItemRef, LinkId, Organisation, PatchKind, Record, RecordKind, Task,
};
use rapport_store::table::item::{Place, Stored};
use rapport_store::table::people::NodeId;
use rapport_store::{Db, Profile, key::DbKey};
use rapport_testkit::clock::FakeClock;
use rapport_testkit::hub::MemoryVault;
use tokio_util::sync::CancellationToken;

use super::remote::{DEALS, FILES, FolderFactory, FolderRemote, ROOMS, ada, mailbox};

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scene {
    /// The first sync of everything.
    First,
    /// A page so large that it takes several transactions.
    Bulk,
    /// A later sync: new, changed and removed things in every way a source tells.
    News,
    /// The source has voided all bookmarks.
    Expired,
    /// Wishes of every kind are queued and sent.
    Outbox,
    /// The same over a line that loses answers.
    Unsure,
    /// Somebody else saved the same records first.
    Conflict,
    /// The database is made.
    Migration,
    /// People are linked, kept apart and split.
    People,
}

impl Scene {
    /// All of them, each with its share of 200 deaths.
    pub(crate) const ALL: [(Self, usize); 9] = [
        (Self::First, 28),
        (Self::Bulk, 6),
        (Self::News, 36),
        (Self::Expired, 16),
        (Self::Outbox, 50),
        (Self::Unsure, 22),
        (Self::Conflict, 14),
        (Self::Migration, 18),
        (Self::People, 10),
    ];

    /// Its name on the way into a child.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    /// The scene of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .map(|(it, _)| it)
            .find(|it| it.name() == name)
    }

    fn page(self) -> usize {
        if self == Self::Bulk { 2000 } else { 5 }
    }
}

/// The one account.
pub(crate) fn account() -> AccountId {
    AccountId::new("ada")
}

/// A hub over a room.
pub(crate) struct Stage {
    pub(crate) hub: Hub,
    pub(crate) remote: Arc<FolderRemote>,
    pub(crate) room: PathBuf,
}

/// The profile in a room.
pub(crate) fn profile(room: &Path) -> Profile {
    Profile::at(&room.join("home"))
}

/// Who opens a room, and how the line is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    /// The seed of this life: ids must never meet.
    pub(crate) seed: u64,
    /// Minutes after the morning.
    pub(crate) minutes: i64,
    /// The line loses answers.
    pub(crate) troubled: bool,
}

impl Stage {
    /// Opens the profile of a room.
    pub(crate) fn open(
        room: &Path,
        scene: Scene,
        life: Life,
    ) -> Result<Self, rapport_store::OpenError> {
        let clock = Arc::new(FakeClock::default());
        clock.advance(life.minutes * 60_000);
        let db = Db::open(&profile(room), &DbKey::from_bytes([7; 32]), clock.clone())?;
        let remote = Arc::new(FolderRemote::at(room, scene.page()));
        let factory = FolderFactory {
            remote: Arc::clone(&remote),
            troubled: life.troubled,
        };
        let hub = Hub::open(Parts {
            db,
            registry: vec![Arc::new(factory)],
            vault: Arc::new(MemoryVault::default()),
            clock,
            seed: life.seed,
        });
        Ok(Self {
            hub,
            remote,
            room: room.to_path_buf(),
        })
    }

    /// Signs Ada in, whatever of it was done before.
    pub(crate) async fn sign_in(&self) -> Result<(), HubError> {
        let known = self.hub.accounts()?;
        if known.is_empty() {
            self.hub.add_account(NewAccount {
                id: Some(account()),
                connector: "folder".into(),
                label: String::new(),
                config: serde_json::json!({}),
            })?;
        }
        let step = SignInStep::Password {
            user: "ada".into(),
            password: "right".into(),
        };
        self.hub.sign_in(&account(), step).await?;
        self.hub.set_undo_window(0)
    }

    /// One turn.
    pub(crate) async fn sync(&self) -> Result<Vec<Turn>, HubError> {
        self.hub
            .sync_once(None, &CancellationToken::new(), &|_| {})
            .await
    }

    /// The row at a handle.
    pub(crate) fn stored(&self, collection: &str, handle: &str) -> Option<Stored> {
        let (account, collection) = (account(), CollectionId::from(collection));
        let place = Place {
            account: &account,
            collection: &collection,
        };
        self.hub
            .read(|it| it.stored_at(&place, &Handle::from(handle)))
            .unwrap()
    }

    /// The id of the row at a handle.
    pub(crate) fn id(&self, collection: &str, handle: &str) -> ItemId {
        self.stored(collection, handle)
            .unwrap_or_else(|| panic!("{handle} is here"))
            .id
    }

    /// Everything in a collection.
    pub(crate) fn rows(&self, collection: &str) -> Vec<Stored> {
        let (account, collection) = (account(), CollectionId::from(collection));
        let place = Place {
            account: &account,
            collection: &collection,
        };
        self.hub
            .read(|it| {
                let mut rows = Vec::new();
                for (id, _, _) in it.handles(&place)? {
                    rows.extend(it.stored(id)?);
                }
                Ok(rows)
            })
            .unwrap()
    }

    fn node(&self, handle: &str) -> NodeId {
        let id = self.id(DEALS, handle);
        self.hub.read(|it| it.nodes_of_item(id)).unwrap()[0].id
    }

    /// Writes down that the user was told it is done.
    fn told(&self, what: &str) {
        let path = self.room.join("told.log");
        let mut file = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        writeln!(file, "{what}").unwrap();
        file.sync_data().unwrap();
    }

    fn wish(&self, placed: Result<rapport_engine::Placed, HubError>) -> Option<ItemId> {
        let placed = placed.expect("the wish is queued");
        self.told(placed.command.as_str());
        placed.item
    }

    /// What the process does until it dies.
    pub(crate) async fn act(&self, scene: Scene) {
        match scene {
            Scene::First | Scene::Bulk | Scene::News | Scene::Expired => {}
            Scene::Migration => self.sign_in().await.unwrap(),
            Scene::Outbox | Scene::Unsure => {
                self.wishes();
                self.sync().await.unwrap();
                let room = self.id(ROOMS, "!a");
                self.wish(self.hub.send(room, words("kestrel late")));
                let deal = self.id(DEALS, "deal0");
                self.wish(self.hub.set_fields(deal, vec![edit("title", "Last title")]));
            }
            Scene::Conflict => {
                for (n, field) in [(0, "text"), (1, "title"), (2, "title"), (3, "text")] {
                    let deal = self.id(DEALS, &format!("deal{n}"));
                    self.wish(self.hub.set_fields(deal, vec![edit(field, "Ada's")]));
                }
                self.wish(self.hub.act(self.id(DEALS, "deal4"), "won"));
            }
            Scene::People => {
                for word in 0..WORDS {
                    self.say(word);
                    self.told("said");
                }
            }
        }
        self.sync().await.unwrap();
    }

    fn wishes(&self) {
        let hub = &self.hub;
        let (a, b) = (self.id(ROOMS, "!a"), self.id(ROOMS, "!b"));
        self.wish(hub.send(a, words("kestrel one")));
        self.wish(hub.send(b, words("kestrel two")));
        self.wish(hub.edit_message(self.id(ROOMS, "$a3"), "kestrel edited".into()));
        self.wish(hub.redact(self.id(ROOMS, "$a6"), None));
        self.wish(hub.react(self.id(ROOMS, "$a1"), "👍".into()));
        let read = hub.mark_read(a, Some(self.id(ROOMS, "$a9"))).unwrap();
        self.told(read.expect("there is something to read").command.as_str());
        let task = Body::Task(Task {
            title: "kestrel task".into(),
            ..Task::default()
        });
        let made = hub.create(&account(), &FILES.into(), task, Some(LinkId::new("uid-1")));
        let made = self.wish(made).expect("the task is shown");
        self.wish(hub.set_fields(made, vec![edit("notes", "melts into it")]));
        let deal = Body::Record(Box::new(Record::new(
            RecordKind::Opportunity,
            "kestrel deal",
        )));
        self.wish(hub.create(&account(), &DEALS.into(), deal, None));
        let known = self.id(DEALS, "deal0");
        self.wish(hub.set_fields(known, vec![edit("title", "New title")]));
        self.wish(hub.set_fields(known, vec![edit("text", "New text")]));
        self.wish(hub.act(self.id(DEALS, "deal1"), "won"));
        self.wish(hub.delete(self.id(FILES, "task3")));
        self.wish(hub.send(a, words("kestrel three")));
    }

    /// One word of the user about who is who.
    pub(crate) fn say(&self, word: usize) {
        let hub = &self.hub;
        let person = |n: usize| self.node(&format!("person{n}"));
        let said = match word {
            0 => hub.link(person(0), person(1)).map(drop),
            1 => hub.keep_apart(person(2), person(3)).map(drop),
            2 => hub.link(person(4), person(5)).map(drop),
            3 => hub.unlink(person(0), person(1)).map(drop),
            4 => hub.link(person(4), person(0)).map(drop),
            5 => hub.split(person(4)).map(drop),
            6 => hub.link(self.node("party0"), self.node("party1")).map(drop),
            _ => hub.link(person(3), person(5)).map(drop),
        };
        said.expect("the word is taken");
    }

    /// Who is who, as lines.
    pub(crate) fn who(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for handle in self.remote.handles(DEALS) {
            let Some(row) = self.stored(DEALS, handle.as_str()) else {
                continue;
            };
            for node in self.hub.read(|it| it.nodes_of_item(row.id)).unwrap() {
                lines.push(format!(
                    "{handle} {:?} {:?} {:?}",
                    node.key, node.person, node.org
                ));
                for edge in self.hub.read(|it| it.edges_touching(&[node.id])).unwrap() {
                    lines.push(format!(
                        "{:?} {:?} {:?}",
                        edge.stance,
                        edge.evidence,
                        (edge.a, edge.b)
                    ));
                }
            }
        }
        lines
    }
}

/// So many words the user says in [`Scene::People`].
pub(crate) const WORDS: usize = 8;

fn words(text: &str) -> Outgoing {
    Outgoing {
        text: text.into(),
        ..Outgoing::default()
    }
}

fn edit(field: &str, value: &str) -> (rapport_model::FieldName, FieldValue) {
    (field.into(), FieldValue::text(Some(value)))
}

/// What the user was told, in order.
pub(crate) fn told(room: &Path) -> Vec<CommandId> {
    let text = fs::read_to_string(room.join("told.log")).unwrap_or_default();
    text.lines().map(CommandId::from).collect()
}

fn party(name: &str) -> Body {
    Body::Organisation(Box::new(Organisation {
        name: name.into(),
        ..Organisation::default()
    }))
}

fn person(n: usize) -> Body {
    Body::Contact(Box::new(Contact {
        name: format!("Person {n}"),
        addresses: vec![
            Address::email(format!("person{n}@firm{}.example", n / 2)),
            Address::matrix(format!("@person{n}:example.org")),
        ],
        organisation: Some(ItemRef {
            collection: DEALS.into(),
            handle: Handle(format!("party{}", n / 2)),
        }),
        ..Contact::default()
    }))
}

fn deal(n: usize) -> Body {
    let mut body = Record::new(RecordKind::Opportunity, format!("Deal {n}"));
    let handle = Handle(format!("party{}", n % 3));
    body.customer = Some(ItemRef {
        collection: DEALS.into(),
        handle,
    });
    Body::Record(Box::new(body))
}

/// The world before anything happens.
fn base_world(remote: &FolderRemote, scene: Scene) {
    for room in ["a", "b"] {
        let mut body = Conversation::new(ConversationKind::Room, format!("Room {room}"));
        body.members = vec![ada(), mailbox("person0")];
        remote.put(None, ROOMS, &format!("!{room}"), Body::Conversation(body));
        let count = if scene == Scene::Bulk { 600 } else { 12 };
        for n in 0..count {
            let from = if n % 3 == 0 {
                ada()
            } else {
                mailbox(&format!("person{}", n % 6))
            };
            remote.say(
                &format!("!{room}"),
                &format!("${room}{n}"),
                &from,
                &format!("heron {n}"),
            );
        }
    }
    let edited = PatchKind::Edit {
        text: "heron again".into(),
        html: None,
        mentions: vec![],
    };
    remote.patch(None, &"$b1".into(), mailbox("person1"), edited);
    remote.patch(
        None,
        &"$b2".into(),
        mailbox("person1"),
        PatchKind::React("🎉".into()),
    );
    for n in 0..3 {
        remote.put(
            None,
            DEALS,
            &format!("party{n}"),
            party(&format!("Firm {n}")),
        );
    }
    for n in 0..6 {
        remote.put(None, DEALS, &format!("person{n}"), person(n));
    }
    for n in 0..6 {
        remote.put(None, DEALS, &format!("deal{n}"), deal(n));
    }
    for n in 0..12 {
        let task = Task {
            title: format!("Task {n}"),
            ..Task::default()
        };
        remote.put(None, FILES, &format!("task{n}"), Body::Task(task));
    }
}

/// What others did after the last sync.
fn news(remote: &FolderRemote) {
    for n in 0..8 {
        remote.say("!b", &format!("$n{n}"), &mailbox("person2"), "heron news");
    }
    let edited = PatchKind::Edit {
        text: "heron edited".into(),
        html: None,
        mentions: vec![],
    };
    remote.patch(None, &"$a1".into(), mailbox("person1"), edited);
    remote.patch(
        None,
        &"$a2".into(),
        mailbox("person2"),
        PatchKind::Redact(None),
    );
    remote.remove(None, ROOMS, "$b4");
    remote.remove(None, DEALS, "deal5");
    remote.remove(None, DEALS, "person5");
    remote.remove(None, FILES, "task2");
    remote.remove(None, FILES, "task11");
    remote.set(DEALS, "deal1", "title", "Renamed");
    remote.set(DEALS, "deal2", "text", "Noted");
    remote.put(None, DEALS, "deal9", deal(9));
    remote.set(FILES, "task4", "notes", "Changed");
    remote.put(
        None,
        FILES,
        "task99",
        Body::Task(Task {
            title: "New".into(),
            ..Task::default()
        }),
    );
}

/// Makes the room a scene begins in.
pub(crate) async fn build(room: &Path, scene: Scene) {
    fs::create_dir_all(room).unwrap();
    let remote = FolderRemote::at(room, scene.page());
    base_world(&remote, scene);
    if scene == Scene::Migration {
        return;
    }
    let life = Life {
        seed: 1,
        minutes: -600,
        troubled: false,
    };
    let stage = Stage::open(room, scene, life).unwrap();
    stage.sign_in().await.unwrap();
    if !matches!(scene, Scene::First | Scene::Bulk) {
        stage.sync().await.unwrap();
    }
    stage.hub.db().checkpoint().unwrap();
    match scene {
        Scene::News => news(&remote),
        Scene::Expired => {
            news(&remote);
            remote.expire();
        }
        Scene::Conflict => {
            for n in 0..4 {
                remote.set(DEALS, &format!("deal{n}"), "title", "Bob's");
            }
            remote.set(DEALS, "deal4", "text", "Bob's");
        }
        _ => {}
    }
}
