//! A conversation's messages: a page anywhere in it, what surrounds it, and
//! where words occur.

use rapport_model::{CommandId, Handle, ItemId, LinkId, Message, Millis, PersonId, State};
use rusqlite::params;
use rusqlite::types::Value;

use super::common::{JOINS, NARROW, Narrow, body_at, limit};
use super::rows::{MessagePage, MessageRow, OutboxRow, Way};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::item::{MINE, Place, UNREAD};

/// The most hits of a search inside a conversation.
const MOST_HITS: usize = 500;
/// Characters of a search that count.
const LONGEST_SEARCH: usize = 120;

/// Where in a conversation a page lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spot {
    /// The newest messages.
    #[default]
    Newest,
    /// Those just before this one.
    Before(ItemId),
    /// Those just after this one.
    After(ItemId),
    /// Those on both sides of this moment.
    At(Millis),
    /// Those on both sides of this message, itself included.
    Around(ItemId),
}

/// Which messages of a conversation.
#[derive(Clone, Debug, Default)]
pub struct MessagesWanted {
    /// Where the page lies.
    pub spot: Spot,
    /// Only of this thread.
    pub thread: Option<Handle>,
    /// Words to look for in the whole conversation.
    pub search: Option<String>,
    /// At most this many (default 50).
    pub limit: Option<u32>,
}

/// A page as ids, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageIds {
    /// Newest first.
    pub ids: Vec<ItemId>,
    /// Older ones are here.
    pub more: bool,
    /// Newer ones are here.
    pub newer: bool,
}

impl Reader<'_> {
    /// The ids of a page.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn message_ids(
        &self,
        conversation: ItemId,
        wanted: &MessagesWanted,
    ) -> Result<MessageIds, StoreError> {
        let most = limit(wanted.limit, 50).max(1);
        let size = usize::try_from(most).unwrap_or(usize::MAX);
        let walk = Walk {
            reader: self,
            conversation,
            thread: wanted.thread.as_ref(),
        };
        let mut out = MessageIds::default();
        match wanted.spot {
            Spot::Newest => out.ids = walk.older(i64::MAX, most.saturating_add(1))?,
            Spot::Before(id) => {
                out.ids = walk.older(id.0, most.saturating_add(1))?;
                out.newer = !walk.newer(id.0.saturating_sub(1), 1)?.is_empty();
            }
            Spot::After(id) => {
                let mut ids = walk.newer(id.0, most.saturating_add(1))?;
                out.newer = ids.len() > size;
                ids.truncate(size);
                ids.reverse();
                out.ids = ids;
                out.more = !walk.older(id.0.saturating_add(1), 1)?.is_empty();
                return Ok(out);
            }
            Spot::At(_) | Spot::Around(_) => {
                let from = match wanted.spot {
                    // The first message of the moment or after it.
                    Spot::At(at) => at.0.max(0).checked_shl(20).unwrap_or(i64::MAX),
                    Spot::Around(id) => id.0,
                    Spot::Newest | Spot::Before(_) | Spot::After(_) => i64::MAX,
                };
                let half = most.div_ceil(2);
                let mut newer = walk.newer(from.saturating_sub(1), half.saturating_add(1))?;
                let kept = usize::try_from(half).unwrap_or(usize::MAX);
                out.newer = newer.len() > kept;
                newer.truncate(kept);
                newer.reverse();
                let left = size.saturating_sub(newer.len());
                let older = u32::try_from(left).unwrap_or(u32::MAX);
                let mut older = walk.older(from, older.saturating_add(1))?;
                out.more = older.len() > left;
                older.truncate(left);
                out.ids = newer;
                out.ids.extend(older);
                return Ok(out);
            }
        }
        out.more = out.ids.len() > size;
        out.ids.truncate(size);
        Ok(out)
    }

    /// A page of messages, newest first, with what surrounds it. How far others
    /// have read is the caller's to add: it is never stored.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn messages(
        &self,
        conversation: ItemId,
        wanted: &MessagesWanted,
    ) -> Result<MessagePage, StoreError> {
        let page = self.message_ids(conversation, wanted)?;
        let hits = match &wanted.search {
            Some(text) => self.hits_in(conversation, text)?,
            None => Vec::new(),
        };
        Ok(MessagePage {
            messages: self.messages_by_id(&page.ids)?,
            gaps: self.holes(conversation)?,
            more: page.more,
            newer: page.newer,
            read_marker: self.first_unread(conversation)?,
            receipts: Vec::new(),
            hits,
            scheduled: self.scheduled_in(conversation)?,
        })
    }

    /// Messages, in the order asked for.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn messages_by_id(&self, ids: &[ItemId]) -> Result<Vec<MessageRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NARROW}, m.body, i.person, i.conversation FROM item i {JOINS} \
             JOIN message m ON m.item = i.id WHERE i.id = ?1"
        ))?;
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            let mut rows = statement.query(params![id.0])?;
            let Some(row) = rows.next()? else { continue };
            let narrow = Narrow::read(row)?;
            let body: Message = body_at(row, 8)?;
            let person = row.get::<_, Option<i64>>(9)?.map(PersonId);
            let way = self.way_of(narrow.id)?;
            let link = narrow.link.as_ref().map(LinkId::as_str);
            let tasks = self.tasks_from(link, narrow.handle.as_str())?;
            let mut message = message_row(narrow, body, person, way, tasks);
            message.conversation = row.get::<_, Option<i64>>(10)?.map(ItemId);
            out.push(message);
        }
        Ok(out)
    }

    /// The oldest message the user has not read.
    fn first_unread(&self, conversation: ItemId) -> Result<Option<ItemId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT min(id) FROM item WHERE conversation = ?1 AND conversation IS NOT NULL \
             AND flags & 1 = 1",
        )?;
        let id: Option<i64> = statement.query_row([conversation.0], |row| row.get(0))?;
        Ok(id.map(ItemId))
    }

    /// The moments before which history is missing, newest first.
    fn holes(&self, conversation: ItemId) -> Result<Vec<Millis>, StoreError> {
        let Some(stored) = self.stored(conversation)? else {
            return Ok(Vec::new());
        };
        let place = Place {
            account: &stored.account,
            collection: &stored.collection,
        };
        let gaps = self.gaps(&place, Some(&stored.item.handle))?;
        Ok(gaps.into_iter().map(|gap| gap.before).collect())
    }

    /// What the user lets go later in a conversation, the first to go first.
    fn scheduled_in(&self, conversation: ItemId) -> Result<Vec<OutboxRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM outbox WHERE conversation = ?1 AND conversation IS NOT NULL \
             AND state NOT IN ('done', 'withdrawn') AND scheduled IS NOT NULL AND item IS NULL \
             ORDER BY not_before, seq",
        )?;
        let ids = statement
            .query_map([conversation.0], |row| row.get(0).map(CommandId))?
            .collect::<Result<Vec<_>, _>>()?;
        self.outbox_by_id(&ids)
    }

    /// The messages of a conversation in which every word of `text` occurs, as
    /// people type it: without regard to case. Newest first.
    fn hits_in(&self, conversation: ItemId, text: &str) -> Result<Vec<ItemId>, StoreError> {
        let words: Vec<String> = text
            .chars()
            .take(LONGEST_SEARCH)
            .collect::<String>()
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT i.id, json_extract(m.body, '$.text'), \
             coalesce(json_extract(m.body, '$.subject'), '') \
             FROM item i JOIN message m ON m.item = i.id \
             WHERE i.conversation = ?1 ORDER BY i.id DESC",
        )?;
        let mut rows = statement.query([conversation.0])?;
        let mut hits = Vec::new();
        while let Some(row) = rows.next()? {
            let said = format!(
                "{} {}",
                row.get_ref(1)?
                    .as_str_or_null()
                    .ok()
                    .flatten()
                    .unwrap_or_default(),
                row.get_ref(2)?
                    .as_str_or_null()
                    .ok()
                    .flatten()
                    .unwrap_or_default()
            )
            .to_lowercase();
            if words.iter().all(|word| said.contains(word.as_str())) {
                hits.push(ItemId(row.get(0)?));
                if hits.len() >= MOST_HITS {
                    break;
                }
            }
        }
        Ok(hits)
    }

    /// Where a message stands on its way out; `None` once it has arrived.
    fn way_of(&self, item: ItemId) -> Result<Option<Way>, StoreError> {
        let entry = self
            .entries_of_item(item)?
            .into_iter()
            .find(|entry| !matches!(entry.state, State::Done | State::Withdrawn));
        Ok(entry.map(|entry| Way {
            command: entry.id,
            state: entry.state.word().to_owned(),
            fault: entry.fault,
            not_before: entry.not_before,
        }))
    }
}

/// A walk along one conversation, or one thread of it.
struct Walk<'a> {
    reader: &'a Reader<'a>,
    conversation: ItemId,
    thread: Option<&'a Handle>,
}

impl Walk<'_> {
    /// Up to `most` ids below `than`, newest first.
    fn older(&self, than: i64, most: u32) -> Result<Vec<ItemId>, StoreError> {
        self.ids("i.id < ? ORDER BY i.id DESC", than, most)
    }

    /// Up to `most` ids above `than`, oldest first.
    fn newer(&self, than: i64, most: u32) -> Result<Vec<ItemId>, StoreError> {
        self.ids("i.id > ? ORDER BY i.id", than, most)
    }

    fn ids(&self, cut: &str, than: i64, most: u32) -> Result<Vec<ItemId>, StoreError> {
        let mut values: Vec<Value> = Vec::new();
        let from = match self.thread {
            None => {
                values.push(self.conversation.0.into());
                "item i WHERE i.conversation = ?"
            }
            Some(thread) => {
                values.extend([
                    Value::from(thread.as_str().to_owned()),
                    self.root(thread)?.map_or(-1, |it| it.0).into(),
                    self.conversation.0.into(),
                ]);
                "(SELECT item AS id FROM message WHERE thread = ? AND thread IS NOT NULL \
                 UNION SELECT ?) t JOIN item i ON i.id = t.id WHERE i.conversation = ?"
            }
        };
        values.push(than.into());
        values.push(most.into());
        let sql = format!("SELECT i.id FROM {from} AND {cut} LIMIT ?");
        let mut statement = self.reader.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(rusqlite::params_from_iter(values), |row| {
            row.get(0).map(ItemId)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first message of a thread.
    fn root(&self, thread: &Handle) -> Result<Option<ItemId>, StoreError> {
        let mut statement = self
            .reader
            .conn
            .prepare_cached("SELECT collection FROM item WHERE id = ?1")?;
        let mut rows = statement.query([self.conversation.0])?;
        match rows.next()? {
            Some(row) => self.reader.find_in(row.get(0)?, thread),
            None => Ok(None),
        }
    }
}

fn message_row(
    narrow: Narrow,
    body: Message,
    person: Option<PersonId>,
    way: Option<Way>,
    tasks: Vec<ItemId>,
) -> MessageRow {
    MessageRow {
        id: narrow.id,
        handle: narrow.handle,
        link: narrow.link,
        at: narrow.at,
        from: body.from,
        person,
        mine: narrow.flags & MINE != 0,
        to: body.to,
        cc: body.cc,
        subject: body.subject,
        text: body.text,
        has_html: body.html.is_some(),
        reply_to: body.reply_to,
        thread: body.thread,
        edited: body.edited,
        readable: body.readable,
        reactions: body.reactions,
        attachments: body.attachments,
        internal: body.internal,
        unread: narrow.flags & UNREAD != 0,
        way,
        tasks,
        conversation: None,
    }
}
