//! Takes what is due, claims it, pushes it, and writes down what became of it.

use rapport_model::fault::Remedy;
use rapport_model::{Cause, Command, Fault, ItemRef, Mailbox, Millis, Receipt, State};
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::outbox::{Entry, EntryFilter, Moved};
use rapport_store::{StoreError, fail};
use tokio_util::sync::CancellationToken;

use super::conflict::{MOST_REBASES, Merged, against, merge_into, rebases};
use super::done::{confirm, fail as note_fault, step};
use super::join::join_parked;
use super::state::Event;
use crate::core::{Core, Session};
use crate::error::HubError;
use crate::ingest::{Ingest, add_local};
use crate::people::Rules;
use crate::sync::delay;

/// Nothing in the outbox is put off for longer than this by its own rules.
const LONGEST_WAIT: i64 = 60 * 60_000;

/// What a pass over the outbox came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drained {
    /// Entries the source confirmed.
    pub(crate) done: u32,
    /// Entries that now wait for the user.
    pub(crate) parked: u32,
    /// The fault that ended the pass: the account cannot go on now.
    pub(crate) fault: Option<Fault>,
}

/// Whether a fault says that the whole account cannot go on now.
pub(crate) const fn stops_account(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Offline(_) | Fault::Throttled { .. } | Fault::SignIn(_)
    )
}

/// Pushes everything that is due. Only one pass runs at a time for an account;
/// so whatever stands as `Sending` at its start belongs to one that was cut off.
pub(crate) async fn drain(
    core: &Core,
    session: &Session,
    stop: &CancellationToken,
) -> Result<Drained, HubError> {
    let mut out = Drained::default();
    recover(core, session)?;
    ask_unsure(core, session, stop, &mut out).await?;
    while out.fault.is_none() && !stop.is_cancelled() {
        let due = core.read(|it| it.next_due(&session.account, core.now()))?;
        if due.is_empty() {
            break;
        }
        let mut moved = false;
        for entry in due {
            if stop.is_cancelled() || out.fault.is_some() {
                break;
            }
            if let Some(entry) = claim(core, session, &entry)? {
                moved = true;
                push(core, session, &entry, &mut out).await?;
            } else {
                moved |= core.read(|it| it.entry(&entry.id))?.as_ref() != Some(&entry);
            }
        }
        if !moved {
            break;
        }
    }
    Ok(out)
}

/// What a crash caught on the way is in doubt now. What was put off by a clock
/// that has since jumped back waits as long as was meant, not until that moment
/// comes again.
fn recover(core: &Core, session: &Session) -> Result<(), HubError> {
    let open = EntryFilter {
        account: Some(session.account.clone()),
        states: vec![State::Sending, State::Queued, State::Unsure],
        ..EntryFilter::default()
    };
    let now = core.now();
    let found = core.read(|it| it.entries(&open))?;
    // A moment the user chose is one on the clock, wherever that jumps.
    let chosen = |it: &Entry| it.scheduled.is_some() && it.item.is_none();
    let early = |it: &Entry| it.moved > now && it.not_before > now && !chosen(it);
    let caught = |it: &Entry| it.state == State::Sending;
    if !found.iter().any(|it| caught(it) || early(it)) {
        return Ok(());
    }
    core.write(|tx| {
        for entry in &found {
            if caught(entry) {
                let why = Fault::Unknown("it was on its way when Rapport ended".to_owned());
                let moved = Moved {
                    at: now,
                    fault: Some(why),
                    // Its time had come, whatever the clock says since.
                    not_before: (entry.not_before > now).then_some(now),
                    ..Moved::default()
                };
                step(tx, entry, Event::Restart, &moved)?;
            } else if early(entry) {
                let meant = entry.not_before.since(entry.moved).clamp(0, LONGEST_WAIT);
                let moved = Moved {
                    at: now,
                    fault: entry.fault.clone(),
                    not_before: Some(now.plus(meant)),
                    ..Moved::default()
                };
                tx.move_entry(&entry.id, entry.state, &moved)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// Asks the source about everything in doubt whose time has come.
async fn ask_unsure(
    core: &Core,
    session: &Session,
    stop: &CancellationToken,
    out: &mut Drained,
) -> Result<(), HubError> {
    let unsure = EntryFilter {
        account: Some(session.account.clone()),
        states: vec![State::Unsure],
        ..EntryFilter::default()
    };
    for entry in core.read(|it| it.entries(&unsure))? {
        if stop.is_cancelled() || out.fault.is_some() {
            return Ok(());
        }
        if entry.not_before <= core.now() {
            ask(core, session, &entry, out).await?;
        }
    }
    Ok(())
}

async fn ask(
    core: &Core,
    session: &Session,
    entry: &Entry,
    out: &mut Drained,
) -> Result<(), HubError> {
    session.spaced(core).await;
    let answer = session.connector.lookup(&entry.id, &entry.command).await;
    fail::point("engine.outbox.after_lookup");
    let now = core.now();
    match answer {
        Ok(receipt @ Receipt::Applied { .. }) => {
            finish(core, session, entry, &receipt)?;
            out.done += 1;
        }
        Ok(Receipt::NeverArrived) => {
            core.write(|tx| {
                step(
                    tx,
                    entry,
                    Event::NeverArrived,
                    &Moved {
                        at: now,
                        ..Moved::default()
                    },
                )
            })?;
        }
        Err(fault) => {
            let wait = wait_for(core, entry, &fault).max(1000);
            let told = match fault.remedy() {
                // Nobody can tell any more; the user has to know that it may have arrived.
                Remedy::Park | Remedy::Merge => Fault::Unknown(format!(
                    "it may have arrived; asking was answered with: {fault}"
                )),
                _ => fault.clone(),
            };
            let moved = Moved {
                at: now,
                fault: Some(told),
                not_before: Some(now.plus(wait)),
                ..Moved::default()
            };
            core.write(|tx| step(tx, entry, Event::Fail(fault.remedy()), &moved))?;
            out.parked += u32::from(matches!(fault.remedy(), Remedy::Park | Remedy::Merge));
            if stops_account(&fault) {
                out.fault = Some(fault);
            }
        }
    }
    Ok(())
}

fn wait_for(core: &Core, entry: &Entry, fault: &Fault) -> i64 {
    match fault.remedy() {
        Remedy::Wait(ms) => ms,
        Remedy::Retry | Remedy::Relist | Remedy::Lookup if !stops_account(fault) => {
            delay(entry.attempts.max(1), &core.rng)
        }
        _ => 0,
    }
}

/// Claims an entry: from here on a crash leaves it in doubt. An edit of fields is
/// first held against what the source last showed. `None`: not now.
fn claim(core: &Core, session: &Session, seen: &Entry) -> Result<Option<Entry>, HubError> {
    let now = core.now();
    let claimed = core.write(|tx| {
        let Some(mut entry) = tx.entry(&seen.id)? else {
            return Ok(None);
        };
        if entry.state != State::Queued || entry.revision != seen.revision {
            return Ok(None);
        }
        if let Command::SetFields { target, base, .. } = &entry.command {
            let place = Place {
                account: &entry.account,
                collection: &entry.collection,
            };
            if join_parked(tx, &place, now, &entry)? {
                return Ok(None);
            }
            let stored = tx.stored_at(&place, &target.handle)?;
            if let Some(stored) = stored
                && stored.item.revision != *base
                && let Some(theirs) = tx.remote_body(stored.id)?
            {
                let revision = stored.item.revision.as_ref();
                if against(tx, &entry, &theirs, revision, now)? != Merged::Ready {
                    let rules = Rules::load(tx, &entry.account)?;
                    let mut ingest = Ingest::new(place, &rules, now, Cause::Remote);
                    crate::ingest::show(&mut ingest, tx, stored.id)?;
                    return Ok(None);
                }
                let Some(again) = tx.entry(&seen.id)? else {
                    return Ok(None);
                };
                entry = again;
            }
        }
        let moved = Moved {
            at: now,
            attempt: true,
            ..Moved::default()
        };
        if !step(tx, &entry, Event::Claim, &moved)? {
            return Ok(None);
        }
        if entry.scheduled.is_some() && entry.item.is_none() {
            set_out(tx, session, &entry, now)?;
            entry.item = tx.entry(&entry.id)?.and_then(|it| it.item);
        }
        Ok(Some(entry))
    })?;
    if claimed.is_some() {
        fail::point("engine.outbox.claimed");
    }
    Ok(claimed)
}

/// What was to go later goes now: from here on it is a message like any other.
fn set_out(
    tx: &mut Tx<'_>,
    session: &Session,
    entry: &Entry,
    now: Millis,
) -> Result<(), StoreError> {
    let rules = Rules::load(tx, &entry.account)?;
    let place = Place {
        account: &entry.account,
        collection: &entry.collection,
    };
    let me = session.me(tx)?;
    let mut ingest = Ingest::new(place, &rules, now, Cause::Me(entry.id.clone()));
    let row = add_local(&mut ingest, tx, &entry.id, &entry.command, &me)?;
    tx.set_entry_item(&entry.id, row)?;
    ingest.people.settle(tx, &rules)
}

async fn push(
    core: &Core,
    session: &Session,
    entry: &Entry,
    out: &mut Drained,
) -> Result<(), HubError> {
    session.spaced(core).await;
    fail::point("engine.outbox.before_push");
    let answer = session.connector.push(&entry.id, &entry.command).await;
    fail::point("engine.outbox.after_push");
    match answer {
        Ok(receipt @ Receipt::Applied { .. }) => {
            finish(core, session, entry, &receipt)?;
            out.done += 1;
        }
        Ok(Receipt::NeverArrived) => {
            let fault = Fault::Transient("it was not taken".to_owned());
            failed(core, entry, &fault, out)?;
        }
        Err(fault) if fault.remedy() == Remedy::Merge => {
            merge(core, session, entry, &fault, out).await?;
        }
        Err(fault) => {
            let state = failed(core, entry, &fault, out)?;
            if state == Some(State::Unsure)
                && let Some(entry) = core.read(|it| it.entry(&entry.id))?
            {
                ask(core, session, &entry, out).await?;
            }
        }
    }
    fail::point("engine.outbox.after_receipt");
    Ok(())
}

fn failed(
    core: &Core,
    entry: &Entry,
    fault: &Fault,
    out: &mut Drained,
) -> Result<Option<State>, HubError> {
    let wait = wait_for(core, entry, fault);
    let now = core.now();
    let state = core.write(|tx| note_fault(tx, entry, fault, now, wait))?;
    out.parked += u32::from(state == Some(State::Parked));
    if stops_account(fault) {
        out.fault = Some(fault.clone());
    }
    Ok(state)
}

fn finish(
    core: &Core,
    session: &Session,
    entry: &Entry,
    receipt: &Receipt,
) -> Result<(), HubError> {
    let now = core.now();
    fail::point("engine.outbox.before_receipt");
    core.write(|tx| {
        let rules = Rules::load(tx, &entry.account)?;
        let me: Mailbox = session.me(tx)?;
        confirm(tx, &rules, now, entry, receipt, &me)
    })?;
    Ok(())
}

/// The source refused a stale write. Nothing of it was done there.
async fn merge(
    core: &Core,
    session: &Session,
    entry: &Entry,
    fault: &Fault,
    out: &mut Drained,
) -> Result<(), HubError> {
    let Some(target) = merge_target(&entry.command) else {
        failed(core, entry, fault, out)?;
        return Ok(());
    };
    session.spaced(core).await;
    let fetched = session
        .connector
        .fetch(&target.collection, std::slice::from_ref(&target.handle))
        .await;
    let now = core.now();
    let theirs = match fetched {
        Ok(items) => items.into_iter().find(|it| it.handle == target.handle),
        Err(why) => {
            // The write was refused whatever this read came to: it is not in doubt.
            let why = match why.remedy() {
                Remedy::Lookup | Remedy::Merge | Remedy::Park => Fault::Transient(why.to_string()),
                _ => why,
            };
            failed(core, entry, &why, out)?;
            return Ok(());
        }
    };
    let Some(theirs) = theirs else {
        let gone = Fault::Rejected("it was removed at the source meanwhile".to_owned());
        failed(core, entry, &gone, out)?;
        return Ok(());
    };
    let edits = matches!(entry.command, Command::SetFields { .. });
    let tries = core.read(|it| it.attempts(&entry.id))?;
    if !edits || rebases(&tries) >= MOST_REBASES {
        core.write(|tx| {
            let rules = Rules::load(tx, &entry.account)?;
            let place = Place {
                account: &entry.account,
                collection: &entry.collection,
            };
            let mut ingest = Ingest::new(place, &rules, now, Cause::Remote);
            ingest.upsert(tx, &theirs)?;
            ingest.people.settle(tx, &rules)
        })?;
        failed(core, entry, fault, out)?;
        return Ok(());
    }
    let merged = core.write(|tx| {
        let rules = Rules::load(tx, &entry.account)?;
        merge_into(tx, &rules, now, entry, &theirs)
    })?;
    match merged {
        Merged::Ready => {}
        Merged::Settled => out.done += 1,
        Merged::Asked => out.parked += 1,
    }
    Ok(())
}

const fn merge_target(command: &Command) -> Option<&ItemRef> {
    match command {
        Command::SetFields { target, .. }
        | Command::Act { target, .. }
        | Command::Delete { target, .. } => Some(target),
        Command::Send { .. }
        | Command::EditMessage { .. }
        | Command::Redact { .. }
        | Command::React { .. }
        | Command::MarkRead { .. }
        | Command::Create { .. } => None,
    }
}
