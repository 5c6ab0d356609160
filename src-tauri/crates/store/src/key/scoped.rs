//! The part of a keychain that is one profile's own.

use std::collections::BTreeSet;
use std::sync::Arc;

use rapport_model::AccountId;
use rapport_model::connector::{Vault, VaultError};

use super::{UnlockError, recovery};
use crate::profile::Profile;

/// A keychain whose names begin with the profile: two profiles of one user may have accounts
/// of the same name, and neither sees what the other keeps.
///
/// Earlier versions named secrets without the profile. An account of then is still found under
/// that name; what is found is kept under the new one from there on.
#[derive(Debug)]
pub struct ScopedVault {
    inner: Arc<dyn Vault>,
    scope: String,
    plain: BTreeSet<AccountId>,
}

impl ScopedVault {
    /// The profile's part of `inner`. `plain` are the accounts whose secrets may lie there
    /// under names without the profile.
    ///
    /// # Errors
    /// Neither `recovery.json` nor the database says which profile this is.
    pub fn new(
        inner: Arc<dyn Vault>,
        profile: &Profile,
        plain: impl IntoIterator<Item = AccountId>,
    ) -> Result<Self, UnlockError> {
        Ok(Self {
            inner,
            scope: recovery::name_of(profile)?,
            plain: plain.into_iter().collect(),
        })
    }

    fn scoped(&self, name: &str) -> String {
        format!("profile/{}/{name}", self.scope)
    }

    /// Whether a secret may lie under its plain name. Names of accounts' secrets are
    /// `account/ID/WHAT`.
    fn may_be_plain(&self, name: &str) -> bool {
        name.strip_prefix("account/")
            .and_then(|rest| rest.rsplit_once('/'))
            .is_some_and(|(id, _what)| self.plain.contains(&AccountId::new(id)))
    }
}

impl Vault for ScopedVault {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        let found = self.inner.read(&self.scoped(name))?;
        if found.is_some() || !self.may_be_plain(name) {
            return Ok(found);
        }
        let found = self.inner.read(name)?;
        if let Some(secret) = &found
            && let Err(error) = self.write(name, secret)
        {
            tracing::warn!(%error, "a secret stays under the name it had before");
        }
        Ok(found)
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        self.inner.write(&self.scoped(name), secret)
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        // The plain one first: were it left behind, it would be found again.
        if self.may_be_plain(name) {
            self.inner.remove(name)?;
        }
        self.inner.remove(&self.scoped(name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;
    use crate::key::DbKey;

    #[derive(Debug, Default)]
    struct Chain(Mutex<BTreeMap<String, String>>);

    impl Vault for Chain {
        fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
            Ok(self.0.lock().unwrap().get(name).cloned())
        }

        fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
            let mut all = self.0.lock().unwrap();
            all.insert(name.to_owned(), secret.to_owned());
            Ok(())
        }

        fn remove(&self, name: &str) -> Result<(), VaultError> {
            self.0.lock().unwrap().remove(name);
            Ok(())
        }
    }

    const SESSION: &str = "account/matrix-1/session";

    fn vault(home: &std::path::Path, chain: &Arc<Chain>, plain: &[&str]) -> ScopedVault {
        let profile = Profile::at(home);
        if !profile.recovery().exists() {
            profile.create().unwrap();
            let made = recovery::Recovery::new(&DbKey::from_bytes([7; 32])).unwrap();
            made.save(&profile).unwrap();
        }
        let plain = plain.iter().map(|id| AccountId::new(*id));
        let chain: Arc<dyn Vault> = Arc::<Chain>::clone(chain);
        ScopedVault::new(chain, &profile, plain).unwrap()
    }

    #[test]
    fn two_profiles_on_one_keychain_keep_accounts_of_one_name_apart() {
        let dir = tempfile::tempdir().unwrap();
        let chain = Arc::new(Chain::default());
        let at = |name: &str| vault(&dir.path().join(name), &chain, &[]);
        at("work").write(SESSION, "ada").unwrap();
        assert_eq!(at("home").read(SESSION).unwrap(), None);
        at("home").write(SESSION, "bert").unwrap();
        assert_eq!(at("work").read(SESSION).unwrap().as_deref(), Some("ada"));
        at("home").remove(SESSION).unwrap();
        assert_eq!(at("work").read(SESSION).unwrap().as_deref(), Some("ada"));
    }

    #[test]
    fn a_secret_of_before_is_found_kept_anew_and_removed_with_its_account() {
        let dir = tempfile::tempdir().unwrap();
        let chain = Arc::new(Chain::default());
        chain.write(SESSION, "ada").unwrap();
        chain.write("account/matrix-2/session", "other").unwrap();
        // Only an account of then may look there.
        let new = vault(&dir.path().join("new"), &chain, &["matrix-2", "matrix"]);
        assert_eq!(new.read(SESSION).unwrap(), None);

        let old = vault(&dir.path().join("old"), &chain, &["matrix-1"]);
        assert_eq!(old.read(SESSION).unwrap().as_deref(), Some("ada"));
        chain.remove(SESSION).unwrap();
        assert_eq!(old.read(SESSION).unwrap().as_deref(), Some("ada"));

        chain.write(SESSION, "stale").unwrap();
        assert_eq!(old.read(SESSION).unwrap().as_deref(), Some("ada"));
        old.remove(SESSION).unwrap();
        assert_eq!(old.read(SESSION).unwrap(), None);
        let left: Vec<String> = chain.0.lock().unwrap().keys().cloned().collect();
        assert_eq!(left, ["account/matrix-2/session"]);
    }
}
