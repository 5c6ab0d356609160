//! Somebody else changed the item first: fetch it, put our edits on top of
//! theirs, and ask only where both changed the same field.

use rapport_model::command::Edit;
use rapport_model::field::fields_of;
use rapport_model::{Body, Cause, Command, Fault, Item, Millis, Revision, State};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::outbox::{Attempt, Entry, Moved, ThreeWay};

use super::done::step;
use super::state::Event;
use crate::ingest::{Ingest, show};
use crate::merge::{Clash, rebase};
use crate::people::Rules;

/// How the merge of an edit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// Our edits stand on top of theirs and can be pushed.
    Ready,
    /// Nothing is left to push.
    Settled,
    /// The user is asked.
    Asked,
}

/// So often an edit is put on top of somebody else's before the user is told.
pub(super) const MOST_REBASES: usize = 20;

/// How often an edit that was pushed was put on top of somebody else's since the
/// user was last asked. Only such a move goes from `Sending` to `Queued` without a
/// fault; tries that a line was down for are none.
pub(super) fn rebases(log: &[Attempt]) -> usize {
    let asked = log.iter().rposition(|it| it.state == State::Parked);
    let since = log.get(asked.unwrap_or(0)..).unwrap_or_default();
    since
        .array_windows()
        .filter(|[sent, then]| {
            sent.state == State::Sending && then.state == State::Queued && then.fault.is_none()
        })
        .count()
}

/// Holds the edits of `entry` against the item as the source has it now.
pub(super) fn merge_into(
    tx: &mut Tx<'_>,
    rules: &Rules,
    now: Millis,
    entry: &Entry,
    theirs: &Item,
) -> Result<Merged, StoreError> {
    let place = Place {
        account: &entry.account,
        collection: &entry.collection,
    };
    let mut ingest = Ingest::new(place, rules, now, Cause::Remote);
    ingest.upsert(tx, theirs)?;
    let merged = against(tx, entry, &theirs.body, theirs.revision.as_ref(), now)?;
    if let Some(id) = entry.item {
        show(&mut ingest, tx, id)?;
    }
    ingest.people.settle(tx, rules)?;
    Ok(merged)
}

/// As [`merge_into`], when the row already shows what the source has.
pub(super) fn against(
    tx: &mut Tx<'_>,
    entry: &Entry,
    theirs: &Body,
    revision: Option<&Revision>,
    now: Millis,
) -> Result<Merged, StoreError> {
    let Command::SetFields {
        target,
        kind,
        edits,
        base,
    } = &entry.command
    else {
        return Ok(Merged::Ready);
    };
    let rebased = rebase(edits, &fields_of(theirs));
    let command = |edits: Vec<Edit>, base: Option<&Revision>| Command::SetFields {
        target: target.clone(),
        kind: *kind,
        edits,
        base: base.cloned(),
    };
    let at = |event| {
        (
            event,
            Moved {
                at: now,
                ..Moved::default()
            },
        )
    };
    if !rebased.clashes.is_empty() {
        let (event, mut moved) = at(Event::Clash);
        moved.conflict = Some(rebased.clashes.iter().map(three_way).collect());
        moved.fault = Some(Fault::Conflict(asks(&rebased.clashes)));
        let mut kept = rebased.edits;
        kept.extend(rebased.clashes.into_iter().map(|it| Edit {
            field: it.field,
            base: it.base,
            mine: it.mine,
        }));
        if step(tx, entry, event, &moved)? {
            // On the revision of before: whoever tries it again without an answer is
            // asked again, and the source would refuse it.
            tx.replace_command(&entry.id, &command(kept, base.as_ref()))?;
        }
        return Ok(Merged::Asked);
    }
    if rebased.edits.is_empty() {
        let (event, moved) = at(Event::Settle);
        step(tx, entry, event, &moved)?;
        return Ok(Merged::Settled);
    }
    let (event, moved) = at(Event::Rebase);
    if step(tx, entry, event, &moved)? {
        tx.replace_command(&entry.id, &command(rebased.edits, revision))?;
    }
    Ok(Merged::Ready)
}

/// Holds an edit that the user was asked about against what the source last showed,
/// so that it goes on only when nothing is left to ask. Answers whether that is known.
pub(super) fn hold_again(tx: &mut Tx<'_>, entry: &Entry, now: Millis) -> Result<bool, StoreError> {
    let Some(item) = entry.item else {
        return Ok(false);
    };
    let (Some(stored), Some(theirs)) = (tx.stored(item)?, tx.remote_body(item)?) else {
        return Ok(false);
    };
    against(tx, entry, &theirs, stored.item.revision.as_ref(), now)?;
    Ok(true)
}

fn asks(clashes: &[Clash]) -> String {
    let names: Vec<&str> = clashes.iter().map(|it| it.field.0.as_str()).collect();
    format!(
        "somebody else changed the same field ({})",
        names.join(", ")
    )
}

fn three_way(it: &Clash) -> ThreeWay {
    ThreeWay {
        field: it.field.clone(),
        base: it.base.clone(),
        mine: it.mine.clone(),
        theirs: it.theirs.clone(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The log of an entry that moved so.
    pub(in crate::outbox) fn log(moves: &[(State, Option<Fault>)]) -> Vec<Attempt> {
        let line = |(state, fault): &(State, Option<Fault>)| Attempt {
            at: Millis(0),
            state: *state,
            fault: fault.clone(),
        };
        moves.iter().map(line).collect()
    }

    #[test]
    fn tries_that_a_line_was_down_for_are_no_rebases() {
        let down = (State::Queued, Some(Fault::Offline("down".into())));
        let (sent, on_top) = ((State::Sending, None), (State::Queued, None));
        let often = |one: &[(State, Option<Fault>)], times: usize| {
            std::iter::repeat_n(one.to_vec(), times)
                .flatten()
                .collect::<Vec<_>>()
        };
        let tried = often(&[sent.clone(), down], 30);
        assert_eq!(rebases(&log(&tried)), 0);
        let pushed = often(&[sent.clone(), on_top.clone()], 20);
        assert_eq!(rebases(&log(&pushed)), 20);
        assert_eq!(rebases(&log(&[tried, pushed.clone()].concat())), 20);
        // Whoever was asked and tries it again begins anew.
        let asked = (State::Parked, Some(Fault::Conflict("again".into())));
        let again = [pushed, vec![asked, on_top.clone(), sent, on_top]].concat();
        assert_eq!(rebases(&log(&again)), 1);
        assert_eq!(rebases(&[]), 0);
    }
}
