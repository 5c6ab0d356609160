//! The end of an item: what it takes with it, and what is told of it.

use rapport_model::{Handle, ItemId, Kind};
use rusqlite::OptionalExtension;

use crate::db::Tx;
use crate::error::StoreError;
use crate::table::body;
use crate::table::item::{self, LOCAL_ONLY, Place};
use crate::table::journal::Subject;
use crate::topic::Topic;
use crate::upsert::Written;

impl Tx<'_> {
    /// The item at that handle is no longer at the source. Its journal stays,
    /// with a last entry that says so.
    pub fn remove_item(
        &mut self,
        place: &Place<'_>,
        handle: &Handle,
        written: &Written,
    ) -> Result<Option<ItemId>, StoreError> {
        self.drop_poison(place, handle)?;
        let Some(id) = self.find(place, handle)? else {
            return Ok(None);
        };
        self.remove(id, written)?;
        Ok(Some(id))
    }

    /// As [`Tx::remove_item`], by id. Answers whether it was there.
    pub fn remove(&mut self, id: ItemId, written: &Written) -> Result<bool, StoreError> {
        let found = self
            .conn
            .prepare_cached(
                "SELECT kind, org, person, conversation, flags, collection, title \
                 FROM item WHERE id = ?1",
            )?
            .query_row([id.0], |row| {
                Ok((
                    item::kind_at(row, 0)?,
                    item::links_at(row, 1)?,
                    row.get::<_, i64>(5)?,
                    row.get::<_, String>(6)?,
                ))
            })
            .optional()?;
        let Some((kind, links, collection, title)) = found else {
            return Ok(false);
        };
        if kind == Kind::Task
            && let Some(text) = self.body_text(kind, id)?
            && let Ok(body) = body::decode(kind, &text)
        {
            self.touched_cause(&body)?;
        }
        self.unindex(id)?;
        if kind == Kind::Conversation {
            self.talk_moves(id)?;
        }
        self.said(id, kind, &links, -1);
        self.journal_gone(
            Subject {
                id,
                org: links.org,
                collection,
                kind,
                now: written.now,
                cause: &written.cause,
            },
            &title,
        )?;
        self.conn
            .prepare_cached("DELETE FROM item WHERE id = ?1")?
            .execute([id.0])?;
        if links.flags & LOCAL_ONLY == 0 {
            self.counted(collection, -1, None);
        }
        if let Some(conversation) = links.conversation {
            self.recount(conversation);
        }
        if let (Kind::Message, Some(person)) = (kind, links.person) {
            self.heard_anew(person);
        }
        self.touched(id, kind, &links);
        if matches!(kind, Kind::Contact | Kind::Organisation) {
            self.topic(Topic::People);
        }
        Ok(true)
    }
}
