//! Folders larger than memory, in small.

use rapport_model::Change;

use super::{Desk, mail, upserts};

#[tokio::test]
async fn twenty_thousand_mails_stream_in_small_pages_and_none_is_missed() {
    let mut text = String::new();
    for at in 0..20_000 {
        let answers = if at % 4 == 0 {
            String::new()
        } else {
            format!("{}@x", at - at % 4)
        };
        text.push_str(&mail(
            &format!("{at}@x"),
            "a@x",
            &answers,
            &format!("Thread {}", at / 4),
            "Some words in a mail.",
        ));
    }
    let desk = Desk::new(&[("big.mbox", &text)]);
    let (mut cursor, mut pages, mut mails, mut threads) = (None, 0, 0, 0);
    let mut largest_cursor = 0;
    loop {
        let page = desk.page("mail", cursor.as_ref()).await;
        assert!(page.changes.len() <= 500);
        for change in &page.changes {
            let Change::Upsert(item) = change else {
                panic!()
            };
            if item.handle.as_str().starts_with("thread:") {
                threads += 1;
            } else {
                mails += 1;
            }
        }
        pages += 1;
        largest_cursor = largest_cursor.max(page.cursor.data.to_string().len());
        cursor = Some(page.cursor);
        if !page.more {
            break;
        }
    }
    assert_eq!((mails, threads), (20_000, 5_000));
    assert!(
        pages >= 50 && largest_cursor < 1_000,
        "{pages} pages, cursor of {largest_cursor} bytes"
    );
    desk.put(
        "big.mbox",
        text + mail("last@x", "a@x", "", "Last", "x").as_str(),
    );
    let (changes, _) = desk.all("mail", cursor).await;
    assert_eq!(upserts(&changes).len(), 2);
}

#[tokio::test]
async fn a_file_too_long_for_its_names_is_listed_anew_when_it_loses_an_item() {
    let card = |at: usize| {
        format!("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{at}\r\nFN:Person {at}\r\nEND:VCARD\r\n")
    };
    let all: Vec<String> = (0..1_200).map(card).collect();
    let desk = Desk::new(&[("all.vcf", &all.concat())]);
    let (changes, page) = desk.all("contacts", None).await;
    assert_eq!(changes.len(), 1_200);
    desk.put("all.vcf", all[1..].concat());
    let (changes, page) = desk.all("contacts", Some(page.cursor)).await;
    assert_eq!(changes.len(), 1_199);
    assert_eq!(page.coverage, rapport_model::Coverage::Complete);
}

#[tokio::test]
async fn a_small_file_that_grew_large_loses_nothing_on_the_way() {
    let card = |at: usize| {
        format!("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{at}\r\nFN:Person {at}\r\nEND:VCARD\r\n")
    };
    let all: Vec<String> = (0..1_200).map(card).collect();
    let desk = Desk::new(&[("all.vcf", &all[..3].concat())]);
    let (_, page) = desk.all("contacts", None).await;
    desk.put("all.vcf", all[1..].concat());
    let (changes, page) = desk.all("contacts", Some(page.cursor)).await;
    assert!(
        super::gone(&changes).is_empty(),
        "a listing shows what is gone"
    );
    assert_eq!(page.coverage, rapport_model::Coverage::Complete);
    assert_eq!(upserts(&changes).len(), 1_199);
}
