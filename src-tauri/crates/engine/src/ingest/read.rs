//! How far the user has read, as the source or the user says.

use rapport_model::{Body, Handle, Item, ItemId, Millis};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::{LOCAL_ONLY, MENTION, PENDING, Place, UNREAD};

use super::{Ingest, Known};

/// Messages looked at in one step, from the newest backwards.
const STEP: u32 = 200;

/// Moves the read position forward, to a message or to what stood among them at a moment.
/// Older unread messages are above it in every list, so the walk ends at the first step
/// without one.
pub(crate) fn mark_read(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    conversation: &Handle,
    up_to: &Handle,
    at: Option<Millis>,
) -> Result<(), StoreError> {
    let place = ingest.place;
    let Some(stored) = tx.stored_at(&place, conversation)? else {
        return Ok(());
    };
    let Body::Conversation(mut body) = stored.item.body else {
        return Ok(());
    };
    let (target, up_to) = match message(tx, &place, stored.id, up_to, at)? {
        Some((id, handle)) => (Some(id), handle),
        None => (None, up_to.clone()),
    };
    let now = match &body.read_up_to {
        Some(handle) => tx.find(&place, handle)?,
        None => None,
    };
    if now.is_some() && target < now {
        return Ok(());
    }
    // A source may tell the position with the conversation, before it tells the messages up to
    // it: those that came in between are read all the same.
    if now.is_none() || target != now {
        tx.mark_unread(stored.id, false)?;
    }
    if body.read_up_to.as_ref() != Some(&up_to) {
        body.read_up_to = Some(up_to);
        let item = Item {
            body: Body::Conversation(body),
            raw: tx.raw(stored.id)?,
            ..stored.item
        };
        ingest.forget_conversation(conversation);
        ingest.put(tx, &item, stored.flags & (LOCAL_ONLY | PENDING))?;
    }
    let Some(target) = target else {
        return Ok(());
    };
    let mut before = Some(ItemId(target.0.saturating_add(1)));
    while let Some(next) = before {
        let ids = tx.items_of_conversation(stored.id, Some(next), STEP)?;
        let mut any = false;
        for id in &ids {
            if tx.set_flags(*id, 0, UNREAD | MENTION)? {
                any = true;
                ingest.wrote = true;
            }
        }
        before = if any { ids.last().copied() } else { None };
    }
    Ok(())
}

/// The message a read position stands for. Where it names something else, such as a reaction,
/// it is the newest one from before that.
fn message(
    tx: &Tx<'_>,
    place: &Place<'_>,
    conversation: ItemId,
    up_to: &Handle,
    at: Option<Millis>,
) -> Result<Option<(ItemId, Handle)>, StoreError> {
    if let Some(id) = tx.find(place, up_to)? {
        return Ok(Some((id, up_to.clone())));
    }
    match tx.patch_moment(place, up_to)?.or(at) {
        Some(at) => tx.last_said(conversation, at),
        None => Ok(None),
    }
}

/// The read position kept here.
pub(super) fn marked(tx: &Tx<'_>, conversation: ItemId) -> Result<Option<Handle>, StoreError> {
    Ok(tx.stored(conversation)?.and_then(|it| match it.item.body {
        Body::Conversation(it) => it.read_up_to,
        _ => None,
    }))
}

/// Whether a message lies at or before the read position. A message that is not
/// here yet is new, and so is not covered.
pub(super) fn covers(known: &Known, message: Option<ItemId>) -> bool {
    known.read.is_some() && message.is_some() && message <= known.read
}
