//! A source that outlives every process: a folder with one log that only grows.
//!
//! It is no kind source. It does what it is told as often as it is told, and so
//! shows what was done twice; only what changes nothing leaves no line, as at a
//! real server.

mod speaker;

use rapport_model::field::set_field;
use rapport_model::{
    Address, Body, Change, CollectionId, Command, CommandId, Fault, Handle, Item, LinkId, Mailbox,
    Message, Millis, Patch, PatchKind, Receipt, Revision,
};
use rapport_testkit::clock::FakeClock;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use speaker::FolderFactory;

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
                    at: None,
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
