//! Promises about the generated folder, checked with parsers that are not ours.

mod books;
mod talk;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use mail_parser::{Message, MessageParser, MimeHeaders};

use rust_decimal::Decimal;
use serde_json::Value;

use crate::{Options, SampleError, Summary, generate};

fn options(today: Date, messages: u64) -> Options {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    Options {
        seed: 42,
        today,
        zone,
        messages: Some(messages),
        needles: true,
    }
}

fn make(options: &Options, out: &Path) -> Summary {
    generate(options, out, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// Every file of a folder with its bytes.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                all.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    all
}

/// The messages of all boxes, unquoted as mboxrd asks.
fn raw_mails(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut mails = Vec::new();
    for (_, bytes) in files.iter().filter(|(name, _)| name.ends_with(".mbox")) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut mail = String::new();
        for line in text.split_inclusive('\n') {
            if line.starts_with("From ") {
                mails.push(std::mem::take(&mut mail));
            } else if line.starts_with('>') && line.trim_start_matches('>').starts_with("From ") {
                mail.push_str(line.strip_prefix('>').unwrap());
            } else {
                mail.push_str(line);
            }
        }
        mails.push(mail);
    }
    mails.retain(|m| !m.is_empty());
    mails
}

fn parse(raw: &str) -> Message<'_> {
    MessageParser::default().parse(raw.as_bytes()).unwrap()
}

fn chats(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<Value>> {
    let rooms = files.iter().filter(|(name, _)| name.starts_with("chat/"));
    rooms
        .map(|(name, bytes)| {
            let lines = std::str::from_utf8(bytes).unwrap().lines();
            (
                name.clone(),
                lines.map(|l| serde_json::from_str(l).unwrap()).collect(),
            )
        })
        .collect()
}

fn table(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Vec<BTreeMap<String, String>> {
    let bytes = &files[&format!("records/{name}.csv")];
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    reader.deserialize().map(Result::unwrap).collect()
}

fn amount(row: &BTreeMap<String, String>, column: &str) -> Decimal {
    row[column].parse().unwrap()
}

#[test]
fn the_same_options_give_the_same_bytes_and_another_seed_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let same = options(date(2026, 3, 12), 1_500);
    let first = make(&same, &dir.path().join("a"));
    assert_eq!(first, make(&same, &dir.path().join("b")));
    let a = files(&dir.path().join("a"));
    assert_eq!(a, files(&dir.path().join("b")));
    make(&Options { seed: 43, ..same }, &dir.path().join("c"));
    let c = files(&dir.path().join("c"));
    assert_ne!(a["mail/inbox.mbox"], c["mail/inbox.mbox"]);
    assert_ne!(a["records/orders.csv"], c["records/orders.csv"]);
}

#[test]
fn the_summary_counts_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    let summary = make(&options(date(2026, 3, 12), 3_001), &out);
    let files = files(&out);
    let under = |folder: &str| files.keys().filter(|f| f.starts_with(folder)).count() as u64;
    assert_eq!((summary.mails, summary.chats), (1_501, 1_500));
    assert_eq!(raw_mails(&files).len() as u64, summary.mails);
    let said: usize = chats(&files).values().map(|lines| lines.len() - 1).sum();
    assert_eq!(said as u64, summary.chats);
    assert_eq!(
        (
            under("contacts/"),
            under("calendar/"),
            under("tasks/"),
            under("chat/"),
            under("wiki/")
        ),
        (
            summary.contacts,
            summary.events,
            summary.tasks,
            summary.rooms,
            summary.pages
        )
    );
    assert!(under("mail/archive-") > 15);
    assert_eq!(
        table(&files, "invoices").len() as u64,
        summary.records["invoice"]
    );
    let mapping: Value = serde_json::from_slice(&files["rapport-mapping.json"]).unwrap();
    for (path, spec) in mapping["files"].as_object().unwrap() {
        let mut reader = csv::Reader::from_reader(files[path].as_slice());
        let header = reader.headers().unwrap().clone();
        let keys: BTreeSet<_> = reader.records().map(|r| r.unwrap()[0].to_owned()).collect();
        assert_eq!(
            keys.len() as u64,
            summary.records[spec["kind"].as_str().unwrap()],
            "{path}: keys are unique"
        );
        for column in spec["columns"].as_object().unwrap().values() {
            assert!(
                header.iter().any(|h| h == column.as_str().unwrap()),
                "{path}: {column}"
            );
        }
    }
}

#[test]
fn the_scenes_are_there_word_for_word() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    make(&options(date(2026, 3, 12), 400), &out);
    let files = files(&out);
    let raw = raw_mails(&files);
    let mails: Vec<Message<'_>> = raw.iter().map(|m| parse(m)).collect();
    let third = mails
        .iter()
        .find(|m| m.message_id() == Some("line2-third@oakhollow.example"))
        .unwrap();
    assert_eq!(
        third.subject(),
        Some("Line 2 stopped again, third time this month")
    );
    assert_eq!(
        third.date().unwrap().to_rfc3339(),
        "2026-03-12T08:12:00+01:00"
    );
    let text = third.body_text(0).unwrap();
    assert!(
        text.contains(
            "Unless I have a firm date today, I will have to put the Line 4 order on hold."
        )
    );
    assert!(text.contains("exactly as on the 4th and the 9th"));
    let log = third.attachment(0).unwrap();
    assert_eq!(log.attachment_name(), Some("line2-log.csv"));
    assert!((80_000..90_000).contains(&log.len()), "{}", log.len());
    let thread: Vec<_> = third
        .references()
        .as_text_list()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        thread,
        [
            "line2-first@oakhollow.example",
            "line2-first-answer@velmora.example"
        ]
    );

    let rooms = chats(&files);
    let said = |room: &str, at: &str| {
        let line = rooms[room]
            .iter()
            .find(|l| l["at"] == at)
            .unwrap_or_else(|| panic!("{room} {at}"));
        line["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        said("chat/dm-henrik.jsonl", "2026-03-09T15:22:00Z"),
        "I’ll get you the revised quote by Thursday, with the stainless option."
    );
    assert!(
        said("chat/oakhollow-line2.jsonl", "2026-03-12T08:31:00Z")
            .starts_with("@Ines 6 seal kits are in Hamburg")
    );

    let invoices = table(&files, "invoices");
    let invoice = |number: &str| invoices.iter().find(|i| i["number"] == number).unwrap();
    assert_eq!(
        (
            invoice("INV-2026-0148")["open"].as_str(),
            invoice("INV-2026-0148")["due_date"].as_str()
        ),
        ("12480.00", "2026-02-25")
    );
    assert_eq!(
        (
            invoice("INV-2026-0207")["open"].as_str(),
            invoice("INV-2026-0207")["due_date"].as_str()
        ),
        ("6215.50", "2026-03-22")
    );
    assert_eq!(
        (
            invoice("INV-2025-1164")["total"].as_str(),
            invoice("INV-2025-1164")["state"].as_str()
        ),
        ("22900.00", "paid")
    );
    let late: Vec<_> = invoices
        .iter()
        .filter(|i| i["state"] != "paid" && i["due_date"].as_str() < "2026-03-12")
        .collect();
    assert_eq!(late.len(), 8);
    assert_eq!(
        late.iter().map(|i| amount(i, "open")).sum::<Decimal>(),
        Decimal::from(64_315)
    );
    let shipped = table(&files, "orders")
        .into_iter()
        .find(|o| o["number"] == "SO-2026-0391")
        .unwrap();
    assert_eq!(
        (shipped["state"].as_str(), shipped["shipped_date"].as_str()),
        ("shipped", "2026-03-10")
    );
    let quote = table(&files, "quotes")
        .into_iter()
        .find(|q| q["number"] == "Q-2026-0087")
        .unwrap();
    assert_eq!(quote["state"], "draft");

    let task = String::from_utf8(files["tasks/redmine-8841.ics"].clone()).unwrap();
    assert!(
        task.contains("DUE;TZID=Europe/Amsterdam:20260312T120000"),
        "{task}"
    );
    assert!(task.contains("X-RAPPORT-LINK:line2-third@oakhollow.example"));
    assert!(task.contains("CATEGORIES:Oakhollow Brewing"));
    let review = String::from_utf8(files["calendar/brae-review.ics"].clone()).unwrap();
    assert!(review.contains("DTSTART;TZID=Europe/Amsterdam:20260312T103000"));
    assert!(
        files.contains_key("wiki/vf-300-cip-drift.md") && files.contains_key("contacts/marten.vcf")
    );
}

#[test]
fn every_date_moves_with_today() {
    let dir = tempfile::tempdir().unwrap();
    // The day after a leap day, and the Monday after summer time began.
    for (today, stop, second_stop, due) in [
        (
            date(2028, 3, 1),
            "2028-03-01T08:12:00+01:00",
            "the 22nd and the 27th",
            "2028-02-15",
        ),
        (
            date(2026, 3, 30),
            "2026-03-30T08:12:00+02:00",
            "the 22nd and the 27th",
            "2026-03-15",
        ),
    ] {
        let out = dir.path().join(today.to_string());
        make(&options(today, 200), &out);
        let files = files(&out);
        let raw = raw_mails(&files);
        let mails: Vec<Message<'_>> = raw.iter().map(|m| parse(m)).collect();
        let third = mails
            .iter()
            .find(|m| m.message_id() == Some("line2-third@oakhollow.example"))
            .unwrap();
        assert_eq!(third.date().unwrap().to_rfc3339(), stop);
        assert!(third.body_text(0).unwrap().contains(second_stop), "{today}");
        let invoice = table(&files, "invoices")
            .into_iter()
            .find(|i| i["number"] == "INV-2026-0148")
            .unwrap();
        assert_eq!(invoice["due_date"], due);
        let snapshot = stop
            .replace("08:12", "09:41")
            .parse::<jiff::Timestamp>()
            .unwrap()
            .as_second();
        assert!(
            mails
                .iter()
                .all(|m| m.date().unwrap().to_timestamp() <= snapshot),
            "nothing is from the future"
        );
    }
}

#[test]
fn stopping_leaves_the_folder_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    let small = options(date(2026, 3, 12), 100);
    make(&small, &out);
    let before = files(&out);
    let mut heard = Vec::new();
    let stopped = generate(
        &Options {
            messages: Some(20_000),
            ..small.clone()
        },
        &out,
        &mut |p| {
            heard.push(p.done);
            if p.done > 2_000 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    assert!(matches!(stopped, Err(SampleError::Canceled)));
    assert!(heard.is_sorted() && heard.len() > 2);
    assert_eq!(before, files(&out));
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        1,
        "no half-made folder stays behind"
    );
    let over = generate(
        &Options {
            messages: Some(u64::MAX),
            ..small
        },
        &out,
        &mut |_| ControlFlow::Continue(()),
    );
    assert!(matches!(over, Err(SampleError::TooMany(_))));
}
