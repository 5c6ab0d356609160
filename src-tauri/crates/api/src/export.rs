//! Writes what is here into open formats: one JSON line an item, by kind, with
//! a README that says what each file holds.
//!
//! Streams: memory stays the same for ten items and for a million. The raw form
//! of each source goes along, so that nothing is lost by our mapping.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use rapport_model::{Kind, LinkId};
use rapport_store::{Db, Scope, Stored};
use serde::Serialize;

use crate::dto::{Exported, ExportedFile, Said};
use crate::error::{ApiError, Code};

/// One line of an export.
#[derive(Debug, Serialize)]
struct Line<'a> {
    account: &'a str,
    collection: &'a str,
    handle: &'a str,
    link: Option<&'a str>,
    at: String,
    #[serde(flatten)]
    body: &'a rapport_model::Body,
    raw: Option<&'a str>,
}

const README: &str = "This folder was written by Rapport. Each .jsonl file holds one JSON object a \
line: account, collection and handle say where the item sits at its source, link is its \
Message-ID, UID or transaction id, at is its moment (RFC 3339, UTC), body is the item as Rapport \
reads it, raw is the source's own form.\n";

/// Writes the export; `to` must be new or empty.
///
/// # Errors
/// The folder is not empty, the disk is full, or the database cannot be read.
pub(crate) fn write(db: &Db, to: &Path, scope: &Scope) -> Result<Exported, ApiError> {
    let full = fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some());
    if full {
        let folder = to.display().to_string();
        let text = format!("{folder} is not empty. Nothing was written; name a new folder.");
        return Err(ApiError::told(
            Code::Refused,
            Said::new("folder_full", text).with("folder", folder),
        ));
    }
    fs::create_dir_all(to).map_err(|error| io(to, &error))?;
    let readme = to.join("README.txt");
    fs::write(&readme, README).map_err(|error| io(&readme, &error))?;
    let mut files = Files {
        to,
        open: BTreeMap::new(),
    };
    let mut failed = None;
    let unreadable = db.read(|reader| {
        let (_, unreadable) = reader.walk(scope, |stored| {
            let raw = reader.raw(stored.id)?;
            Ok(match files.line(&stored, raw.as_deref()) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            })
        })?;
        Ok(unreadable)
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    if !unreadable.is_empty() {
        tracing::warn!(
            count = unreadable.len(),
            "items could not be read and are not in the export"
        );
    }
    files.finish()
}

/// One open file a kind.
struct Files<'a> {
    to: &'a Path,
    open: BTreeMap<Kind, (BufWriter<File>, u64)>,
}

impl Files<'_> {
    fn line(&mut self, stored: &Stored, raw: Option<&str>) -> Result<(), ApiError> {
        let kind = stored.item.body.kind();
        let path = path_of(self.to, kind);
        let file = match self.open.entry(kind) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(free) => {
                let file = File::create(&path).map_err(|error| io(&path, &error))?;
                free.insert((BufWriter::new(file), 0))
            }
        };
        let line = Line {
            account: stored.account.as_str(),
            collection: stored.collection.as_str(),
            handle: stored.item.handle.as_str(),
            link: stored.item.link.as_ref().map(LinkId::as_str),
            at: stored.item.at.rfc3339(),
            body: &stored.item.body,
            raw,
        };
        let mut text = serde_json::to_vec(&line)
            .map_err(|error| ApiError::new(Code::Internal, error.to_string()))?;
        text.push(b'\n');
        file.0.write_all(&text).map_err(|error| io(&path, &error))?;
        file.1 = file.1.saturating_add(1);
        Ok(())
    }

    fn finish(self) -> Result<Exported, ApiError> {
        let mut files = Vec::new();
        for (kind, (mut file, items)) in self.open {
            let path = path_of(self.to, kind);
            file.flush().map_err(|error| io(&path, &error))?;
            files.push(ExportedFile {
                path: path.display().to_string(),
                items,
            });
        }
        Ok(Exported { files })
    }
}

fn path_of(to: &Path, kind: Kind) -> std::path::PathBuf {
    to.join(format!("{}.jsonl", kind.word()))
}

fn io(path: &Path, error: &std::io::Error) -> ApiError {
    let code = if error.kind() == std::io::ErrorKind::StorageFull {
        Code::DiskFull
    } else {
        Code::Refused
    };
    let file = path.display().to_string();
    let text = format!("{file} cannot be written: {error}. The database was not touched.");
    ApiError::told(
        code,
        Said::new("export_file", text)
            .with("file", file)
            .with("why", error.to_string()),
    )
}
