//! What others put into the same entry stays when one field of it is written.

use rapport_model::FieldValue;

use super::{Desk, edit, set, text};

const TODO: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:t\r\nDTSTAMP:20260301T090000Z\r\nSUMMARY:Call\r\nATTENDEE;CN=Ada:mailto:ada@x.example\r\nATTENDEE;CN=Bert;PARTSTAT=ACCEPTED;X-NOTE=\"a name of a part\r\n y\":mailto:bert@x.example\r\nATTENDEE;CN=Cleo:mailto:cleo@x.example\r\nSTATUS:COMPLETED\r\nCOMPLETED:20260302T090000Z\r\nPERCENT-COMPLETE:100\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";

/// Writes one field of the only entry of a file; answers the file, read again.
async fn written(path: &str, file: &str, field: &str, from: &str, to: FieldValue) -> String {
    let desk = Desk::new(&[(path, file)]);
    let collection = if file.contains("VCARD") {
        "contacts"
    } else {
        "tasks"
    };
    let items = desk.items(collection).await;
    let item = items.values().next().unwrap();
    let base = if from.is_empty() {
        FieldValue::Empty
    } else {
        text(from)
    };
    assert_eq!(
        rapport_model::field::fields_of(&item.body)
            .remove(&field.into())
            .unwrap_or_default(),
        base
    );
    let command = set(item, collection, vec![edit(field, base, to)]);
    desk.files.push(&"c1".into(), &command).await.unwrap();
    desk.read(path)
}

async fn todo(field: &str, from: &str, to: FieldValue) -> String {
    written("a.ics", TODO, field, from, to).await
}

async fn card(lines: &str, field: &str, from: &str, to: &str) -> String {
    let file = format!("BEGIN:VCARD\r\n{lines}END:VCARD\r\n");
    let after = written("a.vcf", &file, field, from, text(to)).await;
    let own = |line: &&str| {
        !["BEGIN", "END", "UID", "REV"]
            .iter()
            .any(|it| line.starts_with(it))
    };
    after.lines().filter(own).collect::<Vec<_>>().join("|")
}

#[tokio::test]
async fn a_task_given_to_somebody_else_keeps_its_other_attendees() {
    let ada = "ATTENDEE;CN=Ada:mailto:ada@x.example\r\n";
    let after = todo("assignee", "ada@x.example", text("dora@x.example")).await;
    let dora = "ATTENDEE:mailto:dora@x.example\r\n";
    assert!(
        after.contains(
            TODO.replace(ada, dora)
                .split_once("SUMMARY")
                .unwrap()
                .1
                .split_once("STATUS")
                .unwrap()
                .0
        ),
        "{after}"
    );
    let after = todo("assignee", "ada@x.example", FieldValue::Empty).await;
    assert!(
        !after.contains("Ada") && after.contains("CN=Bert") && after.contains("CN=Cleo"),
        "{after}"
    );
}

#[tokio::test]
async fn a_task_given_to_one_of_its_attendees_names_them_once_and_first() {
    let after = todo("assignee", "ada@x.example", text("bert@x.example")).await;
    let unfolded = after.replace("\r\n ", "");
    assert_eq!(unfolded.matches("bert@x.example").count(), 1, "{after}");
    assert!(!after.contains("CN=Ada"));
    let (_, first) = after.split_once("ATTENDEE").unwrap();
    assert!(
        first.starts_with(";CN=Bert;PARTSTAT=ACCEPTED;X-NOTE="),
        "{after}"
    );
    assert!(after.contains("CN=Cleo"));
}

#[tokio::test]
async fn a_task_that_is_opened_again_is_finished_nowhere() {
    let after = todo("status", "done", text("open")).await;
    assert!(after.contains("STATUS:NEEDS-ACTION"));
    assert!(
        !after.contains("PERCENT-COMPLETE") && !after.contains("\nCOMPLETED"),
        "{after}"
    );
    let half = TODO.replace("COMPLETE:100", "COMPLETE:50");
    let after = written("a.ics", &half, "status", "done", text("started")).await;
    assert!(
        after.contains("PERCENT-COMPLETE:50"),
        "what was reached stays"
    );
    let again = written("a.ics", TODO, "title", "Call", text("Call again")).await;
    assert!(again.contains("PERCENT-COMPLETE:100"));
}

#[tokio::test]
async fn a_second_entry_of_a_name_stays_when_the_first_is_written() {
    for (name, field) in [
        ("NOTE", "notes"),
        ("TITLE", "role"),
        ("ROLE", "role"),
        ("NICKNAME", "nickname"),
    ] {
        let lines = format!("VERSION:4.0\r\nFN:x\r\n{name}:one\r\n{name};LANGUAGE=de:two\r\n");
        let after = card(&lines, field, "one", "mine").await;
        assert_eq!(
            after,
            format!("VERSION:4.0|FN:x|{name}:mine|{name};LANGUAGE=de:two")
        );
    }
    let lines = "VERSION:4.0\r\nFN:x\r\nORG:Oak;Sales\r\nORG:Club\r\n";
    let after = card(lines, "organisation_name", "Oak", "Elm").await;
    assert_eq!(after, "VERSION:4.0|FN:x|ORG:Elm;Sales|ORG:Club");
}

#[tokio::test]
async fn a_new_name_is_new_in_its_parts_too() {
    let named = async |version: &str, to: &str| {
        let lines = format!("VERSION:{version}\r\nN:Lovelace;Ada;;;\r\nFN:Ada Lovelace\r\n");
        card(&lines, "name", "Ada Lovelace", to).await
    };
    assert_eq!(
        named("3.0", "Ada King").await,
        "VERSION:3.0|N:King;Ada;;;|FN:Ada King"
    );
    // Nobody can say which of three words are the family's.
    let hopper = "Grace Brewster Hopper";
    assert_eq!(
        named("4.0", hopper).await,
        format!("VERSION:4.0|FN:{hopper}")
    );
    assert_eq!(
        named("3.0", hopper).await,
        format!("VERSION:3.0|N:;{hopper};;;|FN:{hopper}")
    );
}
