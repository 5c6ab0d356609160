//! What to know before a meeting: who comes, what changed since the last word
//! with them, what they asked, what they owe.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rapport_model::{Body, FieldValue, ItemId, Millis, OrgId};
use rusqlite::{OptionalExtension as _, params};

use super::common::{Names, beginning};
use super::plan::today;
use super::records::RecordsWanted;
use super::rows::{Brief, EventPage, EventRow, JournalLine, PersonRow, TimelineRow};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::item::MINE;
use crate::table::journal::TOLD;

/// How far back the user's own last word is looked for.
const WORDS_AMONG: u32 = 2_000;
/// Without any word or meeting, changes of this many days are told.
const DAYS: i64 = 30;
/// Lines of each part.
const PER_PART: usize = 12;
/// Changed fields looked at.
const CHANGES_AMONG: u32 = 500;
const DAY_MS: i64 = 86_400_000;

impl Reader<'_> {
    /// One occurrence of a calendar entry: the one that starts then, or the next
    /// one, or the last there was.
    ///
    /// # Errors
    /// There is no such entry, or the database cannot be read.
    pub fn event_row(
        &self,
        id: ItemId,
        start: Option<Millis>,
        now: Millis,
        zone: &TimeZone,
    ) -> Result<EventRow, StoreError> {
        let rows = |from: Millis, until: Millis| self.occurrences_of(id, from, until, zone);
        if let Some(start) = start {
            let found = rows(start, start.plus(1))?;
            if let Some(row) = found.into_iter().find(|it| it.start == start) {
                return Ok(row);
            }
        }
        if let Some(next) = rows(now, now.plus(400 * DAY_MS))?.into_iter().next() {
            return Ok(next);
        }
        rows(now.plus(-400 * DAY_MS), now)?
            .pop()
            .or(rows(Millis(0), now)?.pop())
            .ok_or_else(|| StoreError::missing(format!("calendar entry {id}")))
    }

    /// One calendar entry with everything.
    ///
    /// # Errors
    /// There is no such entry, or the database cannot be read.
    pub fn event_page(
        &self,
        id: ItemId,
        start: Option<Millis>,
        now: Millis,
        zone: &TimeZone,
    ) -> Result<EventPage, StoreError> {
        let event = self.event_row(id, start, now, zone)?;
        let (notes, organizer) = match self.stored(id)?.map(|it| it.item.body) {
            Some(Body::Event(it)) => (it.notes, it.organizer),
            _ => (None, None),
        };
        let join = [event.location.as_deref(), notes.as_deref()]
            .into_iter()
            .flatten()
            .find_map(join_in);
        let day = today(event.start, zone);
        let midnight = |days: i64| {
            jiff::Span::new()
                .try_days(days)
                .and_then(|span| day.checked_add(span))
                .and_then(|day| day.to_zoned(zone.clone()))
                .map_or(event.start, |at| Millis::from(at.timestamp()))
        };
        Ok(EventPage {
            day: self.events(midnight(0), midnight(1), zone)?,
            event,
            notes,
            organizer,
            join,
        })
    }

    /// What to know before a meeting.
    ///
    /// # Errors
    /// There is no such entry, or the database cannot be read.
    pub fn brief(
        &self,
        id: ItemId,
        start: Option<Millis>,
        now: Millis,
        zone: &TimeZone,
    ) -> Result<Brief, StoreError> {
        let event = self.event_row(id, start, now, zone)?;
        let people = self.asked_to(&event)?;
        let org = event.customer.or_else(|| {
            people
                .iter()
                .filter(|it| !it.staff)
                .find_map(|it| it.customer)
        });
        let Some(org) = org else {
            return Ok(Brief {
                event,
                customer: None,
                people,
                last_spoke: None,
                changes: Vec::new(),
                since: None,
                open_questions: Vec::new(),
                overdue: Vec::new(),
                opportunities: Vec::new(),
            });
        };
        let day = today(now, zone);
        let last_spoke = self.last_spoke(org, event.id, event.start.min(now))?;
        let since = last_spoke
            .as_ref()
            .map_or_else(|| now.plus(-DAYS * DAY_MS), |it| it.at);
        let records = |wanted: RecordsWanted| {
            self.records(
                &RecordsWanted {
                    org: Some(org),
                    limit: u32::try_from(PER_PART).ok(),
                    ..wanted
                },
                day,
            )
        };
        Ok(Brief {
            customer: Some(self.customer_row(org, day)?),
            people,
            changes: self.told_since(org, since)?,
            since: Some(since),
            last_spoke,
            open_questions: self.open_questions_of(org, PER_PART)?,
            overdue: records(RecordsWanted {
                kind: Some("invoice".to_owned()),
                overdue_on: Some(day),
                ..RecordsWanted::default()
            })?,
            opportunities: records(RecordsWanted {
                kind: Some("opportunity".to_owned()),
                open: true,
                ..RecordsWanted::default()
            })?,
            event,
        })
    }

    /// The people asked to an entry whom the database knows, in the entry's order.
    fn asked_to(&self, event: &EventRow) -> Result<Vec<PersonRow>, StoreError> {
        let names = Names::new(self);
        let mut out: Vec<PersonRow> = Vec::new();
        for who in event.attendees.iter().take(50) {
            let key = format!(
                "{}:{}",
                who.address.kind.word(),
                who.address.value.trim().to_lowercase()
            );
            let Some(person) = self.node_by_key(&key)?.and_then(|it| it.person) else {
                continue;
            };
            if !out.iter().any(|it| it.id == person) {
                out.push(self.person_row(&names, person, None)?);
            }
        }
        Ok(out)
    }

    /// The user's last word with a customer, or the last meeting or call with
    /// them, before a moment.
    fn last_spoke(
        &self,
        org: OrgId,
        meeting: ItemId,
        before: Millis,
    ) -> Result<Option<TimelineRow>, StoreError> {
        let until = before.0 << 20;
        let newest = |sql: &str, of: i64| -> Result<Option<i64>, StoreError> {
            Ok(self
                .conn
                .prepare_cached(sql)?
                .query_row(params![org.0, until, of], |row| row.get(0))
                .optional()?)
        };
        let word = newest(
            &format!(
                "SELECT id FROM (SELECT id, flags FROM item WHERE org = ?1 AND kind = 2 \
                 AND id < ?2 ORDER BY id DESC LIMIT {WORDS_AMONG}) \
                 WHERE flags & ?3 <> 0 ORDER BY id DESC LIMIT 1"
            ),
            MINE,
        )?;
        let met = newest(
            "SELECT i.id FROM item i CROSS JOIN event e ON e.item = i.id \
             WHERE i.org = ?1 AND i.kind = 4 AND i.id < ?2 AND i.id <> ?3 AND e.cancelled = 0 \
             ORDER BY i.id DESC LIMIT 1",
            meeting.0,
        )?;
        let called = newest(
            "SELECT item FROM record WHERE org = ?1 AND kind = 'call' AND item < ?2 \
             AND ?3 = ?3 ORDER BY item DESC LIMIT 1",
            0,
        )?;
        let Some(last) = [word, met, called].into_iter().flatten().max() else {
            return Ok(None);
        };
        Ok(self.timeline_rows(&[ItemId(last)])?.into_iter().next())
    }

    /// What changed about a customer since a moment: of each field the newest
    /// change, from what it was then. What came back to what it was is left out.
    fn told_since(&self, org: OrgId, since: Millis) -> Result<Vec<JournalLine>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT seq, item, field, old FROM journal INDEXED BY journal_changed \
             WHERE org = ?1 AND what = 1 AND kind IN {TOLD} AND seq >= ?2 \
             ORDER BY seq DESC LIMIT {CHANGES_AMONG}"
        ))?;
        let mut rows = statement.query(params![org.0, since.0 << 20])?;
        // In order of the newest change, with the first value in the stretch.
        let mut order: Vec<i64> = Vec::new();
        let mut fields: BTreeMap<(i64, String), (usize, Option<String>)> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let key = (
                row.get(1)?,
                row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            );
            let old: Option<String> = row.get(3)?;
            if let Some(known) = fields.get_mut(&key) {
                known.1 = old;
            } else {
                fields.insert(key, (order.len(), old));
                order.push(row.get(0)?);
            }
        }
        let mut firsts: Vec<Option<String>> = vec![None; order.len()];
        for (place, old) in fields.into_values() {
            if let Some(first) = firsts.get_mut(place) {
                *first = old;
            }
        }
        let mut out = Vec::new();
        for (seq, first) in order.into_iter().zip(firsts) {
            if out.len() >= PER_PART {
                break;
            }
            let Some(mut line) = self.journal_line_at(seq)? else {
                continue;
            };
            line.old = match first {
                Some(text) => serde_json::from_str(&text)?,
                None => FieldValue::Empty,
            };
            if line.old != line.new {
                out.push(line);
            }
        }
        Ok(out)
    }
}

/// The first web address in a text that is reached over TLS.
fn join_in(text: &str) -> Option<String> {
    text.split_whitespace()
        .map(|word| word.trim_matches(['<', '>', '(', ')', ',', ';', '"', '.']))
        .find(|word| word.starts_with("https://"))
        .map(|word| beginning(word, 500))
}

#[cfg(test)]
mod tests {
    use super::join_in;

    #[test]
    fn the_way_to_join_is_found_in_a_sentence_and_only_over_tls() {
        assert_eq!(
            join_in("Room 4, or <https://meet.example.org/abc>."),
            Some("https://meet.example.org/abc".to_owned())
        );
        assert_eq!(join_in("http://meet.example.org/abc"), None);
        assert_eq!(join_in("Canteen"), None);
    }
}
