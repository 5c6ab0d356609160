//! The moves of an outbox entry, as one pure function.
//!
//! Invariant: a harmful command leaves `Unsure` only by an answer of the source
//! or by a choice of the user who was told, never by a retry.

use rapport_model::State;
use rapport_model::command::Repeat;
use rapport_model::fault::Remedy;

/// What happens to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The runner takes it; committed before the first byte leaves.
    Claim,
    /// The source answered that it is done.
    Confirm,
    /// The source answered that it never arrived.
    NeverArrived,
    /// The source answered, or failed to, with a fault of this remedy.
    Fail(Remedy),
    /// Somebody else changed other fields: the edit was put on top of theirs.
    Rebase,
    /// Nothing is left to do: the source already has what was wanted.
    Settle,
    /// Somebody else changed the same field; one that is asked about already is
    /// asked about anew.
    Clash,
    /// The process starts again and finds it like this.
    Restart,
    /// The user wants it tried again, and it is known not to have arrived.
    Retry,
    /// The user wants the source asked again.
    Ask,
    /// The user was told that it may have arrived, and wants it sent again.
    SendAgain,
    /// The user changed what it says, or chose values after a conflict.
    Edit,
    /// The user takes it back.
    Withdraw,
}

/// Where an entry goes from `state` on `event`; `None` when that cannot happen,
/// which callers report instead of forcing it.
#[must_use]
pub const fn next(state: State, event: Event, repeat: Repeat) -> Option<State> {
    match state {
        State::Queued => match event {
            Event::Claim => Some(State::Sending),
            Event::Retry | Event::Edit | Event::Rebase => Some(State::Queued),
            Event::Settle => Some(State::Done),
            Event::Clash => Some(State::Parked),
            Event::Withdraw => Some(State::Withdrawn),
            Event::Confirm
            | Event::NeverArrived
            | Event::Fail(_)
            | Event::Restart
            | Event::Ask
            | Event::SendAgain => None,
        },
        State::Sending => match event {
            Event::Confirm | Event::Settle => Some(State::Done),
            Event::Fail(remedy) => Some(after_push(remedy, repeat)),
            Event::Rebase => Some(State::Queued),
            Event::Clash => Some(State::Parked),
            Event::Restart => Some(in_doubt(repeat)),
            Event::Claim
            | Event::NeverArrived
            | Event::Retry
            | Event::Ask
            | Event::SendAgain
            | Event::Edit
            | Event::Withdraw => None,
        },
        State::Unsure => match event {
            Event::Confirm => Some(State::Done),
            Event::NeverArrived | Event::SendAgain => Some(State::Queued),
            Event::Fail(remedy) => Some(after_lookup(remedy)),
            Event::Ask | Event::Restart => Some(State::Unsure),
            Event::Withdraw => Some(State::Withdrawn),
            Event::Claim
            | Event::Rebase
            | Event::Settle
            | Event::Clash
            | Event::Retry
            | Event::Edit => None,
        },
        State::Parked => match event {
            Event::Retry | Event::SendAgain | Event::Edit | Event::Rebase => Some(State::Queued),
            Event::Ask => Some(State::Unsure),
            Event::Settle => Some(State::Done),
            Event::Clash => Some(State::Parked),
            Event::Withdraw => Some(State::Withdrawn),
            Event::Claim
            | Event::Confirm
            | Event::NeverArrived
            | Event::Fail(_)
            | Event::Restart => None,
        },
        State::Done | State::Withdrawn => None,
    }
}

const fn in_doubt(repeat: Repeat) -> State {
    match repeat {
        Repeat::Harmless => State::Queued,
        Repeat::Harmful => State::Unsure,
    }
}

/// After a push. `Merge` without a merge that worked asks the user.
const fn after_push(remedy: Remedy, repeat: Repeat) -> State {
    match remedy {
        Remedy::Retry | Remedy::Wait(_) | Remedy::SignIn | Remedy::Relist => State::Queued,
        Remedy::Lookup => in_doubt(repeat),
        Remedy::Merge | Remedy::Park => State::Parked,
    }
}

/// After a lookup: as long as the source may still answer, keep asking.
const fn after_lookup(remedy: Remedy) -> State {
    match remedy {
        Remedy::Retry | Remedy::Wait(_) | Remedy::SignIn | Remedy::Relist | Remedy::Lookup => {
            State::Unsure
        }
        Remedy::Merge | Remedy::Park => State::Parked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use State::{Done, Parked, Queued, Sending, Unsure, Withdrawn};

    const STATES: [State; 6] = [Queued, Sending, Unsure, Done, Parked, Withdrawn];

    type Cells = [Option<(State, State)>; 6];

    /// Every event, and where it leads from each state for (harmless, harmful).
    /// `None` in a cell means: cannot happen.
    fn table() -> Vec<(Event, Cells)> {
        let same = |state| Some((state, state));
        let doubt = Some((Queued, Unsure));
        let (q, s, u, p, d, w) = (
            same(Queued),
            same(Sending),
            same(Unsure),
            same(Parked),
            same(Done),
            same(Withdrawn),
        );
        let wait = [None, q, u, None, None, None];
        let park = [None, p, p, None, None, None];
        vec![
            // event                        queued sending unsure done parked withdrawn
            (Event::Claim, [s, None, None, None, None, None]),
            (Event::Confirm, [None, d, d, None, None, None]),
            (Event::NeverArrived, [None, None, q, None, None, None]),
            (Event::Fail(Remedy::Retry), wait),
            (Event::Fail(Remedy::Wait(7)), wait),
            (Event::Fail(Remedy::SignIn), wait),
            (Event::Fail(Remedy::Relist), wait),
            (
                Event::Fail(Remedy::Lookup),
                [None, doubt, u, None, None, None],
            ),
            (Event::Fail(Remedy::Merge), park),
            (Event::Fail(Remedy::Park), park),
            (Event::Rebase, [q, q, None, None, q, None]),
            (Event::Settle, [d, d, None, None, d, None]),
            (Event::Clash, [p, p, None, None, p, None]),
            (Event::Restart, [None, doubt, u, None, None, None]),
            (Event::Retry, [q, None, None, None, q, None]),
            (Event::Ask, [None, None, u, None, u, None]),
            (Event::SendAgain, [None, None, q, None, q, None]),
            (Event::Edit, [q, None, None, None, q, None]),
            (Event::Withdraw, [w, None, w, None, w, None]),
        ]
    }

    #[test]
    fn every_state_answers_every_event_as_the_table_says() {
        for (event, row) in table() {
            for (state, cell) in STATES.into_iter().zip(row) {
                let harmless = next(state, event, Repeat::Harmless);
                let harmful = next(state, event, Repeat::Harmful);
                assert_eq!(
                    harmless,
                    cell.map(|it| it.0),
                    "{state:?} {event:?} harmless"
                );
                assert_eq!(harmful, cell.map(|it| it.1), "{state:?} {event:?} harmful");
            }
        }
    }

    #[test]
    fn a_harmful_command_in_doubt_is_never_queued_without_an_answer_or_the_user() {
        for (event, _) in table() {
            if next(Unsure, event, Repeat::Harmful) == Some(Queued) {
                assert!(
                    matches!(event, Event::NeverArrived | Event::SendAgain),
                    "{event:?}"
                );
            }
        }
        assert_eq!(next(Sending, Event::Restart, Repeat::Harmful), Some(Unsure));
        assert_eq!(next(Sending, Event::Withdraw, Repeat::Harmful), None);
    }
}
