//! The screens that a click opens: a customer, the inbox, a conversation, the lists.

use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;
use rapport_engine::HubError;
use rapport_store::StoreError;
use rapport_store::db::Reader;
use rapport_store::view::{
    ConversationFilter, CustomersWanted, MessagesWanted, RecordsWanted, TasksWanted,
    TimelineWanted, looked_key, today,
};

use super::ingest;
use crate::connector::Making;
use crate::failure::Failure;
use crate::home::Home;
use crate::machine::peak_mb;
use crate::report::Figure;
use crate::stopwatch::{millis, percentile, timed};
use crate::world::{LARGE, NOW, company};

/// Each screen is opened so often, over all customers or conversations in turn.
const ROUNDS: usize = 60;

/// One screen: its name, its aim in milliseconds, and how it is asked for.
type Screen<'a> = (
    &'static str,
    Option<f64>,
    Box<dyn Fn(&Reader<'_>, usize) -> Result<(), StoreError> + 'a>,
);

pub(crate) fn run(size: u64, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let home = ingest::open(size, folder, &Making::default())?;
    let zone = TimeZone::UTC;
    let day = today(NOW, &zone);
    let all = home
        .hub
        .read(|it| it.customers(&CustomersWanted::default(), day))?;
    let named = |org: &u64| {
        all.iter()
            .find(|it| it.name == company(*org))
            .map(|it| it.id)
    };
    let large: Vec<_> = (0..LARGE).filter_map(|it| named(&it)).collect();
    let small: Vec<_> = all
        .iter()
        .map(|it| it.id)
        .filter(|id| !large.contains(id))
        .collect();
    if large.len() != usize::try_from(LARGE).unwrap_or(0) || small.is_empty() {
        return Err(Failure::Wrong(format!(
            "{} of the {LARGE} large customers are there",
            large.len()
        )));
    }
    let inbox = ConversationFilter::default();
    let rows = home.hub.read(|it| it.inbox(&inbox))?;
    let rooms: Vec<_> = rows.iter().map(|it| it.id).collect();
    let people: Vec<_> = home
        .hub
        .read(|it| it.people(None, None, Some(50), 0))?
        .iter()
        .map(|it| it.id)
        .collect();
    home.hub.db().write(|tx| {
        // Somebody looked a month ago: the page also tells what changed since.
        for org in &large {
            tx.set_setting(&looked_key(*org), &NOW.plus(-30 * 86_400_000).0)?;
        }
        Ok(())
    })?;
    let screens: Vec<Screen<'_>> = vec![
        (
            "large customer's page",
            Some(10.0),
            Box::new(|it, at| {
                it.customer_page(*round(&large, at)?, None, NOW, &zone)
                    .map(drop)
            }),
        ),
        (
            "small customer's page",
            Some(10.0),
            Box::new(|it, at| {
                it.customer_page(*round(&small, at)?, None, NOW, &zone)
                    .map(drop)
            }),
        ),
        (
            "large customer's timeline",
            None,
            Box::new(|it, at| {
                it.customer_timeline(*round(&large, at)?, &TimelineWanted::default())
                    .map(drop)
            }),
        ),
        (
            "list of customers",
            None,
            Box::new(|it, _| it.customers(&CustomersWanted::default(), day).map(drop)),
        ),
        ("inbox", None, Box::new(|it, _| it.inbox(&inbox).map(drop))),
        (
            "inbox, unread only",
            None,
            Box::new(|it, _| {
                it.inbox(&ConversationFilter {
                    unread: true,
                    ..inbox.clone()
                })
                .map(drop)
            }),
        ),
        (
            "inbox, waiting",
            None,
            Box::new(|it, _| {
                it.inbox(&ConversationFilter {
                    waiting: true,
                    ..inbox.clone()
                })
                .map(drop)
            }),
        ),
        (
            "messages of a conversation",
            None,
            Box::new(|it, at| {
                it.messages(*round(&rooms, at)?, &MessagesWanted::default())
                    .map(drop)
            }),
        ),
        (
            "list of people",
            None,
            Box::new(|it, _| it.people(None, None, None, 0).map(drop)),
        ),
        (
            "person's page",
            None,
            Box::new(|it, at| it.person_page(*round(&people, at)?).map(drop)),
        ),
        (
            "open invoices",
            None,
            Box::new(|it, _| {
                let wanted = RecordsWanted {
                    kind: Some("invoice".to_owned()),
                    open: true,
                    ..RecordsWanted::default()
                };
                it.records(&wanted, day).map(drop)
            }),
        ),
        (
            "tasks",
            None,
            Box::new(|it, _| it.tasks(&TasksWanted::default(), NOW, &zone).map(drop)),
        ),
    ];
    let mut out = Vec::new();
    for (name, aim, ask) in screens {
        let times = repeat(&home, &ask)?;
        let p50 = millis(percentile(&times, 0.5));
        let figure = Figure::new("screen", size, name, millis(percentile(&times, 0.95)), "ms");
        let figure = figure.noted(format!(
            "p95 of {ROUNDS}; p50 {p50:.2} ms, worst {:.2} ms",
            millis(percentile(&times, 1.0))
        ));
        out.push(match aim {
            Some(aim) if size >= 1_000_000 => figure.at_most(aim),
            _ => figure,
        });
    }
    out.extend(peak_mb().map(|it| Figure::new("screen", size, "peak memory", it, "MB")));
    Ok(out)
}

/// One of several, in turn.
fn round<T>(of: &[T], at: usize) -> Result<&T, StoreError> {
    of.get(at % of.len().max(1))
        .ok_or_else(|| StoreError::Refused("there is nothing to open".to_owned()))
}

fn repeat(
    home: &Home,
    ask: &dyn Fn(&Reader<'_>, usize) -> Result<(), StoreError>,
) -> Result<Vec<Duration>, HubError> {
    (0..ROUNDS)
        .map(|at| {
            let (answer, time) = timed(|| home.hub.read(|it| ask(it, at)));
            answer.map(|()| time)
        })
        .collect()
}
