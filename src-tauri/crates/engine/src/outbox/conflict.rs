//! Somebody else changed the item first: fetch it, put our edits on top of
//! theirs, and ask only where both changed the same field.

use rapport_model::command::Edit;
use rapport_model::field::fields_of;
use rapport_model::{Body, Cause, Command, Fault, Item, Millis, Revision};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::outbox::{Entry, Moved, ThreeWay};

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
pub(super) const MOST_TRIES: u32 = 20;

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
        ..
    } = &entry.command
    else {
        return Ok(Merged::Ready);
    };
    let rebased = rebase(edits, &fields_of(theirs));
    let command = |edits: Vec<Edit>| Command::SetFields {
        target: target.clone(),
        kind: *kind,
        edits,
        base: revision.cloned(),
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
            tx.replace_command(&entry.id, &command(kept))?;
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
        tx.replace_command(&entry.id, &command(rebased.edits))?;
    }
    Ok(Merged::Ready)
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
