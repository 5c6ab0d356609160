//! One page of a collection: what changed in its files since the bookmark.
//!
//! Small files know their items by name, so that what vanishes from them is
//! reported one by one. When more than that vanishes, everything is listed
//! again, in pages, and the engine sees what was not listed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rapport_model::change::{Page, Poison};
use rapport_model::{Change, Coverage, Cursor, Fault, Handle, Millis};

use super::bookmark::{Bookmark, Seen, Start, Step};
use super::reading::{self, MAX_CHANGES, Reading, Stretch};
use super::scan::{self, Format, Found};

/// The files of a collection, in the order they are read.
pub(super) type Files = Vec<Found>;

/// A page, and whether a file is being written and wants another look.
#[derive(Debug)]
pub(super) struct Pulled {
    /// The page.
    pub(super) page: Page,
    /// A file was left for later.
    pub(super) waits: bool,
}

/// Reads one page.
///
/// # Errors
/// The bookmark is of another form, or the folder cannot be read.
pub(super) fn pull(
    reading: &mut Reading<'_>,
    files: &Files,
    cursor: Option<&Cursor>,
    now: Millis,
) -> Result<Pulled, Fault> {
    let mut bookmark = Bookmark::open(cursor)?;
    let root = reading.root;
    let mut out = Gathered::default();
    let mut begins = cursor.is_none();
    if must_relist(&bookmark, root, files, now) {
        if bookmark.listing {
            // What was listed of that file must not count as seen.
            return Err(Fault::CursorExpired(
                "a file was replaced while the folder was being listed".to_owned(),
            ));
        }
        // Whoever still cannot be opened is told of anew.
        let held = bookmark.files.iter().filter(|(_, seen)| seen.is_held());
        out.changes.extend(held.map(|(key, _)| opened(key)));
        bookmark = bookmark.again();
        begins = true;
    }
    if begins {
        reading.threads.clear();
    }
    let listing = bookmark.listing;
    if !listing {
        forget_removed(&mut bookmark, files, &mut out);
    }
    for found in files {
        if out.full {
            break;
        }
        let hot = found.is_hot(now);
        match bookmark.step(found, hot, |seen| start(root, found, seen)) {
            Step::Rest => {}
            Step::Shut => {
                if let Err(error) = opens(root, found) {
                    unreadable(reading, &mut bookmark, found, &error, &mut out)?;
                }
            }
            // A relist is asked for above; a change since then is found by the
            // next pull.
            Step::Wait | Step::Relist => out.waits = true,
            Step::Read(from) => {
                let from = border(root, found, from, bookmark.files.get(&found.key));
                read(
                    reading,
                    &mut bookmark,
                    found,
                    How {
                        from,
                        settled: !hot,
                        old: None,
                    },
                    &mut out,
                )?;
            }
            Step::Anew(old) => {
                if out.changes.len() + old.len() > MAX_CHANGES {
                    out.full = true;
                    break;
                }
                read(
                    reading,
                    &mut bookmark,
                    found,
                    How {
                        from: 0,
                        settled: !hot,
                        old: Some(old),
                    },
                    &mut out,
                )?;
            }
        }
    }
    if listing && !out.full {
        if bookmark.again && out.waits {
            // Ending the listing now would take what this file held as gone.
            return Err(Fault::Transient(
                "a file is being written just now; Rapport reads it when that has ended".to_owned(),
            ));
        }
        // Nor may it while a file that was read before cannot be opened: the rest is
        // taken in, and nothing is taken as gone.
        bookmark.owed = bookmark.again && bookmark.files.values().any(Seen::is_held);
        bookmark.listing = false;
        bookmark.again = false;
    }
    let coverage = if listing && !bookmark.owed {
        Coverage::Complete
    } else {
        Coverage::Delta
    };
    let mut page = Page::new(out.changes, coverage, bookmark.close()?, out.full);
    page.poison = out.poison;
    Ok(Pulled {
        page,
        waits: out.waits,
    })
}

/// A page being gathered.
#[derive(Debug, Default)]
struct Gathered {
    changes: Vec<Change>,
    poison: Vec<Poison>,
    full: bool,
    waits: bool,
}

/// Something is gone that the bookmark does not hold by name.
fn must_relist(bookmark: &Bookmark, root: &Path, files: &Files, now: Millis) -> bool {
    let there: BTreeSet<&str> = files.iter().map(|found| found.key.as_str()).collect();
    let lost = bookmark
        .files
        .iter()
        .any(|(key, seen)| seen.ids.is_none() && !there.contains(key.as_str()));
    let paid = bookmark.owed
        && files.iter().all(|found| {
            let held = bookmark.files.get(&found.key).is_some_and(Seen::is_held);
            !held || opens(root, found).is_ok()
        });
    lost || paid
        || files.iter().any(|found| {
            let hot = found.is_hot(now);
            bookmark.step(found, hot, |seen| start(root, found, seen)) == Step::Relist
        })
}

fn forget_removed(bookmark: &mut Bookmark, files: &Files, out: &mut Gathered) {
    let there: BTreeSet<&str> = files.iter().map(|found| found.key.as_str()).collect();
    let removed: Vec<String> = bookmark
        .files
        .keys()
        .filter(|key| !there.contains(key.as_str()))
        .cloned()
        .collect();
    for key in removed {
        let seen = bookmark.files.get(&key).cloned().unwrap_or_default();
        let ids = seen.ids.unwrap_or_default();
        if out.changes.len() + ids.len() >= MAX_CHANGES {
            out.full = true;
            return;
        }
        bookmark.files.remove(&key);
        out.changes.extend(seen.shut.then(|| opened(&key)));
        out.changes
            .extend(ids.into_iter().map(|id| Change::Gone(Handle::new(id))));
    }
}

/// How a file is read.
#[derive(Debug)]
struct How {
    from: u64,
    /// Nobody is writing it.
    settled: bool,
    /// The handles it held, when it is read anew; those it lost are gone.
    old: Option<Vec<String>>,
}

/// Reads what there is room for.
fn read(
    reading: &mut Reading<'_>,
    bookmark: &mut Bookmark,
    found: &Found,
    how: How,
    out: &mut Gathered,
) -> Result<(), Fault> {
    let How { from, settled, old } = how;
    // A file read anew is read in one page, with room for all it lost.
    let kept = old.as_ref().map_or(0, Vec::len);
    let shut = bookmark.files.get(&found.key).is_some_and(|it| it.shut);
    let room = MAX_CHANGES.saturating_sub(out.changes.len() + kept + usize::from(shut));
    if room < 2 {
        out.full = true;
        return Ok(());
    }
    let stretch = match reading.stretch(found, from, room, settled) {
        Ok(stretch) => stretch,
        Err(error) => return unreadable(reading, bookmark, found, &error, out),
    };
    if stretch.waits {
        out.waits = true;
        if old.is_some() || (from == 0 && stretch.changes.is_empty() && stretch.poison.is_empty()) {
            return Ok(());
        }
    }
    if old.is_some() && !stretch.done {
        // What vanished shows only when all of it is read. With a page to itself
        // the file still does not fit: everything is listed again instead.
        if out.changes.is_empty()
            && let Some(seen) = bookmark.files.get_mut(&found.key)
        {
            seen.ids = None;
        }
        out.full = true;
        return Ok(());
    }
    if old.is_some() {
        bookmark.files.remove(&found.key);
    }
    // Only files that grow are read on from where reading stopped.
    let grows = matches!(found.format, Format::Mbox | Format::Chat);
    let full = scan::inside(reading.root, &found.path).filter(|_| grows);
    let digest = full.and_then(|full| reading::fingerprint(&full, stretch.next).ok());
    let mail = matches!(found.format, Format::Mbox | Format::Mail);
    if shut {
        out.changes.push(opened(&found.key));
    }
    let seen = bookmark
        .files
        .entry(found.key.clone())
        .or_insert_with(|| Seen {
            ids: (!mail).then(Vec::new),
            ..Seen::default()
        });
    seen.size = found.size;
    seen.mtime = found.mtime;
    seen.extra = found.extra;
    seen.offset = stretch.next;
    seen.last = stretch.last;
    seen.digest = digest.unwrap_or_default();
    seen.done = stretch.done && !stretch.waits;
    seen.shut = false;
    if mail {
        seen.ids = None;
    }
    let Stretch {
        changes,
        poison,
        handles,
        done,
        ..
    } = stretch;
    let stays: BTreeSet<&String> = handles.iter().collect();
    let gone = old.into_iter().flatten().filter(|id| !stays.contains(id));
    let gone: Vec<Change> = gone.map(|id| Change::Gone(Handle::new(id))).collect();
    seen.remember(handles);
    out.changes.extend(gone);
    out.changes.extend(changes);
    out.poison.extend(poison);
    // A stretch ends early only because the page is full.
    out.full |= !done;
    Ok(())
}

/// A file that cannot be opened is put aside with its reason, told once; what it
/// held stays as it was, and the others go on.
fn unreadable(
    reading: &Reading<'_>,
    bookmark: &mut Bookmark,
    found: &Found,
    error: &std::io::Error,
    out: &mut Gathered,
) -> Result<(), Fault> {
    if error.kind() == std::io::ErrorKind::NotFound {
        // Gone between the look at the folder and the reading.
        out.waits = true;
        return Ok(());
    }
    if !reading.root.is_dir() {
        return Err(scan::unreachable_folder(reading.root, error));
    }
    let again = bookmark.again;
    let seen = bookmark
        .files
        .entry(found.key.clone())
        .or_insert_with(|| Seen {
            size: found.size,
            mtime: found.mtime,
            extra: found.extra,
            // What it held before a listing that was begun again is not known here.
            ids: (!again).then(Vec::new),
            ..Seen::default()
        });
    if !std::mem::replace(&mut seen.shut, true) {
        out.poison.push(Poison {
            handle: shut(&found.key),
            reason: format!(
                "{}: the file cannot be read ({error}); what was read of it stays, and Rapport looks again",
                found.path
            ),
            raw: None,
        });
    }
    Ok(())
}

/// Where a file is named that cannot be opened.
fn shut(key: &str) -> Handle {
    Handle::new(format!("{key}@0"))
}

/// Its reason is taken back.
fn opened(key: &str) -> Change {
    Change::Gone(shut(key))
}

/// Whether a file gives anything at all.
fn opens(root: &Path, found: &Found) -> std::io::Result<()> {
    use std::io::Read as _;
    let full = scan::inside(root, &found.path).ok_or(std::io::ErrorKind::NotFound)?;
    let read = reading::open_at(&full, 0)?.read(&mut [0_u8; 1]);
    read.map(|_| ())
}

fn start(root: &Path, found: &Found, seen: &Seen) -> Start {
    let full = scan::inside(root, &found.path);
    match full.map(|full| reading::fingerprint(&full, seen.offset)) {
        Some(Ok(digest)) if digest == seen.digest => Start::Same,
        Some(Ok(_)) => Start::Other,
        Some(Err(_)) | None => Start::Shut,
    }
}

/// Where reading on must begin: at a border between mails. When the last mail
/// grew after it was read, it is read again.
fn border(root: &Path, found: &Found, from: u64, seen: Option<&Seen>) -> u64 {
    use std::io::Read as _;
    let (Format::Mbox, Some(seen), true) = (found.format, seen, from > 0) else {
        return from;
    };
    let mut next = Vec::new();
    let read = scan::inside(root, &found.path)
        .and_then(|full| reading::open_at(&full, from).ok())
        .and_then(|file| file.take(16).read_to_end(&mut next).ok());
    let begins =
        next.trim_ascii_start().starts_with(b"From ") || next.trim_ascii_start().is_empty();
    if read.is_some() && begins {
        from
    } else {
        seen.last
    }
}

/// The digest a file's items share: when it differs, they are read again.
pub(super) fn with_extra(files: &mut BTreeMap<String, Found>, extra: impl Fn(&Found) -> u64) {
    for found in files.values_mut() {
        found.extra ^= extra(found);
    }
}
