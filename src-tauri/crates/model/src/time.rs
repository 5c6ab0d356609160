//! Moments and the clock that hands them out.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// UTC milliseconds since 1970. All stored moments have this form.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
pub struct Millis(#[ts(type = "number")] pub i64);

impl Millis {
    /// This moment moved by `ms` milliseconds (negative: earlier), saturating.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; negative when it lies after.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment as RFC 3339 in UTC, for people and exports. Moments outside
    /// the calendar's range read as their number.
    #[must_use]
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0)
            .map_or_else(|_| format!("{} ms", self.0), |at| at.to_string())
    }

    /// Reads RFC 3339 (`2026-03-12T09:41:00Z`, any offset).
    ///
    /// # Errors
    /// The text is not a moment of that form.
    pub fn parse_rfc3339(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(Self::from)
    }
}

impl From<jiff::Timestamp> for Millis {
    fn from(at: jiff::Timestamp) -> Self {
        Self(at.as_millisecond())
    }
}

/// Where the present comes from. Business code takes one, so that tests can
/// move time and a simulation can replay it.
pub trait Clock: Send + Sync + Debug {
    /// The present moment. May jump in both directions, as real clocks do.
    fn now(&self) -> Millis;
}

/// A clock that stands where it was put; for pure code and tests.
#[derive(Clone, Copy, Debug)]
pub struct Stopped(pub Millis);

impl Clock for Stopped {
    fn now(&self) -> Millis {
        self.0
    }
}
