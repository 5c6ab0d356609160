//! Files of both forms, and what is made of them.

use std::fs;
use std::path::Path;

use super::*;
use crate::db::form::{Form, new_salt, second_salt};
use crate::key::Passphrase;

/// A profile whose database is still to be made, with a salt that was chosen before.
fn with_salt(dir: &Path, salt: [u8; 16]) -> Profile {
    let profile = Profile::at(dir);
    let text = serde_json::json!({
        "version": 1, "salt": crate::key::hex(&salt), "check": "0".repeat(32), "wrapped": null,
    });
    fs::write(profile.recovery(), text.to_string()).unwrap();
    profile
}

/// What the file of a database says, and whether its connections use that.
fn form_of(db: &Db) -> Form {
    let salt = fs::read(db.path()).unwrap()[..16].try_into().unwrap();
    let form = Form::of_salt(&salt);
    db.read(|r| {
        let used: String = r
            .conn
            .query_row("PRAGMA cipher_hmac_algorithm", [], |row| row.get(0))?;
        assert_eq!(used, form.guard());
        Ok(())
    })
    .unwrap();
    form
}

fn open(profile: &Profile) -> Db {
    Db::open(profile, &key(), Arc::new(Hand(AtomicI64::new(MORNING.0)))).unwrap()
}

/// Whether everything that can be made of a database has the same message and form.
fn lives_on(profile: &Profile, form: Form) {
    let dir = tempfile::tempdir().unwrap();
    let said = |db: &Db| db.read(|r| r.setting::<String>("said")).unwrap();
    let db = open(profile);
    db.write(|tx| tx.set_setting("said", &"the pump is fixed"))
        .unwrap();
    let copy = Profile::at(&dir.path().join("copy"));
    copy.create().unwrap();
    db.backup_to(&copy.database()).unwrap();
    let saved = Profile::at(&dir.path().join("saved"));
    assert!(db.recover_to(&saved).unwrap().is_whole());
    drop(db);
    for profile in [profile, &copy] {
        let db = open(profile);
        assert_eq!(form_of(&db), form);
        assert_eq!(said(&db).as_deref(), Some("the pump is fixed"));
        assert!(db.integrity_check().unwrap().is_empty());
    }
    // The new file of a salvage has whatever form is made now, or the one that was chosen.
    let db = open(&saved);
    assert_eq!(said(&db).as_deref(), Some("the pump is fixed"));
    assert!(db.integrity_check().unwrap().is_empty());
}

#[test]
fn a_file_of_the_older_form_opens_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let profile = with_salt(dir.path(), [7; 16]);
    lives_on(&profile, Form::First);
}

#[test]
fn a_file_of_the_newer_form_says_so_itself() {
    let dir = tempfile::tempdir().unwrap();
    let profile = with_salt(dir.path(), second_salt([9; 8]));
    drop(open(&profile));
    // Whatever lay beside it may be lost.
    fs::remove_file(profile.recovery()).unwrap();
    lives_on(&profile, Form::Second);
}

#[test]
fn a_new_file_has_the_form_that_this_processor_is_quick_at() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::at(dir.path());
    assert!(!profile.recovery().exists());
    lives_on(&profile, Form::of_salt(&new_salt([1; 16])));
}

#[test]
fn both_forms_are_open_at_once_and_copied_at_once() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::thread::scope(|scope| {
        scope.spawn(|| lives_on(&with_salt(one.path(), [7; 16]), Form::First));
        scope.spawn(|| lives_on(&with_salt(other.path(), second_salt([9; 8])), Form::Second));
    });
}

/// Closing any file of a database takes away the locks that this process has on it, and another
/// process could then believe that nobody has it open. So nothing may look into an open one.
#[cfg(target_os = "linux")]
#[test]
fn an_open_file_stays_locked_whatever_is_made_of_it() {
    use std::os::unix::fs::MetadataExt as _;
    let dir = tempfile::tempdir().unwrap();
    let db = open(&with_salt(dir.path(), second_salt([9; 8])));
    db.write(|tx| tx.set_setting("said", &"the pump is fixed"))
        .unwrap();
    let file = format!(":{} ", fs::metadata(db.path()).unwrap().ino());
    // By what each open file says: the list of all locks loses lines while others come and go.
    let is_locked = || {
        let open = fs::read_dir("/proc/self/fdinfo").unwrap();
        // What another test closed meanwhile cannot be read.
        open.filter_map(|it| fs::read_to_string(it.ok()?.path()).ok())
            .any(|it| {
                it.lines()
                    .any(|line| line.starts_with("lock:") && line.contains(&file))
            })
    };
    assert!(is_locked());
    // Two readers at once.
    db.read(|_| db.read(|r| r.setting::<String>("said")))
        .unwrap();
    db.backup_to(&dir.path().join("copy.db")).unwrap();
    assert!(db.integrity_check().unwrap().is_empty());
    let saved = Profile::at(&dir.path().join("saved"));
    assert!(db.recover_to(&saved).unwrap().is_whole());
    // The salt is looked for where the file beside it was lost.
    let profile = Profile::at(dir.path());
    fs::remove_file(profile.recovery()).unwrap();
    crate::key::set_passphrase(&profile, &key(), &Passphrase::new("blue whales")).unwrap();
    assert_eq!(crate::key::chosen_salt(&profile), Some(second_salt([9; 8])));
    assert!(is_locked());
    // What the above would look like otherwise.
    drop(fs::File::open(db.path()).unwrap());
    assert!(!is_locked());
}
