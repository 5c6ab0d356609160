//! A bucket of tokens, one a request, that fills with time. Pure.

use rapport_model::Millis;

/// Thousandths of a token, so that slow rates lose nothing to rounding.
const TOKEN: i64 = 1_000;

#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    level: i64,
    size: i64,
    per_minute: i64,
    /// What refilling has accounted for, in token-thousandths times 60 000.
    carry: i64,
    at: Millis,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(per_minute: u32, burst: u32, now: Millis) -> Self {
        let size = i64::from(burst.max(1)) * TOKEN;
        Self {
            level: size,
            size,
            per_minute: i64::from(per_minute.max(1)),
            carry: 0,
            at: now,
        }
    }

    /// Takes a token, or says how many milliseconds until there is one.
    pub(crate) fn take(&mut self, now: Millis) -> Result<(), i64> {
        self.fill(now);
        if self.level >= TOKEN {
            self.level -= TOKEN;
            return Ok(());
        }
        let missing = (TOKEN - self.level) * 60_000 - self.carry;
        let rate = self.per_minute * TOKEN;
        Err(((missing + rate - 1) / rate).max(1))
    }

    /// A clock that jumps back adds nothing and takes nothing.
    fn fill(&mut self, now: Millis) {
        let elapsed = now.since(self.at).max(0);
        self.at = now;
        let gained = elapsed
            .saturating_mul(self.per_minute * TOKEN)
            .saturating_add(self.carry);
        self.level = self.level.saturating_add(gained / 60_000);
        self.carry = gained % 60_000;
        if self.level >= self.size {
            self.level = self.size;
            self.carry = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_given_at_once_and_then_the_rate() {
        let mut bucket = Bucket::new(60, 3, Millis(0));
        for _ in 0..3 {
            assert_eq!(bucket.take(Millis(0)), Ok(()));
        }
        assert_eq!(bucket.take(Millis(0)), Err(1_000));
        assert_eq!(bucket.take(Millis(400)), Err(600));
        assert_eq!(bucket.take(Millis(1_000)), Ok(()));
        assert_eq!(bucket.take(Millis(1_000)), Err(1_000));
    }

    #[test]
    fn a_clock_that_jumps_gives_at_most_a_burst() {
        let mut bucket = Bucket::new(60, 2, Millis(1_000_000));
        assert_eq!(bucket.take(Millis(-5_000_000)), Ok(()));
        let mut given = 0;
        while bucket.take(Millis(i64::MAX)).is_ok() {
            given += 1;
        }
        assert_eq!(given, 2);
    }

    proptest::proptest! {
        #[test]
        fn the_rate_is_never_exceeded_and_waiting_as_told_is_enough(
            per_minute in 1u32..10_000, burst in 1u32..20, steps in proptest::collection::vec(0i64..500, 1..60)
        ) {
            let mut bucket = Bucket::new(per_minute, burst, Millis(0));
            let (mut now, mut given) = (0i64, 0i64);
            for step in steps {
                now += step;
                match bucket.take(Millis(now)) {
                    Ok(()) => given += 1,
                    Err(wait) => {
                        now += wait;
                        proptest::prop_assert_eq!(bucket.take(Millis(now)), Ok(()));
                        given += 1;
                    }
                }
                let allowed = i64::from(burst) + now * i64::from(per_minute) / 60_000 + 1;
                proptest::prop_assert!(given <= allowed);
            }
        }
    }
}
