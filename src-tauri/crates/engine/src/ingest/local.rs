//! Rows that were made or changed here and that the source has not confirmed:
//! how they appear, follow, and give way to the real ones.

use rapport_model::command::Outgoing;
use rapport_model::{
    Body, Command, CommandId, Handle, Item, ItemId, ItemRef, LinkId, Mailbox, Message, Patch,
    PatchKind, Revision, State,
};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::{LOCAL_ONLY, PENDING, Stored};
use rapport_store::table::outbox::{Entry, EntryFilter};

use super::{Ingest, drop_patch, hide_patch, keep_patch, mark_read};
use crate::merge::overlay;
use crate::outbox::{OPEN, retarget, waiting_edits};
use crate::people::item_key;

/// The echo of something made here carries our own id as its link: the local row
/// becomes the real one, so that there is one row and never two, and whatever
/// the user holds of it stays good.
pub(super) fn adopt(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    item: &Item,
) -> Result<Option<ItemId>, StoreError> {
    let Some(link) = &item.link else {
        return Ok(None);
    };
    for id in tx.find_link(link)? {
        let Some(stored) = tx.stored(id)? else {
            continue;
        };
        let here = stored.account == *ingest.place.account
            && stored.collection == *ingest.place.collection
            && stored.flags & LOCAL_ONLY != 0
            && stored.item.body.kind() == item.body.kind();
        if here {
            moved(ingest, tx, &stored, &item.handle)?;
            settled(ingest, tx, &stored)?;
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// A local row moves to the handle its source gave it, with all that hangs on it.
fn moved(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    local: &Stored,
    to: &Handle,
) -> Result<(), StoreError> {
    let from = &local.item.handle;
    let at = |handle: &Handle| ItemRef {
        collection: local.collection.clone(),
        handle: handle.clone(),
    };
    if matches!(local.item.body, Body::Contact(_) | Body::Organisation(_))
        && let Some(node) = tx.node_by_key(&item_key(&local.account, &at(from)))?
        && !tx.rename_node(node.id, &item_key(&local.account, &at(to)))?
    {
        // Others pointed at the handle before, and it stands for somebody already.
        ingest.people.source_gone(tx, &ingest.place, from)?;
    }
    tx.rename(local.id, to)?;
    ingest.wrote = true;
    ingest.forget_conversation(from);
    ingest.late(tx, to)?;
    follow(ingest, tx, local.id, from, local.id, to)
}

/// What waited for the local row now waits for the real one.
fn follow(
    ingest: &Ingest<'_>,
    tx: &mut Tx<'_>,
    local: ItemId,
    from: &Handle,
    real: ItemId,
    to: &Handle,
) -> Result<(), StoreError> {
    let open = EntryFilter {
        account: Some(ingest.place.account.clone()),
        states: OPEN.to_vec(),
        ..EntryFilter::default()
    };
    for entry in tx.entries(&open)? {
        if entry.item == Some(local) && local != real {
            tx.set_entry_item(&entry.id, Some(real))?;
        }
        if matches!(entry.state, State::Queued | State::Parked)
            && let Some(command) = retarget(&entry.command, ingest.place.collection, from, to)
        {
            tx.replace_command(&entry.id, &command)?;
        }
    }
    Ok(())
}

/// The echo proves that the row has arrived, whatever became of the receipt;
/// the mark stays only for what else waits on it.
fn settled(ingest: &mut Ingest<'_>, tx: &mut Tx<'_>, local: &Stored) -> Result<(), StoreError> {
    let open = EntryFilter {
        item: Some(local.id),
        states: OPEN.to_vec(),
        ..EntryFilter::default()
    };
    let made_it = local.item.handle.as_str();
    if tx
        .entries(&open)?
        .iter()
        .all(|it| it.id.as_str() == made_it)
    {
        ingest.wrote |= tx.set_flags(local.id, 0, PENDING)?;
    }
    Ok(())
}

/// The source has said where the thing made here sits. When its echo came first
/// by another way, the local row is folded into that.
pub(crate) fn rename(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    from: &Handle,
    to: &Handle,
    revision: Option<&Revision>,
) -> Result<Option<ItemId>, StoreError> {
    let place = ingest.place;
    let there = tx.find(&place, to)?;
    let Some(local) = tx.stored_at(&place, from)? else {
        return Ok(there);
    };
    if let Some(real) = there
        && real != local.id
    {
        if matches!(local.item.body, Body::Contact(_) | Body::Organisation(_)) {
            ingest.people.source_gone(tx, &place, from)?;
        }
        tx.remove(local.id, &ingest.written)?;
        ingest.wrote = true;
        follow(ingest, tx, local.id, from, real, to)?;
        return Ok(Some(real));
    }
    if from != to {
        moved(ingest, tx, &local, to)?;
    }
    let item = Item {
        handle: to.clone(),
        revision: revision.cloned(),
        ..local.item
    };
    ingest.put(tx, &item, 0).map(Some)
}

/// Shows at once what a command will do. Answers the row it shows.
pub(crate) fn add_local(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    id: &CommandId,
    command: &Command,
    me: &Mailbox,
) -> Result<Option<ItemId>, StoreError> {
    let now = ingest.written.now;
    let place = ingest.place;
    let handle = Handle::new(id.as_str());
    let item = |link: Option<LinkId>, body: Body| Item {
        handle: handle.clone(),
        link,
        revision: None,
        at: now,
        body,
        raw: None,
    };
    let patch = |target: &Handle, what: PatchKind| Patch {
        target: target.clone(),
        handle: handle.clone(),
        at: now,
        from: me.clone(),
        what,
    };
    match command {
        Command::Send {
            conversation,
            message,
        } => {
            let body = Body::Message(said(&conversation.handle, message, me));
            let item = item(Some(LinkId::new(id.as_str())), body);
            let row = ingest.put(tx, &item, LOCAL_ONLY | PENDING)?;
            Ok(Some(row))
        }
        Command::Create { body, link, .. } => {
            let link = link.clone().or_else(|| Some(LinkId::new(id.as_str())));
            let row = ingest.put(tx, &item(link, (**body).clone()), LOCAL_ONLY | PENDING)?;
            Ok(Some(row))
        }
        Command::EditMessage { message, text, .. } => {
            let what = PatchKind::Edit {
                text: text.clone(),
                html: None,
                mentions: Vec::new(),
            };
            keep_patch(ingest, tx, &patch(&message.handle, what))?;
            pending(tx, tx.find(&place, &message.handle)?)
        }
        Command::Redact {
            message, reason, ..
        } => {
            let patch = patch(&message.handle, PatchKind::Redact(reason.clone()));
            let row = tx.find(&place, &message.handle)?;
            if row.is_some() {
                keep_patch(ingest, tx, &patch)?;
            } else {
                hide_patch(ingest, tx, &patch)?;
            }
            pending(tx, row)
        }
        Command::React { message, key, .. } => {
            keep_patch(
                ingest,
                tx,
                &patch(&message.handle, PatchKind::React(key.clone())),
            )?;
            pending(tx, tx.find(&place, &message.handle)?)
        }
        Command::MarkRead {
            conversation,
            up_to,
        } => {
            mark_read(ingest, tx, &conversation.handle, up_to, None)?;
            let row = tx.find(&place, &conversation.handle)?;
            if let Some(row) = row {
                // The user's own mark goes even when nothing was unread.
                tx.mark_unread(row, false)?;
            }
            Ok(row)
        }
        Command::SetFields { target, .. }
        | Command::Act { target, .. }
        | Command::Delete { target, .. } => pending(tx, tx.find(&place, &target.handle)?),
    }
}

fn pending(tx: &mut Tx<'_>, id: Option<ItemId>) -> Result<Option<ItemId>, StoreError> {
    if let Some(id) = id {
        tx.set_flags(id, PENDING, 0)?;
    }
    Ok(id)
}

fn said(conversation: &Handle, message: &Outgoing, me: &Mailbox) -> Message {
    let mut body = Message::plain(conversation.clone(), me.clone(), message.text.clone());
    body.subject.clone_from(&message.subject);
    body.to.clone_from(&message.to);
    body.cc.clone_from(&message.cc);
    body.reply_to.clone_from(&message.reply_to);
    body.thread.clone_from(&message.thread);
    body.mentions.clone_from(&message.mentions);
    body.mine = true;
    body
}

/// A command will not be done: what it showed goes away again.
pub(crate) fn withdraw_local(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    entry: &Entry,
) -> Result<(), StoreError> {
    let handle = Handle::new(entry.id.as_str());
    match &entry.command {
        Command::Send { .. } | Command::Create { .. } => {
            if let Some(stored) = tx.stored_at(&ingest.place, &handle)?
                && stored.flags & LOCAL_ONLY != 0
            {
                tx.remove(stored.id, &ingest.written)?;
                return Ok(());
            }
            // Its echo is here: it stays, and nothing waits on it any more.
            entry.item.map_or(Ok(()), |id| show(ingest, tx, id))
        }
        Command::EditMessage { .. } | Command::Redact { .. } | Command::React { .. } => {
            drop_patch(ingest, tx, &handle)?;
            entry.item.map_or(Ok(()), |id| show(ingest, tx, id))
        }
        Command::SetFields { .. } | Command::Act { .. } | Command::Delete { .. } => {
            entry.item.map_or(Ok(()), |id| show(ingest, tx, id))
        }
        Command::MarkRead { .. } => Ok(()),
    }
}

/// Shows a row as the source has it, with what still waits on top, and the mark
/// that something waits only if something does.
pub(crate) fn show(ingest: &mut Ingest<'_>, tx: &mut Tx<'_>, id: ItemId) -> Result<(), StoreError> {
    let Some(stored) = tx.stored(id)? else {
        return Ok(());
    };
    let waiting = !tx
        .entries(&EntryFilter {
            item: Some(id),
            states: OPEN.to_vec(),
            limit: 1,
            ..EntryFilter::default()
        })?
        .is_empty();
    if !matches!(stored.item.body, Body::Message(_)) {
        let edits = waiting_edits(tx, id)?;
        let kept = tx.remote_body(id)?;
        if kept.is_some() || !edits.is_empty() {
            let base = kept.unwrap_or_else(|| stored.item.body.clone());
            let item = Item {
                body: overlay(&base, &edits).0,
                ..stored.item
            };
            ingest.put(tx, &item, stored.flags & LOCAL_ONLY)?;
            if edits.is_empty() {
                tx.drop_remote(id)?;
            } else {
                tx.keep_remote(id, &base)?;
            }
        }
    }
    let moved = if waiting {
        tx.set_flags(id, PENDING, 0)?
    } else {
        tx.set_flags(id, 0, PENDING)?
    };
    ingest.wrote |= moved;
    Ok(())
}
