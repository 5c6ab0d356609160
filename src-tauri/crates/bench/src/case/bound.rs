//! The raw bound: the same rows into one table and one word index.

use std::path::Path;

use rapport_store::Profile;
use rapport_store::bound::Bound;

use crate::failure::Failure;
use crate::home::key;
use crate::machine::{peak_mb, size_of};
use crate::report::Figure;
use crate::stopwatch::{Stopwatch, large};
use crate::world::{Part, World};

/// Items are made this many at a time, outside the measured time.
const BATCH: u64 = 500;

pub(crate) fn run(size: u64, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let profile = Profile::at(&folder.join("bound"));
    let world = World::new(size);
    let mut bound = Bound::begin(&profile, &key())?;
    let mut spent = std::time::Duration::ZERO;
    for part in Part::ALL {
        let count = world.count(part);
        let mut from = 0;
        while from < count {
            let to = from.saturating_add(BATCH).min(count);
            let items: Vec<_> = (from..to).map(|at| world.item(part, at)).collect();
            let watch = Stopwatch::start();
            for item in &items {
                bound.put(item)?;
            }
            spent += watch.elapsed();
            from = to;
        }
    }
    let watch = Stopwatch::start();
    bound.commit()?;
    spent += watch.elapsed();
    let bytes = large(size_of(&profile.database()));
    std::fs::remove_dir_all(profile.home())?;
    let figure = |what, value, unit| Figure::new("bound", size, what, value, unit);
    let mut out = vec![figure("rate", large(size) / spent.as_secs_f64(), "items/s")];
    out.extend(peak_mb().map(|it| figure("peak memory", it, "MB")));
    out.push(
        figure("disk", bytes / large(size), "bytes/item")
            .noted("file and log, before a checkpoint"),
    );
    Ok(out)
}
