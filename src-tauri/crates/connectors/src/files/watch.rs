//! Waits until something in the folder may have changed.
//!
//! The system's notices only make it quick: the answer comes from comparing the
//! directory with what the last pull saw, so a lost notice costs a minute at most,
//! and a notice about nothing costs nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use rapport_model::{CollectionId, Fault};
use tokio::sync::watch;

use super::folder::{Folder, lock};
use super::scan::SETTLE;
use crate::common::digest64;

/// Notices come in bursts; this much quiet ends one.
const QUIET: Duration = Duration::from_millis(150);
/// How soon to compare although no notice came: network folders send none.
const SOON: Duration = Duration::from_secs(5);
/// How long a folder that was quiet is left alone: walking it costs a little each time, and a
/// window at rest has many folders.
const SELDOM: Duration = Duration::from_secs(60);

/// How long until the next comparison that no notice asked for.
#[derive(Debug, Clone, Copy)]
struct Pace {
    next: Duration,
    longest: Duration,
}

impl Pace {
    /// `deaf`: changes were seen here that no notice told of.
    const fn of(deaf: bool) -> Self {
        Self {
            next: SOON,
            longest: if deaf { SOON } else { SELDOM },
        }
    }

    /// This pause; the one after it is twice as long, up to the longest.
    fn pause(&mut self) -> Duration {
        let now = self.next;
        self.next = (now * 2).min(self.longest);
        now
    }
}

/// The system's notices about one folder, shared by its collections.
#[derive(Debug)]
pub(super) struct Notices {
    _watcher: RecommendedWatcher,
    count: watch::Receiver<u64>,
}

/// Returns when the collection's files are not as the last pull saw them.
pub(super) async fn watch(folder: &Arc<Folder>, collection: &CollectionId) -> Result<(), Fault> {
    let mut notices = subscribe(folder).await?;
    let mut pace = Pace::of(notices.is_none() || folder.deaf.load(Ordering::Relaxed));
    let mut told = true;
    loop {
        if lock(&folder.left).contains(collection) {
            // A file was being written; it has settled by then.
            tokio::time::sleep(SETTLE).await;
            return Ok(());
        }
        if differs(folder, collection).await? {
            if !told && !on_its_way(notices.as_mut()).await {
                folder.deaf.store(true, Ordering::Relaxed);
            }
            return Ok(());
        }
        match &mut notices {
            Some(count) => {
                told = tokio::select! {
                    changed = count.changed() => {
                        if changed.is_err() {
                            notices = None;
                            pace = Pace::of(true);
                        } else {
                            quiet(count).await;
                        }
                        true
                    }
                    () = tokio::time::sleep(pace.pause()) => false,
                };
            }
            None => tokio::time::sleep(pace.pause()).await,
        }
    }
}

/// A change that was seen just now may only have been quicker than its notice.
async fn on_its_way(notices: Option<&mut watch::Receiver<u64>>) -> bool {
    let Some(count) = notices else { return false };
    matches!(
        tokio::time::timeout(QUIET, count.changed()).await,
        Ok(Ok(()))
    )
}

/// Waits for the end of a burst, but not for ever.
async fn quiet(count: &mut watch::Receiver<u64>) {
    for _ in 0..10 {
        if !matches!(
            tokio::time::timeout(QUIET, count.changed()).await,
            Ok(Ok(()))
        ) {
            return;
        }
    }
}

async fn differs(folder: &Arc<Folder>, collection: &CollectionId) -> Result<bool, Fault> {
    let (folder, collection) = (Arc::clone(folder), collection.clone());
    blocking(move || {
        let now = match folder.look(&collection) {
            Ok(look) => look.stamp(),
            Err(fault) => {
                // Notices about a folder that went away do not come back with it.
                *lock(&folder.notices) = None;
                return Err(fault);
            }
        };
        let last = lock(&folder.last).get(&collection).copied();
        Ok(last.is_some_and(|last| last != now))
    })
    .await
}

async fn subscribe(folder: &Arc<Folder>) -> Result<Option<watch::Receiver<u64>>, Fault> {
    let folder = Arc::clone(folder);
    blocking(move || {
        let mut notices = lock(&folder.notices);
        if notices.is_none() {
            *notices = begin(&folder);
        }
        Ok(notices.as_ref().map(|it| it.count.clone()))
    })
    .await
}

/// `None` when the system has no notices to give; comparing goes on without.
fn begin(folder: &Folder) -> Option<Notices> {
    let (sender, count) = watch::channel(0_u64);
    let told = move |event: notify::Result<notify::Event>| {
        if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        }
    };
    let mut watcher = notify::recommended_watcher(told)
        .inspect_err(
            |error| tracing::warn!(%error, "no notices about the folder; comparing instead"),
        )
        .ok()?;
    watcher
        .watch(&folder.root, RecursiveMode::Recursive)
        .inspect_err(
            |error| tracing::warn!(%error, "no notices about the folder; comparing instead"),
        )
        .ok()?;
    Some(Notices {
        _watcher: watcher,
        count,
    })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(Fault::Transient(format!(
                "looking at the folder was broken off: {error}"
            )))
        })
}

impl super::folder::Look {
    /// Changes when any of the files does.
    pub(super) fn stamp(&self) -> u64 {
        let lines: Vec<String> = self
            .files
            .iter()
            .map(|it| format!("{} {} {} {}", it.path, it.size, it.mtime, it.extra))
            .collect();
        digest64(lines.iter().map(String::as_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, SELDOM, SOON};

    #[test]
    fn a_quiet_folder_is_left_alone_ever_longer_but_never_more_than_a_minute() {
        let mut pace = Pace::of(false);
        let pauses: Vec<u64> = (0..6).map(|_| pace.pause().as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
        assert_eq!(pace.pause(), SELDOM);
    }

    #[test]
    fn a_folder_that_sends_no_notices_is_looked_at_as_often_as_ever() {
        let mut pace = Pace::of(true);
        for _ in 0..6 {
            assert_eq!(pace.pause(), SOON);
        }
    }
}
