//! What the palette asks the core between a key and its answer, letter by letter.

use std::time::Duration;

use jiff::tz::TimeZone;
use rapport_engine::HubError;
use rapport_model::ItemId;
use rapport_store::search::{Query, SearchContext};
use rapport_store::view::{CustomersWanted, HitRow, today};

use super::queries;
use crate::failure::Failure;
use crate::home::Home;
use crate::report::Figure;
use crate::stopwatch::{millis, percentile, timed};
use crate::world::NOW;

/// What the palette shows of each: hits, names of customers and of people, ways to go on.
const HITS: u32 = 40;
const NAMES: u32 = 3;
const WAYS: u32 = 8;
/// Texts of each class, and letters of a text.
const TEXTS: usize = 4;
const LETTERS: usize = 12;
/// The kinds of query that are typed without operators.
const CLASSES: [&str; 4] = ["rare word", "common word", "several words", "part-word"];

/// The questions of one key, in the order of `Times`.
const ASKED: [&str; 5] = [
    "search",
    "ways to go on",
    "customers by name",
    "people by name",
    "rows of the hits",
];

/// A text and how long each question took.
struct Key {
    text: String,
    times: [Duration; ASKED.len()],
}

impl Key {
    fn all(&self) -> Duration {
        self.times.iter().sum()
    }
}

/// The figures of every question, and of all of them one after the other.
pub(crate) fn run(home: &Home, size: u64, context: &SearchContext) -> Result<Vec<Figure>, Failure> {
    let mut keys = Vec::new();
    for text in typed() {
        let mut so_far = String::new();
        for letter in text.chars().take(LETTERS) {
            so_far.push(letter);
            keys.push(Key {
                times: ask(home, so_far.trim_end(), context)?,
                text: so_far.clone(),
            });
        }
    }
    let mut out = vec![figure(size, "all of a key", &keys, Key::all)];
    for (at, what) in ASKED.iter().enumerate() {
        out.push(figure(size, what, &keys, |it| {
            it.times.get(at).copied().unwrap_or_default()
        }));
    }
    Ok(out)
}

/// Of each class some, in turn.
fn typed() -> Vec<String> {
    let all = queries::all();
    let of = |class: &str| -> Vec<String> {
        let of = all
            .iter()
            .filter(|it| it.0 == class && !it.1.contains("OR"));
        of.map(|it| it.1.clone()).take(TEXTS).collect()
    };
    CLASSES.iter().flat_map(|class| of(class)).collect()
}

fn ask(
    home: &Home,
    text: &str,
    context: &SearchContext,
) -> Result<[Duration; ASKED.len()], HubError> {
    let zone = TimeZone::UTC;
    let day = today(NOW, &zone);
    let query = Query::typing(text, context);
    let (page, search) = timed(|| home.hub.read(|it| it.search_page(&query, HITS, 0)));
    let page = page?;
    let (ways, words) = timed(|| home.hub.read(|it| it.completions(text, None, WAYS)));
    ways?;
    let wanted = CustomersWanted {
        name: Some(text.to_owned()),
        limit: Some(NAMES),
        ..CustomersWanted::default()
    };
    let (found, customers) = timed(|| home.hub.read(|it| it.customers(&wanted, day)));
    found?;
    let (found, people) = timed(|| {
        home.hub
            .read(|it| it.people(Some(text), None, Some(NAMES), 0))
    });
    found?;
    let (records, tasks) = (of_kind(&page.hits, "record"), of_kind(&page.hits, "task"));
    let (found, rows) = timed(|| {
        home.hub.read(|it| {
            it.records_by_id(&records, day)?;
            it.tasks_by_id(&tasks, NOW, &zone)
        })
    });
    found?;
    Ok([search, words, customers, people, rows])
}

fn of_kind(hits: &[HitRow], kind: &str) -> Vec<ItemId> {
    hits.iter()
        .filter(|it| it.kind == kind)
        .map(|it| it.id)
        .collect()
}

fn figure(size: u64, what: &str, keys: &[Key], of: impl Fn(&Key) -> Duration) -> Figure {
    let times: Vec<Duration> = keys.iter().map(&of).collect();
    let slowest = keys.iter().max_by_key(|it| of(it));
    Figure::new(
        "palette",
        size,
        what,
        millis(percentile(&times, 0.95)),
        "ms",
    )
    .noted(format!(
        "p95 of {} keys; p50 {:.2} ms, worst {:.2} ms (for \u{201c}{}\u{201d})",
        keys.len(),
        millis(percentile(&times, 0.5)),
        millis(percentile(&times, 1.0)),
        slowest.map(|it| &*it.text).unwrap_or_default(),
    ))
}
