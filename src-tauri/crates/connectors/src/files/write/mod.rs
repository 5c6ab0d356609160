//! Writes tasks, contacts and rows of tables back into their files.
//!
//! One component or one row changes, every other byte of the file stays. Before
//! the new file takes the old one's place both the item's stamp and the file as a
//! whole are compared once more; what remains is the blink between comparing
//! and renaming.

mod component;
mod create;
mod offer;
mod place;
mod row;
mod words;

use std::io::ErrorKind;

use rapport_model::field::fields_of;
use rapport_model::{
    Body, Command, CommandId, Edit, Fault, FieldValue, ItemRef, Kind, Receipt, Revision,
};

use super::folder::{Folder, lock};
use super::{scan, table};
use create::New;
use place::Place;
use words::{changed, gone, refused};

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
                Ok(if place.holds(edits) {
                    place.applied(place.revision())
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

    fn set_fields(
        &self,
        target: &ItemRef,
        kind: Kind,
        edits: &[Edit],
        base: Option<&Revision>,
    ) -> Result<Receipt, Fault> {
        let place = self.find(target)?.ok_or_else(|| gone(target))?;
        let body = place.body().map_err(Fault::Rejected)?;
        if body.kind() != kind {
            return Err(Fault::Rejected(format!(
                "{} is a {}, not a {}",
                target.handle,
                body.kind().word(),
                kind.word()
            )));
        }
        if place.holds(edits) {
            return Ok(place.applied(place.revision()));
        }
        let stale = match base {
            Some(base) => *base != place.revision(),
            None => edits.iter().any(|edit| value(&body, edit) != edit.base),
        };
        if stale {
            return Err(changed(&place.file.path));
        }
        place.put(&place.edited(edits, self.clock.now())?)
    }

    fn delete(&self, target: &ItemRef, base: Option<&Revision>) -> Result<Receipt, Fault> {
        if target.collection.as_str() == table::COLLECTION {
            return Err(Fault::Rejected(
                "rows of a table are changed from here and never taken out".to_owned(),
            ));
        }
        let done = Receipt::Applied {
            handle: None,
            revision: None,
        };
        let Some(place) = self.find(target)? else {
            return Ok(done);
        };
        if base.is_some_and(|base| *base != place.revision()) {
            return Err(changed(&place.file.path));
        }
        place.remove()?;
        Ok(done)
    }

    /// The item a reference names. Both a path and a name may hold `#`.
    fn find(&self, target: &ItemRef) -> Result<Option<Place>, Fault> {
        if !self.root.is_dir() {
            return Err(scan::unreachable_folder(
                &self.root,
                &ErrorKind::NotFound.into(),
            ));
        }
        let handle = target.handle.as_str();
        let kind = match target.collection.as_str() {
            "tasks" => "VTODO",
            "contacts" => "VCARD",
            table::COLLECTION => return self.row(handle),
            other => {
                return Err(Fault::Rejected(format!(
                    "what a folder holds as \"{other}\" is only read; tasks, contacts and rows of tables can be changed"
                )));
            }
        };
        for (at, _) in handle.match_indices('#') {
            if let (Some(path), Some(uid)) = (handle.get(..at), handle.get(at + 1..))
                && let Some(place) = self.component(path, kind, uid)?
            {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}

/// What a field says now.
fn value(body: &Body, edit: &Edit) -> FieldValue {
    fields_of(body).remove(&edit.field).unwrap_or_default()
}
