//! What is read, and that later turns see what happened.

use std::collections::BTreeSet;
use std::sync::Arc;

use rapport_connectors::suite::{Subject, assert_conforms};
use rapport_connectors::tryton::TrytonFactory;
use rapport_model::{Body, CollectionId, Fault, ItemRef, Phase};
use rapport_testkit::servers::{Tryton, decimal};
use serde_json::json;

use super::desk::{Desk, KINDS_OF_PARTIES};

const ALL: [&str; 12] = [
    "party.party",
    "company.employee",
    "sale.opportunity",
    "sale.sale",
    "account.invoice",
    "account.move.line",
    "product.product",
    "project.work",
    "timesheet.line",
    "attendance.line",
    "ir.note",
    "ir.attachment",
];

#[tokio::test]
async fn the_whole_company_comes_in_and_a_second_look_brings_nothing() {
    let server = Tryton::start().await.expect("a Tryton");
    let seeded = server.seeded().expect("counts");
    let mut desk = Desk::of("ines", &server).await;
    let found = desk.connector.discover().await.expect("collections");
    let readable: Vec<&str> = found
        .iter()
        .filter(|it| it.unavailable.is_none())
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(readable, ALL, "in order, parties first");
    for collection in ALL {
        desk.turn(collection).await;
    }
    for (collection, name) in [
        ("party.party", "parties"),
        ("company.employee", "employees"),
        ("sale.opportunity", "opportunities"),
        ("sale.sale", "sales"),
        ("account.invoice", "invoices"),
        ("product.product", "products"),
        ("project.work", "works"),
        ("timesheet.line", "timesheet_lines"),
        ("ir.note", "notes"),
        ("ir.attachment", "attachments"),
    ] {
        let count = u64::try_from(desk.count(collection)).expect("small");
        assert_eq!(Some(&count), seeded.get(name), "{collection}");
    }
    for ((collection, _), item) in &desk.items {
        let kinds = &found
            .iter()
            .find(|it| it.id.as_str() == collection)
            .expect("known")
            .kinds;
        assert!(kinds.contains(&item.body.kind()), "{collection}");
    }

    let me = desk
        .items
        .values()
        .filter(|item| matches!(&item.body, Body::Contact(it) if it.me));
    assert_eq!(
        me.map(|item| item.body.title()).collect::<Vec<_>>(),
        ["Ines Valdoro"]
    );
    let brewery = desk.titled("party.party", "Oakhollow Brewing");
    let marta = desk.titled("party.party", "Marta Kessler");
    let Body::Contact(marta) = &desk.item("party.party", &marta).body else {
        panic!("Marta is a person");
    };
    assert_eq!(
        marta.organisation,
        Some(ItemRef::new("party.party", brewery))
    );

    for collection in ALL {
        let page = desk.page(collection).await.expect("a pull");
        assert_eq!(page.changes, [], "{collection}");
        assert_eq!(Some(&page.cursor), desk.cursor(collection), "{collection}");
        let count = u64::try_from(desk.count(collection)).expect("small");
        assert_eq!(page.source_count, Some(count), "{collection}");
        assert!(!page.more, "{collection}");
    }
}

#[tokio::test]
async fn the_connector_keeps_the_promises_of_all_connectors() {
    let server = Tryton::start().await.expect("a Tryton");
    assert_conforms(async || {
        let desk = Desk::of("ines", &server).await;
        Subject::new(Arc::new(TrytonFactory), Arc::clone(&desk.connector))
    })
    .await;
}

#[tokio::test]
async fn a_turn_sees_what_is_new_changed_and_changed_in_its_parts() {
    let server = Tryton::start().await.expect("a Tryton");
    let jonas = server.rpc("jonas").await.expect("a second client");
    let mut desk = Desk::of("ines", &server).await;
    for collection in ["party.party", "sale.opportunity", "ir.note"] {
        desk.turn(collection).await;
    }
    let lead = desk.titled("sale.opportunity", "Calibration contract 2027");
    let id: i64 = lead.parse().expect("an id");
    jonas
        .write(
            "sale.opportunity",
            &[id],
            &json!({"amount": decimal("3100.00")}),
        )
        .await
        .expect("a write");
    assert_eq!(
        desk.turn("sale.opportunity").await,
        std::slice::from_ref(&lead)
    );
    let amount = desk
        .record("sale.opportunity", &lead)
        .amount
        .clone()
        .expect("an amount");
    assert_eq!(amount.to_string(), "3100.00 EUR");

    // A phone number is a row of its own: the party's stamp does not move.
    let brewery = desk.titled("party.party", "Oakhollow Brewing");
    let party: i64 = brewery.parse().expect("an id");
    let number = json!([{"party": party, "type": "phone", "value": "+44 20 7946 0999"}]);
    let before = jonas
        .timestamp("party.party", party)
        .await
        .expect("a stamp");
    jonas
        .create("party.contact_mechanism", &number)
        .await
        .expect("a number");
    assert_eq!(
        jonas
            .timestamp("party.party", party)
            .await
            .expect("a stamp"),
        before
    );
    assert_eq!(
        desk.turn("party.party").await,
        std::slice::from_ref(&brewery)
    );
    let Body::Organisation(it) = &desk.item("party.party", &brewery).body else {
        panic!("a brewery is a company");
    };
    assert!(
        it.addresses
            .iter()
            .any(|address| address.value.ends_with("0999"))
    );

    let note = json!([{"resource": format!("sale.opportunity,{lead}"), "message": "Call again."}]);
    let note = jonas.create("ir.note", &note).await.expect("a note");
    assert_eq!(desk.turn("ir.note").await, [note[0].to_string()]);
    assert_eq!(
        desk.record("ir.note", note[0]).parent,
        Some(ItemRef::new("sale.opportunity", lead))
    );

    for collection in ["party.party", "sale.opportunity", "ir.note"] {
        assert_eq!(
            desk.turn(collection).await,
            Vec::<String>::new(),
            "{collection}"
        );
    }
}

#[tokio::test]
async fn what_was_deleted_is_missing_from_the_ids_and_what_was_archived_is_gone() {
    let server = Tryton::start().await.expect("a Tryton");
    let jonas = server.rpc("jonas").await.expect("a second client");
    let mut desk = Desk::of("ines", &server).await;
    desk.turn("ir.note").await;
    desk.turn("party.party").await;
    let note = desk
        .items
        .keys()
        .find(|(of, _)| of == "ir.note")
        .expect("a note")
        .1
        .clone();
    jonas
        .delete("ir.note", &[note.parse().expect("an id")])
        .await
        .expect("a deletion");
    let ids = desk
        .connector
        .ids(&CollectionId::new("ir.note"))
        .await
        .expect("ids");
    let there: BTreeSet<String> = ids.ids.iter().map(|(id, _)| id.to_string()).collect();
    assert!(!there.contains(&note));
    assert_eq!(there.len(), desk.count("ir.note") - 1);

    let tom = desk.titled("party.party", "Tom Arkwright");
    let id: i64 = tom.parse().expect("an id");
    jonas
        .write("party.party", &[id], &json!({"active": false}))
        .await
        .expect("a write");
    assert!(desk.turn("party.party").await.contains(&format!("-{tom}")));
    let ids = desk
        .connector
        .ids(&CollectionId::new("party.party"))
        .await
        .expect("ids");
    assert_eq!(ids.ids.len(), desk.count("party.party"));
    let kinds = desk.items.iter().filter(|((of, _), _)| of == "party.party");
    assert!(
        kinds
            .into_iter()
            .all(|(_, it)| KINDS_OF_PARTIES.contains(&it.body.kind()))
    );
}

#[tokio::test]
async fn an_order_follows_its_lines_and_a_button_pressed_elsewhere() {
    let server = Tryton::start().await.expect("a Tryton");
    let jonas = server.rpc("jonas").await.expect("a second client");
    let mut desk = Desk::of("ines", &server).await;
    desk.turn("sale.sale").await;
    let open = desk
        .items
        .iter()
        .find_map(|((of, handle), item)| match &item.body {
            Body::Record(it) if of == "sale.sale" && it.state.as_deref() == Some("quotation") => {
                Some(handle.clone())
            }
            _ => None,
        });
    let offer = open.expect("an offer");
    let id: i64 = offer.parse().expect("an id");
    jonas
        .button("sale.sale", "draft", &[id])
        .await
        .expect("a draft again");
    let lines = jonas
        .search("sale.line", &json!([["sale", "=", id]]))
        .await
        .expect("lines");
    jonas
        .write("sale.line", &lines, &json!({"quantity": 9}))
        .await
        .expect("a write");
    assert_eq!(desk.turn("sale.sale").await, std::slice::from_ref(&offer));
    let it = desk.record("sale.sale", &offer);
    assert_eq!(it.phase, Phase::Draft);
    assert_eq!(it.lines[0].quantity.to_string(), "9");
}

#[tokio::test]
async fn one_missing_right_costs_one_collection_and_says_so() {
    let server = Tryton::start().await.expect("a Tryton");
    let mut desk = Desk::of("temp", &server).await;
    let found = desk.connector.discover().await.expect("collections");
    let why = |id: &str| {
        found
            .iter()
            .find(|it| it.id.as_str() == id)
            .expect("known")
            .unavailable
            .clone()
    };
    assert_eq!(why("sale.opportunity"), None);
    assert_eq!(why("party.party"), None);
    assert!(
        matches!(why("account.invoice"), Some(Fault::Denied(words)) if words.contains("may not see"))
    );
    assert!(
        matches!(why("account.payment"), Some(Fault::Denied(words)) if words.contains("no module"))
    );
    for collection in ["party.party", "sale.opportunity", "ir.note"] {
        desk.turn(collection).await;
    }
    assert_eq!(desk.count("sale.opportunity"), 20);
    let denied = desk.page("account.invoice").await;
    assert!(matches!(denied, Err(Fault::Denied(_))), "{denied:?}");
}

#[tokio::test]
async fn a_document_is_downloaded_whole_or_not_at_all() {
    let server = Tryton::start().await.expect("a Tryton");
    let mut desk = Desk::of("ines", &server).await;
    desk.turn("ir.attachment").await;
    let handle = desk.titled("ir.attachment", "Tank layout.txt");
    let source = desk.record("ir.attachment", handle).attachments[0]
        .source
        .clone();
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("layout");
    let small = desk.connector.download(&source, &to, 10).await;
    assert!(matches!(small, Err(Fault::Rejected(_))), "{small:?}");
    assert!(!to.exists());
    assert_eq!(desk.connector.download(&source, &to, 40).await, Ok(40));
    assert!(
        std::fs::read_to_string(&to)
            .expect("text")
            .starts_with("Bright-beer tanks")
    );
}
