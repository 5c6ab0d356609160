//! Rows of tables, changed one cell at a time.

use rapport_model::{Command, Edit, Fault, FieldValue, Item, ItemRef, Money, Receipt};

use super::{Desk, desk, edit, gone, set, text, upserts};

/// A deal a row, as a program with a decimal comma writes it: a mark before the
/// first byte, quotes where none are needed, two sorts of line ends, spare space.
const DEALS: &str = "\u{feff}no;customer;title;stage;value;cur;closes;won;owner;note\r\n\
    D-1;C-1;\"Line 4\";Proposal;1.234,50;EUR;12.03.2026;Nein;ines@velmora.example;\"a; b\"\r\n\
    \n\
    D-2;C-2;Line 5; Negotiation ;900,00;EUR;1.4.2026;Ja;;\n\
    D-3;C-1;Line 6;Proposal;;EUR;;;;last";

const MAPPING: &str = r#"{"version": 1, "files": {
 "deals.csv": {"kind": "opportunity", "key": "no", "decimal": ",", "columns": {"customer": "customer", "title": "title", "state": "stage", "amount": "value", "currency": "cur", "due": "closes", "won": "won", "owner": "owner", "text": "note"}},
 "companies.csv": {"kind": "customer", "key": "id", "columns": {"title": "name", "url": "site", "domain": "domain", "payment_terms": "terms", "open": "open", "credit_limit": "limit", "currency": "cur"}},
 "staff.csv": {"kind": "employee", "key": "id", "columns": {"title": "name", "email": "email"}},
 "log.csv": {"kind": "generic:entry", "key": "", "columns": {"title": "what"}}}}"#;

const COMPANIES: &str = "id,name,site,domain,terms,open,limit,cur\nC-1,Oakhollow,,oak.example,Net 60,10.00,500.00,EUR\nC-2,Braeloch,b.example,brae.example,Net 30,,,\n";
const STAFF: &str =
    "id,name,email\nE-1,Ines,ines@velmora.example\nE-2,Jonas,jonas@velmora.example\n";

fn office() -> Desk {
    Desk::new(&[
        ("rapport-mapping.json", MAPPING),
        ("deals.csv", DEALS),
        ("companies.csv", COMPANIES),
        ("staff.csv", STAFF),
        ("log.csv", "what,when\nfirst,1\nsecond,2\n"),
    ])
}

async fn item(desk: &Desk, handle: &str) -> Item {
    desk.items("records").await[handle].clone()
}

fn eur(amount: &str) -> FieldValue {
    FieldValue::Money(Money::new(amount.parse().unwrap(), "EUR"))
}

fn day(day: &str) -> FieldValue {
    FieldValue::Day(day.parse().unwrap())
}

/// Pushes edits of an item as it is read now.
async fn push(desk: &Desk, handle: &str, edits: Vec<Edit>) -> Result<Receipt, Fault> {
    let command = set(&item(desk, handle).await, "records", edits);
    desk.files.push(&"c1".into(), &command).await
}

/// The words of a refusal, which has changed nothing.
async fn refusal(desk: &Desk, handle: &str, edits: Vec<Edit>) -> String {
    let path = handle.split_once('#').unwrap().0;
    let before = desk.read(path);
    let Err(Fault::Rejected(words)) = push(desk, handle, edits).await else {
        panic!("{handle} is not refused:\n{}", desk.read(path))
    };
    assert_eq!(desk.read(path), before, "{words}");
    words
}

#[tokio::test]
async fn one_cell_changes_and_no_other_byte() {
    let desk = office();
    let stage = vec![edit("state", text("Proposal"), text("Won"))];
    let Receipt::Applied { handle, revision } = push(&desk, "deals.csv#D-1", stage).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(
        desk.read("deals.csv"),
        DEALS.replacen("Proposal", "Won", 1),
        "quotes, mark, line ends and blank line stay"
    );
    let now = item(&desk, "deals.csv#D-1").await;
    assert_eq!((Some(now.handle), now.revision), (handle, revision));
}

#[tokio::test]
async fn a_cell_gets_quotes_only_when_it_needs_them() {
    let desk = office();
    let note = |was: &str, now: &str| vec![edit("text", text(was), text(now))];
    push(&desk, "deals.csv#D-1", note("a; b", "a, b"))
        .await
        .unwrap();
    assert!(desk.read("deals.csv").contains("example;a, b\r\n"));
    let said = "say \"hi\"; twice\nand again";
    push(&desk, "deals.csv#D-1", note("a, b", said))
        .await
        .unwrap();
    let file = desk.read("deals.csv");
    assert!(
        file.contains(";\"say \"\"hi\"\"; twice\nand again\"\r\n\nD-2"),
        "{file}"
    );
    let read = &item(&desk, "deals.csv#D-1").await.body;
    assert_eq!(
        rapport_model::field::fields_of(read)[&"text".into()],
        text(said)
    );
    push(
        &desk,
        "deals.csv#D-1",
        vec![edit("text", text(said), FieldValue::Empty)],
    )
    .await
    .unwrap();
    assert!(desk.read("deals.csv").contains("example;\r\n\nD-2"));
}

#[tokio::test]
async fn amounts_days_and_colleagues_are_written_as_their_column_writes_them() {
    let desk = office();
    let jonas = FieldValue::Ref(ItemRef::new("records", "staff.csv#E-2"));
    let edits = vec![
        edit("amount", eur("1234.50"), eur("12000")),
        edit("due", day("2026-03-12"), day("2026-04-05")),
        edit(
            "owner",
            FieldValue::Ref(ItemRef::new("records", "staff.csv#E-1")),
            jonas.clone(),
        ),
        edit("won", text("Nein"), FieldValue::Flag(true)),
    ];
    push(&desk, "deals.csv#D-1", edits).await.unwrap();
    assert!(desk.read("deals.csv").contains(
        "D-1;C-1;\"Line 4\";Proposal;12.000,00;EUR;05.04.2026;Ja;jonas@velmora.example;\"a; b\"\r\n"
    ));
    // A short day stays short, and an empty cell looks at its column.
    let edits = vec![
        edit("due", day("2026-04-01"), day("2026-05-02")),
        edit("amount", eur("900"), eur("0.5")),
    ];
    push(&desk, "deals.csv#D-2", edits).await.unwrap();
    let edits = vec![
        edit("amount", FieldValue::Empty, eur("1500")),
        edit("due", FieldValue::Empty, day("2026-06-07")),
        edit("owner", FieldValue::Empty, jonas),
    ];
    push(&desk, "deals.csv#D-3", edits).await.unwrap();
    let file = desk.read("deals.csv");
    assert!(
        file.contains("D-2;C-2;Line 5; Negotiation ;0,50;EUR;2.5.2026;Ja;;\n"),
        "{file}"
    );
    assert!(
        file.ends_with(
            "D-3;C-1;Line 6;Proposal;1.500,00;EUR;07.06.2026;;jonas@velmora.example;last"
        ),
        "{file}"
    );
}

#[tokio::test]
async fn what_a_row_cannot_say_is_refused_and_nothing_is_written() {
    let desk = office();
    let wish = |field: &str, mine: FieldValue| vec![edit(field, FieldValue::Empty, mine)];
    let deal = "deals.csv#D-1";
    for (field, value, word) in [
        ("number", text("D-9"), "no column"),
        ("no", text("D-9"), "no column"),
        ("phase", text("done"), "follows"),
        ("lines", FieldValue::List(vec!["x".into()]), "another table"),
        ("shoe size", text("45"), "no column for \"shoe size\""),
        (
            "amount",
            FieldValue::Money(Money::new("5".parse().unwrap(), "")),
            "needs its currency",
        ),
        ("amount", text("a lot"), "takes an amount"),
        ("due", text("soon"), "takes a day"),
        ("title", FieldValue::Empty, "read back"),
        ("title", text("two\nlines"), "read back"),
        (
            "customer",
            FieldValue::Ref(ItemRef::new("contacts", "people.vcf#x")),
            "no way to name",
        ),
        (
            "owner",
            FieldValue::Ref(ItemRef::new("records", "staff.csv#E-9")),
            "no way to name",
        ),
        ("owner", text("Nobody"), "takes a colleague"),
        ("customer", text("C-2"), "takes another record"),
    ] {
        let words = refusal(
            &desk,
            deal,
            vec![edit(field, value_of(&desk, deal, field).await, value)],
        )
        .await;
        assert!(words.contains(word), "{field}: {words}");
    }
    // One currency column for two amounts: neither may change the other.
    let dollars = FieldValue::Money(Money::new("600".parse().unwrap(), "USD"));
    let words = refusal(
        &desk,
        "companies.csv#C-1",
        wish("credit_limit", dollars.clone()),
    )
    .await;
    assert!(words.contains("\"open\" would change with it"), "{words}");
    push(&desk, "companies.csv#C-2", wish("credit_limit", dollars))
        .await
        .unwrap();
    assert!(desk.read("companies.csv").contains("Net 30,,600.00,USD\n"));
    // A row that nothing names is another one when a line above it goes.
    let words = refusal(&desk, "log.csv#row-10", wish("title", text("third"))).await;
    assert!(words.contains("names its rows"), "{words}");
    let target = ItemRef::new("records", deal);
    let delete = Command::Delete { target, base: None };
    assert!(matches!(
        desk.files.push(&"d1".into(), &delete).await,
        Err(Fault::Rejected(_))
    ));
    assert_eq!(desk.read("deals.csv"), DEALS);
}

async fn value_of(desk: &Desk, handle: &str, field: &str) -> FieldValue {
    let body = item(desk, handle).await.body;
    rapport_model::field::fields_of(&body)
        .remove(&field.into())
        .unwrap_or_default()
}

#[tokio::test]
async fn addresses_of_one_sort_keep_their_columns() {
    let desk = office();
    let list = |all: &[&str]| FieldValue::List(all.iter().map(|it| (*it).to_owned()).collect());
    let url = |was, now| vec![edit("url", was, now)];
    let handle = "companies.csv#C-2";
    push(
        &desk,
        handle,
        url(
            list(&["b.example", "brae.example"]),
            list(&["brae.example"]),
        ),
    )
    .await
    .unwrap();
    assert!(
        desk.read("companies.csv")
            .contains("Braeloch,,brae.example,")
    );
    push(
        &desk,
        handle,
        url(
            list(&["brae.example"]),
            list(&["new.example", "brae.example"]),
        ),
    )
    .await
    .unwrap();
    assert!(
        desk.read("companies.csv")
            .contains("Braeloch,new.example,brae.example,")
    );
    let words = refusal(
        &desk,
        handle,
        url(FieldValue::Empty, list(&["a", "b", "c"])),
    )
    .await;
    assert!(words.contains("room for 2"), "{words}");
}

#[tokio::test]
async fn a_row_somebody_else_changed_meanwhile_is_a_conflict_and_stays_theirs() {
    let desk = office();
    let deal = item(&desk, "deals.csv#D-1").await;
    let theirs = DEALS.replacen("Proposal", "Lost", 1);
    desk.put("deals.csv", &theirs);
    let stage = || vec![edit("state", text("Proposal"), text("Won"))];
    let by_stamp = set(&deal, "records", stage());
    let Command::SetFields {
        target,
        kind,
        edits,
        ..
    } = by_stamp.clone()
    else {
        panic!()
    };
    let by_value = Command::SetFields {
        target,
        kind,
        edits,
        base: None,
    };
    for command in [by_stamp, by_value] {
        assert!(matches!(
            desk.files.push(&"c1".into(), &command).await,
            Err(Fault::Conflict(_))
        ));
        assert_eq!(desk.read("deals.csv"), theirs);
    }
    // Another row of the same table is in nobody's way.
    let other = vec![edit("state", text("Negotiation"), text("Won"))];
    push(&desk, "deals.csv#D-2", other).await.unwrap();
    let file = desk.read("deals.csv");
    assert!(
        file.contains("Line 5;Won;900,00") && file.contains("Lost"),
        "{file}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_found_in_the_row_and_the_row_is_written_once() {
    let desk = office();
    let deal = item(&desk, "deals.csv#D-1").await;
    let wish = vec![edit("amount", eur("1234.50"), eur("1300"))];
    let command = set(&deal, "records", wish);
    let id = "c1".into();
    assert_eq!(
        desk.files.lookup(&id, &command).await.unwrap(),
        Receipt::NeverArrived
    );
    let first = desk.files.push(&id, &command).await.unwrap();
    let file = desk.read("deals.csv");
    assert_eq!(desk.files.lookup(&id, &command).await.unwrap(), first);
    assert_eq!(desk.files.push(&id, &command).await.unwrap(), first);
    assert_eq!(desk.read("deals.csv"), file);
}

#[tokio::test]
async fn a_row_another_program_moved_is_found_by_its_key() {
    let desk = office();
    let deal = item(&desk, "deals.csv#D-1").await;
    let mut lines: Vec<&str> = DEALS.split_inclusive('\n').collect();
    let first = lines.remove(1);
    lines.insert(3, first);
    desk.put("deals.csv", lines.concat());
    let command = set(
        &deal,
        "records",
        vec![edit("state", text("Proposal"), text("Won"))],
    );
    desk.files.push(&"c1".into(), &command).await.unwrap();
    assert_eq!(
        desk.read("deals.csv"),
        lines
            .concat()
            .replacen("\"Line 4\";Proposal", "\"Line 4\";Won", 1)
    );
}

#[tokio::test]
async fn two_rows_of_one_name_are_written_to_neither() {
    let desk = office();
    let deal = item(&desk, "deals.csv#D-1").await;
    let twice = format!("{DEALS}\r\nD-1;C-2;Another;Proposal;1,00;EUR;;;;\r\n");
    desk.put("deals.csv", &twice);
    let command = set(
        &deal,
        "records",
        vec![edit("state", text("Proposal"), text("Won"))],
    );
    let Err(Fault::Rejected(words)) = desk.files.push(&"c1".into(), &command).await else {
        panic!()
    };
    assert!(words.contains("several rows named \"D-1\""), "{words}");
    assert_eq!(desk.read("deals.csv"), twice);
}

#[tokio::test]
async fn a_half_written_table_is_waited_for() {
    let desk = office();
    let deal = item(&desk, "deals.csv#D-3").await;
    let (whole, half) = (item(&desk, "deals.csv#D-1").await, "no;customer;title");
    for (item, file) in [(&whole, DEALS), (&deal, half)] {
        desk.put("deals.csv", file);
        desk.being_written("deals.csv");
        let command = set(
            item,
            "records",
            vec![edit("state", text("Proposal"), text("Won"))],
        );
        let answer = desk.files.push(&"c1".into(), &command).await;
        assert!(matches!(answer, Err(Fault::Transient(_))), "{answer:?}");
        assert_eq!(desk.read("deals.csv"), file);
    }
}

#[tokio::test]
async fn a_table_in_other_letters_is_only_read() {
    let desk = office();
    let latin: Vec<u8> = COMPANIES
        .replace("Braeloch", "Br\u{e4}loch")
        .chars()
        .map(|it| u8::try_from(u32::from(it)).unwrap())
        .collect();
    desk.put("companies.csv", &latin);
    let terms = vec![edit("payment_terms", text("Net 60"), text("Net 45"))];
    let command = set(&item(&desk, "companies.csv#C-1").await, "records", terms);
    let Err(Fault::Rejected(words)) = desk.files.push(&"c1".into(), &command).await else {
        panic!()
    };
    assert!(words.contains("UTF-8"), "{words}");
    assert_eq!(
        std::fs::read(desk.root().join("companies.csv")).unwrap(),
        latin
    );
}

#[tokio::test]
async fn a_changed_row_comes_back_alone() {
    let desk = desk();
    let (changes, page) = desk.all("records", None).await;
    let customer = upserts(&changes)
        .into_iter()
        .find(|it| it.handle.as_str() == "records/customers.csv#C-1")
        .unwrap();
    let wish = vec![edit("city", FieldValue::Empty, text("Utrecht"))];
    let words = refusal(&desk, customer.handle.as_str(), wish).await;
    assert!(
        words.contains("city"),
        "one line of an address is not a field: {words}"
    );
    let wish = vec![edit(
        "name",
        text("Oakhollow Brewing"),
        text("Oakhollow, Utrecht"),
    )];
    push(&desk, customer.handle.as_str(), wish).await.unwrap();
    let (changes, _) = desk.all("records", Some(page.cursor)).await;
    assert!(gone(&changes).is_empty());
    let names: Vec<String> = upserts(&changes)
        .iter()
        .map(|it| it.body.title().to_owned())
        .collect();
    assert_eq!(names, ["Oakhollow, Utrecht"]);
}
