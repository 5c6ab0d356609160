//! How much a day holds: the bars on a customer's page.

use rapport_model::{Millis, OrgId};
use rusqlite::params;

use crate::db::Reader;
use crate::error::StoreError;
use crate::table::daily::{DAY_MS, Said};
use crate::view::rows::ActivityKind;
use crate::view::timeline::Channel;

/// Days of activity on a customer's page.
const ACTIVITY_DAYS: i64 = 90;

impl Reader<'_> {
    /// Items a day over the last ninety days, oldest first.
    pub(super) fn activity(&self, org: OrgId, now: Millis) -> Result<Vec<u32>, StoreError> {
        let mut days = Days::until(now);
        days.add_said(self, org, Said::ToThem)?;
        days.add_moments(
            self,
            org,
            "SELECT id >> 20 FROM item WHERE org = ?1 AND kind IN (5, 6) AND id >= ?2 AND id < ?3",
        )?;
        Ok(days.counts)
    }

    /// The same by channel.
    pub(super) fn activity_kinds(
        &self,
        org: OrgId,
        now: Millis,
    ) -> Result<Vec<ActivityKind>, StoreError> {
        let mut out = Vec::new();
        for channel in [
            Channel::Mail,
            Channel::Chat,
            Channel::Ticket,
            Channel::Record,
        ] {
            let mut days = Days::until(now);
            if let Some(said) = channel.counted() {
                days.add_said(self, org, said)?;
            }
            match channel {
                Channel::Ticket => days.add_moments(
                    self,
                    org,
                    "SELECT item >> 20 FROM record \
                     WHERE org = ?1 AND kind = 'ticket' AND item >= ?2 AND item < ?3",
                )?,
                // Both from an index alone: looking whether a record is a ticket costs a
                // page each.
                Channel::Record => days.add_moments(
                    self,
                    org,
                    "SELECT id >> 20 FROM (\
                     SELECT id FROM item WHERE org = ?1 AND kind = 6 AND id >= ?2 AND id < ?3 \
                     EXCEPT SELECT item FROM record \
                     WHERE org = ?1 AND kind = 'ticket' AND item >= ?2 AND item < ?3)",
                )?,
                _ => {}
            }
            out.push(ActivityKind {
                kind: channel.word().to_owned(),
                days: days.counts,
            });
        }
        Ok(out)
    }
}

/// Counts of the last ninety days, of which today is one, oldest first. A day is one
/// of UTC, because that is how messages are counted ([`crate::table::daily`]).
struct Days {
    first: i64,
    counts: Vec<u32>,
}

impl Days {
    fn until(now: Millis) -> Self {
        Self {
            first: now.0.div_euclid(DAY_MS) - ACTIVITY_DAYS + 1,
            counts: vec![0; usize::try_from(ACTIVITY_DAYS).unwrap_or(90)],
        }
    }

    fn add(&mut self, day: i64, items: u32) {
        let place = usize::try_from(day - self.first).unwrap_or(usize::MAX);
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.saturating_add(items);
        }
    }

    fn add_said(&mut self, from: &Reader<'_>, org: OrgId, what: Said) -> Result<(), StoreError> {
        let last = self.first + ACTIVITY_DAYS - 1;
        for (day, items) in from.said_on(org, what, (self.first, last))? {
            self.add(day, items);
        }
        Ok(())
    }

    /// One for each moment a query finds between two ids.
    fn add_moments(&mut self, from: &Reader<'_>, org: OrgId, sql: &str) -> Result<(), StoreError> {
        let mut statement = from.conn.prepare_cached(sql)?;
        let id = |day: i64| (day * DAY_MS) << 20;
        let mut rows = statement.query(params![
            org.0,
            id(self.first),
            id(self.first + ACTIVITY_DAYS)
        ])?;
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(0)?;
            self.add(at / DAY_MS, 1);
        }
        Ok(())
    }
}
