//! A component of an address book or a calendar.

use rapport_model::{Body, Edit, Fault, Millis, Revision};

use super::place::{Changed, Part, Place, Source};
use super::words::not_utf8;
use crate::files::blocks::{Block, Blocks};
use crate::files::folder::Folder;
use crate::files::reading::{component_handle, revision, text_of};
use crate::files::{lines, moment, todo, vcard};

/// A component, as it lies in its file.
#[derive(Debug)]
pub(super) struct Component {
    block: Block,
    uid: String,
}

impl Folder {
    /// The component of this kind and name in a file.
    pub(super) fn component(
        &self,
        path: &str,
        kind: &'static str,
        uid: &str,
    ) -> Result<Option<Place>, Fault> {
        let Some(file) = Source::read(self, path)? else {
            return Ok(None);
        };
        let wanted: &'static [&'static str] = if kind == "VCARD" {
            &["VCARD"]
        } else {
            &["VEVENT", "VTODO"]
        };
        let mut found = None;
        let mut blocks = Blocks::new(file.bytes.as_slice(), 0, wanted);
        while let Ok(Some(block)) = blocks.next() {
            if block.kind != kind || !block.complete || block.too_large {
                continue;
            }
            let lines = lines::own(lines::read(&text_of(&block.bytes)));
            let own = if kind == "VCARD" {
                Some(vcard::uid_or_digest(&lines, &block.bytes))
            } else {
                todo::uid_of(&lines)
            };
            if own.as_deref() == Some(uid) {
                found = Some(block);
                break;
            }
        }
        let Some(block) = found else {
            return Ok(None);
        };
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
        Ok(Some(Place {
            span: at(block.start)..at(block.end),
            handle: component_handle(path, uid),
            part: Part::Component(Component {
                block,
                uid: uid.to_owned(),
            }),
            file,
        }))
    }
}

impl Component {
    pub(super) fn body(&self) -> Result<Body, String> {
        let text = text_of(&self.block.bytes);
        match self.block.kind.as_str() {
            "VTODO" => todo::map(&text).map(|it| Body::Task(it.task)),
            _ => vcard::map(&text),
        }
    }

    pub(super) fn revision(&self) -> Revision {
        revision(&self.block.bytes)
    }

    pub(super) fn edited(&self, path: &str, edits: &[Edit], now: Millis) -> Result<Changed, Fault> {
        let text = std::str::from_utf8(&self.block.bytes).map_err(|_latin| not_utf8(path))?;
        let new = match self.block.kind.as_str() {
            "VTODO" => todo::edit(text, edits, now),
            _ => vcard::edit(text, &self.uid, edits, &moment::utc(now)),
        };
        let bytes = new.map_err(Fault::Rejected)?.into_bytes();
        Ok(Changed {
            revision: revision(&bytes),
            bytes,
        })
    }

    /// Only the wrapping of a calendar is left.
    pub(super) fn nothing_in(file: &[u8]) -> bool {
        let text = String::from_utf8_lossy(file);
        let wrapping = ["VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT"];
        let mut begins = text.lines().filter_map(|line| {
            let (word, kind) = line.split_once(':')?;
            word.trim()
                .eq_ignore_ascii_case("BEGIN")
                .then(|| kind.trim().to_ascii_uppercase())
        });
        begins.all(|kind| wrapping.contains(&kind.as_str()))
    }
}
