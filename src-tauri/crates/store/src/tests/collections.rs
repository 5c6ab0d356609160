//! Cursors, listings and the ledger.

use rapport_model::change::Poison;
use rapport_model::{Cursor, Fault, Gap, Patch, PatchKind};

use super::*;
use crate::table::item::LOCAL_ONLY;

fn cursor(n: i64) -> Cursor {
    Cursor {
        version: 2,
        data: serde_json::json!({ "next": n }),
    }
}

#[test]
fn a_cursor_lands_with_its_changes_or_not_at_all() {
    let mut scene = Scene::new();
    let outcome: Result<(), _> = scene.db.write(|tx| {
        scene.put_in(tx, &message("m1", "x"), &Links::default())?;
        tx.save_cursor(&scene.account, &scene.mail, &cursor(1))?;
        Err(crate::StoreError::Refused("crash".into()))
    });
    assert!(outcome.is_err());
    scene.reopen();
    assert_eq!(
        scene
            .db
            .read(|r| r.cursor(&scene.account, &scene.mail))
            .unwrap(),
        None
    );
    scene
        .db
        .write(|tx| tx.save_cursor(&scene.account, &scene.mail, &cursor(1)))
        .unwrap();
    scene.reopen();
    assert_eq!(
        scene
            .db
            .read(|r| r.cursor(&scene.account, &scene.mail))
            .unwrap(),
        Some(cursor(1))
    );
    scene
        .db
        .write(|tx| tx.drop_cursor(&scene.account, &scene.mail))
        .unwrap();
    assert_eq!(
        scene
            .db
            .read(|r| r.cursor(&scene.account, &scene.mail))
            .unwrap(),
        None
    );
}

#[test]
fn a_full_listing_finds_what_it_did_not_see() {
    let scene = Scene::new();
    for n in 0..4 {
        scene.put(&message(&format!("m{n}"), "x"));
    }
    scene.put_linked(
        &message("mine", "not sent yet"),
        &Links {
            flags: LOCAL_ONLY,
            ..Links::default()
        },
    );
    let (account, mail) = (&scene.account, &scene.mail);
    let run = scene.db.write(|tx| tx.begin_run(account, mail)).unwrap();
    assert_eq!(
        scene.db.read(|r| r.current_run(account, mail)).unwrap(),
        Some(run)
    );
    let listed = Written {
        run: Some(run),
        ..scene.remote()
    };
    let gone = scene
        .db
        .write(|tx| {
            for n in [0, 2] {
                tx.upsert_item(
                    &scene.mail(),
                    &message(&format!("m{n}"), "x"),
                    &Links::default(),
                    &listed,
                )?;
            }
            // Arrives on its own while the listing runs: not gone.
            scene.put_in(tx, &message("fresh", "x"), &Links::default())?;
            tx.finish_run(account, mail, run)
        })
        .unwrap();
    let expected: std::collections::BTreeSet<_> = ["m1", "m3"]
        .map(|handle| {
            scene
                .db
                .read(|r| r.find(&scene.mail(), &Handle::new(handle)))
                .unwrap()
                .unwrap()
        })
        .into();
    assert_eq!(
        gone.into_iter().collect::<std::collections::BTreeSet<_>>(),
        expected
    );
    assert_eq!(
        scene.db.read(|r| r.current_run(account, mail)).unwrap(),
        None
    );
    assert!(
        scene
            .db
            .write(|tx| tx.finish_run(account, mail, run))
            .is_err()
    );
    assert!(scene.db.read(|r| r.ledger()).unwrap()[0].complete);
}

#[test]
fn a_listing_goes_on_after_a_restart() {
    let mut scene = Scene::new();
    scene.put(&message("m1", "x"));
    let run = scene
        .db
        .write(|tx| tx.begin_run(&scene.account, &scene.mail))
        .unwrap();
    scene.reopen();
    assert_eq!(
        scene
            .db
            .read(|r| r.current_run(&scene.account, &scene.mail))
            .unwrap(),
        Some(run)
    );
    let listed = Written {
        run: Some(run),
        ..scene.remote()
    };
    scene
        .db
        .write(|tx| {
            tx.upsert_item(
                &scene.mail(),
                &message("m1", "x"),
                &Links::default(),
                &listed,
            )?;
            assert_eq!(tx.finish_run(&scene.account, &scene.mail, run)?, []);
            Ok(())
        })
        .unwrap();
}

#[test]
fn discovery_keeps_what_it_knows_and_marks_what_vanished() {
    let scene = Scene::new();
    scene
        .db
        .write(|tx| tx.save_cursor(&scene.account, &scene.mail, &cursor(1)))
        .unwrap();
    let mut parties = collection("party.party", Kind::Organisation);
    parties.unavailable = Some(Fault::Denied("no right".into()));
    scene
        .db
        .write(|tx| tx.put_collections(&scene.account, std::slice::from_ref(&parties)))
        .unwrap();
    let found = scene.db.read(|r| r.collections(&scene.account)).unwrap();
    assert_eq!(found, [parties.clone()]);
    assert_eq!(
        scene.db.read(|r| r.ledger()).unwrap().len(),
        2,
        "its items are still here"
    );
    scene
        .db
        .write(|tx| {
            tx.put_collections(
                &scene.account,
                &[collection("mail", Kind::Message), parties],
            )
        })
        .unwrap();
    assert_eq!(
        scene
            .db
            .read(|r| r.collections(&scene.account))
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        scene
            .db
            .read(|r| r.cursor(&scene.account, &scene.mail))
            .unwrap(),
        Some(cursor(1))
    );
}

#[test]
fn the_ledger_says_what_is_here_and_what_is_missing() {
    let scene = Scene::new();
    let (account, mail) = (&scene.account, &scene.mail);
    let gap = Gap {
        conversation: Handle::new("room"),
        token: "t1".into(),
        before: MORNING,
    };
    let poison = Poison {
        handle: Handle::new("bad"),
        reason: "not JSON".into(),
        raw: Some("{".into()),
    };
    scene
        .db
        .write(|tx| {
            scene.put_in(tx, &message("m1", "x"), &Links::default())?;
            assert!(tx.put_gap(&scene.mail(), &gap)?);
            assert!(!tx.put_gap(&scene.mail(), &gap)?);
            assert!(tx.put_poison(&scene.mail(), &poison, MORNING)?);
            assert!(!tx.put_poison(&scene.mail(), &poison, MORNING.plus(1))?);
            tx.note_success(account, mail, MORNING, Some(12))?;
            tx.note_reconciled(account, mail, MORNING, 12)
        })
        .unwrap();
    let line = &scene.db.read(|r| r.ledger()).unwrap()[0];
    assert_eq!((line.local_count, line.source_count), (1, Some(12)));
    assert_eq!((line.gaps, line.poisoned), (1, 1));
    assert_eq!(
        (line.last_success, line.reconciled),
        (Some(MORNING), Some(MORNING))
    );
    assert_eq!(line.last_item, Some(MORNING));
    assert_eq!(line.health, Health::Well);
    assert_eq!(
        scene.db.read(|r| r.poisons(Some(account))).unwrap()[0].poison,
        poison
    );
    assert_eq!(
        scene.db.read(|r| r.gaps(&scene.mail(), None)).unwrap(),
        [gap]
    );
    // Read after all, and filled: both marks go.
    scene.put(&message("bad", "good after all"));
    scene
        .db
        .write(|tx| tx.fill_gap(&scene.mail(), &Handle::new("room"), "t1"))
        .unwrap();
    let line = &scene.db.read(|r| r.ledger()).unwrap()[0];
    assert_eq!((line.gaps, line.poisoned, line.local_count), (0, 0, 2));
}

#[test]
fn a_success_without_news_is_shown_at_once_and_written_at_the_end() {
    let mut scene = Scene::new();
    let note = |scene: &Scene, at| {
        scene
            .db
            .write(|tx| tx.note_success(&scene.account, &scene.mail, Millis(at), None))
            .unwrap();
    };
    note(&scene, 100);
    scene.db.checkpoint().unwrap();
    note(&scene, 200);
    assert_eq!(scene.db.size().unwrap().log, 0);
    assert_eq!(
        scene.db.read(|r| r.ledger()).unwrap()[0].last_success,
        Some(Millis(200))
    );
    scene.reopen();
    assert_eq!(
        scene.db.read(|r| r.ledger()).unwrap()[0].last_success,
        Some(Millis(200))
    );
    note(&scene, 300);
    scene.put(&message("m1", "x"));
    let written: i64 = scene
        .db
        .read(|r| {
            Ok(r.conn.query_row(
                "SELECT last_success FROM collection WHERE name = 'mail'",
                [],
                |row| row.get(0),
            )?)
        })
        .unwrap();
    assert_eq!(written, 300, "it went with the next change");
}

#[test]
fn a_patch_is_kept_before_its_message_and_taken_back_exactly() {
    let scene = Scene::new();
    let patch = |handle: &str, at| Patch {
        target: Handle::new("m1"),
        handle: Handle::new(handle),
        at: Millis(at),
        from: ada(),
        what: PatchKind::React("👍".into()),
    };
    scene
        .db
        .write(|tx| {
            assert!(tx.put_patch(&scene.mail(), &patch("p2", 2))?);
            assert!(tx.put_patch(&scene.mail(), &patch("p1", 1))?);
            assert!(!tx.put_patch(&scene.mail(), &patch("p1", 1))?);
            let all = tx.patches_of(&scene.mail(), &Handle::new("m1"))?;
            assert_eq!(all, [patch("p1", 1), patch("p2", 2)]);
            assert_eq!(
                tx.drop_patch(&scene.mail(), &Handle::new("p2"))?,
                Some(Handle::new("m1"))
            );
            assert_eq!(tx.drop_patch(&scene.mail(), &Handle::new("p2"))?, None);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_place_nobody_knows_is_an_error_for_writes_and_empty_for_reads() {
    let scene = Scene::new();
    let nowhere = CollectionId::new("nowhere");
    let place = Place {
        account: &scene.account,
        collection: &nowhere,
    };
    assert_eq!(
        scene
            .db
            .read(|r| r.find(&place, &Handle::new("x")))
            .unwrap(),
        None
    );
    let refused = scene.db.write(|tx| {
        tx.upsert_item(
            &place,
            &message("m1", "x"),
            &Links::default(),
            &scene.remote(),
        )
    });
    assert!(matches!(refused, Err(crate::StoreError::NotFound { .. })));
}
