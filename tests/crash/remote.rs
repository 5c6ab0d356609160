//! A source that outlives every process: a folder with one log that only grows.
//!
//! It is no kind source. It does what it is told as often as it is told, and so
//! shows what was done twice; only what changes nothing leaves no line, as at a
//! real server.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use rapport_model::change::Coverage;
use rapport_model::connector::{
    AuthKind, Collection, ConflictCheck, Deletions, Delivery, Factory, IdSet, Setting, SignInStep,
    SignedIn, Write as Writes,
};
use rapport_model::field::set_field;
use rapport_model::{
    Address, Body, Change, CollectionId, Command, CommandId, Connector, Cursor, Fault, Handle,
    Item, Kind, LinkId, Mailbox, Manifest, Message, Millis, Page, Patch, PatchKind, Receipt,
    Revision,
};
use rapport_store::fail;
use rapport_testkit::clock::FakeClock;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Conversations and messages: a stream that tells of removals.
pub(crate) const ROOMS: &str = "rooms";
/// Companies, people, opportunities: a stream that does not.
pub(crate) const DEALS: &str = "deals";
/// Tasks: every pull lists everything.
pub(crate) const FILES: &str = "files";

/// One line of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Line {
    /// Something is different.
    Change {
        /// The command that did it; nobody's when somebody else did.
        by: Option<CommandId>,
        /// Where.
        collection: CollectionId,
        /// What.
        change: Box<Change>,
    },
    /// All bookmarks handed out so far are void.
    Expire,
}

#[derive(Debug, Default)]
struct World {
    read: u64,
    lines: Vec<Line>,
    items: BTreeMap<(CollectionId, Handle), Item>,
    epoch: u64,
}

impl World {
    fn take_in(&mut self, line: Line) {
        match &line {
            Line::Change {
                collection, change, ..
            } => match &**change {
                Change::Upsert(item) => {
                    let at = (collection.clone(), item.handle.clone());
                    self.items.insert(at, (**item).clone());
                }
                Change::Gone(handle) => {
                    self.items.remove(&(collection.clone(), handle.clone()));
                }
                _ => {}
            },
            Line::Expire => self.epoch += 1,
        }
        self.lines.push(line);
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct FolderRemote {
    path: PathBuf,
    page: usize,
    world: Mutex<World>,
}

/// Ada, who uses Rapport.
pub(crate) fn ada() -> Mailbox {
    mailbox("ada")
}

/// Somebody at example.org.
pub(crate) fn mailbox(name: &str) -> Mailbox {
    Mailbox {
        name: None,
        address: Address::matrix(format!("@{name}:example.org")),
    }
}

impl FolderRemote {
    /// The source in a folder, in pages of `page` changes.
    pub(crate) fn at(folder: &Path, page: usize) -> Self {
        Self {
            path: log_of(folder),
            page,
            world: Mutex::default(),
        }
    }

    /// The world as the log has it now.
    fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(mut file) = File::open(&self.path) {
            file.seek(SeekFrom::Start(world.read)).unwrap();
            let mut news = String::new();
            file.read_to_string(&mut news).unwrap();
            world.read += news.len() as u64;
            for line in news.lines() {
                let line = serde_json::from_str(line).expect("lines are written whole");
                world.take_in(line);
            }
        }
        world
    }

    /// Adds a line, and answers only when it is on the disk.
    fn append(&self, line: &Line) {
        let mut text = serde_json::to_string(line).unwrap();
        text.push('\n');
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.path)
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.sync_data().unwrap();
    }

    fn note(&self, by: Option<&CommandId>, collection: &str, change: Change) {
        self.append(&Line::Change {
            by: by.cloned(),
            collection: collection.into(),
            change: Box::new(change),
        });
    }

    /// Puts an item with a new revision and, if it is new, the moment of its line.
    pub(crate) fn put(
        &self,
        by: Option<&CommandId>,
        collection: &str,
        handle: &str,
        body: Body,
    ) -> Revision {
        self.put_linked(by, collection, handle, None, body)
    }

    fn put_linked(
        &self,
        by: Option<&CommandId>,
        collection: &str,
        handle: &str,
        link: Option<LinkId>,
        body: Body,
    ) -> Revision {
        let (known, n) = {
            let world = self.world();
            let at = (CollectionId::from(collection), Handle::from(handle));
            (world.items.get(&at).cloned(), world.lines.len())
        };
        let revision = Revision(format!("r{n}"));
        let item = Item {
            handle: handle.into(),
            link: known.as_ref().map_or(link, |it| it.link.clone()),
            revision: Some(revision.clone()),
            at: known.map_or_else(|| moment(n), |it| it.at),
            body,
            raw: Some(format!("{{\"line\":{n}}}")),
        };
        self.note(by, collection, Change::Upsert(Box::new(item)));
        revision
    }

    /// Somebody says something.
    pub(crate) fn say(&self, room: &str, handle: &str, from: &Mailbox, text: &str) {
        let mut body = Message::plain(room.into(), from.clone(), text);
        body.unread = true;
        self.put(None, ROOMS, handle, Body::Message(body));
    }

    /// Somebody edits, redacts or reacts.
    pub(crate) fn patch(
        &self,
        by: Option<&CommandId>,
        target: &Handle,
        from: Mailbox,
        what: PatchKind,
    ) -> Handle {
        let n = self.world().lines.len();
        let handle = Handle(format!("$p{n}"));
        let patch = Patch {
            target: target.clone(),
            handle: handle.clone(),
            at: moment(n),
            from,
            what,
        };
        self.note(by, ROOMS, Change::Patch(patch));
        handle
    }

    /// Something is removed. Answers whether it was there.
    pub(crate) fn remove(&self, by: Option<&CommandId>, collection: &str, handle: &str) -> bool {
        let at = (CollectionId::from(collection), Handle::from(handle));
        let there = self.world().items.contains_key(&at);
        if there {
            self.note(by, collection, Change::Gone(handle.into()));
        }
        there
    }

    /// Somebody else sets a field.
    pub(crate) fn set(&self, collection: &str, handle: &str, field: &str, value: &str) {
        let mut body = self.item(collection, handle).expect("it is there").body;
        let value = rapport_model::FieldValue::text(Some(value));
        set_field(&mut body, &field.into(), &value).unwrap();
        self.put(None, collection, handle, body);
    }

    /// Voids all bookmarks.
    pub(crate) fn expire(&self) {
        self.append(&Line::Expire);
    }

    /// One item as it is now.
    pub(crate) fn item(&self, collection: &str, handle: &str) -> Option<Item> {
        let at = (CollectionId::from(collection), Handle::from(handle));
        self.world().items.get(&at).cloned()
    }

    /// The handles of a collection.
    pub(crate) fn handles(&self, collection: &str) -> Vec<Handle> {
        let world = self.world();
        let of = |(it, _): &&(CollectionId, Handle)| it.as_str() == collection;
        world
            .items
            .keys()
            .filter(of)
            .map(|(_, handle)| handle.clone())
            .collect()
    }

    /// What the first `lines` lines put into a collection and what is still there.
    pub(crate) fn known_before(&self, collection: &str, lines: usize) -> Vec<Handle> {
        let world = self.world();
        let mut known = Vec::new();
        for line in world.lines.iter().take(lines) {
            if let Line::Change {
                collection: of,
                change,
                ..
            } = line
                && of.as_str() == collection
                && let Change::Upsert(item) = &**change
                && world.items.contains_key(&(of.clone(), item.handle.clone()))
            {
                known.push(item.handle.clone());
            }
        }
        known
    }

    /// How often each command was done.
    pub(crate) fn effects(&self) -> BTreeMap<CommandId, u32> {
        let mut effects = BTreeMap::new();
        for line in &self.world().lines {
            if let Line::Change { by: Some(id), .. } = line {
                *effects.entry(id.clone()).or_default() += 1;
            }
        }
        effects
    }

    fn effect_of(&self, id: &CommandId) -> Option<Receipt> {
        self.world().lines.iter().find_map(|line| match line {
            Line::Change {
                by: Some(by),
                change,
                ..
            } if by == id => {
                let (handle, revision) = match &**change {
                    Change::Upsert(item) => (Some(item.handle.clone()), item.revision.clone()),
                    Change::Gone(handle) => (Some(handle.clone()), None),
                    Change::Patch(patch) => (Some(patch.handle.clone()), None),
                    _ => (None, None),
                };
                Some(Receipt::Applied { handle, revision })
            }
            _ => None,
        })
    }

    fn has_line(&self, is: impl Fn(&Change) -> bool) -> Option<Change> {
        self.world().lines.iter().rev().find_map(|line| match line {
            Line::Change { change, .. } if is(change) => Some((**change).clone()),
            _ => None,
        })
    }

    fn apply(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        let by = Some(id);
        let collection = command.collection().as_str();
        let n = self.world().lines.len();
        let done = |handle: Handle, revision: Option<Revision>| {
            Ok(Receipt::Applied {
                handle: Some(handle),
                revision,
            })
        };
        let there = |handle: &Handle| {
            self.item(collection, handle.as_str())
                .ok_or_else(|| Fault::Rejected(format!("there is no {handle}")))
        };
        let fresh = |item: &Item, base: &Option<Revision>| {
            if base.is_some() && item.revision != *base {
                return Err(Fault::Conflict("somebody else saved it first".into()));
            }
            Ok(())
        };
        match command {
            Command::Send {
                conversation,
                message,
            } => {
                there(&conversation.handle)?;
                let mut body =
                    Message::plain(conversation.handle.clone(), ada(), message.text.clone());
                body.unread = true;
                let handle = format!("$s{n}");
                let link = Some(LinkId::new(id.as_str()));
                self.put_linked(by, collection, &handle, link, Body::Message(body));
                done(Handle(handle), None)
            }
            Command::EditMessage { message, text, .. } => {
                let what = PatchKind::Edit {
                    text: text.clone(),
                    html: None,
                    mentions: vec![],
                };
                done(self.patch(by, &message.handle, ada(), what), None)
            }
            Command::React { message, key, .. } => done(
                self.patch(by, &message.handle, ada(), PatchKind::React(key.clone())),
                None,
            ),
            Command::Redact {
                message, reason, ..
            } => {
                let same = self.has_line(|it| {
                    matches!(it, Change::Patch(it)
                        if it.target == message.handle && matches!(it.what, PatchKind::Redact(_)))
                });
                if let Some(Change::Patch(it)) = same {
                    return done(it.handle, None);
                }
                let what = PatchKind::Redact(reason.clone());
                done(self.patch(by, &message.handle, ada(), what), None)
            }
            Command::MarkRead {
                conversation,
                up_to,
            } => {
                let read = Change::Read {
                    conversation: conversation.handle.clone(),
                    up_to: up_to.clone(),
                };
                if self.has_line(|it| *it == read).is_none() {
                    self.note(by, collection, read);
                }
                Ok(Receipt::Applied {
                    handle: None,
                    revision: None,
                })
            }
            Command::Create { body, link, .. } => {
                let handle = format!("new{n}");
                let revision =
                    self.put_linked(by, collection, &handle, link.clone(), (**body).clone());
                done(Handle(handle), Some(revision))
            }
            Command::SetFields {
                target,
                edits,
                base,
                ..
            } => {
                let item = there(&target.handle)?;
                fresh(&item, base)?;
                let mut body = item.body;
                for edit in edits {
                    set_field(&mut body, &edit.field, &edit.mine)
                        .map_err(|why| Fault::Rejected(why.to_string()))?;
                }
                let revision = self.put(by, collection, target.handle.as_str(), body);
                done(target.handle.clone(), Some(revision))
            }
            Command::Act {
                target,
                action,
                base,
            } => {
                let item = there(&target.handle)?;
                fresh(&item, base)?;
                let mut body = item.body;
                if let Body::Record(it) = &mut body {
                    it.state = Some(action.clone());
                }
                self.put(by, collection, target.handle.as_str(), body);
                done(target.handle.clone(), None)
            }
            Command::Delete { target, .. } => {
                self.remove(by, collection, target.handle.as_str());
                done(target.handle.clone(), None)
            }
        }
    }
}

/// The log in a folder.
pub(crate) fn log_of(folder: &Path) -> PathBuf {
    folder.join("remote.log")
}

/// The moment of a line: the log has no clock.
fn moment(n: usize) -> Millis {
    FakeClock::MORNING.plus(i64::try_from(n).unwrap_or(0) * 1000)
}

static MANIFEST: Manifest = Manifest {
    name: "folder",
    title: "Folder remote",
    about: "A source that outlives its readers, for tests.",
    form: &[],
    auth: &[AuthKind::Password],
    kinds: &[
        Kind::Conversation,
        Kind::Message,
        Kind::Task,
        Kind::Record,
        Kind::Contact,
    ],
    deletions: Deletions::Stream,
    writes: &[Writes {
        command: "send",
        kind: Kind::Message,
        check: ConflictCheck::Append,
    }],
    delivery: Delivery::Poll,
};

/// Signs in to the one source of a test.
#[derive(Debug)]
pub(crate) struct FolderFactory {
    /// The source.
    pub(crate) remote: Arc<FolderRemote>,
    /// Two of three answers to a push are lost, one of them with the request.
    pub(crate) troubled: bool,
}

impl Factory for FolderFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn connect(&self, _: Setting) -> Result<Arc<dyn Connector>, Fault> {
        Ok(Arc::new(Folder {
            remote: Arc::clone(&self.remote),
            troubled: self.troubled,
            pushes: AtomicU64::new(0),
        }))
    }
}

#[derive(Debug)]
struct Folder {
    remote: Arc<FolderRemote>,
    troubled: bool,
    pushes: AtomicU64,
}

/// As Ada sees it.
fn seen(mut item: Item) -> Item {
    if let Body::Message(it) = &mut item.body {
        it.mine = it.from == ada();
        it.unread &= !it.mine;
    }
    item
}

impl Folder {
    fn stream(&self, collection: &CollectionId, cursor: Option<&Cursor>) -> Result<Page, Fault> {
        let world = self.remote.world();
        let from = match cursor {
            None => 0,
            Some(it) if it.data["epoch"].as_u64() != Some(world.epoch) => {
                return Err(Fault::CursorExpired("the bookmark is too old".into()));
            }
            Some(it) => usize::try_from(it.data["at"].as_u64().unwrap_or(0)).unwrap_or(0),
        };
        let mut to = from;
        let mut changes = Vec::new();
        for line in world.lines.get(from..).unwrap_or_default() {
            if changes.len() == self.remote.page {
                break;
            }
            to += 1;
            let Line::Change {
                collection: of,
                change,
                ..
            } = line
            else {
                continue;
            };
            if of != collection {
                continue;
            }
            match &**change {
                // A stream tells of items as they are now.
                Change::Upsert(item) => {
                    let now = world.items.get(&(of.clone(), item.handle.clone()));
                    changes.extend(now.map(|it| Change::Upsert(Box::new(seen(it.clone())))));
                }
                Change::Gone(_) if collection.as_str() == DEALS => {}
                other => changes.push(other.clone()),
            }
        }
        let more = to < world.lines.len();
        let cursor = Cursor {
            version: 1,
            data: json!({ "at": to, "epoch": world.epoch }),
        };
        Ok(Page::new(changes, Coverage::Delta, cursor, more))
    }

    fn listing(&self, collection: &CollectionId, cursor: Option<&Cursor>) -> Page {
        let world = self.remote.world();
        let after = cursor.and_then(|it| it.data["after"].as_str());
        let mut items: Vec<&Item> = world
            .items
            .iter()
            .filter(|((of, handle), _)| {
                of == collection && after.is_none_or(|after| handle.as_str() > after)
            })
            .map(|(_, item)| item)
            .take(self.remote.page + 1)
            .collect();
        let more = items.len() > self.remote.page;
        items.truncate(self.remote.page);
        let last = items.last().filter(|_| more).map(|it| it.handle.0.clone());
        let changes = items
            .iter()
            .map(|it| Change::Upsert(Box::new((*it).clone())))
            .collect();
        let cursor = Cursor {
            version: 1,
            data: json!({ "after": last }),
        };
        Page::new(changes, Coverage::Complete, cursor, more)
    }
}

#[async_trait]
impl Connector for Folder {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        let collection = |id: &str, kinds: &[Kind], deletions| Collection {
            id: id.into(),
            title: id.to_owned(),
            kinds: kinds.to_vec(),
            deletions,
            poll_ms: 60_000,
            unavailable: None,
        };
        Ok(vec![
            collection(DEALS, &[Kind::Record, Kind::Contact], Deletions::Reconcile),
            collection(
                ROOMS,
                &[Kind::Conversation, Kind::Message],
                Deletions::Stream,
            ),
            collection(FILES, &[Kind::Task], Deletions::Listing),
        ])
    }

    async fn pull(
        &self,
        collection: &CollectionId,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        match collection.as_str() {
            FILES => Ok(self.listing(collection, cursor)),
            _ => self.stream(collection, cursor),
        }
    }

    async fn fetch(
        &self,
        collection: &CollectionId,
        handles: &[Handle],
    ) -> Result<Vec<Item>, Fault> {
        let world = self.remote.world();
        let found = |handle: &Handle| world.items.get(&(collection.clone(), handle.clone()));
        Ok(handles
            .iter()
            .filter_map(found)
            .map(|it| seen(it.clone()))
            .collect())
    }

    async fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        fail::point("remote.asked");
        let lost = || Fault::Unknown("the line broke".into());
        let n = self.pushes.fetch_add(1, Ordering::SeqCst) % 3;
        if self.troubled && n == 1 {
            return Err(lost());
        }
        let answer = self.remote.apply(id, command);
        fail::point("remote.done");
        if self.troubled && n == 0 && answer.is_ok() {
            return Err(lost());
        }
        answer
    }

    async fn lookup(&self, id: &CommandId, _: &Command) -> Result<Receipt, Fault> {
        Ok(self.remote.effect_of(id).unwrap_or(Receipt::NeverArrived))
    }

    async fn ids(&self, collection: &CollectionId) -> Result<IdSet, Fault> {
        let world = self.remote.world();
        let of = |((it, _), _): &(&(CollectionId, Handle), &Item)| it == collection;
        let ids = world
            .items
            .iter()
            .filter(of)
            .map(|((_, handle), item)| (handle.clone(), item.revision.clone()))
            .collect();
        Ok(IdSet { ids })
    }

    async fn sign_in(&self, _: SignInStep) -> Result<SignedIn, Fault> {
        Ok(SignedIn::Done {
            user: ada().address.value,
        })
    }
}
