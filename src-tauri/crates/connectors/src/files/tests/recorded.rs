//! Files as other programs write them.

use rapport_model::Body;

use super::Desk;

#[tokio::test]
async fn an_outlook_calendar_is_read_in_its_own_zone() {
    let desk = Desk::new(&[("a.ics", include_str!("../fixtures/outlook.ics"))]);
    let items = desk.items("calendar").await;
    let item = items.values().next().unwrap();
    let Body::Event(event) = &item.body else {
        panic!()
    };
    assert_eq!(event.title, "Line 2 review");
    assert_eq!(item.at.rfc3339(), "2026-03-12T09:00:00Z");
    assert_eq!(
        event.notes.as_deref(),
        Some("Agenda:\n1. Line 2\n2. Framework, prices\n")
    );
    assert_eq!(event.attendees[0].name.as_deref(), Some("Bakker, Marten"));
    assert_eq!(event.recurrence, ["RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=TH"]);
}

#[tokio::test]
async fn cards_of_old_and_new_phones_are_read() {
    let desk = Desk::new(&[("p.vcf", include_str!("../fixtures/phone.vcf"))]);
    let (changes, page) = desk.all("contacts", None).await;
    assert!(page.poison.is_empty());
    let bodies: Vec<Body> = super::upserts(&changes)
        .into_iter()
        .map(|item| item.body)
        .collect();
    let [
        Body::Contact(ake),
        Body::Contact(fiona),
        Body::Organisation(dairy),
    ] = bodies.as_slice()
    else {
        panic!("{bodies:?}")
    };
    assert_eq!(ake.name, "Åke Rönn");
    assert_eq!(ake.notes.as_deref(), Some("Ring före nio,\ninte efter tre"));
    assert_eq!(ake.addresses.len(), 2);
    assert_eq!(fiona.role.as_deref(), Some("Buyer"));
    assert_eq!(fiona.postal[0].city, "Dufftown");
    assert_eq!(fiona.addresses[1].value, "https://braeloch.example");
    assert_eq!(dairy.name, "Sundvik Dairy");
}

#[tokio::test]
async fn a_thunderbird_mailbox_is_read_with_its_charsets_and_a_mail_without_an_id() {
    let desk = Desk::new(&[("Mail/Inbox", include_str!("../fixtures/thunderbird.mbox"))]);
    let items = desk.items("mail").await;
    let Body::Message(beth) = &items["CAF8-1@mail.caldervale.example"].body else {
        panic!()
    };
    assert_eq!(beth.from.name.as_deref(), Some("Beth O’Neill"));
    assert_eq!(beth.subject.as_deref(), Some("Re: Schächte"));
    assert_eq!(beth.to.len(), 1);
    assert_eq!(beth.cc[0].address.value, "samir@caldervale.example");
    assert!(
        beth.text.contains("Two schäfte, not three."),
        "{}",
        beth.text
    );
    assert!(beth.text.contains("From here on") && !beth.text.contains(">From"));
    assert!(beth.html.as_ref().unwrap().contains("<b>schäfte</b>"));
    assert_eq!(
        items["thread:first@velmora.example"].body.title(),
        "Schächte"
    );
    let bounce = items
        .keys()
        .find(|handle| handle.starts_with("no-id-"))
        .unwrap();
    assert_eq!(
        items[bounce].body.title(),
        "Undelivered Mail Returned to Sender"
    );
}

#[tokio::test]
async fn of_two_entries_with_one_name_the_first_is_shown_and_the_other_named() {
    let card = |name: &str| format!("BEGIN:VCARD\nVERSION:4.0\nUID:1\nFN:{name}\nEND:VCARD\n");
    let desk = Desk::new(&[("a.vcf", &(card("First") + card("Second").as_str()))]);
    let (changes, page) = desk.all("contacts", None).await;
    assert_eq!(super::titles(&changes), ["First"]);
    assert_eq!(
        page.poison[0].reason,
        "a.vcf: \"1\" is there twice; only the first one is shown"
    );
}
