//! How fast an account may ask. Pure but for the draw of the jitter.
//!
//! A source that asks to wait is obeyed, and from then on asked less often until
//! it has answered well for a while: that is the budget.

use rapport_model::fault::Remedy;
use rapport_model::{Fault, Millis};

use crate::rng::Rng;

/// The first wait after a failure.
const FIRST: i64 = 2_000;
/// The longest wait between tries.
const LONGEST: i64 = 15 * 60_000;
/// The widest spacing a budget grows to.
const WIDEST: i64 = 10_000;
/// The spacing a throttled account starts from.
const NARROWEST: i64 = 100;

/// How long to wait after the `failures`-th failure in a row: exponential, with
/// up to half of it as jitter, so that a thousand hubs do not come back at once.
#[must_use]
pub fn delay(failures: u32, rng: &Rng) -> i64 {
    let steps = failures.saturating_sub(1).min(20);
    let full = FIRST.saturating_mul(1_i64 << steps).min(LONGEST);
    let jitter = rng.below(u64::try_from(full / 2).unwrap_or(0));
    full - i64::try_from(jitter).unwrap_or(0)
}

/// One account's pace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    failures: u32,
    not_before: Millis,
    spacing: i64,
    /// The spacing the user set; it never falls below.
    least: i64,
    last: Millis,
}

impl Pace {
    /// Milliseconds until the next request may leave; 0 when it may now. A clock
    /// that jumped back never makes anybody wait longer than the rule allows.
    #[must_use]
    pub fn wait(&self, now: Millis) -> i64 {
        let ruled = self.not_before.since(now).clamp(0, LONGEST);
        ruled.max(self.spacing_left(now))
    }

    /// Milliseconds until a fault's rule ends, the spacing left out.
    #[must_use]
    pub fn barred(&self, now: Millis) -> i64 {
        self.not_before.since(now).clamp(0, LONGEST)
    }

    /// Milliseconds that the spacing alone asks for.
    #[must_use]
    pub fn spacing_left(&self, now: Millis) -> i64 {
        self.last
            .plus(self.spacing)
            .since(now)
            .clamp(0, self.spacing.max(0))
    }

    /// A request leaves now.
    pub const fn sent(&mut self, now: Millis) {
        self.last = now;
    }

    /// A turn ended well.
    pub const fn well(&mut self) {
        self.failures = 0;
        self.not_before = Millis(0);
        let half = self.spacing / 2;
        self.spacing = if half < self.least { self.least } else { half };
    }

    /// A request failed. Faults that concern one item leave the pace alone.
    pub fn failed(&mut self, fault: &Fault, now: Millis, rng: &Rng) {
        match fault.remedy() {
            Remedy::Retry | Remedy::Lookup => {
                self.failures = self.failures.saturating_add(1);
                self.not_before = now.plus(delay(self.failures, rng));
            }
            Remedy::Wait(ms) => {
                self.failures = self.failures.saturating_add(1);
                self.not_before = now.plus(ms.clamp(0, LONGEST));
                self.spacing = (self.spacing.saturating_mul(2)).clamp(NARROWEST, WIDEST);
            }
            Remedy::SignIn | Remedy::Merge | Remedy::Relist | Remedy::Park => {}
        }
    }

    /// The user asks, or the network came back: try now. A source's own request
    /// to wait stays in force.
    pub const fn hurry(&mut self) {
        if self.spacing <= self.least {
            self.not_before = Millis(0);
        }
    }

    /// At least this many milliseconds between requests.
    pub const fn keep_apart(&mut self, ms: i64) {
        self.least = ms;
        self.spacing = ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_are_never_equal_for_everybody() {
        let rng = Rng::seeded(1);
        let mut last = 0;
        for failures in 1..12 {
            let wait = delay(failures, &rng);
            assert!((FIRST / 2..=LONGEST).contains(&wait), "{wait}");
            assert!(wait > last / 3);
            last = wait;
        }
        assert_ne!(delay(5, &Rng::seeded(1)), delay(5, &Rng::seeded(2)));
    }

    #[test]
    fn a_source_that_asks_to_wait_is_obeyed_and_asked_less_often_afterwards() {
        let (rng, now) = (Rng::seeded(1), Millis(1_000_000));
        let mut pace = Pace::default();
        let throttled = Fault::Throttled {
            after_ms: 30_000,
            why: "slow down".into(),
        };
        pace.failed(&throttled, now, &rng);
        assert_eq!(pace.wait(now), 30_000);
        pace.hurry();
        assert_eq!(pace.wait(now), 30_000);
        pace.well();
        pace.failed(&throttled, now, &rng);
        pace.failed(&throttled, now, &rng);
        let later = now.plus(30_000);
        pace.sent(later);
        assert!(pace.wait(later) > 0);
        for _ in 0..12 {
            pace.well();
        }
        assert_eq!(pace.wait(later), 0);
    }

    #[test]
    fn a_clock_that_jumps_back_a_year_does_not_stop_the_account_for_a_year() {
        let (rng, now) = (Rng::seeded(1), Millis(40_000_000_000));
        let mut pace = Pace::default();
        pace.failed(&Fault::Offline("x".into()), now, &rng);
        assert!(pace.wait(now.plus(-31_536_000_000)) <= LONGEST);
    }

    #[test]
    fn a_refused_item_does_not_slow_the_account() {
        let mut pace = Pace::default();
        pace.failed(&Fault::Rejected("no".into()), Millis(5), &Rng::seeded(1));
        assert_eq!(pace, Pace::default());
    }
}
