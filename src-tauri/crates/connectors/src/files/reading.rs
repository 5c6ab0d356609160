//! Reads a stretch of one file into changes, within the room of a page.
//!
//! A stretch ends at an item's border, so that reading on from there gives the
//! same as reading in one go.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read as _, Result, Seek as _, SeekFrom};
use std::path::Path;

use rapport_model::change::Poison;
use rapport_model::{Body, Change, Handle, Item, LinkId, Millis, Revision};

use super::blocks::{Block, Blocks, MAX_BLOCK};
use super::linewise::Linewise;
use super::mail::{self, Place};
use super::mbox::{MAX_MAIL, Slices};
use super::scan::{Format, Found};
use super::table::{self, Around};
use super::{chat, event, lines, todo, vcard, wiki};
use crate::common::{clean, digest64};

/// A page holds at most this many changes.
pub(super) const MAX_CHANGES: usize = 500;
/// A page ends after this many bytes of files, whatever they gave.
const MAX_BYTES: u64 = 8 * 1024 * 1024;
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

/// Threads remembered at most; more are described again, which is harmless.
const MAX_THREADS: usize = 1_000_000;

impl Reading<'_> {
    /// Reads from byte `from` until `room` changes are there, or the end.
    /// `settled` says that nobody is writing the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn stretch(&mut self, found: &Found, from: u64, room: usize, settled: bool) -> Result<Stretch> {
        let Some(full) = super::scan::inside(self.root, &found.path) else {
            return Ok(Stretch { done: true, ..Stretch::default() });
        };
        let mut out = Stretch { next: from, last: from, ..Stretch::default() };
        let piece = Piece { found, full: &full, from, room, settled };
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

    fn mbox(&mut self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece { found, full, from, room, settled } = piece;
        let mut slices = Slices::new(open_at(full, from)?, from);
        // A mail gives two changes: itself and its thread.
        while out.changes.len() + 2 <= room && out.next - from < MAX_BYTES {
            let Some(slice) = slices.next()? else {
                out.done = true;
                return Ok(());
            };
            if !slice.closed && !settled {
                out.waits = true;
                out.done = true;
                return Ok(());
            }
            out.last = slice.start;
            out.next = slice.end;
            if slice.too_large {
                let reason = format!("a mail is larger than {} MB", MAX_MAIL / 1024 / 1024);
                out.put_aside(found, slice.start, &reason, &slice.bytes);
            } else if !slice.bytes.iter().all(u8::is_ascii_whitespace) {
                self.mail(found, slice.start, &slice.bytes, out);
            }
        }
        Ok(())
    }

    fn one_mail(&mut self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece { found, full, settled, .. } = piece;
        out.done = true;
        if found.size > u64::try_from(MAX_MAIL).unwrap_or(u64::MAX) {
            let reason = format!("the mail is larger than {} MB", MAX_MAIL / 1024 / 1024);
            out.put_aside(found, 0, &reason, &[]);
        } else {
            let bytes = read_all(full)?;
            // A Maildir hands files over whole; elsewhere the end shows it.
            if !settled && !found.in_maildir() && !bytes.ends_with(b"\n") {
                out.waits = true;
                return Ok(());
            }
            self.mail(found, 0, &bytes, out);
        }
        out.next = found.size;
        Ok(())
    }

    fn mail(&mut self, found: &Found, at: u64, raw: &[u8], out: &mut Stretch) {
        let fallback = Millis(found.mtime / 1_000_000);
        let unread = found.unread();
        let place = Place { file: &found.key, at, unread, fallback };
        match mail::map(raw, place, self.own) {
            Ok(mapped) => {
                let thread = digest64([mapped.thread.handle.as_str().as_bytes()]);
                if mapped.is_root && self.threads.len() < MAX_THREADS {
                    self.threads.insert(thread);
                }
                // A thread is told by its first mail; by others only while that
                // one is not here.
                if mapped.is_root || !self.threads.contains(&thread) {
                    out.changes.push(Change::Upsert(Box::new(mapped.thread)));
                }
                out.changes.push(Change::Upsert(Box::new(mapped.message)));
            }
            Err(reason) => out.put_aside(found, at, &reason, raw),
        }
    }

    fn blocks(&self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece { found, full, from, room, settled } = piece;
        let wanted: &[&str] = if found.format == Format::Cards { &["VCARD"] } else { &["VEVENT", "VTODO"] };
        let mine = match (found.format, self.tasks) {
            (Format::Cards, _) => "VCARD",
            (_, true) => "VTODO",
            (_, false) => "VEVENT",
        };
        let siblings = if mine == "VTODO" { uids(full)? } else { BTreeSet::new() };
        let mut blocks = Blocks::new(open_at(full, from)?, from, wanted);
        while out.changes.len() < room && out.next - from < MAX_BYTES {
            let Some(block) = blocks.next()? else {
                out.done = true;
                return Ok(());
            };
            if !block.complete && !settled {
                out.waits = true;
                out.done = true;
                return Ok(());
            }
            out.last = block.start;
            out.next = block.end;
            if block.kind != mine {
                continue;
            }
            match self.component(found, &block, &siblings) {
                Ok(item) => {
                    out.handles.push(item.handle.as_str().to_owned());
                    out.changes.push(Change::Upsert(Box::new(item)));
                }
                Err(reason) => out.put_aside(found, block.start, &reason, &block.bytes),
            }
        }
        Ok(())
    }

    fn component(&self, found: &Found, block: &Block, siblings: &BTreeSet<String>) -> std::result::Result<Item, String> {
        if block.too_large {
            return Err(format!("an entry is larger than {} MB", MAX_BLOCK / 1024 / 1024));
        }
        if !block.complete {
            return Err(format!("an entry ends in the middle: there is no END:{}", block.kind));
        }
        let text = text_of(&block.bytes);
        let item = |uid: &str, at: Millis, body: Body| Item {
            handle: Handle::new(component_handle(&found.path, uid)),
            link: Some(LinkId::new(uid)),
            revision: Some(revision(&block.bytes)),
            at,
            body,
            raw: Some(text.clone()),
        };
        match block.kind.as_str() {
            "VCARD" => {
                let body = vcard::map(&text)?;
                let uid = vcard::uid_or_digest(&lines::own(lines::read(&text)), &block.bytes);
                Ok(item(&uid, Millis(0), body))
            }
            "VTODO" => {
                let mut todo = todo::map(&text)?;
                if let Some(related) = todo.related.take() {
                    match parent_handle(self.root, &found.path, &related, siblings) {
                        Some(parent) => todo.task.parent = Some(Handle::new(parent)),
                        None => todo.task.cause = todo.task.cause.or(Some(LinkId::new(related))),
                    }
                }
                Ok(item(&todo.uid, todo.at, Body::Task(todo.task)))
            }
            _ => {
                let entry = event::map(&text)?;
                Ok(item(&entry.uid, entry.at, Body::Event(entry.event)))
            }
        }
    }

    fn chat(&self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece { found, full, from, room, settled } = piece;
        let mut lines = Linewise::new(open_at(full, 0)?, 0);
        if !lines.advance()? {
            out.done = true;
            return Ok(());
        }
        if !settled && !lines.line.ends_with(b"\n") {
            out.waits = true;
            out.done = true;
            return Ok(());
        }
        // An export without its room cannot be placed; one reason is enough.
        let place = match chat::room(&found.path, &lines.line, Millis(0)) {
            Ok(place) => place,
            Err(reason) => {
                out.put_aside(found, 0, &reason, &lines.line);
                (out.next, out.done) = (found.size, true);
                return Ok(());
            }
        };
        let names = chat::names(&place);
        if from == 0 {
            out.handles.push(place.handle.as_str().to_owned());
            out.changes.push(Change::Upsert(Box::new(place)));
            out.next = lines.at;
        } else {
            lines = Linewise::new(open_at(full, from)?, from);
        }
        while out.changes.len() < room && out.next - from < MAX_BYTES {
            let start = lines.at;
            if !lines.advance()? {
                out.done = true;
                return Ok(());
            }
            if !lines.line.ends_with(b"\n") && !settled {
                out.waits = true;
                out.done = true;
                return Ok(());
            }
            out.last = start;
            if lines.line.len() >= MAX_CHAT_LINE {
                while !lines.line.ends_with(b"\n") && lines.advance()? {}
                out.next = lines.at;
                out.put_aside(found, start, "a line is longer than a megabyte", &[]);
                continue;
            }
            out.next = lines.at;
            if lines.line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match chat::message(&found.path, &lines.line, self.own, &names) {
                Ok(change) => {
                    match &change {
                        Change::Upsert(item) => out.handles.push(item.handle.as_str().to_owned()),
                        Change::Patch(patch) => out.handles.push(patch.handle.as_str().to_owned()),
                        _ => {}
                    }
                    out.changes.push(change);
                }
                Err(reason) => out.put_aside(found, start, &reason, &lines.line),
            }
        }
        Ok(())
    }

    fn table(&self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece { found, full, from, room, settled } = piece;
        let Some(table) = self.around.mapping.files.get(&found.path) else {
            let reason = "the table has no mapping yet; look at its preview and say what its columns mean";
            out.put_aside(found, 0, reason, &[]);
            (out.next, out.done) = (found.size, true);
            return Ok(());
        };
        // Lines of orders and invoices come with the records they belong to.
        if table.lines_of().is_some_and(|kind| self.around.mapping.file_of(kind).is_some()) {
            (out.next, out.done) = (found.size, true);
            return Ok(());
        }
        let (columns, first, delimiter) = table::columns(full)?;
        let start = from.max(first);
        let mut reader = table::reader_at(full, start, delimiter)?;
        let mut record = csv::ByteRecord::new();
        out.next = start;
        while out.changes.len() < room && out.next - start < MAX_BYTES {
            let begin = start + reader.position().byte();
            if !reader.read_byte_record(&mut record)? {
                out.done = start + reader.position().byte() >= found.size;
                if !out.done && begin == start {
                    out.put_aside(found, begin, "a row is longer than 16 MB, or a quote is never closed", &[]);
                    (out.next, out.done) = (found.size, true);
                }
                return Ok(());
            }
            let end = start + reader.position().byte();
            if end - start >= table::MAX_PIECE && end < found.size {
                if begin == start {
                    out.put_aside(found, begin, "a row is longer than 16 MB, or a quote is never closed", &[]);
                    (out.next, out.done) = (found.size, true);
                }
                return Ok(());
            }
            if end >= found.size && !settled && !ends_with_newline(full)? {
                out.waits = true;
                out.done = true;
                return Ok(());
            }
            out.last = begin;
            out.next = end;
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            match table::map(&found.path, &columns, table::cells(&record), begin, self.around) {
                Ok(item) => {
                    out.handles.push(item.handle.as_str().to_owned());
                    out.changes.push(Change::Upsert(Box::new(item)));
                }
                Err(reason) => out.put_aside(found, begin, &reason, record.as_slice()),
            }
        }
        Ok(())
    }
}

impl Stretch {
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
    let Piece { found, full, settled, .. } = piece;
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

/// The task another one is part of lies in the same file, or in a file of its
/// own beside it.
fn parent_handle(root: &Path, path: &str, uid: &str, siblings: &BTreeSet<String>) -> Option<String> {
    if siblings.contains(uid) {
        return Some(component_handle(path, uid));
    }
    if uid.contains(['/', '\\']) {
        return None;
    }
    let folder = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    let beside = format!("{folder}{uid}.ics");
    super::scan::inside(root, &beside)?.is_file().then(|| component_handle(&beside, uid))
}

/// The UIDs of all tasks of a file.
fn uids(full: &Path) -> Result<BTreeSet<String>> {
    let mut out = BTreeSet::new();
    let mut blocks = Blocks::new(open_at(full, 0)?, 0, &["VEVENT", "VTODO"]);
    while let Some(block) = blocks.next()? {
        if block.kind == "VTODO" {
            out.extend(todo::uid_of(&lines::own(lines::read(&text_of(&block.bytes)))));
        }
    }
    Ok(out)
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

fn ends_with_newline(full: &Path) -> Result<bool> {
    let mut file = File::open(full)?;
    let mut last = [0_u8; 1];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(&last == b"\n")
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
    Ok(format!("{:016x}", digest64([head.as_slice(), tail.as_slice()])))
}
