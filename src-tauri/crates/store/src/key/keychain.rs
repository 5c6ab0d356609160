//! The keychain of the operating system, as a vault.

use std::fmt;

use keyring::{Entry, Error};
use rapport_model::connector::{Vault, VaultError};

/// Secrets in the operating system's keychain: Secret Service on Linux,
/// Keychain on macOS, Credential Manager on Windows. Blocks, and may make the
/// system ask the user to unlock.
#[derive(Clone)]
pub struct OsKeychain {
    service: String,
}

impl fmt::Debug for OsKeychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OsKeychain")
            .field("service", &self.service)
            .finish()
    }
}

impl Default for OsKeychain {
    fn default() -> Self {
        Self::new("rapport")
    }
}

impl OsKeychain {
    /// The keychain's entries of that service name.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
        }
    }

    /// Whether a keychain answers at all, without reading a secret.
    ///
    /// # Errors
    /// [`VaultError::Missing`], with the back end's own words.
    pub fn status(&self) -> Result<(), VaultError> {
        match Entry::store_status() {
            Ok(()) => Ok(()),
            Err(error) => Err(VaultError::Missing(format!("{BACK_END}: {error}"))),
        }
    }

    fn entry(&self, name: &str) -> Result<Entry, VaultError> {
        self.status()?;
        Entry::new(&self.service, name).map_err(explain)
    }
}

#[cfg(target_os = "macos")]
const BACK_END: &str = "the macOS Keychain";
#[cfg(target_os = "windows")]
const BACK_END: &str = "the Windows Credential Manager";
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
const BACK_END: &str = "the Secret Service (GNOME Keyring, KWallet or KeePassXC)";

/// What the back end can tell apart. `NoEntry` is not among it: the Secret
/// Service answers the same for "never written" and, with a daemon that hides
/// locked items, for "locked"; who reads must not take it for a first run.
fn explain(error: Error) -> VaultError {
    let text = format!("{BACK_END}: {error}");
    match error {
        Error::NoStorageAccess(_) => VaultError::Locked(text),
        Error::NoDefaultStore => VaultError::Missing(text),
        // A bus without the service, or no bus, arrives as a platform failure.
        Error::PlatformFailure(cause) if speaks_of_no_service(&cause.to_string()) => {
            VaultError::Missing(text)
        }
        Error::PlatformFailure(cause) if cause.to_string().to_lowercase().contains("locked") => {
            VaultError::Locked(text)
        }
        _ => VaultError::Failed(text),
    }
}

fn speaks_of_no_service(text: &str) -> bool {
    [
        "ServiceUnknown",
        "not provided by any",
        "No such file",
        "secret service unavailable",
    ]
    .iter()
    .any(|sign| text.to_lowercase().contains(&sign.to_lowercase()))
}

impl Vault for OsKeychain {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        match self.entry(name)?.get_password() {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(explain(error)),
        }
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        if secret.contains(['\n', '\r', '\0']) {
            return Err(VaultError::Failed(
                "a secret must be one line of text".to_owned(),
            ));
        }
        self.entry(name)?.set_password(secret).map_err(explain)
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(explain(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(text: &str) -> Error {
        Error::PlatformFailure(text.to_owned().into())
    }

    #[test]
    fn a_locked_keychain_is_told_from_a_missing_one() {
        let locked = Error::NoStorageAccess("locked".into());
        assert!(matches!(explain(locked), VaultError::Locked(_)));
        let absent = failed("org.freedesktop.DBus.Error.ServiceUnknown: not provided");
        assert!(matches!(explain(absent), VaultError::Missing(_)));
        assert!(matches!(
            explain(Error::NoDefaultStore),
            VaultError::Missing(_)
        ));
        assert!(matches!(explain(failed("odd")), VaultError::Failed(_)));
    }

    #[test]
    fn a_secret_of_several_lines_is_refused_before_it_is_lost() {
        let refused = OsKeychain::default().write("x", "a\nb");
        assert!(matches!(refused, Err(VaultError::Failed(_))));
    }
}
