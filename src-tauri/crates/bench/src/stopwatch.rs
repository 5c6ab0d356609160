//! Time spent, and what a handful of times say together.

use std::time::{Duration, Instant};

/// Runs from its making. The time in which this thread was ready and another program had the
/// processor is left out, where the system tells it: a busy machine is not what is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch {
    from: Instant,
    waited: Duration,
}

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "measuring real time is what this program is for"
    )]
    pub(crate) fn start() -> Self {
        Self {
            waited: waited(),
            from: Instant::now(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        let wall = self.from.elapsed();
        wall.saturating_sub(waited().saturating_sub(self.waited))
    }
}

/// How long this thread has waited for a processor so far; nothing where it is not told.
fn waited() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split(' ').nth(1).and_then(|it| it.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Runs something and says how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let watch = Stopwatch::start();
    let value = work();
    (value, watch.elapsed())
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The time that a share (0 to 1) of the times stay below or meet: nearest rank.
pub(crate) fn percentile(times: &[Duration], share: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let mut below = 0.0;
    let step = 1.0 / count(sorted.len());
    for time in &sorted {
        below += step;
        // A hair of tolerance: a hundred times a hundredth is not quite one.
        if below + 1e-9 >= share {
            return *time;
        }
    }
    sorted.last().copied().unwrap_or_default()
}

/// A count as a number to divide by.
pub(crate) fn count(of: usize) -> f64 {
    u32::try_from(of).map_or(f64::MAX, f64::from)
}

/// A large count as a number to divide by.
pub(crate) fn large(of: u64) -> f64 {
    u32::try_from(of).map_or_else(
        |_| u32::try_from(of >> 20).map_or(f64::MAX, f64::from) * 1_048_576.0,
        f64::from,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 0.5), Duration::from_millis(50));
        assert_eq!(percentile(&times, 0.95), Duration::from_millis(95));
        assert_eq!(percentile(&times, 1.0), Duration::from_millis(100));
        assert_eq!(percentile(&[], 0.5), Duration::ZERO);
    }
}
