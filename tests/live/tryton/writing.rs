//! What is written back, by two people at once and over lines that break.

use rapport_model::{
    Body, Command, Fault, FieldValue, Item, ItemRef, Money, Receipt, Record, RecordKind, Task,
};
use rapport_testkit::proxy::{FaultProxy, Mode};
use rapport_testkit::servers::{Tryton, TrytonUser, decimal};
use serde_json::{Value, json};

use super::desk::{Desk, field, made, note_on, text};

const OPEN: &str = "White-water pH loop";

async fn desk_with(server: &Tryton, collections: &[&str]) -> (Desk, TrytonUser) {
    let jonas = server.rpc("jonas").await.expect("a second client");
    let mut desk = Desk::of("ines", server).await;
    for collection in collections {
        desk.turn(collection).await;
    }
    (desk, jonas)
}

fn money(digits: &str) -> FieldValue {
    FieldValue::Money(Money::new(digits.parse().expect("a number"), "EUR"))
}

#[tokio::test]
async fn an_edit_arrives_and_doing_it_twice_changes_nothing() {
    let server = Tryton::start().await.expect("a Tryton");
    let (mut desk, jonas) = desk_with(&server, &["sale.opportunity"]).await;
    let deal = desk.titled("sale.opportunity", OPEN);
    let set = desk.set(
        "sale.opportunity",
        &deal,
        "text",
        (FieldValue::Empty, text("Likes us.")),
    );
    assert_eq!(desk.lookup("c-1", &set).await, Ok(Receipt::NeverArrived));
    let Ok(Receipt::Applied { revision, .. }) = desk.push("c-1", &set).await else {
        panic!("it is applied");
    };
    assert_eq!(
        field(&jonas, "sale.opportunity", &deal, "comment").await,
        json!("Likes us.")
    );
    let again = desk.push("c-1", &set).await;
    assert_eq!(
        again,
        Ok(Receipt::Applied {
            handle: Some(deal.as_str().into()),
            revision: revision.clone()
        })
    );
    assert!(matches!(
        desk.lookup("c-1", &set).await,
        Ok(Receipt::Applied { .. })
    ));
    assert_eq!(
        desk.turn("sale.opportunity").await,
        std::slice::from_ref(&deal)
    );
    assert_eq!(desk.item("sale.opportunity", &deal).revision, revision);
}

#[tokio::test]
async fn two_writers_of_one_field_conflict_and_of_two_fields_do_not() {
    let server = Tryton::start().await.expect("a Tryton");
    let (desk, jonas) = desk_with(&server, &["sale.opportunity"]).await;
    let deal = desk.titled("sale.opportunity", OPEN);
    let id: i64 = deal.parse().expect("an id");
    let mine = desk.set(
        "sale.opportunity",
        &deal,
        "amount",
        (money("9825.00"), money("9900.00")),
    );
    jonas
        .write(
            "sale.opportunity",
            &[id],
            &json!({"amount": decimal("12000.00")}),
        )
        .await
        .expect("a write");
    let conflict = desk.push("c-1", &mine).await;
    assert!(matches!(conflict, Err(Fault::Conflict(_))), "{conflict:?}");
    assert_eq!(
        field(&jonas, "sale.opportunity", &deal, "amount").await,
        json!({"__class__": "Decimal", "decimal": "12000.00"}),
        "nobody's edit is lost"
    );
    // The stamp is stale for this one too, and the field is not.
    let other = desk.set(
        "sale.opportunity",
        &deal,
        "text",
        (FieldValue::Empty, text("Ring first.")),
    );
    assert!(matches!(
        desk.push("c-2", &other).await,
        Ok(Receipt::Applied { .. })
    ));
    // A button on a stale page is refused by the server itself.
    let stale = desk
        .push("c-3", &desk.act("sale.opportunity", &deal, "lost"))
        .await;
    assert!(matches!(stale, Err(Fault::Conflict(_))), "{stale:?}");
}

#[tokio::test]
async fn addresses_of_a_customer_are_added_changed_and_removed() {
    let server = Tryton::start().await.expect("a Tryton");
    let (mut desk, jonas) = desk_with(&server, &["party.party"]).await;
    let marta = desk.titled("party.party", "Marta Kessler");
    let emails = |item: &Item| match &item.body {
        Body::Contact(it) => {
            let all = it
                .addresses
                .iter()
                .filter(|a| a.kind == rapport_model::AddressKind::Email);
            all.map(|a| a.value.clone()).collect::<Vec<_>>()
        }
        other => panic!("{other:?} is nobody"),
    };
    let before = emails(desk.item("party.party", &marta));
    let wanted = vec![
        "marta@new.example".to_owned(),
        "m.kessler@new.example".to_owned(),
    ];
    let set = desk.set(
        "party.party",
        &marta,
        "email",
        (FieldValue::List(before), FieldValue::List(wanted.clone())),
    );
    assert!(matches!(
        desk.push("c-1", &set).await,
        Ok(Receipt::Applied { .. })
    ));
    desk.turn("party.party").await;
    assert_eq!(emails(desk.item("party.party", &marta)), wanted);

    let set = desk.set(
        "party.party",
        &marta,
        "email",
        (
            FieldValue::List(wanted.clone()),
            FieldValue::List(wanted[..1].to_vec()),
        ),
    );
    assert!(matches!(
        desk.push("c-2", &set).await,
        Ok(Receipt::Applied { .. })
    ));
    let id: i64 = marta.parse().expect("an id");
    let domain = json!([["party", "=", id], ["type", "=", "email"]]);
    assert_eq!(
        jonas
            .count("party.contact_mechanism", &domain)
            .await
            .expect("a count"),
        1
    );
    let named = desk.set(
        "party.party",
        &marta,
        "name",
        (text("Marta Kessler"), text("Marta Kessler-Lind")),
    );
    let name = desk.push("c-3", &named).await;
    assert!(
        matches!(name, Ok(Receipt::Applied { .. })),
        "nobody else touched it: {name:?}"
    );
    assert_eq!(
        field(&jonas, "party.party", &marta, "name").await,
        json!("Marta Kessler-Lind")
    );
}

#[tokio::test]
async fn a_task_is_made_done_and_refused_where_a_field_is_not_for_us() {
    let server = Tryton::start().await.expect("a Tryton");
    let (mut desk, jonas) = desk_with(&server, &["project.work"]).await;
    let project = desk.titled("project.work", "District metering rollout");
    let task = Task {
        title: "Label the chambers".to_owned(),
        about: Some(ItemRef::new("project.work", project)),
        fields: [("effort".into(), FieldValue::Number(3.into()))]
            .into_iter()
            .collect(),
        ..Task::default()
    };
    let create = Desk::create("project.work", Body::Task(task));
    assert_eq!(desk.lookup("c-1", &create).await, Ok(Receipt::NeverArrived));
    let handle = made(desk.push("c-1", &create).await).to_string();
    assert_eq!(made(desk.lookup("c-1", &create).await).to_string(), handle);
    desk.turn("project.work").await;
    let done = desk.set(
        "project.work",
        &handle,
        "status",
        (text("open"), text("done")),
    );
    let receipt = desk.push("c-2", &done).await;
    assert!(
        matches!(receipt, Ok(Receipt::Applied { .. })),
        "{receipt:?}"
    );
    assert!(matches!(
        desk.lookup("c-2", &done).await,
        Ok(Receipt::Applied { .. })
    ));
    desk.turn("project.work").await;
    let Body::Task(it) = &desk.item("project.work", &handle).body else {
        panic!("a task")
    };
    assert_eq!(it.status, rapport_model::TaskStatus::Done);
    assert_eq!(
        it.fields.get(&"effort".into()),
        Some(&FieldValue::Number(3.into()))
    );
    let reopen = desk.set(
        "project.work",
        &handle,
        "status",
        (text("done"), text("open")),
    );
    let receipt = desk.push("c-4", &reopen).await;
    assert!(
        matches!(receipt, Ok(Receipt::Applied { .. })),
        "{receipt:?}"
    );
    desk.turn("project.work").await;
    let Body::Task(it) = &desk.item("project.work", &handle).body else {
        panic!("a task")
    };
    assert_eq!(it.status, rapport_model::TaskStatus::Open);
    let odd = desk.set(
        "project.work",
        &handle,
        "spent",
        (FieldValue::Empty, FieldValue::Number(1.into())),
    );
    let refused = desk.push("c-3", &odd).await;
    assert!(
        matches!(&refused, Err(Fault::Rejected(why)) if why.contains("spent")),
        "{refused:?}"
    );
    assert_eq!(
        jonas
            .count(
                "project.work",
                &json!([["name", "=", "Label the chambers"]])
            )
            .await
            .expect("a count"),
        1
    );
}

#[tokio::test]
async fn a_button_moves_a_deal_and_the_server_may_say_no() {
    let server = Tryton::start().await.expect("a Tryton");
    let (mut desk, jonas) = desk_with(&server, &["sale.opportunity"]).await;
    let deal = desk.titled("sale.opportunity", OPEN);
    let convert = desk.act("sale.opportunity", &deal, "convert");
    assert_eq!(
        desk.lookup("c-1", &convert).await,
        Ok(Receipt::NeverArrived)
    );
    assert!(matches!(
        desk.push("c-1", &convert).await,
        Ok(Receipt::Applied { .. })
    ));
    assert_eq!(
        field(&jonas, "sale.opportunity", &deal, "state").await,
        json!("converted")
    );
    assert!(matches!(
        desk.lookup("c-1", &convert).await,
        Ok(Receipt::Applied { .. })
    ));
    desk.turn("sale.opportunity").await;

    // The server's own words come through.
    let late = desk.set(
        "sale.opportunity",
        &deal,
        "amount",
        (money("9825.00"), money("1.00")),
    );
    let refused = desk.push("c-2", &late).await;
    assert!(
        matches!(&refused, Err(Fault::Rejected(why)) if why.contains("Amount")),
        "{refused:?}"
    );
    let again = desk
        .push("c-3", &desk.act("sale.opportunity", &deal, "convert"))
        .await;
    assert!(
        matches!(&again, Err(Fault::Rejected(why)) if why.contains("convert")),
        "{again:?}"
    );
    let won = desk
        .push("c-4", &desk.act("sale.opportunity", &deal, "won"))
        .await;
    assert!(
        matches!(&won, Err(Fault::Rejected(why)) if why.contains("by itself")),
        "{won:?}"
    );
    let odd = desk
        .push("c-5", &desk.act("sale.opportunity", &deal, "delete"))
        .await;
    assert!(matches!(odd, Err(Fault::Rejected(_))), "{odd:?}");
}

#[tokio::test]
async fn whatever_is_made_over_a_line_that_breaks_is_found_and_never_made_twice() {
    let server = Tryton::start().await.expect("a Tryton");
    let (mut reader, jonas) = desk_with(&server, &["sale.opportunity"]).await;
    let deal = reader.titled("sale.opportunity", OPEN);
    let proxy = FaultProxy::to(server.address()).await.expect("a proxy");
    let desk = Desk::at(&proxy.url(), server.database(), &json!({}));
    desk.sign_in("ines").await;
    // What is known of the server is asked for while the line holds.
    desk.connector.discover().await.expect("collections");

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("offer.txt");
    std::fs::write(&path, "Offer, version two").expect("a file");
    let mut document = Record::new(RecordKind::Document, "offer.txt");
    document.parent = Some(ItemRef::new("sale.opportunity", deal.clone()));
    document.attachments.push(rapport_model::Attachment {
        name: "offer.txt".to_owned(),
        mime: "text/plain".to_owned(),
        size: None,
        source: path.display().to_string(),
        thumbnail: None,
        content_id: None,
    });
    let mut fresh = Record::new(RecordKind::Opportunity, "Spare loop controllers");
    fresh.amount = Some(Money::new("700".parse().expect("a number"), "EUR"));
    let makes = [
        (
            "ir.note",
            note_on("sale.opportunity", &deal, "Wants two of them."),
        ),
        ("ir.attachment", Body::Record(Box::new(document))),
        ("sale.opportunity", Body::Record(Box::new(fresh))),
    ];
    for (number, (model, body)) in makes.into_iter().enumerate() {
        let key = format!("c-{number}");
        let command = Desk::create(model, body);
        let before = jonas_counts(&server, model).await;
        proxy.set(Mode::Refuse);
        let away = desk.push(&key, &command).await;
        assert!(
            matches!(away, Err(Fault::Offline(_) | Fault::Unknown(_))),
            "{model}: {away:?}"
        );
        proxy.set(Mode::Pass);
        assert_eq!(
            desk.lookup(&key, &command).await,
            Ok(Receipt::NeverArrived),
            "{model}"
        );
        proxy.set(Mode::SwallowAnswer {
            matching: String::new(),
        });
        let unsure = push_through_reads(&desk, &proxy, &key, &command).await;
        assert!(
            matches!(unsure, Err(Fault::Unknown(_))),
            "{model}: {unsure:?}"
        );
        proxy.set(Mode::Pass);
        made(desk.lookup(&key, &command).await);
        assert_eq!(jonas_counts(&server, model).await, before + 1, "{model}");
    }

    // A button whose answer was lost: the state tells.
    let lost = reader.act("sale.opportunity", &deal, "lost");
    proxy.set(Mode::SwallowAnswer {
        matching: String::new(),
    });
    let unsure = desk.push("c-9", &lost).await;
    assert!(matches!(unsure, Err(Fault::Unknown(_))), "{unsure:?}");
    proxy.set(Mode::Pass);
    assert!(matches!(
        desk.lookup("c-9", &lost).await,
        Ok(Receipt::Applied { .. })
    ));
    assert_eq!(
        field(&jonas, "sale.opportunity", &deal, "state").await,
        json!("lost")
    );
    assert!(reader.turn("sale.opportunity").await.contains(&deal));
}

/// An opportunity asks for its owner's employment before it is made; that
/// answer may come through.
async fn push_through_reads(
    desk: &Desk,
    proxy: &FaultProxy,
    key: &str,
    command: &Command,
) -> Result<Receipt, Fault> {
    match desk.push(key, command).await {
        Err(Fault::Transient(_)) => {
            // Only the first request is a read: let one answer pass, then none.
            proxy.set(Mode::Pass);
            let requests = proxy.counts().requests;
            let push = desk.push(key, command);
            let swallow = async {
                while proxy.counts().requests == requests {
                    tokio::task::yield_now().await;
                }
                proxy.set(Mode::SwallowAnswer {
                    matching: String::new(),
                });
            };
            tokio::join!(push, swallow).0
        }
        other => other,
    }
}

async fn jonas_counts(server: &Tryton, model: &str) -> u64 {
    let admin = server.rpc("admin").await.expect("an administrator");
    admin
        .count(model, &Value::Array(Vec::new()))
        .await
        .expect("a count")
}

#[tokio::test]
async fn a_note_is_kept_as_written_and_deleted_and_a_stranger_is_refused_in_words() {
    let server = Tryton::start().await.expect("a Tryton");
    let (mut desk, _jonas) = desk_with(&server, &["sale.opportunity", "ir.note"]).await;
    let deal = desk.titled("sale.opportunity", OPEN);
    let create = Desk::create(
        "ir.note",
        note_on("sale.opportunity", &deal, "First thought"),
    );
    let note = made(desk.push("c-1", &create).await).to_string();
    desk.turn("ir.note").await;
    let set = desk.set(
        "ir.note",
        &note,
        "text",
        (text("First thought"), text("Second thought")),
    );
    let fixed = desk.push("c-2", &set).await;
    assert!(
        matches!(&fixed, Err(Fault::Rejected(why)) if why.contains("Message")),
        "{fixed:?}"
    );
    let delete = Command::Delete {
        target: ItemRef::new("ir.note", note.clone()),
        base: desk.item("ir.note", &note).revision.clone(),
    };
    assert_eq!(desk.lookup("c-3", &delete).await, Ok(Receipt::NeverArrived));
    assert!(matches!(
        desk.push("c-3", &delete).await,
        Ok(Receipt::Applied { .. })
    ));
    assert!(matches!(
        desk.lookup("c-3", &delete).await,
        Ok(Receipt::Applied { .. })
    ));

    let mut temp = Desk::of("temp", &server).await;
    temp.turn("company.employee").await;
    let one = temp.items.keys().next().expect("an employee").1.clone();
    let note = Desk::create(
        "ir.note",
        note_on("company.employee", &one, "Not mine to say"),
    );
    let refused = temp.push("c-4", &note).await;
    assert!(
        matches!(refused, Err(Fault::Rejected(_) | Fault::Denied(_))),
        "{refused:?}"
    );
}
