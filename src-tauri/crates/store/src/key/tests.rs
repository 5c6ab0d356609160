//! A keychain that fails in every way it can, and the promise that nothing is
//! lost by it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rapport_model::connector::{Vault, VaultError};
use rapport_model::time::Stopped;
use rapport_model::{Clock, Millis};
use tempfile::TempDir;

use super::*;
use crate::Db;
use crate::error::OpenError;

/// A keychain in memory, with a mood.
#[derive(Debug, Default)]
struct Chain {
    entries: Mutex<BTreeMap<String, String>>,
    mood: Mutex<Mood>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Mood {
    #[default]
    Well,
    Locked,
    Missing,
    /// Takes everything and gives nothing back.
    Forgetful,
    /// Answers "no entry" while locked, as some keychains do.
    Hides,
}

impl Chain {
    fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn check(&self) -> Result<Mood, VaultError> {
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Locked => Err(VaultError::Locked("test".into())),
            Mood::Missing => Err(VaultError::Missing("test".into())),
            other => Ok(other),
        }
    }
}

impl Vault for Chain {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        match self.check()? {
            Mood::Forgetful | Mood::Hides => Ok(None),
            _ => Ok(self.entries.lock().unwrap().get(name).cloned()),
        }
    }
    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        self.check()?;
        self.entries
            .lock()
            .unwrap()
            .insert(name.to_owned(), secret.to_owned());
        Ok(())
    }
    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.check()?;
        self.entries.lock().unwrap().remove(name);
        Ok(())
    }
}

fn home() -> (TempDir, Profile) {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::at(&dir.path().join("home"));
    (dir, profile)
}

fn open(profile: &Profile, key: &DbKey) -> Result<Db, OpenError> {
    let clock: Arc<dyn Clock> = Arc::new(Stopped(Millis(1)));
    Db::open(profile, key, clock)
}

fn words(text: &str) -> Passphrase {
    Passphrase::new(text)
}

#[test]
fn a_key_is_found_again_in_the_keychain_and_by_the_passphrase() {
    let (_dir, profile) = home();
    let chain = Chain::default();
    let phrase = words("seven blue whales");
    assert_eq!(
        unlock(&profile, Some(&chain), None),
        Err(UnlockError::NoDatabase)
    );
    let key = create(&profile, Some(&chain), Some(&phrase)).unwrap();
    drop(open(&profile, &key).unwrap());
    assert_eq!(unlock(&profile, Some(&chain), None).unwrap(), key);
    assert_eq!(unlock(&profile, None, Some(&phrase)).unwrap(), key);
    assert_eq!(
        unlock(&profile, None, Some(&words("eight blue whales"))),
        Err(UnlockError::WrongPassphrase)
    );
    assert_eq!(
        create(&profile, Some(&chain), Some(&phrase)),
        Err(UnlockError::DatabaseExists)
    );
    assert!(!format!("{key:?} {phrase:?}").contains("whales"));
}

#[test]
fn a_keychain_that_does_not_answer_never_leads_to_a_new_key() {
    let (_dir, profile) = home();
    let chain = Chain::default();
    let key = create(&profile, Some(&chain), None).unwrap();
    drop(open(&profile, &key).unwrap());
    let before = std::fs::read(profile.database()).unwrap();

    chain.be(Mood::Locked);
    assert!(matches!(
        unlock(&profile, Some(&chain), None),
        Err(UnlockError::KeychainLocked(_))
    ));
    chain.be(Mood::Missing);
    assert!(matches!(
        unlock(&profile, Some(&chain), None),
        Err(UnlockError::KeychainMissing(_))
    ));
    chain.be(Mood::Hides);
    assert_eq!(
        unlock(&profile, Some(&chain), None),
        Err(UnlockError::NoEntryButDatabaseExists)
    );
    assert_eq!(
        create(&profile, Some(&chain), None),
        Err(UnlockError::DatabaseExists)
    );
    assert_eq!(
        unlock(&profile, None, Some(&words("any"))),
        Err(UnlockError::NoRecovery)
    );
    chain.be(Mood::Well);
    assert_eq!(unlock(&profile, Some(&chain), None).unwrap(), key);
    assert_eq!(std::fs::read(profile.database()).unwrap(), before);
}

#[test]
fn a_keychain_that_forgets_what_it_took_gives_no_key_at_all() {
    let (_dir, profile) = home();
    let chain = Chain::default();
    chain.be(Mood::Forgetful);
    assert!(matches!(
        create(&profile, Some(&chain), None),
        Err(UnlockError::KeychainFailed(_))
    ));
    assert!(!profile.has_database());
    assert_eq!(
        create(&profile, None, None),
        Err(UnlockError::NowhereToKeep)
    );
}

#[test]
fn a_crash_before_the_database_was_made_uses_the_same_key_again() {
    let (_dir, profile) = home();
    let chain = Chain::default();
    let first = create(&profile, Some(&chain), Some(&words("one"))).unwrap();
    let again = create(&profile, Some(&chain), Some(&words("one"))).unwrap();
    assert_eq!(first, again);
    let by_phrase = create(&profile, None, Some(&words("one"))).unwrap();
    assert_eq!(first, by_phrase);
    // A key that cannot be had again is set aside, never overwritten.
    let other = create(&profile, None, Some(&words("two"))).unwrap();
    assert_ne!(first, other);
    assert!(profile.home().join("recovery.1.json").exists());
}

#[test]
fn the_passphrase_can_be_changed_and_the_database_stays_the_same() {
    let (_dir, profile) = home();
    let key = create(&profile, None, Some(&words("old"))).unwrap();
    drop(open(&profile, &key).unwrap());
    assert_eq!(
        set_passphrase(&profile, &key, &words("  ")),
        Err(UnlockError::EmptyPassphrase)
    );
    verify(&profile, &words("old")).unwrap();
    set_passphrase(&profile, &key, &words("new")).unwrap();
    assert_eq!(
        verify(&profile, &words("old")),
        Err(UnlockError::WrongPassphrase)
    );
    let found = unlock(&profile, None, Some(&words("new"))).unwrap();
    assert_eq!(found, key);
    open(&profile, &found).unwrap();
    let stranger = DbKey::from_bytes([7; 32]);
    assert_eq!(
        set_passphrase(&profile, &stranger, &words("x")),
        Err(UnlockError::WrongKey)
    );
}

#[test]
fn a_wrong_key_is_told_from_a_damaged_file() {
    let (_dir, profile) = home();
    let chain = Chain::default();
    let key = create(&profile, Some(&chain), None).unwrap();
    drop(open(&profile, &key).unwrap());
    let stranger = DbKey::from_bytes([7; 32]);
    assert_eq!(open(&profile, &stranger).unwrap_err(), OpenError::WrongKey);
    remember(&profile, &chain, &key).unwrap();
    // The keychain holds the key of some other profile under our name.
    let entry = chain.entries.lock().unwrap().keys().next().unwrap().clone();
    chain.write(&entry, &stranger.line()).unwrap();
    assert_eq!(
        unlock(&profile, Some(&chain), None),
        Err(UnlockError::WrongKey)
    );
    chain.write(&entry, "not base64!").unwrap();
    assert!(matches!(
        unlock(&profile, Some(&chain), None),
        Err(UnlockError::Damaged { .. })
    ));

    let mut bytes = std::fs::read(profile.database()).unwrap();
    bytes[100..140].fill(0xaa);
    std::fs::write(profile.database(), bytes).unwrap();
    assert!(matches!(
        open(&profile, &key),
        Err(OpenError::Corrupt { .. })
    ));
}

#[test]
fn a_lost_recovery_file_leaves_the_keychain_able_to_unlock() {
    let (_dir, profile) = home();
    let chain = Chain::default();
    let key = create(&profile, Some(&chain), None).unwrap();
    drop(open(&profile, &key).unwrap());
    std::fs::remove_file(profile.recovery()).unwrap();
    assert_eq!(unlock(&profile, Some(&chain), None).unwrap(), key);
    set_passphrase(&profile, &key, &words("again")).unwrap();
    assert_eq!(unlock(&profile, None, Some(&words("again"))).unwrap(), key);
    assert_eq!(unlock(&profile, Some(&chain), None).unwrap(), key);
}

#[test]
fn a_damaged_recovery_file_is_reported_and_left_alone() {
    let (_dir, profile) = home();
    let key = create(&profile, None, Some(&words("one"))).unwrap();
    drop(open(&profile, &key).unwrap());
    let good = std::fs::read_to_string(profile.recovery()).unwrap();
    for bad in [
        String::new(),
        "{".to_owned(),
        good.replace("65536", "4294967295"),
        good.replace("\"version\": 2", "\"version\": 9")
            .replace("\"version\": 1", "\"version\": 9"),
    ] {
        std::fs::write(profile.recovery(), &bad).unwrap();
        assert!(matches!(
            unlock(&profile, None, Some(&words("one"))),
            Err(UnlockError::Damaged { .. })
        ));
        assert_eq!(std::fs::read_to_string(profile.recovery()).unwrap(), bad);
    }
}

#[test]
fn sealed_secrets_open_only_under_their_key_and_their_name() {
    let (_dir, profile) = home();
    profile.create().unwrap();
    let key = DbKey::from_bytes([1; 32]);
    let vault = SealedVault::new(&profile, &key);
    assert_eq!(vault.read("account/crm-1").unwrap(), None);
    vault.write("account/crm-1", "hunter2").unwrap();
    vault.write("account/mail-1", "swordfish").unwrap();
    let text = std::fs::read_to_string(profile.vault()).unwrap();
    assert!(!text.contains("hunter2"));
    assert_eq!(
        SealedVault::new(&profile, &key)
            .read("account/crm-1")
            .unwrap(),
        Some("hunter2".to_owned())
    );
    let stranger = SealedVault::new(&profile, &DbKey::from_bytes([2; 32]));
    assert!(matches!(
        stranger.read("account/crm-1"),
        Err(VaultError::Failed(_))
    ));
    // Swapped values do not open.
    let swapped = text
        .replace("account/crm-1", "x")
        .replace("account/mail-1", "account/crm-1");
    std::fs::write(profile.vault(), swapped).unwrap();
    assert!(matches!(
        vault.read("account/crm-1"),
        Err(VaultError::Failed(_))
    ));
    std::fs::write(profile.vault(), text).unwrap();
    vault.remove("account/crm-1").unwrap();
    vault.remove("account/crm-1").unwrap();
    assert_eq!(vault.read("account/crm-1").unwrap(), None);
    assert_eq!(
        vault.read("account/mail-1").unwrap(),
        Some("swordfish".to_owned())
    );
}
