//! A keychain that is missing, locked, forgetful or wrong never costs any data.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rapport_engine::{Hub, NewAccount, Parts};
use rapport_model::connector::{Vault, VaultError};
use rapport_model::time::Stopped;
use rapport_model::{AccountId, Millis};
use rapport_store::key::{self, DbKey, Passphrase, UnlockError};
use rapport_store::{Db, Profile};
use serde_json::json;

/// A keychain with a mood.
#[derive(Debug, Default)]
struct Chain {
    secrets: Mutex<BTreeMap<String, String>>,
    mood: Mutex<Option<VaultError>>,
    /// Says "no entry" whatever is asked, as some do while they are locked.
    hides: Mutex<bool>,
}

impl Chain {
    fn check(&self) -> Result<(), VaultError> {
        self.mood.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

impl Vault for Chain {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        self.check()?;
        if *self.hides.lock().unwrap() {
            return Ok(None);
        }
        Ok(self.secrets.lock().unwrap().get(name).cloned())
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        self.check()?;
        self.secrets
            .lock()
            .unwrap()
            .insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.check()?;
        self.secrets.lock().unwrap().remove(name);
        Ok(())
    }
}

/// Every file of a profile with its bytes.
fn files(home: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(home)
        .unwrap()
        .map(|it| it.unwrap())
        .map(|it| {
            (
                it.file_name().to_string_lossy().into_owned(),
                fs::read(it.path()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn whatever_the_keychain_answers_the_profile_stays_as_it_is_and_the_reason_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let profile = Profile::at(&home);
    let chain = Chain::default();
    let phrase = Passphrase::new("seven blue whales");
    let made = key::create(&profile, Some(&chain), Some(&phrase)).unwrap();
    drop(Db::open(&profile, &made, Arc::new(Stopped(Millis(1)))).unwrap());
    let before = files(&home);
    let secrets = chain.secrets.lock().unwrap().clone();
    assert_eq!(secrets.len(), 1);
    assert!(!secrets.values().any(|it| it.contains('\n')), "one line");

    let mut told = Vec::new();
    let mut refuse = |mood: Option<VaultError>, hides: bool| {
        *chain.mood.lock().unwrap() = mood;
        *chain.hides.lock().unwrap() = hides;
        let error = key::unlock(&profile, Some(&chain), None).unwrap_err();
        assert_eq!(
            key::create(&profile, Some(&chain), None),
            Err(UnlockError::DatabaseExists)
        );
        assert!(error.to_string().contains("Your data is safe"), "{error}");
        told.push(error);
    };
    refuse(Some(VaultError::Missing("no bus".into())), false);
    refuse(Some(VaultError::Locked("the login keyring".into())), false);
    refuse(Some(VaultError::Failed("odd".into())), false);
    refuse(None, true);
    assert!(
        matches!(
            told.as_slice(),
            [
                UnlockError::KeychainMissing(_),
                UnlockError::KeychainLocked(_),
                UnlockError::KeychainFailed(_),
                UnlockError::NoEntryButDatabaseExists,
            ]
        ),
        "{told:?}"
    );
    // The passphrase works meanwhile, a wrong one does not, and none of it wrote.
    assert_eq!(key::unlock(&profile, None, Some(&phrase)).unwrap(), made);
    let wrong = key::unlock(&profile, None, Some(&Passphrase::new("eight blue whales")));
    assert_eq!(wrong, Err(UnlockError::WrongPassphrase));
    assert_eq!(files(&home), before);
    assert_eq!(*chain.secrets.lock().unwrap(), secrets);
    *chain.hides.lock().unwrap() = false;
    assert_eq!(key::unlock(&profile, Some(&chain), None).unwrap(), made);

    // The entry really is gone: the passphrase opens, and puts it back.
    chain.secrets.lock().unwrap().clear();
    assert_eq!(
        key::unlock(&profile, Some(&chain), None),
        Err(UnlockError::NoEntryButDatabaseExists)
    );
    let found = key::unlock(&profile, None, Some(&phrase)).unwrap();
    key::remember(&profile, &chain, &found).unwrap();
    assert_eq!(key::unlock(&profile, Some(&chain), None).unwrap(), made);
    drop(Db::open(&profile, &found, Arc::new(Stopped(Millis(1)))).unwrap());
}

#[tokio::test]
async fn an_account_is_not_half_removed_when_the_keychain_is_locked() {
    let dir = tempfile::tempdir().unwrap();
    let chain = Arc::new(Chain::default());
    let clock = Arc::new(Stopped(Millis(1)));
    let profile = Profile::at(&dir.path().join("home"));
    let db = Db::open(&profile, &DbKey::from_bytes([7; 32]), clock.clone()).unwrap();
    let vault: Arc<dyn Vault> = Arc::<Chain>::clone(&chain);
    let hub = Hub::open(Parts {
        db,
        registry: rapport_connectors::registry(),
        vault,
        clock,
        seed: 5,
    });
    let add = |connector: &str, config| NewAccount {
        id: Some(AccountId::new(connector)),
        connector: connector.to_owned(),
        label: String::new(),
        config,
    };
    let erp = json!({"url": "https://erp.example.org", "database": "company"});
    hub.add_account(add("tryton", erp)).unwrap();
    let folder = json!({"folder": dir.path().display().to_string()});
    hub.add_account(add("files", folder)).unwrap();
    chain.write("account/tryton/password", "whale").unwrap();

    let locked = VaultError::Locked("the login keyring".into());
    *chain.mood.lock().unwrap() = Some(locked);
    let refused = hub
        .remove_account(&AccountId::new("tryton"))
        .await
        .unwrap_err();
    let said = refused.to_string();
    assert!(
        said.contains("is locked. Nothing was changed; unlock it"),
        "{said}"
    );
    // Nobody signs in to a folder.
    hub.remove_account(&AccountId::new("files")).await.unwrap();
    let left = |hub: &Hub| -> Vec<String> {
        let all = hub.accounts().unwrap();
        all.into_iter().map(|it| it.id.0).collect()
    };
    assert_eq!(left(&hub), ["tryton"]);

    *chain.mood.lock().unwrap() = None;
    hub.remove_account(&AccountId::new("tryton")).await.unwrap();
    assert_eq!(left(&hub), Vec::<String>::new());
    assert!(chain.secrets.lock().unwrap().is_empty());
}
