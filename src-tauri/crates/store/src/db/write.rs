//! The writing side: one transaction, what it touched, and what has to follow
//! at its end.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use rapport_model::{AccountId, CollectionId, ItemId, PersonId};
use rusqlite::{Connection, OptionalExtension, params};

use super::read::Names;
use super::{Reader, lock};
use crate::error::StoreError;
use crate::search::doc::Docs;
use crate::search::pending::Pending;
use crate::search::{Indexed, index_item, unindex_item};
use crate::table::daily::Daily;
use crate::table::raw::Packer;
use crate::topic::Topic;

/// The one connection that writes, with what it keeps between transactions.
pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) names: RefCell<Names>,
    pub(super) tools: Tools,
}

impl Writer {
    pub(super) fn new(conn: Connection) -> Self {
        Self {
            conn,
            names: RefCell::default(),
            tools: Tools::default(),
        }
    }
}

/// Buffers and counters that are reused from one item to the next.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    pub(crate) json: Vec<u8>,
    pub(crate) packer: Packer,
    /// The newest number of the journal, once known.
    pub(crate) last_seq: Option<i64>,
    /// How the file numbers its documents, once known.
    pub(crate) docs: Option<Docs>,
}

impl Tools {
    /// After a rollback the file no longer agrees with what was counted.
    pub(super) const fn forget(&mut self) {
        self.last_seq = None;
    }
}

/// One write transaction. It can also ask everything a [`Reader`] can.
pub struct Tx<'c> {
    reader: Reader<'c>,
    pub(crate) tools: &'c mut Tools,
    topics: BTreeSet<Topic>,
    counts: BTreeMap<i64, Count>,
    talks: BTreeMap<ItemId, Talk>,
    documents: Pending,
    people: BTreeMap<PersonId, Option<ItemId>>,
    pub(crate) daily: Daily,
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

impl<'c> Deref for Tx<'c> {
    type Target = Reader<'c>;

    fn deref(&self) -> &Reader<'c> {
        &self.reader
    }
}

/// How a collection's counts move in this transaction.
#[derive(Clone, Copy, Default)]
struct Count {
    added: i64,
    newest: Option<i64>,
}

/// How a conversation's newest message and counts move in this transaction.
#[derive(Clone, Copy, Default)]
struct Talk {
    newest: i64,
    unread: i64,
    mentions: i64,
    /// Something else than an arrival: count from the table.
    recount: bool,
}

impl<'c> Tx<'c> {
    pub(super) const fn new(reader: Reader<'c>, tools: &'c mut Tools) -> Self {
        Self {
            reader,
            tools,
            topics: BTreeSet::new(),
            counts: BTreeMap::new(),
            talks: BTreeMap::new(),
            documents: Pending::new(),
            people: BTreeMap::new(),
            daily: Daily::new(),
        }
    }

    /// Says that a screen on this has to ask again, once this is committed.
    pub fn topic(&mut self, topic: Topic) {
        self.topics.insert(topic);
    }

    pub(super) fn into_topics(self) -> Vec<Topic> {
        self.topics.into_iter().collect()
    }

    /// The count of a collection moves by `by`; its newest item may be of `at`.
    pub(crate) fn counted(&mut self, collection: i64, by: i64, at: Option<i64>) {
        let count = self.counts.entry(collection).or_default();
        count.added += by;
        count.newest = count.newest.max(at);
    }

    /// A message arrived in a conversation.
    pub(crate) fn arrived(&mut self, conversation: ItemId, message: ItemId, flags: i64) {
        use crate::table::item::{MENTION, UNREAD};
        let talk = self.talks.entry(conversation).or_default();
        talk.newest = talk.newest.max(message.0);
        if flags & UNREAD != 0 {
            talk.unread += 1;
            talk.mentions += i64::from(flags & MENTION != 0);
        }
    }

    /// A person has a new message.
    pub(crate) fn heard_from(&mut self, person: PersonId, message: ItemId) {
        let newest = self.people.entry(person).or_insert(Some(message));
        // None stands for looking it up, which finds this one too.
        *newest = newest.map(|it| it.max(message));
    }

    /// A person's newest message is to be looked up.
    pub(crate) fn heard_anew(&mut self, person: PersonId) {
        self.people.insert(person, None);
    }

    /// A conversation's counts are to be taken from the table.
    pub(crate) fn recount(&mut self, conversation: ItemId) {
        self.talks.entry(conversation).or_default().recount = true;
    }

    /// Writes the documents that wait for the end.
    pub(crate) fn write_documents(&mut self) -> Result<(), StoreError> {
        self.documents.write(self.reader.conn)
    }

    /// Indexes an item that the index cannot have yet, at the end.
    pub(crate) fn index(&mut self, id: ItemId, texts: Indexed<'_>) -> Result<(), StoreError> {
        self.documents.add(self.reader.conn, id, texts)
    }

    /// Indexes an item anew.
    pub(crate) fn reindex(&mut self, id: ItemId, texts: &Indexed<'_>) -> Result<(), StoreError> {
        if self.documents.replace(id, texts) {
            return Ok(());
        }
        index_item(self.reader.conn, id, texts, false)
    }

    /// Takes an item out of the search index, whether it is in already or waits to
    /// be written.
    pub(crate) fn unindex(&mut self, id: ItemId) -> Result<(), StoreError> {
        if !self.documents.take_out(id) {
            unindex_item(self.reader.conn, id)?;
        }
        Ok(())
    }

    /// What every transaction does last: its new documents, and counts that follow
    /// from its rows.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        for (collection, count) in std::mem::take(&mut self.counts) {
            let named = self
                .conn
                .prepare_cached(
                    "UPDATE collection SET local_count = local_count + ?2, \
                     last_item = max(coalesce(last_item, ?3), coalesce(?3, last_item)) \
                     WHERE id = ?1 \
                     RETURNING (SELECT name FROM account WHERE id = account), name",
                )?
                .query_row(params![collection, count.added, count.newest], |row| {
                    Ok((AccountId(row.get(0)?), CollectionId(row.get(1)?)))
                })
                .optional()?;
            // It may have left with its account.
            if let Some((account, collection)) = named {
                self.topic(Topic::Collection(account, collection));
            }
        }
        for (conversation, talk) in std::mem::take(&mut self.talks) {
            if talk.recount {
                self.conn
                    .prepare_cached(
                        "UPDATE conversation SET \
                         last_item = coalesce((SELECT max(id) FROM item WHERE conversation = ?1), 0), \
                         unread = (SELECT count(*) FROM item \
                         WHERE conversation = ?1 AND flags & 1 = 1), \
                         mentions = (SELECT count(*) FROM item \
                         WHERE conversation = ?1 AND flags & 1 = 1 AND flags & 8 = 8) \
                         WHERE item = ?1",
                    )?
                    .execute([conversation.0])?;
            } else {
                self.conn
                    .prepare_cached(
                        "UPDATE conversation SET last_item = max(last_item, ?2), \
                         unread = unread + ?3, mentions = mentions + ?4 WHERE item = ?1",
                    )?
                    .execute(params![
                        conversation.0,
                        talk.newest,
                        talk.unread,
                        talk.mentions
                    ])?;
            }
        }
        for (person, newest) in std::mem::take(&mut self.people) {
            self.settle_person(person, newest)?;
        }
        self.settle_daily()?;
        self.write_documents()
    }

    fn settle_person(&self, person: PersonId, newest: Option<ItemId>) -> Result<(), StoreError> {
        if let Some(newest) = newest {
            let sql = "INSERT INTO heard (person, last_item) VALUES (?1, ?2) ON CONFLICT (person) \
                 DO UPDATE SET last_item = excluded.last_item \
                 WHERE last_item < excluded.last_item";
            self.conn
                .prepare_cached(sql)?
                .execute(params![person.0, newest.0])?;
            return Ok(());
        }
        self.conn
            .prepare_cached("DELETE FROM heard WHERE person = ?1")?
            .execute([person.0])?;
        let sql = "INSERT INTO heard SELECT person, max(id) FROM item \
             WHERE person = ?1 AND kind = 2 GROUP BY person";
        self.conn.prepare_cached(sql)?.execute([person.0])?;
        Ok(())
    }

    pub(super) fn flush_quiet(&self) -> Result<(), StoreError> {
        flush_quiet(self.conn, &lock(self.quiet))
    }
}

/// Writes the moments of turns that ended well and changed nothing else.
pub(super) fn flush_quiet(conn: &Connection, quiet: &BTreeMap<i64, i64>) -> Result<(), StoreError> {
    for (collection, at) in quiet {
        conn.prepare_cached(
            "UPDATE collection SET last_success = ?2 WHERE id = ?1 AND last_success < ?2",
        )?
        .execute(params![collection, at])?;
    }
    Ok(())
}
