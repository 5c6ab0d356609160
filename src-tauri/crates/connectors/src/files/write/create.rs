//! New tasks and contacts, each in a file of its own.

use std::io::ErrorKind;

use rapport_model::{Body, CommandId, Fault, Handle, ItemRef, LinkId, Receipt};

use super::words::{linked, unwritable};
use crate::files::folder::Folder;
use crate::files::reading::{component_handle, revision};
use crate::files::{moment, replace, scan, todo, vcard};

impl Folder {
    /// Makes a file for a new item, unless an earlier push made it.
    pub(super) fn create(
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
            Ok(()) => Ok(Receipt::Applied {
                handle: Some(Handle::new(component_handle(&new.path, &new.uid))),
                revision: Some(revision(component.as_bytes())),
            }),
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
    pub(super) fn find_new(&self, new: &New) -> Result<Option<Receipt>, Fault> {
        let there = self.find(&ItemRef::new(
            new.collection,
            component_handle(&new.path, &new.uid),
        ))?;
        if let Some(place) = there {
            return Ok(Some(place.applied(place.revision())));
        }
        // Another program may have moved it into a file of its own.
        for found in self.look(&new.collection.into())?.files {
            let handle = component_handle(&found.path, &new.uid);
            if let Some(place) = self.find(&ItemRef::new(new.collection, handle))? {
                return Ok(Some(place.applied(place.revision())));
            }
        }
        Ok(None)
    }
}

/// An item to be made.
#[derive(Debug)]
pub(super) struct New {
    pub(super) collection: &'static str,
    pub(super) uid: String,
    pub(super) path: String,
}

impl New {
    /// The name follows from the command, so that a second push finds the first.
    pub(super) fn of(
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
