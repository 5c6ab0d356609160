//! Where an edit of fields goes when others of the same item are not over yet.
//!
//! It melts into the last one that names the field, if that has certainly not been
//! done at the source: one that waits, and one that was refused or is asked about,
//! which is then tried or asked about anew. On top of what was refused it would
//! leave the older word on the screen, and beside a conflict it would overwrite
//! what the user was never asked about.
//!
//! What may have arrived is left as it is, and the new edit stands behind it: an
//! edit melted with its opposite leaves nothing to send, while the source may well
//! have the value.

use rapport_model::command::Edit;
use rapport_model::{AccountId, Cause, Command, Fault, FieldName, ItemRef, Millis, State};
use rapport_store::StoreError;
use rapport_store::db::{Reader, Tx};
use rapport_store::table::item::{LOCAL_ONLY, Place};
use rapport_store::table::outbox::{Attempt, Entry, Moved};

use super::absorb;
use super::conflict::hold_again;
use super::done::step;
use super::queue::{Queued, making};
use super::state::Event;
use crate::ingest::{Ingest, show};
use crate::people::Rules;

/// What became of edits that looked for others to melt into.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Those that need an entry of their own.
    pub(super) left: Vec<Edit>,
    /// The entry that holds the others.
    pub(super) into: Option<Queued>,
}

/// An edit that is not over.
#[derive(Debug)]
struct Open {
    entry: Entry,
    /// Others may melt into it.
    takes: bool,
}

impl Open {
    fn names(&self, field: &FieldName) -> bool {
        match &self.entry.command {
            Command::SetFields { edits, .. } => edits.iter().any(|it| it.field == *field),
            _ => false,
        }
    }
}

/// Edits, by the entry they melt into.
type Parts<'a> = Vec<(&'a Entry, Vec<Edit>)>;

/// Melts edits into what waits on the same item, as far as there is anything.
pub(super) fn join(
    tx: &mut Tx<'_>,
    rules: &Rules,
    now: Millis,
    place: &Place<'_>,
    to: &ItemRef,
    edits: &[Edit],
) -> Result<Joined, StoreError> {
    let all = open(tx, place.account, to)?;
    if all.is_empty() {
        return join_making(tx, rules, now, place, to, edits);
    }
    let (parts, left) = parted(edits, |field| newest_host(&all, field));
    let mut into = None;
    for (host, edits) in &parts {
        melt_into(tx, now, host, edits)?;
        into = Some(Queued {
            id: host.id.clone(),
            item: host.item,
        });
    }
    if let Some(Queued {
        id,
        item: Some(item),
    }) = &into
    {
        let mut ingest = Ingest::new(*place, rules, now, Cause::Me(id.clone()));
        show(&mut ingest, tx, *item)?;
        ingest.people.settle(tx, rules)?;
    }
    Ok(Joined { left, into })
}

/// What was typed before an earlier edit of the same field was refused, or was found
/// to clash with somebody else's, goes into that one when its turn comes. Answers
/// whether anything did; what is left of the entry then stands as it was.
pub(super) fn join_parked(
    tx: &mut Tx<'_>,
    place: &Place<'_>,
    now: Millis,
    entry: &Entry,
) -> Result<bool, StoreError> {
    let Command::SetFields {
        target,
        kind,
        edits,
        base,
    } = &entry.command
    else {
        return Ok(false);
    };
    let mut earlier = open(tx, place.account, target)?;
    earlier.retain(|it| it.entry.seq < entry.seq);
    let (parts, left) = parted(edits, |field| parked_host(&earlier, field));
    if parts.is_empty() {
        return Ok(false);
    }
    if left.is_empty() {
        let moved = Moved {
            at: now,
            ..Moved::default()
        };
        step(tx, entry, Event::Withdraw, &moved)?;
    } else {
        let command = Command::SetFields {
            target: target.clone(),
            kind: *kind,
            edits: left,
            base: base.clone(),
        };
        tx.replace_command(&entry.id, &command)?;
    }
    for (host, edits) in &parts {
        melt_into(tx, now, host, edits)?;
    }
    if let Some(item) = entry.item {
        let rules = Rules::load(tx, place.account)?;
        let mut ingest = Ingest::new(*place, &rules, now, Cause::Me(entry.id.clone()));
        show(&mut ingest, tx, item)?;
        ingest.people.settle(tx, &rules)?;
    }
    Ok(true)
}

/// Whether what an entry of harmless effect says may have been done without an answer.
/// A refusal that came later answers for the tries before it.
pub(super) fn may_have_arrived(tx: &Reader<'_>, entry: &Entry) -> Result<bool, StoreError> {
    Ok(entry.attempts > 0 && is_unanswered(&tx.attempts(&entry.id)?))
}

fn is_unanswered(log: &[Attempt]) -> bool {
    let lost = |it: &Attempt| matches!(it.fault, Some(Fault::Unknown(_)));
    let refused = |it: &Attempt| it.state == State::Parked && !lost(it);
    log.iter().rposition(lost) > log.iter().rposition(refused)
}

fn open(tx: &Reader<'_>, account: &AccountId, to: &ItemRef) -> Result<Vec<Open>, StoreError> {
    let mut all = Vec::new();
    for entry in tx.open_edits(account, to)? {
        let takes = match entry.state {
            State::Queued | State::Parked => !may_have_arrived(tx, &entry)?,
            State::Sending | State::Unsure | State::Done | State::Withdrawn => false,
        };
        all.push(Open { entry, takes });
    }
    Ok(all)
}

/// The entry that an edit of `field` melts into: the last that names it, or else the
/// newest that waits and stands behind all that name it.
fn newest_host<'a>(all: &'a [Open], field: &FieldName) -> Option<&'a Entry> {
    let mut host: Option<&Open> = None;
    for it in all {
        let named = it.names(field);
        if named {
            host = it.takes.then_some(it);
        } else if it.takes
            && it.entry.state == State::Queued
            && host.is_none_or(|host| !host.names(field))
        {
            host = Some(it);
        }
    }
    host.map(|it| &it.entry)
}

/// The entry that waits for the user with the last word on `field`.
fn parked_host<'a>(earlier: &'a [Open], field: &FieldName) -> Option<&'a Entry> {
    let last = earlier.iter().rev().find(|it| it.names(field))?;
    (last.takes && last.entry.state == State::Parked).then_some(&last.entry)
}

/// Edits by their host, and those that have none.
fn parted<'a>(
    edits: &[Edit],
    host: impl Fn(&FieldName) -> Option<&'a Entry>,
) -> (Parts<'a>, Vec<Edit>) {
    let (mut parts, mut left): (Parts<'a>, Vec<Edit>) = (Vec::new(), Vec::new());
    for edit in edits {
        let Some(entry) = host(&edit.field) else {
            left.push(edit.clone());
            continue;
        };
        match parts.iter_mut().find(|(it, _)| it.id == entry.id) {
            Some((_, more)) => more.push(edit.clone()),
            None => parts.push((entry, vec![edit.clone()])),
        }
    }
    (parts, left)
}

/// The entry says the last word. One that waits goes on waiting, one that was refused
/// is tried anew, and one in conflict is held against the source's values again.
fn melt_into(
    tx: &mut Tx<'_>,
    now: Millis,
    entry: &Entry,
    edits: &[Edit],
) -> Result<(), StoreError> {
    let Some(command) = absorb(&entry.command, edits) else {
        return Ok(());
    };
    let moved = Moved {
        at: now,
        ..Moved::default()
    };
    if matches!(&command, Command::SetFields { edits, .. } if edits.is_empty()) {
        // Changed and changed back: nothing is left to be sent.
        return step(tx, entry, Event::Withdraw, &moved).map(drop);
    }
    tx.replace_command(&entry.id, &command)?;
    if entry.state != State::Parked {
        return Ok(());
    }
    let entry = Entry {
        command,
        ..entry.clone()
    };
    if entry.conflict.is_some() && hold_again(tx, &entry, now)? {
        return Ok(());
    }
    step(tx, &entry, Event::Edit, &moved).map(drop)
}

/// Melts edits into the making of their item, if that has not left.
fn join_making(
    tx: &mut Tx<'_>,
    rules: &Rules,
    now: Millis,
    place: &Place<'_>,
    to: &ItemRef,
    edits: &[Edit],
) -> Result<Joined, StoreError> {
    let alone = || Joined {
        left: edits.to_vec(),
        into: None,
    };
    let Some(entry) = making(tx, place, &to.handle)?.filter(|it| it.state == State::Queued) else {
        return Ok(alone());
    };
    let Some(command) = absorb(&entry.command, edits) else {
        return Ok(alone());
    };
    tx.replace_command(&entry.id, &command)?;
    let mut ingest = Ingest::new(*place, rules, now, Cause::Me(entry.id.clone()));
    if let Command::Create { body, .. } = command
        && let Some(stored) = tx.stored_at(place, &to.handle)?
    {
        let item = rapport_model::Item {
            body: *body,
            ..stored.item
        };
        ingest.put(tx, &item, stored.flags & LOCAL_ONLY)?;
    }
    if let Some(item) = entry.item {
        show(&mut ingest, tx, item)?;
    }
    ingest.people.settle(tx, rules)?;
    Ok(Joined {
        left: Vec::new(),
        into: Some(Queued {
            id: entry.id,
            item: entry.item,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::super::conflict::tests::log;
    use super::*;

    #[test]
    fn a_lost_answer_is_in_doubt_until_the_source_refuses_a_later_try() {
        let sent = (State::Sending, None);
        let lost = (State::Queued, Some(Fault::Unknown("lost".into())));
        let down = (State::Queued, Some(Fault::Offline("down".into())));
        let no = (State::Parked, Some(Fault::Rejected("no".into())));
        let unsure = (State::Parked, Some(Fault::Unknown("lost".into())));
        for (moves, in_doubt) in [
            (vec![], false),
            (vec![sent.clone(), down.clone()], false),
            (vec![sent.clone(), lost.clone()], true),
            (vec![sent.clone(), lost.clone(), sent.clone(), down], true),
            (vec![lost.clone(), sent.clone(), no.clone()], false),
            (vec![lost.clone(), no, sent, lost], true),
            (vec![unsure], true),
        ] {
            assert_eq!(is_unanswered(&log(&moves)), in_doubt, "{moves:?}");
        }
    }
}
