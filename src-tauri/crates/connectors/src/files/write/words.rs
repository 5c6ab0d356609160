//! Why a write is not done, in words.

use std::io::ErrorKind;
use std::path::Path;

use rapport_model::{Command, Fault, ItemRef};

use crate::files::scan;

/// The item is not there.
pub(super) fn gone(target: &ItemRef) -> Fault {
    Fault::Rejected(format!("{} is not in the folder any more", target.handle))
}

/// Such a command has no place in a folder.
pub(super) fn refused(command: &Command) -> Fault {
    Fault::Rejected(format!(
        "a folder cannot do \"{}\"; it keeps tasks, contacts and tables",
        command.word()
    ))
}

/// A link would lead the write elsewhere.
pub(super) fn linked(path: &str) -> Fault {
    Fault::Denied(format!(
        "{path} leads out of the folder; nothing was written"
    ))
}

/// The file could not be put in place.
pub(super) fn unwritable(full: &Path, error: &std::io::Error) -> Fault {
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

/// Somebody else was first.
pub(super) fn changed(path: &str) -> Fault {
    Fault::Conflict(format!("{path} was changed by another program"))
}

/// Writing UTF-8 among other letters would spoil both.
pub(super) fn not_utf8(path: &str) -> Fault {
    Fault::Rejected(format!("{path} is not written in UTF-8 and is only read"))
}
