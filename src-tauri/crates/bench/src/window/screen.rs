//! What stands on the display, and when it came there.
//!
//! Pixels are read from the file in which Xvfb keeps its picture, so that nothing of what is
//! measured takes part in measuring it.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::failure::Failure;

/// The picture is looked at this often; figures are no finer.
const GLANCE: Duration = Duration::from_millis(4);
/// The same while one change is waited for.
const CLOSE_GLANCE: Duration = Duration::from_millis(1);
/// A region in which nothing moved for so long is at rest.
const RESTED: Duration = Duration::from_millis(300);
/// A picture that has stayed the same for so long is the last one.
const STABLE: Duration = Duration::from_millis(2_500);
/// Nothing takes longer to show itself.
const PATIENCE: Duration = Duration::from_secs(60);
/// Every so many lines are read: letters are higher than that.
const LINES: usize = 4;
/// This share of what is drawn at the end has to be there: a clock may tick meanwhile.
const SHARE: f64 = 0.95;
/// Fewer pixels than this, of those looked at, are no content.
const LEAST: usize = 60;

/// A part of the display, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// The display's picture.
#[derive(Debug)]
pub(super) struct Screen {
    file: File,
    /// Where the pixels begin, and the bytes of a line.
    start: u64,
    line: u64,
}

/// One look: four bytes a pixel.
type Look = Vec<u8>;

fn wrong(what: &str) -> Failure {
    Failure::Wrong(format!("the display: {what}"))
}

impl Screen {
    /// Opens the file of a display.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let file = File::open(path)?;
        let mut head = [0_u8; 100];
        read_at(&file, &mut head, 0)?;
        // The form of xwd: numbers of four bytes, the highest first.
        let number = |at: usize| {
            head.chunks_exact(4)
                .nth(at)
                .and_then(|it| <[u8; 4]>::try_from(it).ok())
                .map(u32::from_be_bytes)
                .ok_or_else(|| wrong("its file has no head"))
        };
        if number(11)? != 32 {
            return Err(wrong("its pixels are not of four bytes"));
        }
        Ok(Self {
            start: u64::from(number(0)?) + 12 * u64::from(number(19)?),
            line: u64::from(number(12)?),
            file,
        })
    }

    fn look(&self, region: Region) -> Result<Look, Failure> {
        let wide = region.width * 4;
        let mut out = vec![0; wide * region.height.div_ceil(LINES)];
        for (row, bytes) in out.chunks_exact_mut(wide).enumerate() {
            let y = u64::try_from(region.y + row * LINES).unwrap_or(0);
            let x = u64::try_from(region.x * 4).unwrap_or(0);
            read_at(&self.file, bytes, self.start + y * self.line + x)?;
        }
        Ok(out)
    }

    /// Watches a region until nothing moves in it any more; how long after `from` its content
    /// was there.
    pub(super) async fn painted(&self, region: Region, from: Instant) -> Result<Duration, Failure> {
        let mut seen: Vec<(Duration, Look)> = Vec::new();
        loop {
            let at = from.elapsed();
            let look = self.look(region)?;
            match seen.last() {
                Some((since, last)) if *last == look => {
                    if at.saturating_sub(*since) > STABLE && ink(last).len() >= LEAST {
                        break;
                    }
                }
                _ => seen.push((at, look)),
            }
            if at > PATIENCE {
                return Err(wrong("nothing was drawn, or it never came to rest"));
            }
            tokio::time::sleep(GLANCE).await;
        }
        let last = seen.last().map(|it| it.1.clone()).unwrap_or_default();
        let wanted = ink(&last);
        let there = |look: &Look| {
            let same = |at: &&usize| pixel(look, **at) == pixel(&last, **at);
            let count = wanted.iter().filter(same).count();
            crate::stopwatch::count(count) >= SHARE * crate::stopwatch::count(wanted.len())
        };
        let first = seen.iter().find(|it| there(&it.1));
        first
            .map(|it| it.0)
            .ok_or_else(|| wrong("the last picture was never there"))
    }
}

/// The changes in a region, watched for beside everything else.
#[derive(Debug)]
pub(super) struct Changes {
    watcher: JoinHandle<Result<(), Failure>>,
    seen: Arc<Mutex<Vec<SystemTime>>>,
    enough: Arc<AtomicBool>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the real time of a pixel is what is measured"
)]
impl Changes {
    /// Waits until nothing moves in the region, then begins to watch it.
    pub(super) async fn after_rest(path: &Path, region: Region) -> Result<Self, Failure> {
        let screen = Screen::open(path)?;
        let mut last = screen.look(region)?;
        let mut since = Instant::now();
        while since.elapsed() < RESTED {
            tokio::time::sleep(GLANCE).await;
            let look = screen.look(region)?;
            if look != last {
                (last, since) = (look, Instant::now());
            }
        }
        let (seen, enough) = (Arc::<Mutex<_>>::default(), Arc::new(AtomicBool::new(false)));
        let (told, ended) = (seen.clone(), enough.clone());
        let watcher = std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let look = screen.look(region)?;
                if look != last {
                    last = look;
                    lock(&told).push(SystemTime::now());
                }
                std::thread::sleep(CLOSE_GLANCE);
            }
            Ok(())
        });
        Ok(Self {
            watcher,
            seen,
            enough,
        })
    }

    /// The first one that was not before `since`, both in milliseconds of the wall clock; it is
    /// waited for no longer than `patience`.
    pub(super) async fn first(
        self,
        since: f64,
        patience: Duration,
    ) -> Result<Option<f64>, Failure> {
        let end = Instant::now() + patience;
        let found = loop {
            let found = lock(&self.seen)
                .iter()
                .filter_map(|at| at.duration_since(UNIX_EPOCH).ok())
                .map(|at| at.as_secs_f64() * 1_000.0)
                .find(|at| *at >= since);
            if found.is_some() || Instant::now() > end || self.watcher.is_finished() {
                break found;
            }
            tokio::time::sleep(GLANCE).await;
        };
        self.enough.store(true, Ordering::Relaxed);
        self.watcher
            .join()
            .map_err(|_panic| wrong("its watcher died"))??;
        Ok(found)
    }
}

fn lock(of: &Mutex<Vec<SystemTime>>) -> MutexGuard<'_, Vec<SystemTime>> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pixel(look: &Look, at: usize) -> Option<&[u8]> {
    look.get(at * 4..at * 4 + 4)
}

/// The places of the pixels that are not of the commonest colour.
fn ink(look: &Look) -> Vec<usize> {
    let mut counts = std::collections::BTreeMap::new();
    for pixel in look.chunks_exact(4) {
        *counts.entry(pixel).or_insert(0_usize) += 1;
    }
    let ground = counts.iter().max_by_key(|it| it.1).map(|it| *it.0);
    look.chunks_exact(4)
        .enumerate()
        .filter(|(_, pixel)| Some(*pixel) != ground)
        .map(|(at, _)| at)
        .collect()
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], from: u64) -> Result<(), Failure> {
    use std::os::unix::fs::FileExt as _;
    file.read_exact_at(bytes, from).map_err(Failure::from)
}

#[cfg(not(unix))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> Result<(), Failure> {
    Err(wrong("only an X server in memory can be watched"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_what_is_not_of_the_commonest_colour() {
        let look = [[9, 9, 9, 0], [1, 2, 3, 0], [9, 9, 9, 0], [4, 4, 4, 0]].concat();
        assert_eq!(ink(&look), [1, 3]);
        assert!(ink(&vec![7; 400]).is_empty());
    }
}
