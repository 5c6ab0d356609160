//! Mail that is not text, through the files connector and a whole hub.

use std::fs;
use std::sync::Arc;

use rapport_connectors::files::FilesFactory;
use rapport_engine::{Hub, NewAccount, Parts};
use rapport_model::Body;
use rapport_store::{Db, Profile};
use rapport_testkit::clock::FakeClock;
use rapport_testkit::hub::MemoryVault;
use tokio_util::sync::CancellationToken;

use super::given::{account, key, rows};

fn hub(home: &std::path::Path, folder: &std::path::Path) -> Hub {
    let clock = Arc::new(FakeClock::default());
    let hub = Hub::open(Parts {
        db: Db::open(&Profile::at(home), &key(), clock.clone()).unwrap(),
        registry: vec![Arc::new(FilesFactory)],
        vault: Arc::new(MemoryVault::default()),
        clock,
        seed: 5,
    });
    hub.add_account(NewAccount {
        id: Some(account()),
        connector: "files".into(),
        label: String::new(),
        config: serde_json::json!({ "folder": folder }),
    })
    .unwrap();
    hub
}

fn mail(id: &str, head: &[u8], text: &[u8]) -> Vec<u8> {
    let mut all = b"From x Thu Mar 12 09:00:00 2026\nMessage-ID: <".to_vec();
    all.extend(id.as_bytes());
    all.extend(b">\nDate: Thu, 12 Mar 2026 09:00:00 +0000\nFrom: bob@example.org\n");
    all.extend(head);
    all.extend(b"\n");
    all.extend(text);
    all.extend(b"\n\n");
    all
}

#[tokio::test]
async fn mails_that_are_no_text_come_in_beside_those_that_are() {
    let dir = tempfile::tempdir().unwrap();
    let (home, folder) = (dir.path().join("home"), dir.path().join("folder"));
    fs::create_dir_all(&folder).unwrap();
    let mut mbox = mail("good@x", b"Subject: good\n", b"heron");
    mbox.extend(mail(
        "bytes@x",
        b"Subject: \xff\xfe\0\xc3\x28\n",
        b"\xff\xfe\0\x80 heron \xed\xa0\x80",
    ));
    mbox.extend(mail(
        "charset@x",
        b"Content-Type: text/plain; charset=no-such\nSubject: =?no-such?Q?=FF?=\n",
        b"\xe4\xf6 heron",
    ));
    mbox.extend(mail(
        "large@x",
        b"Subject: large\n",
        &b"ten million letters of text here\n".repeat(320_000),
    ));
    mbox.extend(mail(
        "nul@x",
        b"Subject: a\0b\nTo: \0@\0, <>, ,,,;:\n",
        b"heron\0heron",
    ));
    mbox.extend(b"From x Thu Mar 12 09:00:00 2026\n\xff\xff\xff: \xff\n\n\xff\n\n".as_slice());
    fs::write(folder.join("in.mbox"), mbox).unwrap();
    let deep = format!(
        "{{\"room\":\"r\",\"title\":{}1{}}}\n",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let line = "{\"id\":\"1\",\"at\":\"2026-01-01T00:00:00Z\",\"from\":\"a\",\"text\":\"heron\"}\n";
    fs::write(
        folder.join("chat.jsonl"),
        format!("{{\"room\":\"r\"}}\n{deep}{line}"),
    )
    .unwrap();

    let hub = hub(&home, &folder);
    let turns = hub
        .sync_once(None, &CancellationToken::new(), &|_| {})
        .await
        .unwrap();
    assert_eq!(turns[0].fault, None, "{turns:?}");
    let mails = rows(&hub, &account(), "mail").unwrap();
    let aside = hub.read(|it| it.poisons(None)).unwrap();
    for id in ["good@x", "bytes@x", "charset@x", "large@x", "nul@x"] {
        let kept = mails.iter().any(|it| it.item.handle.as_str().contains(id));
        let put_aside = aside
            .iter()
            .any(|it| it.poison.handle.as_str().contains(id));
        assert!(kept || put_aside, "{id} is neither here nor put aside");
    }
    let good = mails.iter().find_map(|it| match &it.item.body {
        Body::Message(said) if it.item.handle.as_str().contains("good@x") => Some(said),
        _ => None,
    });
    assert_eq!(good.map(|it| it.text.trim()), Some("heron"));
    let said = rows(&hub, &account(), "chat").unwrap();
    assert!(
        said.iter()
            .any(|it| matches!(&it.item.body, Body::Message(it) if it.text == "heron"))
    );
    assert!(
        aside.iter().all(|it| !it.poison.reason.is_empty()),
        "{aside:?}"
    );
    assert_eq!(hub.db().integrity_check().unwrap(), Vec::<String>::new());
    assert!(
        hub.read(|it| it.search_self_check(40))
            .unwrap()
            .missing
            .is_empty()
    );
}
