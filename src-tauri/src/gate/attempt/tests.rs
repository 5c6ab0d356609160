//! Ways in, with a keychain that has moods, over real files.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rapport_model::connector::{Vault, VaultError};
use rapport_store::Profile;
use rapport_store::key::Passphrase;

use super::super::state::{Facts, Step};
use super::{Ground, Wish, attempt, facts};

/// A keychain in memory that can be locked.
#[derive(Debug, Default)]
struct Keychain {
    secrets: Mutex<BTreeMap<String, String>>,
    locked: Mutex<bool>,
}

impl Keychain {
    fn lock(&self, locked: bool) {
        *self.locked.lock().unwrap() = locked;
    }

    fn check(&self) -> Result<(), VaultError> {
        if *self.locked.lock().unwrap() {
            return Err(VaultError::Locked("asleep".to_owned()));
        }
        Ok(())
    }
}

impl Vault for Keychain {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        self.check()?;
        Ok(self.secrets.lock().unwrap().get(name).cloned())
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        self.check()?;
        let mut secrets = self.secrets.lock().unwrap();
        secrets.insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.check()?;
        self.secrets.lock().unwrap().remove(name);
        Ok(())
    }
}

struct Desk {
    profile: Profile,
    keychain: Option<Arc<Keychain>>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new(keychain: Option<Arc<Keychain>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            profile: Profile::at(&folder.path().join("rapport")),
            keychain,
            _folder: folder,
        }
    }

    /// Where it stands after a wish, and whether it may be shown as open.
    fn after(&self, wish: Wish) -> Step {
        let keychain = self.keychain.clone().map(|it| -> Arc<dyn Vault> { it });
        let known = Facts {
            keychain: keychain.is_some(),
            ..Facts::default()
        };
        let ground = Ground {
            profile: &self.profile,
            keychain,
            progress: &|_| {},
        };
        match attempt(&ground, wish) {
            Ok(_session) => Step::Open,
            Err(error) => facts(&self.profile, known).failed(&error).state,
        }
    }
}

fn words(text: &str) -> Passphrase {
    Passphrase::new(text)
}

fn make(passphrase: Option<&str>, keychain: bool) -> Wish {
    Wish::Make {
        passphrase: passphrase.map(words),
        keychain,
    }
}

#[test]
fn looking_at_a_new_computer_leaves_no_trace() {
    let desk = Desk::new(None);
    assert_eq!(desk.after(Wish::Open(None)), Step::NoProfile);
    assert!(!desk.profile.home().exists());
}

#[test]
fn a_first_start_without_a_keychain_needs_a_passphrase_and_then_asks_for_it() {
    let desk = Desk::new(None);
    assert_eq!(desk.after(make(None, true)), Step::NoProfile);
    assert!(!desk.profile.has_database());
    assert_eq!(desk.after(make(Some("oak and ash"), false)), Step::Open);
    assert_eq!(desk.after(Wish::Open(None)), Step::PassphraseNeeded);
    assert_eq!(
        desk.after(Wish::Open(Some(words("ash and oak")))),
        Step::WrongPassphrase
    );
    assert_eq!(
        desk.after(Wish::Open(Some(words("oak and ash")))),
        Step::Open
    );
}

#[test]
fn a_locked_keychain_waits_and_changes_nothing() {
    let keychain = Arc::new(Keychain::default());
    let desk = Desk::new(Some(Arc::clone(&keychain)));
    assert_eq!(desk.after(make(None, true)), Step::Open);
    let before = std::fs::read(desk.profile.database()).unwrap();

    keychain.lock(true);
    for _ in 0..3 {
        assert_eq!(desk.after(Wish::Open(None)), Step::KeychainLocked);
    }
    // Not even a wish to begin anew replaces what is there.
    assert_ne!(desk.after(make(Some("new"), false)), Step::Open);
    assert_eq!(std::fs::read(desk.profile.database()).unwrap(), before);

    keychain.lock(false);
    assert_eq!(desk.after(Wish::Open(None)), Step::Open);
}

#[test]
fn a_forgetful_keychain_is_repaired_by_the_passphrase() {
    let keychain = Arc::new(Keychain::default());
    let desk = Desk::new(Some(Arc::clone(&keychain)));
    assert_eq!(desk.after(make(Some("oak"), true)), Step::Open);
    keychain.secrets.lock().unwrap().clear();
    assert_eq!(desk.after(Wish::Open(None)), Step::KeychainLocked);
    assert_eq!(desk.after(Wish::Repair(words("oak"))), Step::Open);
    assert_eq!(desk.after(Wish::Open(None)), Step::Open);
}

#[test]
fn the_right_passphrase_opens_although_the_keychain_does_not_take_the_key() {
    let keychain = Arc::new(Keychain::default());
    let desk = Desk::new(Some(Arc::clone(&keychain)));
    assert_eq!(desk.after(make(Some("oak"), true)), Step::Open);
    keychain.lock(true);
    assert_eq!(desk.after(Wish::Repair(words("oak"))), Step::Open);
}

#[test]
fn a_profile_that_is_open_elsewhere_says_so_before_asking_for_anything() {
    let desk = Desk::new(None);
    assert_eq!(desk.after(make(Some("oak"), false)), Step::Open);
    let _elsewhere = desk.profile.lock().unwrap();
    assert_eq!(desk.after(Wish::Open(None)), Step::InUse);
}

#[test]
fn a_damaged_file_is_named_and_left_alone() {
    let desk = Desk::new(None);
    assert_eq!(desk.after(make(Some("oak"), false)), Step::Open);
    let mut bytes = std::fs::read(desk.profile.database()).unwrap();
    for byte in bytes.iter_mut().skip(100).take(4000) {
        *byte ^= 0x5a;
    }
    std::fs::write(desk.profile.database(), &bytes).unwrap();
    assert_eq!(desk.after(Wish::Open(Some(words("oak")))), Step::Damaged);
    assert_eq!(std::fs::read(desk.profile.database()).unwrap(), bytes);
}
