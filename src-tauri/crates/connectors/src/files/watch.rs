//! Waits until something in the folder may have changed.
//!
//! The system's notices only make it quick: the answer comes from comparing the
//! directory with what the last pull saw, so a lost notice costs seconds, and a
//! notice about nothing costs nothing.

use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use rapport_model::{CollectionId, Fault};
use tokio::sync::watch;

use super::folder::{Folder, lock};
use super::scan::SETTLE;
use crate::common::digest64;

/// Notices come in bursts; this much quiet ends one.
const QUIET: Duration = Duration::from_millis(150);
/// How often to compare although no notice came: network folders send none.
const COMPARE: Duration = Duration::from_secs(5);

/// The system's notices about one folder, shared by its collections.
#[derive(Debug)]
pub(super) struct Notices {
    _watcher: RecommendedWatcher,
    count: watch::Receiver<u64>,
}

/// Returns when the collection's files are not as the last pull saw them.
pub(super) async fn watch(folder: &Arc<Folder>, collection: &CollectionId) -> Result<(), Fault> {
    let mut notices = subscribe(folder).await?;
    loop {
        if lock(&folder.left).contains(collection) {
            // A file was being written; it has settled by then.
            tokio::time::sleep(SETTLE).await;
            return Ok(());
        }
        if differs(folder, collection).await? {
            return Ok(());
        }
        match &mut notices {
            Some(count) => {
                tokio::select! {
                    changed = count.changed() => {
                        if changed.is_err() {
                            notices = None;
                        } else {
                            quiet(count).await;
                        }
                    }
                    () = tokio::time::sleep(COMPARE) => {}
                }
            }
            None => tokio::time::sleep(COMPARE).await,
        }
    }
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
