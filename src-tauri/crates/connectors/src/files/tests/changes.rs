//! What a second look sees.

use rapport_model::{Change, Coverage, Fault};

use super::{Desk, TASKS, desk, gone, mail, titles, upserts};

#[tokio::test]
async fn nothing_new_means_the_same_bookmark() {
    let desk = desk();
    for collection in desk.files.discover().await.unwrap() {
        let (_, page) = desk.all(collection.id.as_str(), None).await;
        let (changes, again) = desk
            .all(collection.id.as_str(), Some(page.cursor.clone()))
            .await;
        assert!(changes.is_empty() && again.poison.is_empty());
        assert_eq!(again.cursor, page.cursor);
    }
}

#[tokio::test]
async fn of_a_mailbox_that_grew_only_the_tail_is_read() {
    let desk = Desk::new(&[("in.mbox", &mail("1@x", "a@x", "", "one", "x"))]);
    let (first, page) = desk.all("mail", None).await;
    assert_eq!(titles(&first), ["one", "one"]);
    let grown = desk.read("in.mbox") + mail("2@x", "b@x", "", "two", "y").as_str();
    desk.put("in.mbox", grown);
    let (second, page) = desk.all("mail", Some(page.cursor)).await;
    assert_eq!(titles(&second), ["two", "two"]);
    assert_eq!(page.coverage, Coverage::Delta);
}

#[tokio::test]
async fn a_mail_that_was_cut_off_when_it_was_read_is_read_again_when_it_grew() {
    let whole = mail("1@x", "a@x", "", "one", "first half, second half");
    let half = whole.split_once(", second").unwrap().0;
    let desk = Desk::new(&[("in.mbox", half)]);
    let (_, page) = desk.all("mail", None).await;
    desk.put(
        "in.mbox",
        whole + mail("2@x", "a@x", "", "two", "y").as_str(),
    );
    let (changes, _) = desk.all("mail", Some(page.cursor)).await;
    let texts: Vec<String> = upserts(&changes)
        .into_iter()
        .filter_map(|item| match item.body {
            rapport_model::Body::Message(it) => Some(it.text.trim().to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["first half, second half", "y"]);
}

#[tokio::test]
async fn a_mailbox_that_was_replaced_is_listed_anew_so_that_its_lost_mails_are_gone() {
    let three = [1, 2, 3].map(|it| mail(&format!("{it}@x"), "a@x", "", "s", "x"));
    let desk = Desk::new(&[("in.mbox", &three.concat())]);
    let (_, page) = desk.all("mail", None).await;
    desk.put("in.mbox", [three[0].as_str(), three[2].as_str()].concat());
    let (changes, page) = desk.all("mail", Some(page.cursor)).await;
    assert_eq!(page.coverage, Coverage::Complete);
    let listed: Vec<String> = upserts(&changes)
        .into_iter()
        .map(|it| it.handle.0)
        .collect();
    assert_eq!(listed, ["thread:1@x", "1@x", "thread:3@x", "3@x"]);
    let (changes, page) = desk.all("mail", Some(page.cursor)).await;
    assert!(changes.is_empty() && page.coverage == Coverage::Delta);
}

#[tokio::test]
async fn what_vanishes_from_a_small_file_is_gone_by_name() {
    let desk = desk();
    let (_, page) = desk.all("tasks", None).await;
    let (before, rest) = TASKS.split_once("BEGIN:VTODO\r\nUID:t2").unwrap();
    let (_, after) = rest.split_once("BEGIN:VEVENT").unwrap();
    desk.put("tasks/mine.ics", format!("{before}BEGIN:VEVENT{after}"));
    let (changes, page) = desk.all("tasks", Some(page.cursor)).await;
    assert_eq!(gone(&changes), ["tasks/mine.ics#t2"]);
    assert_eq!(titles(&changes), ["Call Marten"]);
    std::fs::remove_file(desk.root().join("tasks/mine.ics")).unwrap();
    let (changes, _) = desk.all("tasks", Some(page.cursor)).await;
    assert_eq!(gone(&changes), ["tasks/mine.ics#t1"]);
}

#[tokio::test]
async fn a_file_that_is_being_written_is_left_until_it_rests() {
    let desk = Desk::new(&[("tasks/a.ics", TASKS)]);
    let (_, page) = desk.all("tasks", None).await;
    // Another program has written the first half of a new version.
    desk.put(
        "tasks/a.ics",
        TASKS.split_once("BEGIN:VTODO\r\nUID:t2").unwrap().0,
    );
    desk.being_written("tasks/a.ics");
    let (changes, left) = desk.all("tasks", Some(page.cursor.clone())).await;
    assert!(changes.is_empty() && left.poison.is_empty());
    assert_eq!(left.cursor, page.cursor);
    desk.put("tasks/a.ics", TASKS.replace("Call Marten", "Call Nele"));
    let (changes, _) = desk.all("tasks", Some(left.cursor)).await;
    assert_eq!(titles(&changes), ["Call Nele", "Find the offer"]);
}

#[tokio::test]
async fn the_last_line_of_a_growing_chat_is_read_when_it_is_whole() {
    let files = super::company();
    let whole = &files
        .iter()
        .find(|(path, _)| *path == "chat/ops.jsonl")
        .unwrap()
        .1;
    let half = whole.trim_end().rsplit_once("\"text\"").unwrap().0;
    let desk = Desk::new(&[("chat/ops.jsonl", half)]);
    desk.being_written("chat/ops.jsonl");
    let (changes, page) = desk.all("chat", None).await;
    assert_eq!(changes.len(), 3);
    assert!(page.poison.is_empty());
    desk.put("chat/ops.jsonl", whole);
    let (changes, _) = desk.all("chat", Some(page.cursor)).await;
    assert!(
        matches!(changes.as_slice(), [Change::Patch(_)]),
        "{changes:?}"
    );
}

#[tokio::test]
async fn a_folder_that_went_away_is_offline_and_comes_back_without_loss() {
    let desk = desk();
    let (_, page) = desk.all("tasks", None).await;
    let aside = tempfile::tempdir().unwrap();
    let hidden = aside.path().join("folder");
    std::fs::rename(desk.root(), &hidden).unwrap();
    let pulled = desk.files.pull(&"tasks".into(), Some(&page.cursor)).await;
    let Err(Fault::Offline(words)) = pulled else {
        panic!("{pulled:?}")
    };
    assert!(words.contains("nothing here is lost"), "{words}");
    assert!(matches!(
        desk.files.watch(&"tasks".into()).await,
        Err(Fault::Offline(_))
    ));
    std::fs::rename(&hidden, desk.root()).unwrap();
    let (changes, again) = desk.all("tasks", Some(page.cursor.clone())).await;
    assert!(changes.is_empty());
    assert_eq!(again.cursor, page.cursor);
}

#[tokio::test]
async fn the_watch_returns_when_a_file_changes_and_not_before() {
    let desk = desk();
    let (_, page) = desk.all("tasks", None).await;
    let files = std::sync::Arc::clone(&desk.files);
    let collection = "tasks".into();
    let mut watch = std::pin::pin!(files.watch(&collection));
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut watch).await;
    assert!(early.is_err(), "nothing has changed");
    desk.put("wiki/other.md", "another collection\n");
    let early = tokio::time::timeout(std::time::Duration::from_millis(600), &mut watch).await;
    assert!(early.is_err(), "nothing of this collection has changed");
    desk.put("tasks/new.ics", TASKS.replace("UID:t", "UID:n"));
    let limit = std::time::Duration::from_secs(20);
    tokio::time::timeout(limit, watch).await.unwrap().unwrap();
    let (changes, _) = desk.all("tasks", Some(page.cursor)).await;
    assert_eq!(changes.len(), 2);
    // A change between the pull and the next watch is not missed either.
    desk.put("tasks/late.ics", TASKS.replace("UID:t", "UID:l"));
    tokio::time::timeout(limit, desk.files.watch(&"tasks".into()))
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_change_of_the_own_addresses_is_seen_in_mails_read_before() {
    let card =
        "BEGIN:VCARD\nVERSION:4.0\nUID:1\nFN:Me\nEMAIL:late@x.example\nCATEGORIES:me\nEND:VCARD\n";
    let desk = Desk::new(&[("in.mbox", &mail("1@x", "late@x.example", "", "one", "x"))]);
    let (_, page) = desk.all("mail", None).await;
    desk.put("me.vcf", card);
    let (changes, _) = desk.all("mail", Some(page.cursor)).await;
    let mine = upserts(&changes)
        .into_iter()
        .any(|item| matches!(item.body, rapport_model::Body::Message(it) if it.mine));
    assert!(mine);
}
