//! Opens a profile for whoever starts Rapport: its folder, its key, its secrets.
//!
//! Invariant: whoever opens a profile, window or command line, finds the same
//! folder, the same key and the same secrets; nothing here makes a key where a
//! database is, and nothing here wipes anything.

mod place;

use std::sync::Arc;

use jiff::tz::TimeZone;
use rapport_api::{Api, ApiError};
use rapport_engine::{Hub, HubError, Parts, SystemClock};
use rapport_model::connector::{Vault, VaultError};
use rapport_store::key::{
    self, DbKey, OsKeychain, Passphrase, ScopedVault, SealedVault, UnlockError,
};
use rapport_store::{Db, OpenError, Profile, ProfileLock};
use thiserror::Error;

pub use place::{PASSPHRASE, home, home_of_sample, passphrase};

/// Why a profile is not open. Nothing was changed in any of these cases.
#[derive(Debug, Error)]
pub enum SessionError {
    /// No folder is known or it cannot be one.
    #[error("{0}")]
    Place(String),
    /// The passphrase of the environment is not text.
    #[error("{PASSPHRASE} is not text.")]
    PassphraseNotText,
    /// The key cannot be had.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// The file cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The hub cannot be put on it.
    #[error("{0}")]
    Api(ApiError),
}

impl From<ApiError> for SessionError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

/// The system's keychain, if one answers. Reads no secret, so it asks nobody
/// to unlock anything.
///
/// # Errors
/// [`VaultError::Missing`], with the back end's own words.
pub fn keychain() -> Result<Arc<dyn Vault>, VaultError> {
    let keychain = OsKeychain::default();
    keychain.status()?;
    Ok(Arc::new(keychain))
}

/// A borrowed keychain, as the key's own functions take it.
#[must_use]
pub fn borrowed(keychain: Option<&Arc<dyn Vault>>) -> Option<&dyn Vault> {
    keychain.map(AsRef::as_ref)
}

/// Makes a new, empty database whose key is kept in the keychain, wrapped by
/// the passphrase, or both.
///
/// # Errors
/// There is one already, or there is nowhere to keep the key.
pub fn create(
    profile: &Profile,
    keychain: Option<&Arc<dyn Vault>>,
    passphrase: Option<&Passphrase>,
) -> Result<DbKey, SessionError> {
    let key = key::create(profile, borrowed(keychain), passphrase)?;
    let _lock = profile.lock()?;
    Db::open(profile, &key, Arc::new(SystemClock))?;
    Ok(key)
}

/// An open profile; nobody else has it until this is dropped.
#[derive(Debug)]
pub struct Session {
    /// Everything a caller can ask.
    pub api: Arc<Api>,
    _lock: ProfileLock,
}

/// Opens the profile with everything on it. Starts nothing.
///
/// The accounts' secrets lie in the sealed file if this profile has one or no
/// keychain answers, in this profile's part of the keychain otherwise.
///
/// # Errors
/// The key does not fit, or the file cannot be opened.
pub fn open(
    profile: &Profile,
    lock: ProfileLock,
    key: &DbKey,
    keychain: Option<Arc<dyn Vault>>,
) -> Result<Session, SessionError> {
    let clock: Arc<SystemClock> = Arc::new(SystemClock);
    let db = Db::open(profile, key, clock.clone())?;
    let vault: Arc<dyn Vault> = match keychain {
        Some(keychain) if !profile.vault().exists() => {
            let plain = db.read(|it| it.accounts_of_plain_secrets());
            let plain = plain.map_err(|error| ApiError::from(HubError::from(error)))?;
            Arc::new(ScopedVault::new(keychain, profile, plain)?)
        }
        _ => Arc::new(SealedVault::new(profile, key)),
    };
    let hub = Hub::open(Parts {
        db,
        registry: rapport_connectors::registry(),
        vault: Arc::clone(&vault),
        clock,
        seed: Hub::fresh_seed().map_err(ApiError::from)?,
    });
    let api = Arc::new(Api::new(hub, vault, TimeZone::system()));
    Ok(Session { api, _lock: lock })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_without_a_keychain_opens_again_with_its_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(folder.path());
        let words = Passphrase::new("seven small boats");
        create(&profile, None, Some(&words)).unwrap();

        let key = key::unlock(&profile, None, Some(&words)).unwrap();
        let session = open(&profile, profile.lock().unwrap(), &key, None).unwrap();
        assert_eq!(session.api.hub().accounts().unwrap().len(), 0);

        // Nobody else gets it meanwhile.
        assert!(matches!(profile.lock(), Err(OpenError::Locked(_))));
        drop(session);
        assert!(profile.lock().is_ok());
    }

    #[test]
    fn a_second_database_is_never_made_over_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(folder.path());
        create(&profile, None, Some(&Passphrase::new("first"))).unwrap();
        let before = std::fs::read(profile.database()).unwrap();
        let again = create(&profile, None, Some(&Passphrase::new("second")));
        assert!(matches!(
            again,
            Err(SessionError::Unlock(UnlockError::DatabaseExists))
        ));
        assert_eq!(std::fs::read(profile.database()).unwrap(), before);
    }
}
