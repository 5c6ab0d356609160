//! A customer's history over all systems: what was said, what is on record, what
//! is planned, and which fields changed.
//!
//! Every channel is one walk down an index from the newest on; the newest of all
//! are kept. What was said comes through the customer's conversations, because a
//! message alone does not know whether it is a mail.

use std::collections::BTreeSet;

use rapport_model::{Body, ItemId, Millis, OrgId};
use rusqlite::{OptionalExtension as _, params};

use super::common::{JOINS, NARROW, Names, Narrow, beginning, limit};
use super::rows::{Change, TimelineRow};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::body;
use crate::table::daily::Said;
use crate::table::item::kind_at;
use crate::table::journal::{JournalQuery, TOLD};

/// Lines of one channel are counted up to this.
const COUNTED: u32 = 1_000;

/// A channel of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Channel {
    /// Mail.
    Mail,
    /// Rooms and direct chats.
    Chat,
    /// Tickets, and what was said in them.
    Ticket,
    /// Any other record.
    Record,
    /// To-dos.
    Task,
    /// Calendar entries.
    Event,
    /// Pages and notes.
    Page,
    /// Changed fields.
    Change,
}

impl Channel {
    pub(super) const ALL: [Self; 8] = [
        Self::Mail,
        Self::Chat,
        Self::Ticket,
        Self::Record,
        Self::Task,
        Self::Event,
        Self::Page,
        Self::Change,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Chat => "chat",
            Self::Ticket => "ticket",
            Self::Record => "record",
            Self::Task => "task",
            Self::Event => "event",
            Self::Page => "page",
            Self::Change => "change",
        }
    }

    /// The kinds of conversation whose messages belong to it.
    const fn talk(self) -> &'static str {
        match self {
            Self::Mail => "('mail_thread')",
            Self::Chat => "('room', 'direct', 'space')",
            Self::Ticket => "('ticket')",
            _ => "()",
        }
    }

    /// Where its messages are counted by day.
    pub(super) const fn counted(self) -> Option<Said> {
        match self {
            Self::Mail => Some(Said::Mail),
            Self::Chat => Some(Said::Chat),
            Self::Ticket => Some(Said::Ticket),
            _ => None,
        }
    }

    /// The query of its items beside messages: of an organisation, older than an
    /// id, newest first.
    const fn items(self) -> Option<&'static str> {
        Some(match self {
            Self::Mail | Self::Chat | Self::Change => return None,
            Self::Ticket => {
                "SELECT item FROM record WHERE org = ?1 AND kind = 'ticket' AND item < ?2 \
                 ORDER BY item DESC LIMIT ?3"
            }
            Self::Record => {
                "SELECT i.id FROM item i WHERE i.org = ?1 AND i.kind = 6 AND i.id < ?2 \
                 AND NOT EXISTS (SELECT 1 FROM record r WHERE r.item = i.id AND r.kind = 'ticket') \
                 ORDER BY i.id DESC LIMIT ?3"
            }
            Self::Task => {
                "SELECT id FROM item WHERE org = ?1 AND kind = 3 AND id < ?2 \
                 ORDER BY id DESC LIMIT ?3"
            }
            Self::Event => {
                "SELECT id FROM item WHERE org = ?1 AND kind = 4 AND id < ?2 \
                 ORDER BY id DESC LIMIT ?3"
            }
            Self::Page => {
                "SELECT id FROM item WHERE org = ?1 AND kind = 5 AND id < ?2 \
                 ORDER BY id DESC LIMIT ?3"
            }
        })
    }
}

/// A place in a timeline. Ids of items and numbers of journal rows both begin
/// with the moment, so they share one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Item(i64),
    Change(i64),
}

impl Spot {
    const fn place(self) -> (i64, bool) {
        match self {
            Self::Item(id) => (id, false),
            Self::Change(seq) => (seq, true),
        }
    }

    fn key(self) -> String {
        match self {
            Self::Item(id) => format!("i{id}"),
            Self::Change(seq) => format!("c{seq}"),
        }
    }

    fn from_key(key: &str) -> Option<Self> {
        let number = |text: &str| text.parse().ok();
        key.strip_prefix('i')
            .and_then(number)
            .map(Self::Item)
            .or_else(|| key.strip_prefix('c').and_then(number).map(Self::Change))
    }
}

/// Which part of a customer's timeline.
#[derive(Clone, Debug, Default)]
pub struct TimelineWanted {
    /// Only these channels or kinds of item; all when empty.
    pub kinds: Vec<String>,
    /// Only older than this moment.
    pub before: Option<Millis>,
    /// Go on after the row with this key.
    pub after: Option<String>,
    /// At most this many (50 when absent).
    pub limit: Option<u32>,
}

fn channels(kinds: &[String]) -> Result<BTreeSet<Channel>, StoreError> {
    if kinds.is_empty() {
        return Ok(Channel::ALL.into());
    }
    let mut out = BTreeSet::new();
    for word in kinds {
        if word == "message" {
            out.extend([Channel::Mail, Channel::Chat]);
            continue;
        }
        let known = Channel::ALL.into_iter().find(|it| it.word() == word);
        out.insert(known.ok_or_else(|| {
            StoreError::Refused(format!("There is no kind of history \"{word}\"."))
        })?);
    }
    Ok(out)
}

impl Reader<'_> {
    /// A customer's history over all systems, newest first.
    ///
    /// # Errors
    /// A kind is unknown, or the database cannot be read.
    pub fn customer_timeline(
        &self,
        org: OrgId,
        wanted: &TimelineWanted,
    ) -> Result<Vec<TimelineRow>, StoreError> {
        let most = limit(wanted.limit, 50);
        let until = wanted.before.map_or(i64::MAX, |at| at.0 << 20);
        // Both begin below the first excluded number.
        let (items, changes) = match wanted.after.as_deref().and_then(Spot::from_key) {
            None => (until, until),
            Some(Spot::Item(id)) => (until.min(id), until.min(id)),
            Some(Spot::Change(seq)) => (until.min(seq.saturating_add(1)), until.min(seq)),
        };
        let mut found: Vec<Spot> = Vec::new();
        for channel in channels(&wanted.kinds)? {
            if channel.counted().is_some() {
                let said = self.newest_said(org, channel, items, most)?;
                found.extend(said.into_iter().map(Spot::Item));
            }
            if channel == Channel::Change {
                found.extend(
                    self.changed(org, changes, most)?
                        .into_iter()
                        .map(Spot::Change),
                );
            }
            let Some(sql) = channel.items() else { continue };
            let mut statement = self.conn.prepare_cached(sql)?;
            let rows = statement.query_map(params![org.0, items, most], |row| row.get(0))?;
            for id in rows {
                found.push(Spot::Item(id?));
            }
        }
        found.sort_by_key(|spot| std::cmp::Reverse(spot.place()));
        found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let names = Names::new(self);
        let mut out = Vec::new();
        for spot in found {
            out.extend(match spot {
                Spot::Item(id) => self.timeline_row(&names, ItemId(id))?,
                Spot::Change(seq) => self.change_row(&names, seq)?,
            });
        }
        Ok(out)
    }

    /// The newest messages of a channel: the conversations from the one with the
    /// newest word on, until none can hold anything newer than what is found.
    fn newest_said(
        &self,
        org: OrgId,
        channel: Channel,
        before: i64,
        most: u32,
    ) -> Result<Vec<i64>, StoreError> {
        let wanted = usize::try_from(most).unwrap_or(usize::MAX);
        let mut found: BTreeSet<i64> = BTreeSet::new();
        let mut conversations = self.conn.prepare_cached(&format!(
            "SELECT item, last_item FROM conversation WHERE org = ?1 AND kind IN {} \
             AND last_item > 0 ORDER BY last_item DESC",
            channel.talk()
        ))?;
        let mut messages = self.conn.prepare_cached(
            "SELECT id FROM item WHERE conversation = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
        )?;
        let mut rows = conversations.query([org.0])?;
        while let Some(row) = rows.next()? {
            let (conversation, last): (i64, i64) = (row.get(0)?, row.get(1)?);
            if found.len() >= wanted && found.first().is_some_and(|oldest| last < *oldest) {
                break;
            }
            let ids = messages.query_map(params![conversation, before, most], |row| row.get(0))?;
            for id in ids {
                found.insert(id?);
                if found.len() > wanted {
                    found.pop_first();
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// The newest changed fields, as numbers of journal rows.
    fn changed(&self, org: OrgId, before: i64, most: u32) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT seq FROM journal INDEXED BY journal_changed \
             WHERE org = ?1 AND what = 1 AND kind IN {TOLD} AND seq < ?2 \
             ORDER BY seq DESC LIMIT ?3"
        ))?;
        let rows = statement.query_map(params![org.0, before, most], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many lines each channel has, up to a thousand.
    pub(crate) fn timeline_counts(&self, org: OrgId) -> Result<Vec<(String, u64)>, StoreError> {
        let mut out = Vec::new();
        for channel in Channel::ALL {
            let mut count: i64 = 0;
            if let Some(said) = channel.counted() {
                count += self.said_ever(org, said)?;
            }
            let of = match channel {
                Channel::Mail | Channel::Chat => None,
                Channel::Ticket => {
                    Some("SELECT 1 FROM record WHERE org = ?1 AND kind = 'ticket'".to_owned())
                }
                // Both from an index alone; what is left are the other records.
                Channel::Record => {
                    Some("SELECT 1 FROM item WHERE org = ?1 AND kind = 6".to_owned())
                }
                Channel::Task => Some("SELECT 1 FROM item WHERE org = ?1 AND kind = 3".to_owned()),
                Channel::Event => Some("SELECT 1 FROM item WHERE org = ?1 AND kind = 4".to_owned()),
                Channel::Page => Some("SELECT 1 FROM item WHERE org = ?1 AND kind = 5".to_owned()),
                Channel::Change => Some(format!(
                    "SELECT 1 FROM journal INDEXED BY journal_changed \
                     WHERE org = ?1 AND what = 1 AND kind IN {TOLD}"
                )),
            };
            if let Some(sql) = of {
                count += self.counted(org, &sql)?;
            }
            if channel == Channel::Record && count < i64::from(COUNTED) {
                count -= self.counted(
                    org,
                    "SELECT 1 FROM record WHERE org = ?1 AND kind = 'ticket'",
                )?;
            }
            let count = u64::try_from(count.clamp(0, i64::from(COUNTED))).unwrap_or(0);
            out.push((channel.word().to_owned(), count));
        }
        Ok(out)
    }

    fn counted(&self, org: OrgId, rows: &str) -> Result<i64, StoreError> {
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT count(*) FROM ({rows} LIMIT ?2)"))?
            .query_row(params![org.0, COUNTED], |row| row.get(0))?)
    }

    /// The rows of a timeline for these items.
    pub(crate) fn timeline_rows(&self, ids: &[ItemId]) -> Result<Vec<TimelineRow>, StoreError> {
        let names = Names::new(self);
        let mut out = Vec::new();
        for id in ids {
            out.extend(self.timeline_row(&names, *id)?);
        }
        Ok(out)
    }

    fn timeline_row(
        &self,
        names: &Names<'_>,
        id: ItemId,
    ) -> Result<Option<TimelineRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NARROW}, i.kind, i.title, i.conversation, \
             (SELECT v.kind FROM conversation v WHERE v.item = i.conversation) \
             FROM item i {JOINS} WHERE i.id = ?1"
        ))?;
        let mut rows = statement.query([id.0])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let (narrow, kind) = (Narrow::read(row)?, kind_at(row, 8)?);
        let title: String = row.get(9)?;
        let conversation = row.get::<_, Option<i64>>(10)?.map(ItemId);
        let talk: Option<String> = row.get(11)?;
        let text: Option<String> = self
            .conn
            .prepare_cached(body::select(kind))?
            .query_row([id.0], |row| row.get(0))
            .optional()?;
        let Some(text) = text else { return Ok(None) };
        let (record_kind, text, who) = says(&body::decode(kind, &text)?);
        let group = match (kind.word(), talk.as_deref(), record_kind.as_deref()) {
            (_, Some("mail_thread"), _) => "mail",
            (_, Some("ticket"), _) | (_, _, Some("ticket")) => "ticket",
            ("message", _, _) => "chat",
            (other, _, _) => other,
        };
        Ok(Some(TimelineRow {
            id,
            key: Spot::Item(id.0).key(),
            kind: kind.word().to_owned(),
            group: group.to_owned(),
            conversation,
            change: None,
            record_kind,
            at: narrow.at,
            title,
            text,
            who,
            from: names.source(&narrow.account, &narrow.collection)?,
        }))
    }

    fn change_row(&self, names: &Names<'_>, seq: i64) -> Result<Option<TimelineRow>, StoreError> {
        let Some(row) = self.journal_at(seq)? else {
            return Ok(None);
        };
        let record_kind: Option<String> = self
            .conn
            .prepare_cached("SELECT kind FROM record WHERE item = ?1")?
            .query_row([row.item.0], |row| row.get(0))
            .optional()?;
        let short = |text: String| beginning(&text, 200);
        let field = row.field.map(|it| it.0).unwrap_or_default();
        let old_shown = short(self.shown(&row.account, &row.old)?);
        let new_shown = short(self.shown(&row.account, &row.new)?);
        Ok(Some(TimelineRow {
            id: row.item,
            key: Spot::Change(seq).key(),
            kind: "change".to_owned(),
            group: "change".to_owned(),
            conversation: None,
            record_kind,
            at: row.at,
            title: row.title,
            text: format!("{field}: {old_shown} → {new_shown}"),
            who: None,
            from: names.source(&row.account, &row.source)?,
            change: Some(Change {
                field,
                old: row.old,
                new: row.new,
                old_shown,
                new_shown,
                cause: row.cause.word().to_owned(),
            }),
        }))
    }

    /// One row of the journal by its number.
    pub(super) fn journal_at(
        &self,
        seq: i64,
    ) -> Result<Option<crate::table::journal::JournalRow>, StoreError> {
        let item: Option<i64> = self
            .conn
            .prepare_cached("SELECT item FROM journal WHERE seq = ?1")?
            .query_row([seq], |row| row.get(0))
            .optional()?;
        let Some(item) = item else { return Ok(None) };
        let rows = self.journal(&JournalQuery {
            item: Some(ItemId(item)),
            before: Some(seq.saturating_add(1)),
            limit: 1,
            ..JournalQuery::default()
        })?;
        Ok(rows.into_iter().find(|it| it.seq == seq))
    }
}

/// What a timeline shows of a body: record kind, beginning of the text, who.
fn says(body: &Body) -> (Option<String>, String, Option<String>) {
    let short = |text: &str| beginning(text, 200);
    match body {
        Body::Message(it) => {
            let who = it
                .from
                .name
                .clone()
                .unwrap_or_else(|| it.from.address.value.clone());
            (None, short(&it.text), Some(who))
        }
        Body::Record(it) => {
            let mut text = it.number.clone().unwrap_or_default();
            let amount = it.amount.as_ref().map(ToString::to_string);
            for part in [it.state.clone(), amount, it.text.clone()]
                .into_iter()
                .flatten()
            {
                text.push(' ');
                text.push_str(&part);
            }
            (Some(it.kind.word().to_owned()), short(&text), None)
        }
        Body::Task(it) => (
            None,
            short(it.notes.as_deref().unwrap_or_default()),
            it.assignee.as_ref().map(|who| who.address.value.clone()),
        ),
        Body::Event(it) => (
            None,
            short(it.location.as_deref().unwrap_or_default()),
            it.organizer.as_ref().map(|who| who.address.value.clone()),
        ),
        Body::Page(it) => (
            None,
            short(&it.text),
            it.author.as_ref().map(|who| who.address.value.clone()),
        ),
        Body::Conversation(_) | Body::Contact(_) | Body::Organisation(_) => {
            (None, String::new(), None)
        }
    }
}
