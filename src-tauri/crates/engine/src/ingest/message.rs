//! Patches, and messages folded anew when one comes or goes.

use rapport_model::{Body, Handle, Item, Patch, PatchKind};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::{LOCAL_ONLY, PENDING};

use super::Ingest;
use crate::merge::message_with;

/// Keeps a patch and folds the message it reaches. A redaction of a patch takes
/// that patch out, and keeps it out when it comes (again) later.
pub(crate) fn keep_patch(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    patch: &Patch,
) -> Result<(), StoreError> {
    let place = ingest.place;
    let redacts = |it: &Patch| matches!(it.what, PatchKind::Redact(_));
    if tx.patches_of(&place, &patch.handle)?.iter().any(redacts) {
        return Ok(());
    }
    if !tx.put_patch(&place, patch)? {
        return Ok(());
    }
    ingest.wrote = true;
    let mut reaches = patch.target.clone();
    if redacts(patch)
        && tx.find(&place, &patch.target)?.is_none()
        && let Some(message) = tx.drop_patch(&place, &patch.target)?
    {
        reaches = message;
    }
    refold(ingest, tx, &reaches)
}

/// Hides a reaction that the user takes back. It stays under its handle until the
/// source has taken it out, because the wish may be withdrawn or refused.
pub(crate) fn hide_patch(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    patch: &Patch,
) -> Result<(), StoreError> {
    let place = ingest.place;
    if tx.put_patch(&place, patch)?
        && let Some(message) = tx.patch_target(&place, &patch.target)?
    {
        ingest.wrote = true;
        refold(ingest, tx, &message)?;
    }
    Ok(())
}

/// Takes a patch out, if there is one at that handle.
pub(crate) fn drop_patch(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    handle: &Handle,
) -> Result<(), StoreError> {
    let place = ingest.place;
    if let Some(target) = tx.drop_patch(&place, handle)? {
        ingest.wrote = true;
        // What was hidden by it is seen again.
        let hidden = tx.patch_target(&place, &target)?;
        refold(ingest, tx, hidden.as_ref().unwrap_or(&target))?;
    }
    Ok(())
}

/// Shows a message as it reads with the patches that are here now.
pub(crate) fn refold(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    handle: &Handle,
) -> Result<(), StoreError> {
    let Some(stored) = tx.stored_at(&ingest.place, handle)? else {
        return Ok(());
    };
    let body = match tx.remote_body(stored.id)? {
        Some(base) => base,
        None => stored.item.body.clone(),
    };
    let Body::Message(base) = &body else {
        return Ok(());
    };
    let mut patches = tx.patches_of(&ingest.place, handle)?;
    for at in 0..patches.len() {
        if let Some(patch) = patches.get(at)
            && matches!(patch.what, PatchKind::React(_))
        {
            let hides = tx.patches_of(&ingest.place, &patch.handle)?;
            patches.extend(hides);
        }
    }
    let shown = message_with(handle, base, &patches);
    let redacted = patches
        .iter()
        .any(|it| it.target == *handle && matches!(it.what, PatchKind::Redact(_)));
    let raw = if redacted { None } else { tx.raw(stored.id)? };
    let item = Item {
        body: Body::Message(shown),
        raw,
        ..stored.item
    };
    ingest.put(tx, &item, stored.flags & (LOCAL_ONLY | PENDING))?;
    if patches.is_empty() {
        tx.drop_remote(stored.id)
    } else {
        tx.keep_remote(stored.id, &body)
    }
}
