//! Every kind of body, and sizes nobody would send.

use rapport_model::plan::{Due, TaskStatus};
use rapport_model::{Contact, Event, ItemRef, Money, Organisation, Task, WikiPage};

use super::*;

fn every_kind() -> Vec<Item> {
    let mut deal = Record::new(RecordKind::Generic("stock.lot".into()), "Lot 9");
    deal.customer = Some(ItemRef::new("party.party", "7"));
    deal.amount = Some(Money::new(rust_decimal::Decimal::new(125_050, 2), "eur"));
    deal.due = Some(jiff::civil::date(2026, 4, 1));
    let start = jiff::civil::datetime(2026, 3, 12, 9, 0, 0, 0);
    vec![
        room("c", "Offers"),
        message("m", "hello"),
        item(
            "t",
            Body::Task(Task {
                title: "Call back".into(),
                status: TaskStatus::Started,
                due: Some(Due::Day(jiff::civil::date(2026, 3, 13))),
                priority: Some(1),
                assignee: Some(ada()),
                ..Task::default()
            }),
        ),
        item(
            "e",
            Body::Event(Event {
                title: "Weekly".into(),
                start,
                end: start,
                zone: Some("Europe/Berlin".into()),
                all_day: false,
                location: None,
                notes: None,
                organizer: None,
                attendees: vec![ada()],
                recurrence: vec!["RRULE:FREQ=WEEKLY".into()],
                occurrence: None,
                cancelled: false,
                about: None,
            }),
        ),
        item(
            "p",
            Body::Page(WikiPage {
                title: "Prices".into(),
                path: vec!["Sales".into(), "Lists".into()],
                ..WikiPage::default()
            }),
        ),
        item("r", Body::Record(Box::new(deal))),
        item(
            "k",
            Body::Contact(Box::new(Contact {
                name: "Ada Brandt".into(),
                addresses: vec![Address::phone("+49 30 123")],
                staff: true,
                ..Contact::default()
            })),
        ),
        item(
            "o",
            Body::Organisation(Box::new(Organisation {
                name: "Nordlicht".into(),
                number: Some("C-7".into()),
                ..Organisation::default()
            })),
        ),
    ]
}

#[test]
fn every_kind_of_body_comes_back_and_can_be_removed() {
    let scene = Scene::new();
    let all = every_kind();
    let kinds: std::collections::BTreeSet<Kind> = all.iter().map(|it| it.body.kind()).collect();
    assert_eq!(
        kinds.len(),
        Kind::ALL.len(),
        "a kind is missing in this test"
    );
    for item in &all {
        let id = scene.put(item).id;
        let stored = scene.db.read(|r| r.stored(id)).unwrap().unwrap();
        assert_eq!(stored.item.body, item.body);
        // A second version of the same, through the other statement.
        let mut moved = item.clone();
        moved.at = MORNING.plus(5);
        scene.put(&moved);
        assert_eq!(
            scene.db.read(|r| r.stored(id)).unwrap().unwrap().item.at,
            moved.at
        );
    }
    let pointing = scene
        .db
        .read(|r| r.refs_to(&scene.account, &ItemRef::new("party.party", "7")))
        .unwrap();
    assert_eq!(pointing.len(), 1);
    for item in &all {
        scene
            .db
            .write(|tx| tx.remove_item(&scene.mail(), &item.handle, &scene.remote()))
            .unwrap()
            .unwrap();
    }
    assert!(scene.db.integrity_check().unwrap().is_empty());
    for table in ["ref", "raw", "message", "record", "task"] {
        let left: i64 = scene
            .db
            .read(|r| {
                Ok(r.conn
                    .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                        row.get(0)
                    })?)
            })
            .unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

#[test]
fn a_message_of_ten_megabytes_is_kept_whole() {
    let scene = Scene::new();
    let text = "ärger\0 und ".repeat(1_000_000);
    let mut huge = message("m1", &text);
    huge.raw = Some(text.clone());
    if let Body::Message(it) = &mut huge.body {
        it.subject = Some("Z".repeat(2_000_000));
    }
    let id = scene.put(&huge).id;
    let stored = scene.db.read(|r| r.stored(id)).unwrap().unwrap();
    assert_eq!(stored.item.body, huge.body);
    assert_eq!(scene.db.read(|r| r.raw(id)).unwrap(), Some(text));
    let title: String = scene
        .db
        .read(|r| {
            Ok(r.conn
                .query_row("SELECT title FROM item WHERE id = ?1", [id.0], |row| {
                    row.get(0)
                })?)
        })
        .unwrap();
    assert!(title.len() <= 1024, "lists read a short line");
    assert_eq!(scene.put(&huge).outcome, crate::Outcome::Same);
}

#[test]
fn a_reference_that_moves_is_found_at_its_new_place_only() {
    let scene = Scene::new();
    let pointing = |to: &str| {
        let mut deal = opportunity("o1", "Deal");
        if let Body::Record(record) = &mut deal.body {
            record.customer = Some(ItemRef::new("party.party", to));
        }
        deal
    };
    let id = scene.put(&pointing("1")).id;
    scene.put(&pointing("2"));
    scene
        .db
        .read(|r| {
            let to = |handle| r.refs_to(&scene.account, &ItemRef::new("party.party", handle));
            assert_eq!(to("1")?, []);
            assert_eq!(to("2")?, [(id, "customer".to_owned())]);
            assert_eq!(r.refs_from(id)?.len(), 1);
            Ok(())
        })
        .unwrap();
}
