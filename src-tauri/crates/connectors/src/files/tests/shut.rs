//! Files that cannot be opened for a while.
//!
//! Rights do not hold root back, so a folder lies in the place of the file
//! between the look at the names and the reading: whoever is asking, its bytes
//! are refused.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rapport_model::{Change, Coverage, Cursor, Page};

use super::{gone, mail, titles};
use crate::files::folder::Folder;
use crate::files::pull;
use crate::suite::setting;

/// A folder in which files can be shut.
struct Shelf {
    dir: tempfile::TempDir,
    folder: Folder,
    cursor: Option<Cursor>,
}

impl Shelf {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = setting(serde_json::json!({}), dir.path()).clock;
        let root = dir.path().join("files");
        std::fs::create_dir(&root).unwrap();
        Self {
            folder: Folder::new(root, BTreeSet::new(), Vec::new(), Arc::clone(&clock)),
            dir,
            cursor: None,
        }
    }

    fn put(&self, path: &str, text: &str) {
        std::fs::write(self.folder.root.join(path), text).unwrap();
    }

    /// One page, while these files cannot be opened.
    fn page(&mut self, collection: &str, shut: &[&str]) -> Page {
        let look = self.folder.look(&collection.into()).unwrap();
        let aside: &Path = self.dir.path();
        for path in shut {
            std::fs::rename(self.folder.root.join(path), aside.join(path)).unwrap();
            std::fs::create_dir(self.folder.root.join(path)).unwrap();
        }
        let mut threads = BTreeSet::new();
        let mut reading = look.reading(&self.folder, &mut threads);
        let now = self.folder.clock.now();
        let pulled = pull::pull(&mut reading, &look.files, self.cursor.as_ref(), now);
        for path in shut {
            std::fs::remove_dir(self.folder.root.join(path)).unwrap();
            std::fs::rename(aside.join(path), self.folder.root.join(path)).unwrap();
        }
        let page = pulled.unwrap().page;
        self.cursor = Some(page.cursor.clone());
        page
    }
}

fn letter(at: u8) -> String {
    mail(&format!("{at}@x"), "a@x", "", &format!("letter {at}"), "x")
}

fn reasons(page: &Page) -> usize {
    page.poison.len()
}

#[test]
fn a_mailbox_that_cannot_be_opened_keeps_its_mails_and_is_read_on_when_it_opens() {
    let mut shelf = Shelf::new();
    shelf.put("in.mbox", &letter(1));
    shelf.put("other.mbox", &letter(2));
    shelf.page("mail", &[]);
    shelf.put("in.mbox", &[letter(1), letter(3)].concat());
    shelf.put("other.mbox", &[letter(2), letter(4)].concat());
    let page = shelf.page("mail", &["in.mbox"]);
    assert_eq!(page.coverage, Coverage::Delta, "nothing is taken as gone");
    assert_eq!(titles(&page.changes), ["letter 4", "letter 4"]);
    assert!(
        page.poison[0]
            .reason
            .starts_with("in.mbox: the file cannot be read")
    );
    let again = shelf.page("mail", &["in.mbox"]);
    assert!(
        again.changes.is_empty() && again.poison.is_empty(),
        "the reason is told once"
    );
    assert_eq!(again.cursor, page.cursor);
    let open = shelf.page("mail", &[]);
    assert_eq!(open.coverage, Coverage::Delta);
    assert_eq!(titles(&open.changes), ["letter 3", "letter 3"]);
    assert_eq!(
        gone(&open.changes),
        ["in.mbox@0"],
        "the reason is taken back"
    );
}

#[test]
fn a_listing_takes_nothing_as_gone_while_a_file_cannot_be_opened_and_is_made_up_for() {
    let mut shelf = Shelf::new();
    shelf.put("in.mbox", &letter(1));
    shelf.put("other.mbox", &[letter(2), letter(3)].concat());
    shelf.page("mail", &[]);
    shelf.put("other.mbox", &letter(3));
    let page = shelf.page("mail", &["in.mbox"]);
    assert_eq!(
        page.coverage,
        Coverage::Delta,
        "the mails of the other file stay"
    );
    assert_eq!(titles(&page.changes), ["letter 3", "letter 3"]);
    assert_eq!(reasons(&page), 1);
    let again = shelf.page("mail", &["in.mbox"]);
    assert!(again.changes.is_empty(), "it is not listed over and over");
    let open = shelf.page("mail", &[]);
    assert_eq!(open.coverage, Coverage::Complete);
    assert_eq!(gone(&open.changes), ["in.mbox@0"]);
    let listed = ["letter 1", "letter 1", "letter 3", "letter 3"];
    assert_eq!(titles(&open.changes), listed);
    assert!(shelf.page("mail", &[]).changes.is_empty());
}

#[test]
fn a_file_that_never_could_be_opened_hinders_no_listing_and_is_read_when_it_opens() {
    let mut shelf = Shelf::new();
    shelf.put("in.mbox", &letter(1));
    shelf.put("other.mbox", &[letter(2), letter(3)].concat());
    let first = shelf.page("mail", &["in.mbox"]);
    assert_eq!(first.coverage, Coverage::Complete);
    assert_eq!(reasons(&first), 1);
    shelf.put("other.mbox", &letter(3));
    let listed = shelf.page("mail", &["in.mbox"]);
    assert_eq!(
        listed.coverage,
        Coverage::Complete,
        "it has nothing to lose"
    );
    assert_eq!(titles(&listed.changes), ["letter 3", "letter 3"]);
    // Its size and its time are what they were when it was refused.
    let open = shelf.page("mail", &[]);
    assert_eq!(titles(&open.changes), ["letter 1", "letter 1"]);
    std::fs::remove_file(shelf.folder.root.join("in.mbox")).unwrap();
    let last = shelf.page("mail", &[]);
    assert_eq!(
        last.coverage,
        Coverage::Complete,
        "what it gave goes with it"
    );
}

#[test]
fn cards_of_a_file_that_cannot_be_opened_stay_and_its_changes_come_by_name() {
    let card = |name: &str| format!("BEGIN:VCARD\nVERSION:4.0\nUID:{name}\nFN:{name}\nEND:VCARD\n");
    let mut shelf = Shelf::new();
    shelf.put("a.vcf", &[card("ada"), card("bert")].concat());
    shelf.page("contacts", &[]);
    shelf.put("a.vcf", &[card("ada"), card("cleopatra")].concat());
    let page = shelf.page("contacts", &["a.vcf"]);
    assert!(page.changes.is_empty() && page.coverage == Coverage::Delta);
    let open = shelf.page("contacts", &[]);
    let mut left = gone(&open.changes);
    left.sort();
    assert_eq!(left, ["a.vcf#bert", "a.vcf@0"]);
    assert_eq!(titles(&open.changes), ["ada", "cleopatra"]);
    assert!(!matches!(open.changes.last(), Some(Change::Gone(_))));
}

#[test]
fn a_mailbox_that_an_older_bookmark_passes_over_is_read() {
    let mut shelf = Shelf::new();
    shelf.put("in.mbox", &letter(1));
    shelf.page("mail", &[]);
    let seen = &mut shelf.cursor.as_mut().unwrap().data["files"]["in.mbox"];
    *seen = serde_json::json!({"s": seen["s"], "t": seen["t"], "x": seen["x"], "e": true, "i": []});
    assert_eq!(
        titles(&shelf.page("mail", &[]).changes),
        ["letter 1", "letter 1"]
    );
    assert!(shelf.page("mail", &[]).changes.is_empty());
}
