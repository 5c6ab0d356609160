//! A window that nobody asks anything holds less.
//!
//! Readers keep the pages they read, because the next question mostly wants them again; at a
//! million items that is some twenty megabytes. After a while without a question they go back,
//! and with them what the allocator keeps of a start or a first sync. What comes then reads its
//! pages anew, at four millionths of a second each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rapport_api::Api;
use tauri::{AppHandle, Manager as _};

/// Without a question for this long the window is at rest.
const REST: Duration = Duration::from_secs(8);
/// A window that stays at rest is looked after again each so many times: syncing goes on.
const AGAIN: u32 = 15;

/// Counts what the page asked.
#[derive(Debug, Default)]
pub(crate) struct Asked(AtomicU64);

impl Asked {
    /// The page asked something.
    pub(crate) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn so_far(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long the page has been silent.
#[derive(Debug, Default)]
struct Silence {
    asked: u64,
    rests: u32,
}

impl Silence {
    /// Whether memory is to go back now, given what was asked so far; called once a [`REST`].
    fn is_new(&mut self, asked: u64) -> bool {
        if asked != self.asked {
            *self = Self { asked, rests: 0 };
            return false;
        }
        let first = self.rests == 0;
        self.rests = (self.rests + 1) % AGAIN;
        first
    }
}

/// Looks after it for as long as the profile is open.
pub(crate) fn begin(app: &AppHandle, api: &Arc<Api>) {
    let (app, api) = (app.clone(), Arc::downgrade(api));
    tauri::async_runtime::spawn(async move {
        let mut silence = Silence::default();
        loop {
            tokio::time::sleep(REST).await;
            if api.strong_count() == 0 {
                return;
            }
            if silence.is_new(app.state::<Asked>().so_far()) {
                let api = Weak::clone(&api);
                let eased = tauri::async_runtime::spawn_blocking(move || ease(&api)).await;
                if let Err(error) = eased {
                    tracing::warn!(%error, "memory was not given back");
                }
            }
        }
    });
}

fn ease(api: &Weak<Api>) {
    let Some(api) = api.upgrade() else { return };
    if let Err(error) = api.hub().db().ease() {
        tracing::warn!(%error, "the readers keep their pages");
    }
    drop(api);
    trim();
}

/// Hands what is free back to the system: the allocator of most Linux systems does so by itself
/// only at the end of its heaps.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "no safe crate offers it; it takes a number, touches no memory in use and may be \
              called from any thread"
)]
fn trim() {
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
const fn trim() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_goes_back_once_after_the_last_question_and_now_and_then_while_it_stays_quiet() {
        let mut silence = Silence::default();
        let asked = Asked::default();
        asked.note();
        assert!(!silence.is_new(asked.so_far()));
        assert!(silence.is_new(asked.so_far()));
        for _ in 1..AGAIN {
            assert!(!silence.is_new(asked.so_far()));
        }
        assert!(silence.is_new(asked.so_far()));
        asked.note();
        assert!(!silence.is_new(asked.so_far()));
        assert!(silence.is_new(asked.so_far()));
    }
}
