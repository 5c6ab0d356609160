//! Forgetting and exporting.

use rapport_model::account::LOCAL;
use rapport_model::command::Outgoing;
use rapport_model::{Command, CommandId, ItemRef, PersonId};

use super::*;
use crate::people::{Node, Side};
use crate::table::item::LOCAL_ONLY;
use crate::{JournalQuery, NewEntry, Scope};

fn of_ada() -> Links {
    Links {
        person: Some(PersonId(1)),
        ..Links::default()
    }
}

/// Ada wrote two mails, Ben one; an answer to Ada waits.
fn talk(scene: &Scene) {
    scene
        .db
        .write(|tx| {
            let home = scene
                .put_in(tx, &room("room", "Offers"), &Links::default())?
                .id;
            let links = |links: Links| Links {
                conversation: Some(home),
                ..links
            };
            let first = scene
                .put_in(tx, &message("a1", "from Ada"), &links(of_ada()))?
                .id;
            scene.put_in(tx, &message("a2", "again Ada"), &links(of_ada()))?;
            scene.put_in(tx, &message("b1", "from Ben"), &links(Links::default()))?;
            let node = tx.put_node(&Node::new(
                "email:ada@nordlicht.example",
                Side::Person,
                "Ada",
            ))?;
            tx.set_person(node, PersonId(1))?;
            tx.queue(&NewEntry {
                id: CommandId::new("answer"),
                account: scene.account.clone(),
                command: Command::Send {
                    conversation: ItemRef::new("mail", "room"),
                    message: Outgoing::default(),
                },
                item: Some(first),
                after: None,
                not_before: MORNING,
                scheduled: false,
                queued: MORNING,
            })?;
            tx.save_draft(&crate::table::draft::Draft::in_conversation(
                home,
                Outgoing {
                    text: "Dear Ada".into(),
                    ..Outgoing::default()
                },
                MORNING,
            ))
        })
        .unwrap();
}

fn rows(scene: &Scene, table: &str) -> i64 {
    scene
        .db
        .read(|r| {
            Ok(r.conn
                .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                    row.get(0)
                })?)
        })
        .unwrap()
}

#[test]
fn what_would_be_lost_is_listed_before_anything_goes() {
    let scene = Scene::new();
    talk(&scene);
    let before = rows(&scene, "item");
    let loss = scene
        .db
        .read(|r| r.loss_of_account(&scene.account))
        .unwrap();
    assert_eq!(loss.items.get(&Kind::Message), Some(&3));
    assert_eq!(loss.unsent.len(), 1);
    assert_eq!(loss.unsent[0].word, "send");
    assert!(loss.only_here.is_empty());
    assert_eq!(loss.drafts, 1);
    assert!(!loss.is_harmless());
    assert_eq!(rows(&scene, "item"), before);
}

#[test]
fn what_lies_nowhere_else_is_told_from_what_its_source_still_has() {
    let scene = Scene::new();
    let own = AccountId::new(LOCAL);
    scene.add_account_of(&own, LOCAL);
    let place = Place {
        account: &own,
        collection: &scene.mail,
    };
    scene
        .db
        .write(|tx| {
            let asked = Links {
                flags: LOCAL_ONLY,
                ..Links::default()
            };
            tx.upsert_item(
                &place,
                &message("kept", "Water the palm"),
                &Links::default(),
                &scene.remote(),
            )?;
            tx.upsert_item(
                &place,
                &message("asked", "Not yet"),
                &asked,
                &scene.remote(),
            )
        })
        .unwrap();
    let loss = scene.db.read(|r| r.loss_of_account(&own)).unwrap();
    assert_eq!(loss.only_here, [(Kind::Message, 1)].into());
    assert!(loss.items.is_empty(), "no source has them: {loss:?}");
    assert!(!loss.is_harmless());
}

#[test]
fn an_account_leaves_with_everything_that_came_from_it_and_no_other() {
    let scene = Scene::new();
    let other = AccountId::new("crm-2");
    scene.add_account(&other);
    talk(&scene);
    let mail = scene.mail.clone();
    let kept = Place {
        account: &other,
        collection: &mail,
    };
    scene
        .db
        .write(|tx| {
            tx.upsert_item(
                &kept,
                &message("k1", "kept"),
                &Links::default(),
                &scene.remote(),
            )
        })
        .unwrap();
    let listed = scene
        .db
        .read(|r| r.loss_of_account(&scene.account))
        .unwrap();
    let gone = scene
        .db
        .write(|tx| tx.remove_account(&scene.account))
        .unwrap();
    assert_eq!(listed, gone);
    assert_eq!(rows(&scene, "item"), 1);
    assert_eq!(rows(&scene, "message"), 1);
    assert_eq!(rows(&scene, "journal"), 1);
    for empty in ["outbox", "draft", "draft_version", "patch"] {
        assert_eq!(rows(&scene, empty), 0, "{empty}");
    }
    assert_eq!(scene.db.read(|r| r.accounts()).unwrap().len(), 1);
    assert!(scene.db.integrity_check().unwrap().is_empty());
    assert!(matches!(
        scene.db.write(|tx| tx.remove_account(&scene.account)),
        Err(crate::StoreError::NotFound { .. })
    ));
    // It can come back from nothing.
    scene.add_account(&scene.account);
    talk(&scene);
    assert_eq!(rows(&scene, "item"), 5);
}

#[test]
fn a_forgotten_person_leaves_no_word_behind() {
    let scene = Scene::new();
    talk(&scene);
    let listed = scene.db.read(|r| r.loss_of_person(PersonId(1))).unwrap();
    assert_eq!(listed.items.get(&Kind::Message), Some(&2));
    assert_eq!((listed.journal, listed.nodes), (2, 1));
    let gone = scene.db.write(|tx| tx.forget_person(PersonId(1))).unwrap();
    assert_eq!(listed, gone);
    assert_eq!(rows(&scene, "message"), 1);
    assert_eq!(rows(&scene, "node"), 0);
    let left = scene
        .db
        .read(|r| r.journal(&JournalQuery::default()))
        .unwrap();
    assert_eq!(left.len(), 2, "the room and Ben's mail");
    let (last, count): (i64, i64) = scene
        .db
        .read(|r| {
            Ok(r.conn.query_row(
                "SELECT last_item, (SELECT local_count FROM collection WHERE name = 'mail') \
                 FROM conversation",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?)
        })
        .unwrap();
    let ben = scene
        .db
        .read(|r| r.find(&scene.mail(), &Handle::new("b1")))
        .unwrap()
        .unwrap();
    assert_eq!((last, count), (ben.0, 2));
    assert!(scene.db.integrity_check().unwrap().is_empty());
}

#[test]
fn an_export_walks_over_every_item_once_oldest_first() {
    let scene = Scene::new();
    scene
        .db
        .write(|tx| {
            for n in 0..1200 {
                let mut it = message(&format!("m{n}"), "x");
                it.at = MORNING.plus((n * 7919) % 1000);
                let links = if n % 3 == 0 {
                    of_ada()
                } else {
                    Links::default()
                };
                scene.put_in(tx, &it, &links)?;
            }
            Ok(())
        })
        .unwrap();
    let walk = |scope: &Scope| {
        let mut ids = Vec::new();
        let told = scene
            .db
            .read(|r| {
                r.walk(scope, |it| {
                    ids.push(it.id);
                    Ok(std::ops::ControlFlow::Continue(()))
                })
            })
            .unwrap();
        assert_eq!(told, (ids.len() as u64, Vec::new()));
        assert!(ids.windows(2).all(|two| two[0] < two[1]));
        ids.len()
    };
    assert_eq!(walk(&Scope::All), 1200);
    assert_eq!(walk(&Scope::Person(PersonId(1))), 400);
    assert_eq!(walk(&Scope::Account(scene.account.clone())), 1200);
    assert_eq!(walk(&Scope::Org(rapport_model::OrgId(1))), 0);
}
