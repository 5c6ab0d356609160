//! Files nobody meant well with.

use rapport_model::Body;
use rapport_model::conversation::Readable;

use super::{Desk, TASKS, mail, titles};

#[tokio::test]
async fn one_broken_file_is_named_with_its_reason_and_the_others_go_on() {
    let desk = Desk::new(&[
        (
            "a.ics",
            "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:no uid\nEND:VTODO\nBEGIN:VTODO\nUID:1\nSUMMARY:cut",
        ),
        ("b.ics", TASKS),
        ("c.ics", "\u{0}\u{0}\u{0}"),
    ]);
    let (changes, page) = desk.all("tasks", None).await;
    assert_eq!(titles(&changes), ["Call Marten", "Find the offer"]);
    let reasons: Vec<&str> = page.poison.iter().map(|it| it.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "a.ics: the task has no UID",
            "a.ics: an entry ends in the middle: there is no END:VTODO"
        ]
    );
    let (_, again) = desk.all("tasks", Some(page.cursor)).await;
    assert!(again.poison.is_empty(), "a reason is given once");
}

#[tokio::test]
async fn bytes_that_are_no_text_harm_nothing() {
    let desk = Desk::new(&[]);
    let mut mbox = mail("1@x", "a@x", "", "good", "x").into_bytes();
    mbox.extend(b"From x 1:1\nFrom: \xff\xfe\0<b\xff@x>\nSubject: =?utf-8?B?AAAA?= \0 \xc3\x28\n\n\0\xff\xfe\n\n");
    mbox.extend(b"From x 1:1\n\xff\xff\xff\n\n");
    desk.put("in.mbox", mbox);
    desk.put("p.md", b"\xff\xfe# \0\n");
    desk.put("c.vcf", b"BEGIN:VCARD\r\nFN:\xe4\0\xf6\r\nEND:VCARD\r\n");
    desk.put("t.csv", b"a,b\n\xff,\0\n1\n");
    desk.put(
        "rapport-mapping.json",
        r#"{"version":1,"files":{"t.csv":{"kind":"generic:t","key":"a","columns":{"title":"b"}}}}"#,
    );
    desk.put("r.jsonl", b"{\"room\":\"r\"}\n\xff\n{\"id\":1,\"at\":\"x\"}\n[[[[\n{\"id\":\"2\",\"at\":\"2026-01-01T00:00:00Z\",\"from\":\"a\",\"text\":\"\\u0000ok\"}\n");
    for collection in ["mail", "wiki", "contacts", "records", "chat"] {
        let (changes, _) = desk.all(collection, None).await;
        assert!(!changes.is_empty(), "{collection}");
        for item in super::upserts(&changes) {
            assert!(
                !serde_json::to_string(&item.body)
                    .unwrap()
                    .contains("\\u0000"),
                "{collection}"
            );
        }
    }
}

#[tokio::test]
async fn mail_nested_without_end_and_a_text_of_ten_megabytes_stay_within_bounds() {
    let deep: String = (0..20_000)
        .map(|at| format!("Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n"))
        .collect();
    let inside = "Content-Type: message/rfc822\n\n".repeat(20_000);
    let large = "x".repeat(79) + "\n";
    let head = |id: &str| format!("From x 1:1\nMessage-ID: <{id}>\nFrom: a@x\n");
    let mbox = [
        head("deep"),
        deep,
        "\n".into(),
        head("inside"),
        inside,
        "\n".into(),
        head("large"),
        "\n".into(),
        large.repeat(10 * 1024 * 1024 / 80),
        "\n".into(),
        mail("good", "a@x", "", "good", "x"),
    ]
    .concat();
    let desk = Desk::new(&[("in.mbox", &mbox)]);
    let (changes, page) = desk.all("mail", None).await;
    let items = super::upserts(&changes);
    let find = |id: &str| items.iter().find(|item| item.handle.as_str() == id);
    assert!(find("good").is_some());
    let Body::Message(large) = &find("large").unwrap().body else {
        panic!()
    };
    assert!(large.text.len() <= 1024 * 1024 && matches!(large.readable, Readable::Unsupported(_)));
    assert!(find("inside").is_none());
    assert!(
        page.poison
            .iter()
            .any(|it| it.reason.contains("packed inside each other"))
    );
}

#[tokio::test]
async fn an_unclosed_quote_costs_its_row_and_not_the_memory() {
    let rows = "1,fine\n2,\"never closed\n".to_owned() + "3,swallowed\n".repeat(2_000_000).as_str();
    let mapping =
        r#"{"version":1,"files":{"t.csv":{"kind":"generic:t","key":"a","columns":{"title":"b"}}}}"#;
    let desk = Desk::new(&[
        ("t.csv", &("a,b\n".to_owned() + rows.as_str())),
        ("rapport-mapping.json", mapping),
    ]);
    let (changes, page) = desk.all("records", None).await;
    assert_eq!(titles(&changes), ["fine"]);
    assert!(
        page.poison
            .iter()
            .any(|it| it.reason.contains("never closed")),
        "{:?}",
        page.poison
    );
}

#[tokio::test]
async fn a_mapping_that_is_none_stops_only_the_tables() {
    let desk = Desk::new(&[
        ("t.csv", "a\n1\n"),
        ("rapport-mapping.json", "{"),
        ("a.ics", TASKS),
    ]);
    let all = desk.files.discover().await.unwrap();
    let broken: Vec<&str> = all
        .iter()
        .filter(|it| it.unavailable.is_some())
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(broken, ["records"]);
    assert_eq!(desk.items("tasks").await.len(), 2);
}
