//! The stretch of a file that a write changes, whatever is written there.

use std::ops::Range;
use std::path::PathBuf;

use rapport_model::{Body, Edit, Fault, Handle, Millis, Receipt, Revision};

use super::component::Component;
use super::row::Row;
use super::words::{changed, unwritable};
use crate::files::folder::Folder;
use crate::files::{replace, scan};

/// A file that is changed is read whole; larger ones are refused.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// A file as it was read; it is replaced only while it still is so.
#[derive(Debug)]
pub(super) struct Source {
    /// From the folder.
    pub(super) path: String,
    full: PathBuf,
    /// All of it.
    pub(super) bytes: Vec<u8>,
}

/// An item in its file.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) file: Source,
    /// The bytes of the file that are the item.
    pub(super) span: Range<usize>,
    pub(super) handle: String,
    pub(super) part: Part,
}

/// How the item is written.
#[derive(Debug)]
pub(super) enum Part {
    /// Of an address book or a calendar.
    Component(Component),
    /// Of a table.
    Row(Box<Row>),
}

/// An item as it shall be.
#[derive(Debug)]
pub(super) struct Changed {
    /// In place of the old bytes.
    pub(super) bytes: Vec<u8>,
    /// Its new stamp.
    pub(super) revision: Revision,
}

impl Source {
    /// Reads a file of the folder; `None` when there is none.
    pub(super) fn read(folder: &Folder, path: &str) -> Result<Option<Self>, Fault> {
        let found = scan::inside(&folder.root, path).filter(|full| full.is_file());
        let Some(full) = found else {
            return Ok(None);
        };
        let large = std::fs::metadata(&full).is_ok_and(|meta| meta.len() > MAX_FILE);
        if large {
            return Err(Fault::Rejected(format!(
                "{path} is larger than 64 MB and is only read"
            )));
        }
        let bytes =
            std::fs::read(&full).map_err(|error| scan::unreachable_folder(&full, &error))?;
        Ok(Some(Self {
            path: path.to_owned(),
            full,
            bytes,
        }))
    }

    /// The file with other bytes in this stretch.
    pub(super) fn with(&self, span: &Range<usize>, new: &[u8]) -> Result<Vec<u8>, Fault> {
        let parts = self.bytes.get(..span.start).zip(self.bytes.get(span.end..));
        let (before, after) = parts.ok_or_else(|| changed(&self.path))?;
        Ok([before, new, after].concat())
    }

    /// Puts the new file in place of the one that was read; without bytes it is
    /// removed.
    fn put(&self, new: Option<&[u8]>) -> Result<(), Fault> {
        match std::fs::read(&self.full) {
            Ok(now) if now == self.bytes => {}
            Ok(_) => return Err(changed(&self.path)),
            Err(error) => return Err(unwritable(&self.full, &error)),
        }
        let done = match new {
            Some(new) => replace::put(&self.full, new),
            None => std::fs::remove_file(&self.full),
        };
        done.map_err(|error| unwritable(&self.full, &error))
    }
}

impl Place {
    /// The item as it is read.
    pub(super) fn body(&self) -> Result<Body, String> {
        match &self.part {
            Part::Component(it) => it.body(),
            Part::Row(it) => Ok(it.item.body.clone()),
        }
    }

    /// Its stamp.
    pub(super) fn revision(&self) -> Revision {
        match &self.part {
            Part::Component(it) => it.revision(),
            Part::Row(it) => it.item.revision.clone().unwrap_or_else(|| "".into()),
        }
    }

    /// Whether it says already what the edits want.
    pub(super) fn holds(&self, edits: &[Edit]) -> bool {
        self.body().is_ok_and(|body| {
            edits.iter().all(|edit| {
                let read = super::value(&body, edit);
                match &self.part {
                    Part::Component(_) => read == edit.mine,
                    Part::Row(it) => it.says(&read, &edit.mine),
                }
            })
        })
    }

    /// The item with the edits; nothing is written.
    pub(super) fn edited(&self, edits: &[Edit], now: Millis) -> Result<Changed, Fault> {
        match &self.part {
            Part::Component(it) => it.edited(&self.file.path, edits, now),
            Part::Row(it) => it.edited(&self.file, &self.span, edits),
        }
    }

    /// Puts the changed item in place of the old one.
    pub(super) fn put(&self, new: &Changed) -> Result<Receipt, Fault> {
        self.file
            .put(Some(&self.file.with(&self.span, &new.bytes)?))?;
        Ok(self.applied(new.revision.clone()))
    }

    /// Takes the item out, and the file with it when nothing else is in it.
    pub(super) fn remove(&self) -> Result<(), Fault> {
        let rest = self.file.with(&self.span, b"")?;
        let empty = match &self.part {
            Part::Component(_) => Component::nothing_in(&rest),
            Part::Row(_) => false,
        };
        self.file.put((!empty).then_some(&rest))
    }

    /// The answer to a write that is done.
    pub(super) fn applied(&self, revision: Revision) -> Receipt {
        Receipt::Applied {
            handle: Some(Handle::new(self.handle.clone())),
            revision: Some(revision),
        }
    }
}
