//! A component in its file.

use std::io::ErrorKind;
use std::path::PathBuf;

use rapport_model::{Body, Fault, ItemRef};

use super::words::unwritable;
use crate::files::blocks::{Block, Blocks};
use crate::files::folder::Folder;
use crate::files::{lines, reading, replace, scan, todo, vcard};

/// A file that is changed is read whole; larger ones are refused.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// A component in its file.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) full: PathBuf,
    /// The file as it was read.
    pub(super) bytes: Vec<u8>,
    pub(super) block: Block,
    pub(super) uid: String,
}

impl Folder {
    /// The component a reference names. Both the path and the UID may hold `#`.
    pub(super) fn find(&self, target: &ItemRef) -> Result<Option<Place>, Fault> {
        let kind = match target.collection.as_str() {
            "tasks" => "VTODO",
            "contacts" => "VCARD",
            _ => return Ok(None),
        };
        if !self.root.is_dir() {
            return Err(scan::unreachable_folder(
                &self.root,
                &ErrorKind::NotFound.into(),
            ));
        }
        let handle = target.handle.as_str();
        for (at, _) in handle.match_indices('#') {
            let (Some(path), Some(uid)) = (handle.get(..at), handle.get(at + 1..)) else {
                continue;
            };
            let Some(full) = scan::inside(&self.root, path).filter(|full| full.is_file()) else {
                continue;
            };
            if let Some(place) = find_in(path, full, kind, uid)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}

fn find_in(
    path: &str,
    full: PathBuf,
    kind: &'static str,
    uid: &str,
) -> Result<Option<Place>, Fault> {
    let large = std::fs::metadata(&full).is_ok_and(|meta| meta.len() > MAX_FILE);
    if large {
        return Err(Fault::Rejected(format!(
            "{path} is larger than 64 MB and is only read"
        )));
    }
    let bytes = std::fs::read(&full).map_err(|error| scan::unreachable_folder(&full, &error))?;
    let wanted: &'static [&'static str] = if kind == "VCARD" {
        &["VCARD"]
    } else {
        &["VEVENT", "VTODO"]
    };
    let mut blocks = Blocks::new(bytes.as_slice(), 0, wanted);
    while let Ok(Some(block)) = blocks.next() {
        if block.kind != kind || !block.complete || block.too_large {
            continue;
        }
        let lines = lines::own(lines::read(&reading::text_of(&block.bytes)));
        let own = if kind == "VCARD" {
            Some(vcard::uid_or_digest(&lines, &block.bytes))
        } else {
            todo::uid_of(&lines)
        };
        if own.as_deref() == Some(uid) {
            return Ok(Some(Place {
                path: path.to_owned(),
                full,
                bytes,
                block,
                uid: uid.to_owned(),
            }));
        }
    }
    Ok(None)
}

impl Place {
    /// Puts `component` in place of the old one; nothing removes it, and the
    /// file with it when nothing else is in it.
    pub(super) fn put(&self, component: &[u8]) -> Result<(), Fault> {
        let start = usize::try_from(self.block.start).unwrap_or(usize::MAX);
        let end = usize::try_from(self.block.end).unwrap_or(usize::MAX);
        let (Some(before), Some(after)) = (self.bytes.get(..start), self.bytes.get(end..)) else {
            return Err(Fault::Conflict(format!(
                "{} was changed by another program",
                self.path
            )));
        };
        let new = [before, component, after].concat();
        match std::fs::read(&self.full) {
            Ok(now) if now == self.bytes => {}
            Ok(_) => {
                return Err(Fault::Conflict(format!(
                    "{} was changed by another program",
                    self.path
                )));
            }
            Err(error) => return Err(unwritable(&self.full, &error)),
        }
        let done = if component.is_empty() && holds_nothing(&new) {
            std::fs::remove_file(&self.full)
        } else {
            replace::put(&self.full, &new)
        };
        done.map_err(|error| unwritable(&self.full, &error))
    }
}

/// Only the wrapping of a calendar is left.
fn holds_nothing(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let wrapping = ["VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT"];
    let mut begins = text.lines().filter_map(|line| {
        let (word, kind) = line.split_once(':')?;
        word.trim()
            .eq_ignore_ascii_case("BEGIN")
            .then(|| kind.trim().to_ascii_uppercase())
    });
    begins.all(|kind| wrapping.contains(&kind.as_str()))
}

/// The component as an item.
pub(super) fn body_of(block: &Block) -> Result<Body, String> {
    let text = reading::text_of(&block.bytes);
    match block.kind.as_str() {
        "VTODO" => todo::map(&text).map(|it| Body::Task(it.task)),
        _ => vcard::map(&text),
    }
}

/// The component as text; what is not UTF-8 is only read.
pub(super) fn utf8(place: &Place) -> Result<&str, Fault> {
    std::str::from_utf8(&place.block.bytes).map_err(|_not_utf8| {
        Fault::Rejected(format!(
            "{} is not written in UTF-8 and is only read",
            place.path
        ))
    })
}
