//! Gaps: holes in a conversation's history that are known to be ones.

use rapport_model::{Gap, Handle, Millis};
use rusqlite::params;

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::table::item::Place;
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0931 gap",
    older_may_open: false,
    sql: "
CREATE TABLE gap (
  id INTEGER PRIMARY KEY, -- nothing but a row number
  collection INTEGER NOT NULL REFERENCES collection(id), -- where
  conversation TEXT NOT NULL, -- handle of the conversation
  token TEXT NOT NULL, -- the connector's own token to read on from, backwards
  before INTEGER NOT NULL, -- the hole lies just before this moment
  UNIQUE (collection, conversation, token)
) STRICT;
",
}];

impl Reader<'_> {
    /// The gaps of a collection, the youngest first; of one conversation, if
    /// one is named.
    pub fn gaps(
        &self,
        place: &Place<'_>,
        conversation: Option<&Handle>,
    ) -> Result<Vec<Gap>, StoreError> {
        let Some(ids) = self.known_place(place)? else {
            return Ok(Vec::new());
        };
        let mut statement = self.conn.prepare_cached(
            "SELECT conversation, token, before FROM gap \
             WHERE collection = ?1 AND (?2 IS NULL OR conversation = ?2) ORDER BY before DESC, id",
        )?;
        let rows = statement.query_map(
            params![ids.collection, conversation.map(Handle::as_str)],
            |row| {
                Ok(Gap {
                    conversation: Handle(row.get(0)?),
                    token: row.get(1)?,
                    before: Millis(row.get(2)?),
                })
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Notes a hole. Answers whether it is new.
    pub fn put_gap(&mut self, place: &Place<'_>, gap: &Gap) -> Result<bool, StoreError> {
        let ids = self.place(place)?;
        let changed = self
            .conn
            .prepare_cached(
                "INSERT INTO gap (collection, conversation, token, before) \
                 VALUES (?1, ?2, ?3, ?4) ON CONFLICT (collection, conversation, token) DO NOTHING",
            )?
            .execute(params![
                ids.collection,
                gap.conversation.as_str(),
                gap.token,
                gap.before.0
            ])?;
        self.gap_moved(place, &gap.conversation, changed)
    }

    /// A hole has been filled. Answers whether it was known.
    pub fn fill_gap(
        &mut self,
        place: &Place<'_>,
        conversation: &Handle,
        token: &str,
    ) -> Result<bool, StoreError> {
        let ids = self.place(place)?;
        let changed = self
            .conn
            .prepare_cached(
                "DELETE FROM gap WHERE collection = ?1 AND conversation = ?2 AND token = ?3",
            )?
            .execute(params![ids.collection, conversation.as_str(), token])?;
        self.gap_moved(place, conversation, changed)
    }

    fn gap_moved(
        &mut self,
        place: &Place<'_>,
        conversation: &Handle,
        changed: usize,
    ) -> Result<bool, StoreError> {
        if changed == 0 {
            return Ok(false);
        }
        if let Some(id) = self.find(place, conversation)? {
            self.topic(Topic::Conversation(id));
        }
        self.topic(Topic::Collection(
            place.account.clone(),
            place.collection.clone(),
        ));
        Ok(true)
    }
}
