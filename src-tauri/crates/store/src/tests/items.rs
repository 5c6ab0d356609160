//! An item and what is stored of it.

use proptest::prelude::*;
use rapport_model::{Body, FieldName, FieldValue, Handle, ItemId, LinkId, Millis, Revision};

use super::*;
use crate::Outcome;
use crate::table::item::{DONE, LOCAL_ONLY, PENDING, UNREAD};

#[test]
fn an_item_comes_back_as_it_was_put() {
    let scene = Scene::new();
    let mut sent = message("m1", "Dear Velmora");
    sent.link = Some(LinkId::new("<1@nordlicht>"));
    sent.revision = Some(Revision::new("1773300000.25"));
    sent.raw = Some("{\"subject\": \"Offer\"}".repeat(40));
    let links = Links {
        org: Some(rapport_model::OrgId(7)),
        person: Some(rapport_model::PersonId(8)),
        ..Links::default()
    };
    let put = scene.put_linked(&sent, &links);
    assert_eq!(put.outcome, Outcome::New);
    scene
        .db
        .read(|r| {
            let stored = r.stored(put.id)?.unwrap();
            assert_eq!(r.raw(put.id)?, sent.raw);
            assert_eq!(
                stored.item,
                Item {
                    raw: None,
                    ..sent.clone()
                }
            );
            assert_eq!(
                (stored.links.org, stored.links.person),
                (links.org, links.person)
            );
            assert_eq!(stored.account, scene.account);
            assert_eq!(r.find(&scene.mail(), &sent.handle)?, Some(put.id));
            assert_eq!(r.find_link(sent.link.as_ref().unwrap())?, vec![put.id]);
            assert_eq!(r.find(&scene.parties(), &sent.handle)?, None);
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_same_item_again_writes_nothing_to_the_disk() {
    let scene = Scene::new();
    let mut items: Vec<Item> = (0..50)
        .map(|n| message(&format!("m{n}"), "hello"))
        .collect();
    for item in &mut items {
        item.raw = Some("x".repeat(400));
        scene.put(item);
    }
    scene.db.checkpoint().unwrap();
    let before = scene.db.size().unwrap();
    assert_eq!(before.log, 0);
    let outcomes = scene
        .db
        .write(|tx| {
            let mut all = Vec::new();
            for item in &items {
                all.push(scene.put_in(tx, item, &Links::default())?.outcome);
            }
            tx.note_success(&scene.account, &scene.mail, MORNING, None)?;
            tx.save_cursor(
                &scene.account,
                &scene.mail,
                &rapport_model::Cursor {
                    version: 1,
                    data: serde_json::json!(1),
                },
            )?;
            Ok(all)
        })
        .unwrap();
    assert!(outcomes.iter().all(|it| *it == Outcome::Same));
    assert!(
        scene.db.size().unwrap().log > 0,
        "the first success and cursor are news"
    );
    scene.db.checkpoint().unwrap();
    scene
        .db
        .write(|tx| {
            for item in &items {
                scene.put_in(tx, item, &Links::default())?;
            }
            tx.note_success(&scene.account, &scene.mail, MORNING.plus(9), None)?;
            tx.save_cursor(
                &scene.account,
                &scene.mail,
                &rapport_model::Cursor {
                    version: 1,
                    data: serde_json::json!(1),
                },
            )
        })
        .unwrap();
    assert_eq!(
        scene.db.size().unwrap().log,
        0,
        "a turn without news leaves the disk alone"
    );
}

#[test]
fn only_tracked_fields_that_differ_are_changes() {
    let scene = Scene::new();
    let mut deal = opportunity("o1", "Forty microscopes");
    scene.put(&deal);
    if let Body::Record(record) = &mut deal.body {
        record.title = "Fifty microscopes".into();
        record.actions = vec!["won".into()];
        record.text = Some("They need ten more".into());
    }
    let Outcome::Changed(changes) = scene.put(&deal).outcome else {
        panic!("it changed");
    };
    let names: Vec<&str> = changes.iter().map(|it| it.field.0.as_str()).collect();
    assert_eq!(names, ["title", "text"]);
    assert_eq!(changes[1].old, FieldValue::Empty);
    assert_eq!(changes[0].new, FieldValue::Text("Fifty microscopes".into()));
}

#[test]
fn a_new_revision_alone_is_kept_but_is_no_change() {
    let scene = Scene::new();
    let mut deal = opportunity("o1", "Forty microscopes");
    deal.revision = Some(Revision::new("1"));
    scene.put(&deal);
    deal.revision = Some(Revision::new("2"));
    let again = scene.put(&deal);
    assert_eq!(again.outcome, Outcome::Same);
    let stored = scene.db.read(|r| r.stored(again.id)).unwrap().unwrap();
    assert_eq!(stored.item.revision, Some(Revision::new("2")));
}

#[test]
fn a_raw_form_that_moved_is_kept_and_is_no_change() {
    let scene = Scene::new();
    let mut deal = opportunity("o1", "Forty microscopes");
    deal.raw = Some("{\"n\": 1}".into());
    scene.put(&deal);
    deal.raw = Some("{\"n\": 2}".into());
    let again = scene.put(&deal);
    assert_eq!(again.outcome, Outcome::Same);
    assert_eq!(scene.db.read(|r| r.raw(again.id)).unwrap(), deal.raw);
    // A local edit has no raw form; the source's stays.
    deal.raw = None;
    scene.put(&deal);
    assert_eq!(
        scene.db.read(|r| r.raw(again.id)).unwrap().as_deref(),
        Some("{\"n\": 2}")
    );
}

#[test]
fn what_the_user_decided_survives_what_the_source_says() {
    let scene = Scene::new();
    let put = scene.put(&room("r1", "Offers"));
    scene
        .db
        .write(|tx| tx.set_flags(put.id, DONE | PENDING | UNREAD, 0))
        .unwrap();
    scene.put(&room("r1", "Offers and orders"));
    let flags = scene.db.read(|r| r.stored(put.id)).unwrap().unwrap().flags;
    assert_eq!(flags, DONE | PENDING, "UNREAD is the source's to say");
    let moved = scene.db.write(|tx| tx.set_flags(put.id, DONE, 0)).unwrap();
    assert!(!moved);
}

#[test]
fn an_item_that_goes_and_comes_back_keeps_its_id() {
    let scene = Scene::new();
    let first = scene.put(&message("m1", "hello")).id;
    let gone = scene
        .db
        .write(|tx| tx.remove_item(&scene.mail(), &Handle::new("m1"), &scene.remote()))
        .unwrap();
    assert_eq!(gone, Some(first));
    scene
        .db
        .read(|r| {
            assert_eq!(r.stored(first)?, None);
            assert_eq!(r.raw(first)?, None);
            Ok(())
        })
        .unwrap();
    assert_eq!(scene.put(&message("m1", "hello")).id, first);
}

#[test]
fn ids_follow_time_and_are_free_even_when_all_moments_are_one() {
    let scene = Scene::new();
    let ids: Vec<ItemId> = scene
        .db
        .write(|tx| {
            let mut ids = Vec::new();
            for n in 0..3000 {
                ids.push(
                    scene
                        .put_in(tx, &message(&format!("m{n}"), "x"), &Links::default())?
                        .id,
                );
            }
            Ok(ids)
        })
        .unwrap();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), 3000);
    let mut older = message("old", "x");
    older.at = MORNING.plus(-1000);
    let mut newer = message("new", "x");
    newer.at = MORNING.plus(1000);
    let (older, newer) = (scene.put(&older).id, scene.put(&newer).id);
    assert!(ids.iter().all(|id| older < *id && *id < newer));
    for moment in [i64::MIN, -1, 0, i64::MAX] {
        let mut odd = message(&format!("odd{moment}"), "x");
        odd.at = Millis(moment);
        let id = scene.put(&odd).id;
        assert!(id.0 >= 0);
        assert_eq!(
            scene.db.read(|r| r.stored(id)).unwrap().unwrap().item.at,
            odd.at
        );
    }
}

#[test]
fn a_conversation_knows_its_newest_message_and_what_is_unread() {
    let scene = Scene::new();
    let home = scene.put(&room("room", "Offers")).id;
    let counts = || {
        scene
            .db
            .read(|r| {
                Ok(r.conn.query_row(
                    "SELECT last_item, unread, mentions FROM conversation WHERE item = ?1",
                    [home.0],
                    |row| {
                        Ok((
                            row.get::<_, i64>(0)?,
                            row.get::<_, i64>(1)?,
                            row.get::<_, i64>(2)?,
                        ))
                    },
                )?)
            })
            .unwrap()
    };
    let links = Links {
        conversation: Some(home),
        ..Links::default()
    };
    let mut ids = Vec::new();
    for n in 0..3 {
        let mut said = message(&format!("m{n}"), "x");
        said.at = MORNING.plus(n);
        let flags = if n == 2 {
            UNREAD | crate::table::item::MENTION
        } else {
            UNREAD
        };
        ids.push(
            scene
                .put_linked(
                    &said,
                    &Links {
                        flags,
                        ..links.clone()
                    },
                )
                .id,
        );
    }
    assert_eq!(counts(), (ids[2].0, 3, 1));
    scene
        .db
        .write(|tx| tx.set_flags(ids[0], 0, UNREAD))
        .unwrap();
    assert_eq!(counts(), (ids[2].0, 2, 1));
    scene
        .db
        .write(|tx| tx.remove(ids[2], &scene.remote()))
        .unwrap();
    assert_eq!(counts(), (ids[1].0, 1, 0));
    let page = scene
        .db
        .read(|r| r.items_of_conversation(home, None, 10))
        .unwrap();
    assert_eq!(page, [ids[1], ids[0]]);
}

#[test]
fn what_the_ledger_counts_is_what_is_here_and_confirmed() {
    let scene = Scene::new();
    let count = || scene.db.read(|r| r.ledger()).unwrap()[0].local_count;
    scene.put(&message("m1", "x"));
    let local = scene.put_linked(
        &message("m2", "x"),
        &Links {
            flags: LOCAL_ONLY,
            ..Links::default()
        },
    );
    assert_eq!(count(), 1);
    scene
        .db
        .write(|tx| tx.set_flags(local.id, 0, LOCAL_ONLY))
        .unwrap();
    assert_eq!(count(), 2);
    scene.put_linked(
        &message("m2", "y"),
        &Links {
            flags: LOCAL_ONLY,
            ..Links::default()
        },
    );
    assert_eq!(count(), 1);
    scene.put(&message("m2", "y"));
    assert_eq!(count(), 2);
    scene
        .db
        .write(|tx| tx.remove(local.id, &scene.remote()))
        .unwrap();
    assert_eq!(count(), 1);
}

#[test]
fn a_failed_write_leaves_no_trace() {
    let scene = Scene::new();
    scene.put(&message("m1", "x"));
    let outcome: Result<(), _> = scene.db.write(|tx| {
        scene.put_in(tx, &message("m2", "x"), &Links::default())?;
        tx.put_collections(&scene.account, &[])?;
        Err(crate::StoreError::Refused("no".into()))
    });
    assert!(outcome.is_err());
    scene
        .db
        .read(|r| {
            assert_eq!(r.find(&scene.mail(), &Handle::new("m2"))?, None);
            assert_eq!(r.collections(&scene.account)?.len(), 2);
            assert_eq!(r.ledger()?[0].local_count, 1);
            Ok(())
        })
        .unwrap();
    scene.put(&message("m2", "x"));
    assert!(scene.db.integrity_check().unwrap().is_empty());
}

#[test]
fn topics_come_after_the_commit_and_not_without_one() {
    let scene = Scene::new();
    let mut topics = scene.db.subscribe();
    let failed: Result<(), _> = scene.db.write(|tx| {
        scene.put_in(tx, &message("m1", "x"), &Links::default())?;
        Err(crate::StoreError::Refused("no".into()))
    });
    assert!(failed.is_err());
    assert!(topics.try_recv().is_err());
    scene.put_linked(
        &opportunity("o1", "x"),
        &Links {
            org: Some(rapport_model::OrgId(5)),
            ..Links::default()
        },
    );
    let sent = topics.try_recv().unwrap();
    assert!(sent.contains(&crate::Topic::Customer(rapport_model::OrgId(5))));
    assert!(sent.contains(&crate::Topic::Records));
    assert!(sent.contains(&crate::Topic::Collection(
        scene.account.clone(),
        scene.mail.clone()
    )));
}

#[test]
fn a_write_inside_a_write_is_refused_and_does_not_stand_still() {
    let scene = Scene::new();
    let inner = scene
        .db
        .write(|_| Ok(scene.db.write(|_| Ok(())).is_err()))
        .unwrap();
    assert!(inner);
    scene.db.write(|_| Ok(())).unwrap();
}

#[test]
fn an_item_that_changes_its_kind_has_one_body() {
    let scene = Scene::new();
    let first = scene.put(&message("x1", "I am a mail"));
    let second = scene.put(&opportunity("x1", "I am a deal"));
    assert_eq!(first.id, second.id);
    scene
        .db
        .read(|r| {
            let left: i64 = r
                .conn
                .query_row("SELECT count(*) FROM message", [], |row| row.get(0))?;
            assert_eq!(left, 0);
            assert!(matches!(
                r.stored(first.id)?.unwrap().item.body,
                Body::Record(_)
            ));
            Ok(())
        })
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever order versions come in, what is stored is the last one, and
    /// the journal leads from the first to it field by field.
    #[test]
    fn the_journal_leads_from_the_first_version_to_the_last(
        versions in proptest::collection::vec(("[a-c]{0,3}", proptest::option::of("[x-z]{1,2}")), 1..8)
    ) {
        let scene = Scene::new();
        let mut last = None;
        for (title, text) in &versions {
            let mut deal = opportunity("o1", title);
            if let Body::Record(record) = &mut deal.body {
                record.text.clone_from(text);
            }
            scene.later(1);
            scene.put(&deal);
            last = Some(deal);
        }
        let id = scene.db.read(|r| r.find(&scene.mail(), &Handle::new("o1"))).unwrap().unwrap();
        let stored = scene.db.read(|r| r.stored(id)).unwrap().unwrap();
        let last = last.unwrap();
        prop_assert_eq!(&stored.item.body, &last.body);
        let mut rows = scene.db.read(|r| r.journal(&crate::JournalQuery {
            item: Some(id), ..Default::default()
        })).unwrap();
        rows.reverse();
        let mut first = opportunity("o1", &versions[0].0);
        if let Body::Record(record) = &mut first.body {
            record.text.clone_from(&versions[0].1);
        }
        let mut fields = rapport_model::field::fields_of(&first.body);
        prop_assert_eq!(rows[0].what, crate::table::journal::What::Created);
        for row in &rows[1..] {
            let name: FieldName = row.field.clone().unwrap();
            let before = fields.get(&name).cloned().unwrap_or_default();
            prop_assert_eq!(&before, &row.old);
            fields.insert(name, row.new.clone());
        }
        fields.retain(|_, value| !value.is_empty());
        prop_assert_eq!(fields, rapport_model::field::fields_of(&last.body));
    }

    /// Any handle, title and text that Rust can hold goes in and comes out.
    #[test]
    fn hostile_text_goes_in_and_comes_out(handle in any::<String>(), title in any::<String>(), raw in any::<String>()) {
        let scene = Scene::new();
        let mut deal = opportunity(&handle, &title);
        deal.raw = Some(raw);
        let id = scene.put(&deal).id;
        scene.db.read(|r| {
            assert_eq!(r.find(&scene.mail(), &deal.handle)?, Some(id));
            assert_eq!(r.stored(id)?.unwrap().item.body, deal.body);
            assert_eq!(r.raw(id)?, deal.raw);
            Ok(())
        }).unwrap();
    }
}
