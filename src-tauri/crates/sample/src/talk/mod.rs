//! Two years of correspondence, made one message at a time.
//!
//! Invariant: memory does not grow with the number of messages; what is kept is
//! a bounded set of live threads. Messages come in the order of time.

pub(crate) mod chats;
pub(crate) mod mails;

use crate::SampleError;
use crate::ledger::HISTORY;
use crate::rng::{Rng, mix};
use crate::text::slots::{About, Facts, Shelf};
use crate::when::{Calendar, Day, hm};
use crate::world::needles::{NEEDLES, Spec, Spot};
use crate::world::{CUSTOMERS, Customer};

/// What every part of the talk is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// The seed.
    pub(crate) seed: u64,
    /// Days and zone.
    pub(crate) calendar: &'a Calendar,
    /// Documents that may be named.
    pub(crate) shelf: &'a Shelf,
}

impl<'a> Setting<'a> {
    /// A text about a customer on a day, in a conversation of its own.
    pub(crate) fn about(&self, customer: &'static Customer, day: Day, rng: &mut Rng) -> About<'a> {
        let facts = Facts {
            seed: rng.next(),
            since: day,
        };
        About {
            calendar: self.calendar,
            shelf: self.shelf,
            customer,
            day,
            reader: None,
            facts,
        }
    }

    /// The `serial`th id of its kind; a bijection, so no two are equal.
    pub(crate) fn id(&self, kind: u64, serial: u64) -> String {
        format!("{:016x}", mix(mix(self.seed ^ kind) ^ serial))
    }

    /// A customer, the busy ones more often.
    pub(crate) fn customer(rng: &mut Rng) -> &'static Customer {
        let [first, ..] = CUSTOMERS;
        CUSTOMERS
            .get(rng.weighted(CUSTOMERS.iter().map(|c| c.weight)))
            .unwrap_or(first)
    }
}

/// Something to be written at a time of the day.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slot<S> {
    /// A scene.
    Scene(S),
    /// The needle at that place of the list.
    Needle(usize),
    /// Ordinary talk.
    Talk,
}

/// What happens on one day, in the order of time.
#[derive(Debug)]
pub(crate) struct DayPlan<S> {
    /// The day.
    pub(crate) day: Day,
    /// Second of the day and what.
    pub(crate) slots: Vec<(u32, Slot<S>)>,
}

/// Spreads ordinary talk, needles and scenes over the days.
pub(crate) struct Plan<S> {
    rng: Rng,
    talk: u64,
    scenes: Vec<(Day, u32, S)>,
    /// Needle and the ordinal of ordinary talk it comes before, by ordinal.
    needles: Vec<(u64, usize)>,
    weights: Vec<u64>,
}

impl<S: Copy> Plan<S> {
    /// A plan for `total` messages, of which the scenes and needles are a part.
    pub(crate) fn new(
        setting: &Setting<'_>,
        label: &str,
        total: u64,
        scenes: Vec<(Day, u32, S)>,
        needles: &[usize],
    ) -> Self {
        let mut rng = Rng::new(setting.seed, label);
        let fixed = u64::try_from(scenes.len() + needles.len()).unwrap_or(0);
        let talk = total.saturating_sub(fixed);
        let mut placed: Vec<(u64, usize)> = needles
            .iter()
            .map(|n| (rng.below(talk.max(1)), *n))
            .collect();
        placed.sort_unstable();
        // A quarter more today than two years ago, and very little at weekends.
        let weights = (HISTORY..0).map(|day| {
            let growth = 800 + u64::try_from(day - HISTORY).unwrap_or(0) * 200 / 730;
            growth
                * if setting.calendar.is_working(day) {
                    100
                } else {
                    3
                }
        });
        Self {
            rng,
            talk,
            scenes,
            needles: placed,
            weights: weights.collect(),
        }
    }

    /// All days from the first of the history to today.
    pub(crate) fn days(mut self) -> impl Iterator<Item = DayPlan<S>> {
        let sum: u128 = self
            .weights
            .iter()
            .map(|w| u128::from(*w))
            .sum::<u128>()
            .max(1);
        let mut passed: u128 = 0;
        let mut done: u64 = 0;
        (HISTORY..=0).map(move |day| {
            let at = usize::try_from(day - HISTORY).unwrap_or(0);
            passed += self.weights.get(at).copied().map_or(0, u128::from);
            let until = u64::try_from(u128::from(self.talk) * passed / sum).unwrap_or(self.talk);
            let mut slots: Vec<(u32, Slot<S>)> = Vec::new();
            for ordinal in done..until {
                let second = self.second();
                while let Some((place, needle)) = self.needles.first().copied() {
                    if place > ordinal {
                        break;
                    }
                    self.needles.remove(0);
                    slots.push((second, Slot::Needle(needle)));
                }
                slots.push((second, Slot::Talk));
            }
            if day == -1 {
                // With hardly any talk the needles still need a place.
                for (_, needle) in std::mem::take(&mut self.needles) {
                    slots.push((hm(12, 0), Slot::Needle(needle)));
                }
            }
            done = until;
            let scenes = self.scenes.iter().filter(|(d, _, _)| *d == day);
            slots.extend(scenes.map(|(_, second, scene)| (*second, Slot::Scene(*scene))));
            slots.sort_by_key(|(second, _)| *second);
            DayPlan { day, slots }
        })
    }

    fn second(&mut self) -> u32 {
        let hour = self
            .rng
            .weighted([2, 6, 10, 11, 9, 5, 8, 10, 10, 7, 4, 2].into_iter());
        let hour = u32::try_from(hour).unwrap_or(0) + 7;
        hm(hour, 0) + u32::try_from(self.rng.below(3600)).unwrap_or(0)
    }
}

/// The places of the needles whose spot is one of those.
pub(crate) fn needles_in(spots: &[Spot]) -> Vec<usize> {
    let list = NEEDLES.iter().enumerate();
    list.filter(|(_, n)| spots.contains(&n.spot))
        .map(|(at, _)| at)
        .collect()
}

/// The needle at a place of the list.
pub(crate) fn needle(at: usize) -> Result<&'static Spec, SampleError> {
    NEEDLES
        .get(at)
        .ok_or(SampleError::World("a needle that does not exist"))
}
