//! Writes tasks and contacts back into their files.
//!
//! One component changes, every other byte of the file stays. Before the new
//! file takes the old one's place both the component's stamp and the file as a
//! whole are compared once more; what remains is the blink between comparing
//! and renaming.

mod component;
mod create;
mod words;

use rapport_model::field::fields_of;
use rapport_model::{
    Body, Command, CommandId, Edit, Fault, FieldValue, Handle, ItemRef, Kind, Receipt, Revision,
};

use super::folder::{Folder, lock};
use super::reading::{component_handle, revision};
use super::{moment, todo, vcard};
use component::{body_of, utf8};
use create::New;
use words::{gone, refused};

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

fn writable(target: &ItemRef) -> Result<(), Fault> {
    match target.collection.as_str() {
        "tasks" | "contacts" => Ok(()),
        other => Err(Fault::Rejected(format!(
            "what a folder holds as \"{other}\" is only read; tasks and contacts can be changed"
        ))),
    }
}
