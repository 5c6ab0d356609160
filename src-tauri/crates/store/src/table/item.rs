//! Items: one narrow row for everything a list, filter or search result needs;
//! the body lies beside it in the table of its kind.
//!
//! Row ids follow time, so that "newest first" is a walk along the table.

use rapport_model::{
    AccountId, CollectionId, Handle, Item, ItemId, LinkId, Millis, OrgId, PersonId,
};
use rapport_model::{Body, Kind, Revision};
use rusqlite::{OptionalExtension, Row, params};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::hash;
use crate::table::body;
use crate::topic::Topic;

/// The user has not read it.
pub const UNREAD: i64 = 1;
/// Said or made by the user.
pub const MINE: i64 = 2;
/// Not seen by the customer.
pub const INTERNAL: i64 = 4;
/// Mentions the user.
pub const MENTION: i64 = 8;
/// Has a file.
pub const HAS_FILE: i64 = 16;
/// A task that is done, a record that is done or lost.
pub const CLOSED: i64 = 32;
/// A local edit waits.
pub const PENDING: i64 = 64;
/// Its content could not be read.
pub const UNREADABLE: i64 = 128;
/// Made here, not confirmed by the source.
pub const LOCAL_ONLY: i64 = 256;
/// A conversation the user has dealt with.
pub const DONE: i64 = 512;
/// Muted.
pub const MUTED: i64 = 1024;

/// The bits that only [`Tx::set_flags`] moves: what a source says never
/// changes what the user decided here.
pub const KEPT: i64 = PENDING | DONE | MUTED;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0900 item",
    older_may_open: false,
    sql: "
CREATE TABLE item (
  id INTEGER PRIMARY KEY, -- moment in milliseconds << 20, then 20 bits that make it free; never changes
  account INTEGER NOT NULL REFERENCES account(id), -- whose
  collection INTEGER NOT NULL REFERENCES collection(id), -- where
  handle_key INTEGER NOT NULL, -- 64 bits of a hash of collection and handle: small to index, the handle decides
  handle TEXT NOT NULL, -- where it sits at the source
  link_key INTEGER, -- 64 bits of a hash of the link, for the index
  link TEXT, -- what it is, wherever it sits
  revision TEXT, -- the source's raw version stamp
  kind INTEGER NOT NULL, -- code of the kind, 1 to 8
  at INTEGER NOT NULL, -- the moment it belongs to
  title TEXT NOT NULL, -- the line a list shows
  org INTEGER, -- organisation it belongs to
  person INTEGER, -- person it belongs to
  conversation INTEGER, -- the conversation a message is in
  flags INTEGER NOT NULL, -- bits of table::item
  hash BLOB NOT NULL, -- 128 bits of moment, link, body and raw: equal means nothing to do
  run INTEGER NOT NULL, -- the full listing that last saw it
  seen INTEGER NOT NULL -- when this version was stored
) STRICT;
CREATE INDEX item_place ON item (collection, handle_key);
CREATE INDEX item_link ON item (link_key) WHERE link_key IS NOT NULL;
CREATE INDEX item_conversation ON item (conversation) WHERE conversation IS NOT NULL;
CREATE INDEX item_unread ON item (conversation, flags) WHERE conversation IS NOT NULL AND flags & 1 = 1;
CREATE INDEX item_org ON item (org, kind) WHERE org IS NOT NULL;
CREATE INDEX item_person ON item (person, kind) WHERE person IS NOT NULL;
CREATE INDEX item_pending ON item (flags) WHERE flags & 64 = 64;
",
}];

/// Where an item lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// The collection in it.
    pub collection: &'a CollectionId,
}

/// What an item belongs to, as the engine found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Its organisation.
    pub org: Option<OrgId>,
    /// Its person.
    pub person: Option<PersonId>,
    /// The conversation it is said in.
    pub conversation: Option<ItemId>,
    /// Bits of this module. Those in [`KEPT`] count only at the first sight.
    pub flags: i64,
}

/// An item as it is stored. The raw form is left out, see [`Reader::raw`].
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its id.
    pub id: ItemId,
    /// Its account.
    pub account: AccountId,
    /// Its collection.
    pub collection: CollectionId,
    /// The item; `raw` is `None`.
    pub item: Item,
    /// What it belongs to.
    pub links: Links,
    /// The same as `links.flags`.
    pub flags: i64,
    /// When this version was stored.
    pub seen: Millis,
}

/// The flags a body alone implies. Whether it mentions the user needs the
/// user's addresses and is the engine's to add.
#[must_use]
pub fn flags_of(body: &Body) -> i64 {
    use rapport_model::{Phase, TaskStatus, conversation::Readable};
    let when = |yes: bool, flag: i64| if yes { flag } else { 0 };
    match body {
        Body::Message(it) => {
            when(it.unread, UNREAD)
                | when(it.mine, MINE)
                | when(it.internal, INTERNAL)
                | when(!it.attachments.is_empty(), HAS_FILE)
                | when(
                    matches!(
                        it.readable,
                        Readable::Undecryptable(_) | Readable::Unsupported(_)
                    ),
                    UNREADABLE,
                )
        }
        Body::Task(it) => when(
            matches!(it.status, TaskStatus::Done | TaskStatus::Cancelled),
            CLOSED,
        ),
        Body::Record(it) => {
            when(matches!(it.phase, Phase::Done | Phase::Lost), CLOSED)
                | when(!it.attachments.is_empty(), HAS_FILE)
        }
        Body::Conversation(it) => when(it.muted, MUTED),
        Body::Event(it) => when(it.cancelled, CLOSED),
        Body::Page(_) | Body::Contact(_) | Body::Organisation(_) => 0,
    }
}

/// The two keys of a handle: for the index, and for the low bits of the id.
pub(crate) fn handle_print(collection: i64, handle: &Handle) -> hash::Print {
    hash::of(&[&collection.to_le_bytes(), handle.as_str().as_bytes()])
}

pub(crate) fn link_key(link: &LinkId) -> i64 {
    hash::of(&[link.as_str().as_bytes()]).key()
}

impl Reader<'_> {
    /// The item at that handle.
    pub fn find(&self, place: &Place<'_>, handle: &Handle) -> Result<Option<ItemId>, StoreError> {
        let Some(ids) = self.known_place(place)? else {
            return Ok(None);
        };
        self.find_in(ids.collection, handle)
    }

    pub(crate) fn find_in(
        &self,
        collection: i64,
        handle: &Handle,
    ) -> Result<Option<ItemId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM item WHERE collection = ?1 AND handle_key = ?2 AND handle = ?3",
        )?;
        let print = handle_print(collection, handle);
        let found = statement
            .query_row(params![collection, print.key(), handle.as_str()], |row| {
                row.get(0)
            })
            .optional()?
            .map(ItemId);
        if found.is_none() {
            self.names
                .borrow_mut()
                .note_missing(collection, handle, print);
        }
        Ok(found)
    }

    /// The items with that link, over all accounts.
    pub fn find_link(&self, link: &LinkId) -> Result<Vec<ItemId>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id FROM item WHERE link_key = ?1 AND link = ?2 ORDER BY id")?;
        let rows = statement.query_map(params![link_key(link), link.as_str()], |row| {
            row.get(0).map(ItemId)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The item with its body.
    pub fn stored(&self, id: ItemId) -> Result<Option<Stored>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{STORED} WHERE i.id = ?1"))?;
        let Some(row) = statement.query_row([id.0], StoredRow::read).optional()? else {
            return Ok(None);
        };
        let text = self.body_text(row.kind, id)?;
        row.with_body(text.as_deref()).map(Some)
    }

    /// The item at that handle, with its body.
    pub fn stored_at(
        &self,
        place: &Place<'_>,
        handle: &Handle,
    ) -> Result<Option<Stored>, StoreError> {
        match self.find(place, handle)? {
            Some(id) => self.stored(id),
            None => Ok(None),
        }
    }

    /// The stored text of a body.
    pub(crate) fn body_text(&self, kind: Kind, id: ItemId) -> Result<Option<String>, StoreError> {
        let mut statement = self.conn.prepare_cached(body::select(kind))?;
        Ok(statement.query_row([id.0], |row| row.get(0)).optional()?)
    }

    /// Every handle of a collection with its revision, for the reconcile.
    pub fn handles(
        &self,
        place: &Place<'_>,
    ) -> Result<Vec<(ItemId, Handle, Option<Revision>)>, StoreError> {
        let Some(ids) = self.known_place(place)? else {
            return Ok(Vec::new());
        };
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, handle, revision FROM item WHERE collection = ?1")?;
        let rows = statement.query_map([ids.collection], |row| {
            Ok((
                ItemId(row.get(0)?),
                Handle(row.get(1)?),
                row.get::<_, Option<String>>(2)?.map(Revision),
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The items of an organisation, newest first, after `before`.
    pub fn items_of_org(
        &self,
        org: OrgId,
        before: Option<ItemId>,
        limit: u32,
    ) -> Result<Vec<ItemId>, StoreError> {
        self.ids_where(
            "SELECT id FROM item WHERE org = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            org.0,
            before,
            limit,
        )
    }

    /// The items of a person, newest first, after `before`.
    pub fn items_of_person(
        &self,
        person: PersonId,
        before: Option<ItemId>,
        limit: u32,
    ) -> Result<Vec<ItemId>, StoreError> {
        self.ids_where(
            "SELECT id FROM item WHERE person = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            person.0,
            before,
            limit,
        )
    }

    /// The messages of a conversation, newest first, after `before`.
    pub fn items_of_conversation(
        &self,
        conversation: ItemId,
        before: Option<ItemId>,
        limit: u32,
    ) -> Result<Vec<ItemId>, StoreError> {
        self.ids_where(
            "SELECT id FROM item WHERE conversation = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            conversation.0,
            before,
            limit,
        )
    }

    /// The newest message of a conversation up to a moment, of those that the source has.
    pub fn last_said(
        &self,
        conversation: ItemId,
        until: Millis,
    ) -> Result<Option<(ItemId, Handle)>, StoreError> {
        let after = (until.0.clamp(0, 1 << 42) + 1) << 20;
        Ok(self
            .conn
            .prepare_cached(
                "SELECT id, handle FROM item \
                 WHERE conversation = ?1 AND id < ?2 AND flags & ?3 = 0 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![conversation.0, after, LOCAL_ONLY], |row| {
                Ok((ItemId(row.get(0)?), Handle(row.get(1)?)))
            })
            .optional()?)
    }

    fn ids_where(
        &self,
        sql: &str,
        of: i64,
        before: Option<ItemId>,
        limit: u32,
    ) -> Result<Vec<ItemId>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let before = before.map_or(i64::MAX, |it| it.0);
        let rows = statement.query_map(params![of, before, limit], |row| row.get(0).map(ItemId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Sets and clears bits. Writes nothing when they already stand so.
    pub fn set_flags(&mut self, id: ItemId, set: i64, clear: i64) -> Result<bool, StoreError> {
        let Some(old) = self.stored_links(id)? else {
            return Err(StoreError::missing(format!("item {id}")));
        };
        let flags = (old.links.flags & !clear) | set;
        if flags == old.links.flags {
            return Ok(false);
        }
        self.conn
            .prepare_cached("UPDATE item SET flags = ?2 WHERE id = ?1")?
            .execute(params![id.0, flags])?;
        if old.kind == Kind::Conversation && (old.links.flags ^ flags) & DONE != 0 {
            // The same bit where the inbox is sorted.
            self.conn
                .prepare_cached("UPDATE conversation SET done = ?2 WHERE item = ?1")?
                .execute(params![id.0, flags & DONE != 0])?;
        }
        let by = i64::from(old.links.flags & LOCAL_ONLY != 0) - i64::from(flags & LOCAL_ONLY != 0);
        if by != 0 {
            self.counted(old.collection, by, None);
        }
        let counted = UNREAD | MENTION;
        if old.links.flags & counted != flags & counted
            && let Some(conversation) = old.links.conversation
        {
            self.recount(conversation);
        }
        let links = Links { flags, ..old.links };
        self.touched(id, old.kind, &links);
        Ok(true)
    }

    /// Moves an item to what it now belongs to. The flags in `links` are
    /// ignored. The journal of the item follows, so that "what changed for
    /// this customer" stays whole.
    pub fn relink(&mut self, id: ItemId, links: &Links) -> Result<bool, StoreError> {
        let Some(old) = self.stored_links(id)? else {
            return Err(StoreError::missing(format!("item {id}")));
        };
        let links = Links {
            flags: old.links.flags,
            ..links.clone()
        };
        if links == old.links {
            return Ok(false);
        }
        if old.kind == Kind::Conversation {
            self.talk_moves(id)?;
        }
        self.said(id, old.kind, &old.links, -1);
        self.said(id, old.kind, &links, 1);
        self.conn
            .prepare_cached(
                "UPDATE item SET org = ?2, person = ?3, conversation = ?4 WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                links.org.map(|it| it.0),
                links.person.map(|it| it.0),
                links.conversation.map(|it| it.0)
            ])?;
        self.moved_links(id, old.kind, &old.links, &links)?;
        Ok(true)
    }

    /// Everything that has to follow when an item's links move.
    pub(crate) fn moved_links(
        &mut self,
        id: ItemId,
        kind: Kind,
        old: &Links,
        new: &Links,
    ) -> Result<(), StoreError> {
        if old.org != new.org {
            self.conn
                .prepare_cached("UPDATE journal SET org = ?2 WHERE item = ?1")?
                .execute(params![id.0, new.org.map(|it| it.0)])?;
        }
        if old.conversation != new.conversation {
            for conversation in [old.conversation, new.conversation].into_iter().flatten() {
                self.recount(conversation);
            }
        }
        if kind == Kind::Message && old.person != new.person {
            for person in [old.person, new.person].into_iter().flatten() {
                self.heard_anew(person);
            }
        }
        self.touched(id, kind, old);
        self.touched(id, kind, new);
        Ok(())
    }

    /// The screens an item is on.
    pub(crate) fn touched(&mut self, id: ItemId, kind: Kind, links: &Links) {
        self.topic(Topic::Item(id));
        self.touched_around(kind, links);
        if kind == Kind::Conversation {
            self.topic(Topic::Conversation(id));
        }
    }

    /// As [`Tx::touched`], for an item no screen can know yet.
    pub(crate) fn touched_around(&mut self, kind: Kind, links: &Links) {
        if let Some(list) = Topic::list_of(kind) {
            self.topic(list);
        }
        self.topic(Topic::Search);
        if let Some(org) = links.org {
            self.topic(Topic::Customer(org));
        }
        if let Some(person) = links.person {
            self.topic(Topic::Person(person));
        }
        if let Some(conversation) = links.conversation {
            self.topic(Topic::Conversation(conversation));
        }
    }

    pub(crate) fn stored_links(&self, id: ItemId) -> Result<Option<Linked>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT kind, org, person, conversation, flags, collection FROM item WHERE id = ?1",
        )?;
        Ok(statement
            .query_row([id.0], |row| {
                Ok(Linked {
                    collection: row.get(5)?,
                    kind: kind_at(row, 0)?,
                    links: links_at(row, 1)?,
                })
            })
            .optional()?)
    }
}

/// The narrow part that a move of links needs.
pub(crate) struct Linked {
    pub(crate) collection: i64,
    pub(crate) kind: Kind,
    pub(crate) links: Links,
}

/// Org, person, conversation and flags, from column `first` on.
pub(crate) fn links_at(row: &Row<'_>, first: usize) -> rusqlite::Result<Links> {
    Ok(Links {
        org: row.get::<_, Option<i64>>(first)?.map(OrgId),
        person: row.get::<_, Option<i64>>(first + 1)?.map(PersonId),
        conversation: row.get::<_, Option<i64>>(first + 2)?.map(ItemId),
        flags: row.get(first + 3)?,
    })
}

pub(crate) fn kind_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Kind> {
    let code = row.get(column)?;
    Kind::from_code(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, code))
}

pub(crate) const STORED: &str = "SELECT i.id, a.name, c.name, i.handle, i.link, i.revision, i.kind, \
     i.at, i.org, i.person, i.conversation, i.flags, i.seen \
     FROM item i JOIN account a ON a.id = i.account JOIN collection c ON c.id = i.collection";

/// A row of [`STORED`], before its body.
pub(crate) struct StoredRow {
    pub(crate) id: ItemId,
    pub(crate) kind: Kind,
    account: AccountId,
    collection: CollectionId,
    handle: Handle,
    link: Option<LinkId>,
    revision: Option<Revision>,
    at: Millis,
    links: Links,
    seen: Millis,
}

impl StoredRow {
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: ItemId(row.get(0)?),
            account: AccountId(row.get(1)?),
            collection: CollectionId(row.get(2)?),
            handle: Handle(row.get(3)?),
            link: row.get::<_, Option<String>>(4)?.map(LinkId),
            revision: row.get::<_, Option<String>>(5)?.map(Revision),
            kind: kind_at(row, 6)?,
            at: Millis(row.get(7)?),
            links: links_at(row, 8)?,
            seen: Millis(row.get(12)?),
        })
    }

    pub(crate) fn with_body(self, text: Option<&str>) -> Result<Stored, StoreError> {
        let text = text.ok_or_else(|| StoreError::missing(format!("body of item {}", self.id)))?;
        Ok(Stored {
            id: self.id,
            account: self.account,
            collection: self.collection,
            item: Item {
                handle: self.handle,
                link: self.link,
                revision: self.revision,
                at: self.at,
                body: body::decode(self.kind, text)?,
                raw: None,
            },
            flags: self.links.flags,
            links: self.links,
            seen: self.seen,
        })
    }
}
