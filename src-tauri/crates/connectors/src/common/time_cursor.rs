//! Reading a source by its change stamps without losing a row.
//!
//! A row is stamped when its transaction begins and is seen when it commits: at
//! any moment rows may still appear behind the newest stamp, by as much as the
//! lag window. So every turn begins a window before what the last one settled,
//! and remembers which `(stamp, row)` pairs it has read there, so that nothing
//! is handed on twice. Pages are read by key `(stamp, id)`, the source's own
//! text of a stamp is kept, and the cursor never moves past what was read.
//!
//! Absent: clocks. The newest stamp the source has shown is all that is known
//! of its time, and it is enough.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment as the source writes it, ordered as a moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Stamp {
    micros: i64,
    raw: String,
}

impl Stamp {
    /// Reads `2026-11-21T22:04:28.558709`, with or without an offset.
    #[must_use]
    pub fn read(raw: &str) -> Option<Self> {
        let at = match raw.parse::<jiff::Timestamp>() {
            Ok(at) => at,
            // Without an offset it is UTC, as ERPs mean it.
            Err(_no_offset) => {
                let local: jiff::civil::DateTime = raw.parse().ok()?;
                local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()
            }
        };
        Some(Self {
            micros: at.as_microsecond(),
            raw: raw.to_owned(),
        })
    }

    /// The source's own text.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(&self) -> i64 {
        self.micros
    }

    /// The stamp `ms` milliseconds earlier, in a text of our own.
    #[must_use]
    pub fn earlier(&self, ms: i64) -> Option<Self> {
        let at = jiff::Timestamp::from_microsecond(self.before(ms)).ok()?;
        Self::read(&at.to_string())
    }

    /// The moment `ms` milliseconds before, in microseconds since 1970.
    const fn before(&self, ms: i64) -> i64 {
        self.micros.saturating_sub(ms.saturating_mul(1_000))
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw)
    }
}

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> Self {
        stamp.raw
    }
}

impl TryFrom<String> for Stamp {
    type Error = String;
    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::read(&raw).ok_or_else(|| format!("{raw:?} is not a moment"))
    }
}

/// Where a row stands in the listing order.
pub type Key = (Stamp, i64);

/// What to list next, in the order `(stamp, id)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// Everything.
    Start,
    /// Rows stamped at this moment (microseconds since 1970) or later.
    From(i64),
    /// Rows after this key.
    After(Key),
}

/// A bookmark in a source that stamps its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeCursor {
    /// Whatever is stamped a lag window before this, or earlier, has been read.
    settled: Option<Stamp>,
    /// What was read inside the window.
    seen: BTreeMap<Stamp, Rows>,
    /// A turn under way.
    turn: Option<Turn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Turn {
    /// The newest stamp the source showed before this turn's first page.
    began: Stamp,
    /// The last row read.
    at: Key,
}

/// What a listing answered.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Rows in order, as far as the source gave them.
    pub rows: Vec<Key>,
    /// The source had more.
    pub full: bool,
    /// A stamp the source had shown *before* the listing began. Needed for a
    /// full listing that begins a turn ([`TimeCursor::needs_newest`]), and for
    /// one put together from several requests.
    pub newest: Option<Stamp>,
}

/// What to do with a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Rows to read, in order.
    pub ids: Vec<i64>,
    /// The turn is not over.
    pub more: bool,
}

impl TimeCursor {
    /// A bookmark at the newest stamp of a source, for rows that are of no
    /// interest before. What lies in the window is still listed once.
    #[must_use]
    pub const fn starting_at(newest: Stamp) -> Self {
        Self {
            settled: Some(newest),
            seen: BTreeMap::new(),
            turn: None,
        }
    }

    /// What to list next.
    #[must_use]
    pub fn since(&self, lag_ms: i64) -> Since {
        match (&self.turn, &self.settled) {
            (Some(turn), _) => Since::After(turn.at.clone()),
            (None, Some(settled)) => Since::From(settled.before(lag_ms)),
            (None, None) => Since::Start,
        }
    }

    /// A full listing begins a turn of many pages, and its end can only be
    /// settled against what was newest before it: ask for that, and list again.
    #[must_use]
    pub const fn needs_newest(&self, full: bool) -> bool {
        full && self.turn.is_none()
    }

    /// Takes at most `most` rows that were not read before, and moves on to the
    /// last row looked at.
    pub fn take(&mut self, listing: &Listing, most: usize, lag_ms: i64) -> Taken {
        let newest_row = listing.rows.last().map(|(stamp, _)| stamp.clone());
        let began = match &self.turn {
            Some(turn) => Some(turn.began.clone()),
            // Without the newest stamp only what was settled before is certain.
            None if listing.full => listing
                .newest
                .clone()
                .or_else(|| self.settled.clone())
                .or_else(|| listing.rows.first().map(|(stamp, _)| stamp.clone())),
            None => listing.newest.clone().or(newest_row),
        };
        let floor = began
            .as_ref()
            .map_or(i64::MIN, |began| began.before(lag_ms));
        let mut taken = Taken {
            ids: Vec::new(),
            more: listing.full,
        };
        let mut last = None;
        for key in &listing.rows {
            let (stamp, id) = key;
            if !self.seen.get(stamp).is_some_and(|rows| rows.has(*id)) {
                if taken.ids.len() >= most.max(1) {
                    taken.more = true;
                    break;
                }
                taken.ids.push(*id);
                if stamp.micros >= floor {
                    self.seen.entry(stamp.clone()).or_default().add(*id);
                }
            }
            last = Some(key.clone());
        }
        if taken.more
            && let (Some(began), Some(at)) = (&began, last.or_else(|| self.key()))
        {
            self.turn = Some(Turn {
                began: began.clone(),
                at,
            });
        } else {
            taken.more = false;
            self.settle(began, lag_ms);
        }
        taken
    }

    fn key(&self) -> Option<Key> {
        self.turn.as_ref().map(|turn| turn.at.clone())
    }

    fn settle(&mut self, began: Option<Stamp>, lag_ms: i64) {
        self.turn = None;
        self.settled = self.settled.take().max(began);
        if let Some(settled) = &self.settled {
            let floor = settled.before(lag_ms);
            self.seen.retain(|stamp, _| stamp.micros >= floor);
        }
    }
}

/// Row ids as ranges: what one transaction made has one stamp and ids in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Rows(Vec<(i64, i64)>);

impl Rows {
    fn has(&self, id: i64) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= id);
        after
            .checked_sub(1)
            .and_then(|at| self.0.get(at))
            .is_some_and(|(_, last)| *last >= id)
    }

    fn add(&mut self, id: i64) {
        if self.has(id) {
            return;
        }
        let at = self.0.partition_point(|(first, _)| *first <= id);
        let joins_before = at.checked_sub(1).filter(|before| {
            self.0
                .get(*before)
                .is_some_and(|(_, last)| last.checked_add(1) == Some(id))
        });
        let joins_after = self
            .0
            .get(at)
            .is_some_and(|(first, _)| id.checked_add(1) == Some(*first));
        match (joins_before, joins_after) {
            (Some(before), true) => {
                let (_, end) = self.0.remove(at);
                if let Some(range) = self.0.get_mut(before) {
                    range.1 = end;
                }
            }
            (Some(before), false) => {
                if let Some(range) = self.0.get_mut(before) {
                    range.1 = id;
                }
            }
            (None, true) => {
                if let Some(range) = self.0.get_mut(at) {
                    range.0 = id;
                }
            }
            (None, false) => self.0.insert(at, (id, id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// The lag window of the simulated source, in milliseconds.
    const LAG: i64 = 10;

    fn stamp(ms: i64) -> Stamp {
        let at = jiff::Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap();
        Stamp::read(&at.to_string()).unwrap()
    }

    /// A row written at `begun` and visible from `committed` on.
    #[derive(Clone, Debug)]
    struct Write {
        id: i64,
        begun: i64,
        committed: i64,
    }

    struct Source {
        writes: Vec<Write>,
        now: i64,
    }

    impl Source {
        /// The rows as they are now: of each id, the last committed version.
        fn rows(&self) -> BTreeSet<Key> {
            let mut rows = BTreeMap::new();
            for write in &self.writes {
                if write.committed <= self.now {
                    rows.insert(write.id, stamp(write.begun));
                }
            }
            rows.into_iter().map(|(id, stamp)| (stamp, id)).collect()
        }

        fn list(&mut self, since: &Since, limit: usize, step: i64) -> (Vec<Key>, bool) {
            let mut rows: Vec<Key> = self
                .rows()
                .into_iter()
                .filter(|key| match since {
                    Since::Start => true,
                    Since::From(micros) => key.0.micros() >= *micros,
                    Since::After(after) => key > after,
                })
                .collect();
            let full = rows.len() >= limit;
            rows.truncate(limit);
            self.now += step;
            (rows, full)
        }

        fn newest(&mut self, step: i64) -> Option<Stamp> {
            let newest = self.rows().last().map(|(stamp, _)| stamp.clone());
            self.now += step;
            newest
        }
    }

    /// One page, as a connector reads it.
    fn page(
        source: &mut Source,
        cursor: &mut TimeCursor,
        delivered: &mut Vec<Key>,
        (limit, most, step): (usize, usize, i64),
    ) -> bool {
        let since = cursor.since(LAG);
        let (mut rows, mut full) = source.list(&since, limit, step);
        let mut newest = None;
        if cursor.needs_newest(full) {
            newest = source.newest(step);
            (rows, full) = source.list(&since, limit, step);
        }
        let listing = Listing { rows, full, newest };
        let taken = cursor.take(&listing, most, LAG);
        for id in &taken.ids {
            let key = listing.rows.iter().find(|(_, row)| row == id).unwrap();
            delivered.push(key.clone());
        }
        // What is stored between two pages is the text of the cursor.
        let text = serde_json::to_string(&cursor).unwrap();
        *cursor = serde_json::from_str(&text).unwrap();
        taken.more
    }

    fn writes() -> impl Strategy<Value = Vec<Write>> {
        let write = (0i64..12, 0i64..120, 0i64..=LAG);
        proptest::collection::vec(write, 0..60).prop_map(|all| {
            let mut all: Vec<Write> = all
                .into_iter()
                .map(|(id, begun, lag)| Write {
                    id,
                    begun,
                    committed: begun + lag,
                })
                .collect();
            all.sort_by_key(|write| write.committed);
            all
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn no_interleaving_of_late_commits_and_pages_loses_a_row(
            writes in writes(),
            start in 0i64..60,
            pages in proptest::collection::vec((1usize..5, 1usize..4, 0i64..4, 0i64..15), 1..40),
        ) {
            let mut source = Source { writes, now: start };
            let mut cursor = TimeCursor::default();
            let mut delivered = Vec::new();
            for (limit, most, step, pause) in pages {
                page(&mut source, &mut cursor, &mut delivered, (limit, most, step));
                source.now += pause;
            }
            source.now += 1_000;
            let mut turns = 0;
            for _ in 0..200 {
                // The turn under way, and one whole turn after it.
                if !page(&mut source, &mut cursor, &mut delivered, (100, 3, 0)) {
                    turns += 1;
                    if turns == 2 {
                        break;
                    }
                }
            }
            prop_assert_eq!(turns, 2, "a turn ends");
            let read: BTreeSet<Key> = delivered.iter().cloned().collect();
            for row in source.rows() {
                prop_assert!(read.contains(&row), "lost {row:?}");
            }
        }

        #[test]
        fn a_turn_without_news_changes_nothing(writes in writes(), limit in 1usize..6) {
            let mut source = Source { writes, now: 1_000 };
            let mut cursor = TimeCursor::default();
            let mut delivered = Vec::new();
            while page(&mut source, &mut cursor, &mut delivered, (limit, 3, 0)) {}
            while page(&mut source, &mut cursor, &mut delivered, (limit, 3, 0)) {}
            let (before, count) = (cursor.clone(), delivered.len());
            while page(&mut source, &mut cursor, &mut delivered, (limit, 3, 0)) {}
            prop_assert_eq!(cursor, before);
            prop_assert_eq!(delivered.len(), count);
            let once: BTreeSet<Key> = delivered.iter().cloned().collect();
            prop_assert_eq!(once.len(), count, "each version is handed on once");
        }

        #[test]
        fn ranges_hold_exactly_what_was_added(ids in proptest::collection::vec(-20i64..20, 0..60)) {
            let mut rows = Rows::default();
            for id in &ids {
                rows.add(*id);
            }
            for id in -22..22 {
                prop_assert_eq!(rows.has(id), ids.contains(&id));
            }
            prop_assert!(rows.0.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }

    #[test]
    fn a_stamp_keeps_its_text_and_orders_as_a_moment() {
        let short = Stamp::read("2026-11-21T22:04:28.5").unwrap();
        let long = Stamp::read("2026-11-21 22:04:28.558709").unwrap();
        assert!(short < long);
        assert_eq!(long.raw(), "2026-11-21 22:04:28.558709");
        assert_eq!(long.micros() % 1_000_000, 558_709);
        assert_eq!(Stamp::read("yesterday"), None);
    }

    #[test]
    fn an_import_of_a_hundred_thousand_rows_is_remembered_in_a_line() {
        let rows: Vec<Key> = (0..100_000).map(|id| (stamp(5), id)).collect();
        let mut cursor = TimeCursor::default();
        let listing = Listing {
            rows,
            full: false,
            newest: None,
        };
        assert_eq!(cursor.take(&listing, 200_000, LAG).ids.len(), 100_000);
        assert!(serde_json::to_string(&cursor).unwrap().len() < 200);
    }
}
