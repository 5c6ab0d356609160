//! Accounts, syncing, the ledger.

#![expect(
    clippy::unused_async,
    reason = "every call has one form; one that only reads today may ask a source tomorrow"
)]

use rapport_engine::{HubError, NewAccount, Progress, Reconciled, Turn};
use rapport_model::connector::{Delivery, SecurityAnswer};
use rapport_model::ledger::LedgerLine;
use rapport_model::{Account, AccountId, CollectionId, Health, Manifest, State};
use rapport_store::table::outbox::EntryFilter;
use tokio_util::sync::CancellationToken;

use super::Api;
use crate::dto::{
    AccountRow, AddAccount, BudgetRow, CheckReport, CollectionCheck, Done, Loss, Nothing,
    OneAccount, PauseAccount, ReconcileReport, Retention, Security, SomeAccounts, SyncReport,
};
use crate::error::ApiError;

impl Api {
    /// The kinds of system.
    pub async fn sources(&self, _nothing: Nothing) -> Result<Vec<Manifest>, ApiError> {
        Ok(self.hub.manifests().into_iter().cloned().collect())
    }

    /// Every account.
    pub async fn accounts(&self, _nothing: Nothing) -> Result<Vec<AccountRow>, ApiError> {
        let accounts = self.read(|db| db.accounts())?;
        let lines = self.read(|db| db.ledger())?;
        accounts
            .into_iter()
            .map(|account| self.account_row(account, &lines))
            .collect()
    }

    /// Adds an account.
    pub async fn account_add(&self, add: AddAccount) -> Result<AccountRow, ApiError> {
        let account = self.hub.add_account(NewAccount {
            id: None,
            connector: add.connector,
            label: add.label,
            config: add.config,
        })?;
        let lines = self.read(|db| db.ledger())?;
        self.account_row(account, &lines)
    }

    /// Keeps messages for so many days only.
    pub async fn account_retention(&self, keep: Retention) -> Result<AccountRow, ApiError> {
        self.hub.set_retention(&keep.account, keep.days)?;
        let account = self
            .read(|db| db.account(&keep.account))?
            .ok_or_else(|| ApiError::not_found(format_args!("account {}", keep.account)))?;
        let lines = self.read(|db| db.ledger())?;
        self.account_row(account, &lines)
    }

    /// Stops or resumes an account.
    pub async fn account_pause(&self, pause: PauseAccount) -> Result<Done, ApiError> {
        self.hub.set_paused(&pause.account, pause.paused)?;
        Ok(Done {})
    }

    /// Asks the source whether the account works.
    pub async fn account_check(&self, which: OneAccount) -> Result<CheckReport, ApiError> {
        let collections = self.hub.check(&which.account).await?;
        let refused = collections
            .iter()
            .filter(|it| it.unavailable.is_some())
            .count();
        let health = match refused {
            0 => Health::Well,
            some => Health::Degraded(format!("{some} of {} collections", collections.len())),
        };
        Ok(CheckReport {
            account: which.account,
            health,
            collections: collections
                .into_iter()
                .map(|it| CollectionCheck {
                    collection: it.id,
                    title: it.title,
                    unavailable: it.unavailable.map(|fault| fault.to_string()),
                })
                .collect(),
        })
    }

    /// What removing an account would lose.
    pub async fn account_loss(&self, which: OneAccount) -> Result<Loss, ApiError> {
        Ok(self.hub.loss_of_account(&which.account)?.into())
    }

    /// Removes an account.
    pub async fn account_remove(&self, which: OneAccount) -> Result<Loss, ApiError> {
        Ok(self.hub.remove_account(&which.account).await?.into())
    }

    /// A question about encryption.
    pub async fn account_security(&self, ask: Security) -> Result<SecurityAnswer, ApiError> {
        Ok(self.hub.security(&ask.account, ask.step).await?)
    }

    /// One turn now.
    pub async fn sync_once(&self, which: SomeAccounts) -> Result<Vec<SyncReport>, ApiError> {
        self.sync_with(which.account, &CancellationToken::new(), &|_step| {})
            .await
    }

    /// One turn now, saying what comes in as it comes, until `stop`.
    ///
    /// # Errors
    /// The account is unknown or the database cannot be written; what a source
    /// refuses is in the reports.
    pub async fn sync_with(
        &self,
        account: Option<AccountId>,
        stop: &CancellationToken,
        progress: &(dyn Fn(&Progress) + Send + Sync),
    ) -> Result<Vec<SyncReport>, ApiError> {
        let turns = self.hub.sync_once(account.as_ref(), stop, progress).await?;
        let accounts = self.read(|db| db.accounts())?;
        Ok(turns
            .into_iter()
            .map(|turn| report(turn, &accounts))
            .collect())
    }

    /// What is here and what is at the source.
    pub async fn ledger(&self, which: SomeAccounts) -> Result<Vec<LedgerLine>, ApiError> {
        let mut lines = self.read(|db| db.ledger())?;
        if let Some(account) = which.account {
            lines.retain(|line| line.account == account);
        }
        for line in &mut lines {
            line.looked = self.hub.looked(&line.account, &line.collection);
        }
        Ok(lines)
    }

    /// Compares id by id.
    pub async fn reconcile(&self, which: SomeAccounts) -> Result<Vec<ReconcileReport>, ApiError> {
        let accounts = self.read(|db| db.accounts())?;
        let wanted = accounts
            .into_iter()
            .filter(|it| which.account.as_ref().is_none_or(|id| *id == it.id));
        let mut reports = Vec::new();
        for account in wanted {
            for collection in self.read(|db| db.collections(&account.id))? {
                // One that cannot be compared says why; the others go on.
                let found = self.hub.reconcile(&account.id, &collection.id).await;
                reports.push(compared(&account.id, &collection.id, found)?);
            }
        }
        Ok(reports)
    }

    fn account_row(&self, account: Account, ledger: &[LedgerLine]) -> Result<AccountRow, ApiError> {
        let manifest = self
            .hub
            .manifests()
            .into_iter()
            .find(|manifest| manifest.name == account.connector);
        let lines: Vec<&LedgerLine> = ledger
            .iter()
            .filter(|line| line.account == account.id)
            .collect();
        let collections = self.read(|db| db.collections(&account.id))?;
        let open = self.read(|db| {
            db.entries(&EntryFilter {
                account: Some(account.id.clone()),
                states: vec![State::Queued, State::Sending, State::Unsure, State::Parked],
                ..EntryFilter::default()
            })
        })?;
        let parked = open.iter().filter(|it| it.state == State::Parked).count();
        let now = self.now();
        let schedule = self.hub.schedule(&account.id);
        let every_ms = collections.iter().map(|it| it.poll_ms).min();
        let last_success = lines.iter().filter_map(|it| it.last_success).max();
        let furthest = lines.iter().filter_map(|it| it.last_success).min();
        let at_source = lines
            .iter()
            .map(|it| it.source_count)
            .sum::<Option<u64>>()
            .filter(|_| !lines.is_empty());
        // The account is as ill as the worst of its collections.
        let worst = lines
            .iter()
            .map(|it| &it.health)
            .max()
            .filter(|it| **it > account.health && **it > Health::Working);
        let (error, remedy) = trouble(worst.unwrap_or(&account.health));
        let kept_days = self.read(|db| db.retention(&account.id))?;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Ok(AccountRow {
            system: manifest.map_or_else(
                || account.connector.clone(),
                |manifest| manifest.title.to_owned(),
            ),
            delivery: match manifest.map(|it| it.delivery) {
                Some(Delivery::Push) => "push",
                Some(Delivery::Poll) | None => "poll",
            }
            .to_owned(),
            last_success,
            lag_seconds: furthest.map(|at| now.since(at).max(0) / 1000),
            waiting: count(open.len().saturating_sub(parked)),
            parked: count(parked),
            items: lines.iter().map(|it| it.local_count).sum(),
            at_source,
            complete: !lines.is_empty() && lines.iter().all(|it| it.complete),
            every_ms,
            next_at: (!account.paused).then_some(()).and(schedule.next),
            budget: schedule.quota.map(|it| BudgetRow {
                left: it.left,
                limit: it.limit,
                resets: it.resets,
            }),
            error: error.filter(|it| !it.is_empty()),
            remedy: remedy.map(str::to_owned),
            retention_days: kept_days,
            kept_since: kept_days.map(|days| now.plus(i64::from(days).saturating_mul(-86_400_000))),
            id: account.id,
            connector: account.connector,
            label: account.label,
            config: account.config,
            paused: account.paused,
            health: account.health,
            added: account.added,
        })
    }
}

/// What is wrong in plain words, and what helps.
fn trouble(health: &Health) -> (Option<String>, Option<&'static str>) {
    match health {
        Health::Well | Health::New | Health::Working => (None, None),
        Health::Waiting(_) => (Some("The source asked to wait.".to_owned()), Some("wait")),
        Health::Offline(why) => (Some(why.clone()), Some("retry")),
        Health::Degraded(why) => (Some(why.clone()), Some("look")),
        Health::SignIn(why) => (Some(why.clone()), Some("sign_in")),
    }
}

fn report(turn: Turn, accounts: &[Account]) -> SyncReport {
    let health = accounts
        .iter()
        .find(|it| it.id == turn.account)
        .map(|it| it.health.clone());
    SyncReport {
        changed: turn.collections.iter().map(|it| it.changes).sum(),
        sent: u64::from(turn.sent),
        parked: u64::from(turn.parked),
        faults: turn
            .fault
            .iter()
            .map(ToString::to_string)
            .chain(turn.collections.iter().filter_map(|it| {
                it.fault
                    .as_ref()
                    .map(|fault| format!("{}: {fault}", it.collection))
            }))
            .collect(),
        health: health.unwrap_or_default(),
        account: turn.account,
    }
}

/// A source that refuses is part of the report; a database that fails is not.
fn compared(
    account: &AccountId,
    collection: &CollectionId,
    found: Result<Reconciled, HubError>,
) -> Result<ReconcileReport, ApiError> {
    let (figures, fault) = match found {
        Ok(figures) => (Some(figures), None),
        Err(HubError::Fault(fault)) => (None, Some(fault.to_string())),
        Err(error) => return Err(error.into()),
    };
    let count = |of: fn(&Reconciled) -> u64| figures.as_ref().map_or(0, of);
    Ok(ReconcileReport {
        account: account.clone(),
        collection: collection.clone(),
        at_source: count(|it| it.source),
        here: count(|it| it.local),
        fetched: count(|it| it.fetched),
        removed: count(|it| it.removed),
        fault,
    })
}
