//! What a customer's page, today and the desktop are told.

use jiff::civil::date;
use jiff::tz::TimeZone;
use rapport_model::field::FieldValue;
use rapport_model::{Money, OrgId, Organisation, Phase};

use super::*;
use crate::search::{Query, SearchContext};
use crate::table::notification::Notification;
use crate::table::people::{Node, OrgRow, Side};
use crate::view::{CustomerOrder, CustomersWanted, TimelineWanted};

/// The day of [`MORNING`].
fn today() -> jiff::civil::Date {
    crate::view::today(MORNING, &TimeZone::UTC)
}

/// A customer with the organisation row behind it.
pub(super) fn customer(scene: &Scene, name: &str) -> OrgId {
    let body = Organisation {
        name: name.to_owned(),
        number: Some(format!("C-{name}")),
        ..Organisation::default()
    };
    let row = scene.put(&item(
        &format!("org-{name}"),
        Body::Organisation(Box::new(body)),
    ));
    scene
        .db
        .write(|tx| {
            let mut node = Node::new(
                format!("item:velmora-1/mail/{name}"),
                Side::Organisation,
                name,
            );
            node.item = Some(row.id);
            let id = tx.put_node(&node)?;
            let org = OrgId(id.0);
            tx.set_org(id, Some(org))?;
            tx.put_org(&OrgRow {
                id: org,
                name: name.to_owned(),
                detail: serde_json::json!({}),
            })?;
            Ok(org)
        })
        .unwrap()
}

fn of(org: OrgId) -> Links {
    Links {
        org: Some(org),
        ..Links::default()
    }
}

fn euro(cents: i64) -> Money {
    Money::new(rust_decimal::Decimal::new(cents, 2), "EUR")
}

/// An invoice with its day and due day, of that many cents of which so many are
/// still to be paid.
fn invoice(
    scene: &Scene,
    org: OrgId,
    handle: &str,
    (day, due): (&str, &str),
    (cents, left): (i64, i64),
) {
    let mut body = Record::new(RecordKind::Invoice, handle);
    body.phase = if left > 0 { Phase::Open } else { Phase::Done };
    body.amount = Some(euro(cents));
    body.outstanding = Some(euro(left));
    body.date = Some(day.parse().unwrap());
    body.due = Some(due.parse().unwrap());
    scene.put_linked(&item(handle, Body::Record(Box::new(body))), &of(org));
}

#[test]
fn sums_and_months_are_exact_and_count_what_is_left_to_pay() {
    let scene = Scene::new();
    let org = customer(&scene, "Halden");
    invoice(
        &scene,
        org,
        "late",
        ("2026-01-10", "2026-02-09"),
        (1_248_000, 1_000_010),
    );
    invoice(
        &scene,
        org,
        "open",
        ("2026-03-01", "2026-04-01"),
        (500, 500),
    );
    invoice(&scene, org, "paid", ("2026-03-02", "2026-03-05"), (700, 0));
    let page = scene
        .db
        .read(|db| db.customer_page(org, None, MORNING, &TimeZone::UTC))
        .unwrap();
    let sum = |what: &str| {
        let line = page.sums.iter().find(|it| it.what == what).unwrap();
        (line.count, line.amount.clone())
    };
    assert_eq!(sum("unpaid"), (2, euro(1_000_510)));
    assert_eq!(sum("overdue"), (1, euro(1_000_010)));
    assert_eq!(page.months.len(), 12);
    let month = |name: &str| page.months.iter().find(|it| it.month == name).unwrap();
    assert_eq!(month("2026-01").overdue, euro(1_000_010));
    assert_eq!(month("2026-03").invoiced, euro(1_200));
    assert_eq!(month("2026-03").overdue, euro(0));
    let row = scene.db.read(|db| db.customer_row(org, today())).unwrap();
    assert_eq!(row.open_amount, Some(euro(1_000_510)));
    assert_eq!(row.overdue_amount, Some(euro(1_000_010)));
}

#[test]
fn an_amount_too_large_for_its_column_is_still_summed_exactly() {
    let scene = Scene::new();
    let org = customer(&scene, "Halden");
    let huge = Money::new("79228162514264337593543.95".parse().unwrap(), "EUR");
    let mut body = Record::new(RecordKind::Invoice, "huge");
    body.phase = Phase::Open;
    body.amount = Some(huge.clone());
    scene.put_linked(&item("huge", Body::Record(Box::new(body))), &of(org));
    let row = scene.db.read(|db| db.customer_row(org, today())).unwrap();
    assert_eq!(row.open_amount, Some(huge));
}

#[test]
fn customers_are_pinned_and_sorted_by_what_they_owe() {
    let scene = Scene::new();
    let (a, b) = (customer(&scene, "Alder"), customer(&scene, "Birch"));
    invoice(&scene, a, "a", ("2026-01-10", "2026-04-09"), (500, 500));
    invoice(&scene, b, "b", ("2026-01-10", "2026-02-09"), (900, 900));
    let list = |wanted: CustomersWanted| -> Vec<OrgId> {
        scene
            .db
            .read(|db| db.customers(&wanted, today()))
            .unwrap()
            .into_iter()
            .map(|it| it.id)
            .collect()
    };
    let sorted = |order| {
        list(CustomersWanted {
            order,
            ..CustomersWanted::default()
        })
    };
    assert_eq!(sorted(CustomerOrder::Open), [b, a]);
    assert_eq!(sorted(CustomerOrder::Name), [a, b]);
    let late = CustomersWanted {
        overdue: true,
        ..CustomersWanted::default()
    };
    assert_eq!(list(late), [b]);
    let pinned = CustomersWanted {
        pinned: true,
        ..CustomersWanted::default()
    };
    assert_eq!(list(pinned.clone()), []);
    scene
        .db
        .write(|tx| tx.set_pinned(a, true, MORNING))
        .unwrap();
    assert_eq!(list(pinned.clone()), [a]);
    scene
        .db
        .write(|tx| tx.set_pinned(a, false, MORNING))
        .unwrap();
    assert_eq!(list(pinned), []);
    let by_number = CustomersWanted {
        name: Some("C-Bir".to_owned()),
        ..CustomersWanted::default()
    };
    assert_eq!(list(by_number), [b]);
}

#[test]
fn of_many_customers_with_a_name_the_same_ones_come_first_however_few_are_asked_for() {
    let scene = Scene::new();
    // More than are asked one by one; their invoices come in an order of their own.
    let orgs: Vec<OrgId> = (0..50)
        .map(|number| customer(&scene, &format!("Alder {number}")))
        .collect();
    for round in 0..150_usize {
        // The last ones have none.
        let org = orgs[round * 7 % 47];
        invoice(
            &scene,
            org,
            &format!("{round}"),
            ("2026-01-10", "2026-04-09"),
            (500, 500),
        );
    }
    let named = |name: &str, limit: u32, offset: u32| -> Vec<(OrgId, Option<Millis>)> {
        let wanted = CustomersWanted {
            name: Some(name.to_owned()),
            limit: Some(limit),
            offset,
            ..CustomersWanted::default()
        };
        let rows = scene.db.read(|db| db.customers(&wanted, today())).unwrap();
        rows.into_iter().map(|it| (it.id, it.last_at)).collect()
    };
    let all = named("lder", 200, 0);
    assert_eq!(all.len(), 50);
    for (limit, offset) in [(1, 0), (3, 0), (3, 5), (20, 0), (50, 0)] {
        let (from, to) = (offset as usize, (offset + limit) as usize);
        assert_eq!(
            named("lder", limit, offset),
            all[from..to],
            "{limit} after {offset}"
        );
    }
}

#[test]
fn a_pin_stays_with_the_company_when_its_id_changes() {
    let scene = Scene::new();
    let org = customer(&scene, "Halden");
    scene
        .db
        .write(|tx| {
            tx.set_pinned(org, true, MORNING)?;
            // Another source's row, seen earlier, turns out to be the same company.
            let nodes = tx.nodes_of_org(org)?;
            let merged = OrgId(org.0 + 100);
            for node in nodes {
                tx.set_org(node.id, Some(merged))?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(
        scene.db.read(|db| db.pinned()).unwrap(),
        [OrgId(org.0 + 100)]
    );
}

#[test]
fn a_timeline_goes_through_every_channel_page_by_page_and_skips_nothing() {
    let scene = Scene::new();
    let org = customer(&scene, "Halden");
    let conversation = scene.put_linked(&room("room", "Line 2"), &of(org)).id;
    let said = Links {
        conversation: Some(conversation),
        ..of(org)
    };
    for number in 0..5_i64 {
        let mut message = message(&format!("m{number}"), "hello");
        message.at = Millis(MORNING.0 + number);
        scene.put_linked(&message, &said);
        invoice(
            &scene,
            org,
            &format!("i{number}"),
            ("2026-03-01", "2026-04-01"),
            (100, 100),
        );
    }
    scene.later(60_000);
    // The due day moves: a change of its own.
    invoice(&scene, org, "i0", ("2026-03-01", "2026-05-01"), (100, 100));
    let ask = |kinds: &[&str], after: Option<String>, limit| {
        let wanted = TimelineWanted {
            kinds: kinds.iter().map(|it| (*it).to_owned()).collect(),
            after,
            limit: Some(limit),
            ..TimelineWanted::default()
        };
        scene
            .db
            .read(|db| db.customer_timeline(org, &wanted))
            .unwrap()
    };
    let all = ask(&[], None, 100);
    assert_eq!(all.len(), 11);
    assert_eq!(all[0].group, "change");
    let change = all[0].change.clone().unwrap();
    assert_eq!(
        (change.field.as_str(), change.cause.as_str()),
        ("due", "remote")
    );
    assert_eq!(change.new, FieldValue::Day(date(2026, 5, 1)));
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = ask(&[], after.clone(), 2);
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        paged.extend(page.into_iter().map(|it| it.key));
    }
    let keys: Vec<String> = all.iter().map(|it| it.key.clone()).collect();
    assert_eq!(paged, keys);
    assert_eq!(ask(&["chat"], None, 100).len(), 5);
    assert_eq!(ask(&["chat"], None, 3).len(), 3);
    assert!(ask(&["mail"], None, 100).is_empty());
    assert!(
        ask(&["record"], None, 100)
            .iter()
            .all(|it| it.group == "record")
    );
    let counts = scene
        .db
        .read(|db| db.customer_page(org, None, scene.now(), &TimeZone::UTC))
        .unwrap()
        .timeline_counts;
    let count = |of: &str| counts.iter().find(|it| it.0 == of).unwrap().1;
    assert_eq!((count("chat"), count("record"), count("change")), (5, 5, 1));
}

#[test]
fn a_sum_and_a_timeline_are_answered_from_the_index_made_for_them() {
    let scene = Scene::new();
    let plan = |sql: &str| -> String {
        scene
            .db
            .read(|db| {
                let mut statement = db.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let rows = statement.query_map([], |row| row.get::<_, String>(3))?;
                Ok(rows.collect::<Result<Vec<_>, _>>()?.join("\n"))
            })
            .unwrap()
    };
    for (sql, index) in [
        (
            "SELECT kind, phase, due, currency, amount, outstanding, item FROM record \
             WHERE org = 1 AND phase IN ('draft', 'open') \
             AND kind IN ('opportunity', 'invoice', 'order')",
            "COVERING INDEX record_open",
        ),
        (
            "SELECT kind, day, currency, amount, phase, due, outstanding, item FROM record \
             WHERE org = 1 AND kind IN ('order', 'invoice') AND day >= 'a' AND day <= 'b'",
            "COVERING INDEX record_month",
        ),
        (
            "SELECT item FROM record WHERE org = 1 AND kind = 'ticket' AND item < 9 \
             ORDER BY item DESC LIMIT 5",
            "record_org",
        ),
        (
            "SELECT id FROM item WHERE conversation = 1 AND id < 9 ORDER BY id DESC LIMIT 5",
            "COVERING INDEX item_conversation",
        ),
        (
            "SELECT item FROM member WHERE node = 1 ORDER BY item DESC LIMIT 5",
            "COVERING INDEX sqlite_autoindex_member_1",
        ),
    ] {
        let found = plan(sql);
        assert!(found.contains(index), "{sql}\n{found}");
        assert!(!found.contains("SCAN"), "{sql}\n{found}");
        assert!(!found.contains("TEMP B-TREE"), "{sql}\n{found}");
    }
}

#[test]
fn a_notification_is_given_out_once_and_again_when_it_was_put_off() {
    let scene = Scene::new();
    let put = |key: &str| {
        let new = Notification {
            key: key.to_owned(),
            at: scene.now(),
            title: key.to_owned(),
            ..Notification::default()
        };
        scene
            .db
            .write(|tx| tx.put_notification(&new))
            .unwrap()
            .unwrap()
    };
    let take = |at: Millis| -> Vec<i64> {
        scene
            .db
            .write(|tx| tx.take_due_notifications(at, 10, |it| !it.key.starts_with("off")))
            .unwrap()
            .into_iter()
            .map(|it| it.id)
            .collect()
    };
    let (first, _off, done) = (put("mention:1"), put("off:2"), put("mention:3"));
    scene
        .db
        .write(|tx| tx.finish_notification(done, MORNING))
        .unwrap();
    assert_eq!(take(MORNING), [first]);
    assert!(take(MORNING).is_empty());
    let later = MORNING.plus(60_000);
    assert!(
        scene
            .db
            .write(|tx| tx.snooze_notification(first, later))
            .unwrap()
    );
    assert!(take(MORNING).is_empty());
    assert_eq!(take(later), [first]);
    assert!(take(later).is_empty());
}

#[test]
fn every_completion_is_a_query_that_is_understood() {
    let scene = Scene::new();
    customer(&scene, "Calder Vale Water");
    scene.put(&room("room", "Key accounts"));
    let context = SearchContext {
        today: today(),
        zone: TimeZone::UTC,
    };
    for begun in [
        "customer:cald",
        "in:key",
        "in:velm",
        "is:",
        "has:",
        "before:",
        "after:",
        "kind:",
        "from:",
        "-is:un",
    ] {
        let found = scene.db.read(|db| db.completions(begun, None, 50)).unwrap();
        assert!(!found.words.is_empty(), "{begun}");
        for word in found.words {
            let query = Query::parse(&word.insert, &context);
            assert!(
                query.ignored.is_empty(),
                "{}: {:?}",
                word.insert,
                query.ignored
            );
            assert_eq!(query.filters.len(), 1, "{}", word.insert);
        }
    }
}

#[test]
fn an_erased_message_leaves_nothing_but_the_knowledge_that_it_is_not_wanted() {
    let scene = Scene::new();
    let conversation = scene.put(&room("room", "Line 2")).id;
    let said = Links {
        conversation: Some(conversation),
        ..Links::default()
    };
    let id = scene.put_linked(&message("m1", "a secret word"), &said).id;
    let later = MORNING.plus(86_400_000);
    let old = |at| {
        scene
            .db
            .read(|db| db.messages_before(&scene.account, at, 10))
            .unwrap()
    };
    assert_eq!(old(MORNING), []);
    assert_eq!(old(later), [id]);
    assert!(scene.db.write(|tx| tx.erase_message(id)).unwrap());
    let handle = Handle::new("m1");
    let (journal, erased, stored) = scene
        .db
        .read(|db| {
            let journal: i64 = db.conn.query_row(
                "SELECT count(*) FROM journal WHERE item = ?1",
                [id.0],
                |row| row.get(0),
            )?;
            Ok((
                journal,
                db.is_erased(&scene.mail(), &handle)?,
                db.stored(id)?,
            ))
        })
        .unwrap();
    assert_eq!((journal, erased, stored), (0, true, None));
    let line = scene.db.read(|db| db.ledger()).unwrap();
    assert_eq!(line.iter().map(|it| it.erased).sum::<u64>(), 1);
    scene
        .db
        .write(|tx| tx.forget_erased(&scene.account))
        .unwrap();
    assert!(
        !scene
            .db
            .read(|db| db.is_erased(&scene.mail(), &handle))
            .unwrap()
    );
}
