//! What the fake remote system holds, and what others do there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rapport_model::conversation::ConversationKind;
use rapport_model::field::set_field;
use rapport_model::{
    Address, Body, Change, CollectionId, CommandId, Contact, Conversation, Handle, Item, ItemRef,
    LinkId, Mailbox, Message, Millis, Organisation, Patch, PatchKind, Record, RecordKind, Revision,
};

use super::trouble::{Trouble, Troubles, Verb};

/// A chat: conversations and messages; a stream that tells of deletions.
pub const ROOMS: &str = "rooms";
/// A system of record: parties and opportunities; deletions only show in id sets.
pub const DEALS: &str = "deals";
/// A folder: tasks; every pull lists everything.
pub const FILES: &str = "files";

/// Something the remote did because a command told it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The key the command came with.
    pub id: CommandId,
    /// What it did, in a word.
    pub word: &'static str,
    /// Where the thing it made or changed sits.
    pub handle: Option<Handle>,
}

/// The remote. Clones share one world.
#[derive(Clone, Debug, Default)]
pub struct Remote(Arc<Mutex<World>>);

#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) items: BTreeMap<(CollectionId, Handle), Item>,
    /// Every change in order: the stream that pulls read.
    pub(super) log: Vec<(CollectionId, Change)>,
    pub(super) effects: Vec<Effect>,
    pub(super) troubles: Troubles,
    pub(super) page: usize,
    /// How much of the log was read by collection.
    pub(super) seen: BTreeMap<CollectionId, usize>,
    /// It tells those who listen that there is news, and has told so often.
    tells: bool,
    told: u64,
    stamp: u64,
    now: i64,
}

impl World {
    pub(super) fn stamp(&mut self) -> u64 {
        self.stamp += 1;
        self.stamp
    }

    pub(super) const fn now(&self) -> Millis {
        Millis(self.now)
    }

    /// Puts an item with a new revision.
    pub(super) fn put(&mut self, collection: &CollectionId, mut item: Item) {
        item.revision = Some(Revision(format!("r{}", self.stamp())));
        self.log
            .push((collection.clone(), Change::Upsert(Box::new(item.clone()))));
        self.items
            .insert((collection.clone(), item.handle.clone()), item);
    }

    pub(super) fn take(&mut self, collection: &CollectionId, handle: &Handle) -> bool {
        let there = self.items.remove(&(collection.clone(), handle.clone()));
        if there.is_some() {
            self.log
                .push((collection.clone(), Change::Gone(handle.clone())));
        }
        there.is_some()
    }

    pub(super) fn new_item(&mut self, prefix: &str, link: Option<LinkId>, body: Body) -> Item {
        Item {
            handle: Handle(format!("{prefix}{}", self.stamp())),
            link,
            revision: None,
            at: self.now(),
            body,
            raw: None,
        }
    }

    pub(super) fn patch(&mut self, target: &Handle, from: Mailbox, what: PatchKind) -> Handle {
        let handle = Handle(format!("$p{}", self.stamp()));
        let patch = Patch {
            target: target.clone(),
            handle: handle.clone(),
            at: Millis(self.now + i64::try_from(self.stamp).unwrap_or(0)),
            from,
            what,
        };
        self.log.push((ROOMS.into(), Change::Patch(patch)));
        handle
    }
}

impl Remote {
    /// An empty remote whose clock shows `now`.
    #[must_use]
    pub fn new(now: Millis) -> Self {
        let remote = Self::default();
        {
            let mut world = remote.world();
            world.now = now.0;
            world.page = 50;
        }
        remote
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it tells those who listen of what they have not read.
    pub fn tell_of_news(&self) {
        self.world().tells = true;
    }

    /// How often it has told of news.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.world().told
    }

    /// Whether it tells at all.
    pub(super) fn tells(&self) -> bool {
        self.world().tells
    }

    /// Tells of what nobody has read yet, if there is any.
    pub(super) fn tell(&self, collection: &CollectionId) -> bool {
        let mut world = self.world();
        let seen = world.seen.get(collection).copied().unwrap_or(usize::MAX);
        let news = world.log.iter().skip(seen).any(|(of, _)| of == collection);
        world.told += u64::from(news);
        news
    }

    /// Pages hold at most this many changes.
    pub fn set_page(&self, size: usize) {
        self.world().page = size.max(1);
    }

    /// Plans one failure.
    pub fn plan(&self, verb: Verb, trouble: Trouble) {
        self.world().troubles.plan(verb, Some(trouble));
    }

    /// Lets one call through before the next planned failure.
    pub fn plan_success(&self, verb: Verb) {
        self.world().troubles.plan(verb, None);
    }

    /// Fails by chance from now on; 0 ends it.
    pub fn trouble_by_chance(&self, seed: u64, per_mille: u64) {
        self.world().troubles.by_chance(seed, per_mille);
    }

    /// Takes the remote off the network, or brings it back.
    pub fn set_down(&self, down: bool) {
        self.world().troubles.set_down(down);
    }

    /// Everything commands did, in order.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        self.world().effects.clone()
    }

    /// Everything that is there now.
    #[must_use]
    pub fn items(&self, collection: &str) -> Vec<Item> {
        let world = self.world();
        let of = |it: &&(CollectionId, Handle)| it.0.as_str() == collection;
        world
            .items
            .keys()
            .filter(of)
            .filter_map(|key| world.items.get(key).cloned())
            .collect()
    }

    /// One item as it is now.
    #[must_use]
    pub fn item(&self, collection: &str, handle: &Handle) -> Option<Item> {
        let key = (CollectionId::from(collection), handle.clone());
        self.world().items.get(&key).cloned()
    }

    /// All patches ever made, in order.
    #[must_use]
    pub fn patches(&self) -> Vec<Patch> {
        let patch = |(_, it): &(CollectionId, Change)| match it {
            Change::Patch(patch) => Some(patch.clone()),
            _ => None,
        };
        self.world().log.iter().filter_map(patch).collect()
    }

    /// The patches that reach a message: on it, or on a patch of it. What was
    /// removed is not among them.
    #[must_use]
    pub fn patches_of(&self, message: &Handle) -> Vec<Patch> {
        let all = self.patches();
        let on: Vec<Patch> = all
            .iter()
            .filter(|it| it.target == *message)
            .cloned()
            .collect();
        let more = all
            .iter()
            .filter(|it| on.iter().any(|patch| patch.handle == it.target));
        on.iter().chain(more).cloned().collect()
    }

    /// Forgets the failures that were planned and have not happened.
    pub fn forget_plans(&self) {
        self.world().troubles.forget_plans();
    }

    /// Moves the remote's own clock.
    pub fn advance(&self, ms: i64) {
        self.world().now += ms;
    }

    /// Somebody opens a room.
    pub fn room(&self, title: &str, members: &[Mailbox]) -> Handle {
        let mut world = self.world();
        let kind = if members.len() == 2 {
            ConversationKind::Direct
        } else {
            ConversationKind::Room
        };
        let mut body = Conversation::new(kind, title);
        body.members = members.to_vec();
        let item = world.new_item("!room", None, Body::Conversation(body));
        let handle = item.handle.clone();
        world.put(&ROOMS.into(), item);
        handle
    }

    /// Somebody says something.
    pub fn say(&self, room: &Handle, from: &Mailbox, text: &str) -> Handle {
        let mut world = self.world();
        let mut body = Message::plain(room.clone(), from.clone(), text);
        body.unread = true;
        let item = world.new_item("$m", None, Body::Message(body));
        let handle = item.handle.clone();
        world.put(&ROOMS.into(), item);
        handle
    }

    /// Somebody edits, redacts or reacts.
    pub fn patch(&self, target: &Handle, from: &Mailbox, what: PatchKind) -> Handle {
        self.world().patch(target, from.clone(), what)
    }

    /// A company appears in the system of record.
    pub fn organisation(&self, name: &str, addresses: Vec<Address>) -> ItemRef {
        self.add(
            DEALS,
            "party",
            Body::Organisation(Box::new(Organisation {
                name: name.into(),
                addresses,
                ..Organisation::default()
            })),
        )
    }

    /// Somebody appears in the system of record.
    pub fn contact(&self, name: &str, addresses: Vec<Address>, of: Option<ItemRef>) -> ItemRef {
        self.add(
            DEALS,
            "person",
            Body::Contact(Box::new(Contact {
                name: name.into(),
                addresses,
                organisation: of,
                ..Contact::default()
            })),
        )
    }

    /// An opportunity appears.
    pub fn deal(&self, title: &str, customer: Option<ItemRef>) -> Handle {
        let mut body = Record::new(RecordKind::Opportunity, title);
        body.customer = customer;
        self.add(DEALS, "deal", Body::Record(Box::new(body))).handle
    }

    /// Anything appears.
    pub fn add(&self, collection: &str, prefix: &str, body: Body) -> ItemRef {
        let mut world = self.world();
        let item = world.new_item(prefix, None, body);
        let handle = item.handle.clone();
        world.put(&collection.into(), item);
        ItemRef {
            collection: collection.into(),
            handle,
        }
    }

    /// Somebody else sets a field.
    ///
    /// # Panics
    /// The item is not there or cannot take the value: the test is wrong.
    #[expect(clippy::panic, reason = "a test that sets a field of nothing is wrong")]
    pub fn set(&self, collection: &str, handle: &Handle, field: &str, value: &str) {
        let mut world = self.world();
        let key = (CollectionId::from(collection), handle.clone());
        let Some(mut item) = world.items.get(&key).cloned() else {
            panic!("there is no {handle} in {collection}");
        };
        let value = rapport_model::FieldValue::text(Some(value));
        if let Err(why) = set_field(&mut item.body, &field.into(), &value) {
            panic!("{why}");
        }
        world.put(&key.0, item);
    }

    /// The user reads up to a message on another device. As some systems do, the conversation
    /// tells so itself; those that say it once more, as a word of its own, follow.
    ///
    /// # Panics
    /// There is no such conversation: the test is wrong.
    pub fn reads(&self, room: &Handle, up_to: &Handle) {
        self.reads_at(room, up_to, None);
    }

    /// The same, up to what is no message and happened then.
    ///
    /// # Panics
    /// There is no such conversation: the test is wrong.
    #[expect(
        clippy::panic,
        reason = "a test that reads in no conversation is wrong"
    )]
    pub fn reads_at(&self, room: &Handle, up_to: &Handle, at: Option<Millis>) {
        let mut world = self.world();
        let rooms = CollectionId::from(ROOMS);
        let Some(mut item) = world.items.get(&(rooms.clone(), room.clone())).cloned() else {
            panic!("there is no {room}");
        };
        if let Body::Conversation(it) = &mut item.body {
            it.read_up_to = Some(up_to.clone());
        }
        world.put(&rooms, item);
        let read = Change::Read {
            conversation: room.clone(),
            up_to: up_to.clone(),
            at,
        };
        world.log.push((rooms, read));
    }

    /// A company appears at a handle that others point at already.
    pub fn put_organisation_at(&self, handle: &Handle, name: &str) {
        let mut world = self.world();
        let body = Body::Organisation(Box::new(Organisation {
            name: name.into(),
            ..Organisation::default()
        }));
        let mut item = world.new_item("", None, body);
        item.handle = handle.clone();
        world.put(&DEALS.into(), item);
    }

    /// How many pages a turn reads before page `page` of `collection` (counted
    /// from 0) while the collections before it have one page each.
    #[must_use]
    pub fn pages_until(&self, collection: &str, page: usize) -> usize {
        let order = [ROOMS, DEALS, FILES];
        order.iter().position(|it| *it == collection).unwrap_or(0) + page
    }

    /// Somebody else removes an item.
    pub fn remove(&self, collection: &str, handle: &Handle) -> bool {
        self.world().take(&collection.into(), handle)
    }
}
