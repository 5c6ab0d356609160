//! What a folder takes, told by its mapping: no table is opened for it.

use rapport_model::Command;
use rapport_model::connector::Offer;

use crate::files::folder::Folder;
use crate::files::mapping::Mapping;
use crate::files::{table, vcard};

impl Folder {
    /// What is taken of a command where it aims.
    pub(in crate::files) fn offers(&self, command: &Command) -> Offer {
        let collection = command.collection().as_str();
        match command {
            Command::SetFields { target, .. } => match collection {
                // A task keeps fields of any name.
                "tasks" => Offer::Unsaid,
                "contacts" => Offer::only(&vcard::FIELDS),
                table::COLLECTION => self.columns(target.handle.as_str()),
                _ => Offer::Nothing,
            },
            Command::Create { .. } | Command::Delete { .. } => match collection {
                "tasks" | "contacts" => Offer::Unsaid,
                _ => Offer::Nothing,
            },
            _ => Offer::Unsaid,
        }
    }

    /// The fields of a row; both the path and the key may hold `#`.
    fn columns(&self, handle: &str) -> Offer {
        // A mapping that cannot be read is told of when the row is written.
        let Ok(mapping) = Mapping::load(&self.root) else {
            return Offer::Unsaid;
        };
        let mut paths = handle
            .match_indices('#')
            .filter_map(|(at, _)| handle.get(..at));
        match paths.find_map(|path| mapping.files.get(path)) {
            None => Offer::Unsaid,
            // Without a key rows are named by where they stand, and only read.
            Some(table) if table.key.is_empty() => Offer::Nothing,
            Some(table) => Offer::Only(table::fields(table)),
        }
    }
}
