//! Accounts: adding, signing in, checking, removing.

use rapport_model::change::Looked;
use rapport_model::connector::{
    Collection, Quota, SecurityAnswer, SecurityStep, SignInStep, SignedIn,
};
use rapport_model::{Account, AccountId, Address, AddressKind, CollectionId, Health, Millis};
use rapport_store::db::Tx;
use rapport_store::table::erased::retention_key;
use rapport_store::{Loss, StoreError, Topic};

use super::Hub;
use crate::core::{lock, spacing_key, user_key};
use crate::error::{HubError, Refusal};
use crate::people::{Beside, Rules};
use crate::sync::erase_old;

/// How an account's loop stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// When the source is asked next without being told to.
    pub next: Option<Millis>,
    /// What is left of its request budget, as it last said.
    pub quota: Option<Quota>,
}

/// An account to be added.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAccount {
    /// Its id; chosen from the connector's name when there is none.
    pub id: Option<AccountId>,
    /// The connector's name.
    pub connector: String,
    /// What the user calls it; the id when empty.
    pub label: String,
    /// The answers to the form.
    pub config: serde_json::Value,
}

impl Hub {
    /// Adds an account. Makes no request.
    ///
    /// # Errors
    /// There is no such connector, the form is not answered, or the id is taken.
    pub fn add_account(&self, new: NewAccount) -> Result<Account, HubError> {
        let factory = self.core.factory(&new.connector)?;
        let known = self.accounts()?;
        let taken = |id: &AccountId| known.iter().any(|it| it.id == *id);
        let id = match new.id {
            Some(id) if taken(&id) => return Err(HubError::Exists(format!("an account {id}"))),
            Some(id) => id,
            None => (1..)
                .map(|n| AccountId(format!("{}-{n}", new.connector)))
                .find(|id| !taken(id))
                .ok_or(HubError::Refused(Refusal::NoId))?,
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if id.as_str().is_empty() || id.as_str().len() > 64 || !id.as_str().chars().all(plain) {
            return Err(HubError::Refused(Refusal::BadId));
        }
        let account = Account {
            label: if new.label.is_empty() {
                id.to_string()
            } else {
                new.label
            },
            id,
            connector: new.connector,
            config: new.config,
            paused: false,
            health: Health::New,
            added: self.core.now(),
        };
        factory.connect(rapport_model::connector::Setting {
            account: account.id.clone(),
            config: account.config.clone(),
            vault: std::sync::Arc::clone(&self.core.vault),
            state_dir: self.core.db.profile().state(&account.id),
            clock: std::sync::Arc::clone(&self.core.clock),
        })?;
        self.core.write(|tx| {
            tx.put_account(&account)?;
            own_addresses(tx, &account)
        })?;
        if self.is_started() {
            // Its first turn asks to sign in; nobody has to start the rest for it.
            self.start_account(&account.id)?;
        }
        Ok(account)
    }

    /// All accounts.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn accounts(&self) -> Result<Vec<Account>, HubError> {
        self.read(|it| it.accounts())
    }

    /// Changes the label or the answers to the form.
    ///
    /// # Errors
    /// There is no such account, or the form is not answered.
    pub fn change_account(
        &self,
        id: &AccountId,
        label: Option<String>,
        config: Option<serde_json::Value>,
    ) -> Result<Account, HubError> {
        let mut account = self.core.account(id)?;
        account.label = label.unwrap_or(account.label);
        account.config = config.unwrap_or(account.config);
        self.core.write(|tx| {
            tx.put_account(&account)?;
            own_addresses(tx, &account)
        })?;
        self.core.forget_session(id);
        self.core.session(id)?;
        Ok(account)
    }

    /// One step of signing in.
    ///
    /// # Errors
    /// The source refused, or cannot be reached.
    pub async fn sign_in(&self, id: &AccountId, step: SignInStep) -> Result<SignedIn, HubError> {
        let session = self.core.session(id)?;
        let _waiting = session.foreground();
        let answer = session.connector.sign_in(step).await?;
        if let SignedIn::Done { user } = &answer {
            self.core.write(|tx| {
                tx.set_setting(&user_key(id), user)?;
                let mut rules = Rules::load(tx, id)?;
                for kind in [AddressKind::Matrix, AddressKind::Email] {
                    rules.add_me(
                        tx,
                        id,
                        &Address {
                            kind,
                            value: user.clone(),
                        },
                    )?;
                }
                tx.set_health(id, &Health::New)
            })?;
            session.nudge();
        }
        Ok(answer)
    }

    /// Asks the source what there is, and so whether the sign-in works.
    ///
    /// # Errors
    /// The source refused, or cannot be reached.
    pub async fn check(&self, id: &AccountId) -> Result<Vec<Collection>, HubError> {
        let session = self.core.session(id)?;
        let _waiting = session.foreground();
        let found = session.connector.discover().await?;
        self.core.write(|tx| tx.put_collections(id, &found))?;
        Ok(found)
    }

    /// Stops or resumes an account's syncing.
    ///
    /// # Errors
    /// There is no such account.
    pub fn set_paused(&self, id: &AccountId, paused: bool) -> Result<(), HubError> {
        let session = self.core.session(id)?;
        self.core.write(|tx| tx.set_paused(id, paused))?;
        session.nudge();
        Ok(())
    }

    /// Sets an account's budget: at least so many milliseconds between two
    /// requests, up to a minute.
    ///
    /// # Errors
    /// There is no such account.
    pub fn set_spacing(&self, id: &AccountId, ms: i64) -> Result<(), HubError> {
        let session = self.core.session(id)?;
        let ms = ms.clamp(0, 60_000);
        self.core
            .write(|tx| tx.set_setting(&spacing_key(id), &ms))?;
        session.pace().keep_apart(ms);
        Ok(())
    }

    /// Keeps an account's messages for so many days only, or for ever. What is
    /// older is erased here at once, not at the source, and not fetched again;
    /// what an earlier rule erased comes back with the next comparison when the
    /// new one allows it. Answers how many were erased.
    ///
    /// # Errors
    /// There is no such account, or the file cannot be written.
    pub fn set_retention(&self, id: &AccountId, days: Option<u32>) -> Result<u64, HubError> {
        self.core.account(id)?;
        let days = days.map(|days| days.max(1));
        self.core.write(|tx| {
            let before = tx.retention(id)?;
            let key = retention_key(id);
            match days {
                Some(days) => tx.set_setting(&key, &days)?,
                None => tx.drop_setting(&key)?,
            }
            if days.is_none_or(|days| before.is_some_and(|before| before < days)) {
                tx.forget_erased(id)?;
            }
            tx.topic(Topic::Account(id.clone()));
            Ok(())
        })?;
        Ok(erase_old(&self.core, Some(id))?)
    }

    /// How an account's loop stands: when each collection is looked at next, if
    /// it has been looked at, and what is left of the source's budget.
    #[must_use]
    pub fn schedule(&self, id: &AccountId) -> Schedule {
        let Some(session) = self.core.live(id) else {
            return Schedule::default();
        };
        let due = lock(&session.due).values().min().copied();
        let barred = session.pace().barred(self.core.now());
        Schedule {
            next: due.map(|at| at.max(self.core.now().plus(barred))),
            quota: session.connector.quota(),
        }
    }

    /// How far the first look at a collection is, while it goes and its source tells.
    #[must_use]
    pub fn looked(&self, account: &AccountId, collection: &CollectionId) -> Option<Looked> {
        self.core.live(account)?.looked(collection)
    }

    /// What would be lost with an account: shown before it is removed.
    ///
    /// # Errors
    /// There is no such account.
    pub fn loss_of_account(&self, id: &AccountId) -> Result<Loss, HubError> {
        self.core.account(id)?;
        self.read(|it| it.loss_of_account(id))
    }

    /// Removes an account with everything that came from it. The session at the
    /// source is ended if it can be reached; that it cannot does not stop this.
    ///
    /// # Errors
    /// There is no such account, or the file or keychain cannot be written.
    pub async fn remove_account(&self, id: &AccountId) -> Result<Loss, HubError> {
        self.core.account(id)?;
        let session = self.core.session(id);
        let secrets = session
            .as_ref()
            .map_or_else(|_none| Vec::new(), |it| it.connector.secrets());
        // A keychain that does not answer is found out while nothing is done yet. What nobody
        // signs in to has no secret, and waits for none.
        for secret in &secrets {
            self.core.vault.read(secret)?;
        }
        self.stop_account(id).await;
        if let Ok(session) = session
            && let Err(fault) = session.connector.sign_out().await
        {
            tracing::warn!(account = %id, %fault, "the session at the source was not ended");
        }
        let loss = self.core.write(|tx| {
            let beside = Beside::account(tx, id)?;
            tx.drop_setting(&user_key(id))?;
            tx.drop_setting(&retention_key(id))?;
            let loss = tx.remove_account(id)?;
            let rules = Rules::load(tx, &AccountId::new(""))?;
            beside.settle(tx, &rules)?;
            Ok(loss)
        })?;
        self.core.forget_session(id);
        for secret in &secrets {
            self.core.vault.remove(secret)?;
        }
        let folder = self.core.db.profile().state(id);
        match std::fs::remove_dir_all(&folder) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        Ok(loss)
    }

    /// A question about end-to-end encryption.
    ///
    /// # Errors
    /// The source has none, refused, or cannot be reached.
    pub async fn security(
        &self,
        id: &AccountId,
        step: SecurityStep,
    ) -> Result<SecurityAnswer, HubError> {
        let session = self.core.session(id)?;
        let _waiting = session.foreground();
        Ok(session.connector.security(step).await?)
    }
}

/// The addresses that the form of an account names as the user's own. They are
/// known before the first item is read: otherwise what comes before the contacts
/// would make a customer out of the user's own company.
fn own_addresses(tx: &mut Tx<'_>, account: &Account) -> Result<(), StoreError> {
    let Some(own) = account.config.get("own").and_then(|it| it.as_str()) else {
        return Ok(());
    };
    let mut rules = Rules::load(tx, &account.id)?;
    for value in own.split([',', ';', ' ', '\n']).map(str::trim) {
        let kind = match value {
            "" => continue,
            matrix if matrix.starts_with('@') => AddressKind::Matrix,
            _ => AddressKind::Email,
        };
        if kind == AddressKind::Email {
            rules.add_own_domain(tx, value)?;
        }
        let value = value.to_owned();
        rules.add_me(tx, &account.id, &Address { kind, value })?;
    }
    Ok(())
}
