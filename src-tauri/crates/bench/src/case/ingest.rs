//! The whole way in: pulled, merged, journalled, joined with people, indexed, committed.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rapport_engine::Progress;
use rapport_model::time::Stopped;

use crate::connector::{BenchFactory, Making};
use crate::failure::Failure;
use crate::home::Home;
use crate::machine::{peak_mb, size_of};
use crate::report::Figure;
use crate::stopwatch::{Stopwatch, large, millis};
use crate::world::{NOW, Part, World};

/// The profile of a size, as later cases open it.
pub(crate) fn open(size: u64, folder: &Path, making: &Making) -> Result<Home, Failure> {
    let factory = BenchFactory {
        items: Arc::new(World::new(size)),
        making: making.clone(),
    };
    Home::open(
        &folder.join("home"),
        vec![Arc::new(factory)],
        Arc::new(Stopped(NOW)),
    )
}

/// Pages are stored several at once: of fewer than these, a tenth says more about where a
/// piece ends than about how fast it went.
const PIECES: usize = 40;

/// A page: of which part, how many changes so far, when.
type Seen = (String, u64, Duration);

pub(crate) async fn run(size: u64, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let making = Making::default();
    let home = open(size, folder, &making)?;
    home.hub.add_own_domain("velmora.example")?;
    home.add("bench", serde_json::Value::Null)?;
    let seen: Mutex<Vec<Seen>> = Mutex::default();
    let watch = Stopwatch::start();
    let turns = home
        .turn(&|progress| {
            if let Progress::Page {
                collection,
                changes,
                ..
            } = progress
            {
                let at = watch.elapsed().saturating_sub(making.so_far());
                seen.lock().unwrap_or_else(PoisonError::into_inner).push((
                    collection.0.clone(),
                    *changes,
                    at,
                ));
            }
        })
        .await?;
    let spent = watch.elapsed().saturating_sub(making.so_far());
    let peak = peak_mb();
    let came: u64 = turns
        .iter()
        .flat_map(|it| &it.collections)
        .map(|it| it.changes)
        .sum();
    if came != size {
        return Err(Failure::Wrong(format!(
            "{came} items came in instead of {size}"
        )));
    }
    let figure = |what: &str, value, unit| Figure::new("ingest", size, what, value, unit);
    let mut out = vec![
        figure("rate", large(size) / spent.as_secs_f64(), "items/s").noted(format!(
            "making the items took another {:.1} s",
            making.so_far().as_secs_f64()
        )),
    ];
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut longest = Duration::ZERO;
    let mut before = Duration::ZERO;
    for (_, _, at) in &seen {
        longest = longest.max(at.saturating_sub(before));
        before = *at;
    }
    for part in [Part::Mail, Part::Chat] {
        out.extend(fading(&seen, part).map(|(first, last)| {
            figure(
                &format!("{}, last tenth beside first", part.id()),
                last / first,
                "×",
            )
            .noted(format!("{first:.0} then {last:.0} items/s"))
        }));
    }
    out.push(figure(
        "longest time between two pages",
        millis(longest),
        "ms",
    ));
    let memory = peak.map(|it| figure("peak memory", it, "MB"));
    out.extend(memory.map(|it| {
        if size >= 1_000_000 {
            it.at_most(300.0)
        } else {
            it
        }
    }));
    home.hub.db().checkpoint()?;
    out.push(figure(
        "disk",
        large(size_of(&home.database())) / large(size),
        "bytes/item",
    ));
    Ok(out)
}

/// Items a second in the first and in the last tenth of a part.
fn fading(seen: &[Seen], part: Part) -> Option<(f64, f64)> {
    let begins = seen.iter().position(|it| it.0 == part.id())?;
    let before = begins
        .checked_sub(1)
        .and_then(|at| seen.get(at))
        .map_or(Duration::ZERO, |it| it.2);
    let of: Vec<(u64, Duration)> = std::iter::once((0, before))
        .chain(
            seen.iter()
                .filter(|it| it.0 == part.id())
                .map(|it| (it.1, it.2)),
        )
        .collect();
    let tenth = (of.len() - 1) / 10;
    if tenth < PIECES {
        return None;
    }
    let rate = |from: usize, to: usize| {
        let (a, b) = (of.get(from)?, of.get(to)?);
        Some(large(b.0 - a.0) / b.1.saturating_sub(a.1).as_secs_f64())
    };
    Some((rate(0, tenth)?, rate(of.len() - 1 - tenth, of.len() - 1)?))
}
