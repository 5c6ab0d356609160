//! What reaches the files, and what does not.

use rapport_model::plan::{Due, Task};
use rapport_model::{Body, CollectionId, Command, Fault, FieldValue, ItemRef, LinkId, Receipt};

use super::{CARDS, Desk, TASKS, desk, edit, gone, set, text, upserts};

#[tokio::test]
async fn finishing_a_task_changes_its_lines_and_no_other_byte() {
    let desk = desk();
    let tasks = desk.items("tasks").await;
    let call = &tasks["tasks/mine.ics#t1"];
    let command = set(
        call,
        "tasks",
        vec![edit("status", text("open"), text("done"))],
    );
    let Receipt::Applied { handle, revision } =
        desk.files.push(&"c1".into(), &command).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(handle.as_ref(), Some(&call.handle));
    let after = desk.read("tasks/mine.ics");
    let added = [
        "STATUS:COMPLETED\r\n",
        "COMPLETED:20300317T174640Z\r\n",
        "LAST-MODIFIED:20300317T174640Z\r\n",
    ];
    let rest = added
        .iter()
        .fold(after.clone(), |text, line| text.replacen(line, "", 1));
    assert_eq!(
        rest.replacen("DTSTAMP:20300317T174640Z", "DTSTAMP:20260301T090000Z", 1),
        TASKS
    );
    let now = &desk.items("tasks").await["tasks/mine.ics#t1"];
    assert_eq!(now.revision, revision);
    let Body::Task(task) = &now.body else {
        panic!()
    };
    assert!(task.completed.is_some());
    // Another program's parser agrees.
    calcard::icalendar::ICalendar::parse(&after).unwrap();
}

#[tokio::test]
async fn a_task_somebody_else_changed_meanwhile_is_a_conflict_and_stays_theirs() {
    let desk = desk();
    let tasks = desk.items("tasks").await;
    let theirs = TASKS.replace("Call Marten", "Call Marten, he is angry");
    desk.put("tasks/mine.ics", &theirs);
    let command = set(
        &tasks["tasks/mine.ics#t1"],
        "tasks",
        vec![edit("title", text("Call Marten"), text("Mail Marten"))],
    );
    assert!(matches!(
        desk.files.push(&"c1".into(), &command).await,
        Err(Fault::Conflict(_))
    ));
    assert_eq!(desk.read("tasks/mine.ics"), theirs);
    // Another task of the same file is not in anybody's way.
    let command = set(
        &tasks["tasks/mine.ics#t2"],
        "tasks",
        vec![edit("title", text("Find the offer"), text("Found"))],
    );
    desk.files.push(&"c2".into(), &command).await.unwrap();
    assert!(desk.read("tasks/mine.ics").contains("he is angry"));
    let again = desk.files.lookup(&"c2".into(), &command).await.unwrap();
    assert!(matches!(again, Receipt::Applied { .. }));
}

#[tokio::test]
async fn a_new_task_is_written_once_and_found_again_by_its_command() {
    let desk = desk();
    let (_, page) = desk.all("tasks", None).await;
    let task = Task {
        title: "Quote; with, every\nsign \\ and ümlaut".into(),
        notes: Some("long ".repeat(60).trim().into()),
        due: Some(Due::Day("2026-03-20".parse().unwrap())),
        parent: Some("tasks/mine.ics#t1".into()),
        about: Some(ItemRef::new("records", "records/customers.csv#C-1")),
        cause: Some(LinkId::new("line2@oakhollow.example")),
        tags: vec!["a,b".into(), "c".into()],
        priority: Some(2),
        ..Task::default()
    };
    let command = Command::Create {
        collection: CollectionId::new("tasks"),
        body: Box::new(Body::Task(task.clone())),
        link: None,
    };
    let id = "../evil name".into();
    assert_eq!(
        desk.files.lookup(&id, &command).await.unwrap(),
        Receipt::NeverArrived
    );
    let first = desk.files.push(&id, &command).await.unwrap();
    assert_eq!(desk.files.push(&id, &command).await.unwrap(), first);
    assert_eq!(desk.files.lookup(&id, &command).await.unwrap(), first);
    let (changes, _) = desk.all("tasks", Some(page.cursor)).await;
    let items = upserts(&changes);
    assert_eq!(items.len(), 1);
    let Receipt::Applied { handle, revision } = first else {
        panic!()
    };
    assert_eq!(
        (Some(items[0].handle.clone()), items[0].revision.clone()),
        (handle, revision)
    );
    let Body::Task(read) = &items[0].body else {
        panic!()
    };
    assert_eq!(
        (
            &read.title,
            &read.notes,
            read.due,
            &read.about,
            &read.cause,
            &read.tags,
            read.priority
        ),
        (
            &task.title,
            &task.notes,
            task.due,
            &task.about,
            &task.cause,
            &task.tags,
            task.priority
        )
    );
    let path = items[0]
        .handle
        .as_str()
        .split_once('#')
        .unwrap()
        .0
        .to_owned();
    assert!(
        path.starts_with("tasks/rapport-") && !path.contains(".."),
        "{path}"
    );
    calcard::icalendar::ICalendar::parse(desk.read(&path)).unwrap();
}

#[tokio::test]
async fn a_deleted_task_takes_its_empty_file_with_it_and_nothing_else() {
    let desk = Desk::new(&[
        (
            "tasks/one.ics",
            "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:x\nEND:VTODO\nEND:VCALENDAR\n",
        ),
        ("tasks/mine.ics", TASKS),
    ]);
    let (changes, page) = desk.all("tasks", None).await;
    for item in upserts(&changes)
        .iter()
        .filter(|item| !item.handle.as_str().ends_with("t2"))
    {
        let target = ItemRef::new("tasks", item.handle.as_str());
        let command = Command::Delete {
            target,
            base: item.revision.clone(),
        };
        desk.files.push(&"d".into(), &command).await.unwrap();
        assert!(matches!(
            desk.files.push(&"d".into(), &command).await.unwrap(),
            Receipt::Applied { .. }
        ));
    }
    assert!(!desk.root().join("tasks/one.ics").exists());
    let rest = desk.read("tasks/mine.ics");
    assert!(
        rest.contains("UID:t2")
            && rest.contains("UID:e1")
            && !rest.contains("UID:t1")
            && rest.contains("X-WR-CALNAME")
    );
    let (changes, _) = desk.all("tasks", Some(page.cursor)).await;
    assert_eq!(gone(&changes), ["tasks/one.ics#1", "tasks/mine.ics#t1"]);
}

#[tokio::test]
async fn a_card_keeps_what_no_field_of_ours_holds() {
    let desk = desk();
    let cards = desk.items("contacts").await;
    let marten = &cards["contacts/people.vcf#urn:marten"];
    let list = |items: &[&str]| FieldValue::List(items.iter().map(|it| (*it).to_owned()).collect());
    let command = set(
        marten,
        "contacts",
        vec![
            edit(
                "email",
                list(&["marten@oakhollow.example"]),
                list(&["marten@oakhollow.example", "mb@home.example"]),
            ),
            edit(
                "organisation_name",
                text("Oakhollow Brewing"),
                text("Oakhollow; Brewing"),
            ),
            edit("phone", list(&["+31-50-555-01"]), FieldValue::Empty),
        ],
    );
    desk.files.push(&"c1".into(), &command).await.unwrap();
    let after = desk.read("contacts/people.vcf");
    for kept in [
        "EMAIL;TYPE=work;PREF=1:marten@oakhollow.example\r\n",
        "X-SKILL:brewing\r\n",
        "ORG:Oakhollow\\; Brewing;Operations\r\n",
        "EMAIL:mb@home.example\r\n",
    ] {
        assert!(after.contains(kept), "{kept} in {after}");
    }
    assert!(!after.contains("TEL"));
    let (ines, rest) = CARDS.split_once("UID:urn:marten").unwrap();
    let (_, oak) = rest.split_once("END:VCARD\r\n").unwrap();
    assert!(after.starts_with(ines) && after.ends_with(oak));
}

#[tokio::test]
async fn a_card_without_a_uid_keeps_its_handle_when_it_is_changed() {
    let desk = Desk::new(&[("a.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:Old\nEND:VCARD\n")]);
    let (changes, page) = desk.all("contacts", None).await;
    let item = &upserts(&changes)[0];
    let command = set(
        item,
        "contacts",
        vec![edit("name", text("Old"), text("New"))],
    );
    desk.files.push(&"c1".into(), &command).await.unwrap();
    let (changes, _) = desk.all("contacts", Some(page.cursor)).await;
    assert!(gone(&changes).is_empty());
    assert_eq!(upserts(&changes)[0].handle, item.handle);
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_may_not_be_written_says_so_and_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = desk();
    let tasks = desk.items("tasks").await;
    let folder = desk.root().join("tasks");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o500)).unwrap();
    let probe = std::fs::write(folder.join("probe"), "x");
    let command = set(
        &tasks["tasks/mine.ics#t1"],
        "tasks",
        vec![edit("title", text("Call Marten"), text("x"))],
    );
    let answer = desk.files.push(&"c1".into(), &command).await;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    // The administrator may write everywhere.
    if probe.is_err() {
        assert!(matches!(answer, Err(Fault::Denied(_))), "{answer:?}");
        assert_eq!(desk.read("tasks/mine.ics"), TASKS);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_out_of_the_folder_is_neither_read_nor_written_through() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("a.ics"), TASKS).unwrap();
    let desk = Desk::new(&[]);
    std::os::unix::fs::symlink(outside.path(), desk.root().join("tasks")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("a.ics"), desk.root().join("b.ics")).unwrap();
    assert!(desk.items("tasks").await.is_empty());
    let body = Body::Task(Task {
        title: "x".into(),
        ..Task::default()
    });
    let command = Command::Create {
        collection: "tasks".into(),
        body: Box::new(body),
        link: None,
    };
    assert!(matches!(
        desk.files.push(&"c1".into(), &command).await,
        Err(Fault::Denied(_))
    ));
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn fields_a_file_cannot_hold_are_refused_in_words() {
    let desk = desk();
    let cards = desk.items("contacts").await;
    let marten = &cards["contacts/people.vcf#urn:marten"];
    let command = set(
        marten,
        "contacts",
        vec![edit("shoe size", FieldValue::Empty, text("45"))],
    );
    let Err(Fault::Rejected(words)) = desk.files.push(&"c1".into(), &command).await else {
        panic!()
    };
    assert!(words.contains("shoe size"));
    let event = Command::Delete {
        target: ItemRef::new("calendar", "tasks/mine.ics#e1"),
        base: None,
    };
    assert!(matches!(
        desk.files.push(&"c2".into(), &event).await,
        Err(Fault::Rejected(_))
    ));
    let strange = Command::Create {
        collection: "tasks".into(),
        body: Box::new(Body::Contact(Box::default())),
        link: None,
    };
    assert!(matches!(
        desk.files.push(&"c3".into(), &strange).await,
        Err(Fault::Rejected(_))
    ));
}
