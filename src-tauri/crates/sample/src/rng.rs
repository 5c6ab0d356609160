//! A small generator of repeatable chance: xoshiro256** seeded through splitmix64.
//!
//! Invariant: the same seed and label give the same numbers on every machine
//! and in every release; no test, file or benchmark may depend on anything else
//! for variety.

/// One stream of repeatable numbers.
#[derive(Debug, Clone)]
pub(crate) struct Rng {
    state: [u64; 4],
}

/// The output step of splitmix64: a bijection, so different inputs never collide.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// FNV-1a over a label, so that every part of the world has a stream of its own
/// and a sentence added to one does not move all the others.
fn label_hash(label: &str) -> u64 {
    label.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Rng {
    /// The stream called `label` under `seed`.
    pub(crate) fn new(seed: u64, label: &str) -> Self {
        let mut next = seed ^ label_hash(label);
        let mut step = || {
            next = next.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(next)
        };
        Self {
            state: [step(), step(), step(), step()],
        }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        let [s0, s1, s2, s3] = &mut self.state;
        let result = s1.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = *s1 << 17;
        *s2 ^= *s0;
        *s3 ^= *s1;
        *s1 ^= *s2;
        *s0 ^= *s3;
        *s2 ^= t;
        *s3 = s3.rotate_left(45);
        result
    }

    /// A number in `0..bound`, or 0 when the bound is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = i64::from(high) - i64::from(low) + 1;
        let offset = self.below(u64::try_from(span).unwrap_or(0));
        i32::try_from(i64::from(low) + i64::try_from(offset).unwrap_or(0)).unwrap_or(low)
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// An index into something with `len` places.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        let bound = u64::try_from(len).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// One of the items, or nothing when there are none.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let at = self.index(items.len());
        items.get(at)
    }

    /// One of the words, or an empty one when there are none.
    pub(crate) fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.pick(words).copied().unwrap_or("")
    }

    /// An index drawn by weight.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u64 = weights.clone().map(u64::from).sum();
        let mut left = self.below(total);
        for (at, weight) in weights.enumerate() {
            let weight = u64::from(weight);
            if left < weight {
                return at;
            }
            left -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_algorithms() {
        // splitmix64 from state 0, as in the reference code.
        assert_eq!(mix(0x9e37_79b9_7f4a_7c15), 0xe220_a839_7b1d_cdaf);
        let mut rng = Rng {
            state: [1, 2, 3, 4],
        };
        let drawn: Vec<u64> = (0..4).map(|_| rng.next()).collect();
        assert_eq!(drawn, [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240]);
    }

    #[test]
    fn labels_give_independent_streams_and_seeds_repeat_them() {
        let first = Rng::new(7, "mail").next();
        assert_eq!(first, Rng::new(7, "mail").next());
        assert_ne!(first, Rng::new(7, "chat").next());
        assert_ne!(first, Rng::new(8, "mail").next());
    }

    #[test]
    fn draws_stay_in_their_bounds_and_reach_both_ends() {
        let mut rng = Rng::new(1, "bounds");
        let drawn: Vec<i32> = (0..2_000).map(|_| rng.between(-3, 3)).collect();
        assert_eq!(drawn.iter().min(), Some(&-3));
        assert_eq!(drawn.iter().max(), Some(&3));
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.pick::<u8>(&[]), None);
    }

    #[test]
    fn weights_shape_the_draw() {
        let mut rng = Rng::new(1, "weights");
        let mut seen = [0_u32; 3];
        for _ in 0..10_000 {
            seen[rng.weighted([8, 0, 2].into_iter())] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((7_700..8_300).contains(&seen[0]), "{seen:?}");
    }
}
