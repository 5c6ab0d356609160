//! A disk that is full, and one that fails.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rapport_engine::HubError;
use rapport_model::State;
use rapport_model::command::Outgoing;
use rapport_store::StoreError;

use super::child::{HOME, said, start};
use super::given::{ALL, Desk, Given};
use super::say;

const MESSAGES: usize = 600;

fn talk() -> Arc<Given> {
    let words = |n| format!("{n} {}", "a line about pumps ".repeat(20));
    Given::talk(MESSAGES, 40, words)
}

/// Everything is here, once.
fn all_is_here(desk: &Desk) {
    let rows = desk.rows();
    let messages = rows
        .iter()
        .filter(|it| it.item.handle.as_str().starts_with('$'))
        .count();
    assert_eq!(messages, MESSAGES);
    assert_eq!(desk.cursor(), MESSAGES as u64 + 1);
    assert_eq!(
        desk.hub.db().integrity_check().unwrap(),
        Vec::<String>::new()
    );
    assert!(
        desk.hub
            .read(|it| it.search_self_check(50))
            .unwrap()
            .missing
            .is_empty()
    );
}

#[tokio::test]
async fn a_full_disk_stops_a_sync_with_a_clear_word_and_it_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let desk = Desk::open(&dir.path().join("home"), &talk()).unwrap();
    desk.hub.db().limit_growth(Some(60)).unwrap();
    let error = desk.sync().await.unwrap_err();
    assert_eq!(error.code(), "disk_full", "{error}");
    let text = error.to_string();
    assert!(
        text.contains("The disk is full") && text.contains("everything before it is safe"),
        "{text}"
    );
    assert!(text.contains("Free some space"), "{text}");
    // What is here is exactly what the bookmark says.
    let (rows, cursor) = (desk.rows().len() as u64, desk.cursor());
    assert!(rows > 0 && rows < MESSAGES as u64, "{rows}");
    assert_eq!(rows, cursor);
    assert_eq!(
        desk.hub.db().integrity_check().unwrap(),
        Vec::<String>::new()
    );
    // Reading goes on; a wish that cannot be kept is refused, not forgotten.
    let room = desk.rows()[0]
        .links
        .conversation
        .unwrap_or(desk.rows()[0].id);
    let long = Outgoing {
        text: "x".repeat(2_000_000),
        ..Outgoing::default()
    };
    let refused = desk.hub.send(room, long.clone()).unwrap_err();
    assert!(
        matches!(refused, HubError::Store(StoreError::DiskFull(_))),
        "{refused}"
    );
    assert_eq!(desk.hub.outbox().unwrap(), Vec::new());
    assert_eq!(desk.rows().len() as u64, rows);

    desk.hub.db().limit_growth(None).unwrap();
    desk.sync().await.unwrap();
    all_is_here(&desk);
    let placed = desk.hub.send(room, long).unwrap();
    desk.sync().await.unwrap();
    assert_eq!(desk.hub.entry(&placed.command).unwrap().state, State::Done);
    assert_eq!(desk.given.pushed.load(Ordering::SeqCst), 1);
}

/// The child of the test below.
pub(crate) async fn sync_until_the_disk_fails() {
    let Ok(home) = std::env::var(HOME) else {
        return;
    };
    let desk = Desk::open(Path::new(&home), &talk()).unwrap();
    let error = desk.sync().await.unwrap_err();
    say(error.code());
    say(&error.to_string());
    // It can still be read, and the process ends as it wants to.
    say(&(desk.rows().len() as u64 == desk.cursor()).to_string());
}

/// The system itself refuses to let any file grow beyond a megabyte, as a quota
/// does. Nothing in Rapport knows of it.
#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_takes_no_more_ends_neither_the_process_nor_the_data() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    drop(Desk::open(&home, &talk()).unwrap());
    let limits = "trap '' XFSZ; ulimit -f 2000;";
    let said = said(start(
        "a_sync_on_a_disk_that_takes_no_more",
        &home,
        Some(limits),
    ));
    let [code, text, whole] = said.as_slice() else {
        panic!("{said:?}")
    };
    assert!(
        ["store", "disk_full"].contains(&code.as_str()),
        "{code}: {text}"
    );
    assert!(text.contains("disk") && text.contains("Nothing"), "{text}");
    assert_eq!(whole, "true");

    let desk = Desk::open(&home, &talk()).unwrap();
    assert_eq!(desk.rows().len() as u64, desk.cursor());
    desk.sync().await.unwrap();
    all_is_here(&desk);
    assert_eq!(desk.hub.ledger().unwrap()[0].collection.as_str(), ALL);
}
