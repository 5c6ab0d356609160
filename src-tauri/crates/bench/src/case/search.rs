//! Two hundred fixed queries, each as typed in full and as it is being typed.

use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;
use rapport_store::search::{Query, SearchContext};

use super::ingest;
use super::palette;
use super::queries;
use crate::connector::Making;
use crate::failure::Failure;
use crate::home::Home;
use crate::machine::peak_mb;
use crate::report::Figure;
use crate::stopwatch::{count, millis, percentile, timed};

/// Each query is asked so often; the first time counts as the others do.
const ROUNDS: usize = 3;
/// What a screen shows.
const SHOWN: u32 = 20;
/// So many of the slowest are named.
const SLOWEST: usize = 5;

pub(crate) fn run(size: u64, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let home = ingest::open(size, folder, &Making::default())?;
    let context = SearchContext {
        today: jiff::civil::date(2026, 11, 21),
        zone: TimeZone::UTC,
    };
    let all = queries::all();
    let mut out = Vec::new();
    let first = Query::parse("pressure valve", &context);
    let (answer, cold) = timed(|| home.hub.read(|it| it.search_page(&first, SHOWN, 0)));
    answer?;
    let figure =
        |case: &str, what: &str, value, unit: &str| Figure::new(case, size, what, value, unit);
    for (case, typing) in [("search", false), ("search as you type", true)] {
        let measured = ask(&home, &all, &context, typing)?;
        let times: Vec<Duration> = measured.iter().flat_map(|it| it.times).collect();
        let empty = measured.iter().filter(|it| it.hits == 0).count();
        for (what, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("worst", 1.0)] {
            let it = figure(case, what, millis(percentile(&times, share)), "ms");
            out.push(match what {
                "p95" if size >= 1_000_000 => it.at_most(30.0),
                "p50" => it.noted(format!(
                    "{} queries, {empty} of them without a hit",
                    all.len()
                )),
                _ => it,
            });
        }
        let mut slowest: Vec<&Measured> = measured.iter().collect();
        slowest.sort_by_key(|it| std::cmp::Reverse(it.middle()));
        for it in slowest.into_iter().take(SLOWEST) {
            let words = format!("{}: {}  ({} hits)", it.class, it.text, it.hits);
            out.push(figure(case, "slow", millis(it.middle()), "ms").noted(words));
        }
        for class in queries::CLASSES {
            let of: Vec<Duration> = measured
                .iter()
                .filter(|it| it.class == *class)
                .flat_map(|it| it.times)
                .collect();
            if !of.is_empty() {
                let words = format!("{:.0} queries", count(of.len() / ROUNDS));
                let p95 = millis(percentile(&of, 0.95));
                out.push(figure(case, &format!("p95 of {class}"), p95, "ms").noted(words));
            }
        }
    }
    out.extend(palette::run(&home, size, &context)?);
    out.push(figure("search", "first after a start", millis(cold), "ms"));
    out.extend(peak_mb().map(|it| figure("search", "peak memory", it, "MB")));
    Ok(out)
}

struct Measured {
    class: &'static str,
    text: String,
    times: [Duration; ROUNDS],
    hits: usize,
}

impl Measured {
    fn middle(&self) -> Duration {
        percentile(&self.times, 0.5)
    }
}

fn ask(
    home: &Home,
    all: &[(&'static str, String)],
    context: &SearchContext,
    typing: bool,
) -> Result<Vec<Measured>, Failure> {
    let mut out = Vec::new();
    for (class, text) in all {
        let mut it = Measured {
            class,
            text: text.clone(),
            times: [Duration::ZERO; ROUNDS],
            hits: 0,
        };
        for time in &mut it.times {
            let (answer, spent) = timed(|| {
                let query = if typing {
                    Query::typing(text, context)
                } else {
                    Query::parse(text, context)
                };
                home.hub.read(|it| it.search_page(&query, SHOWN, 0))
            });
            *time = spent;
            it.hits = answer?.hits.len();
        }
        out.push(it);
    }
    Ok(out)
}
