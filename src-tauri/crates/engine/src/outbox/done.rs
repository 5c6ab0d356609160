//! What follows from a receipt.

use rapport_model::{
    Body, Cause, Command, Fault, Handle, Item, Mailbox, Millis, Patch, PatchKind, Receipt,
    Revision, State,
};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::outbox::{Entry, EntryFilter, Moved};

use super::retarget;
use super::state::{Event, next};
use crate::ingest::{Ingest, drop_patch, hide_patch, keep_patch, rename, show};
use crate::merge::overlay;
use crate::people::Rules;

/// Moves an entry, if the move exists. Answers whether it did.
pub(super) fn step(
    tx: &mut Tx<'_>,
    entry: &Entry,
    event: Event,
    moved: &Moved,
) -> Result<bool, StoreError> {
    let Some(now) = tx.entry(&entry.id)? else {
        return Ok(false);
    };
    let Some(to) = next(now.state, event, entry.command.repeat()) else {
        return Ok(false);
    };
    tx.move_entry(&entry.id, to, moved)?;
    Ok(true)
}

/// The source confirmed an entry.
pub(super) fn confirm(
    tx: &mut Tx<'_>,
    rules: &Rules,
    now: Millis,
    entry: &Entry,
    receipt: &Receipt,
    me: &Mailbox,
) -> Result<(), StoreError> {
    let moved = Moved {
        at: now,
        receipt: Some(receipt.clone()),
        ..Moved::default()
    };
    if !step(tx, entry, Event::Confirm, &moved)? {
        return Ok(());
    }
    let Receipt::Applied { handle, revision } = receipt else {
        return Ok(());
    };
    let place = Place {
        account: &entry.account,
        collection: &entry.collection,
    };
    let mut ingest = Ingest::new(place, rules, now, Cause::Me(entry.id.clone()));
    let ours = Handle::new(entry.id.as_str());
    match &entry.command {
        Command::Send { .. } | Command::Create { .. } => {
            if let Some(handle) = handle {
                let row = rename(&mut ingest, tx, &ours, handle, revision.as_ref())?;
                tx.set_entry_item(&entry.id, row)?;
            }
        }
        Command::EditMessage { .. } | Command::Redact { .. } | Command::React { .. } => {
            settle_patch(&mut ingest, tx, entry, &ours, handle.as_ref(), me)?;
        }
        Command::SetFields { edits, .. } => {
            if let Some(id) = entry.item
                && let Some(stored) = tx.stored(id)?
            {
                let base = tx
                    .remote_body(id)?
                    .unwrap_or_else(|| stored.item.body.clone());
                let base = overlay(&base, edits).0;
                tx.keep_remote(id, &base)?;
                saved(&mut ingest, tx, stored.item, base, revision.as_ref())?;
            }
        }
        Command::Delete { target, .. } => {
            tx.remove_item(&place, &target.handle, &ingest.written)?;
        }
        Command::Act { .. } | Command::MarkRead { .. } => {}
    }
    let row = tx.entry(&entry.id)?.and_then(|it| it.item);
    if let Some(id) = row {
        show(&mut ingest, tx, id)?;
    }
    ingest.people.settle(tx, rules)
}

/// The row gets the revision the source gave our edit, so that the next edit
/// starts from it.
fn saved(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    item: Item,
    base: Body,
    revision: Option<&Revision>,
) -> Result<(), StoreError> {
    let mut item = item;
    if revision.is_some() {
        item.revision = revision.cloned();
    }
    let edits = match tx.find(&ingest.place, &item.handle)? {
        Some(id) => super::waiting_edits(tx, id)?,
        None => Vec::new(),
    };
    item.body = overlay(&base, &edits).0;
    ingest.put(tx, &item, 0).map(drop)
}

/// Our own patch moves from our handle to the source's.
fn settle_patch(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    entry: &Entry,
    ours: &Handle,
    handle: Option<&Handle>,
    me: &Mailbox,
) -> Result<(), StoreError> {
    let Some(handle) = handle else {
        return Ok(());
    };
    let (target, what) = match &entry.command {
        Command::EditMessage { message, text, .. } => (
            &message.handle,
            PatchKind::Edit {
                text: text.clone(),
                html: None,
                mentions: Vec::new(),
            },
        ),
        Command::Redact {
            message, reason, ..
        } => (&message.handle, PatchKind::Redact(reason.clone())),
        Command::React { message, key, .. } => (&message.handle, PatchKind::React(key.clone())),
        _ => return Ok(()),
    };
    let known = tx
        .patches_of(&ingest.place, target)?
        .iter()
        .any(|it| it.handle == *handle);
    let patch = Patch {
        target: target.clone(),
        handle: handle.clone(),
        at: entry.queued,
        from: me.clone(),
        what,
    };
    if !known {
        keep_patch(ingest, tx, &patch)?;
    }
    follow_patch(ingest, tx, ours, handle)?;
    drop_patch(ingest, tx, ours)
}

/// What takes our patch back, and waited for it, now means the one at the source.
fn follow_patch(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    ours: &Handle,
    handle: &Handle,
) -> Result<(), StoreError> {
    let open = EntryFilter {
        account: Some(ingest.place.account.clone()),
        states: vec![State::Queued, State::Parked],
        ..EntryFilter::default()
    };
    for entry in tx.entries(&open)? {
        if let Some(command) = retarget(&entry.command, ingest.place.collection, ours, handle) {
            tx.replace_command(&entry.id, &command)?;
        }
    }
    for hides in tx.patches_of(&ingest.place, ours)? {
        let moved = Patch {
            target: handle.clone(),
            ..hides
        };
        hide_patch(ingest, tx, &moved)?;
    }
    Ok(())
}

/// A push or lookup ended with a fault that needs no merge.
pub(super) fn fail(
    tx: &mut Tx<'_>,
    entry: &Entry,
    fault: &Fault,
    now: Millis,
    wait: i64,
) -> Result<Option<State>, StoreError> {
    let moved = Moved {
        at: now,
        fault: Some(fault.clone()),
        not_before: (wait > 0).then(|| now.plus(wait)),
        ..Moved::default()
    };
    step(tx, entry, Event::Fail(fault.remedy()), &moved)?;
    Ok(tx.entry(&entry.id)?.map(|it| it.state))
}
