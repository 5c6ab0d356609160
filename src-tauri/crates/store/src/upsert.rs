//! The write path: an item as its source shows it now, against what is stored.
//!
//! Nothing is decoded to find out that nothing changed: a fingerprint of the
//! new text is compared with the stored one. Only a real difference reads the
//! old body, and only tracked fields reach the journal.

use rapport_model::field::fields_of;
use rapport_model::{Body, Cause, Item, ItemId, Kind, LinkId, Millis};
use rusqlite::{OptionalExtension, params};

use crate::db::Tx;
use crate::error::StoreError;
use crate::hash::Print;
use crate::ready::{Ready, Rest, content_hash};
use crate::search::Indexed;
use crate::search::doc::Docs;
use crate::table::collection::PlaceIds;
use crate::table::item::{self, KEPT, LOCAL_ONLY, Links, Place};
use crate::table::journal::{FieldChange, Subject, difference};
use crate::table::{body, raw, refs};
use crate::topic::Topic;

/// The circumstances of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Now.
    pub now: Millis,
    /// What caused it.
    pub cause: Cause,
    /// The full listing it belongs to.
    pub run: Option<i64>,
}

impl Written {
    /// Seen at the source, now.
    #[must_use]
    pub const fn remote(now: Millis) -> Self {
        Self {
            now,
            cause: Cause::Remote,
            run: None,
        }
    }
}

/// What an upsert came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upserted {
    /// The stored item.
    pub id: ItemId,
    /// What it meant.
    pub outcome: Outcome,
}

/// What an upsert meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Seen for the first time.
    New,
    /// Something is different. The tracked fields that are; none of them when
    /// only something untracked moved (a read mark, a link).
    Changed(Vec<FieldChange>),
    /// Nothing a screen could show is different.
    Same,
}

/// Titles in the narrow table are cut here; the body has the whole.
const TITLE: usize = 1024;

/// Buffers larger than this are given back after use.
const SPARE: usize = 1 << 20;

/// What is stored of an item, as far as it is needed to see a difference.
struct Known {
    id: ItemId,
    kind: Kind,
    link: Option<String>,
    revision: Option<String>,
    links: Links,
    hash: [u8; 16],
    run: i64,
    at: i64,
}

/// An item with its JSON and its fingerprint.
struct Seen<'a> {
    item: &'a Item,
    json: &'a str,
    hash: [u8; 16],
}

/// An item ready to be written.
struct Incoming<'a> {
    item: &'a Item,
    links: &'a Links,
    written: &'a Written,
    place: PlaceIds,
    print: Print,
    hash: [u8; 16],
    json: &'a str,
}

impl Incoming<'_> {
    fn run(&self) -> i64 {
        // One that arrives on its own during a full listing counts as listed:
        // the listing may already be past its place.
        self.written.run.unwrap_or(self.place.run)
    }

    fn body_row(&self, id: ItemId, links: &Links) -> body::Row<'_> {
        body::Row {
            id,
            body: &self.item.body,
            json: self.json,
            org: links.org,
        }
    }

    fn subject(&self, id: ItemId, links: &Links) -> Subject<'_> {
        Subject {
            id,
            org: links.org,
            collection: self.place.collection,
            kind: self.item.body.kind(),
            now: self.written.now,
            cause: &self.written.cause,
        }
    }
}

impl Tx<'_> {
    /// Stores an item as its source shows it now: its row, body, raw form,
    /// references, journal and search index.
    pub fn upsert_item(
        &mut self,
        place: &Place<'_>,
        item: &Item,
        links: &Links,
        written: &Written,
    ) -> Result<Upserted, StoreError> {
        let mut buffer = std::mem::take(&mut self.tools.json);
        let outcome = body::encode(&item.body, &mut buffer).and_then(|()| {
            let json = std::str::from_utf8(&buffer)
                .map_err(|error| StoreError::Json(error.to_string()))?;
            let seen = Seen {
                item,
                json,
                hash: content_hash(item, json),
            };
            self.upsert(place, &seen, links, written, None)
        });
        if buffer.capacity() > SPARE {
            buffer = Vec::new();
        }
        self.tools.json = buffer;
        outcome
    }

    /// As [`Tx::upsert_item`], for an item of which everything else is worked out.
    pub fn upsert_ready(
        &mut self,
        place: &Place<'_>,
        (item, ready): (&Item, Ready),
        links: &Links,
        written: &Written,
    ) -> Result<Upserted, StoreError> {
        let seen = Seen {
            item,
            json: &ready.json,
            hash: ready.hash,
        };
        self.upsert(place, &seen, links, written, Some(ready.rest))
    }

    fn upsert(
        &mut self,
        place: &Place<'_>,
        seen: &Seen<'_>,
        links: &Links,
        written: &Written,
        rest: Option<Rest>,
    ) -> Result<Upserted, StoreError> {
        let ids = self.place(place)?;
        let Seen { item, json, hash } = *seen;
        let missing = self.names.borrow().is_missing(ids.collection, &item.handle);
        let new = Incoming {
            item,
            links,
            written,
            place: ids,
            print: missing.unwrap_or_else(|| item::handle_print(ids.collection, &item.handle)),
            hash,
            json,
        };
        let known = if missing.is_some() {
            None
        } else {
            self.known(&new)?
        };
        match known {
            None => self.insert(&new, rest),
            Some(known) if known.hash == new.hash => self.same_content(&new, &known),
            Some(known) => self.different_content(&new, &known),
        }
    }

    fn known(&self, new: &Incoming<'_>) -> Result<Option<Known>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, kind, link, revision, org, person, conversation, flags, hash, run, at \
             FROM item WHERE collection = ?1 AND handle_key = ?2 AND handle = ?3",
        )?;
        Ok(statement
            .query_row(
                params![
                    new.place.collection,
                    new.print.key(),
                    new.item.handle.as_str()
                ],
                |row| {
                    Ok(Known {
                        id: ItemId(row.get(0)?),
                        kind: item::kind_at(row, 1)?,
                        link: row.get(2)?,
                        revision: row.get(3)?,
                        links: item::links_at(row, 4)?,
                        hash: row.get(8)?,
                        run: row.get(9)?,
                        at: row.get(10)?,
                    })
                },
            )
            .optional()?)
    }

    fn insert(&mut self, new: &Incoming<'_>, rest: Option<Rest>) -> Result<Upserted, StoreError> {
        let kind = new.item.body.kind();
        let id = self.insert_row(new)?;
        if kind == Kind::Conversation {
            self.talk_moves(id)?;
        }
        self.said(id, kind, new.links, 1);
        body::put_row(self.conn, new.body_row(id, new.links), true)?;
        let (texts, packed) = match rest {
            Some(it) => (it.texts, it.packed),
            None => (Indexed::of(&new.item.body), self.pack(new.item)),
        };
        if let Some(text) = &new.item.raw {
            raw::put(self.conn, id, text, packed.as_deref(), true)?;
        }
        refs::put(self.conn, new.place.account, id, &new.item.body, false)?;
        self.journal_created(new.subject(id, new.links))?;
        self.index(id, texts)?;
        self.clear_poison(new)?;
        if new.links.flags & LOCAL_ONLY == 0 {
            self.counted(new.place.collection, 1, Some(new.item.at.0));
        }
        if let Some(conversation) = new.links.conversation {
            self.arrived(conversation, id, new.links.flags);
        }
        if let (Kind::Message, Some(person)) = (kind, new.links.person) {
            self.heard_from(person, id);
        }
        if kind == Kind::Conversation {
            // Its messages may have been here before it.
            self.recount(id);
        }
        self.touched_around(kind, new.links);
        self.touched_cause(&new.item.body)?;
        Ok(Upserted {
            id,
            outcome: Outcome::New,
        })
    }

    /// The raw form, where packing it is worth it.
    fn pack(&mut self, item: &Item) -> Option<Vec<u8>> {
        let raw = item.raw.as_ref()?;
        self.tools.packer.pack(raw.as_bytes())
    }

    /// Finds a free id at the item's moment. The first try is a function of
    /// where the item sits, so that one that went and came back finds its
    /// journal again.
    fn insert_row(&mut self, new: &Incoming<'_>) -> Result<ItemId, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "INSERT INTO item (id, account, collection, handle_key, handle, link_key, link, \
             revision, kind, at, title, org, person, conversation, flags, hash, run, seen) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
             ?18) ON CONFLICT (id) DO NOTHING",
        )?;
        let item = new.item;
        let docs = match self.tools.docs {
            Some(docs) => docs,
            None => *self.tools.docs.insert(Docs::of(self.conn)?),
        };
        for attempt in 0.. {
            let id = id_for(item.at, new.print, attempt, docs);
            let inserted = statement.execute(params![
                id.0,
                new.place.account,
                new.place.collection,
                new.print.key(),
                item.handle.as_str(),
                item.link.as_ref().map(item::link_key),
                item.link.as_ref().map(LinkId::as_str),
                item.revision.as_ref().map(|it| it.as_str()),
                item.body.kind().code(),
                item.at.0,
                title(&item.body),
                new.links.org.map(|it| it.0),
                new.links.person.map(|it| it.0),
                new.links.conversation.map(|it| it.0),
                new.links.flags,
                new.hash,
                new.run(),
                new.written.now.0
            ])?;
            if inserted == 1 {
                self.names.borrow_mut().note_written();
                return Ok(id);
            }
        }
        Err(StoreError::Refused(format!(
            "There is no room for another item at {}.",
            item.at.rfc3339()
        )))
    }

    fn clear_poison(&mut self, new: &Incoming<'_>) -> Result<(), StoreError> {
        if !self.any_parked()? {
            return Ok(());
        }
        let cleared = self
            .conn
            .prepare_cached("DELETE FROM poison WHERE collection = ?1 AND handle = ?2")?
            .execute(params![new.place.collection, new.item.handle.as_str()])?;
        if cleared > 0 {
            self.counted(new.place.collection, 0, None);
        }
        Ok(())
    }

    /// The content is known. Links, revision or the stamp of a listing may
    /// still have moved.
    fn same_content(&mut self, new: &Incoming<'_>, known: &Known) -> Result<Upserted, StoreError> {
        let links = merged(new.links, &known.links);
        let revision = new.item.revision.as_ref().map(|it| it.as_str());
        let stamped = new.written.run.is_none_or(|run| run == known.run);
        if links == known.links && revision == known.revision.as_deref() {
            if !stamped {
                self.conn
                    .prepare_cached("UPDATE item SET run = ?2 WHERE id = ?1")?
                    .execute(params![known.id.0, new.run()])?;
            }
            return Ok(Upserted {
                id: known.id,
                outcome: Outcome::Same,
            });
        }
        self.counts_move(new, known, &links)?;
        self.conn
            .prepare_cached(
                "UPDATE item SET revision = ?2, org = ?3, person = ?4, conversation = ?5, \
                 flags = ?6, run = ?7 WHERE id = ?1",
            )?
            .execute(params![
                known.id.0,
                revision,
                links.org.map(|it| it.0),
                links.person.map(|it| it.0),
                links.conversation.map(|it| it.0),
                links.flags,
                new.run()
            ])?;
        if links == known.links {
            return Ok(Upserted {
                id: known.id,
                outcome: Outcome::Same,
            });
        }
        self.follow_links(new, known, &links)?;
        Ok(Upserted {
            id: known.id,
            outcome: Outcome::Changed(Vec::new()),
        })
    }

    fn different_content(
        &mut self,
        new: &Incoming<'_>,
        known: &Known,
    ) -> Result<Upserted, StoreError> {
        let id = known.id;
        let item = new.item;
        let links = merged(new.links, &known.links);
        let old_json = self.body_text(known.kind, id)?;
        let body_moved = known.kind != item.body.kind() || old_json.as_deref() != Some(new.json);
        let revision = item.revision.as_ref().map(|it| it.as_str());
        let link = item.link.as_ref().map(LinkId::as_str);
        self.counts_move(new, known, &links)?;
        self.conn
            .prepare_cached(
                "UPDATE item SET link_key = ?2, link = ?3, revision = ?4, kind = ?5, at = ?6, \
                 title = ?7, org = ?8, person = ?9, conversation = ?10, flags = ?11, hash = ?12, \
                 run = ?13, seen = ?14 WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                item.link.as_ref().map(item::link_key),
                link,
                revision,
                item.body.kind().code(),
                item.at.0,
                title(&item.body),
                links.org.map(|it| it.0),
                links.person.map(|it| it.0),
                links.conversation.map(|it| it.0),
                links.flags,
                new.hash,
                new.run(),
                new.written.now.0
            ])?;
        // A local edit brings no raw form; the source's own stays.
        if let Some(text) = &item.raw {
            let packed = self.pack(item);
            raw::put(self.conn, id, text, packed.as_deref(), false)?;
        }
        let mut changes = Vec::new();
        if body_moved {
            changes = self.replace_body(new, known, old_json.as_deref(), &links)?;
        }
        if known.kind != item.body.kind() {
            for person in [known.links.person, links.person].into_iter().flatten() {
                self.heard_anew(person);
            }
        }
        self.clear_poison(new)?;
        let shown = body_moved
            || links != known.links
            || link != known.link.as_deref()
            || item.at.0 != known.at;
        if !shown {
            return Ok(Upserted {
                id,
                outcome: Outcome::Same,
            });
        }
        self.follow_links(new, known, &links)?;
        Ok(Upserted {
            id,
            outcome: Outcome::Changed(changes),
        })
    }

    fn replace_body(
        &mut self,
        new: &Incoming<'_>,
        known: &Known,
        old_json: Option<&str>,
        links: &Links,
    ) -> Result<Vec<FieldChange>, StoreError> {
        let id = known.id;
        // An old body this version cannot read has no fields to compare with;
        // journalling every new one as an edit would be a lie.
        let old = old_json.and_then(|text| body::decode(known.kind, text).ok());
        let changes = old.as_ref().map_or_else(Vec::new, |old| {
            difference(&fields_of(old), &fields_of(&new.item.body))
        });
        if known.kind != new.item.body.kind() {
            self.conn
                .prepare_cached(&format!(
                    "DELETE FROM {} WHERE item = ?1",
                    body::table(known.kind)
                ))?
                .execute([id.0])?;
        }
        body::put_row(self.conn, new.body_row(id, links), false)?;
        let same_refs = old
            .as_ref()
            .is_some_and(|old| refs::refs_of(old) == refs::refs_of(&new.item.body));
        if !same_refs {
            refs::put(self.conn, new.place.account, id, &new.item.body, true)?;
        }
        self.journal_changed(new.subject(id, links), &changes)?;
        let texts = Indexed::of(&new.item.body);
        // Read marks and reactions move often and are not searched for.
        if old.as_ref().is_none_or(|old| Indexed::of(old) != texts) {
            self.reindex(id, &texts)?;
        }
        Ok(changes)
    }

    /// The message a task was made from shows its tasks.
    pub(crate) fn touched_cause(&mut self, body: &Body) -> Result<(), StoreError> {
        if let Body::Task(task) = body
            && let Some(cause) = &task.cause
            && let Some(message) = self.message_behind(cause)?
        {
            self.topic(Topic::Item(message));
        }
        Ok(())
    }

    /// What is counted by day, before an item that was known is written anew.
    fn counts_move(
        &mut self,
        new: &Incoming<'_>,
        known: &Known,
        links: &Links,
    ) -> Result<(), StoreError> {
        let kind = new.item.body.kind();
        if kind == Kind::Conversation || known.kind == Kind::Conversation {
            self.talk_moves(known.id)?;
        }
        if kind != known.kind || *links != known.links {
            self.said(known.id, known.kind, &known.links, -1);
            self.said(known.id, kind, links, 1);
        }
        Ok(())
    }

    /// Counts and topics after an item that was known is different.
    fn follow_links(
        &mut self,
        new: &Incoming<'_>,
        known: &Known,
        links: &Links,
    ) -> Result<(), StoreError> {
        let kind = new.item.body.kind();
        let was_local = known.links.flags & LOCAL_ONLY != 0;
        let is_local = links.flags & LOCAL_ONLY != 0;
        let by = i64::from(was_local) - i64::from(is_local);
        if by != 0 {
            self.counted(new.place.collection, by, None);
        }
        if known.links.flags != links.flags
            && let Some(conversation) = links.conversation
        {
            self.recount(conversation);
        }
        self.moved_links(known.id, kind, &known.links, links)
    }
}

/// What the source says, with the bits the user moved here.
fn merged(new: &Links, old: &Links) -> Links {
    Links {
        flags: (old.flags & KEPT) | (new.flags & !KEPT),
        ..new.clone()
    }
}

/// The line a list shows, cut at a bound between two characters.
fn title(body: &Body) -> &str {
    let title = body.title();
    title
        .get(..title.floor_char_boundary(TITLE))
        .unwrap_or(title)
}

/// The `attempt`-th id to try for an item of that moment. The first tries share its
/// millisecond; a source that gives a hundred thousand items one moment spills into those
/// after it, into four times as many with every few tries that fail.
fn id_for(at: Millis, print: Print, attempt: u64, docs: Docs) -> ItemId {
    const LATEST: i64 = (1 << 42) - (1 << 20);
    const TRIES: u64 = 4;
    const WIDEST: u64 = 20;
    let mixed = print
        .second
        .wrapping_add(attempt.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let low = i64::try_from(mixed >> 44).unwrap_or_default();
    let wide = 1_u64 << (2 * (attempt / TRIES)).min(WIDEST);
    let later = i64::try_from(mixed & (wide - 1)).unwrap_or_default();
    let moment = at.0.clamp(0, LATEST) + later;
    docs.rounded(ItemId((moment << 20) | low))
}
