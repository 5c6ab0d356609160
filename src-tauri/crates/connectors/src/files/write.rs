//! Writes tasks and contacts back into their files.
//!
//! One component changes, every other byte of the file stays. Before the new
//! file takes the old one's place both the component's stamp and the file as a
//! whole are compared once more; what remains is the blink between comparing
//! and renaming.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rapport_model::field::fields_of;
use rapport_model::{
    Body, Command, CommandId, Edit, Fault, FieldValue, Handle, ItemRef, Kind, LinkId, Receipt,
    Revision,
};

use super::blocks::{Block, Blocks};
use super::folder::{Folder, lock};
use super::reading::{component_handle, revision};
use super::{lines, moment, replace, scan, todo, vcard};

/// A file that is changed is read whole; larger ones are refused.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// A component in its file.
#[derive(Debug)]
struct Place {
    path: String,
    full: PathBuf,
    /// The file as it was read.
    bytes: Vec<u8>,
    block: Block,
    uid: String,
}

impl Folder {
    /// Does what the user wants.
    pub(super) fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        let _one_writer = lock(&self.writing);
        match command {
            Command::Create {
                collection,
                body,
                link,
            } => self.create(id, collection.as_str(), body, link.as_ref()),
            Command::SetFields {
                target,
                kind,
                edits,
                base,
            } => self.set_fields(target, *kind, edits, base.as_ref()),
            Command::Delete { target, base } => self.delete(target, base.as_ref()),
            other => Err(refused(other)),
        }
    }

    /// Whether an earlier push arrived; changes nothing.
    pub(super) fn lookup(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        match command {
            Command::Create {
                collection,
                body,
                link,
            } => {
                let new = New::of(id, collection.as_str(), body, link.as_ref())?;
                Ok(self.find_new(&new)?.unwrap_or(Receipt::NeverArrived))
            }
            Command::SetFields { target, edits, .. } => {
                let place = self.find(target)?.ok_or_else(|| gone(target))?;
                let holds = body_of(&place.block).is_ok_and(|body| holds(&body, edits));
                Ok(if holds {
                    applied(&place.path, &place.uid, &place.block.bytes)
                } else {
                    Receipt::NeverArrived
                })
            }
            Command::Delete { target, .. } => Ok(match self.find(target)? {
                None => Receipt::Applied {
                    handle: None,
                    revision: None,
                },
                Some(_) => Receipt::NeverArrived,
            }),
            other => Err(refused(other)),
        }
    }

    fn create(
        &self,
        id: &CommandId,
        collection: &str,
        body: &Body,
        link: Option<&LinkId>,
    ) -> Result<Receipt, Fault> {
        let new = New::of(id, collection, body, link)?;
        if let Some(receipt) = self.find_new(&new)? {
            return Ok(receipt);
        }
        let now = self.clock.now();
        let component = match body {
            Body::Task(task) => {
                let parent = task
                    .parent
                    .as_ref()
                    .and_then(|it| it.as_str().rsplit_once('#'))
                    .map(|(_, uid)| uid);
                todo::write(&new.uid, task, parent, now)
            }
            _ => vcard::write(&new.uid, body, &moment::utc(now)).map_err(Fault::Rejected)?,
        };
        let text = if collection == "tasks" {
            format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Rapport//Rapport//EN\r\n{component}END:VCALENDAR\r\n"
            )
        } else {
            component.clone()
        };
        if !self.root.is_dir() {
            return Err(scan::unreachable_folder(
                &self.root,
                &ErrorKind::NotFound.into(),
            ));
        }
        let full = scan::inside(&self.root, &new.path).ok_or_else(|| linked(&new.path))?;
        if let Some(folder) = full.parent() {
            std::fs::create_dir_all(folder).map_err(|error| unwritable(&full, &error))?;
        }
        match replace::put_new(&full, text.as_bytes()) {
            Ok(()) => Ok(applied(&new.path, &new.uid, component.as_bytes())),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(Fault::Rejected(format!(
                    "{} is there already and holds something else; nothing was written",
                    new.path
                )))
            }
            Err(error) => Err(unwritable(&full, &error)),
        }
    }

    /// The item an earlier push of the same command made, wherever it lies now.
    fn find_new(&self, new: &New) -> Result<Option<Receipt>, Fault> {
        let there = self.find(&ItemRef::new(
            new.collection,
            component_handle(&new.path, &new.uid),
        ))?;
        if let Some(place) = there {
            return Ok(Some(applied(&place.path, &place.uid, &place.block.bytes)));
        }
        // Another program may have moved it into a file of its own.
        for found in self.look(&new.collection.into())?.files {
            let handle = component_handle(&found.path, &new.uid);
            if let Some(place) = self.find(&ItemRef::new(new.collection, handle))? {
                return Ok(Some(applied(&place.path, &place.uid, &place.block.bytes)));
            }
        }
        Ok(None)
    }

    fn set_fields(
        &self,
        target: &ItemRef,
        kind: Kind,
        edits: &[Edit],
        base: Option<&Revision>,
    ) -> Result<Receipt, Fault> {
        writable(target)?;
        let place = self.find(target)?.ok_or_else(|| gone(target))?;
        let body = body_of(&place.block).map_err(Fault::Rejected)?;
        if body.kind() != kind {
            return Err(Fault::Rejected(format!(
                "{} is a {}, not a {}",
                target.handle,
                body.kind().word(),
                kind.word()
            )));
        }
        if holds(&body, edits) {
            return Ok(applied(&place.path, &place.uid, &place.block.bytes));
        }
        let stale = match base {
            Some(base) => *base != revision(&place.block.bytes),
            None => edits.iter().any(|edit| value(&body, edit) != edit.base),
        };
        if stale {
            return Err(Fault::Conflict(format!(
                "{} was changed by another program",
                place.path
            )));
        }
        let text = utf8(&place)?;
        let now = self.clock.now();
        let new = match &body {
            Body::Task(_) => todo::edit(text, edits, now),
            _ => vcard::edit(text, &place.uid, edits, &moment::utc(now)),
        };
        let new = new.map_err(Fault::Rejected)?;
        place.put(new.as_bytes())?;
        Ok(applied(&place.path, &place.uid, new.as_bytes()))
    }

    fn delete(&self, target: &ItemRef, base: Option<&Revision>) -> Result<Receipt, Fault> {
        writable(target)?;
        let Some(place) = self.find(target)? else {
            return Ok(Receipt::Applied {
                handle: None,
                revision: None,
            });
        };
        if base.is_some_and(|base| *base != revision(&place.block.bytes)) {
            return Err(Fault::Conflict(format!(
                "{} was changed by another program",
                place.path
            )));
        }
        place.put(b"")?;
        Ok(Receipt::Applied {
            handle: None,
            revision: None,
        })
    }

    /// The component a reference names. Both the path and the UID may hold `#`.
    fn find(&self, target: &ItemRef) -> Result<Option<Place>, Fault> {
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
        let lines = lines::own(lines::read(&super::reading::text_of(&block.bytes)));
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
    fn put(&self, component: &[u8]) -> Result<(), Fault> {
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

/// An item to be made.
#[derive(Debug)]
struct New {
    collection: &'static str,
    uid: String,
    path: String,
}

impl New {
    /// The name follows from the command, so that a second push finds the first.
    fn of(
        id: &CommandId,
        collection: &str,
        body: &Body,
        link: Option<&LinkId>,
    ) -> Result<Self, Fault> {
        let (collection, ending) = match (collection, body) {
            ("tasks", Body::Task(_)) => ("tasks", "ics"),
            ("contacts", Body::Contact(_) | Body::Organisation(_)) => ("contacts", "vcf"),
            (collection, body) => {
                return Err(Fault::Rejected(format!(
                    "a {} cannot be put into \"{collection}\" of a folder; tasks and contacts can",
                    body.kind().word()
                )));
            }
        };
        let safe: String = id
            .as_str()
            .chars()
            .map(|it| {
                if it.is_ascii_alphanumeric() || it == '-' {
                    it
                } else {
                    '_'
                }
            })
            .take(80)
            .collect();
        // Two ids that differ only in letters a file name cannot hold stay two.
        let plain = safe == id.as_str();
        let tail = if plain {
            String::new()
        } else {
            format!(
                "-{:016x}",
                crate::common::digest64([id.as_str().as_bytes()])
            )
        };
        let name = format!("rapport-{safe}{tail}");
        let uid = link
            .map(|it| it.as_str().trim().to_owned())
            .filter(|it| !it.is_empty() && !it.contains(['\n', '\r']));
        Ok(Self {
            collection,
            uid: uid.unwrap_or_else(|| name.clone()),
            path: format!("{collection}/{name}.{ending}"),
        })
    }
}

fn body_of(block: &Block) -> Result<Body, String> {
    let text = super::reading::text_of(&block.bytes);
    match block.kind.as_str() {
        "VTODO" => todo::map(&text).map(|it| Body::Task(it.task)),
        _ => vcard::map(&text),
    }
}

fn value(body: &Body, edit: &Edit) -> FieldValue {
    fields_of(body).remove(&edit.field).unwrap_or_default()
}

fn holds(body: &Body, edits: &[Edit]) -> bool {
    edits.iter().all(|edit| value(body, edit) == edit.mine)
}

fn applied(path: &str, uid: &str, component: &[u8]) -> Receipt {
    Receipt::Applied {
        handle: Some(Handle::new(component_handle(path, uid))),
        revision: Some(revision(component)),
    }
}

fn utf8(place: &Place) -> Result<&str, Fault> {
    std::str::from_utf8(&place.block.bytes).map_err(|_not_utf8| {
        Fault::Rejected(format!(
            "{} is not written in UTF-8 and is only read",
            place.path
        ))
    })
}

fn writable(target: &ItemRef) -> Result<(), Fault> {
    match target.collection.as_str() {
        "tasks" | "contacts" => Ok(()),
        other => Err(Fault::Rejected(format!(
            "what a folder holds as \"{other}\" is only read; tasks and contacts can be changed"
        ))),
    }
}

fn gone(target: &ItemRef) -> Fault {
    Fault::Rejected(format!("{} is not in the folder any more", target.handle))
}

fn refused(command: &Command) -> Fault {
    Fault::Rejected(format!(
        "a folder cannot do \"{}\"; it keeps tasks and contacts",
        command.word()
    ))
}

fn linked(path: &str) -> Fault {
    Fault::Denied(format!(
        "{path} leads out of the folder; nothing was written"
    ))
}

fn unwritable(full: &Path, error: &std::io::Error) -> Fault {
    let shown = full.display();
    match error.kind() {
        ErrorKind::NotFound => scan::unreachable_folder(full, error),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Fault::Denied(format!("{shown} may not be written; nothing was changed"))
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Fault::Transient(format!(
            "the disk is full; {shown} is as it was, free some space"
        )),
        _ => Fault::Transient(format!(
            "{shown} could not be written ({error}) and is as it was"
        )),
    }
}
