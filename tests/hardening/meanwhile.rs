//! A long first listing, and somebody who wants to write in the middle of it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::given::{Desk, Given};

const MESSAGES: usize = 4_000;

#[tokio::test(flavor = "multi_thread")]
async fn others_write_in_the_middle_of_a_first_listing_and_nothing_is_lost() {
    let given = Given::talk(MESSAGES, 2_000, |n| format!("{n} about pumps"));
    let dir = tempfile::tempdir().unwrap();
    let desk = Desk::open(&dir.path().join("home"), &given).unwrap();
    let (over, written) = (AtomicBool::new(false), AtomicU64::new(0));
    let db = desk.hub.db().clone();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                let next = written.fetch_add(1, Ordering::SeqCst) + 1;
                db.write(|tx| tx.set_setting("meanwhile", &next)).unwrap();
            }
        });
        let synced =
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(desk.sync()));
        over.store(true, Ordering::SeqCst);
        synced.unwrap();
    });
    // Each of the pieces is cut a few times.
    let written = written.load(Ordering::SeqCst);
    assert!(written > 6, "{written}");
    let last = desk.hub.read(|it| it.setting::<u64>("meanwhile")).unwrap();
    assert_eq!(last, Some(written));
    assert_eq!(desk.rows().len(), MESSAGES + 1);
    assert_eq!(desk.cursor(), MESSAGES as u64 + 1);
    let check = desk.hub.read(|it| it.search_self_check(200)).unwrap();
    assert!(check.missing.is_empty());
    // The same again changes nothing.
    desk.sync().await.unwrap();
    assert_eq!(desk.rows().len(), MESSAGES + 1);
}
