//! What nobody waits for: an index in few pieces, alerts for what has passed its
//! due date, an outbox without last month's entries.
//!
//! All of it goes in small transactions between which other work gets in, and
//! none of it writes when there is nothing to do.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use rapport_model::{AccountId, ItemId, Millis};
use rapport_store::StoreError;
use rapport_store::table::notification::Notification;
use tokio_util::sync::CancellationToken;

use crate::core::Core;
use crate::hub::sweep;
use crate::people::Rules;

/// Pages of the index merged in one transaction: a few milliseconds.
const PAGES: u32 = 128;
/// Items indexed in one transaction of a rebuild.
const REBUILT: usize = 500;
/// Steps of merging in one idle moment; the next one goes on.
pub(crate) const IDLE_STEPS: u32 = 64;
/// Steps of merging at the end of a turn that somebody asked for: enough for a
/// first sync of some hundred thousand items.
pub(crate) const ALL_STEPS: u32 = 10_000;
/// Due dates and old entries are looked at so often.
const EVERY: i64 = 60 * 60_000;
/// The clock is looked at so often: a machine that slept has missed its timers.
const LOOK: Duration = Duration::from_secs(60);
/// Of what fell due last, so many invoices and tasks are looked at: what lies further back was
/// told when it fell due.
const RAISED: u32 = 50;
/// Messages erased in one transaction.
const ERASED: u32 = 200;
/// What ended so many days ago leaves the outbox.
const KEPT_DAYS: i64 = 30;

/// Says again that there is something to do, unless it came to its end.
struct Unfinished<'a> {
    core: &'a Core,
    done: bool,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.core.mark_untidy();
        }
    }
}

/// Merges the pieces that changes left in the search index, in at most `most`
/// steps. Without a change since the last time it does nothing. Whoever drops
/// it in the middle loses nothing.
pub(crate) async fn tidy(core: &Core, most: u32, stop: &CancellationToken) {
    if !core.take_untidy() {
        return;
    }
    let mut left = Unfinished { core, done: false };
    for _ in 0..most {
        if stop.is_cancelled() {
            return;
        }
        match core.write(|tx| tx.tidy_search(PAGES)) {
            Ok(true) => {
                core.breathe();
                tokio::task::yield_now().await;
            }
            Ok(false) => {
                left.done = true;
                return;
            }
            Err(error) => {
                // The index is only slower for it; the next change tries again.
                tracing::warn!(%error, "the search index was not tidied");
                left.done = true;
                return;
            }
        }
    }
}

/// Writes the search index anew if it was written by another version, or goes on
/// where that was interrupted. Searching works all the while.
pub(crate) async fn rebuild(core: &Core, stop: &CancellationToken) -> Result<(), StoreError> {
    while !stop.is_cancelled() && core.read(|it| it.search_needs_rebuild())? {
        core.write(|tx| tx.rebuild_search(REBUILT))?;
        core.mark_untidy();
        core.breathe();
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Raises what is past due and forgets what is long over. What fails is tried
/// again an hour later.
pub(crate) fn look_after(core: &Core) {
    if let Err(error) = raise_overdue(core, &core.zone()) {
        tracing::warn!(%error, "due dates were not looked at");
    }
    if let Err(error) = wake_snoozed(core) {
        tracing::warn!(%error, "what was put off was not looked at");
    }
    if let Err(error) = sweep(core) {
        tracing::warn!(%error, "staged files were not looked at");
    }
    if let Err(error) = erase_old(core, None) {
        tracing::warn!(%error, "messages past their time were not erased");
    }
    let before = core.now().plus(-KEPT_DAYS * 86_400_000);
    if let Err(error) = core.write(|tx| tx.prune_outbox(before)) {
        tracing::warn!(%error, "the outbox was not cleared of old entries");
    }
}

/// Runs until `stop`, beside the loops of the accounts.
pub(crate) async fn run(core: Arc<Core>, first_look: Duration, stop: CancellationToken) {
    if !first_look.is_zero() {
        // What comes back is on the first screen from the beginning.
        if let Err(error) = wake_snoozed(&core) {
            tracing::warn!(%error, "what was put off was not looked at");
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(first_look) => {}
        }
    }
    if let Err(error) = rebuild(&core, &stop).await {
        tracing::error!(%error, "the search index was not rebuilt");
    }
    let mut last: Option<Millis> = None;
    loop {
        let now = core.now();
        // A clock that jumped back is no reason to wait longer.
        if last.is_none_or(|at| now.since(at).saturating_abs() >= EVERY) {
            last = Some(now);
            look_after(&core);
        }
        core.breathe();
        let rest = match wake_snoozed(&core) {
            Ok(next) => next.map_or(LOOK, |at| {
                Duration::from_millis(at.since(core.now()).max(0).unsigned_abs()).min(LOOK)
            }),
            Err(error) => {
                tracing::warn!(%error, "what was put off was not looked at");
                LOOK
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = core.put_off.notified() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Brings back what was put off until now, and says so. Answers when the next is
/// due. Without anything due it only reads.
pub(crate) fn wake_snoozed(core: &Core) -> Result<Option<Millis>, StoreError> {
    let now = core.now();
    let next = core.read(|it| it.next_snoozed())?;
    if next.is_none_or(|at| at > now) {
        return Ok(next);
    }
    core.write(|tx| {
        for (conversation, until) in tx.wake_snoozed(now)? {
            let title = tx
                .stored(conversation)?
                .map(|it| it.item.body.title().to_owned())
                .unwrap_or_default();
            let alert = Notification {
                id: 0,
                key: format!("back:item:{conversation}:{}", until.0),
                at: now,
                item: Some(conversation),
                title,
                text: "Back from snooze".to_owned(),
                why: serde_json::json!({
                    "event": "back",
                    "reason": "You put it off until now.",
                    "conversation": conversation,
                    "until": until,
                }),
                ..Notification::default()
            };
            tx.put_notification(&alert)?;
        }
        tx.next_snoozed()
    })
}

/// Erases the messages that the user does not want to keep any longer, of one
/// account or all, in small transactions. Answers how many.
pub(crate) fn erase_old(core: &Core, only: Option<&AccountId>) -> Result<u64, StoreError> {
    let now = core.now();
    let mut erased = 0;
    for account in core.read(|it| it.accounts())? {
        if only.is_some_and(|only| *only != account.id) {
            continue;
        }
        let rules = core.read(|it| Rules::load(it, &account.id))?;
        let Some(since) = rules.kept_since(now) else {
            continue;
        };
        loop {
            let ids = core.read(|it| it.messages_before(&account.id, since, ERASED))?;
            if ids.is_empty() {
                break;
            }
            erased += core.write(|tx| {
                let mut count = 0;
                for id in &ids {
                    count += u64::from(tx.erase_message(*id)?);
                }
                Ok(count)
            })?;
            core.mark_untidy();
            core.breathe();
        }
    }
    Ok(erased)
}

/// Raises an alert for everything that is past due, each due date once. Answers
/// how many are new.
pub(crate) fn raise_overdue(core: &Core, zone: &TimeZone) -> Result<u32, StoreError> {
    let now = core.now();
    let (records, tasks) = core.read(|it| it.past_due(now, zone, RAISED))?;
    let records = records.into_iter().map(|it| {
        let due = it.due.unwrap_or_default();
        (it.id, it.title, due)
    });
    let tasks = tasks.into_iter().map(|it| {
        let due = it.due.map(|it| format!("{it:?}")).unwrap_or_default();
        (it.id, it.title, due)
    });
    let mut all: Vec<(ItemId, String, String)> = records.chain(tasks).collect();
    let told = core.read(|it| {
        all.iter()
            .map(|(id, _, due)| it.has_notified(&overdue_key(*id, due)))
            .collect::<Result<Vec<bool>, StoreError>>()
    })?;
    let mut told = told.into_iter();
    all.retain(|_| !told.next().unwrap_or(false));
    if all.is_empty() {
        return Ok(0);
    }
    core.write(|tx| {
        let mut new = 0;
        for (id, title, due) in &all {
            let alert = Notification {
                id: 0,
                key: overdue_key(*id, due),
                at: now,
                item: Some(*id),
                title: title.clone(),
                text: "Past due".to_owned(),
                why: serde_json::json!({
                    "event": "overdue",
                    "reason": "Its due date has passed and it is not done.",
                    "due": due,
                }),
                ..Notification::default()
            };
            new += u32::from(tx.put_notification(&alert)?.is_some());
        }
        Ok(new)
    })
}

/// An item alerts once for each due date it has.
fn overdue_key(id: ItemId, due: &str) -> String {
    format!("overdue:item:{id}:{due}")
}
