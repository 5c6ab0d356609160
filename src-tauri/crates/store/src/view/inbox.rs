//! The inbox as a list: which conversations, in which order, how many.
//!
//! The list is ids only and comes off one index; rows are read for those that
//! are shown. So a hundred thousand conversations cost the screen a few
//! milliseconds and no more.

use jiff::tz::TimeZone;
use rapport_model::{AccountId, ItemId, Millis, OrgId};
use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::asked::MOST_LISTED;
use super::common::{contains, limit};
use super::plan::today;
use super::rows::{ConversationRow, Counts};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::item::MINE;

/// Which conversations, newest activity first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ConversationFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Of this customer.
    pub customer: Option<OrgId>,
    /// `room`, `direct`, `space`, `mail_thread` or `ticket`.
    pub kind: Option<String>,
    /// Of one of these kinds; of any when empty.
    pub kinds: Vec<String>,
    /// Whose title contains this.
    pub title: Option<String>,
    /// Only with unread messages, or marked as unread.
    pub unread: bool,
    /// Only with unread mentions.
    pub mentions: bool,
    /// Only those whose last word is not the user's, that belong to a customer and
    /// have not rested for a month.
    pub waiting: bool,
    /// Only those put off, the first to return first.
    pub snoozed: bool,
    /// Only those that came back from being put off and were not triaged since.
    pub back: bool,
    /// Only those with a draft.
    pub drafts: bool,
    /// Only those where something the user said is parked or in doubt.
    pub failed: bool,
    /// Also what the list hides by itself: done, put off, left.
    pub done: bool,
    /// Only those the user dealt with.
    pub finished: bool,
    /// At most this many (default 100; a live list has all when absent).
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: Option<u32>,
}

/// What the list shows by itself.
const SHOWN: &str = "v.done = 0 AND v.snoozed IS NULL AND v.membership <> 'left'";
/// What rested for thirty days before the newest conversation here waits for nobody
/// any more: both sides let it go. Row ids follow time, so this needs no clock.
pub(super) const RECENT: &str =
    "v.last_item > (SELECT max(last_item) FROM conversation) - (30 * 86400000 << 20)";
const UNSEEN: &str = "v.unread + v.marked > 0";
const MENTIONED: &str = "v.unread + v.marked > 0 AND v.unread > 0 AND v.mentions > 0";
const FAILED: &str = "SELECT conversation FROM outbox WHERE conversation IS NOT NULL \
     AND state NOT IN ('done', 'withdrawn') AND state IN ('parked', 'unsure') AND word = 'send'";

impl ConversationFilter {
    /// Whether they lie in the order of what was said last.
    const fn is_by_time(&self) -> bool {
        !self.snoozed && !self.back
    }

    /// The query of their ids. Where nothing was said in some of them, as in a room that one is
    /// only invited to, these stand at the moment they were met and not below all others.
    fn query(&self, most: Option<u32>, silent: bool) -> (String, Vec<Value>) {
        let mut sql = String::from(" FROM conversation v");
        if self.account.is_some() || self.title.is_some() {
            sql.push_str(" JOIN item i ON i.id = v.item");
        }
        if self.waiting {
            sql.push_str(" JOIN item m ON m.id = v.last_item");
        }
        let mut values: Vec<Value> = Vec::new();
        // A draft and a message that was refused are looked for everywhere.
        let everywhere = self.done || self.drafts || self.failed;
        sql.push_str(" WHERE ");
        sql.push_str(if self.snoozed {
            "v.snoozed IS NOT NULL"
        } else if self.back {
            "v.back IS NOT NULL AND v.done = 0 AND v.snoozed IS NULL"
        } else if self.finished {
            "v.done = 1"
        } else if everywhere {
            "1"
        } else {
            SHOWN
        });
        if let Some(account) = &self.account {
            sql.push_str(" AND i.account = (SELECT id FROM account WHERE name = ?)");
            values.push(account.0.clone().into());
        }
        if let Some(customer) = self.customer {
            sql.push_str(" AND v.org = ?");
            values.push(customer.0.into());
        }
        if let Some(kind) = &self.kind {
            sql.push_str(" AND v.kind = ?");
            values.push(kind.clone().into());
        }
        if !self.kinds.is_empty() {
            let holes = vec!["?"; self.kinds.len()].join(", ");
            sql.push_str(&format!(" AND v.kind IN ({holes})"));
            values.extend(self.kinds.iter().map(|it| Value::from(it.clone())));
        }
        if let Some(title) = &self.title {
            sql.push_str(" AND i.title LIKE ? ESCAPE '\\'");
            values.push(contains(title).into());
        }
        if self.unread {
            sql.push_str(&format!(" AND {UNSEEN}"));
        }
        if self.mentions {
            sql.push_str(&format!(" AND {MENTIONED}"));
        }
        if self.waiting {
            sql.push_str(&format!(
                " AND v.org IS NOT NULL AND {RECENT} AND m.flags & ? = 0"
            ));
            values.push(MINE.into());
        }
        if self.drafts {
            sql.push_str(" AND v.item IN (SELECT conversation FROM draft)");
        }
        if self.failed {
            sql.push_str(&format!(" AND v.item IN ({FAILED})"));
        }
        let mut sql = if silent && self.is_by_time() {
            values.extend(values.clone());
            format!(
                "SELECT v.item, v.last_item{sql} AND v.last_item <> 0 UNION ALL \
                 SELECT v.item, v.item{sql} AND v.last_item = 0 ORDER BY 2 DESC, 1 DESC"
            )
        } else if self.snoozed {
            format!("SELECT v.item{sql} ORDER BY v.snoozed, v.item")
        } else if self.back {
            format!("SELECT v.item{sql} ORDER BY v.back DESC, v.item DESC")
        } else {
            format!("SELECT v.item{sql} ORDER BY v.last_item DESC, v.item DESC")
        };
        sql.push_str(" LIMIT ? OFFSET ?");
        values.push(most.map_or(-1, i64::from).into());
        values.push(self.offset.unwrap_or(0).into());
        (sql, values)
    }
}

impl Reader<'_> {
    /// Conversations, newest activity first; at most 100 unless asked for more.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn inbox(&self, wanted: &ConversationFilter) -> Result<Vec<ConversationRow>, StoreError> {
        let ids = self.inbox_upto(wanted, Some(limit(wanted.limit, 100)))?;
        self.conversations_by_id(&ids)
    }

    /// The ids of all conversations wanted, in their order, without a bound
    /// unless one is asked for.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn inbox_ids(&self, wanted: &ConversationFilter) -> Result<Vec<ItemId>, StoreError> {
        self.inbox_upto(wanted, wanted.limit)
    }

    fn inbox_upto(
        &self,
        wanted: &ConversationFilter,
        most: Option<u32>,
    ) -> Result<Vec<ItemId>, StoreError> {
        let silent = self
            .conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM conversation WHERE last_item = 0)")?
            .query_row([], |row| row.get(0))?;
        let (sql, values) = wanted.query(most, silent);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0).map(ItemId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How SQLite goes about a list, for the test that watches it.
    #[cfg(test)]
    pub(crate) fn inbox_plan(
        &self,
        wanted: &ConversationFilter,
        silent: bool,
    ) -> Result<Vec<String>, StoreError> {
        let (sql, values) = wanted.query(None, silent);
        let mut statement = self.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(3))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many there are of everything the window counts.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn counts(&self, now: Millis, zone: &TimeZone) -> Result<Counts, StoreError> {
        let day = today(now, zone);
        let tomorrow = day
            .checked_add(jiff::Span::new().days(1))
            .and_then(|it| it.to_zoned(zone.clone()))
            .map_or(now, |it| Millis::from(it.timestamp()));
        let talk = |also: &str| {
            self.number(
                &format!("SELECT count(*) FROM conversation v WHERE {SHOWN}{also}"),
                params![],
            )
        };
        let open = "state NOT IN ('done', 'withdrawn')";
        let mut out = Counts {
            inbox: talk("")?,
            unread: talk(&format!(" AND {UNSEEN}"))?,
            mentions: talk(&format!(" AND {MENTIONED}"))?,
            waiting: self.number(
                &format!(
                    "SELECT count(*) FROM conversation v JOIN item m ON m.id = v.last_item \
                     WHERE {SHOWN} AND v.org IS NOT NULL AND {RECENT} AND m.flags & ?1 = 0"
                ),
                params![MINE],
            )?,
            snoozed: self.number(
                "SELECT count(*) FROM conversation WHERE snoozed IS NOT NULL",
                params![],
            )?,
            back: self.number(
                "SELECT count(*) FROM conversation v WHERE v.back IS NOT NULL AND v.done = 0 \
                 AND v.snoozed IS NULL",
                params![],
            )?,
            drafts: self.number("SELECT count(*) FROM draft", params![])?,
            scheduled: self.number(
                &format!(
                    "SELECT count(*) FROM outbox WHERE {open} AND state = 'queued' \
                     AND scheduled IS NOT NULL AND item IS NULL"
                ),
                params![],
            )?,
            failed: self.number(
                &format!(
                    "SELECT count(*) FROM outbox WHERE {open} AND word = 'send' \
                     AND state IN ('parked', 'unsure')"
                ),
                params![],
            )?,
            tasks_due: self.tasks_due_before(tomorrow, zone)?,
            overdue: self.tasks_due_before(now, zone)?,
            invoices_overdue: self.invoices_overdue(day)?,
            needs: 0,
            outbox: self.number(
                &format!("SELECT count(*) FROM outbox WHERE {open} AND (scheduled IS NULL OR item IS NOT NULL)"),
                params![],
            )?,
            parked: self.number(
                &format!("SELECT count(*) FROM outbox WHERE {open} AND state = 'parked'"),
                params![],
            )?,
            accounts_ill: 0,
            notifications: self.number(
                "SELECT count(*) FROM notification WHERE seen IS NULL",
                params![],
            )?,
        };
        let ill = |it: &rapport_model::Account| {
            !it.paused && !matches!(it.health, rapport_model::Health::Well)
        };
        out.accounts_ill =
            u32::try_from(self.accounts()?.iter().filter(|it| ill(it)).count()).unwrap_or(u32::MAX);
        // As the screen of today lists them; tasks and what came back have their own figures.
        out.needs = [
            out.parked,
            out.mentions.min(MOST_LISTED),
            u32::try_from(self.questions_today()?).unwrap_or(MOST_LISTED),
            out.invoices_overdue.min(MOST_LISTED),
        ]
        .into_iter()
        .fold(0, u32::saturating_add);
        Ok(out)
    }

    /// How many open invoices were due before a day.
    pub(super) fn invoices_overdue(&self, day: jiff::civil::Date) -> Result<u32, StoreError> {
        self.number(
            "SELECT count(*) FROM record WHERE kind = 'invoice' AND phase = 'open' AND due < ?1",
            params![day.to_string()],
        )
    }

    fn number(&self, sql: &str, of: impl rusqlite::Params) -> Result<u32, StoreError> {
        Ok(self
            .conn
            .prepare_cached(sql)?
            .query_row(of, |row| row.get(0))?)
    }
}
