use rapport_model::contact::{Address, Postal};
use rapport_model::conversation::{Attachment, ConversationKind};
use rapport_model::plan::Due;
use rapport_model::record::RecordKind;
use rapport_model::{
    Body, Contact, Conversation, Currency, Event, Money, Organisation, Record, Task, WikiPage,
};
use rust_decimal::Decimal;

use super::world::{World, context, mailbox, message};
use crate::search::doc::Docs;
use crate::search::rows;
use crate::search::{
    Query, coverage, needs_rebuild, rebuild_step, search, searchable, self_check, start_rebuild,
    tidy,
};
use crate::table::item::{CLOSED, MINE, UNREAD};

fn invoice(number: &str, title: &str) -> Record {
    let mut record = Record::new(RecordKind::Invoice, title);
    record.number = Some(number.to_owned());
    record
}

fn record(record: Record) -> Body {
    Body::Record(Box::new(record))
}

#[test]
fn five_scripts_are_found_by_word_and_by_beginning() {
    let mut world = World::new();
    let latin = world.say(1, "Die Straße nach Łódź ist gesperrt");
    let cyrillic = world.say(2, "Счёт за поставку приборов");
    let greek = world.say(3, "Το τιμολόγιο του Σίσυφου");
    let han = world.say(4, "請確認東京都的發票");
    let hangul = world.say(5, "한국어 송장을 확인하세요");
    let arabic = world.say(6, "الفَاتُورَة جاهزة");
    let thai = world.say(7, "ใบแจ้งหนี้ฉบับใหม่");
    let kana = world.say(8, "プロジェクトのおしらせ");
    for (text, id) in [
        ("strasse", latin),
        ("lodz", latin),
        ("ŁÓDŹ", latin),
        ("gesp*", latin),
        ("счет", cyrillic),
        ("ПОСТАВКУ", cyrillic),
        ("прибор*", cyrillic),
        ("τιμολογιο", greek),
        ("ΤΙΜΟΛΌΓΙΟ", greek),
        ("東京", han),
        ("京", han),
        ("都", han),
        ("發票", han),
        ("票", han),
        ("한국", hangul),
        ("송장", hangul),
        ("국어", hangul),
        ("الفاتورة", arabic),
        ("แจ้งหนี้", thai),
        ("プロジェクト", kana),
        ("ﾌﾟﾛｼﾞｪｸﾄ", kana),
        ("しらせ", kana),
    ] {
        assert_eq!(world.find(text), [id], "{text}");
    }
    assert_eq!(world.find("京東"), []);
}

#[test]
fn umlauts_are_found_however_they_are_typed() {
    let mut world = World::new();
    let umlaut = world.say(1, "Gruß an Frau Müller");
    let spelt = world.say(2, "Gruss an Frau Mueller");
    for text in ["müller", "mueller", "MUELLER"] {
        assert_eq!(world.find_all(text), [umlaut, spelt], "{text}");
    }
    assert_eq!(world.find("muller"), [umlaut]);
}

#[test]
fn a_code_is_found_whole_and_by_any_part() {
    let mut world = World::new();
    let code = world.put(3, &record(invoice("INV-2026-0148", "Calibration set")));
    world.put(2, &record(invoice("INV-2026-0999", "Sensors")));
    for text in [
        "INV-2026-0148",
        "inv 2026 0148",
        "\"inv-2026-0148\"",
        "0148",
        "014",
        "6-0148",
        "inv20260148",
        "\"2026-0148\"",
    ] {
        assert_eq!(world.find(text), [code], "{text}");
    }
    assert_eq!(world.find("inv 0148 calibration"), [code]);
    assert_eq!(world.find("libra sensors"), []);
}

#[test]
fn part_words_of_names_numbers_and_files_are_found() {
    let mut world = World::new();
    let contact = world.put(
        100,
        &Body::Contact(Box::new(Contact {
            name: "Greta Hollowell".to_owned(),
            addresses: vec![
                Address::email("greta@brightwater.example"),
                Address::phone("+49 (40) 5550-1234"),
            ],
            ..Contact::default()
        })),
    );
    let org = world.put(
        100,
        &Body::Organisation(Box::new(Organisation {
            name: "Brightwater Utilities".to_owned(),
            number: Some("C-10077".to_owned()),
            postal: vec![Postal {
                city: "Ålesund".to_owned(),
                ..Postal::default()
            }],
            ..Organisation::default()
        })),
    );
    let mut with_file = message("see attached");
    with_file.attachments.push(Attachment {
        name: "Datasheet_Q7-rev3.pdf".to_owned(),
        mime: "application/pdf".to_owned(),
        size: None,
        source: String::new(),
        thumbnail: None,
        content_id: None,
    });
    let file = world.put(1, &Body::Message(with_file));
    for (text, id) in [
        ("llowel", contact),
        ("hollow", contact),
        ("5550", contact),
        ("55501234", contact),
        ("040 5550 1234", contact),
        ("+49405550", contact),
        ("0405550-1234", contact),
        ("0077", org),
        ("alesund", org),
        ("tasheet", file),
        ("q7-rev", file),
        ("sheet_q7", file),
    ] {
        assert_eq!(world.find(text), [id], "{text}");
    }
    assert_eq!(world.find_all("ghtwat"), [org, contact]);
    // One word from inside a name, one from the text.
    assert_eq!(world.find("tasheet attached"), [file]);
    assert_eq!(world.find("tasheet detached"), []);
    assert_eq!(world.find("tasheet -attached"), []);
}

#[test]
fn html_is_found_as_its_reader_sees_it() {
    let mut world = World::new();
    let mut mail = message("");
    mail.html =
        Some("<p>In<b>voi</b>ce</p><div>due&nbsp;M&auml;rz</div><style>red</style>".to_owned());
    let id = world.put(1, &Body::Message(mail));
    assert_eq!(world.find("invoice due märz"), [id]);
    assert_eq!(world.find("red"), []);
    assert_eq!(world.find("nbsp"), []);
    assert_eq!(
        world.ask("invoice").hits[0].snippet,
        "\u{2}Invoice\u{3} due März"
    );
}

#[test]
fn removed_items_are_gone_and_edited_ones_follow_their_text() {
    let mut world = World::new();
    let edited = world.put(1, &record(invoice("INV-1", "Alpha rotor")));
    let removed = world.put(1, &record(invoice("INV-2", "Alpha stator")));
    world.write(edited, &record(invoice("INV-1", "Beta rotor")), false);
    world.remove(removed);
    assert_eq!(world.find("alpha"), []);
    assert_eq!(world.find("lpha"), []);
    assert_eq!(world.find("stator"), []);
    assert_eq!(world.find("tato"), []);
    assert_eq!(world.find("beta"), [edited]);
    assert_eq!(world.find("oto"), [edited]);
}

#[test]
fn phrases_alternatives_and_negations_hold() {
    let mut world = World::new();
    let a = world.say(1, "payment net 30 days");
    let b = world.say(2, "30 net weight of payment");
    assert_eq!(world.find("\"net 30\""), [a]);
    assert_eq!(world.find_all("net 30"), [a, b]);
    assert_eq!(world.find_all("days OR weight"), [a, b]);
    assert_eq!(world.find("payment -weight"), [b].map(|_| a));
    assert_eq!(world.find("-weight"), [a]);
    assert_eq!(world.find("payment -\"net 30\""), [b]);
    assert_eq!(world.typing("paym"), world.find("payment"));
    assert_eq!(world.find("paym"), []);
}

#[test]
fn filters_hold_alone_and_together() {
    let mut world = World::new();
    let mut mail = message("the offer");
    mail.subject = Some("Offer".to_owned());
    mail.from = mailbox("Ben Ott", "ben@brightwater.example");
    mail.to = vec![mailbox("Ada Brandt", "ada@velmora.example")];
    let mail = world.put(10, &Body::Message(mail));
    let chat = world.say(2, "the offer again, see https://velmora.example/q");
    let org = world.put(
        200,
        &Body::Organisation(Box::new(Organisation {
            name: "Brightwater Utilities".to_owned(),
            ..Organisation::default()
        })),
    );
    let room = world.put(
        300,
        &Body::Conversation(Conversation::new(ConversationKind::Room, "Sales floor")),
    );
    let mut due = invoice("INV-7", "offer accepted");
    due.due = Some(jiff::civil::date(2026, 3, 1));
    due.amount = Some(Money {
        amount: Decimal::new(12_345, 2),
        currency: Currency::new("EUR"),
    });
    let due = world.put(20, &record(due));
    let task = world.put(
        5,
        &Body::Task(Task {
            title: "Send offer".to_owned(),
            due: Some(Due::Day(jiff::civil::date(2026, 3, 30))),
            ..Task::default()
        }),
    );
    world.set(mail, "org", 7);
    world.set(org, "org", 7);
    world.set(chat, "conversation", room.0);
    world.set(chat, "flags", UNREAD);
    world.set(due, "org", 8);
    world.set(due, "collection", 2);
    world.set(task, "flags", CLOSED | MINE);
    for (text, wanted) in [
        ("offer", vec![chat, task, mail, due]),
        ("offer from:ben", vec![mail]),
        ("offer from:ben@brightwater.example", vec![mail]),
        ("offer from:ott", vec![mail]),
        ("offer from:me", vec![task]),
        ("offer -from:ben kind:message", vec![chat]),
        ("to:ada", vec![mail]),
        ("offer kind:mail", vec![mail]),
        ("offer kind:chat", vec![chat]),
        ("kind:invoices", vec![due]),
        ("kind:invoice kind:task", vec![task, due]),
        ("offer -kind:message", vec![task, due]),
        ("offer customer:brightwater", vec![mail]),
        ("offer customer:ightwat", vec![mail]),
        ("offer customer:#8", vec![due]),
        ("offer -customer:#8 -customer:#7", vec![chat, task]),
        ("offer customer:nobody", vec![]),
        ("offer in:sales", vec![chat]),
        ("in:\"sales floor\"", vec![chat, room]),
        ("offer in:archive", vec![due]),
        ("offer in:mail-1 kind:task", vec![task]),
        ("offer is:unread", vec![chat]),
        ("offer is:closed", vec![task]),
        ("offer is:open", vec![due]),
        ("is:overdue", vec![due]),
        ("has:due", vec![task, due]),
        ("has:link", vec![chat]),
        ("has:amount 123.45", vec![due]),
        ("offer after:7d", vec![chat, task]),
        ("offer before:7d", vec![mail, due]),
        ("offer on:2026-03-10", vec![chat]),
        ("offer -after:7d", vec![mail, due]),
    ] {
        assert_eq!(world.find_all(text), wanted, "{text}");
    }
    let missing = world.ask("offer customer:nobody");
    assert_eq!(
        missing.notes,
        ["No customer is called \u{201c}nobody\u{201d}."]
    );
    let tasks = Query::parse("is:overdue", &context());
    world.set(due, "flags", CLOSED);
    assert_eq!(search(&world.conn, &tasks, 5, 0).unwrap().hits, []);
}

#[test]
fn every_kind_of_item_is_found_and_says_what_it_is() {
    let mut world = World::new();
    let start = jiff::civil::date(2026, 3, 1).at(9, 0, 0, 0);
    let bodies = [
        Body::Conversation(Conversation::new(ConversationKind::Room, "zebra room")),
        Body::Message(message("zebra said")),
        Body::Task(Task {
            title: "zebra task".to_owned(),
            ..Task::default()
        }),
        Body::Event(Event {
            title: "zebra event".to_owned(),
            start,
            end: start,
            zone: None,
            all_day: false,
            location: None,
            notes: None,
            organizer: None,
            attendees: vec![],
            recurrence: vec![],
            occurrence: None,
            cancelled: false,
            about: None,
        }),
        Body::Page(WikiPage {
            title: "zebra page".to_owned(),
            ..WikiPage::default()
        }),
        record(invoice("Z-1", "zebra invoice")),
        Body::Contact(Box::new(Contact {
            name: "zebra man".to_owned(),
            ..Contact::default()
        })),
        Body::Organisation(Box::new(Organisation {
            name: "zebra gmbh".to_owned(),
            ..Organisation::default()
        })),
    ];
    for body in &bodies {
        world.put(1, body);
    }
    let found = world.ask("zebra");
    assert_eq!(found.hits.len(), 8);
    for body in &bodies {
        let only = world.ask(&format!("zebra kind:{}", body.kind().word()));
        assert_eq!(only.hits.len(), 1);
        assert_eq!(only.hits[0].kind, body.kind());
        assert_eq!(only.hits[0].account.as_str(), "mail-1");
        assert_eq!(only.hits[0].collection.as_str(), "inbox");
    }
}

#[test]
fn a_title_outranks_a_mention_and_news_outrank_old() {
    let mut world = World::new();
    let mention = world.say(
        0,
        "we talked about the gauge for a while and then went home",
    );
    let old = world.say(900, "gauge");
    let new = world.say(1, "gauge");
    let named = world.put(30, &record(invoice("G-1", "gauge")));
    let found = world.find("gauge");
    assert_eq!(found[0], named);
    let place = |id| found.iter().position(|it| *it == id).unwrap();
    assert!(place(new) < place(old));
    assert!(place(mention) < place(old));
}

#[test]
fn pages_never_overlap_and_miss_nothing() {
    let mut world = World::new();
    for n in 0..950 {
        world.say(n / 10, &format!("widget number {n}"));
    }
    let query = Query::parse("widget", &context());
    let mut all = std::collections::BTreeSet::new();
    for page in 0..10 {
        let found = search(&world.conn, &query, 100, page * 100).unwrap();
        for hit in found.hits {
            assert!(all.insert(hit.id), "twice");
        }
    }
    assert_eq!(all.len(), 950);
    let first = search(&world.conn, &query, 10, 0).unwrap();
    assert_eq!(first.hits.len(), 10);
    assert!(first.total.more && first.total.counted >= 10);
    let few = search(&world.conn, &Query::parse("number 77", &context()), 10, 0).unwrap();
    assert_eq!((few.total.counted, few.total.more), (1, false));
}

#[test]
fn a_snippet_shows_the_place_with_most_of_the_terms() {
    let mut world = World::new();
    let filler = "nothing of note happened on that long day ".repeat(20);
    world.say(
        1,
        &format!("rotor {filler} the rotor needs a new bearing, said Ada {filler}"),
    );
    let snippet = world.ask("rotor bearing").hits[0].snippet.clone();
    assert!(
        snippet.contains("the \u{2}rotor\u{3} needs a new \u{2}bearing\u{3}"),
        "{snippet}"
    );
    assert!(snippet.starts_with('…') && snippet.ends_with('…'));
    assert!(snippet.len() < 300);
}

#[test]
fn a_chat_message_is_shown_under_its_conversation() {
    let mut world = World::new();
    let room = world.put(
        9,
        &Body::Conversation(Conversation::new(ConversationKind::Room, "Lab")),
    );
    let said = world.say(1, "quartz");
    world.set(said, "conversation", room.0);
    assert_eq!(world.ask("quartz").hits[0].title, "Lab");
}

#[test]
fn a_rebuild_goes_on_where_it_stopped_and_finds_everything_again() {
    let mut world = World::new();
    for n in 0..25 {
        world.say(n, &format!("granite block {n}"));
    }
    assert!(!needs_rebuild(&world.conn).unwrap());
    start_rebuild(&world.conn).unwrap();
    assert!(needs_rebuild(&world.conn).unwrap());
    assert_eq!(world.find("granite"), []);
    assert!(!rebuild_step(&world.conn, 10).unwrap().finished);
    assert_eq!(world.find("granite").len(), 10);
    let so_far = coverage(&world.conn).unwrap();
    assert_eq!((so_far[1].indexed, so_far[1].total), (10, 25));
    let told = searchable(&world.conn).unwrap();
    assert_eq!((told.indexed, told.missing), (10, 15));
    // An item that arrives meanwhile is neither lost nor doubled.
    let new = world.say(0, "granite news");
    let old = world.say(400, "granite archive");
    while !rebuild_step(&world.conn, 10).unwrap().finished {}
    assert_eq!(world.find("granite").len(), 27);
    assert_eq!(world.find("news"), [new]);
    assert_eq!(world.find("archive"), [old]);
    assert!(!needs_rebuild(&world.conn).unwrap());
    let done = coverage(&world.conn).unwrap();
    assert_eq!((done[1].indexed, done[1].total), (27, 27));
    assert!(done[1].oldest.is_some());
    // As in a file from before: another tokenizer, and numbers that run forwards.
    world
        .conn
        .execute("UPDATE search_state SET version = 0, backward = 0", [])
        .unwrap();
    assert!(needs_rebuild(&world.conn).unwrap());
    while !rebuild_step(&world.conn, 100).unwrap().finished {}
    assert!(Docs::of(&world.conn).unwrap().newest_first());
    assert_eq!(world.find("granite").len(), 27);
    assert_eq!(world.find("granite").first(), Some(&new));
}

#[test]
fn the_self_check_sees_an_item_that_the_index_lost() {
    let mut world = World::new();
    let ids: Vec<_> = (0..10).map(|n| world.say(n, "basalt column")).collect();
    let fine = self_check(&world.conn, 20).unwrap();
    assert!(fine.checked > 5 && fine.missing.is_empty(), "{fine:?}");
    let number = Docs::of(&world.conn).unwrap().number(ids[0]);
    world
        .conn
        .execute("DELETE FROM search_text WHERE rowid = ?1", [number])
        .unwrap();
    assert_eq!(self_check(&world.conn, 20).unwrap().missing, [ids[0]]);
}

#[test]
fn a_rolled_back_item_is_not_found() {
    let mut world = World::new();
    world.conn.execute_batch("BEGIN").unwrap();
    world.say(1, "phantom");
    assert_eq!(world.find("phantom").len(), 1);
    world.conn.execute_batch("ROLLBACK").unwrap();
    assert_eq!(world.find("phantom"), []);
}

#[test]
fn sparse_filters_list_their_items_from_an_index() {
    let world = World::new();
    for (sql, index) in [
        (rows::UNREAD_IDS, "item_unread"),
        (rows::PENDING_IDS, "item_pending"),
        (rows::ORG_IDS, "item_org"),
        (rows::CONVERSATION_IDS, "item_conversation"),
    ] {
        let plan: String = world
            .conn
            .query_row(&format!("EXPLAIN QUERY PLAN {sql}"), [1, 1], |row| {
                row.get(3)
            })
            .unwrap();
        assert!(plan.contains(index), "{sql}: {plan}");
    }
}

#[test]
fn tidying_comes_to_an_end_and_loses_nothing() {
    let mut world = World::new();
    for n in 0..40 {
        world.say(n, &format!("slate {n}"));
    }
    let mut rounds = 0;
    while tidy(&world.conn, 100).unwrap() {
        rounds += 1;
        assert!(rounds < 100);
    }
    assert!(rounds > 0);
    assert_eq!(world.find("slate").len(), 40);
}

#[test]
fn what_has_no_moment_is_before_nothing() {
    let mut world = World::new();
    let old = world.say(400, "schist sample");
    let timeless = rapport_model::ItemId(1 << 12);
    world.write(timeless, &Body::Message(message("schist sample")), true);
    assert_eq!(world.find("schist").len(), 2);
    assert_eq!(world.find("schist before:7d"), [old]);
    assert_eq!(world.find("schist -after:7d").len(), 2);
}

#[test]
fn a_kind_that_nothing_is_of_is_said() {
    let mut world = World::new();
    world.say(1, "schist sample");
    assert!(world.ask("kind:chat schist").notes.is_empty());
    assert_eq!(
        world.ask("kind:chatt schist").notes,
        ["Nothing here is of the kind \u{201c}chatt\u{201d}."]
    );
}
