//! A file that is damaged, of another key, or already taken.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rapport_model::time::Stopped;
use rapport_model::{Address, Body, Contact, Millis};
use rapport_store::key::{self, DbKey, Passphrase};
use rapport_store::{Db, OpenError, Profile};
use tempfile::TempDir;

use super::child::{HOME, said, start};
use super::given::{Desk, Given, came};
use super::say;

const PEOPLE: usize = 900;
const PAGE: usize = 4096;

fn people() -> Arc<Given> {
    let person = |n: usize| {
        came(
            &format!("p{n}"),
            Body::Contact(Box::new(Contact {
                name: format!("Person {n}"),
                addresses: vec![Address::email(format!("p{n}@firm{}.example", n % 40))],
                notes: Some(format!("{n} likes long notes. ").repeat(12)),
                ..Contact::default()
            })),
        )
    };
    Arc::new(Given {
        changes: (0..PEOPLE).map(person).collect::<Vec<_>>().into(),
        page: 300,
        ..Given::default()
    })
}

/// A profile with people in it, closed, and a passphrase beside it.
async fn full_profile() -> (TempDir, PathBuf, DbKey) {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let profile = Profile::at(&home);
    let desk = Desk::open(&home, &people()).unwrap();
    desk.sync().await.unwrap();
    desk.hub.db().checkpoint().unwrap();
    drop(desk);
    let key = super::given::key();
    key::set_passphrase(&profile, &key, &Passphrase::new("seven blue whales")).unwrap();
    (dir, home, key)
}

fn damage(home: &Path, at: usize, length: usize) {
    let path = Profile::at(home).database();
    let mut bytes = fs::read(&path).unwrap();
    bytes[at..at + length].fill(0x5a);
    fs::write(path, bytes).unwrap();
}

fn handles(desk: &Desk) -> BTreeSet<String> {
    desk.rows().into_iter().map(|it| it.item.handle.0).collect()
}

fn reopen(home: &Path) -> Result<Db, OpenError> {
    Db::open(
        &Profile::at(home),
        &super::given::key(),
        Arc::new(Stopped(Millis(1))),
    )
}

#[tokio::test]
async fn what_a_damaged_file_still_says_is_saved_and_the_next_sync_brings_the_rest() {
    let (dir, home, key) = full_profile().await;
    let pages = fs::read(Profile::at(&home).database()).unwrap().len() / PAGE;
    for page in [pages / 4, pages / 3, pages / 2, pages * 3 / 4] {
        damage(&home, page * PAGE + 600, 90);
    }
    let before = fs::read(Profile::at(&home).database()).unwrap();
    let found = reopen(&home).unwrap().integrity_check().unwrap();
    assert!(!found.is_empty(), "damage is noticed");
    // Whoever meets it is told what helps.
    let told = rapport_store::StoreError::Corrupt("page 7".into()).to_string();
    assert!(
        told.contains("damaged") && told.contains("rapport doctor"),
        "{told}"
    );

    let saved = dir.path().join("saved");
    let clock = Arc::new(Stopped(Millis(1)));
    let salvage = Db::recover(&Profile::at(&home), &key, &Profile::at(&saved), clock).unwrap();
    assert!(!salvage.is_whole(), "{salvage:?}");
    assert_eq!(
        fs::read(Profile::at(&home).database()).unwrap(),
        before,
        "it is only read"
    );
    let unlocked = key::unlock(
        &Profile::at(&saved),
        None,
        Some(&Passphrase::new("seven blue whales")),
    );
    assert_eq!(unlocked.unwrap(), key, "the passphrase came along");

    let desk = Desk::open(&saved, &people()).unwrap();
    assert_eq!(
        desk.hub.db().integrity_check().unwrap(),
        Vec::<String>::new()
    );
    let kept = handles(&desk).len();
    assert!(kept > PEOPLE / 2, "{kept} of {PEOPLE}");
    assert_eq!(desk.cursor(), 0, "nothing claims to be known");
    desk.sync().await.unwrap();
    assert_eq!(handles(&desk).len(), PEOPLE);
    assert_eq!(desk.rows().len(), PEOPLE, "and nobody twice");
}

#[tokio::test]
async fn every_kind_of_damage_has_a_word_of_its_own_and_changes_nothing() {
    let (_dir, home, key) = full_profile().await;
    let path = Profile::at(&home).database();
    let good = fs::read(&path).unwrap();

    // A page in front: nothing can be read at all. The key is known to fit.
    damage(&home, 200, 60);
    let bad = fs::read(&path).unwrap();
    let Err(OpenError::Corrupt { advice, .. }) = reopen(&home) else {
        panic!("a broken first page")
    };
    assert!(
        advice.contains("copy of the folder") && advice.contains("rapport doctor"),
        "{advice}"
    );
    let to = home.with_file_name("nothing");
    let none = Db::recover(
        &Profile::at(&home),
        &key,
        &Profile::at(&to),
        Arc::new(Stopped(Millis(1))),
    );
    let Err(OpenError::Corrupt { advice, .. }) = none else {
        panic!("{none:?}")
    };
    assert!(advice.contains("backup"), "{advice}");
    assert_eq!(fs::read(&path).unwrap(), bad);

    // Cut short.
    for length in [100, PAGE, PAGE * 5 + 17, good.len() - PAGE * 3] {
        fs::write(&path, &good[..length]).unwrap();
        match reopen(&home) {
            Err(OpenError::Corrupt { advice, .. }) => assert!(advice.contains("rapport doctor")),
            Ok(db) => assert!(!db.integrity_check().unwrap().is_empty(), "{length}"),
            other => panic!("{length}: {other:?}"),
        }
        let now = fs::read(&path).unwrap();
        assert_eq!(
            now.get(..length.min(PAGE)),
            good.get(..length.min(PAGE)),
            "{length}: nothing is re-made"
        );
    }

    // No database at all, but something else of that name.
    fs::write(&path, "Dear diary,\n".repeat(1000)).unwrap();
    assert!(matches!(reopen(&home), Err(OpenError::Corrupt { .. })));
    assert!(fs::read_to_string(&path).unwrap().starts_with("Dear diary"));

    // The wrong key is told from all of these.
    fs::write(&path, &good).unwrap();
    let stranger = DbKey::from_bytes([9; 32]);
    let refused = Db::open(&Profile::at(&home), &stranger, Arc::new(Stopped(Millis(1))));
    assert_eq!(refused.unwrap_err(), OpenError::WrongKey);
    assert_eq!(fs::read(&path).unwrap(), good);
    assert_eq!(
        handles(&Desk::open(&home, &people()).unwrap()).len(),
        PEOPLE
    );
}

#[tokio::test]
async fn rubbish_in_the_log_beside_the_file_costs_nothing_that_was_saved() {
    let (_dir, home, _key) = full_profile().await;
    let mut log = Profile::at(&home).database().into_os_string();
    log.push("-wal");
    fs::write(&log, [0xa7; 100_000]).unwrap();
    let desk = Desk::open(&home, &people()).unwrap();
    assert_eq!(
        desk.hub.db().integrity_check().unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(handles(&desk).len(), PEOPLE);
}

/// The child of the test below: says what comes of taking the profile, and holds
/// it until it is told to end.
pub(crate) fn take_the_profile() {
    let Ok(home) = std::env::var(HOME) else {
        return;
    };
    match Profile::at(Path::new(&home)).lock() {
        Ok(held) => {
            say("has it");
            let mut end = String::new();
            std::io::stdin().read_line(&mut end).unwrap();
            drop(held);
        }
        Err(error) => say(&error.to_string()),
    }
}

#[test]
fn a_second_process_is_told_who_has_the_profile_and_gets_it_when_the_first_is_gone() {
    use std::io::{BufRead, BufReader};
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::at(dir.path());
    let held = profile.lock().unwrap();
    let told = said(start("a_second_process", dir.path(), None));
    let [told] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert!(told.contains("already running with this profile"), "{told}");
    if cfg!(unix) {
        assert!(
            told.contains(&format!("process {}", std::process::id())),
            "{told}"
        );
    }
    drop(held);

    let mut first = start("a_second_process", dir.path(), None);
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines();
    assert!(lines.any(|it| it.unwrap().ends_with("has it")));
    assert!(matches!(profile.lock(), Err(OpenError::Locked(_))));
    // Killed without a chance to tidy up: nobody has it any more.
    first.kill().unwrap();
    first.wait().unwrap();
    drop(profile.lock().unwrap());

    let mut polite = start("a_second_process", dir.path(), None);
    polite.stdin.take().unwrap().write_all(b"end\n").unwrap();
    assert_eq!(said(polite), ["has it"]);
}
