//! One turn of an account: the outbox first, then its collections.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use rapport_model::change::Looked;
use rapport_model::connector::{Collection, Deletions};
use rapport_model::ledger::LedgerLine;
use rapport_model::{AccountId, CollectionId, Fault, Health, Millis};
use rapport_store::fail;
use tokio_util::sync::CancellationToken;

use super::pull::{Halt, Pulled, doubt_key, pull};
use super::reconcile::reconcile;
use crate::core::{Core, Session, lock};
use crate::error::HubError;
use crate::outbox::drain;

/// What there is may change so often.
const DISCOVER: i64 = 60 * 60_000;
/// Both sides are compared id by id so often, where deletions only show there.
const RECONCILE: i64 = 6 * 60 * 60_000;

/// Something to show while a turn runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The account begins.
    Began {
        /// Which.
        account: AccountId,
    },
    /// A page has come; it is stored, or waits for a moment for those after it.
    Page {
        /// The account.
        account: AccountId,
        /// The collection.
        collection: CollectionId,
        /// Pages of it so far in this turn.
        pages: u64,
        /// Changes of it so far in this turn.
        changes: u64,
        /// How far the first look is, where it can be told.
        looked: Option<Looked>,
        /// More is ready.
        more: bool,
    },
    /// The account has ended its turn.
    Ended(Box<Turn>),
}

/// What became of one collection in a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionTurn {
    /// Which.
    pub collection: CollectionId,
    /// Pages stored.
    pub pages: u64,
    /// Changes in them.
    pub changes: u64,
    /// Why it could not be read to the end.
    pub fault: Option<Fault>,
}

/// What became of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The account.
    pub account: AccountId,
    /// Its collections, in its order.
    pub collections: Vec<CollectionTurn>,
    /// Commands the source confirmed.
    pub sent: u32,
    /// Commands that now wait for the user.
    pub parked: u32,
    /// Why the account could not go on.
    pub fault: Option<Fault>,
}

/// What is asked of a turn.
pub(crate) struct Ask<'a> {
    /// Only these collections; all without.
    pub(crate) only: Option<&'a BTreeSet<CollectionId>>,
    pub(crate) stop: &'a CancellationToken,
    pub(crate) progress: &'a (dyn Fn(&Progress) + Send + Sync),
    /// Does the scheduled comparing.
    pub(crate) compare: bool,
    /// Reads before it sends: what is known of the source is of an earlier start, and what it
    /// takes may be different by now.
    pub(crate) read_first: bool,
}

/// Takes a turn. Only one runs at a time for an account.
pub(crate) async fn turn(core: &Core, session: &Session, ask: &Ask<'_>) -> Result<Turn, HubError> {
    let _mine = session.turn.lock().await;
    let mut out = Turn {
        account: session.account.clone(),
        collections: Vec::new(),
        sent: 0,
        parked: 0,
        fault: None,
    };
    (ask.progress)(&Progress::Began {
        account: session.account.clone(),
    });
    if !ask.read_first {
        send(core, session, ask, &mut out).await?;
    }
    let mut as_before = None;
    if out.fault.is_none() && !ask.stop.is_cancelled() {
        match collections(core, session).await? {
            Ok(all) => as_before = read_all(core, session, ask, &all, &mut out).await?,
            Err(fault) => out.fault = Some(fault),
        }
    }
    if ask.read_first && out.fault.is_none() && !ask.stop.is_cancelled() {
        send(core, session, ask, &mut out).await?;
    }
    note(core, session, &out, as_before)?;
    (ask.progress)(&Progress::Ended(Box::new(out.clone())));
    Ok(out)
}

/// Sends what waits, without reading anything; only a failure is noted on the account.
pub(crate) async fn send_waiting(
    core: &Core,
    session: &Session,
    stop: &CancellationToken,
) -> Result<(), HubError> {
    let _mine = session.turn.lock().await;
    session.queued.store(false, Ordering::SeqCst);
    match drain(core, session, stop).await?.fault {
        Some(fault) => {
            let health = failed(core, session, &fault);
            Ok(core.write(|tx| tx.set_health(&session.account, &health))?)
        }
        None => Ok(()),
    }
}

async fn send(
    core: &Core,
    session: &Session,
    ask: &Ask<'_>,
    out: &mut Turn,
) -> Result<(), HubError> {
    session.queued.store(false, Ordering::SeqCst);
    let drained = drain(core, session, ask.stop).await?;
    out.sent += drained.done;
    out.parked += drained.parked;
    out.fault = drained.fault;
    Ok(())
}

/// Between two pages, what the user has just queued goes first. A fault of that which
/// concerns the whole account ends the pull as well: the source is not asked on.
pub(super) async fn between_pages(
    core: &Core,
    session: &Session,
    ask: &Ask<'_>,
    done: &mut Pulled,
) -> Result<(), Halt> {
    if !session.queued.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let drained = drain(core, session, ask.stop).await?;
    done.sent += drained.done;
    done.parked += drained.parked;
    drained.fault.map_or(Ok(()), |it| Err(Halt::Fault(it)))
}

/// What there is to pull, as last learned.
async fn collections(
    core: &Core,
    session: &Session,
) -> Result<Result<Vec<Collection>, Fault>, HubError> {
    let now = core.now();
    let known = core.read(|it| it.collections(&session.account))?;
    let fresh = lock(&session.discovered).is_some_and(|at| (0..DISCOVER).contains(&now.since(at)));
    if fresh && !known.is_empty() {
        return Ok(Ok(known));
    }
    session.spaced(core).await;
    match session.connector.discover().await {
        Ok(found) => {
            core.write(|tx| tx.put_collections(&session.account, &found))?;
            *lock(&session.discovered) = Some(now);
            Ok(Ok(found))
        }
        Err(fault) => Ok(Err(fault)),
    }
}

/// Reads those that are asked for. Answers what is still refused of the others, at worst: they
/// are as they were when they were last looked at.
async fn read_all(
    core: &Core,
    session: &Session,
    ask: &Ask<'_>,
    all: &[Collection],
    out: &mut Turn,
) -> Result<Option<Health>, HubError> {
    let ledger: BTreeMap<CollectionId, LedgerLine> = core
        .read(|it| it.ledger())?
        .into_iter()
        .filter(|it| it.account == session.account)
        .map(|it| (it.collection.clone(), it))
        .collect();
    for collection in all {
        if ask.stop.is_cancelled() || out.fault.is_some() {
            break;
        }
        if ask.only.is_some_and(|only| !only.contains(&collection.id)) {
            continue;
        }
        let mut result = CollectionTurn {
            collection: collection.id.clone(),
            pages: 0,
            changes: 0,
            fault: collection.unavailable.clone(),
        };
        let line = ledger.get(&collection.id);
        if result.fault.is_none() {
            let complete = line.is_some_and(|it| it.complete);
            let (pulled, end) = pull(core, session, collection, complete, ask).await;
            result.pages = pulled.pages;
            result.changes = pulled.changes;
            out.sent += pulled.sent;
            out.parked += pulled.parked;
            let end = match end {
                Ok(()) => compare(core, session, ask, collection, line).await,
                halted => halted,
            };
            match end {
                Ok(()) | Err(Halt::Stopped) => {}
                Err(Halt::Hub(error)) => return Err(error),
                Err(Halt::Fault(fault)) => result.fault = Some(fault),
            }
        }
        if let Some(fault) = &result.fault {
            let health = Health::after(fault, core.now());
            core.write(|tx| tx.set_collection_health(&session.account, &collection.id, &health))?;
            if concerns_account(fault) {
                out.fault = Some(fault.clone());
            }
        }
        lock(&session.due).insert(
            collection.id.clone(),
            core.now().plus(collection.poll_ms.max(1000)),
        );
        out.collections.push(result);
    }
    let looked_at = |id: &CollectionId| out.collections.iter().any(|it| it.collection == *id);
    Ok(all
        .iter()
        .filter(|it| !looked_at(&it.id))
        .filter_map(|it| Some(&ledger.get(&it.id)?.health))
        .filter(|it| matches!(it, Health::Degraded(_)))
        .max()
        .cloned())
}

/// Whether a failed read says that the others would fail too.
const fn concerns_account(fault: &Fault) -> bool {
    match fault {
        Fault::Offline(_)
        | Fault::Transient(_)
        | Fault::Throttled { .. }
        | Fault::Unknown(_)
        | Fault::SignIn(_) => true,
        Fault::Conflict(_) | Fault::CursorExpired(_) | Fault::Denied(_) | Fault::Rejected(_) => {
            false
        }
    }
}

/// Compares both sides where that is due.
async fn compare(
    core: &Core,
    session: &Session,
    ask: &Ask<'_>,
    collection: &Collection,
    line: Option<&LedgerLine>,
) -> Result<(), Halt> {
    let doubt = doubt_key(&session.account, &collection.id);
    let doubtful = core.read(|it| it.setting::<bool>(&doubt))?.is_some();
    let last = line.and_then(|it| it.reconciled);
    let since = last.map_or(i64::MAX, |at| core.now().since(at).saturating_abs());
    let scheduled = collection.deletions == Deletions::Reconcile && since > RECONCILE;
    if !ask.compare || !(doubtful || scheduled) || ask.stop.is_cancelled() {
        return Ok(());
    }
    match reconcile(core, session, &collection.id).await {
        // A source without a listing of ids cannot be compared, and said so.
        Ok(_) | Err(HubError::Fault(Fault::Rejected(_))) => {
            Ok(core.write(|tx| tx.drop_setting(&doubt))?)
        }
        Err(HubError::Fault(fault)) => Err(Halt::Fault(fault)),
        Err(error) => Err(Halt::Hub(error)),
    }
}

/// How the account is after a failure that concerns all of it; the next try waits.
fn failed(core: &Core, session: &Session, fault: &Fault) -> Health {
    session.failed(core, fault);
    Health::after(fault, core.now())
}

/// How the account is after a turn, and when it may ask again.
fn note(
    core: &Core,
    session: &Session,
    out: &Turn,
    as_before: Option<Health>,
) -> Result<(), HubError> {
    let now: Millis = core.now();
    let worst = out
        .collections
        .iter()
        .filter_map(|it| it.fault.as_ref())
        .map(|it| Health::after(it, now))
        .chain(as_before)
        .max();
    let health = match &out.fault {
        Some(fault) => failed(core, session, fault),
        None => {
            session.pace().well();
            worst.unwrap_or(Health::Well)
        }
    };
    core.write(|tx| tx.set_health(&session.account, &health))?;
    fail::point("engine.turn.ended");
    Ok(())
}
