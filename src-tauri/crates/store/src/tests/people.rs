//! Handles and the claims that join them.

use rapport_model::{OrgId, PersonId};

use super::*;
use crate::people::{Edge, Evidence, Node, NodeId, OrgRow, PersonRow, Side, Stance};

fn claim(a: NodeId, b: NodeId, stance: Stance) -> Edge {
    Edge {
        a,
        b,
        evidence: Evidence::SameEmail {
            address: "ada@nordlicht.example".into(),
        },
        stance,
        by: "rule".into(),
        at: MORNING,
    }
}

#[test]
fn a_handle_is_known_by_its_key_and_keeps_its_id() {
    let scene = Scene::new();
    let item = scene.put(&opportunity("c1", "Ada")).id;
    let node = Node {
        item: Some(item),
        ..Node::new("item:velmora-1/mail/c1", Side::Person, "Ada")
    };
    let (first, again) = scene
        .db
        .write(|tx| {
            let first = tx.put_node(&node)?;
            tx.set_person(first, PersonId(first.0))?;
            tx.set_org(first, Some(OrgId(4)))?;
            let renamed = Node {
                name: "Ada Brandt".into(),
                ..node.clone()
            };
            Ok((first, tx.put_node(&renamed)?))
        })
        .unwrap();
    assert_eq!(first, again);
    scene
        .db
        .read(|r| {
            let found = r.node_by_key(&node.key)?.unwrap();
            assert_eq!(found.name, "Ada Brandt");
            assert_eq!(found.person, Some(PersonId(first.0)));
            let only = std::slice::from_ref(&found);
            assert_eq!(r.nodes_of_item(item)?, only);
            assert_eq!(r.nodes_of_person(PersonId(first.0))?, only);
            assert_eq!(r.nodes_of_org(OrgId(4))?, only);
            Ok(())
        })
        .unwrap();
    // The row at the source goes; the handle and its claims stay.
    scene
        .db
        .write(|tx| tx.remove(item, &scene.remote()))
        .unwrap();
    let left = scene.db.read(|r| r.node(first)).unwrap().unwrap();
    assert_eq!(left.item, None);
}

#[test]
fn a_claim_can_be_made_turned_and_taken_back_from_either_end() {
    let scene = Scene::new();
    scene
        .db
        .write(|tx| {
            let a = tx.put_node(&Node::new("email:a", Side::Person, "A"))?;
            let b = tx.put_node(&Node::new("email:b", Side::Person, "B"))?;
            assert!(tx.put_edge(&claim(b, a, Stance::Suggest))?);
            assert!(
                !tx.put_edge(&claim(a, b, Stance::Suggest))?,
                "the order does not matter"
            );
            assert_eq!(tx.edges_with(Stance::Suggest, 10)?.len(), 1);
            assert!(tx.put_edge(&claim(a, b, Stance::Link))?);
            for end in [a, b] {
                assert_eq!(tx.edges_touching(&[end])?, [claim(a, b, Stance::Link)]);
            }
            assert_eq!(tx.edges_touching(&[a, b])?.len(), 1);
            assert!(tx.drop_edge(&claim(b, a, Stance::Link))?);
            assert_eq!(tx.edges_touching(&[a, b])?, []);
            assert!(tx.put_edge(&claim(a, a, Stance::Link)).is_err());
            tx.put_edge(&claim(a, b, Stance::Apart))?;
            tx.drop_node(a)?;
            assert_eq!(tx.edges_touching(&[b])?, []);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_number_of_a_handle_is_never_used_twice() {
    let scene = Scene::new();
    let (first, second) = scene
        .db
        .write(|tx| {
            let first = tx.put_node(&Node::new("email:a", Side::Person, "A"))?;
            tx.drop_node(first)?;
            Ok((
                first,
                tx.put_node(&Node::new("email:b", Side::Person, "B"))?,
            ))
        })
        .unwrap();
    assert!(second > first);
}

#[test]
fn what_lists_show_of_people_comes_back_and_goes() {
    let scene = Scene::new();
    let ada = PersonRow {
        id: PersonId(1),
        name: "Ada".into(),
        org: Some(OrgId(2)),
        detail: serde_json::json!({"mails": 3}),
    };
    let firm = OrgRow {
        id: OrgId(2),
        name: "Nordlicht".into(),
        detail: serde_json::json!({}),
    };
    scene
        .db
        .write(|tx| {
            tx.put_person(&ada)?;
            tx.put_org(&firm)?;
            assert_eq!(tx.person(ada.id)?, Some(ada.clone()));
            assert_eq!(tx.org(firm.id)?, Some(firm.clone()));
            tx.drop_person(ada.id)?;
            tx.drop_org(firm.id)?;
            assert_eq!(tx.person(ada.id)?, None);
            assert_eq!(tx.org(firm.id)?, None);
            Ok(())
        })
        .unwrap();
}

#[test]
fn people_come_by_their_newest_message_and_the_silent_ones_behind_by_name() {
    let scene = Scene::new();
    let row = |id: i64, name: &str| PersonRow {
        id: PersonId(id),
        name: name.to_owned(),
        org: Some(OrgId(4)),
        detail: serde_json::Value::Null,
    };
    let links = |person: i64| Links {
        person: Some(PersonId(person)),
        ..Links::default()
    };
    let said = |handle: &str, ms: i64| Item {
        at: Millis(MORNING.0 + ms),
        ..message(handle, "hello")
    };
    scene
        .db
        .write(|tx| {
            for (id, name) in [(1, "Bo"), (2, "Cy"), (3, "Al"), (4, "Zoe"), (5, "Yan")] {
                tx.put_person(&row(id, name))?;
            }
            // The newest first, as a source may send them.
            scene.put_in(tx, &said("m3", 3_000), &links(1))?;
            scene.put_in(tx, &said("m2", 2_000), &links(2))?;
            scene.put_in(tx, &said("m1", 1_000), &links(1))
        })
        .unwrap();
    let listed = |most: u32, offset: u32| -> Vec<i64> {
        let found = scene
            .db
            .read(|r| r.people(None, Some(OrgId(4)), Some(most), offset))
            .unwrap();
        found.iter().map(|it| it.id.0).collect()
    };
    assert_eq!(listed(10, 0), [1, 2, 3, 5, 4]);
    assert_eq!(listed(2, 1), [2, 3]);
    assert_eq!(listed(2, 3), [5, 4]);
    // The newest one goes; the one before it counts.
    scene
        .db
        .write(|tx| tx.remove_item(&scene.mail(), &Handle::new("m3"), &scene.remote()))
        .unwrap();
    assert_eq!(listed(10, 0), [2, 1, 3, 5, 4]);
    // A message turns out to be somebody else's.
    let id = scene
        .db
        .read(|r| r.find(&scene.mail(), &Handle::new("m2")))
        .unwrap()
        .unwrap();
    scene.db.write(|tx| tx.relink(id, &links(4))).unwrap();
    assert_eq!(listed(10, 0), [4, 1, 3, 2, 5]);
}
