//! Promises about mail and chat: needles, threads, edits, and what they name.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use mail_parser::{Message, MimeHeaders};
use serde_json::Value;

use super::{chats, files, make, options, parse, raw_mails, table};
use crate::Needle;

#[test]
fn every_needle_is_where_the_list_says_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    let summary = make(&options(date(2026, 3, 12), 4_000), &out);
    let files = files(&out);
    let listed: Vec<Needle> = serde_json::from_slice(&files["rapport-needles.json"]).unwrap();
    assert_eq!(listed, summary.needles);
    assert!(listed.len() >= 40);
    let raw = raw_mails(&files);
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for mail in &raw {
        let read = parse(mail);
        let mut text = format!(
            "{} {}",
            read.subject().unwrap_or(""),
            read.body_text(0).unwrap_or_default()
        );
        for file in read.attachments() {
            text.push_str(&format!(" {}", file.attachment_name().unwrap_or("")));
        }
        texts.insert(read.message_id().unwrap().to_owned(), text);
    }
    for line in chats(&files)
        .values()
        .flat_map(|lines| lines.iter().skip(1))
    {
        texts.insert(
            line["id"].as_str().unwrap().to_owned(),
            line["text"].as_str().unwrap().to_owned(),
        );
    }
    // Two needles are typed without diacritics and some phones without spaces:
    // everything is folded the same way before it is compared.
    let fold = |text: &str| -> String {
        let text = text.replace('"', "").to_lowercase();
        let flat = text.chars().map(|c| match c {
            'å' | 'ä' => 'a',
            'ö' => 'o',
            'ü' => 'u',
            'ά' => 'α',
            'έ' => 'ε',
            'ό' => 'ο',
            'ώ' => 'ω',
            'ς' => 'σ',
            other => other,
        });
        flat.filter(|c| !c.is_whitespace() && *c != '-' && *c != '\u{a0}')
            .collect()
    };
    let folded: Vec<(&String, String)> = texts.iter().map(|(id, text)| (id, fold(text))).collect();
    for needle in &listed {
        let query = fold(&needle.query);
        let hits: Vec<_> = folded
            .iter()
            .filter(|(_, text)| text.contains(&query))
            .map(|(id, _)| id.as_str())
            .collect();
        assert_eq!(hits, [needle.expect.as_str()], "{needle:?}");
    }
}

#[test]
fn replies_point_at_messages_that_came_before() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    make(&options(date(2026, 3, 12), 5_000), &out);
    let files = files(&out);
    let raw = raw_mails(&files);
    let mut mails: Vec<Message<'_>> = raw.iter().map(|m| parse(m)).collect();
    mails.sort_by_key(|m| m.date().unwrap().to_timestamp());
    let mut seen = BTreeSet::new();
    let mut replies = 0;
    for mail in &mails {
        if let Some(parent) = mail.in_reply_to().as_text() {
            assert!(seen.contains(parent), "{parent}");
            replies += 1;
        }
        assert!(
            seen.insert(mail.message_id().unwrap().to_owned()),
            "ids are unique"
        );
    }
    assert!(replies > mails.len() / 4, "{replies}");
    for (room, lines) in chats(&files) {
        let members: BTreeSet<_> = lines[0]["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["id"].as_str().unwrap())
            .collect();
        let mut seen = BTreeSet::new();
        let mut last = "";
        for line in &lines[1..] {
            assert!(members.contains(line["from"].as_str().unwrap()), "{room}");
            for field in ["reply_to", "thread", "edits"] {
                assert!(
                    line.get(field)
                        .is_none_or(|id| seen.contains(id.as_str().unwrap())),
                    "{room}: {line}"
                );
            }
            assert!(last <= line["at"].as_str().unwrap());
            last = line["at"].as_str().unwrap();
            seen.insert(line["id"].as_str().unwrap());
        }
    }
}

#[test]
fn no_message_names_a_document_younger_than_itself() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    make(&options(date(2026, 3, 12), 5_000), &out);
    let files = files(&out);
    let mut born: BTreeMap<String, String> = BTreeMap::new();
    for (name, column) in [
        ("invoices", "invoice_date"),
        ("orders", "order_date"),
        ("quotes", "quote_date"),
    ] {
        born.extend(
            table(&files, name)
                .into_iter()
                .map(|row| (row["number"].clone(), row[column].clone())),
        );
    }
    let mut named = 0;
    for mail in raw_mails(&files) {
        let read = parse(&mail);
        let day = read.date().unwrap().to_rfc3339();
        for word in read
            .body_text(0)
            .unwrap_or_default()
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        {
            if let Some(birth) = born.get(word) {
                named += 1;
                assert!(
                    birth.as_str() <= day.split('T').next().unwrap(),
                    "{word} of {birth} on {day}"
                );
            }
        }
    }
    assert!(named > 300, "{named}");
}

#[test]
fn ordinary_talk_never_contradicts_what_the_scenes_tell() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    make(&options(date(2026, 3, 12), 20_000), &out);
    let files = files(&out);
    let told = [
        "INV-2026-0148",
        "INV-2026-0113",
        "Q-2026-0087",
        "SO-2026-0391",
        "#40312",
    ];
    for (room, lines) in chats(&files) {
        for line in &lines[1..] {
            let scene = line["id"].as_str().unwrap().starts_with("$scene-");
            let text = line["text"].as_str().unwrap();
            assert!(
                scene || told.iter().all(|t| !text.contains(t)),
                "{room}: {text}"
            );
        }
    }
    let raw = raw_mails(&files);
    let naming: BTreeSet<_> = raw
        .iter()
        .map(|m| parse(m))
        .filter(|m| m.body_text(0).unwrap_or_default().contains("INV-2026-0148"))
        .map(|m| m.message_id().unwrap().to_owned())
        .collect();
    assert_eq!(
        naming.into_iter().collect::<Vec<_>>(),
        ["oak-0148-reminder@velmora.example"]
    );
}

#[test]
fn an_edit_follows_its_message_on_the_same_day_by_the_same_writer() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    make(&options(date(2026, 3, 12), 8_000), &out);
    let mut edits = 0;
    for lines in chats(&files(&out)).values() {
        let said: BTreeMap<_, _> = lines[1..]
            .iter()
            .map(|l| (l["id"].as_str().unwrap(), l))
            .collect();
        for edit in said.values().filter(|l| l.get("edits").is_some()) {
            let old = said[edit["edits"].as_str().unwrap()];
            assert_eq!(old["from"], edit["from"]);
            let day = |l: &Value| {
                l["at"]
                    .as_str()
                    .unwrap()
                    .split('T')
                    .next()
                    .unwrap()
                    .to_owned()
            };
            assert_eq!(day(old), day(edit));
            edits += 1;
        }
    }
    assert!(edits > 20, "{edits}");
}

#[test]
fn a_busy_sample_keeps_its_skew() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    let summary = make(&options(date(2026, 3, 12), 20_000), &out);
    assert_eq!(summary.mails + summary.chats, 20_000);
    let files = files(&out);
    let raw = raw_mails(&files);
    let of = |domain: &str| raw.iter().filter(|m| m.contains(domain)).count();
    assert!(of("oakhollow.example") > 2 * of("greyfen.example"));
    assert!(of("greyfen.example") > 300);
    let bytes: usize = raw.iter().map(String::len).sum();
    assert!(bytes / raw.len() < 1_700, "{}", bytes / raw.len());
}
