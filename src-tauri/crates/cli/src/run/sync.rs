//! Syncing and the ledger.

use rapport_api::dto;
use rapport_engine::Progress;
use rapport_model::{Health, Millis};
use tokio_util::sync::CancellationToken;

use super::Desk;
use crate::args::{LedgerArgs, SyncArgs};
use crate::failure::Failure;
use crate::out::{note, or_dash, table};
use crate::{pick, when};

/// The health in words.
pub(crate) fn health(health: &Health, now: Millis) -> String {
    match health {
        Health::Well => "well".to_owned(),
        Health::New => "not tried yet".to_owned(),
        Health::Working => "working".to_owned(),
        Health::Waiting(until) => {
            format!("asked to wait {} s", (until.since(now).max(0) + 999) / 1000)
        }
        Health::Offline(why) => format!("cannot be reached: {why}"),
        Health::Degraded(why) => format!("partly: {why}"),
        Health::SignIn(why) => format!("needs you to sign in: {why}"),
    }
}

pub(crate) async fn run(desk: &Desk<'_>, args: SyncArgs) -> Result<(), Failure> {
    if args.watch {
        return watch(desk, args.account.as_ref()).await;
    }
    let account = pick::some_account(args.account.as_ref());
    let bar = desk.out.is_terminal().then(|| {
        let bar = indicatif::ProgressBar::new_spinner();
        bar.set_message("0 items");
        bar
    });
    let progress = |step: &Progress| {
        if let (
            Some(bar),
            Progress::Page {
                account,
                collection,
                changes,
                looked,
                ..
            },
        ) = (&bar, step)
        {
            let gone = looked.map_or_else(String::new, |it| {
                format!(", {} of {} conversations", it.done, it.of)
            });
            bar.set_message(format!(
                "{account}: {changes} changes in {collection}{gone}"
            ));
            bar.tick();
        }
    };
    // The first Ctrl C ends the turn at its next page; nothing is half done.
    let stop = CancellationToken::new();
    let turn = desk.api.sync_with(account, &stop, &progress);
    tokio::pin!(turn);
    let reports = loop {
        tokio::select! {
            reports = &mut turn => break reports?,
            _asked = tokio::signal::ctrl_c(), if !stop.is_cancelled() => stop.cancel(),
        }
    };
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    desk.out.show(&reports, |reports| {
        table(
            [
                "account",
                "changes",
                "sent",
                "parked",
                "health",
                "in the way",
            ],
            reports.iter().map(|row| {
                [
                    row.account.to_string(),
                    row.changed.to_string(),
                    row.sent.to_string(),
                    row.parked.to_string(),
                    health(&row.health, desk.at()),
                    row.faults.join("; "),
                ]
            }),
        )
    })?;
    if stop.is_cancelled() {
        return Err(Failure {
            code: 130,
            word: "cancelled",
            message: "Stopped. What was read is kept; the next sync goes on from there.".to_owned(),
        });
    }
    let signed_out = reports
        .iter()
        .any(|row| matches!(row.health, Health::SignIn(_)));
    let unreached = reports
        .iter()
        .any(|row| matches!(row.health, Health::Offline(_)));
    match (signed_out, unreached) {
        (true, _) => Err(Failure {
            code: 4,
            word: "sign_in",
            message: "An account needs you to sign in; the others are in step.".to_owned(),
        }),
        (false, true) => Err(Failure {
            code: 5,
            word: "offline",
            message: "A source cannot be reached; what you asked of it waits in the outbox."
                .to_owned(),
        }),
        (false, false) => Ok(()),
    }
}

async fn watch(desk: &Desk<'_>, only: Option<&String>) -> Result<(), Failure> {
    use futures_util::StreamExt as _;
    let only = pick::known_account(desk.api, only).await?;
    let mut topics = Box::pin(desk.api.topics());
    let hub = desk.api.hub();
    match only {
        Some(account) => hub.start_account(&account).map(|_fresh| ()),
        None => hub.start(),
    }
    .map_err(rapport_api::ApiError::from)?;
    note("Syncing. Ctrl C ends it.");
    loop {
        tokio::select! {
            _stopped = tokio::signal::ctrl_c() => break,
            next = topics.next() => match next {
                Some(topics) if desk.out.is_json() => {
                    let text = serde_json::to_string(&*topics)
                        .map_err(|error| Failure::internal(error.to_string()))?;
                    crate::out::line(&text)?;
                }
                Some(_) => {}
                None => break,
            },
        }
    }
    desk.api.hub().stop().await;
    note("Stopped; everything is on disk.");
    Ok(())
}

pub(crate) async fn ledger(desk: &Desk<'_>, args: LedgerArgs) -> Result<(), Failure> {
    let account = pick::known_account(desk.api, args.account.as_ref()).await?;
    if args.reconcile {
        let reports = desk
            .api
            .reconcile(dto::SomeAccounts {
                account: account.clone(),
            })
            .await?;
        return desk.out.show(&reports, |reports| {
            table(
                [
                    "account",
                    "collection",
                    "at source",
                    "here",
                    "fetched",
                    "removed",
                    "",
                ],
                reports.iter().map(|row| {
                    [
                        row.account.to_string(),
                        row.collection.to_string(),
                        row.at_source.to_string(),
                        row.here.to_string(),
                        row.fetched.to_string(),
                        row.removed.to_string(),
                        row.fault.clone().unwrap_or_default(),
                    ]
                }),
            )
        });
    }
    let lines = desk.api.ledger(dto::SomeAccounts { account }).await?;
    desk.out.show(&lines, |lines| {
        table(
            [
                "account",
                "collection",
                "here",
                "at source",
                "last success",
                "newest item",
                "compared",
                "gaps",
                "unreadable",
                "health",
            ],
            lines.iter().map(|row| {
                // People and pages without a date of their own lie at the beginning of time.
                let known = |at: &Millis| at.0 > 0;
                let ago = |at: Option<Millis>| {
                    or_dash(at.filter(known).map(|at| when::ago(at, desk.at())))
                };
                [
                    row.account.to_string(),
                    row.collection.to_string(),
                    row.local_count.to_string(),
                    or_dash(row.source_count),
                    ago(row.last_success),
                    ago(row.last_item),
                    ago(row.reconciled),
                    row.gaps.to_string(),
                    row.poisoned.to_string(),
                    health(&row.health, desk.at()),
                ]
            }),
        )
    })
}
