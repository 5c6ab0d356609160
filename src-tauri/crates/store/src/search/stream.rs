//! The ids that one filter leaves, as a stream that runs beside a walk of the
//! word index, both from the newest on.
//!
//! A large customer has a hundred thousand items: too many to list, and to look at
//! the row of every hit costs a page each. Indexes hold its ids in order, so the two
//! walks meet in step; what lies between two hits is jumped over.

use std::collections::{BTreeSet, VecDeque};

use rusqlite::{Connection, params};

use crate::error::StoreError;

/// Ids read at once, at least and at most.
const LEAST: u32 = 32;
const MOST: u32 = 1_024;
/// As many questions to one reading, and the next one is larger: the hits lie close.
const CLOSE: u32 = 4;

/// One stretch of an index in which ids lie in order.
#[derive(Clone, Copy, Debug)]
enum Stretch {
    /// What an organisation has of one kind.
    Org(i64, i64),
    /// What was said in a conversation.
    Conversation(i64),
}

/// A stretch and how far it has been read.
#[derive(Debug)]
struct Lane {
    stretch: Stretch,
    /// Read and not yet passed, the newest first.
    ids: VecDeque<i64>,
    /// Where reading goes on; `None` at the end.
    next: Option<i64>,
    step: u32,
    /// Questions since the last reading.
    asked: u32,
}

impl Lane {
    const fn new(stretch: Stretch) -> Self {
        Self {
            stretch,
            ids: VecDeque::new(),
            next: Some(i64::MAX),
            step: LEAST,
            asked: 0,
        }
    }

    /// Whether it has `id`; everything above is passed for good.
    fn has(&mut self, conn: &Connection, id: i64) -> Result<bool, StoreError> {
        self.asked = self.asked.saturating_add(1);
        loop {
            while self.ids.front().is_some_and(|first| *first > id) {
                self.ids.pop_front();
            }
            if let Some(first) = self.ids.front() {
                return Ok(*first == id);
            }
            let Some(next) = self.next else {
                return Ok(false);
            };
            self.read(conn, next.min(id))?;
        }
    }

    fn read(&mut self, conn: &Connection, from: i64) -> Result<(), StoreError> {
        // Where hits lie far apart, most of a long reading would be for nothing.
        self.step = if self.asked >= CLOSE {
            (self.step * 2).min(MOST)
        } else {
            (self.step / 2).max(LEAST)
        };
        self.asked = 0;
        match self.stretch {
            Stretch::Org(org, kind) => {
                let mut statement = conn.prepare_cached(
                    "SELECT id FROM item WHERE org = ?1 AND kind = ?2 AND id <= ?3 \
                     ORDER BY id DESC LIMIT ?4",
                )?;
                let mut rows = statement.query(params![org, kind, from, self.step])?;
                while let Some(row) = rows.next()? {
                    self.ids.push_back(row.get(0)?);
                }
            }
            Stretch::Conversation(conversation) => {
                let mut statement = conn.prepare_cached(
                    "SELECT id FROM item WHERE conversation = ?1 AND id <= ?2 \
                     ORDER BY id DESC LIMIT ?3",
                )?;
                let mut rows = statement.query(params![conversation, from, self.step])?;
                while let Some(row) = rows.next()? {
                    self.ids.push_back(row.get(0)?);
                }
            }
        }
        let whole = self.ids.len() == usize::try_from(self.step).unwrap_or(usize::MAX);
        self.next = self.ids.back().filter(|_| whole).map(|last| last - 1);
        Ok(())
    }
}

/// What runs beside a walk and says which ids on it are worth a look.
#[derive(Debug)]
pub(super) enum Beside<'a> {
    /// All of them.
    Anything,
    /// Those in a list.
    Listed(&'a BTreeSet<i64>),
    /// Those in a stream.
    Stream(Stream),
}

impl Beside<'_> {
    /// Whether `id` is worth a look; asked from the newest on.
    pub(super) fn has(&mut self, conn: &Connection, id: i64) -> Result<bool, StoreError> {
        match self {
            Self::Anything => Ok(true),
            Self::Listed(ids) => Ok(ids.contains(&id)),
            Self::Stream(stream) => stream.has(conn, id),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Stream {
    lanes: Vec<Lane>,
    /// Ids that fit beside those in the lanes.
    also: BTreeSet<i64>,
}

impl Stream {
    /// The items of organisations.
    pub(super) fn of_orgs(orgs: &BTreeSet<i64>) -> Self {
        let kinds = rapport_model::Kind::ALL;
        let stretches = orgs
            .iter()
            .flat_map(|org| kinds.map(|kind| Stretch::Org(*org, kind.code())));
        Self {
            lanes: stretches.map(Lane::new).collect(),
            also: BTreeSet::new(),
        }
    }

    /// Conversations, and what was said in them.
    pub(super) fn of_conversations(conversations: &BTreeSet<i64>) -> Self {
        let stretches = conversations.iter().map(|it| Stretch::Conversation(*it));
        Self {
            lanes: stretches.map(Lane::new).collect(),
            also: conversations.clone(),
        }
    }

    /// Whether `id` is among them. Asked from the newest on; an id above the one
    /// before is not found.
    fn has(&mut self, conn: &Connection, id: i64) -> Result<bool, StoreError> {
        if self.also.contains(&id) {
            return Ok(true);
        }
        for lane in &mut self.lanes {
            if lane.has(conn, id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
