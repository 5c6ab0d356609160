//! Drafts: what is being written, with its history, so that nothing typed is
//! ever lost.

use std::ops::ControlFlow;

use rapport_model::command::Outgoing;
use rapport_model::{ItemId, Millis, OrgId};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::topic::Topic;

/// The steps of these tables.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0970 draft",
    older_may_open: false,
    sql: "
CREATE TABLE draft (
  id INTEGER PRIMARY KEY, -- nothing but a row number
  key TEXT NOT NULL UNIQUE, -- what it is for: conversation:<item>, or a word of the screen's
  conversation INTEGER, -- the conversation it answers in
  version INTEGER NOT NULL, -- number of its newest version
  saved INTEGER NOT NULL, -- when that was saved
  content TEXT NOT NULL -- JSON of the model's Outgoing
) STRICT;
CREATE TABLE draft_version (
  id INTEGER PRIMARY KEY, -- nothing but a row number
  key TEXT NOT NULL, -- which draft; stays when it is discarded
  conversation INTEGER, -- the conversation it answers in
  version INTEGER NOT NULL, -- rises with every save
  saved INTEGER NOT NULL, -- when
  content TEXT NOT NULL, -- JSON of the model's Outgoing
  UNIQUE (key, version)
) STRICT;
",
}];

/// So many versions of one draft are kept; the oldest go first.
const KEPT: i64 = 50;

/// Something being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What it is for; [`Draft::in_conversation`] makes the usual one.
    pub key: String,
    /// The conversation it answers in.
    pub conversation: Option<ItemId>,
    /// What is written so far.
    pub content: Outgoing,
    /// Its number; given when saved.
    pub version: i64,
    /// When it was saved.
    pub saved: Millis,
}

impl Draft {
    /// A draft of an answer in a conversation.
    #[must_use]
    pub fn in_conversation(conversation: ItemId, content: Outgoing, now: Millis) -> Self {
        Self {
            key: Self::key_of(conversation),
            conversation: Some(conversation),
            content,
            version: 0,
            saved: now,
        }
    }

    /// The key of the draft in a conversation.
    #[must_use]
    pub fn key_of(conversation: ItemId) -> String {
        format!("conversation:{conversation}")
    }
}

fn read(row: &Row<'_>) -> Result<Draft, StoreError> {
    Ok(Draft {
        key: row.get(0)?,
        conversation: row.get::<_, Option<i64>>(1)?.map(ItemId),
        version: row.get(2)?,
        saved: Millis(row.get(3)?),
        content: serde_json::from_str(&row.get::<_, String>(4)?)?,
    })
}

impl Reader<'_> {
    /// The draft with that key.
    pub fn draft(&self, key: &str) -> Result<Option<Draft>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, conversation, version, saved, content FROM draft WHERE key = ?1",
        )?;
        let mut rows = statement.query([key])?;
        rows.next()?.map(read).transpose()
    }

    /// All drafts, the newest first.
    pub fn drafts(&self) -> Result<Vec<Draft>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, conversation, version, saved, content FROM draft \
             ORDER BY saved DESC, id DESC",
        )?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    /// Hands every draft to `each` with its earlier versions and those of discarded ones, in
    /// the order they were saved under their keys, until it breaks off; those in conversations
    /// of one organisation alone, if it is named. The flag says that it is the draft as it
    /// stands. Answers how many could not be read and were passed over.
    pub fn walk_drafts(
        &self,
        of: Option<OrgId>,
        mut each: impl FnMut(Draft, bool) -> ControlFlow<()>,
    ) -> Result<u64, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT key, conversation, version, saved, content, stands FROM ( \
             SELECT key, conversation, version, saved, content, 1 AS stands FROM draft \
             UNION ALL SELECT key, conversation, version, saved, content, 0 FROM draft_version v \
             WHERE NOT EXISTS (SELECT 1 FROM draft d WHERE d.key = v.key \
             AND d.version = v.version)) s \
             WHERE ?1 IS NULL OR EXISTS (SELECT 1 FROM item i WHERE i.id = s.conversation \
             AND i.org = ?1) ORDER BY key, version",
        )?;
        let mut rows = statement.query([of.map(|it| it.0)])?;
        let mut unreadable = 0;
        while let Some(row) = rows.next()? {
            let stands = row.get(5)?;
            match read(row) {
                Ok(draft) => {
                    if each(draft, stands).is_break() {
                        break;
                    }
                }
                Err(StoreError::Json(_)) => unreadable += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(unreadable)
    }

    /// What was saved under that key, the newest first, discarded drafts
    /// among it.
    pub fn draft_history(&self, key: &str) -> Result<Vec<Draft>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, conversation, version, saved, content FROM draft_version \
             WHERE key = ?1 ORDER BY version DESC",
        )?;
        let mut rows = statement.query([key])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }
}

impl Tx<'_> {
    /// Saves a draft and answers its version. The same content again writes
    /// nothing.
    pub fn save_draft(&mut self, draft: &Draft) -> Result<i64, StoreError> {
        if let Some(known) = self.draft(&draft.key)?
            && known.content == draft.content
            && known.conversation == draft.conversation
        {
            return Ok(known.version);
        }
        let content = serde_json::to_string(&draft.content)?;
        let last: Option<i64> = self
            .conn
            .prepare_cached("SELECT max(version) FROM draft_version WHERE key = ?1")?
            .query_row([&draft.key], |row| row.get(0))
            .optional()?
            .flatten();
        let version = last.unwrap_or(0) + 1;
        let conversation = draft.conversation.map(|it| it.0);
        self.conn
            .prepare_cached(
                "INSERT INTO draft (key, conversation, version, saved, content) \
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO UPDATE SET \
                 conversation = excluded.conversation, version = excluded.version, \
                 saved = excluded.saved, content = excluded.content",
            )?
            .execute(params![
                draft.key,
                conversation,
                version,
                draft.saved.0,
                content
            ])?;
        self.conn
            .prepare_cached(
                "INSERT INTO draft_version (key, conversation, version, saved, content) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                draft.key,
                conversation,
                version,
                draft.saved.0,
                content
            ])?;
        self.conn
            .prepare_cached("DELETE FROM draft_version WHERE key = ?1 AND version <= ?2")?
            .execute(params![draft.key, version - KEPT])?;
        self.drafts_touched(draft.conversation);
        Ok(version)
    }

    /// Discards a draft: it was sent, or is not wanted. Its history stays.
    pub fn discard_draft(&mut self, key: &str) -> Result<bool, StoreError> {
        let conversation: Option<Option<i64>> = self
            .conn
            .prepare_cached("DELETE FROM draft WHERE key = ?1 RETURNING conversation")?
            .query_row([key], |row| row.get(0))
            .optional()?;
        let Some(conversation) = conversation else {
            return Ok(false);
        };
        self.drafts_touched(conversation.map(ItemId));
        Ok(true)
    }

    fn drafts_touched(&mut self, conversation: Option<ItemId>) {
        self.topic(Topic::Drafts);
        if let Some(conversation) = conversation {
            self.topic(Topic::Conversation(conversation));
        }
    }
}
