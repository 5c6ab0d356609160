//! The schema is frozen, documented and guarded against edits.

use std::collections::BTreeMap;

use super::*;
use crate::error::OpenError;
use crate::table::steps;

#[test]
fn the_schema_is_the_one_that_was_reviewed() {
    let scene = Scene::new();
    let schema: Vec<String> = scene
        .db
        .read(|r| {
            // The shadow tables of the text index are FTS5's own.
            let mut statement = r.conn.prepare(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL \
                 AND name NOT GLOB 'search_*_*' ORDER BY name",
            )?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    insta::assert_snapshot!(schema.join(";\n\n"));
}

#[test]
fn every_column_says_what_it_is_for() {
    for step in steps() {
        let mut inside = false;
        for line in step.sql.lines() {
            let line = line.trim();
            if line.starts_with("CREATE TABLE") || line.starts_with("CREATE VIRTUAL TABLE") {
                inside = !line.ends_with(';');
                continue;
            }
            if line.starts_with(')') {
                inside = false;
            }
            let constraint = [
                "UNIQUE", "PRIMARY", "CHECK", "FOREIGN", "content", "tokenize",
            ]
            .iter()
            .any(|word| line.starts_with(word));
            if inside && !constraint && !line.is_empty() {
                assert!(line.contains("-- "), "{}: no comment on {line}", step.name);
            }
        }
    }
}

/// The fingerprints of released steps. A line here is never changed; a new
/// step adds one.
#[test]
fn a_released_step_is_never_edited() {
    let list: Vec<String> = steps()
        .iter()
        .map(|step| format!("{} {}", step.fingerprint(), step.name))
        .collect();
    insta::assert_snapshot!(list.join("\n"));
}

#[test]
fn steps_have_names_of_their_own_that_begin_with_a_date() {
    let mut seen = BTreeMap::new();
    for step in steps() {
        let date = step.date();
        assert_eq!(date.len(), 15, "{}", step.name);
        assert!(date.bytes().all(|it| it.is_ascii_digit() || it == b'_'));
        assert!(seen.insert(step.name, ()).is_none(), "{} twice", step.name);
    }
}

fn open_again(scene: Scene) -> (TempDir, Result<Db, OpenError>) {
    let Scene { dir, db, clock, .. } = scene;
    drop(db);
    let again = Db::open(&Profile::at(dir.path()), &key(), clock);
    (dir, again)
}

fn alter(scene: &Scene, sql: &str) {
    scene
        .db
        .write(|tx| {
            tx.conn.execute(sql, [])?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_file_made_with_another_text_of_a_step_is_refused_unchanged() {
    let scene = Scene::new();
    alter(
        &scene,
        "UPDATE migration SET fingerprint = 'other' WHERE name LIKE '% item'",
    );
    let (_dir, again) = open_again(scene);
    assert_eq!(
        again.unwrap_err(),
        OpenError::EditedMigration {
            step: "2026_11_21_0900 item".into()
        }
    );
}

#[test]
fn a_file_of_a_newer_version_opens_only_if_that_version_allows_it() {
    let scene = Scene::new();
    alter(
        &scene,
        "INSERT INTO migration VALUES ('2031_01_01_0000 tolerant', 'x', 1, 0)",
    );
    let (dir, again) = open_again(scene);
    let db = again.unwrap();
    db.write(|tx| {
        tx.conn.execute(
            "INSERT INTO migration VALUES ('2031_01_01_0001 strict', 'x', 0, 0)",
            [],
        )?;
        Ok(())
    })
    .unwrap();
    drop(db);
    let clock = Arc::new(Hand(AtomicI64::new(0)));
    assert_eq!(
        Db::open(&Profile::at(dir.path()), &key(), clock).unwrap_err(),
        OpenError::NewerVersion {
            step: "2031_01_01_0001 strict".into()
        }
    );
}

#[test]
fn readers_cannot_write_and_every_connection_is_set_up_alike() {
    let scene = Scene::new();
    let refused = scene.db.read(|r| {
        r.conn.execute("DELETE FROM account", [])?;
        Ok(())
    });
    assert!(refused.is_err());
    let pragma = |conn: &rusqlite::Connection, name: &str| -> String {
        conn.query_row(&format!("PRAGMA {name}"), [], |row| {
            row.get::<_, rusqlite::types::Value>(0)
        })
        .map(|it| format!("{it:?}"))
        .unwrap()
    };
    scene
        .db
        .read(|r| {
            assert_eq!(pragma(r.conn, "wal_autocheckpoint"), "Integer(0)");
            assert_eq!(pragma(r.conn, "query_only"), "Integer(1)");
            assert_eq!(pragma(r.conn, "journal_mode"), "Text(\"wal\")");
            Ok(())
        })
        .unwrap();
    scene
        .db
        .write(|tx| {
            assert_eq!(pragma(tx.conn, "foreign_keys"), "Integer(1)");
            assert_eq!(pragma(tx.conn, "synchronous"), "Integer(1)");
            assert_eq!(pragma(tx.conn, "temp_store"), "Integer(2)");
            Ok(())
        })
        .unwrap();
}

#[test]
fn letting_go_of_pages_changes_no_answer_and_waits_for_nobody() {
    let scene = Scene::new();
    let db = &scene.db;
    db.write(|tx| tx.set_setting("said", &"the pump is fixed"))
        .unwrap();
    let said = || db.read(|r| r.setting::<String>("said")).unwrap();
    // Several readers at once, one of them at work meanwhile; then a writer at work.
    db.read(|_| {
        assert_eq!(db.read(|_| Ok(said()))?.unwrap(), "the pump is fixed");
        db.ease()
    })
    .unwrap();
    assert_eq!(said().unwrap(), "the pump is fixed");
    db.write(|tx| {
        tx.set_setting("said", &"the mill is fixed")?;
        db.ease()
    })
    .unwrap();
    assert_eq!(said().unwrap(), "the mill is fixed");
}
