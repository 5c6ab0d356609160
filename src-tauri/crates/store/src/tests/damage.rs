//! Full disks, damaged files, wrong keys, dying processes.

use std::fs;
use std::path::Path;

use rapport_model::command::Outgoing;
use rapport_model::connector::Vault as _;
use rapport_model::{Command, CommandId, ItemRef};

use super::*;
use crate::error::{OpenError, StoreError};
use crate::key::SealedVault;
use crate::table::draft::Draft;
use crate::{NewEntry, Scope, fail};

/// Limits the file to what it has now and a few pages more.
fn fill_up(scene: &Scene) {
    scene
        .db
        .write(|tx| {
            let pages: i64 = tx
                .conn
                .query_row("PRAGMA page_count", [], |row| row.get(0))?;
            let _: i64 = tx.conn.query_row(
                &format!("PRAGMA max_page_count = {}", pages + 4),
                [],
                |row| row.get(0),
            )?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_full_disk_is_said_and_leaves_everything_as_it_was() {
    let scene = Scene::new();
    scene.put(&message("m1", "kept"));
    let rows = |scene: &Scene| {
        scene
            .db
            .read(|r| r.journal(&crate::JournalQuery::default()))
            .unwrap()
    };
    let before = rows(&scene);
    fill_up(&scene);
    let outcome = scene.db.write(|tx| {
        for n in 0..500 {
            scene.put_in(
                tx,
                &message(&format!("x{n}"), &"long ".repeat(200)),
                &Links::default(),
            )?;
        }
        Ok(())
    });
    let Err(StoreError::DiskFull(_)) = &outcome else {
        panic!("{outcome:?}");
    };
    assert!(outcome.unwrap_err().to_string().contains("Free some space"));
    assert_eq!(rows(&scene), before);
    assert!(scene.db.integrity_check().unwrap().is_empty());
    // Room is made; the next write is fine and nothing is doubled.
    scene
        .db
        .write(|tx| {
            let _: i64 = tx
                .conn
                .query_row("PRAGMA max_page_count = 1000000", [], |row| row.get(0))?;
            Ok(())
        })
        .unwrap();
    scene.put(&message("x1", "now"));
    assert_eq!(scene.db.read(|r| r.ledger()).unwrap()[0].local_count, 2);
}

#[test]
fn a_key_that_does_not_fit_is_refused_and_the_file_stays() {
    let scene = Scene::new();
    scene.put(&message("m1", "kept"));
    let Scene { dir, db, clock, .. } = scene;
    drop(db);
    let profile = Profile::at(dir.path());
    let bytes = fs::read(profile.database()).unwrap();
    assert!(
        !bytes.windows(15).any(|it| it == b"SQLite format 3"),
        "it is encrypted"
    );
    let wrong = DbKey::from_bytes([9; 32]);
    assert_eq!(
        Db::open(&profile, &wrong, clock.clone()).unwrap_err(),
        OpenError::WrongKey
    );
    assert_eq!(fs::read(profile.database()).unwrap(), bytes);
    Db::open(&profile, &key(), clock).unwrap();
}

/// A database of some size, closed; and its profile.
fn big(rows: usize) -> (TempDir, Arc<Hand>, Profile) {
    let scene = Scene::new();
    scene
        .db
        .write(|tx| {
            for n in 0..rows {
                let mut it = message(&format!("m{n}"), &format!("{n} {}", "text ".repeat(60)));
                it.at = MORNING.plus(i64::try_from(n).unwrap() * 1000);
                scene.put_in(tx, &it, &Links::default())?;
            }
            Ok(())
        })
        .unwrap();
    scene.db.checkpoint().unwrap();
    let Scene { dir, db, clock, .. } = scene;
    let profile = db.profile().clone();
    drop(db);
    (dir, clock, profile)
}

const PAGE: usize = 4096;

fn damage(path: &Path, pages: &[usize]) {
    let mut bytes = fs::read(path).unwrap();
    for page in pages {
        let start = page * PAGE;
        bytes[start + 100..start + 200].fill(0x5a);
    }
    fs::write(path, bytes).unwrap();
}

fn texts(db: &Db) -> std::collections::BTreeSet<String> {
    let mut all = std::collections::BTreeSet::new();
    db.read(|r| {
        r.walk(&Scope::All, |it| {
            if let Body::Message(said) = it.item.body {
                all.insert(said.text);
            }
            Ok(std::ops::ControlFlow::Continue(()))
        })
    })
    .unwrap();
    all
}

#[test]
fn a_damaged_page_is_noticed_and_the_rest_can_be_saved() {
    let (dir, clock, profile) = big(2000);
    let pages = fs::read(profile.database()).unwrap().len() / PAGE;
    assert!(pages > 300, "{pages}");
    damage(&profile.database(), &[pages / 3, pages / 2, pages - 20]);
    let before = fs::read(profile.database()).unwrap();

    let db = Db::open(&profile, &key(), clock.clone()).unwrap();
    assert!(!db.integrity_check().unwrap().is_empty());
    let to = Profile::at(&dir.path().join("saved"));
    let salvage = db.recover_to(&to).unwrap();
    drop(db);
    assert!(!salvage.is_whole());
    assert_eq!(
        fs::read(profile.database()).unwrap(),
        before,
        "the damaged file is only read"
    );

    let saved = Db::open(&to, &key(), clock).unwrap();
    assert_eq!(saved.integrity_check().unwrap(), Vec::<String>::new());
    let found = texts(&saved);
    assert!(found.len() > 1800, "{} of 2000", found.len());
    // What is lost comes with the next sync: nothing claims to be known.
    let account = AccountId::new("velmora-1");
    let ledger = saved.read(|r| r.ledger()).unwrap();
    assert_eq!(ledger[0].local_count, found.len() as u64);
    assert!(!ledger[0].complete);
    assert_eq!(saved.read(|r| r.collections(&account)).unwrap().len(), 2);
    assert!(matches!(
        Db::recover(&profile, &key(), &to, saved.clock()),
        Err(OpenError::Io(_))
    ));
}

#[test]
fn a_whole_file_is_saved_whole() {
    let (dir, clock, profile) = big(50);
    let to = Profile::at(&dir.path().join("saved"));
    let salvage = Db::recover(&profile, &key(), &to, clock.clone()).unwrap();
    assert!(salvage.is_whole(), "{salvage:?}");
    let there = Db::open(&to, &key(), clock.clone()).unwrap();
    let here = Db::open(&profile, &key(), clock).unwrap();
    assert_eq!(texts(&there), texts(&here));
}

#[test]
fn what_is_saved_has_the_same_name_in_the_keychain_even_where_the_note_of_it_is_lost() {
    let (dir, clock, profile) = big(5);
    let name = |profile: &Profile| fs::read(profile.database()).unwrap()[..16].to_vec();
    assert!(!profile.recovery().exists());
    let to = Profile::at(&dir.path().join("saved"));
    let salvage = Db::recover(&profile, &key(), &to, clock).unwrap();
    assert!(salvage.is_whole(), "{salvage:?}");
    assert_eq!(name(&to), name(&profile));
}

#[test]
fn what_lies_beside_a_damaged_file_comes_along_and_nothing_from_outside() {
    let (dir, clock, profile) = big(50);
    let vault = SealedVault::new(&profile, &key());
    vault.write("chat-1.session", "token").unwrap();
    let chat = profile.state(&AccountId::new("chat-1"));
    fs::create_dir_all(chat.join("crypto/deep")).unwrap();
    fs::write(chat.join("crypto/deep/keys.db"), "keys").unwrap();
    fs::write(chat.join("cursor"), "7").unwrap();
    fs::create_dir_all(profile.state(&AccountId::new("empty-1"))).unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "not ours").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path(), chat.join("away")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), chat.join("secret")).unwrap();
    }

    // Inside the old profile, of all places: it is not copied into itself.
    let to = Profile::at(&dir.path().join("state").join("saved"));
    let salvage = Db::recover(&profile, &key(), &to, clock.clone()).unwrap();
    let named: Vec<(&str, u64)> = salvage
        .carried
        .iter()
        .map(|it| (it.name.as_str(), it.files))
        .collect();
    assert_eq!(named, [("vault.json", 1), ("state/chat-1", 2)]);
    #[cfg(unix)]
    assert_eq!(salvage.carried[1].left.len(), 2, "{:?}", salvage.carried);

    let there = to.state(&AccountId::new("chat-1"));
    let keys = there.join("crypto/deep/keys.db");
    assert_eq!(fs::read_to_string(&keys).unwrap(), "keys");
    assert!(!there.join("away").exists() && !there.join("secret").exists());
    assert!(!to.states().join("saved").exists());
    let opened = SealedVault::new(&to, &key());
    assert_eq!(
        opened.read("chat-1.session").unwrap().as_deref(),
        Some("token")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&keys), 0o600);
        assert_eq!(mode(&to.vault()), 0o600);
        assert_eq!(mode(&there), 0o700);
        assert_eq!(mode(&to.states()), 0o700);
    }
    assert!(chat.join("cursor").exists(), "nothing is taken away");

    // What is there already stays; what lies beside a database need not be there.
    let full = Profile::at(&dir.path().join("full"));
    full.create().unwrap();
    fs::write(full.vault(), "another's").unwrap();
    let salvage = Db::recover(&profile, &key(), &full, clock.clone()).unwrap();
    assert_eq!(salvage.carried[0].files, 0);
    assert_eq!(salvage.carried[0].left.len(), 1);
    assert_eq!(fs::read_to_string(full.vault()).unwrap(), "another's");
    let (_dir, clock, plain) = big(5);
    let to = Profile::at(&outside.path().join("saved"));
    let salvage = Db::recover(&plain, &key(), &to, clock).unwrap();
    assert_eq!(salvage.carried, []);
}

#[test]
fn a_file_cut_short_is_corrupt_with_advice() {
    let (_dir, clock, profile) = big(300);
    let bytes = fs::read(profile.database()).unwrap();
    fs::write(profile.database(), &bytes[..PAGE * 3]).unwrap();
    let told = Db::open(&profile, &key(), clock).map(|db| db.integrity_check());
    match told {
        Err(OpenError::Corrupt { advice, .. }) => assert!(advice.contains("rapport doctor")),
        Ok(Ok(found)) => assert!(!found.is_empty()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backup_opens_with_the_same_key_and_has_everything() {
    let scene = Scene::new();
    for n in 0..20 {
        scene.put(&message(&format!("m{n}"), &format!("text {n}")));
    }
    let home = scene.dir.path().join("backup");
    fs::create_dir(&home).unwrap();
    let copy = Profile::at(&home);
    scene.db.backup_to(&copy.database()).unwrap();
    assert!(matches!(
        scene.db.backup_to(&copy.database()),
        Err(StoreError::Refused(_))
    ));
    scene.put(&message("later", "after the backup"));
    let bytes = fs::read(copy.database()).unwrap();
    assert!(
        !bytes.windows(7).any(|it| it == b"text 11"),
        "the copy is encrypted"
    );
    let opened = Db::open(&copy, &key(), scene.clock.clone()).unwrap();
    assert_eq!(texts(&opened).len(), 20);
    assert_eq!(opened.integrity_check().unwrap(), Vec::<String>::new());
    let wrong = Db::open(&copy, &DbKey::from_bytes([9; 32]), scene.clock.clone());
    assert_eq!(wrong.unwrap_err(), OpenError::WrongKey);
}

#[test]
fn a_reader_sees_one_state_while_the_writer_goes_on() {
    let scene = Scene::new();
    scene.put(&message("m1", "x"));
    scene
        .db
        .read(|r| {
            let before = r.ledger()?[0].local_count;
            scene.put(&message("m2", "x"));
            assert_eq!(r.ledger()?[0].local_count, before);
            Ok(())
        })
        .unwrap();
    assert_eq!(scene.db.read(|r| r.ledger()).unwrap()[0].local_count, 2);
}

#[test]
fn a_message_that_waits_finds_its_attachment_after_a_recovery() {
    let (dir, clock, profile) = big(5);
    let folder = profile.staged().join("rp0123");
    fs::create_dir_all(&folder).unwrap();
    let staged = folder.join("offer.pdf");
    fs::write(&staged, "six kits").unwrap();
    let own = dir.path().join("own.txt");
    fs::write(&own, "stays where it is").unwrap();
    let path = |path: &Path| path.display().to_string();
    let message = Outgoing {
        text: "See the offer".to_owned(),
        // One that was swept away is still named as it was.
        files: vec![
            path(&staged),
            path(&own),
            path(&profile.staged().join("rp9/gone.txt")),
        ],
        ..Outgoing::default()
    };
    let account = AccountId::new("velmora-1");
    let send = NewEntry {
        id: CommandId::new("rp1"),
        account: account.clone(),
        command: Command::Send {
            conversation: ItemRef::new("mail", "t1"),
            message: message.clone(),
        },
        item: None,
        after: None,
        not_before: MORNING,
        scheduled: false,
        queued: MORNING,
    };
    let db = Db::open(&profile, &key(), clock.clone()).unwrap();
    db.write(|tx| {
        tx.queue(&send)?;
        tx.save_draft(&Draft {
            key: "conversation:1".to_owned(),
            conversation: None,
            content: message.clone(),
            version: 0,
            saved: MORNING,
        })
        .map(drop)
    })
    .unwrap();
    drop(db);

    let to = Profile::at(&dir.path().join("saved"));
    let salvage = Db::recover(&profile, &key(), &to, clock.clone()).unwrap();
    let carried: Vec<(&str, u64)> = salvage
        .carried
        .iter()
        .map(|it| (it.name.as_str(), it.files))
        .collect();
    assert_eq!(carried, [("files/staged", 1)]);
    fs::remove_dir_all(profile.home().join("files")).unwrap();
    let db = Db::open(&to, &key(), clock).unwrap();
    let (entry, draft) = db
        .read(|it| Ok((it.entry(&send.id)?, it.draft("conversation:1")?)))
        .unwrap();
    let Command::Send { message: waits, .. } = entry.unwrap().command else {
        panic!("it does what it did");
    };
    for files in [waits.files, draft.unwrap().content.files] {
        assert_eq!(fs::read_to_string(&files[0]).unwrap(), "six kits");
        assert!(Path::new(&files[0]).starts_with(to.home()), "{files:?}");
        assert_eq!(files[1..], message.files[1..]);
    }
}

#[test]
fn whoever_waits_to_write_is_seen_and_let_in() {
    let scene = Scene::new();
    assert!(!scene.db.is_waited_for());
    std::thread::scope(|scope| {
        let scene = &scene;
        scene
            .db
            .write(|tx| {
                scope.spawn(|| scene.put(&message("m2", "from another thread")));
                while !scene.db.is_waited_for() {
                    std::thread::yield_now();
                }
                scene.put_in(tx, &message("m1", "first"), &Links::default())
            })
            .unwrap();
        while scene.db.is_waited_for() {
            scene.db.give_way();
        }
        scene.put(&message("m3", "last"));
    });
    assert_eq!(texts(&scene.db).len(), 3);
}

#[test]
fn a_long_log_is_moved_into_the_file_when_nobody_is_in_the_way() {
    let scene = Scene::new();
    scene.put(&message("m1", "first"));
    let long = scene.db.size().unwrap().log;
    assert!(long > 0);
    assert!(!scene.db.shorten_log(long).unwrap(), "it is not longer");
    scene
        .db
        .write(|_| {
            assert!(!scene.db.shorten_log(0)?, "somebody writes");
            Ok(())
        })
        .unwrap();
    scene
        .db
        .read(|it| {
            let before = it.accounts()?.len();
            scene.put(&message("m2", "while somebody reads"));
            assert!(!scene.db.shorten_log(0)?, "somebody reads old pages");
            assert_eq!(it.accounts()?.len(), before);
            Ok(())
        })
        .unwrap();
    assert!(scene.db.shorten_log(0).unwrap());
    assert_eq!(scene.db.size().unwrap().log, 0);
    scene.put(&message("m3", "after it"));
    assert_eq!(texts(&scene.db).len(), 3);
    assert!(scene.db.integrity_check().unwrap().is_empty());
}

/// The home of the child that is to die; set only in the child.
const HOME: &str = "RAPPORT_TEST_CRASH_HOME";

/// What the child does: writes until a fail point kills it. In the parent,
/// which has no such home, there is nothing to do.
#[test]
fn child_that_writes_until_it_dies() {
    let Ok(home) = std::env::var(HOME) else {
        return;
    };
    let clock = Arc::new(Hand(AtomicI64::new(MORNING.0)));
    let db = Db::open(&Profile::at(Path::new(&home)), &key(), clock.clone()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let scene = Scene {
        dir,
        db,
        clock,
        account: AccountId::new("velmora-1"),
        mail: CollectionId::new("mail"),
        parties: CollectionId::new("party.party"),
    };
    scene.add_account(&scene.account);
    for n in 0..20_i64 {
        scene
            .db
            .write(|tx| {
                scene.put_in(tx, &message(&format!("m{n}"), "x"), &Links::default())?;
                tx.save_cursor(
                    &scene.account,
                    &scene.mail,
                    &rapport_model::Cursor {
                        version: 1,
                        data: serde_json::json!(n),
                    },
                )
            })
            .unwrap();
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a death can only be watched from another process, which is this test again"
)]
fn a_process_that_dies_anywhere_leaves_a_whole_file_with_its_cursor() {
    for point in [
        "store.migrate.inside:7",
        "store.migrate.after:3",
        "store.before_commit:9",
        "store.after_commit:9",
        "*:60",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::damage::child_that_writes_until_it_dies"])
            .env(HOME, dir.path())
            .env(fail::VARIABLE, point)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(!status.success(), "{point}: it should have died");
        let clock = Arc::new(Hand(AtomicI64::new(MORNING.0)));
        let db = Db::open(&Profile::at(dir.path()), &key(), clock).unwrap();
        assert_eq!(
            db.integrity_check().unwrap(),
            Vec::<String>::new(),
            "{point}"
        );
        let (account, mail) = (AccountId::new("velmora-1"), CollectionId::new("mail"));
        let (cursor, count) = db
            .read(|r| {
                let cursor = r.cursor(&account, &mail)?;
                let count: i64 = r
                    .conn
                    .query_row("SELECT count(*) FROM item", [], |row| row.get(0))?;
                Ok((cursor, count))
            })
            .unwrap();
        let covered = cursor.map_or(0, |it| it.data.as_i64().unwrap() + 1);
        assert_eq!(
            covered, count,
            "{point}: the cursor covers exactly what is here"
        );
    }
}
