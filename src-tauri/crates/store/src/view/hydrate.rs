//! Rows by id: a list travels as ids, and the screen asks for what it shows.
//!
//! What is no longer there is left out; the next delta of the list says so.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rapport_model::{CommandId, ItemId, Kind, Millis, PersonId, Record};
use rusqlite::{OptionalExtension as _, params};
use serde::de::DeserializeOwned;

use super::common::{JOINS, NARROW, Names, Narrow, body_at};
use super::records::record_row;
use super::rows::{ConversationRow, OutboxRow, PersonRow, RecordRow, TaskRow};
use super::tasks::task_row;
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::body;

impl Reader<'_> {
    /// Conversations, in the order asked for.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn conversations_by_id(&self, ids: &[ItemId]) -> Result<Vec<ConversationRow>, StoreError> {
        let names = Names::new(self);
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            out.extend(self.conversation_with(&names, *id)?);
        }
        Ok(out)
    }

    /// Tasks, in the order asked for.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn tasks_by_id(
        &self,
        ids: &[ItemId],
        now: Millis,
        zone: &TimeZone,
    ) -> Result<Vec<TaskRow>, StoreError> {
        let names = Names::new(self);
        self.bodies_by_id(ids, Kind::Task, |narrow, body| {
            task_row(&names, narrow, body, now, zone)
        })
    }

    /// Records, in the order asked for.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn records_by_id(&self, ids: &[ItemId], today: Date) -> Result<Vec<RecordRow>, StoreError> {
        let names = Names::new(self);
        self.bodies_by_id(ids, Kind::Record, |narrow, body: Record| {
            record_row(&names, narrow, &body, today)
        })
    }

    /// What `show` makes of the items of one kind that are there.
    fn bodies_by_id<B: DeserializeOwned, T>(
        &self,
        ids: &[ItemId],
        kind: Kind,
        show: impl Fn(Narrow, B) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NARROW}, b.body FROM item i {JOINS} JOIN {} b ON b.item = i.id \
             WHERE i.id = ?1",
            body::table(kind)
        ))?;
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            let mut rows = statement.query([id.0])?;
            if let Some(row) = rows.next()? {
                out.push(show(Narrow::read(row)?, body_at(row, 8)?)?);
            }
        }
        Ok(out)
    }

    /// People, in the order asked for.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn people_by_id(&self, ids: &[PersonId]) -> Result<Vec<PersonRow>, StoreError> {
        let names = Names::new(self);
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            if self.person(*id)?.is_some() {
                out.push(self.person_row(&names, *id, None)?);
            }
        }
        Ok(out)
    }

    /// Who wrote among the newest messages of a conversation, the busiest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn people_of_conversation(
        &self,
        conversation: ItemId,
        among: u32,
    ) -> Result<Vec<PersonId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT person FROM (SELECT person FROM item WHERE conversation = ?1 \
             ORDER BY id DESC LIMIT ?2) WHERE person IS NOT NULL \
             GROUP BY person ORDER BY count(*) DESC, person",
        )?;
        let rows = statement.query_map(params![conversation.0, among], |row| {
            row.get(0).map(PersonId)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Outbox entries, in the order asked for.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn outbox_by_id(&self, ids: &[CommandId]) -> Result<Vec<OutboxRow>, StoreError> {
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(entry) = self.entry(id)? {
                out.push(self.outbox_row(entry)?);
            }
        }
        Ok(out)
    }

    /// The tasks that were made from a message, the oldest first.
    pub(crate) fn tasks_from(
        &self,
        link: Option<&str>,
        handle: &str,
    ) -> Result<Vec<ItemId>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT item FROM task WHERE cause = ?1 ORDER BY item")?;
        // A message without a link of its own is named by its handle.
        let cause = link.unwrap_or(handle);
        let rows = statement.query_map([cause], |row| row.get(0).map(ItemId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The kind of conversation a message was said in.
    pub(super) fn kind_of_talk(&self, message: ItemId) -> Result<Option<String>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT c.kind FROM item m JOIN conversation c ON c.item = m.conversation \
             WHERE m.id = ?1",
        )?;
        Ok(statement
            .query_row([message.0], |row| row.get(0))
            .optional()?)
    }

    /// The message a task was made from, when it is here.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn message_behind(
        &self,
        cause: &rapport_model::LinkId,
    ) -> Result<Option<ItemId>, StoreError> {
        // A mail thread goes by the id of its first mail: only a message will do.
        let said = |id: ItemId| -> Result<bool, StoreError> {
            let found = self.stored(id)?;
            Ok(found.is_some_and(|it| it.item.body.kind() == Kind::Message))
        };
        for id in self.find_link(cause)? {
            if said(id)? {
                return Ok(Some(id));
            }
        }
        let handle = rapport_model::Handle::new(cause.as_str());
        let mut statement = self.conn.prepare_cached("SELECT id FROM collection")?;
        let collections = statement
            .query_map([], |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        for collection in collections {
            if let Some(id) = self.find_in(collection, &handle)?
                && said(id)?
            {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }
}
