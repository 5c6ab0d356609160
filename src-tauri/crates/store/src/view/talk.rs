//! The inbox, a conversation's messages, drafts.

use rapport_model::{AccountId, Body, Conversation, ItemId, Message, Millis, OrgId, PersonId};
use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};

use super::common::{JOINS, NARROW, Names, Narrow, beginning, body_at, contains, limit};
use super::rows::{ConversationRow, MessagePage, MessageRow, Way};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::draft::Draft;
use crate::table::item::{DONE, MINE, MUTED, Place, UNREAD};

/// Which conversations.
#[derive(Clone, Debug, Default)]
pub struct ConversationsWanted {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Of this customer.
    pub org: Option<OrgId>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Whose title contains this.
    pub title: Option<String>,
    /// Only with unread messages.
    pub unread: bool,
    /// Only with unread mentions.
    pub mentions: bool,
    /// Only those whose last word is not the user's, and that belong to a customer.
    pub waiting: bool,
    /// Done ones too.
    pub done: bool,
    /// At most this many.
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: u32,
}

impl Reader<'_> {
    /// Conversations, newest activity first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn inbox(&self, wanted: &ConversationsWanted) -> Result<Vec<ConversationRow>, StoreError> {
        let mut sql = format!(
            "SELECT {NARROW}, v.body, v.last_item, v.unread, v.mentions \
             FROM conversation v JOIN item i ON i.id = v.item {JOINS} \
             LEFT JOIN item m ON m.id = v.last_item WHERE 1"
        );
        let mut values: Vec<Value> = Vec::new();
        if let Some(account) = &wanted.account {
            sql.push_str(" AND a.name = ?");
            values.push(account.0.clone().into());
        }
        if let Some(org) = wanted.org {
            sql.push_str(" AND v.org = ?");
            values.push(org.0.into());
        }
        if let Some(kind) = &wanted.kind {
            sql.push_str(" AND v.kind = ?");
            values.push(kind.clone().into());
        }
        if let Some(title) = &wanted.title {
            sql.push_str(" AND i.title LIKE ? ESCAPE '\\'");
            values.push(contains(title).into());
        }
        if wanted.unread {
            sql.push_str(" AND v.unread > 0");
        }
        if wanted.mentions {
            sql.push_str(" AND v.unread > 0 AND v.mentions > 0");
        }
        if wanted.waiting {
            sql.push_str(" AND v.org IS NOT NULL AND m.flags & ? = 0");
            values.push(MINE.into());
        }
        if !wanted.done {
            sql.push_str(" AND i.flags & ? = 0");
            values.push(DONE.into());
        }
        sql.push_str(" ORDER BY v.last_item DESC, v.item DESC LIMIT ? OFFSET ?");
        values.push(limit(wanted.limit, 100).into());
        values.push(wanted.offset.into());
        let names = Names::new(self);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let narrow = Narrow::read(row)?;
            let body: Conversation = body_at(row, 8)?;
            let counts = (row.get(10)?, row.get(11)?);
            out.push(self.conversation_row(&names, narrow, &body, ItemId(row.get(9)?), counts)?);
        }
        Ok(out)
    }

    /// One conversation.
    ///
    /// # Errors
    /// There is no such conversation, or the database cannot be read.
    pub fn conversation(&self, id: ItemId) -> Result<ConversationRow, StoreError> {
        let sql = format!(
            "SELECT {NARROW}, v.body, v.last_item, v.unread, v.mentions \
             FROM conversation v JOIN item i ON i.id = v.item {JOINS} WHERE v.item = ?1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![id.0])?;
        let row = rows
            .next()?
            .ok_or_else(|| StoreError::missing(format!("conversation {id}")))?;
        let body: Conversation = body_at(row, 8)?;
        let counts = (row.get(10)?, row.get(11)?);
        let (narrow, last) = (Narrow::read(row)?, ItemId(row.get(9)?));
        self.conversation_row(&Names::new(self), narrow, &body, last, counts)
    }

    fn conversation_row(
        &self,
        names: &Names<'_>,
        narrow: Narrow,
        body: &Conversation,
        last: ItemId,
        (unread, mentions): (u32, u32),
    ) -> Result<ConversationRow, StoreError> {
        let newest = if last.0 == 0 {
            None
        } else {
            self.stored(last)?
        };
        let last_person = newest.as_ref().and_then(|it| it.links.person);
        let (last_at, last_from, last_text, last_mine) = match newest {
            Some(stored) => match stored.item.body {
                Body::Message(message) => (
                    stored.item.at,
                    Some(message.from.name.unwrap_or(message.from.address.value)),
                    beginning(&message.text, 160),
                    stored.flags & MINE != 0,
                ),
                _ => (stored.item.at, None, String::new(), false),
            },
            None => (narrow.at, None, String::new(), false),
        };
        let membership = match body.membership {
            rapport_model::conversation::Membership::Joined => "joined",
            rapport_model::conversation::Membership::Invited => "invited",
            rapport_model::conversation::Membership::Left => "left",
        };
        Ok(ConversationRow {
            id: narrow.id,
            customer_name: names.org(narrow.org)?,
            customer: narrow.org,
            account: narrow.account,
            collection: narrow.collection,
            handle: narrow.handle,
            kind: body.kind.word().to_owned(),
            title: body.title.clone(),
            last_at,
            last_from,
            last_text,
            last_mine,
            last_person,
            // The source's own count also covers what is not here yet.
            unread: unread.max(body.unread.unwrap_or(0)),
            mentions: mentions.max(body.mentions.unwrap_or(0)),
            encrypted: body.encrypted,
            done: narrow.flags & DONE != 0,
            muted: narrow.flags & MUTED != 0 || body.muted,
            draft: self.draft(&Draft::key_of(narrow.id))?.is_some(),
            membership: membership.to_owned(),
        })
    }

    /// Messages of a conversation, newest first, with the holes between them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn messages(
        &self,
        conversation: ItemId,
        before: Option<ItemId>,
        most: Option<u32>,
    ) -> Result<MessagePage, StoreError> {
        let most = limit(most, 50);
        let sql = format!(
            "SELECT {NARROW}, m.body, i.person FROM item i {JOINS} JOIN message m ON m.item = i.id \
             WHERE i.conversation = ?1 AND i.id < ?2 ORDER BY i.id DESC LIMIT ?3"
        );
        let before = before.map_or(i64::MAX, |id| id.0);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![conversation.0, before, most.saturating_add(1)])?;
        let mut messages = Vec::new();
        while let Some(row) = rows.next()? {
            let narrow = Narrow::read(row)?;
            let body: Message = body_at(row, 8)?;
            let person = row.get::<_, Option<i64>>(9)?.map(PersonId);
            let way = self.way_of(narrow.id)?;
            messages.push(message_row(narrow, body, person, way));
        }
        let more = messages.len() > usize::try_from(most).unwrap_or(usize::MAX);
        messages.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let gaps = self.holes(conversation)?;
        Ok(MessagePage {
            messages,
            gaps,
            more,
        })
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

    /// Where a message stands on its way out; `None` once it has arrived.
    fn way_of(&self, item: ItemId) -> Result<Option<Way>, StoreError> {
        let entry = self.entries_of_item(item)?.into_iter().find(|entry| {
            !matches!(
                entry.state,
                rapport_model::State::Done | rapport_model::State::Withdrawn
            )
        });
        Ok(entry.map(|entry| Way {
            command: entry.id,
            state: entry.state.word().to_owned(),
            fault: entry.fault,
            not_before: entry.not_before,
        }))
    }
}

fn message_row(
    narrow: Narrow,
    body: Message,
    person: Option<PersonId>,
    way: Option<Way>,
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
    }
}
