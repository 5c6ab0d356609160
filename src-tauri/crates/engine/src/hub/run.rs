//! Starting, stopping, and taking turns.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rapport_model::ledger::LedgerLine;
use rapport_model::{AccountId, CollectionId};
use tokio_util::sync::CancellationToken;

use super::Hub;
use crate::error::HubError;
use crate::sync::{
    ALL_STEPS, Ask, Progress, Reconciled, Turn, look_after, rebuild, reconcile, run_account,
    run_upkeep, tidy, turn,
};

/// So long a push under way may take to end when the hub stops. What is cut off
/// is asked about at the next start.
const GRACE: Duration = Duration::from_secs(10);
/// The task beside the loops of the accounts.
const UPKEEP: &str = "upkeep";

impl Hub {
    /// Starts a loop for every account that has none, and the upkeep beside them.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn start(&self) -> Result<(), HubError> {
        self.start_gently(Duration::ZERO)
    }

    /// Starts everything like [`Self::start`], for somebody who looks at what there is already:
    /// what waits is sent at once, while the sources are first read, and the file looked after,
    /// when `first_look` is over. An account that is woken sooner reads its source sooner.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn start_gently(&self, first_look: Duration) -> Result<(), HubError> {
        let core = Arc::clone(&self.core);
        self.supervisor.spawn(UPKEEP, move |stop| {
            run_upkeep(Arc::clone(&core), first_look, stop)
        });
        for account in self.accounts()? {
            if let Err(error) = self.start_loop(&account.id, first_look) {
                // One account that cannot start never keeps the others from it.
                tracing::error!(account = %account.id, %error, "does not start");
                let health = rapport_model::Health::Degraded(error.to_string());
                self.core.write(|tx| tx.set_health(&account.id, &health))?;
            }
        }
        Ok(())
    }

    /// Starts the loop of one account.
    ///
    /// # Errors
    /// There is no such account, or its connector cannot be made.
    pub fn start_account(&self, id: &AccountId) -> Result<bool, HubError> {
        self.start_loop(id, Duration::ZERO)
    }

    fn start_loop(&self, id: &AccountId, first_look: Duration) -> Result<bool, HubError> {
        let session = self.core.session(id)?;
        let core = Arc::clone(&self.core);
        Ok(self.supervisor.spawn(&task_name(id), move |stop| {
            run_account(Arc::clone(&core), Arc::clone(&session), first_look, stop)
        }))
    }

    /// Stops the loop of one account. Answers whether it ended by itself.
    pub async fn stop_account(&self, id: &AccountId) -> bool {
        self.supervisor.stop(&task_name(id), GRACE).await
    }

    /// Stops all loops: pushes under way end or become unsure, cursors are as of
    /// the last page.
    pub async fn stop(&self) -> bool {
        self.supervisor.stop_all(GRACE).await
    }

    /// Whether the loops were started and not stopped.
    #[must_use]
    pub fn is_started(&self) -> bool {
        self.supervisor.running().iter().any(|it| it == UPKEEP)
    }

    /// The accounts whose loops run.
    #[must_use]
    pub fn running(&self) -> Vec<String> {
        let mut all = self.supervisor.running();
        all.retain(|it| it != UPKEEP);
        all
    }

    /// Takes one turn of every account that is not paused, or of one. Accounts go
    /// side by side; one that fails says so in its [`Turn`].
    ///
    /// # Errors
    /// There is no such account, or the file cannot be written.
    pub async fn sync_once(
        &self,
        only: Option<&AccountId>,
        stop: &CancellationToken,
        progress: &(dyn Fn(&Progress) + Send + Sync),
    ) -> Result<Vec<Turn>, HubError> {
        let mut accounts = self.accounts()?;
        match only {
            Some(id) => {
                self.core.account(id)?;
                accounts.retain(|it| it.id == *id);
            }
            None => accounts.retain(|it| !it.paused),
        }
        if let Err(error) = rebuild(&self.core, stop).await {
            // What is new can be pulled and found all the same.
            tracing::error!(%error, "the search index was not rebuilt");
        }
        let turns = accounts.iter().map(|account| async move {
            let session = match self.core.session(&account.id) {
                Ok(session) => session,
                Err(HubError::Fault(fault)) => return Ok(failed(&account.id, fault)),
                Err(error) => return Err(error),
            };
            let ask = Ask {
                only: None,
                stop,
                progress,
                compare: true,
                read_first: false,
            };
            turn(&self.core, &session, &ask).await
        });
        let turns = futures_util::future::join_all(turns).await;
        if !stop.is_cancelled() {
            look_after(&self.core);
            tidy(&self.core, ALL_STEPS, stop).await;
        }
        turns.into_iter().collect()
    }

    /// Reads one collection now.
    ///
    /// # Errors
    /// There is no such account, or the file cannot be written.
    pub async fn sync_collection(
        &self,
        id: &AccountId,
        collection: &CollectionId,
    ) -> Result<Turn, HubError> {
        let session = self.core.session(id)?;
        let only = BTreeSet::from([collection.clone()]);
        let stop = CancellationToken::new();
        let ask = Ask {
            only: Some(&only),
            stop: &stop,
            progress: &|_| {},
            compare: false,
            read_first: false,
        };
        turn(&self.core, &session, &ask).await
    }

    /// Lets an account look at its outbox and its source now.
    ///
    /// # Errors
    /// There is no such account.
    pub fn wake(&self, id: &AccountId) -> Result<(), HubError> {
        self.core.session(id)?.nudge();
        Ok(())
    }

    /// Compares a collection id by id with its source, and repairs.
    ///
    /// # Errors
    /// The source cannot list its ids, or cannot be reached.
    pub async fn reconcile(
        &self,
        id: &AccountId,
        collection: &CollectionId,
    ) -> Result<Reconciled, HubError> {
        let session = self.core.session(id)?;
        let _mine = session.turn.lock().await;
        reconcile(&self.core, &session, collection).await
    }

    /// The truth ledger.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn ledger(&self) -> Result<Vec<LedgerLine>, HubError> {
        self.read(|it| it.ledger())
    }
}

fn task_name(id: &AccountId) -> String {
    format!("account {id}")
}

fn failed(id: &AccountId, fault: rapport_model::Fault) -> Turn {
    Turn {
        account: id.clone(),
        collections: Vec::new(),
        sent: 0,
        parked: 0,
        fault: Some(fault),
    }
}
