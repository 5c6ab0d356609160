//! Reads a stretch of one file into changes, within the room of a page.
//!
//! A stretch ends at an item's border, so that reading on from there gives the
//! same as reading in one go.

mod components;
mod mails;
mod rows;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read as _, Result, Seek as _, SeekFrom};
use std::path::Path;

use rapport_model::change::Poison;
use rapport_model::{Body, Change, Handle, Item, LinkId, Revision};

use super::mbox::MAX_MAIL;
use super::scan::{Format, Found};
use super::sheet::Around;
use super::wiki;
use crate::common::{clean, digest64};

/// A page holds at most this many changes.
pub(super) const MAX_CHANGES: usize = 500;
/// A page ends after this many bytes of files, whatever they gave.
const MAX_BYTES: u64 = 8 * 1024 * 1024;
/// Longer entries are not kept beside what was read from them.
const MAX_RAW: usize = 64 * 1024;
/// A line of a chat export may not be longer.
const MAX_CHAT_LINE: usize = 1024 * 1024;

/// What a stretch is read with.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    /// The folder.
    pub(super) root: &'a Path,
    /// Which components of a calendar are wanted.
    pub(super) tasks: bool,
    /// The user's own addresses, lower case.
    pub(super) own: &'a BTreeSet<String>,
    /// What tables refer to.
    pub(super) around: &'a Around,
    /// Threads whose first mail has been read: their later mails do not
    /// describe them again.
    pub(super) threads: &'a mut BTreeSet<u64>,
}

/// What a stretch gave.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    /// In the order of the file.
    pub(super) changes: Vec<Change>,
    /// What could not be read.
    pub(super) poison: Vec<Poison>,
    /// Handles that vanish with the file's items; empty for mail.
    pub(super) handles: Vec<String>,
    /// Read on from here.
    pub(super) next: u64,
    /// The last item begins here.
    pub(super) last: u64,
    /// The end of the file was reached.
    pub(super) done: bool,
    /// An item at the end is not whole yet; the file is being written.
    pub(super) waits: bool,
}

/// Which stretch of which file.
#[derive(Clone, Copy, Debug)]
struct Piece<'a> {
    found: &'a Found,
    full: &'a Path,
    from: u64,
    room: usize,
    settled: bool,
}

impl Reading<'_> {
    /// Reads from byte `from` until `room` changes are there, or the end.
    /// `settled` says that nobody is writing the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn stretch(
        &mut self,
        found: &Found,
        from: u64,
        room: usize,
        settled: bool,
    ) -> Result<Stretch> {
        let Some(full) = super::scan::inside(self.root, &found.path) else {
            return Ok(Stretch {
                done: true,
                ..Stretch::default()
            });
        };
        let mut out = Stretch {
            next: from,
            last: from,
            ..Stretch::default()
        };
        let piece = Piece {
            found,
            full: &full,
            from,
            room,
            settled,
        };
        match found.format {
            Format::Mbox => self.mbox(piece, &mut out)?,
            Format::Mail => self.one_mail(piece, &mut out)?,
            Format::Cards | Format::Calendar => self.blocks(piece, &mut out)?,
            Format::Chat => self.chat(piece, &mut out)?,
            Format::Table => self.table(piece, &mut out)?,
            Format::Page => page(piece, &mut out)?,
        }
        Ok(out)
    }
}

impl Stretch {
    /// Two entries of one name in a file cannot both be shown; the first one is.
    fn take(&mut self, found: &Found, at: u64, item: Item) {
        let handle = item.handle.as_str().to_owned();
        if self.handles.contains(&handle) {
            let name = item.link.as_ref().map_or(handle.as_str(), LinkId::as_str);
            let reason = format!("\"{name}\" is there twice; only the first one is shown");
            self.put_aside(found, at, &reason, item.raw.unwrap_or_default().as_bytes());
            return;
        }
        self.handles.push(handle);
        self.changes.push(Change::Upsert(Box::new(item)));
    }

    /// Something that cannot be read is named with its file and its place.
    fn put_aside(&mut self, found: &Found, at: u64, reason: &str, raw: &[u8]) {
        let end = raw.len().min(4096);
        let raw = String::from_utf8_lossy(raw.get(..end).unwrap_or_default());
        self.poison.push(Poison {
            handle: Handle::new(format!("{}@{at}", found.path)),
            reason: format!("{}: {reason}", found.path),
            raw: (!raw.is_empty()).then(|| clean(&raw)),
        });
    }
}

fn page(piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
    let Piece {
        found,
        full,
        settled,
        ..
    } = piece;
    out.done = true;
    if found.size > wiki::MAX_PAGE {
        out.put_aside(found, 0, "the page is larger than 8 MB", &[]);
    } else {
        let bytes = read_all(full)?;
        if !settled && !bytes.ends_with(b"\n") {
            out.waits = true;
            return Ok(());
        }
        let text = text_of(&bytes);
        let (at, body) = wiki::map(&found.path, &text);
        out.handles.push(found.path.clone());
        out.changes.push(Change::Upsert(Box::new(Item {
            handle: Handle::new(found.path.clone()),
            link: None,
            revision: Some(revision(&bytes)),
            at: at.unwrap_or_default(),
            body: Body::Page(body),
            raw: None,
        })));
    }
    out.next = found.size;
    Ok(())
}

/// Where a component sits.
pub(super) fn component_handle(path: &str, uid: &str) -> String {
    format!("{path}#{uid}")
}

/// The stamp of a component: a digest of its bytes.
pub(super) fn revision(bytes: &[u8]) -> Revision {
    Revision::new(format!("{:016x}", digest64([bytes])))
}

/// Text of foreign bytes; what is no UTF-8 is read as the Latin of old exports.
pub(super) fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// A reader that stands at byte `at`.
pub(super) fn open_at(full: &Path, at: u64) -> Result<BufReader<File>> {
    let mut file = File::open(full)?;
    file.seek(SeekFrom::Start(at))?;
    Ok(BufReader::with_capacity(64 * 1024, file))
}

fn read_all(full: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_MAIL).unwrap_or(u64::MAX);
    File::open(full)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Digest of the file's head and of the bytes just before `offset`: what tells
/// a file that grew from one that was replaced.
pub(super) fn fingerprint(full: &Path, offset: u64) -> Result<String> {
    let part = |at: u64, length: u64| -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        open_at(full, at)?.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let head = part(0, offset.min(512))?;
    let tail = part(offset.saturating_sub(512), offset.min(512))?;
    Ok(format!(
        "{:016x}",
        digest64([head.as_slice(), tail.as_slice()])
    ))
}
