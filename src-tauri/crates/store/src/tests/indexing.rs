//! The index and the rows of one transaction agree, however the transaction went.

use rapport_model::{Handle, ItemId};

use super::*;
use crate::StoreError;
use crate::search::{Query, SearchContext};

fn found(scene: &Scene, text: &str) -> Vec<ItemId> {
    let context = SearchContext {
        today: jiff::civil::date(2026, 3, 12),
        zone: jiff::tz::TimeZone::UTC,
    };
    let query = Query::parse(text, &context);
    let found = scene.db.read(|r| r.search(&query, 20, 0)).unwrap();
    found.hits.iter().map(|it| it.id).collect()
}

/// A message `ms` after the morning.
fn said(handle: &str, ms: i64, text: &str) -> Item {
    let mut item = message(handle, text);
    item.at = Millis(MORNING.0 + ms);
    item
}

#[test]
fn what_changes_again_in_one_transaction_is_found_as_it_reads_in_the_end() {
    let scene = Scene::new();
    let links = Links::default();
    let (kept, changed, gone) = scene
        .db
        .write(|tx| {
            // Not in the order of time.
            let changed = scene
                .put_in(tx, &said("m2", 2_000, "first wording"), &links)?
                .id;
            let gone = scene.put_in(tx, &said("m3", 3_000, "fleeting"), &links)?.id;
            let kept = scene.put_in(tx, &said("m1", 1_000, "lasting"), &links)?.id;
            scene.put_in(tx, &said("m2", 2_000, "second wording"), &links)?;
            tx.remove_item(&scene.mail(), &Handle::new("m3"), &scene.remote())?;
            Ok((kept, changed, gone))
        })
        .unwrap();
    assert_eq!(found(&scene, "lasting"), [kept]);
    assert_eq!(found(&scene, "second"), [changed]);
    assert!(found(&scene, "first").is_empty());
    assert!(found(&scene, "fleeting").is_empty(), "{gone} is gone");
    let check = scene.db.read(|r| r.search_self_check(20)).unwrap();
    assert_eq!((check.checked, check.missing.len()), (2, 0));
}

#[test]
fn what_can_be_searched_is_told_without_counting_and_is_what_a_count_says() {
    let scene = Scene::new();
    let counted = || {
        scene
            .db
            .read(|r| r.coverage_rows())
            .unwrap()
            .iter()
            .fold((0, 0), |(all, gaps), row| {
                assert_eq!(row.indexed, row.total);
                (all + row.indexed, gaps + row.gaps)
            })
    };
    for n in 0..4 {
        scene.put(&said(&format!("m{n}"), n, "calibration"));
    }
    scene
        .db
        .write(|tx| tx.remove_item(&scene.mail(), &Handle::new("m2"), &scene.remote()))
        .unwrap();
    assert_eq!(counted(), (3, 0));
    let told = scene.db.read(|r| r.searchable()).unwrap();
    assert_eq!((told.indexed, told.missing, told.gaps), (3, 0, 0));
}

#[test]
fn what_goes_and_comes_back_in_one_transaction_is_found_once() {
    let scene = Scene::new();
    let put = scene.put(&said("m1", 0, "calibration"));
    scene
        .db
        .write(|tx| {
            tx.remove_item(&scene.mail(), &Handle::new("m1"), &scene.remote())?;
            scene.put_in(tx, &said("m1", 0, "pressure"), &Links::default())
        })
        .unwrap();
    assert!(found(&scene, "calibration").is_empty());
    assert_eq!(found(&scene, "pressure"), [put.id]);
}

#[test]
fn a_transaction_that_fails_leaves_nothing_to_be_found() {
    let scene = Scene::new();
    let failed: Result<(), StoreError> = scene.db.write(|tx| {
        scene.put_in(tx, &said("m1", 0, "withdrawn"), &Links::default())?;
        Err(StoreError::Refused("on purpose".to_owned()))
    });
    assert!(failed.is_err());
    scene.put(&said("m2", 1, "after"));
    assert!(found(&scene, "withdrawn").is_empty());
    assert_eq!(found(&scene, "after").len(), 1);
}

#[test]
fn more_text_than_is_held_back_is_written_in_between() {
    let scene = Scene::new();
    let long = "station ".repeat(40_000);
    scene
        .db
        .write(|tx| {
            for at in 0..40 {
                let text = format!("word{at} {long}");
                scene.put_in(
                    tx,
                    &said(&format!("m{at}"), 40 - at, &text),
                    &Links::default(),
                )?;
            }
            Ok(())
        })
        .unwrap();
    for at in 0..40 {
        assert_eq!(found(&scene, &format!("word{at}")).len(), 1, "word{at}");
    }
}

#[test]
fn what_was_worked_out_ahead_is_stored_as_if_it_had_not_been() {
    let (one, other) = (Scene::new(), Scene::new());
    let raw = serde_json::json!({ "body": "valve ".repeat(100) }).to_string();
    let item = Item {
        raw: Some(raw),
        ..message("m1", "the valve 4711 leaks")
    };
    let changed = Item {
        raw: None,
        ..message("m1", "the valve 4711 is tight")
    };
    for item in [&item, &item, &changed] {
        let links = Links::default();
        let ahead = crate::Ready::of(item).unwrap();
        let here = one
            .db
            .write(|tx| tx.upsert_item(&one.mail(), item, &links, &one.remote()));
        let there = other
            .db
            .write(|tx| tx.upsert_ready(&other.mail(), (item, ahead), &links, &other.remote()));
        let (here, there) = (here.unwrap(), there.unwrap());
        assert_eq!(here, there);
        let read = |scene: &Scene| {
            scene
                .db
                .read(|r| Ok((r.stored(here.id)?, r.raw(here.id)?)))
                .unwrap()
        };
        assert_eq!(read(&one), read(&other));
        assert_eq!(found(&one, "4711"), [here.id]);
        assert_eq!(found(&other, "4711"), [here.id]);
    }
}

/// How many lower bits of an id the indexes of a file leave out, and whether their numbers
/// run backwards.
fn form(db: &Db) -> (i64, bool) {
    db.read(|r| Ok(form_of(r.conn))).unwrap()
}

fn form_of(conn: &rusqlite::Connection) -> (i64, bool) {
    let sql = "SELECT shift, backward FROM search_state";
    conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
}

/// Makes the file one from before numbers ran backwards, or ids had lower bits of zero.
fn make_old(scene: &Scene, shift: i64) {
    scene
        .db
        .write(|tx| {
            tx.conn
                .execute("UPDATE search_state SET shift = ?1, backward = 0", [shift])
                .map_err(Into::into)
        })
        .unwrap();
}

/// What is saved of the file, in that folder.
fn saved(scene: Scene, folder: &std::path::Path) -> Scene {
    let to = Profile::at(folder);
    scene.db.recover_to(&to).unwrap();
    Scene {
        db: Db::open(&to, &key(), scene.clock.clone()).unwrap(),
        ..scene
    }
}

#[test]
fn many_items_of_one_moment_all_get_in_and_are_all_found() {
    let scene = Scene::new();
    let links = Links::default();
    let total = scene
        .db
        .write(|tx| {
            for n in 0..2_000 {
                scene.put_in(tx, &message(&format!("m{n}"), "porphyry"), &links)?;
            }
            Ok(())
        })
        .and_then(|()| {
            let sql = "SELECT count(*) FROM search_text WHERE search_text MATCH 'porphyry'";
            scene
                .db
                .read(|r| Ok(r.conn.query_row(sql, [], |row| row.get::<_, i64>(0))?))
        });
    assert_eq!(total.unwrap(), 2_000);
    assert_eq!(form(&scene.db), (12, true));
    assert!(
        scene
            .put(&message("last", "porphyry"))
            .id
            .0
            .trailing_zeros()
            >= 12
    );
}

#[test]
fn a_file_with_ids_of_before_is_searched_as_it_was_and_so_is_what_is_saved_of_it() {
    let scene = Scene::new();
    make_old(&scene, 0);
    let ids: Vec<ItemId> = (0..8)
        .map(|n| scene.put(&said(&format!("m{n}"), n, "gabbro")).id)
        .collect();
    assert!(ids.iter().any(|id| id.0.trailing_zeros() < 12));
    let newest: Vec<ItemId> = ids.iter().rev().copied().collect();
    assert_eq!(found(&scene, "gabbro"), newest);
    let dir = tempfile::tempdir().unwrap();
    let saved = saved(scene, dir.path());
    assert_eq!(form(&saved.db), (0, false));
    assert_eq!(found(&saved, "gabbro"), newest);
    saved.put(&said("more", 9, "gabbro"));
    assert_eq!(found(&saved, "gabbro").len(), 9);
}

#[test]
fn a_file_whose_numbers_run_forwards_is_searched_as_it_was_and_what_is_saved_runs_backwards() {
    let scene = Scene::new();
    make_old(&scene, 12);
    let ids: Vec<ItemId> = (0..8)
        .map(|n| scene.put(&said(&format!("m{n}"), n, "gneiss")).id)
        .collect();
    let newest: Vec<ItemId> = ids.iter().rev().copied().collect();
    assert_eq!(found(&scene, "gneiss"), newest);
    let dir = tempfile::tempdir().unwrap();
    let saved = saved(scene, dir.path());
    assert_eq!(form(&saved.db), (12, true));
    assert_eq!(found(&saved, "gneiss"), newest);
}

#[test]
fn only_a_file_without_items_has_its_numbers_otherwise_from_now_on() {
    let [before @ .., shift, backward] = crate::search::SCHEMA else {
        panic!("the steps of the index")
    };
    for items in [0, 1] {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        crate::search::register(&conn).unwrap();
        conn.execute_batch("CREATE TABLE item (id INTEGER PRIMARY KEY)")
            .unwrap();
        for step in before {
            conn.execute_batch(step.sql).unwrap();
        }
        let add = "INSERT INTO item SELECT 1 WHERE ?1 = 1";
        conn.execute(add, [items]).unwrap();
        conn.execute_batch(shift.sql).unwrap();
        conn.execute_batch(backward.sql).unwrap();
        let form = if items == 0 { (12, true) } else { (0, false) };
        assert_eq!(form_of(&conn), form);
    }
}
