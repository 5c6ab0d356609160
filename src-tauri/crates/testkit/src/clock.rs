//! A clock that goes where a test puts it.

use std::sync::atomic::{AtomicI64, Ordering};

use rapport_model::{Clock, Millis};

/// Stands until moved, forwards or backwards, as real clocks do.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    /// Nine in the morning of 12 March 2026, UTC.
    pub const MORNING: Millis = Millis(1_773_306_000_000);

    /// A clock that shows `at`.
    #[must_use]
    pub const fn at(at: Millis) -> Self {
        Self(AtomicI64::new(at.0))
    }

    /// Moves it by `ms`; negative jumps back.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Puts it to `at`.
    pub fn set(&self, at: Millis) {
        self.0.store(at.0, Ordering::SeqCst);
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::at(Self::MORNING)
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}
