//! What each format becomes.

use rapport_model::conversation::Readable;
use rapport_model::plan::{Due, TaskStatus};
use rapport_model::{Body, Change, LinkId, Phase};

use super::{Desk, desk, mail};

#[tokio::test]
async fn a_mail_and_its_answer_in_another_mailbox_are_one_thread() {
    let desk = desk();
    let items = desk.items("mail").await;
    assert_eq!(items.len(), 3);
    let Body::Message(question) = &items["line2@oakhollow.example"].body else {
        panic!()
    };
    let Body::Message(answer) = &items["answer@velmora.example"].body else {
        panic!()
    };
    assert_eq!(question.conversation, answer.conversation);
    assert_eq!(
        answer.reply_to.as_ref().unwrap().as_str(),
        "line2@oakhollow.example"
    );
    assert!(answer.mine && !question.mine);
    assert_eq!(
        items["thread:line2@oakhollow.example"].body.title(),
        "Line 2 stopped"
    );
}

#[tokio::test]
async fn an_attachment_can_be_saved_byte_for_byte_and_html_is_kept_as_it_came() {
    let body = "Date: Thu, 12 Mar 2026 09:41:00 +0000\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>See <b>the</b> list</p>\n--b\nContent-Type: text/csv; name=\"Übersicht.csv\"\nContent-Disposition: attachment; filename=\"pumpenraum-nord.csv\"\nContent-Transfer-Encoding: base64\n\nYTtiCjE7Mgo=\n--b--\n";
    let one = format!("From a@x 1:1\nMessage-ID: <a@x>\nFrom: A <a@x>\n{body}\n");
    let desk = Desk::new(&[(
        "in.mbox",
        &(mail("0@x", "a@x", "", "first", "x") + one.as_str()),
    )]);
    let items = desk.items("mail").await;
    let Body::Message(message) = &items["a@x"].body else {
        panic!()
    };
    assert!(message.html.as_ref().unwrap().contains("<b>the</b>"));
    assert!(message.text.contains("See the list"), "{}", message.text);
    let file = &message.attachments[0];
    assert_eq!(
        (file.name.as_str(), file.mime.as_str(), file.size),
        ("pumpenraum-nord.csv", "text/csv", Some(8))
    );
    let to = desk.root().join("out.bin");
    assert_eq!(
        desk.files.download(&file.source, &to, 100).await.unwrap(),
        8
    );
    assert_eq!(std::fs::read(&to).unwrap(), b"a;b\n1;2\n");
    assert!(desk.files.download(&file.source, &to, 7).await.is_err());
    assert!(!to.exists());
    desk.put(
        "in.mbox",
        mail("other@x", "a@x", "", "first", "x").repeat(2),
    );
    assert!(desk.files.download(&file.source, &to, 100).await.is_err());
}

#[tokio::test]
async fn maildir_and_single_mails_are_read_and_a_flag_is_not_another_mail() {
    let one = mail("m1@x", "a@x", "", "one", "x");
    let one = one.split_once('\n').unwrap().1;
    let desk = Desk::new(&[
        ("Mail/new/1.host", one),
        ("Mail/tmp/2.host", one),
        ("saved.eml", &one.replace("m1@x", "m2@x")),
    ]);
    let (_, page) = desk.all("mail", None).await;
    let items = desk.items("mail").await;
    assert_eq!(items.len(), 4);
    let Body::Message(message) = &items["m1@x"].body else {
        panic!()
    };
    assert!(message.unread);
    std::fs::create_dir(desk.root().join("Mail/cur")).unwrap();
    std::fs::rename(
        desk.root().join("Mail/new/1.host"),
        desk.root().join("Mail/cur/1.host:2,S"),
    )
    .unwrap();
    let (changes, _) = desk.all("mail", Some(page.cursor)).await;
    assert!(super::gone(&changes).is_empty());
    let seen = super::upserts(&changes)
        .into_iter()
        .find(|item| item.handle.as_str() == "m1@x")
        .unwrap();
    let Body::Message(message) = seen.body else {
        panic!()
    };
    assert!(!message.unread);
}

#[tokio::test]
async fn tasks_keep_their_cause_and_their_parent_and_events_their_zone() {
    let desk = desk();
    let tasks = desk.items("tasks").await;
    let Body::Task(call) = &tasks["tasks/mine.ics#t1"].body else {
        panic!()
    };
    let Body::Task(offer) = &tasks["tasks/mine.ics#t2"].body else {
        panic!()
    };
    assert_eq!(call.cause, Some(LinkId::new("line2@oakhollow.example")));
    assert!(matches!(call.due, Some(Due::Day(day)) if day.to_string() == "2026-03-12"));
    assert_eq!(offer.parent.as_ref().unwrap().as_str(), "tasks/mine.ics#t1");
    assert_eq!(offer.status, TaskStatus::Started);
    let events = desk.items("calendar").await;
    let Body::Event(round) = &events["tasks/mine.ics#e1"].body else {
        panic!()
    };
    assert_eq!(round.zone.as_deref(), Some("Europe/Amsterdam"));
    assert_eq!(round.recurrence, ["RRULE:FREQ=WEEKLY"]);
    assert_eq!(
        events["tasks/mine.ics#e1"].at.rfc3339(),
        "2026-03-12T12:00:00Z"
    );
}

#[tokio::test]
async fn people_and_companies_come_out_of_cards() {
    let desk = desk();
    let cards = desk.items("contacts").await;
    let Body::Contact(marten) = &cards["contacts/people.vcf#urn:marten"].body else {
        panic!()
    };
    assert_eq!(
        marten.organisation_name.as_deref(),
        Some("Oakhollow Brewing")
    );
    assert_eq!(marten.role.as_deref(), Some("Head of operations"));
    assert_eq!(marten.addresses[1].value, "+31-50-555-01");
    let Body::Contact(ines) = &cards["contacts/people.vcf#urn:ines"].body else {
        panic!()
    };
    assert!(ines.staff && ines.me);
    assert_eq!(ines.addresses[1].value, "@ines:velmora.example");
    let Body::Organisation(oak) = &cards["contacts/people.vcf#urn:oak"].body else {
        panic!()
    };
    assert_eq!(oak.postal[0].city, "Groningen");
}

#[tokio::test]
async fn tables_become_records_that_know_their_customer_their_lines_and_their_parent() {
    let desk = desk();
    let (changes, _) = desk.all("records", None).await;
    let order: Vec<String> = super::upserts(&changes)
        .into_iter()
        .map(|item| item.handle.0)
        .collect();
    assert_eq!(
        order,
        [
            "records/customers.csv#C-1",
            "records/employees.csv#E-1",
            "records/orders.csv#SO-1",
            "records/invoices.csv#INV-2026-0113"
        ]
    );
    let items = desk.items("records").await;
    let Body::Record(invoice) = &items["records/invoices.csv#INV-2026-0113"].body else {
        panic!()
    };
    assert_eq!(
        invoice.customer.as_ref().unwrap().handle.as_str(),
        "records/customers.csv#C-1"
    );
    assert_eq!(
        invoice.parent.as_ref().unwrap().handle.as_str(),
        "records/orders.csv#SO-1"
    );
    assert_eq!(invoice.amount.as_ref().unwrap().to_string(), "18640.00 EUR");
    assert_eq!(invoice.outstanding, invoice.amount);
    assert_eq!(invoice.due.unwrap().to_string(), "2026-03-05");
    assert_eq!(invoice.phase, Phase::Open);
    assert_eq!(invoice.lines[0].text, "Flow meter");
    assert_eq!(invoice.lines[0].quantity.to_string(), "4");
    let Body::Organisation(oak) = &items["records/customers.csv#C-1"].body else {
        panic!()
    };
    assert_eq!(oak.number.as_deref(), Some("C-1"));
    let owner = oak.fields.get(&"owner".into()).unwrap().to_string();
    assert_eq!(owner, "records/records/employees.csv#E-1");
    let Body::Record(order) = &items["records/orders.csv#SO-1"].body else {
        panic!()
    };
    assert_eq!(order.phase, Phase::Done);
}

#[tokio::test]
async fn a_table_is_previewed_with_a_guess_and_its_mapping_is_remembered() {
    let desk = Desk::new(&[(
        "invoices.csv",
        "Number;Customer;Total;Due date;Note\n1;C-1;1.234,50;12.03.2026;hello\n",
    )]);
    let (_, page) = desk.all("records", None).await;
    assert!(
        page.poison[0]
            .reason
            .contains("invoices.csv: the table has no mapping yet")
    );
    let preview = crate::files::mapping::preview(desk.root(), "invoices.csv").unwrap();
    assert_eq!(
        preview.columns,
        ["Number", "Customer", "Total", "Due date", "Note"]
    );
    assert_eq!(
        (preview.guess.kind.as_str(), preview.guess.key.as_str()),
        ("invoice", "Number")
    );
    assert_eq!(preview.guess.columns["due"], "Due date");
    let mut mapping = preview.guess;
    mapping.decimal = Some(',');
    mapping.currency = Some("EUR".into());
    crate::files::mapping::remember(desk.root(), "invoices.csv", mapping).unwrap();
    let (changes, _) = desk.all("records", Some(page.cursor)).await;
    let Body::Record(invoice) = &super::upserts(&changes)[0].body else {
        panic!()
    };
    assert_eq!(invoice.amount.as_ref().unwrap().to_string(), "1234.50 EUR");
    assert_eq!(invoice.due.unwrap().to_string(), "2026-03-12");
    assert_eq!(invoice.text.as_deref(), Some("hello"));
    assert!(crate::files::mapping::preview(desk.root(), "../etc/passwd").is_err());
}

#[tokio::test]
async fn a_chat_export_brings_room_replies_reactions_and_edits() {
    let desk = desk();
    let (changes, _) = desk.all("chat", None).await;
    let items = super::upserts(&changes);
    assert_eq!(items[0].body.title(), "#ops");
    let Body::Message(first) = &items[1].body else {
        panic!()
    };
    assert_eq!(first.from.name.as_deref(), Some("Dario"));
    assert_eq!(first.reactions[0].key, "👀");
    let Body::Message(second) = &items[2].body else {
        panic!()
    };
    assert_eq!(second.reply_to.as_ref(), Some(&items[1].handle));
    assert!(
        second.mine,
        "the user's chat address is known from their card"
    );
    assert_eq!(second.readable, Readable::Yes);
    let Change::Patch(patch) = &changes[3] else {
        panic!()
    };
    assert_eq!(patch.target, items[1].handle);
}
