//! A sync without news: it may not write to the disk at all.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rapport_connectors::files::FilesFactory;
use rapport_engine::SystemClock;
use serde_json::json;

use super::ingest;
use crate::connector::Making;
use crate::failure::Failure;
use crate::home::Home;
use crate::machine::{files_of, written};
use crate::report::Figure;
use crate::stopwatch::{Stopwatch, large, millis, percentile};

/// So many syncs without news.
const TURNS: usize = 10;

/// The benchmark's own source, over what the ingest left.
pub(crate) async fn own(size: u64, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let home = ingest::open(size, folder, &Making::default())?;
    quiet(&home, "idle", size).await
}

/// The sample company's folder, read for the first time and then again.
pub(crate) async fn files(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let source = folder.join("sample");
    let options = rapport_sample::Options {
        seed: 1,
        today: jiff::civil::date(2026, 11, 21),
        zone: jiff::tz::TimeZone::UTC,
        messages: None,
        needles: false,
    };
    rapport_sample::generate(&options, &source, &mut |_| {
        std::ops::ControlFlow::Continue(())
    })?;
    let home = Home::open(
        &folder.join("files"),
        vec![Arc::new(FilesFactory)],
        Arc::new(SystemClock),
    )?;
    home.add(
        "files",
        json!({ "folder": source, "own": "ines@velmora.example" }),
    )?;
    let watch = Stopwatch::start();
    let turns = home.turn(&|_| {}).await?;
    let spent = watch.elapsed();
    let came: u64 = turns
        .iter()
        .flat_map(|it| &it.collections)
        .map(|it| it.changes)
        .sum();
    let first = Figure::new(
        "idle, sample folder",
        came,
        "first sync",
        millis(spent),
        "ms",
    )
    .noted(format!(
        "{:.0} items/s, reading the files included",
        large(came) / spent.as_secs_f64()
    ));
    // The folder may have been too young to be trusted; the next look settles that.
    home.turn(&|_| {}).await?;
    let mut out = vec![first];
    out.extend(quiet(&home, "idle, sample folder", came).await?);
    Ok(out)
}

async fn quiet(home: &Home, case: &str, size: u64) -> Result<Vec<Figure>, Failure> {
    // The first turn of a process asks the source what there is.
    home.turn(&|_| {}).await?;
    let database = home.database();
    let (files, io) = (files_of(&database), written());
    let mut times: Vec<Duration> = Vec::new();
    let mut came = 0;
    for _ in 0..TURNS {
        let watch = Stopwatch::start();
        let turns = home.turn(&|_| {}).await?;
        times.push(watch.elapsed());
        came += turns
            .iter()
            .flat_map(|it| &it.collections)
            .map(|it| it.changes)
            .sum::<u64>();
    }
    let (after, io_after) = (files_of(&database), written());
    let changed = files.iter().zip(&after).filter(|(a, b)| a != b).count();
    let figure = |what: &str, value, unit: &str| Figure::new(case, size, what, value, unit);
    let mut out = vec![
        figure("sync without news", millis(percentile(&times, 0.5)), "ms")
            .noted(format!("middle of {TURNS}; {came} changes came in them")),
        figure("files that changed", crate::stopwatch::count(changed), "")
            .at_most(0.0)
            .noted("size or time of rapport.db and its log"),
    ];
    if let (Some(before), Some(after)) = (io, io_after) {
        out.push(
            figure("bytes written", large(after.1 - before.1), "bytes")
                .at_most(0.0)
                .noted(format!(
                    "{} bytes went through write calls",
                    after.0 - before.0
                )),
        );
    }
    Ok(out)
}
