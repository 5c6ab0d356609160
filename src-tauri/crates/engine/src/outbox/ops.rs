//! What the user can do with an entry that waits.

use std::collections::BTreeMap;

use rapport_model::command::Edit;
use rapport_model::{Cause, Command, CommandId, Fault, FieldName, Millis, State};
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::outbox::{Entry, Moved};

use super::queue::check;
use super::state::{Event, next};
use crate::error::{HubError, NotNow, Refusal};
use crate::ingest::{Ingest, show, withdraw_local};
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
        Op::Edit(command) => edit(&mut ingest, tx, &entry, command)?,
        Op::Retry | Op::SendAgain => {}
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
    if let (Command::Send { message, .. }, Some(id)) = (command, entry.item)
        && let Some(stored) = tx.stored(id)?
        && let rapport_model::Body::Message(mut body) = stored.item.body
    {
        body.text.clone_from(&message.text);
        body.subject.clone_from(&message.subject);
        let item = rapport_model::Item {
            body: rapport_model::Body::Message(body),
            ..stored.item
        };
        ingest.put(tx, &item, stored.flags & crate::ingest::WAITING)?;
    }
    if let (Command::Create { body, .. }, Some(id)) = (command, entry.item)
        && let Some(stored) = tx.stored(id)?
    {
        let item = rapport_model::Item {
            body: (**body).clone(),
            ..stored.item
        };
        ingest.put(tx, &item, stored.flags & crate::ingest::WAITING)?;
    }
    if let (Command::SetFields { .. }, Some(id)) = (command, entry.item) {
        show(ingest, tx, id)?;
    }
    Ok(())
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
