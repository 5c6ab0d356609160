//! What is switched off or booked beside a row: the row's own stamp does not move.

use rapport_model::plan::Task;
use rapport_model::{Body, FieldValue, TaskStatus};
use rapport_testkit::servers::{Tryton, date};
use serde_json::json;

use super::desk::Desk;

#[tokio::test]
async fn what_is_switched_off_beside_its_party_is_gone_from_it() {
    let server = Tryton::start().await.expect("a Tryton");
    let jonas = server.rpc("jonas").await.expect("a second client");
    let mut desk = Desk::of("ines", &server).await;
    desk.turn("party.party").await;
    let brewery = desk.titled("party.party", "Oakhollow Brewing");
    let party: i64 = brewery.parse().expect("an id");
    let before = jonas
        .timestamp("party.party", party)
        .await
        .expect("a stamp");
    let of = |desk: &Desk| match &desk.item("party.party", &brewery).body {
        Body::Organisation(it) => (it.addresses.len(), it.postal.len()),
        other => panic!("{other:?} is no company"),
    };
    let (addresses, postal) = of(&desk);
    let rows = json!([["party", "=", party], ["type", "=", "phone"]]);
    let numbers = jonas.search("party.contact_mechanism", &rows).await;
    let numbers = numbers.expect("its numbers");
    let off = json!({"active": false});
    jonas
        .write("party.contact_mechanism", &numbers[..1], &off)
        .await
        .expect("a write");
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
    assert_eq!(of(&desk), (addresses - 1, postal));

    let rows = json!([["party", "=", party]]);
    let places = jonas.search("party.address", &rows).await;
    jonas
        .write("party.address", &places.expect("its addresses"), &off)
        .await
        .expect("a write");
    assert_eq!(
        desk.turn("party.party").await,
        std::slice::from_ref(&brewery)
    );
    assert_eq!(of(&desk), (addresses - 1, 0));

    // And back on.
    jonas
        .write(
            "party.contact_mechanism",
            &numbers[..1],
            &json!({"active": true}),
        )
        .await
        .expect("a write");
    assert_eq!(
        desk.turn("party.party").await,
        std::slice::from_ref(&brewery)
    );
    assert_eq!(of(&desk), (addresses, 0));
    assert_eq!(desk.turn("party.party").await, Vec::<String>::new());
}

#[tokio::test]
async fn time_spent_on_a_task_reaches_it_and_what_lies_above_and_does_not_begin_it() {
    let server = Tryton::start().await.expect("a Tryton");
    let jonas = server.rpc("jonas").await.expect("a second client");
    let mut desk = Desk::of("ines", &server).await;
    desk.turn("project.work").await;
    let project = desk.titled("project.work", "District metering rollout");
    let task = desk.titled("project.work", "Train the operators");
    let task_of = |desk: &Desk| -> Task {
        match &desk.item("project.work", &task).body {
            Body::Task(it) => it.clone(),
            other => panic!("{other:?} is no task"),
        }
    };
    let spent = |fields: &rapport_model::Fields| fields.get(&"spent".into()).cloned();
    assert_eq!(spent(&task_of(&desk).fields), None);
    let total = spent(&desk.record("project.work", &project).fields);
    assert_eq!(total, None);

    let id: i64 = task.parse().expect("an id");
    let before = jonas.timestamp("project.work", id).await.expect("a stamp");
    let work = json!([["origin", "=", format!("project.work,{id}")]]);
    let work = jonas.search("timesheet.work", &work).await.expect("work");
    // Tryton adds up the time of whoever asks.
    let employee = json!([["party.name", "=", "Ines Valdoro"]]);
    let employee = jonas.search("company.employee", &employee).await;
    let line = json!([{
        "work": work[0], "employee": employee.expect("Ines")[0], "date": date(2026, 11, 2),
        "duration": {"__class__": "timedelta", "seconds": 7200},
    }]);
    jonas.create("timesheet.line", &line).await.expect("a line");
    let after = jonas.timestamp("project.work", id).await.expect("a stamp");
    assert_eq!(after, before);
    let mut seen = desk.turn("project.work").await;
    seen.sort();
    let mut both = vec![project.clone(), task.clone()];
    both.sort();
    assert_eq!(seen, both);
    let two = Some(FieldValue::Number(2.into()));
    assert_eq!(spent(&task_of(&desk).fields), two);
    // Its status is the one of work that waits.
    assert_eq!(task_of(&desk).status, TaskStatus::Open);
    let total = spent(&desk.record("project.work", &project).fields);
    assert_eq!(total, two);
    assert_eq!(desk.turn("project.work").await, Vec::<String>::new());
}
