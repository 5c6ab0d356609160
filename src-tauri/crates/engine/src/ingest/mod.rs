//! From a change at the source to rows here, inside one transaction.
//!
//! Invariant: applying the same change twice writes nothing the second time, and
//! the order in which messages, patches, conversations and customers arrive does
//! not change what is shown in the end.

mod ahead;
mod local;
mod message;
mod notify;
mod read;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rapport_model::change::Poison;
use rapport_model::conversation::ConversationKind;
use rapport_model::{
    Body, Cause, Change, Conversation, Handle, Item, ItemId, ItemRef, Kind, Millis, OrgId, PersonId,
};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::{LOCAL_ONLY, Links, MENTION, PENDING, Place, UNREAD, flags_of};
use rapport_store::{Outcome, Ready, Written};

use crate::merge::overlay;
use crate::outbox::waiting_edits;
use crate::people::{People, Rules};

pub(crate) use local::{add_local, rename, show, withdraw_local};
pub(crate) use message::{drop_patch, hide_patch, keep_patch};
pub(crate) use read::mark_read;

/// Nothing above this many bytes is stored as an item; it is parked instead.
pub const LARGEST: usize = 32 * 1024 * 1024;

/// What is known of a conversation while a page is applied.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) id: ItemId,
    pub(crate) kind: ConversationKind,
    pub(crate) links: Links,
    /// The message up to which the user has read.
    pub(crate) read: Option<ItemId>,
}

/// One transaction's worth of changes to one collection.
#[derive(Debug)]
pub(crate) struct Ingest<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) rules: &'a Rules,
    pub(crate) written: Written,
    pub(crate) people: People,
    conversations: BTreeMap<Handle, Option<Known>>,
    /// Something was written.
    pub(crate) wrote: bool,
    /// Alerts are raised; a first listing raises none.
    pub(crate) alerts: bool,
    /// Most of what comes is new here, as in a first listing.
    pub(crate) many_new: bool,
}

impl<'a> Ingest<'a> {
    pub(crate) fn new(place: Place<'a>, rules: &'a Rules, now: Millis, cause: Cause) -> Self {
        Self {
            place,
            rules,
            written: Written {
                now,
                cause,
                run: None,
            },
            people: People::default(),
            conversations: BTreeMap::new(),
            wrote: false,
            alerts: false,
            many_new: false,
        }
    }

    /// Applies changes in the order of [`in_order`].
    pub(crate) fn all(&mut self, tx: &mut Tx<'_>, changes: &[Change]) -> Result<(), StoreError> {
        self.some(tx, &in_order(changes), |_| false).map(drop)
    }

    /// Applies changes that are in order, until `enough` says so of how many are done.
    /// Answers how many are.
    pub(crate) fn some(
        &mut self,
        tx: &mut Tx<'_>,
        order: &[&Change],
        enough: impl Fn(usize) -> bool,
    ) -> Result<usize, StoreError> {
        let mut done = 0;
        ahead::with(order, self.many_new, |ahead| {
            let mut settled = false;
            for change in order {
                if enough(done) {
                    break;
                }
                if !settled && rank(change) > 2 {
                    settled = true;
                    self.people.settle(tx, self.rules)?;
                }
                let ready = ahead.next();
                self.one(tx, change, ready)?;
                done += 1;
                rapport_store::fail::point("engine.pull.mid_page");
            }
            Ok(())
        })?;
        self.people.settle(tx, self.rules)?;
        self.wrote |= self.people.take_wrote();
        Ok(done)
    }

    fn one(
        &mut self,
        tx: &mut Tx<'_>,
        change: &Change,
        ready: Option<Ready>,
    ) -> Result<(), StoreError> {
        match change {
            Change::Upsert(item) if self.too_old(tx, item)? => {
                tx.note_erased(&self.place, &item.handle)
            }
            Change::Upsert(item) => self.upsert_with(tx, item, ready).map(drop),
            Change::Gone(handle) => self.gone(tx, handle),
            Change::Patch(patch) => keep_patch(self, tx, patch),
            Change::Gap(gap) => {
                self.wrote |= tx.put_gap(&self.place, gap)?;
                Ok(())
            }
            Change::Filled {
                conversation,
                token,
            } => {
                self.wrote |= tx.fill_gap(&self.place, conversation, token)?;
                Ok(())
            }
            Change::Read {
                conversation,
                up_to,
                at,
            } => mark_read(self, tx, conversation, up_to, *at),
        }
    }

    /// Whether the user's own rule keeps a message out that is not here yet.
    fn too_old(&self, tx: &Tx<'_>, item: &Item) -> Result<bool, StoreError> {
        let Some(since) = self.rules.kept_since(self.written.now) else {
            return Ok(false);
        };
        Ok(matches!(item.body, Body::Message(_))
            && item.at < since
            && tx.find(&self.place, &item.handle)?.is_none())
    }

    /// Parks what could not be read.
    pub(crate) fn poison(&mut self, tx: &mut Tx<'_>, poison: &Poison) -> Result<(), StoreError> {
        self.wrote |= tx.put_poison(&self.place, poison, self.written.now)?;
        Ok(())
    }

    /// Puts an item as the source has it now.
    pub(crate) fn upsert(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
    ) -> Result<Option<ItemId>, StoreError> {
        self.upsert_with(tx, item, None)
    }

    fn upsert_with(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        ready: Option<Ready>,
    ) -> Result<Option<ItemId>, StoreError> {
        let weight = weight(item);
        if weight > LARGEST {
            let megabytes = weight / (1024 * 1024);
            let poison = Poison {
                handle: item.handle.clone(),
                reason: format!("It has {megabytes} MB, which is too large to be kept here."),
                raw: None,
            };
            self.poison(tx, &poison)?;
            return Ok(None);
        }
        let before = match tx.find(&self.place, &item.handle)? {
            Some(known) => Some(known),
            None => local::adopt(self, tx, item)?,
        };
        let mut item = Cow::Borrowed(item);
        if let (Body::Conversation(it), Some(id)) = (&item.body, before) {
            if let Some(up_to) = &it.read_up_to {
                // The row alone would move the position and leave the messages unread.
                mark_read(self, tx, &item.handle, up_to, None)?;
            }
            // Where it stands now is known better here: the source may tell no position, an
            // old one, or one that is not a message of ours.
            let stands = read::marked(tx, id)?;
            if stands != it.read_up_to
                && let Body::Conversation(it) = &mut item.to_mut().body
            {
                it.read_up_to = stands;
            }
        }
        let mut keep = None;
        match (&item.body, before) {
            (Body::Message(base), _) => {
                let patches = tx.patches_of(&self.place, &item.handle)?;
                if !patches.is_empty() {
                    let shown = crate::merge::message_with(&item.handle, base, &patches);
                    keep = Some(item.body.clone());
                    item.to_mut().body = Body::Message(shown);
                }
            }
            (_, Some(id)) => {
                let edits = waiting_edits(tx, id)?;
                if !edits.is_empty() {
                    keep = Some(item.body.clone());
                    item.to_mut().body = overlay(&item.body, &edits).0;
                }
            }
            (_, None) => {}
        }
        // What was worked out holds for the item as the source has it.
        let ready = ready.filter(|_| matches!(item, Cow::Borrowed(_)));
        let id = self.put_with(tx, &item, 0, ready)?;
        match keep {
            Some(body) => tx.keep_remote(id, &body)?,
            None if before.is_some() => tx.drop_remote(id)?,
            None => {}
        }
        Ok(Some(id))
    }

    /// Writes a row as it shall be shown, with its links, and lets everything
    /// that hangs on it follow.
    pub(crate) fn put(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        flags: i64,
    ) -> Result<ItemId, StoreError> {
        self.put_with(tx, item, flags, None)
    }

    fn put_with(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        flags: i64,
        ready: Option<Ready>,
    ) -> Result<ItemId, StoreError> {
        let mut links = self.links(tx, &item.handle, &item.body)?;
        links.flags |= flags;
        let upserted = match ready {
            Some(ready) => tx.upsert_ready(&self.place, (item, ready), &links, &self.written)?,
            None => tx.upsert_item(&self.place, item, &links, &self.written)?,
        };
        let id = upserted.id;
        let new = matches!(upserted.outcome, Outcome::New);
        if matches!(upserted.outcome, Outcome::Same) {
            return Ok(id);
        }
        self.wrote = true;
        match &item.body {
            Body::Contact(_) | Body::Organisation(_) => {
                self.people.source(tx, self.rules, &self.place, id, item)?;
            }
            Body::Conversation(it) => {
                self.conversations.remove(&item.handle);
                self.people.waits(tx, self.rules, id, it, links.org)?;
            }
            Body::Message(it) if new => notify::message(self, tx, id, it, &links)?,
            Body::Message(_) | Body::Task(_) | Body::Event(_) | Body::Page(_) | Body::Record(_) => {
            }
        }
        if new
            && matches!(
                item.body.kind(),
                Kind::Record | Kind::Contact | Kind::Organisation
            )
        {
            self.late(tx, &item.handle)?;
        }
        Ok(id)
    }

    /// What came before the thing it points at finds it now.
    fn late(&mut self, tx: &mut Tx<'_>, handle: &Handle) -> Result<(), StoreError> {
        let to = ItemRef {
            collection: self.place.collection.clone(),
            handle: handle.clone(),
        };
        for (id, _role) in tx.refs_to(self.place.account, &to)? {
            self.people.again(id);
        }
        Ok(())
    }

    fn gone(&mut self, tx: &mut Tx<'_>, handle: &Handle) -> Result<(), StoreError> {
        let known = tx.stored_at(&self.place, handle)?;
        if let Some(stored) = known {
            if matches!(stored.item.body, Body::Contact(_) | Body::Organisation(_)) {
                self.people.source_gone(tx, &self.place, handle)?;
            }
            self.conversations.remove(handle);
            self.wrote |= tx
                .remove_item(&self.place, handle, &self.written)?
                .is_some();
        } else {
            drop_patch(self, tx, handle)?;
            tx.drop_poison(&self.place, handle)?;
        }
        Ok(())
    }

    /// What an item belongs to.
    pub(crate) fn links(
        &mut self,
        tx: &mut Tx<'_>,
        handle: &Handle,
        body: &Body,
    ) -> Result<Links, StoreError> {
        let mut links = Links {
            flags: flags_of(body),
            ..Links::default()
        };
        if let Body::Message(it) = body {
            let known = self.conversation(tx, &it.conversation)?;
            links.conversation = Some(known.id);
            let (org, person) = self.people.of_message(tx, self.rules, it, &known)?;
            (links.org, links.person) = (org, person);
            let unread = links.flags & UNREAD != 0;
            if unread && self.rules.is_mentioned(&it.mentions) {
                links.flags |= MENTION;
            }
            if unread && known.read.is_some() {
                let id = tx.find(&self.place, handle)?;
                if read::covers(&known, id) {
                    links.flags &= !(UNREAD | MENTION);
                }
            }
        } else {
            let (org, person): (Option<OrgId>, Option<PersonId>) =
                self.people
                    .of_body(tx, self.rules, &self.place, handle, body)?;
            (links.org, links.person) = (org, person);
        }
        Ok(links)
    }

    /// The conversation a message is in. One that has not arrived yet gets a row
    /// that says so, and that the real one takes over.
    pub(crate) fn conversation(
        &mut self,
        tx: &mut Tx<'_>,
        handle: &Handle,
    ) -> Result<Known, StoreError> {
        if let Some(Some(known)) = self.conversations.get(handle) {
            return Ok(known.clone());
        }
        let known = match Self::known(tx, &self.place, handle)? {
            Some(known) => known,
            None => self.stub(tx, handle)?,
        };
        self.conversations
            .insert(handle.clone(), Some(known.clone()));
        Ok(known)
    }

    /// The conversation of a message, if it is here.
    pub(crate) fn known(
        tx: &Tx<'_>,
        place: &Place<'_>,
        handle: &Handle,
    ) -> Result<Option<Known>, StoreError> {
        let Some(stored) = tx.stored_at(place, handle)? else {
            return Ok(None);
        };
        let (kind, up_to) = match &stored.item.body {
            Body::Conversation(it) => (it.kind, it.read_up_to.clone()),
            _ => (ConversationKind::Room, None),
        };
        let read = match up_to {
            Some(up_to) => tx.find(place, &up_to)?,
            None => None,
        };
        Ok(Some(Known {
            id: stored.id,
            kind,
            links: stored.links,
            read,
        }))
    }

    fn stub(&mut self, tx: &mut Tx<'_>, handle: &Handle) -> Result<Known, StoreError> {
        let body = Conversation::new(ConversationKind::Room, handle.as_str());
        let item = Item {
            handle: handle.clone(),
            link: None,
            revision: None,
            at: self.written.now,
            body: Body::Conversation(body),
            raw: None,
        };
        let links = Links {
            flags: LOCAL_ONLY,
            ..Links::default()
        };
        let upserted = tx.upsert_item(&self.place, &item, &links, &self.written)?;
        self.wrote = true;
        Ok(Known {
            id: upserted.id,
            kind: ConversationKind::Room,
            links,
            read: None,
        })
    }

    pub(crate) fn forget_conversation(&mut self, handle: &Handle) {
        self.conversations.remove(handle);
    }
}

/// Changes in the order that spares late linking: places and people before what happens
/// in them, removals last. What was removed and came back is here.
pub(crate) fn in_order(changes: &[Change]) -> Vec<&Change> {
    let mut order = without_returned(changes);
    order.sort_by_key(|it| rank(it));
    order
}

/// The changes, but for removals that a later change of the same page undoes.
fn without_returned(changes: &[Change]) -> Vec<&Change> {
    if !changes.iter().any(|it| matches!(it, Change::Gone(_))) {
        return changes.iter().collect();
    }
    let mut back: BTreeSet<&Handle> = BTreeSet::new();
    let mut kept: Vec<&Change> = Vec::with_capacity(changes.len());
    for change in changes.iter().rev() {
        match change {
            Change::Upsert(item) => {
                back.insert(&item.handle);
            }
            Change::Gone(handle) if back.contains(handle) => continue,
            _ => {}
        }
        kept.push(change);
    }
    kept.reverse();
    kept
}

/// The order in which changes are applied.
const fn rank(change: &Change) -> u8 {
    match change {
        Change::Upsert(item) => match item.body {
            Body::Organisation(_) => 0,
            Body::Contact(_) => 1,
            Body::Conversation(_) => 2,
            Body::Record(_) => 3,
            Body::Task(_) | Body::Event(_) | Body::Page(_) => 4,
            Body::Message(_) => 5,
        },
        Change::Patch(_) => 6,
        Change::Read { .. } => 7,
        Change::Gap(_) | Change::Filled { .. } => 8,
        Change::Gone(_) => 9,
    }
}

/// Roughly how many bytes an item brings.
pub(crate) fn weight(item: &Item) -> usize {
    let texts =
        |all: &[&Option<String>]| -> usize { all.iter().copied().flatten().map(String::len).sum() };
    let body = match &item.body {
        Body::Message(it) => it.text.len() + texts(&[&it.html, &it.subject]),
        Body::Page(it) => it.text.len() + it.title.len(),
        Body::Record(it) => it.title.len() + texts(&[&it.text]),
        Body::Task(it) => it.title.len() + texts(&[&it.notes]),
        Body::Event(it) => it.title.len() + texts(&[&it.notes]),
        Body::Contact(it) => it.name.len() + texts(&[&it.notes]),
        Body::Organisation(it) => it.name.len() + texts(&[&it.notes]),
        Body::Conversation(it) => it.title.len() + texts(&[&it.topic]),
    };
    body + item.raw.as_ref().map_or(0, String::len)
}

/// The bits that say that something here waits for the source.
pub(crate) const WAITING: i64 = PENDING | LOCAL_ONLY;
