//! The calendar: entries and the occurrences of series.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rapport_model::{Event, ItemId, Millis};
use rusqlite::params;

use super::common::{JOINS, NARROW, Names, Narrow, body_at};
use super::plan::today;
use super::recur;
use super::rows::EventRow;
use crate::db::Reader;
use crate::error::StoreError;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// An entry that lasts longer, and of a series, is nothing people meet.
const LONG_DAYS: i64 = 31;

impl Reader<'_> {
    /// Calendar entries that touch the stretch from `from` to `until`, the
    /// occurrences of series spread out, by start.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn events(
        &self,
        from: Millis,
        until: Millis,
        zone: &TimeZone,
    ) -> Result<Vec<EventRow>, StoreError> {
        let sql = format!(
            "SELECT {NARROW}, e.body FROM event e JOIN item i ON i.id = e.item {JOINS} \
             WHERE e.cancelled = 0 AND ((e.ends IS NOT NULL AND e.begins < ?2 AND e.ends > ?1) \
             OR (e.ends IS NULL AND e.begins < ?2)) ORDER BY e.begins LIMIT 5000"
        );
        // A day of margin: floating and all-day entries are stored as if in UTC.
        let names = Names::new(self);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            from.0.saturating_sub(DAY),
            until.0.saturating_add(DAY)
        ])?;
        let mut found: Vec<(Narrow, Event)> = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((Narrow::read(row)?, body_at(row, 8)?));
        }
        let replaced = self.replaced(from, until)?;
        let mut out = Vec::new();
        for (narrow, event) in found {
            let spans = recur::occurrences(&event, zone, from, until, replaced.of(&narrow, &event));
            for span in spans {
                out.push(event_row(&names, &narrow, &event, span)?);
            }
        }
        out.sort_by_key(|row| (row.start, row.id));
        Ok(out)
    }

    /// The occurrences in a stretch that an entry of their own stands for: moved, changed or
    /// called off, wherever that entry lies now.
    fn replaced(&self, from: Millis, until: Millis) -> Result<Replaced, StoreError> {
        // A day of margin for zones, and what is long may have begun long before.
        let day = |at: Millis, days: i64| {
            today(at.plus(days.saturating_mul(DAY)), &TimeZone::UTC)
                .strftime("%Y%m%d")
                .to_string()
        };
        let mut statement = self.conn.prepare_cached(
            "SELECT a.name, i.link, json_extract(e.body, '$.occurrence') FROM event e \
             JOIN item i ON i.id = e.item JOIN account a ON a.id = i.account \
             WHERE json_extract(e.body, '$.occurrence') IS NOT NULL \
             AND json_extract(e.body, '$.occurrence') >= ?1 \
             AND json_extract(e.body, '$.occurrence') < ?2",
        )?;
        let mut rows = statement.query(params![day(from, -LONG_DAYS), day(until, 2)])?;
        let mut out = Replaced::default();
        while let Some(row) = rows.next()? {
            if let Some(link) = row.get::<_, Option<String>>(1)? {
                out.add(row.get(0)?, &link, row.get(2)?);
            }
        }
        Ok(out)
    }

    /// The occurrences of one entry that touch a stretch, by start.
    pub(super) fn occurrences_of(
        &self,
        id: ItemId,
        from: Millis,
        until: Millis,
        zone: &TimeZone,
    ) -> Result<Vec<EventRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NARROW}, e.body FROM item i {JOINS} JOIN event e ON e.item = i.id \
             WHERE i.id = ?1"
        ))?;
        let mut rows = statement.query([id.0])?;
        let row = rows
            .next()?
            .ok_or_else(|| StoreError::missing(format!("calendar entry {id}")))?;
        let (narrow, event): (Narrow, Event) = (Narrow::read(row)?, body_at(row, 8)?);
        let names = Names::new(self);
        let replaced = self.replaced(from, until)?;
        recur::occurrences(&event, zone, from, until, replaced.of(&narrow, &event))
            .into_iter()
            .map(|span| event_row(&names, &narrow, &event, span))
            .collect()
    }
}

/// Occurrences that an entry of their own stands for, by account and the link of their series.
#[derive(Debug, Default)]
struct Replaced(BTreeMap<(String, String), Vec<String>>);

impl Replaced {
    /// A source that has one name for a series and its occurrences tells them apart by what
    /// follows the name.
    fn add(&mut self, account: String, link: &str, occurrence: String) {
        let series = link
            .strip_suffix(occurrence.as_str())
            .and_then(|rest| rest.strip_suffix(';'))
            .unwrap_or(link);
        let key = (account, series.to_owned());
        self.0.entry(key).or_default().push(occurrence);
    }

    /// Those of a series; an entry that stands for one occurrence is none.
    fn of(&self, narrow: &Narrow, event: &Event) -> &[String] {
        narrow
            .link
            .as_ref()
            .filter(|_| event.occurrence.is_none())
            .and_then(|link| self.0.get(&(narrow.account.0.clone(), link.0.clone())))
            .map_or(&[], Vec::as_slice)
    }
}

fn event_row(
    names: &Names<'_>,
    narrow: &Narrow,
    event: &Event,
    (start, end): (Millis, Millis),
) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        id: narrow.id,
        title: event.title.clone(),
        start,
        end,
        all_day: event.all_day,
        zone: event.zone.clone(),
        location: event.location.clone(),
        attendees: event.attendees.clone(),
        recurring: !event.recurrence.is_empty(),
        customer: narrow.org,
        customer_name: names.org(narrow.org)?,
        from: names.source(&narrow.account, &narrow.collection)?,
    })
}
