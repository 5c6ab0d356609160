//! Items nobody meant well with, through a whole hub.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use rapport_model::change::{Gap, Poison};
use rapport_model::conversation::{Attachment, ConversationKind, Reaction};
use rapport_model::{
    Address, AddressKind, Body, Change, Contact, Conversation, Event, FieldValue, Handle, Item,
    ItemRef, LinkId, Mailbox, Message, Millis, Money, Organisation, Patch, PatchKind, Record,
    RecordKind, Revision, Task, WikiPage,
};
use rapport_store::search::{Query, SearchContext};
use rapport_store::{JournalQuery, Scope};

use super::given::{Desk, Given, account, came, came_at};

const NUL: &str = "Ada\0Lovelace";
const RTL: &str = "invoice\u{202e}fdp.exe\u{2066}\u{200f}";

fn from(value: &str) -> Mailbox {
    Mailbox {
        name: Some(value.into()),
        address: Address {
            kind: AddressKind::Other,
            value: value.into(),
        },
    }
}

fn message(room: &str, who: &str, text: &str) -> Message {
    Message::plain(room.into(), from(who), text)
}

fn to(handle: &str) -> Option<ItemRef> {
    Some(ItemRef {
        collection: "all".into(),
        handle: handle.into(),
    })
}

fn long(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len())
}

/// Texts that have broken programs before.
fn texts() -> Vec<String> {
    vec![
        String::new(),
        "\0".into(),
        NUL.into(),
        RTL.into(),
        "\u{feff}\u{fffe}\u{10ffff}".into(),
        long("a\u{301}", 6_000),
        "👨‍👩‍👧‍👦".repeat(500),
        "'; DROP TABLE item; --".into(),
        "\" OR \"\" NEAR( * ^ {".into(),
        "\u{2}\u{3}\u{1b}[31mred\u{7}".into(),
        "<b>".repeat(20_000),
        "<!--<![CDATA[<svg onload=alert(1)>&#x110000;&bogus;".repeat(50),
        "漢字かな交じり文".repeat(400),
        "\r\n\r\n\u{2028}\u{2029}\u{85}".into(),
        format!("=?utf-8?B?{}?=", "A".repeat(5000)),
        "@".repeat(3000),
        "+".repeat(3000),
        "9".repeat(3000),
        "a@b@c@[::1]".into(),
        "ﷺ".repeat(3000),
    ]
}

fn hostile() -> Vec<Change> {
    let mut all = Vec::new();
    for (n, text) in texts().into_iter().enumerate() {
        let mut room = Conversation::new(ConversationKind::Direct, text.clone());
        room.topic = Some(text.clone());
        room.members = vec![from(&text); 3];
        room.parents = vec![Handle(text.clone()), Handle(format!("!{n}"))];
        room.about = to(&text);
        all.push(came(&format!("!{n}"), Body::Conversation(room)));

        let mut said = message(&format!("!{n}"), &text, &text);
        said.html = Some(text.clone());
        said.subject = Some(text.clone());
        said.reply_to = Some(Handle(format!("${n}")));
        said.thread = Some(Handle(text.clone()));
        said.mentions = vec![text.clone(); 20];
        said.to = vec![from(&text); 20];
        said.reactions = vec![
            Reaction {
                key: text.clone(),
                from: from(&text),
                handle: None
            };
            5
        ];
        said.attachments = vec![Attachment {
            name: text.clone(),
            mime: text.clone(),
            size: Some(u64::MAX),
            source: text.clone(),
            thumbnail: Some(text.clone()),
            content_id: None,
        }];
        said.unread = true;
        all.push(came(&format!("${n}"), Body::Message(said)));

        for kind in [
            AddressKind::Email,
            AddressKind::Phone,
            AddressKind::Matrix,
            AddressKind::Url,
        ] {
            let contact = Contact {
                name: text.clone(),
                addresses: vec![
                    Address {
                        kind,
                        value: text.clone()
                    };
                    3
                ],
                organisation: to(&format!("party{n}")),
                organisation_name: Some(text.clone()),
                notes: Some(text.clone()),
                ..Contact::default()
            };
            all.push(came(
                &format!("person{n}{kind:?}"),
                Body::Contact(Box::new(contact)),
            ));
        }
        let mut party = Organisation {
            name: text.clone(),
            ..Organisation::default()
        };
        party.number = Some(text.clone());
        party.tax_id = Some(text.clone());
        party.addresses = vec![Address {
            kind: AddressKind::Email,
            value: text.clone(),
        }];
        party
            .fields
            .insert(text.as_str().into(), FieldValue::Text(text.clone()));
        all.push(came(
            &format!("party{n}"),
            Body::Organisation(Box::new(party)),
        ));

        let mut record = Record::new(RecordKind::from(text.clone()), text.clone());
        record.number = Some(text.clone());
        record.state = Some(text.clone());
        record.customer = to(&format!("party{n}"));
        // It hangs on itself.
        record.parent = to(&format!("record{n}"));
        record.amount = Some(Money::new(
            "79228162514264337593543950335".parse().unwrap(),
            &text,
        ));
        record.date = Some(Date::MAX);
        record.due = Some(Date::MIN);
        record.fields.insert(
            text.as_str().into(),
            FieldValue::List(vec![text.clone(); 50]),
        );
        record.actions = vec![text.clone()];
        all.push(came(&format!("record{n}"), Body::Record(Box::new(record))));

        let task = Task {
            title: text.clone(),
            notes: Some(text.clone()),
            parent: Some(Handle(format!("task{n}"))),
            tags: vec![text.clone(); 50],
            priority: Some(255),
            completed: Some(Millis(i64::MIN)),
            cause: Some(LinkId(text.clone())),
            ..Task::default()
        };
        all.push(came(&format!("task{n}"), Body::Task(task)));
        let page = WikiPage {
            title: text.clone(),
            text: text.clone(),
            path: vec![text.clone(); 30],
            ..WikiPage::default()
        };
        all.push(came(&format!("page{n}"), Body::Page(page)));
        all.push(came(
            &format!("event{n}"),
            Body::Event(event(&text, DateTime::MAX, DateTime::MIN)),
        ));
    }
    all.extend(odd());
    all
}

fn event(text: &str, start: DateTime, end: DateTime) -> Event {
    Event {
        title: text.into(),
        start,
        end,
        zone: Some(text.into()),
        all_day: false,
        location: Some(text.into()),
        notes: None,
        organizer: Some(from(text)),
        attendees: vec![from(text); 20],
        recurrence: vec![
            text.into(),
            "RRULE:FREQ=SECONDLY".into(),
            "RRULE:FREQ=YEARLY;BYDAY=-999MO;INTERVAL=0".into(),
        ],
        occurrence: Some(text.into()),
        cancelled: false,
        about: None,
    }
}

fn odd() -> Vec<Change> {
    let plain = |text: &str| Body::Message(message("!room", "bob", text));
    let linked = |handle: &str, link: &str| {
        Change::Upsert(Box::new(Item {
            handle: handle.into(),
            link: Some(link.into()),
            revision: Some(Revision(NUL.into())),
            at: Millis(0),
            body: plain("linked"),
            raw: Some(long("[", 200_000)),
        }))
    };
    let patch = |target: &str, handle: &str, what: PatchKind| {
        Change::Patch(Patch {
            target: target.into(),
            handle: handle.into(),
            at: Millis(i64::MAX),
            from: from("bob"),
            what,
        })
    };
    let edit = |text: &str| PatchKind::Edit {
        text: text.into(),
        html: Some(long("<i>", 90_000)),
        mentions: vec![],
    };
    vec![
        // No handle, the handle of another kind, the same handle three times.
        came("", plain("without a handle")),
        came("\0", plain("a handle that is nothing")),
        came(&long("h", 100_000), plain("a long handle")),
        came("twice", plain("first")),
        came("twice", plain("second")),
        came(
            "twice",
            Body::Task(Task {
                title: "is a task now".into(),
                ..Task::default()
            }),
        ),
        // The same link on several, an empty one, and raw forms that are no JSON.
        linked("l1", ""),
        linked("l2", ""),
        linked("l3", "same"),
        linked("l4", "same"),
        // Moments outside every calendar.
        came_at("early", Millis(i64::MIN), plain("before everything")),
        came_at("late", Millis(i64::MAX), plain("after everything")),
        came_at("zero", Millis(0), plain("at zero")),
        came_at("minus", Millis(-1), plain("before zero")),
        // Large.
        came("10mb", plain(&long("ten million letters ", 10_000_000))),
        came(
            "title",
            Body::Task(Task {
                title: long("t", 100_000),
                ..Task::default()
            }),
        ),
        came("40mb", plain(&long("far too much ", 40_000_000))),
        // Patches of nothing, of themselves, in a ring, and of the wrong kind.
        patch("nothing", "p1", edit("x")),
        patch("p2", "p2", edit("x")),
        patch("p4", "p3", PatchKind::Redact(Some(NUL.into()))),
        patch("p3", "p4", PatchKind::Redact(None)),
        patch("task1", "p5", edit("x")),
        patch("twice", "", PatchKind::React(long("🎉", 50_000))),
        Change::Gone("never was".into()),
        Change::Gone("".into()),
        came("", plain("again without a handle")),
        Change::Gap(Gap {
            conversation: "!nowhere".into(),
            token: NUL.into(),
            before: Millis(i64::MIN),
        }),
        Change::Filled {
            conversation: "!nobody".into(),
            token: String::new(),
        },
        Change::Read {
            conversation: "!nowhere".into(),
            up_to: "nothing".into(),
            at: Some(Millis(i64::MAX)),
        },
        Change::Read {
            conversation: "task1".into(),
            up_to: "task1".into(),
            at: None,
        },
    ]
}

fn given() -> Arc<Given> {
    let poison = Poison {
        handle: "bad".into(),
        reason: format!("could not be read: {NUL}"),
        raw: Some(NUL.into()),
    };
    Arc::new(Given {
        changes: hostile().into(),
        poison: vec![poison].into(),
        page: 64,
        ..Given::default()
    })
}

/// Everything a user can look at, once.
fn look_around(desk: &Desk) {
    let context = SearchContext {
        today: Date::from_str("2026-03-12").unwrap(),
        zone: jiff::tz::TimeZone::UTC,
    };
    // A line of them, as a search box holds it.
    let mut asked: Vec<String> = texts()
        .iter()
        .map(|it| it.chars().take(40).collect())
        .collect();
    asked.extend(
        [
            "letters",
            "from:bob",
            "kind:task",
            "before:0001-01-01",
            "has:file -x",
        ]
        .map(String::from),
    );
    desk.hub
        .read(|it| {
            for text in &asked {
                it.search(&Query::typing(text, &context), 20, 0)?;
            }
            let journal = it.journal(&JournalQuery {
                limit: 10_000,
                ..JournalQuery::default()
            })?;
            assert!(!journal.is_empty());
            let mut walked = 0;
            it.walk(&Scope::All, |_| {
                walked += 1;
                Ok(ControlFlow::Continue(()))
            })?;
            assert!(walked > 200);
            Ok(())
        })
        .unwrap();
    for row in desk.rows() {
        desk.hub
            .read(|it| {
                for node in it.nodes_of_item(row.id)? {
                    it.edges_touching(&[node.id])?;
                }
                if let Some(org) = row.links.org {
                    it.org(org)?;
                    it.items_of_org(org, None, 50)?;
                }
                it.refs_from(row.id).map(drop)
            })
            .unwrap();
        serde_json::to_string(&row.item).unwrap();
    }
    desk.hub.suggestions(50).unwrap();
    desk.hub.ledger().unwrap();
}

#[tokio::test]
async fn hostile_items_are_kept_or_put_aside_with_a_reason_and_never_stop_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let given = given();
    let desk = Desk::open(&home, &given).unwrap();
    let turns = desk.sync().await.unwrap();
    assert_eq!(turns[0].fault, None);
    assert!(
        turns[0].collections.iter().all(|it| it.fault.is_none()),
        "{turns:?}"
    );

    // Each handle that came is here, or stands aside with its reason.
    let here: BTreeSet<Handle> = desk.rows().into_iter().map(|it| it.item.handle).collect();
    let aside = desk.hub.read(|it| it.poisons(Some(&account()))).unwrap();
    for change in hostile() {
        let Change::Upsert(item) = change else {
            continue;
        };
        let kept = here.contains(&item.handle);
        let put_aside = aside
            .iter()
            .any(|it| it.poison.handle == item.handle && !it.poison.reason.is_empty());
        let name: String = item.handle.0.chars().take(40).collect();
        assert!(kept || put_aside, "{name:?} is neither here nor put aside");
    }
    let reason = |handle: &str| {
        aside
            .iter()
            .find(|it| it.poison.handle.as_str() == handle)
            .map(|it| it.poison.reason.clone())
    };
    assert!(
        reason("40mb").is_some_and(|it| it.contains("too large")),
        "{:?}",
        reason("40mb")
    );
    assert!(reason("bad").is_some_and(|it| it.contains("could not be read")));
    assert!(here.contains(&Handle::from("10mb")));
    assert!(here.contains(&Handle::from("title")));
    look_around(&desk);
    assert_eq!(
        desk.hub.db().integrity_check().unwrap(),
        Vec::<String>::new()
    );

    // The same again, into the same file, changes nothing.
    let rows = desk.rows();
    drop(desk);
    let desk = Desk::open(&home, &given).unwrap();
    desk.sync().await.unwrap();
    let again = desk.rows();
    assert_eq!(again.len(), rows.len());
    for (row, before) in again.iter().zip(&rows) {
        assert_eq!(row.id, before.id);
        assert!(
            row.item == before.item,
            "{:?} differs after a restart",
            row.id
        );
    }
    assert!(
        desk.hub
            .read(|it| it.search_self_check(60))
            .unwrap()
            .missing
            .is_empty()
    );
}
