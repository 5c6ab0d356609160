//! One conversation as a row.

use rapport_model::{Body, Conversation, ItemId, Millis};
use rusqlite::params;

use super::common::{JOINS, NARROW, Names, Narrow, beginning, body_at};
use super::rows::ConversationRow;
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::draft::Draft;
use crate::table::item::{DONE, MINE, MUTED};

/// Where a conversation stands, as its own row and the outbox say.
struct Standing {
    last: ItemId,
    unread: u32,
    mentions: u32,
    snoozed: Option<Millis>,
    back: Option<Millis>,
    marked: bool,
    scheduled: Option<Millis>,
    failed: u32,
}

impl Reader<'_> {
    /// One conversation.
    ///
    /// # Errors
    /// There is no such conversation, or the database cannot be read.
    pub fn conversation(&self, id: ItemId) -> Result<ConversationRow, StoreError> {
        self.conversation_with(&Names::new(self), id)?
            .ok_or_else(|| StoreError::missing(format!("conversation {id}")))
    }

    /// One conversation, if it is here.
    pub(super) fn conversation_with(
        &self,
        names: &Names<'_>,
        id: ItemId,
    ) -> Result<Option<ConversationRow>, StoreError> {
        let sql = format!(
            "SELECT {NARROW}, v.body, v.last_item, v.unread, v.mentions, v.snoozed, v.back, \
             v.marked, \
             (SELECT min(o.not_before) FROM outbox o WHERE o.conversation = v.item \
             AND o.state NOT IN ('done', 'withdrawn') AND o.state = 'queued' \
             AND o.scheduled IS NOT NULL AND o.item IS NULL), \
             (SELECT count(*) FROM outbox o WHERE o.conversation = v.item \
             AND o.state NOT IN ('done', 'withdrawn') AND o.state IN ('parked', 'unsure') \
             AND o.word = 'send') \
             FROM conversation v JOIN item i ON i.id = v.item {JOINS} WHERE v.item = ?1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![id.0])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let body: Conversation = body_at(row, 8)?;
        let moment = |column: usize| -> rusqlite::Result<Option<Millis>> {
            Ok(row.get::<_, Option<i64>>(column)?.map(Millis))
        };
        let standing = Standing {
            last: ItemId(row.get(9)?),
            unread: row.get(10)?,
            mentions: row.get(11)?,
            snoozed: moment(12)?,
            back: moment(13)?,
            marked: row.get(14)?,
            scheduled: moment(15)?,
            failed: row.get(16)?,
        };
        self.conversation_row(names, Narrow::read(row)?, &body, standing)
            .map(Some)
    }

    fn conversation_row(
        &self,
        names: &Names<'_>,
        narrow: Narrow,
        body: &Conversation,
        standing: Standing,
    ) -> Result<ConversationRow, StoreError> {
        let newest = if standing.last.0 == 0 {
            None
        } else {
            self.stored(standing.last)?
        };
        let last_person = newest.as_ref().and_then(|it| it.links.person);
        let mut question = false;
        let mut last_to = None;
        let (last_at, last_from, last_text, last_mine) = match newest {
            Some(stored) => match stored.item.body {
                Body::Message(message) => {
                    let mine = stored.flags & MINE != 0;
                    if mine {
                        last_to = message
                            .to
                            .first()
                            .map(|it| it.name.clone().unwrap_or_else(|| it.address.value.clone()));
                    }
                    question = !mine && message.text.contains(['?', '？', '؟']);
                    (
                        stored.item.at,
                        Some(message.from.name.unwrap_or(message.from.address.value)),
                        beginning(&message.text, 160),
                        mine,
                    )
                }
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
            last_to,
            // The source's own count also covers what is not here yet.
            unread: standing
                .unread
                .max(body.unread.unwrap_or(0))
                .max(u32::from(standing.marked)),
            mentions: standing.mentions.max(body.mentions.unwrap_or(0)),
            encrypted: body.encrypted,
            done: narrow.flags & DONE != 0,
            muted: narrow.flags & MUTED != 0 || body.muted,
            draft: self.draft(&Draft::key_of(narrow.id))?.is_some(),
            membership: membership.to_owned(),
            snoozed_until: standing.snoozed,
            back_at: standing.back,
            scheduled: standing.scheduled,
            question,
            failed: standing.failed,
            marked_unread: standing.marked,
        })
    }
}
