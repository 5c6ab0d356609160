//! Compares both sides id by id, and repairs: the only way to see deletions that
//! a source does not tell.

use std::collections::BTreeMap;

use rapport_model::{Cause, Change, CollectionId, Handle, ItemId, Revision};
use rapport_store::table::item::{LOCAL_ONLY, Place};

use super::pull::remove_all;
use crate::core::{Core, Session};
use crate::error::HubError;
use crate::ingest::Ingest;
use crate::people::Rules;

/// Items fetched in one request.
const FETCH: usize = 100;

/// What a comparison found and repaired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Items at the source.
    pub source: u64,
    /// Items here before the repair.
    pub local: u64,
    /// Missing or outdated here, and fetched.
    pub fetched: u64,
    /// No longer at the source, and removed.
    pub removed: u64,
}

/// What differs between two id sets: what to fetch, and what to remove.
#[must_use]
pub fn difference(
    source: &[(Handle, Option<Revision>)],
    local: &[(ItemId, Handle, Option<Revision>)],
) -> (Vec<Handle>, Vec<ItemId>) {
    let here: BTreeMap<&Handle, Option<&Revision>> = local
        .iter()
        .map(|(_, handle, revision)| (handle, revision.as_ref()))
        .collect();
    let there: BTreeMap<&Handle, Option<&Revision>> = source
        .iter()
        .map(|(handle, revision)| (handle, revision.as_ref()))
        .collect();
    let fetch = there
        .iter()
        .filter(|(handle, revision)| match (here.get(*handle), revision) {
            (None, _) => true,
            (Some(known), Some(_)) => known != *revision,
            (Some(_), None) => false,
        })
        .map(|(handle, _)| (*handle).clone())
        .collect();
    let remove = local
        .iter()
        .filter(|(_, handle, _)| !there.contains_key(handle))
        .map(|(id, _, _)| *id)
        .collect();
    (fetch, remove)
}

/// Compares one collection and repairs it.
pub(crate) async fn reconcile(
    core: &Core,
    session: &Session,
    collection: &CollectionId,
) -> Result<Reconciled, HubError> {
    let place = Place {
        account: &session.account,
        collection,
    };
    session.spaced(core).await;
    // What is here is read first: what arrives in between is in the id set too.
    let local = core.read(|it| it.handles(&place))?;
    let source = session.connector.ids(collection).await?.ids;
    let (mut fetch, remove) = difference(&source, &local);
    // What the user's own rule erased here stays erased.
    if core.read(|it| it.retention(place.account))?.is_some() {
        let erased = core.read(|it| {
            fetch
                .iter()
                .map(|handle| it.is_erased(&place, handle))
                .collect::<Result<Vec<bool>, _>>()
        })?;
        let mut erased = erased.into_iter();
        fetch.retain(|_| !erased.next().unwrap_or(false));
    }
    let mut out = Reconciled {
        source: u64::try_from(source.len()).unwrap_or(u64::MAX),
        local: u64::try_from(local.len()).unwrap_or(u64::MAX),
        ..Reconciled::default()
    };
    for handles in fetch.chunks(FETCH) {
        session.yield_to_foreground().await;
        session.spaced(core).await;
        let items = session.connector.fetch(collection, handles).await?;
        let changes: Vec<Change> = items
            .into_iter()
            .map(|it| Change::Upsert(Box::new(it)))
            .collect();
        out.fetched += u64::try_from(changes.len()).unwrap_or(0);
        let now = core.now();
        core.write(|tx| {
            let rules = Rules::load(tx, place.account)?;
            let mut ingest = Ingest::new(place, &rules, now, Cause::Remote);
            ingest.all(tx, &changes)
        })?;
    }
    let now = core.now();
    core.write(|tx| {
        let rules = Rules::load(tx, place.account)?;
        let mut ingest = Ingest::new(place, &rules, now, Cause::Remote);
        let mut gone = Vec::new();
        for id in remove {
            if tx.stored(id)?.is_some_and(|it| it.flags & LOCAL_ONLY == 0) {
                gone.push(id);
            }
        }
        out.removed = u64::try_from(gone.len()).unwrap_or(u64::MAX);
        remove_all(&mut ingest, tx, &gone)?;
        tx.note_reconciled(place.account, collection, now, out.source)
    })?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_outdated_is_fetched_and_what_is_gone_is_removed() {
        let revision = |it: &str| Some(Revision::from(it));
        let source = [
            ("a".into(), revision("1")),
            ("b".into(), revision("2")),
            ("c".into(), None),
        ];
        let local = [
            (ItemId(1), "b".into(), revision("1")),
            (ItemId(2), "c".into(), revision("9")),
            (ItemId(3), "d".into(), None),
        ];
        let (fetch, remove) = difference(&source, &local);
        assert_eq!(fetch, vec![Handle::from("a"), Handle::from("b")]);
        assert_eq!(remove, vec![ItemId(3)]);
    }
}
