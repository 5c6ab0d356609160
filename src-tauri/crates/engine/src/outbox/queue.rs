//! From the click to the queue: one transaction that shows what will be and
//! keeps what is wanted.

use rapport_model::command::Edit;
use rapport_model::field::set_field;
use rapport_model::{
    AccountId, Body, Cause, Command, CommandId, Handle, ItemId, ItemRef, Mailbox, Millis,
};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::outbox::{Entry, EntryFilter, NewEntry};

use super::join::join;
use super::{OPEN, has_undo_window, target};
use crate::error::HubError;
use crate::ingest::{Ingest, add_local, show};
use crate::people::Rules;

/// Something the user wants done.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) id: CommandId,
    pub(crate) command: Command,
    pub(crate) after: Option<CommandId>,
    /// Milliseconds in which it can be taken back.
    pub(crate) undo: i64,
    /// The moment the user chose for it.
    pub(crate) at: Option<Millis>,
    pub(crate) me: Mailbox,
}

/// Where a wish ended up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Queued {
    /// The entry that holds it: its own, or an earlier one it melted into.
    pub(crate) id: CommandId,
    /// The row that shows it.
    pub(crate) item: Option<ItemId>,
}

/// Queues a wish.
pub(crate) fn queue(
    tx: &mut Tx<'_>,
    rules: &Rules,
    now: Millis,
    mut wish: Wish<'_>,
) -> Result<Queued, HubError> {
    let collection = wish.command.collection().clone();
    let place = Place {
        account: wish.account,
        collection: &collection,
    };
    if let Command::SetFields { target, edits, .. } = &mut wish.command {
        check(tx, &place, target, edits)?;
        let joined = join(tx, rules, now, &place, target, edits)?;
        if let Some(queued) = joined.into
            && joined.left.is_empty()
        {
            return Ok(queued);
        }
        *edits = joined.left;
    }
    let after = match wish.after {
        Some(after) => Some(after),
        None => maker(tx, &place, &wish.command)?,
    };
    let mut ingest = Ingest::new(place, rules, now, Cause::Me(wish.id.clone()));
    // What goes later is no message of the conversation yet: it would stand above
    // what is said until then. Its row is made when it sets out.
    let later = wish.at.filter(|at| *at > now.plus(wish.undo.max(0)));
    let item = match later {
        Some(_) => None,
        None => add_local(&mut ingest, tx, &wish.id, &wish.command, &wish.me)?,
    };
    let fields = matches!(wish.command, Command::SetFields { .. });
    let undo = if has_undo_window(&wish.command) {
        wish.undo.max(0)
    } else {
        0
    };
    tx.queue(&NewEntry {
        id: wish.id.clone(),
        account: wish.account.clone(),
        command: wish.command,
        item,
        after,
        not_before: later.unwrap_or_else(|| now.plus(undo)),
        scheduled: later.is_some(),
        queued: now,
    })?;
    if let Some(conversation) = tx.entry(&wish.id)?.and_then(|it| it.conversation) {
        tx.answered(conversation)?;
    }
    if fields && let Some(item) = item {
        show(&mut ingest, tx, item)?;
    }
    ingest.people.settle(tx, rules)?;
    Ok(Queued { id: wish.id, item })
}

/// An edit that its body cannot take is refused at once, not by the source later.
pub(super) fn check(
    tx: &Tx<'_>,
    place: &Place<'_>,
    to: &ItemRef,
    edits: &[Edit],
) -> Result<(), HubError> {
    let Some(stored) = tx.stored_at(place, &to.handle)? else {
        return Err(HubError::NotFound(format!(
            "{} in {}",
            to.handle, to.collection
        )));
    };
    let mut body: Body = stored.item.body;
    for edit in edits {
        set_field(&mut body, &edit.field, &edit.mine).map_err(|why| HubError::Field {
            field: edit.field.clone(),
            why: why.to_string(),
        })?;
    }
    Ok(())
}

/// The command that makes what `command` aims at, if that is not made yet.
fn maker(
    tx: &Tx<'_>,
    place: &Place<'_>,
    command: &Command,
) -> Result<Option<CommandId>, StoreError> {
    match target(command) {
        Some(handle) => Ok(making(tx, place, handle)?.map(|it| it.id)),
        None => Ok(None),
    }
}

pub(super) fn making(
    tx: &Tx<'_>,
    place: &Place<'_>,
    handle: &Handle,
) -> Result<Option<Entry>, StoreError> {
    let Some(id) = tx.find(place, handle)? else {
        return Ok(None);
    };
    let open = EntryFilter {
        item: Some(id),
        states: OPEN.to_vec(),
        ..EntryFilter::default()
    };
    Ok(tx.entries(&open)?.into_iter().find(|it| {
        matches!(it.command, Command::Create { .. } | Command::Send { .. })
            && it.id.as_str() == handle.as_str()
    }))
}
