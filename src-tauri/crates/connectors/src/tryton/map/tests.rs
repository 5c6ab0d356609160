//! Rows recorded from a real server, and rows no server should send.

use rapport_model::field::fields_of;
use rapport_model::{AddressKind, TaskStatus};
use serde_json::json;

use super::*;
use rapport_model::{Phase, RecordKind};

fn rows(text: &str) -> Vec<Row> {
    serde_json::from_str(text).unwrap()
}

fn lore() -> Lore {
    Lore {
        staff: BTreeSet::from([2]),
        me: Some(2),
        own: BTreeSet::from([1]),
        person_relations: BTreeSet::from(["works at".to_owned()]),
        currency: "EUR".to_owned(),
    }
}

fn items(model: &str, text: &str) -> Vec<Item> {
    rows(text)
        .iter()
        .map(|row| item(model, row, &lore()).unwrap())
        .collect()
}

fn records(model: &str, text: &str) -> Vec<Record> {
    items(model, text)
        .into_iter()
        .map(|item| match item.body {
            Body::Record(record) => *record,
            other => panic!("{other:?} is no record"),
        })
        .collect()
}

#[test]
fn people_and_companies_are_told_apart_by_work_and_relation() {
    let items = items("party.party", include_str!("../fixtures/party.party.json"));
    let Body::Organisation(own) = &items[0].body else {
        panic!("{:?}", items[0])
    };
    assert!(own.own);
    assert_eq!(own.postal, [], "a blank address is none");
    let Body::Contact(me) = &items[1].body else {
        panic!("{:?}", items[1])
    };
    assert!(me.me && me.staff);
    let Body::Organisation(brewery) = &items[2].body else {
        panic!("{:?}", items[2])
    };
    assert_eq!(brewery.name, "Oakhollow Brewing");
    let kinds: Vec<AddressKind> = brewery.addresses.iter().map(|it| it.kind).collect();
    assert_eq!(
        kinds,
        [AddressKind::Email, AddressKind::Phone, AddressKind::Url]
    );
    assert_eq!(brewery.postal.len(), 1);
    let Body::Contact(marta) = &items[3].body else {
        panic!("{:?}", items[3])
    };
    assert_eq!(marta.organisation, Some(ItemRef::new("party.party", "5")));
    assert!(!marta.staff && !marta.me);
    assert!(
        marta.role.is_some(),
        "the comment beside her address is her role"
    );
    assert!(
        items
            .iter()
            .all(|item| item.revision.is_some() && item.at > Millis(0))
    );
}

#[test]
fn an_opportunity_says_where_it_stands_and_what_can_be_done() {
    let all = records(
        "sale.opportunity",
        include_str!("../fixtures/sale.opportunity.json"),
    );
    let of = |state: &str| {
        all.iter()
            .find(|it| it.state.as_deref() == Some(state))
            .unwrap()
    };
    assert_eq!(of("lead").actions, ["opportunity", "lost", "cancel"]);
    assert_eq!(of("lead").phase, Phase::Open);
    assert_eq!(of("won").phase, Phase::Done);
    assert_eq!(of("won").actions, Vec::<String>::new());
    assert_eq!(of("lost").phase, Phase::Lost);
    assert_eq!(of("cancelled").phase, Phase::Lost);
    let open = of("opportunity");
    assert_eq!(open.title, "Flow meters for the new bright-beer tanks");
    assert_eq!(
        open.amount,
        Some(Money::new("18400.00".parse().unwrap(), "EUR"))
    );
    assert_eq!(open.customer, Some(ItemRef::new("party.party", "5")));
    assert!(
        open.owner
            .as_ref()
            .is_some_and(|owner| owner.collection.as_str() == "party.party")
    );
    assert_eq!(open.lines.len(), 1);
    assert_eq!(
        open.fields.get(&"probability".into()),
        Some(&FieldValue::Number(Decimal::from(70)))
    );
}

#[test]
fn an_offer_is_an_open_order_that_knows_its_opportunity() {
    let all = records("sale.sale", include_str!("../fixtures/sale.sale.json"));
    assert!(
        all.iter()
            .all(|it| it.kind == RecordKind::Order && it.phase == Phase::Open)
    );
    assert!(
        all.iter()
            .all(|it| it.lines.iter().all(|line| line.amount.is_some()))
    );
    let offer = all
        .iter()
        .find(|it| it.state.as_deref() == Some("quotation"))
        .unwrap();
    assert_eq!(offer.parent, Some(ItemRef::new("sale.opportunity", "7")));
    assert_eq!(offer.actions, ["confirm", "draft", "cancel"]);
}

#[test]
fn an_invoice_says_what_is_open_and_since_when() {
    let all = records(
        "account.invoice",
        include_str!("../fixtures/account.invoice.json"),
    );
    let of = |phase| all.iter().find(|it| it.phase == phase).unwrap();
    let open = of(Phase::Open);
    assert_eq!(
        open.outstanding,
        Some(Money::new("13248.00".parse().unwrap(), "EUR"))
    );
    assert_eq!(open.due, Some(jiff::civil::date(2026, 9, 17)));
    assert_eq!(of(Phase::Done).outstanding, None);
    assert_eq!(of(Phase::Done).due, Some(jiff::civil::date(2026, 10, 2)));
    assert_eq!(
        of(Phase::Draft).parent,
        Some(ItemRef::new("sale.sale", "1"))
    );
}

#[test]
fn a_payment_points_at_what_it_paid() {
    let all = records(
        "account.move.line",
        include_str!("../fixtures/account.move.line.json"),
    );
    assert_eq!(all[1].parent, Some(ItemRef::new("account.invoice", "9")));
    assert_eq!(
        all[1].amount,
        Some(Money::new("5220.00".parse().unwrap(), "EUR"))
    );
}

#[test]
fn work_is_a_project_or_a_task_of_one() {
    let items = items(
        "project.work",
        include_str!("../fixtures/project.work.json"),
    );
    let Body::Record(project) = &items[0].body else {
        panic!("{:?}", items[0])
    };
    assert_eq!(project.kind, RecordKind::Project);
    let Body::Task(task) = &items[1].body else {
        panic!("{:?}", items[1])
    };
    assert_eq!(task.project.as_deref(), Some("District metering rollout"));
    assert_eq!(task.about, project.customer);
    assert_eq!(task.status, TaskStatus::Open);
    assert_eq!(
        task.fields.get(&"effort".into()),
        Some(&FieldValue::Number(Decimal::from(8)))
    );
}

#[test]
fn time_spent_does_not_begin_a_task_that_is_set_back_to_open() {
    let status = |status: Value| {
        let row = json!({
            "id": 1, "type": "task", "name": "Mount", "status.": status,
            "timesheet_duration": {"__class__": "timedelta", "seconds": 7200.0},
        });
        let item = item("project.work", row.as_object().unwrap(), &Lore::default()).unwrap();
        match item.body {
            Body::Task(task) => task.status,
            other => panic!("{other:?}"),
        }
    };
    let open = json!({"name": "Open", "progress": null, "default": true});
    assert_eq!(status(open), TaskStatus::Open);
    let own = json!({"name": "On site", "progress": null, "default": false});
    assert_eq!(status(own), TaskStatus::Started);
    assert_eq!(status(json!(null)), TaskStatus::Started);
}

#[test]
fn time_notes_and_documents_hang_on_their_records() {
    let time = records(
        "timesheet.line",
        include_str!("../fixtures/timesheet.line.json"),
    );
    assert_eq!(time[0].parent, Some(ItemRef::new("project.work", "2")));
    assert_eq!(
        time[0].fields.get(&"hours".into()),
        Some(&FieldValue::Number(Decimal::from(2)))
    );
    let notes = records("ir.note", include_str!("../fixtures/ir.note.json"));
    assert_eq!(notes[0].parent, Some(ItemRef::new("sale.opportunity", "1")));
    assert!(notes[0].text.as_deref().unwrap().contains("certificates"));
    let files = records(
        "ir.attachment",
        include_str!("../fixtures/ir.attachment.json"),
    );
    assert_eq!(files[0].attachments[0].size, Some(40));
    assert_eq!(files[0].attachments[0].mime, "text/plain");
    let staff = records(
        "company.employee",
        include_str!("../fixtures/company.employee.json"),
    );
    assert_eq!(staff.len(), 3);
    assert!(staff.iter().all(|it| it.person.is_some()));
    let products = records(
        "product.product",
        include_str!("../fixtures/product.product.json"),
    );
    assert!(
        products
            .iter()
            .all(|it| it.amount.as_ref().unwrap().currency.0 == "EUR")
    );
    let came = records(
        "attendance.line",
        include_str!("../fixtures/attendance.line.json"),
    );
    assert!(came[0].title.contains(" came in") || came[0].title.contains(" left"));
}

const MODELS: [&str; 13] = [
    "party.party",
    "company.employee",
    "sale.opportunity",
    "sale.sale",
    "account.invoice",
    "account.move.line",
    "account.payment",
    "product.product",
    "project.work",
    "timesheet.line",
    "attendance.line",
    "ir.note",
    "ir.attachment",
];

#[test]
fn a_row_with_nothing_but_its_id_still_has_a_name() {
    for model in MODELS {
        let row = json!({"id": 7}).as_object().unwrap().clone();
        let item = item(model, &row, &Lore::default()).unwrap();
        assert_eq!(item.handle.as_str(), "7");
        assert!(!item.body.title().is_empty(), "{model}");
    }
}

#[test]
fn an_amount_that_is_none_puts_the_row_aside_with_its_reason() {
    let amount = json!({"__class__": "Decimal", "decimal": "NaN"});
    let row = json!({"id": 7, "amount": amount, "total_amount": amount, "list_price": amount});
    for model in [
        "sale.opportunity",
        "sale.sale",
        "account.invoice",
        "product.product",
    ] {
        let reason = item(model, row.as_object().unwrap(), &Lore::default()).unwrap_err();
        assert!(reason.contains("number"), "{model}: {reason}");
    }
    assert!(
        item("party.party", &Row::new(), &Lore::default()).is_err(),
        "a row without an id"
    );
}

/// Any JSON in place of any value.
fn value() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("A\u{0}B")),
        Just(json!({"__class__": "Decimal", "decimal": "1E+99999"})),
        Just(json!({"__class__": "date", "year": 99_999, "month": 0, "day": -1})),
        Just(json!({"__class__": "datetime", "year": -1})),
        Just(json!({"__class__": "timedelta", "seconds": 1e300})),
        Just(json!([{"id": 1, "type": "email", "value": "x", "to": 2}])),
        Just(json!("sale.opportunity,x")),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_.]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest::proptest! {
    #[test]
    fn no_row_makes_the_mapping_panic_or_keep_a_nul(
        values in proptest::collection::vec(value(), 60), id: i64
    ) {
        for model in MODELS {
            let spec = spec(model).unwrap();
            let mut row = Row::new();
            for (want, value) in spec.wants.iter().zip(values.iter().cycle()) {
                // A dotted path arrives under its first part and a dot.
                let name = match want.path.split_once('.') {
                    Some((first, _)) => format!("{first}."),
                    None => want.path.to_owned(),
                };
                row.insert(name, value.clone());
            }
            row.insert("id".to_owned(), json!(id));
            if let Ok(item) = item(model, &row, &Lore::default()) {
                for (_, value) in fields_of(&item.body) {
                    proptest::prop_assert!(!value.to_string().contains('\0'));
                }
            }
        }
    }
}
