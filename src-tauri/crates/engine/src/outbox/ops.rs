//! What the user can do with an entry that waits.

use std::collections::BTreeMap;

use rapport_model::command::Edit;
use rapport_model::{
    Body, Cause, Command, CommandId, Fault, FieldName, Handle, Millis, Patch, PatchKind, State,
};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::outbox::{Entry, Moved};

use super::conflict::hold_again;
use super::join::may_have_arrived;
use super::queue::check;
use super::state::{Event, next};
use crate::error::{HubError, NotNow, Refusal};
use crate::ingest::{Ingest, WAITING, keep_patch, show, withdraw_local};
use crate::people::Rules;

/// A thing to do with a waiting entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Take it back: undo, discard.
    Withdraw,
    /// Try again. What may have arrived is asked about first.
    Retry,
    /// Send it again although it may have arrived.
    SendAgain,
    /// Say something else instead.
    Edit(Box<Command>),
}

/// Which value of a field wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The one wanted here.
    Mine,
    /// The one at the source.
    Theirs,
}

fn entry(tx: &Tx<'_>, id: &CommandId) -> Result<Entry, HubError> {
    tx.entry(id)?
        .ok_or_else(|| HubError::NotFound(format!("entry {id} in the outbox")))
}

fn not_now(entry: &Entry) -> HubError {
    HubError::NotNow(match entry.state {
        State::Sending => NotNow::Sending,
        State::Done => NotNow::Done,
        State::Withdrawn => NotNow::Withdrawn,
        State::Unsure => NotNow::Unsure,
        State::Queued | State::Parked => NotNow::Unfit,
    })
}

/// Does `op` with an entry.
pub(crate) fn apply(
    tx: &mut Tx<'_>,
    rules: &Rules,
    now: Millis,
    id: &CommandId,
    op: &Op,
) -> Result<(), HubError> {
    let entry = entry(tx, id)?;
    let in_doubt = matches!(entry.fault, Some(Fault::Unknown(_)));
    let event = match op {
        Op::Withdraw => Event::Withdraw,
        Op::Retry if entry.state == State::Unsure || (entry.state == State::Parked && in_doubt) => {
            Event::Ask
        }
        Op::Retry => Event::Retry,
        Op::SendAgain => Event::SendAgain,
        Op::Edit(_) if entry.state == State::Parked && in_doubt => return Err(not_now(&entry)),
        // Said differently, the word that may have arrived would be forgotten.
        Op::Edit(_)
            if entry.state == State::Queued
                && matches!(entry.command, Command::SetFields { .. })
                && may_have_arrived(tx, &entry)? =>
        {
            return Err(HubError::NotNow(NotNow::Unsure));
        }
        Op::Edit(_) => Event::Edit,
    };
    let Some(to) = next(entry.state, event, entry.command.repeat()) else {
        return Err(not_now(&entry));
    };
    let moved = Moved {
        at: now,
        not_before: (!matches!(op, Op::Edit(_))).then_some(now),
        ..Moved::default()
    };
    tx.move_entry(id, to, &moved)?;
    let place = Place {
        account: &entry.account,
        collection: &entry.collection,
    };
    let mut ingest = Ingest::new(place, rules, now, Cause::Me(id.clone()));
    match op {
        Op::Withdraw => {
            withdraw_local(&mut ingest, tx, &entry)?;
            for dependent in tx.dependents(id)? {
                apply(tx, rules, now, &dependent.id, op)?;
            }
        }
        Op::Edit(command) => {
            edit(&mut ingest, tx, &entry, command)?;
            ask_again(&mut ingest, tx, &entry, command)?;
        }
        Op::Retry | Op::SendAgain => ask_again(&mut ingest, tx, &entry, &entry.command)?,
    }
    ingest.people.settle(tx, rules)?;
    Ok(())
}

/// The new words of a waiting command, shown at once.
fn edit(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    entry: &Entry,
    command: &Command,
) -> Result<(), HubError> {
    if command.word() != entry.command.word() || command.collection() != &entry.collection {
        return Err(HubError::Refused(Refusal::OtherDeed));
    }
    if let Command::SetFields { target, edits, .. } = command {
        let place = Place {
            account: &entry.account,
            collection: &entry.collection,
        };
        check(tx, &place, target, edits)?;
    }
    tx.replace_command(&entry.id, command)?;
    show_anew(ingest, tx, entry, command)?;
    Ok(())
}

/// An entry in conflict stays one until it is decided: neither another try nor other
/// words are an answer.
fn ask_again(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    entry: &Entry,
    command: &Command,
) -> Result<(), StoreError> {
    if entry.conflict.is_none() {
        return Ok(());
    }
    let entry = Entry {
        command: command.clone(),
        ..entry.clone()
    };
    hold_again(tx, &entry, ingest.written.now)?;
    entry.item.map_or(Ok(()), |id| show(ingest, tx, id))
}

/// What a waiting command showed now says what the command says.
fn show_anew(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    entry: &Entry,
    command: &Command,
) -> Result<(), StoreError> {
    match command {
        Command::Send { message, .. } => row_anew(ingest, tx, entry, |body| {
            if let Body::Message(body) = body {
                body.text.clone_from(&message.text);
                body.subject.clone_from(&message.subject);
            }
        }),
        Command::Create { body, .. } => row_anew(ingest, tx, entry, |shown| shown.clone_from(body)),
        Command::SetFields { .. } => entry.item.map_or(Ok(()), |id| show(ingest, tx, id)),
        Command::EditMessage { message, text, .. } => {
            let what = PatchKind::Edit {
                text: text.clone(),
                html: None,
                mentions: Vec::new(),
            };
            patch_anew(ingest, tx, entry, &message.handle, what)
        }
        Command::React { message, key, .. } => {
            let what = PatchKind::React(key.clone());
            patch_anew(ingest, tx, entry, &message.handle, what)
        }
        Command::Redact { .. }
        | Command::MarkRead { .. }
        | Command::Act { .. }
        | Command::Delete { .. } => Ok(()),
    }
}

/// The row made here, with another body.
fn row_anew(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    entry: &Entry,
    change: impl FnOnce(&mut Body),
) -> Result<(), StoreError> {
    let Some(id) = entry.item else {
        return Ok(());
    };
    let Some(mut stored) = tx.stored(id)? else {
        return Ok(());
    };
    change(&mut stored.item.body);
    ingest
        .put(tx, &stored.item, stored.flags & WAITING)
        .map(drop)
}

/// Our own patch of a message, which lies under our own handle until the source has
/// it, with other words.
fn patch_anew(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    entry: &Entry,
    message: &Handle,
    what: PatchKind,
) -> Result<(), StoreError> {
    let ours = tx
        .patches_of(&ingest.place, message)?
        .into_iter()
        .find(|it| it.handle.as_str() == entry.id.as_str());
    match ours {
        Some(patch) => keep_patch(ingest, tx, &Patch { what, ..patch }),
        None => Ok(()),
    }
}

/// Ends the undo window now.
pub(crate) fn hurry(tx: &mut Tx<'_>, now: Millis, id: &CommandId) -> Result<(), HubError> {
    let entry = entry(tx, id)?;
    if entry.state != State::Queued {
        return Err(not_now(&entry));
    }
    let moved = Moved {
        at: now,
        not_before: Some(now),
        fault: entry.fault,
        ..Moved::default()
    };
    tx.move_entry(id, State::Queued, &moved)?;
    Ok(())
}

/// Ends a conflict: for each field the value that wins.
pub(crate) fn resolve(
    tx: &mut Tx<'_>,
    rules: &Rules,
    now: Millis,
    id: &CommandId,
    choices: &BTreeMap<FieldName, Choice>,
) -> Result<(), HubError> {
    let entry = entry(tx, id)?;
    let (
        Command::SetFields {
            target,
            kind,
            edits,
            base,
        },
        Some(conflict),
    ) = (&entry.command, &entry.conflict)
    else {
        return Err(HubError::NotNow(NotNow::NoConflict));
    };
    let mut left: Vec<Edit> = Vec::new();
    for edit in edits {
        match conflict.iter().find(|it| it.field == edit.field) {
            None => left.push(edit.clone()),
            Some(way) => match choices.get(&edit.field) {
                Some(Choice::Mine) => {
                    left.push(Edit {
                        base: way.theirs.clone(),
                        ..edit.clone()
                    });
                }
                Some(Choice::Theirs) => {}
                None => {
                    return Err(HubError::Refused(Refusal::Undecided(edit.field.clone())));
                }
            },
        }
    }
    let event = if left.is_empty() {
        Event::Withdraw
    } else {
        Event::Edit
    };
    let Some(to) = next(entry.state, event, entry.command.repeat()) else {
        return Err(not_now(&entry));
    };
    let moved = Moved {
        at: now,
        not_before: Some(now),
        ..Moved::default()
    };
    if !left.is_empty() {
        let command = Command::SetFields {
            target: target.clone(),
            kind: *kind,
            edits: left,
            base: base.clone(),
        };
        tx.replace_command(id, &command)?;
    }
    tx.move_entry(id, to, &moved)?;
    let place = Place {
        account: &entry.account,
        collection: &entry.collection,
    };
    let mut ingest = Ingest::new(place, rules, now, Cause::Me(id.clone()));
    if let Some(item) = entry.item {
        show(&mut ingest, tx, item)?;
    }
    ingest.people.settle(tx, rules)?;
    Ok(())
}
