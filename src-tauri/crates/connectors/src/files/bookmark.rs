//! The bookmark of a collection: for each file, what of it has been read.
//!
//! A file is known by size, time and a digest of the bytes just before the
//! place reading stopped, so that "grown" and "replaced" can be told apart
//! without reading it again.

use std::collections::BTreeMap;

use rapport_model::{Cursor, Fault};
use serde::{Deserialize, Serialize};

use super::scan::{Format, Found};

/// The form of [`Bookmark`]; a different one is not read.
pub(super) const VERSION: u16 = 1;

/// A file with more items than this is not listed by name in the bookmark;
/// losing one of them asks for a full listing.
pub(super) const MAX_IDS: usize = 256;

/// Where a collection stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bookmark {
    /// A listing of everything is under way.
    pub(super) listing: bool,
    /// The listing was begun because something vanished, so that what a file
    /// held before must not be taken as gone while the file is being written.
    pub(super) again: bool,
    /// The last listing had to end without a file that could not be opened, so
    /// that what is gone elsewhere is not known either. It is listed again when
    /// that file opens.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) owed: bool,
    /// By [`Found::key`].
    pub(super) files: BTreeMap<String, Seen>,
}

/// What is known of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Size when it was last looked at.
    #[serde(rename = "s")]
    pub(super) size: u64,
    /// Time when it was last looked at.
    #[serde(rename = "t")]
    pub(super) mtime: i64,
    /// See [`Found::extra`].
    #[serde(rename = "x", default, skip_serializing_if = "is_zero")]
    pub(super) extra: u64,
    /// Read up to here.
    #[serde(rename = "o", default, skip_serializing_if = "is_zero")]
    pub(super) offset: u64,
    /// Where the last item begins.
    #[serde(rename = "l", default, skip_serializing_if = "is_zero")]
    pub(super) last: u64,
    /// Digest of the head and of what lies just before `offset`.
    #[serde(rename = "d", default, skip_serializing_if = "String::is_empty")]
    pub(super) digest: String,
    /// Read to its end.
    #[serde(rename = "e", default, skip_serializing_if = "is_false")]
    pub(super) done: bool,
    /// It could not be opened at the last look, and the reason was told. The
    /// rest is what was known of it before.
    #[serde(rename = "c", default, skip_serializing_if = "is_false")]
    pub(super) shut: bool,
    /// The handles it gave; `None` when there are too many to keep.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(super) ids: Option<Vec<String>>,
}

/// Absent numbers are zero: a folder of many small files has a small bookmark.
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Seen {
    /// Whether the directory shows the file as it was.
    pub(super) fn fits(&self, found: &Found) -> bool {
        self.size == found.size && self.mtime == found.mtime && self.extra == found.extra
    }

    /// Nothing of it could be read yet.
    const fn is_new(&self) -> bool {
        self.shut && !self.done && self.offset == 0
    }

    /// It cannot be opened, and items that came from it may be here.
    pub(super) fn is_held(&self) -> bool {
        self.shut && self.ids.as_ref().is_none_or(|ids| !ids.is_empty())
    }

    /// Keeps the handles an item gave, while they are few.
    pub(super) fn remember(&mut self, handles: impl IntoIterator<Item = String>) {
        if let Some(ids) = &mut self.ids {
            for handle in handles {
                if !ids.contains(&handle) {
                    ids.push(handle);
                }
                if ids.len() > MAX_IDS {
                    self.ids = None;
                    return;
                }
            }
        }
    }
}

/// What the start of a file says, beside what was read of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// It holds the same bytes.
    Same,
    /// It holds others.
    Other,
    /// Nobody knows: it cannot be opened now.
    Shut,
}

/// What to do about one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Rest,
    /// Somebody is writing it; look again later.
    Wait,
    /// Read on from there.
    Read(u64),
    /// Read it anew; these handles were in it.
    Anew(Vec<String>),
    /// What it held is not known one by one: list everything.
    Relist,
    /// It changed and cannot be opened: what it held stays, until it can.
    Shut,
}

impl Bookmark {
    /// At the start of a listing.
    pub(super) fn start(again: bool) -> Self {
        Self {
            listing: true,
            again,
            owed: false,
            files: BTreeMap::new(),
        }
    }

    /// At the start of a listing because something vanished. Files that never
    /// could be opened are remembered: nothing of theirs can be lost.
    pub(super) fn again(self) -> Self {
        let files = self.files.into_iter();
        Self {
            files: files
                .filter(|(_, seen)| seen.shut && !seen.is_held())
                .collect(),
            ..Self::start(true)
        }
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// It is of another form.
    pub(super) fn open(cursor: Option<&Cursor>) -> Result<Self, Fault> {
        let Some(cursor) = cursor else {
            return Ok(Self::start(false));
        };
        if cursor.version != VERSION {
            return Err(Fault::CursorExpired(
                "the bookmark is of another version of Rapport".to_owned(),
            ));
        }
        Self::deserialize(&cursor.data)
            .map_err(|error| Fault::CursorExpired(format!("the bookmark cannot be read ({error})")))
    }

    /// Writes a cursor.
    ///
    /// # Errors
    /// Never in practice; the form is plain.
    pub(super) fn close(&self) -> Result<Cursor, Fault> {
        let data = serde_json::to_value(self)
            .map_err(|error| Fault::Rejected(format!("the bookmark cannot be written: {error}")))?;
        Ok(Cursor {
            version: VERSION,
            data,
        })
    }

    /// What to do about a file that is there. `start` compares its beginning
    /// with what was read of it.
    pub(super) fn step(&self, found: &Found, hot: bool, start: impl Fn(&Seen) -> Start) -> Step {
        let Some(seen) = self.files.get(&found.key) else {
            return Step::Read(0);
        };
        // Bookmarks of before kept a mailbox that could not be opened as one that was read
        // and held nothing.
        let mail = matches!(found.format, Format::Mbox | Format::Mail);
        let missed = mail && !seen.shut && seen.ids.is_some();
        if seen.is_new() || missed {
            return Step::Read(0);
        }
        if seen.fits(found) {
            return if seen.done && !seen.shut {
                Step::Rest
            } else {
                Step::Read(seen.offset)
            };
        }
        let appends = matches!(found.format, Format::Mbox | Format::Chat);
        if appends && seen.extra == found.extra && found.size >= seen.offset {
            match start(seen) {
                Start::Same => return Step::Read(seen.offset),
                Start::Shut => return Step::Shut,
                Start::Other => {}
            }
        }
        if found.in_maildir() {
            return Step::Anew(Vec::new());
        }
        if hot {
            return Step::Wait;
        }
        match &seen.ids {
            // Reading in the middle of it stopped making sense.
            Some(ids) => Step::Anew(ids.clone()),
            None if start(seen) == Start::Shut => Step::Shut,
            None => Step::Relist,
        }
    }
}
