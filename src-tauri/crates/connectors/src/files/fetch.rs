//! Single items, the set of all handles, and the bytes of attachments.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::Path;

use rapport_model::connector::IdSet;
use rapport_model::{Change, CollectionId, Fault, Handle, Item, Revision};

use super::folder::Folder;
use super::mail::{self, PartSource};
use super::mbox::Slices;
use super::reading;
use super::scan::{self, Format, Found};

impl Folder {
    /// The items as they are now; reads only files the handles name, where
    /// handles name files.
    pub(super) fn fetch(
        &self,
        collection: &CollectionId,
        handles: &[Handle],
    ) -> Result<Vec<Item>, Fault> {
        let wanted: BTreeSet<&str> = handles.iter().map(Handle::as_str).collect();
        let mut out: Vec<Item> = Vec::new();
        if wanted.is_empty() {
            return Ok(out);
        }
        let named = collection.as_str() != "mail";
        self.each_item(
            collection,
            |found| {
                !named
                    || wanted.iter().any(|it| {
                        it.strip_prefix(found.path.as_str())
                            .is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
                    })
            },
            |item| {
                let fresh = !out.iter().any(|known| known.handle == item.handle);
                if wanted.contains(item.handle.as_str()) && fresh {
                    out.push(item);
                }
                out.len() < wanted.len()
            },
        )?;
        Ok(out)
    }

    /// Every handle.
    pub(super) fn ids(&self, collection: &CollectionId) -> Result<IdSet, Fault> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut ids: Vec<(Handle, Option<Revision>)> = Vec::new();
        self.each_item(
            collection,
            |_| true,
            |item| {
                if seen.insert(item.handle.as_str().to_owned()) {
                    ids.push((item.handle, item.revision));
                }
                true
            },
        )?;
        Ok(IdSet { ids })
    }

    /// Hands every item to `take`, until it answers `false`.
    fn each_item(
        &self,
        collection: &CollectionId,
        wanted: impl Fn(&Found) -> bool,
        mut take: impl FnMut(Item) -> bool,
    ) -> Result<(), Fault> {
        let look = self.look(collection)?;
        let mut threads = BTreeSet::new();
        let mut reading = look.reading(self, &mut threads);
        for found in look.files.iter().filter(|found| wanted(found)) {
            let mut from = 0;
            loop {
                let stretch = match reading.stretch(found, from, reading::MAX_CHANGES, true) {
                    Ok(stretch) => stretch,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => break,
                    Err(error) => {
                        return Err(scan::unreachable_folder(
                            &self.root.join(&found.path),
                            &error,
                        ));
                    }
                };
                for change in stretch.changes {
                    if let Change::Upsert(item) = change
                        && !take(*item)
                    {
                        return Ok(());
                    }
                }
                if stretch.done || stretch.next <= from {
                    break;
                }
                from = stretch.next;
            }
        }
        Ok(())
    }

    /// Writes an attachment's bytes.
    pub(super) fn download(&self, source: &str, to: &Path, limit: u64) -> Result<u64, Fault> {
        let lost = || {
            Fault::Rejected(
                "the file is not there any more; let Rapport read the folder again".to_owned(),
            )
        };
        if let Ok(part) = serde_json::from_str::<PartSource>(source) {
            let raw = self.mail_at(&part)?.ok_or_else(lost)?;
            let bytes = mail::part_bytes(&raw, &part).map_err(Fault::Rejected)?;
            return put(to, &mut bytes.as_slice(), limit);
        }
        let value: serde_json::Value = serde_json::from_str(source).unwrap_or_default();
        let path = value
            .get("path")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        let full = scan::inside(&self.root, path)
            .filter(|full| full.is_file())
            .ok_or_else(lost)?;
        let mut file =
            std::fs::File::open(&full).map_err(|error| scan::unreachable_folder(&full, &error))?;
        put(to, &mut file, limit)
    }

    fn mail_at(&self, part: &PartSource) -> Result<Option<Vec<u8>>, Fault> {
        // A Maildir renames its files; the key finds them again.
        let found = match scan::stat(&self.root, &part.file) {
            Some(found) => Some(found),
            None => scan::scan(&self.root)?.remove(&part.file),
        };
        let Some((found, full)) =
            found.and_then(|it| scan::inside(&self.root, &it.path).map(|full| (it, full)))
        else {
            return Ok(None);
        };
        let read = || -> std::io::Result<Option<Vec<u8>>> {
            let mut file = reading::open_at(&full, part.at)?;
            if found.format == Format::Mbox {
                return Ok(Slices::new(file, part.at).next()?.map(|slice| slice.bytes));
            }
            let mut bytes = Vec::new();
            file.by_ref()
                .take(u64::try_from(super::mbox::MAX_MAIL).unwrap_or(u64::MAX))
                .read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        };
        read().map_err(|error| scan::unreachable_folder(&full, &error))
    }
}

/// Copies at most `limit` bytes; more is refused and leaves nothing behind.
fn put(to: &Path, from: &mut dyn std::io::Read, limit: u64) -> Result<u64, Fault> {
    let mut copy = || -> std::io::Result<u64> {
        let mut out = std::fs::File::create(to)?;
        let copied = std::io::copy(&mut from.take(limit.saturating_add(1)), &mut out)?;
        out.flush()?;
        Ok(copied)
    };
    let copied = copy()
        .map_err(|error| Fault::Rejected(format!("{} cannot be written: {error}", to.display())))?;
    if copied > limit {
        std::fs::remove_file(to).ok();
        return Err(Fault::Rejected(format!(
            "the file is larger than {limit} bytes"
        )));
    }
    Ok(copied)
}
