//! The data key: 32 random bytes, held by the keychain and wrapped a second
//! time by a recovery passphrase.
//!
//! Invariant: a new key is made only when there is no database, and handed out
//! only after it could be read back from where it is kept. A keychain that
//! fails to answer leads to an error, never to a new key and never to a wipe.

mod keychain;
mod recovery;
mod scoped;
mod sealed;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_model::connector::{Vault, VaultError};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::profile::Profile;

pub use keychain::OsKeychain;
pub use scoped::ScopedVault;
pub use sealed::SealedVault;

use recovery::Recovery;

/// The key of the database. Never printed, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DbKey([u8; 32]);

impl DbKey {
    /// A key of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn random() -> Result<Self, UnlockError> {
        random().map(Self)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The form SQLCipher takes.
    pub(crate) fn hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&self.0))
    }

    /// One line for the keychain. A secret with a newline was once lost there.
    fn line(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0))
    }

    fn from_line(line: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(line.trim()).ok()?);
        Some(Self(bytes.as_slice().try_into().ok()?))
    }
}

impl fmt::Debug for DbKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DbKey(…)")
    }
}

/// The recovery passphrase. Never printed, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Passphrase(String);

impl Passphrase {
    /// A passphrase as typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) const fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// Why the key cannot be had. Nothing was changed in any of these cases.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnlockError {
    /// There is nothing to unlock yet.
    #[error("There is no database in this profile yet. Run \"rapport init\" to make one.")]
    NoDatabase,
    /// There is a database already.
    #[error("There is a database in this profile already. Nothing was changed; unlock it instead.")]
    DatabaseExists,
    /// No keychain answers.
    #[error(
        "No keychain answers on this computer. Your data is safe. Start one, or unlock with the \
         recovery passphrase. ({0})"
    )]
    KeychainMissing(String),
    /// The keychain is locked.
    #[error("The keychain is locked. Your data is safe. Unlock it and try again. ({0})")]
    KeychainLocked(String),
    /// The keychain failed in some other way.
    #[error(
        "The keychain failed. Your data is safe. Try again, or use the recovery passphrase. ({0})"
    )]
    KeychainFailed(String),
    /// The keychain says it has no key, but there is a database. It may be
    /// locked: some keychains answer the same then.
    #[error(
        "The keychain shows no key for this database; it may be locked. Your data is safe. Unlock \
         the keychain and try again, or unlock with the recovery passphrase."
    )]
    NoEntryButDatabaseExists,
    /// The passphrase does not open the wrapped key.
    #[error("This is not the recovery passphrase. Your data is safe; try again.")]
    WrongPassphrase,
    /// The keychain has a key, but of another database.
    #[error(
        "The key in the keychain belongs to another database. Your data is safe. Unlock with the \
         recovery passphrase."
    )]
    WrongKey,
    /// No recovery passphrase was ever set.
    #[error(
        "No recovery passphrase was set for this profile, so only the keychain can unlock it. \
         Your data is safe."
    )]
    NoRecovery,
    /// Nothing to keep the key in was given.
    #[error(
        "A new database needs a keychain or a recovery passphrase to keep its key. Give one of them."
    )]
    NowhereToKeep,
    /// The passphrase cannot be used.
    #[error("A recovery passphrase cannot be empty.")]
    EmptyPassphrase,
    /// A file is damaged.
    #[error("{what} is damaged. Nothing was changed. {advice}")]
    Damaged {
        /// Which.
        what: String,
        /// What to do.
        advice: String,
    },
    /// The disk failed.
    #[error("The key file cannot be read or written: {0}")]
    Io(String),
}

impl From<VaultError> for UnlockError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Locked(text) => Self::KeychainLocked(text),
            VaultError::Missing(text) => Self::KeychainMissing(text),
            VaultError::Failed(text) => Self::KeychainFailed(text),
        }
    }
}

impl From<std::io::Error> for UnlockError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

/// Makes the key of a new database and keeps it in the keychain, if one is
/// given, and wrapped by the passphrase, if one is given.
///
/// A key that is kept already but has no database yet (the process died in
/// between, or the file lies elsewhere for now) is used again.
///
/// # Errors
/// There is a database; nothing to keep the key in was given; or it could not
/// be kept there.
pub fn create(
    profile: &Profile,
    keychain: Option<&dyn Vault>,
    passphrase: Option<&Passphrase>,
) -> Result<DbKey, UnlockError> {
    if profile.has_database() {
        return Err(UnlockError::DatabaseExists);
    }
    if keychain.is_none() && passphrase.is_none() {
        return Err(UnlockError::NowhereToKeep);
    }
    profile
        .create()
        .map_err(|error| UnlockError::Io(error.to_string()))?;
    let before = Recovery::load(profile)?;
    let kept = kept_key(before.as_ref(), keychain, passphrase)?;
    let key = match kept {
        Some(key) => key,
        None => DbKey::random()?,
    };
    let mut recovery = match before {
        Some(known) if known.fits(&key) => known,
        Some(_) => {
            // It is of a database that is not here. It may come back.
            Recovery::set_aside(profile)?;
            Recovery::new(&key)?
        }
        None => Recovery::new(&key)?,
    };
    if let Some(passphrase) = passphrase {
        recovery.wrap(&key, passphrase)?;
    }
    recovery.save(profile)?;
    if let Some(keychain) = keychain {
        keep(keychain, &recovery.entry(), &key)?;
    }
    Ok(key)
}

/// The key that is kept already, if one is and can be reached.
fn kept_key(
    recovery: Option<&Recovery>,
    keychain: Option<&dyn Vault>,
    passphrase: Option<&Passphrase>,
) -> Result<Option<DbKey>, UnlockError> {
    let Some(recovery) = recovery else {
        return Ok(None);
    };
    if let Some(keychain) = keychain
        && let Some(line) = keychain.read(&recovery.entry())?.map(Zeroizing::new)
        && let Some(key) = DbKey::from_line(&line)
        && recovery.fits(&key)
    {
        return Ok(Some(key));
    }
    match passphrase.map(|passphrase| recovery.unwrap(passphrase)) {
        Some(Ok(key)) => Ok(Some(key)),
        Some(Err(UnlockError::WrongPassphrase | UnlockError::NoRecovery)) | None => Ok(None),
        Some(Err(error)) => Err(error),
    }
}

/// Writes the key and reads it back: a keychain that takes and does not give
/// would lock the user out.
fn keep(keychain: &dyn Vault, entry: &str, key: &DbKey) -> Result<(), UnlockError> {
    keychain.write(entry, &key.line())?;
    let back = keychain.read(entry)?.map(Zeroizing::new);
    match back.as_deref().and_then(|line| DbKey::from_line(line)) {
        Some(found) if found == *key => Ok(()),
        _ => Err(UnlockError::KeychainFailed(
            "it did not give back what was put in".to_owned(),
        )),
    }
}

/// Finds the key of an existing database: with the passphrase, if one is
/// given, otherwise in the keychain.
///
/// # Errors
/// See [`UnlockError`]; nothing is changed.
pub fn unlock(
    profile: &Profile,
    keychain: Option<&dyn Vault>,
    passphrase: Option<&Passphrase>,
) -> Result<DbKey, UnlockError> {
    if !profile.has_database() {
        return Err(UnlockError::NoDatabase);
    }
    let recovery = Recovery::load(profile)?;
    if let Some(passphrase) = passphrase {
        return recovery.ok_or(UnlockError::NoRecovery)?.unwrap(passphrase);
    }
    let Some(keychain) = keychain else {
        return Err(UnlockError::KeychainMissing(
            "neither a keychain nor a passphrase was given".to_owned(),
        ));
    };
    let entry = recovery::entry_of(recovery.as_ref(), profile)?;
    let line = keychain
        .read(&entry)?
        .map(Zeroizing::new)
        .ok_or(UnlockError::NoEntryButDatabaseExists)?;
    let key = DbKey::from_line(&line).ok_or_else(|| UnlockError::Damaged {
        what: "The key in the keychain".to_owned(),
        advice: "Unlock with the recovery passphrase; that also repairs the keychain.".to_owned(),
    })?;
    match &recovery {
        Some(recovery) if !recovery.fits(&key) => Err(UnlockError::WrongKey),
        _ => Ok(key),
    }
}

/// Puts the key into the keychain: after a move to another computer, or when
/// its entry was lost.
///
/// # Errors
/// The keychain does not take it, or does not give it back.
pub fn remember(profile: &Profile, keychain: &dyn Vault, key: &DbKey) -> Result<(), UnlockError> {
    let recovery = load_or_new(profile, key)?;
    keep(keychain, &recovery.entry(), key)
}

/// Sets or changes the recovery passphrase. The data key stays the same, so
/// the database is not rewritten.
///
/// # Errors
/// The passphrase is empty, the key is not of this profile, or the file cannot
/// be written; the old passphrase then still works.
pub fn set_passphrase(
    profile: &Profile,
    key: &DbKey,
    passphrase: &Passphrase,
) -> Result<(), UnlockError> {
    let mut recovery = load_or_new(profile, key)?;
    recovery.wrap(key, passphrase)?;
    recovery.save(profile)?;
    verify(profile, passphrase)
}

/// Whether this is the recovery passphrase; the test a user should be asked
/// for now and then.
///
/// # Errors
/// It is not, or none is set.
pub fn verify(profile: &Profile, passphrase: &Passphrase) -> Result<(), UnlockError> {
    Recovery::load(profile)?
        .ok_or(UnlockError::NoRecovery)?
        .unwrap(passphrase)
        .map(|_| ())
}

/// Whether a recovery passphrase is set.
///
/// # Errors
/// The file is damaged.
pub fn has_passphrase(profile: &Profile) -> Result<bool, UnlockError> {
    Ok(Recovery::load(profile)?.is_some_and(|it| it.is_wrapped()))
}

fn load_or_new(profile: &Profile, key: &DbKey) -> Result<Recovery, UnlockError> {
    match Recovery::load(profile)? {
        Some(recovery) if !recovery.fits(key) => Err(UnlockError::WrongKey),
        Some(recovery) => Ok(recovery),
        None => Recovery::of_file(profile, key),
    }
}

/// Whether the key is the one this profile was made with; `None` when there is
/// nothing to compare with.
pub(crate) fn fits(profile: &Profile, key: &DbKey) -> Option<bool> {
    Recovery::load(profile)
        .ok()
        .flatten()
        .map(|it| it.fits(key))
}

/// Takes along what names the profile in the keychain, and what a passphrase opens, so that a
/// copy of the database opens as the first one did. A head that says nothing any more is no
/// reason to save nothing: the copy then has a name of its own.
pub(crate) fn carry(from: &Profile, to: &Profile, key: &DbKey) -> std::io::Result<()> {
    if to.recovery().exists() {
        return Ok(());
    }
    if from.recovery().exists() {
        std::fs::copy(from.recovery(), to.recovery())?;
    } else if let Ok(known) = Recovery::of_file(from, key) {
        let saved = known.save(to);
        saved.map_err(|error| std::io::Error::other(error.to_string()))?;
    }
    Ok(())
}

/// The salt a new database is to be made with, where that was decided.
pub(crate) fn chosen_salt(profile: &Profile) -> Option<[u8; 16]> {
    Recovery::load(profile).ok().flatten()?.salt_bytes()
}

/// The salt of a database in the form that new ones have.
pub(crate) fn new_salt() -> Result<[u8; 16], UnlockError> {
    Ok(crate::db::form::new_salt(random()?))
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], UnlockError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| UnlockError::Io(error.to_string()))?;
    Ok(bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

#[cfg(test)]
mod tests;
