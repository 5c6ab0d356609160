//! Puts a file in place of another so that a reader sees the old one or the
//! new one, never a half.

use std::io::{Result, Write as _};
use std::path::Path;

/// Writes `bytes` beside `path`, makes sure they are on the disk, and renames.
///
/// # Errors
/// Something on the way failed; the old file is then as it was.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new()
        .prefix(".rapport-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    new.write_all(bytes)?;
    if let Ok(old) = std::fs::metadata(path) {
        // A shared folder stays as readable as it was.
        new.as_file().set_permissions(old.permissions())?;
    }
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    // The rename itself must survive a power cut, where the system can say so.
    if let Ok(folder) = std::fs::File::open(folder) {
        folder.sync_all().ok();
    }
    Ok(())
}

/// The same for a file that must not be there yet.
///
/// # Errors
/// It is there already, or something on the way failed.
pub(super) fn put_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new()
        .prefix(".rapport-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    new.write_all(bytes)?;
    new.as_file().sync_all()?;
    new.persist_noclobber(path).map_err(|error| error.error)?;
    if let Ok(folder) = std::fs::File::open(folder) {
        folder.sync_all().ok();
    }
    Ok(())
}
