//! Signing in, step by step or through the browser of this computer.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rapport_model::AccountId;
use rapport_model::connector::{SignInStep, SignedIn};

use super::Api;
use crate::dto::{Done, OneAccount, Said, SignIn};
use crate::error::{ApiError, Code};
use crate::way_back::{Coming, PATIENCE, WayBack};

/// The sign-ins that wait for a browser, one an account at most.
#[derive(Debug, Default)]
pub(crate) struct Browsers(Mutex<BTreeMap<AccountId, WayBack>>);

impl Browsers {
    fn all(&self) -> MutexGuard<'_, BTreeMap<AccountId, WayBack>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that waits for this account's browser.
    fn take(&self, account: &AccountId) -> Option<Coming> {
        self.all().get_mut(account)?.take()
    }

    /// Closes its page.
    fn close(&self, account: &AccountId) {
        self.all().remove(account);
    }
}

impl Api {
    /// One step of signing in. Done in whatever way, no browser is waited for any more.
    pub async fn account_sign_in(&self, sign_in: SignIn) -> Result<SignedIn, ApiError> {
        let SignIn { account, step } = sign_in;
        let answer = self.hub.sign_in(&account, step).await?;
        if matches!(answer, SignedIn::Done { .. }) {
            self.browsers.close(&account);
        }
        Ok(answer)
    }

    /// Begins a sign-in in the browser.
    pub async fn browser_begin(&self, which: OneAccount) -> Result<SignedIn, ApiError> {
        let account = which.account;
        let way_back = WayBack::open(PATIENCE).await?;
        let step = SignInStep::Browser {
            redirect: way_back.address().to_owned(),
        };
        let answer = self.hub.sign_in(&account, step).await?;
        if matches!(answer, SignedIn::Open { .. }) {
            self.browsers.all().insert(account, way_back);
        }
        Ok(answer)
    }

    /// Waits for the browser and finishes the sign-in.
    pub async fn browser_wait(&self, which: OneAccount) -> Result<SignedIn, ApiError> {
        let account = which.account;
        let coming = self.browsers.take(&account).ok_or_else(|| {
            let text = "No sign-in waits for the browser; start it again.";
            ApiError::told(Code::Refused, Said::new("browser_not_sent", text))
        })?;
        let url = coming.address().await?;
        let step = SignInStep::Returned { url };
        self.account_sign_in(SignIn { account, step }).await
    }

    /// Gives a sign-in in the browser up.
    #[expect(clippy::unused_async, reason = "every call has one form")]
    pub async fn browser_give_up(&self, which: OneAccount) -> Result<Done, ApiError> {
        self.browsers.close(&which.account);
        Ok(Done {})
    }
}
