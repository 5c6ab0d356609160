//! How the remote fails: by script, or by chance from a seed.

use std::collections::{BTreeMap, VecDeque};

use rapport_engine::rng::Rng;
use rapport_model::Fault;

/// A verb that can be told to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Reading changes.
    Pull,
    /// Writing.
    Push,
    /// Asking whether a write arrived.
    Lookup,
    /// Reading single items.
    Fetch,
    /// Listing ids.
    Ids,
}

/// One way to fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Not reached: nothing was done.
    Offline,
    /// Reached, answered that it cannot now: nothing was done.
    Transient,
    /// The line broke before the request arrived: nothing was done, and nobody
    /// can know.
    LostRequest,
    /// The line broke after the request was done.
    LostAnswer,
    /// Never answers, and does nothing: for a crash in the middle of a push.
    HangsBefore,
    /// Does it and never answers: for a crash in the middle of a push.
    HangsAfter,
    /// Asked to wait this many milliseconds.
    Throttled(i64),
    /// The sign-in ended.
    SignIn,
    /// The bookmark is no longer good.
    CursorExpired,
    /// Refused in these words.
    Rejected(String),
}

impl Trouble {
    /// What the caller sees.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Offline => Fault::Offline("the fake server is down".into()),
            Self::Transient => Fault::Transient("the fake server is busy".into()),
            Self::LostRequest | Self::LostAnswer | Self::HangsBefore | Self::HangsAfter => {
                Fault::Unknown("the line broke".into())
            }
            Self::Throttled(after_ms) => Fault::Throttled {
                after_ms: *after_ms,
                why: "too many requests".into(),
            },
            Self::SignIn => Fault::SignIn("the token has expired".into()),
            Self::CursorExpired => Fault::CursorExpired("the bookmark is too old".into()),
            Self::Rejected(why) => Fault::Rejected(why.clone()),
        }
    }
}

/// What will go wrong.
#[derive(Debug, Default)]
pub struct Troubles {
    script: BTreeMap<Verb, VecDeque<Option<Trouble>>>,
    chance: Option<(Rng, u64)>,
    down: bool,
}

impl Troubles {
    /// The next call of `verb` without a plan fails like this; `None` lets one through.
    pub fn plan(&mut self, verb: Verb, trouble: Option<Trouble>) {
        self.script.entry(verb).or_default().push_back(trouble);
    }

    /// Forgets what was planned.
    pub fn forget_plans(&mut self) {
        self.script.clear();
    }

    /// From now on `per_mille` of all calls fail, drawn from `seed`; 0 ends it.
    pub fn by_chance(&mut self, seed: u64, per_mille: u64) {
        self.chance = (per_mille > 0).then(|| (Rng::seeded(seed), per_mille));
    }

    /// Takes the whole remote off the network, or brings it back.
    pub const fn set_down(&mut self, down: bool) {
        self.down = down;
    }

    /// What happens to this call.
    pub fn draw(&mut self, verb: Verb) -> Option<Trouble> {
        if self.down {
            return Some(Trouble::Offline);
        }
        if let Some(planned) = self.script.get_mut(&verb).and_then(VecDeque::pop_front) {
            return planned;
        }
        let (rng, per_mille) = self.chance.as_ref()?;
        if rng.below(1000) >= *per_mille {
            return None;
        }
        Some(match (verb, rng.below(7)) {
            (_, 0) => Trouble::Offline,
            (_, 1) => Trouble::Transient,
            (_, 2) => Trouble::Throttled(1000),
            (Verb::Pull, 3) => Trouble::CursorExpired,
            (Verb::Push, 3 | 4) => Trouble::LostRequest,
            (Verb::Push, _) => Trouble::LostAnswer,
            _ => Trouble::Transient,
        })
    }

    /// Whether this answer is mixed up: changes out of order and some twice.
    pub fn mixes(&self) -> Option<u64> {
        let (rng, per_mille) = self.chance.as_ref()?;
        (rng.below(1000) < per_mille.saturating_mul(2)).then(|| rng.next())
    }
}
