//! The folder being written: a hidden sibling that takes the place of the real
//! one in a single rename when everything is in it.

use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::SampleError;

/// Says that a folder was made here and may be made again.
pub(crate) const MARKER: &str = ".rapport-sample.json";

/// A folder under construction; removed when dropped before it is published.
#[derive(Debug)]
pub(crate) struct Folder {
    target: PathBuf,
    partial: PathBuf,
    published: bool,
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> SampleError {
    let path = path.to_path_buf();
    move |source| SampleError::Write { path, source }
}

impl Folder {
    /// Starts a folder that will end up at `target`.
    pub(crate) fn begin(target: &Path, marker: &str) -> Result<Self, SampleError> {
        check(target)?;
        let name = target
            .file_name()
            .ok_or_else(|| SampleError::NotAFolder(target.to_path_buf()))?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(failed(parent))?;
        let mut partial_name = std::ffi::OsString::from(".");
        partial_name.push(name);
        partial_name.push(".partial");
        let partial = parent.join(partial_name);
        // Left by a run that was killed: ours, because the marker comes first.
        if partial.join(MARKER).is_file() {
            fs::remove_dir_all(&partial).map_err(failed(&partial))?;
        }
        fs::create_dir(&partial).map_err(failed(&partial))?;
        let folder = Self {
            target: target.to_path_buf(),
            partial,
            published: false,
        };
        folder.put(MARKER, marker.as_bytes())?;
        Ok(folder)
    }

    /// Writes one whole file, with the folders above it.
    pub(crate) fn put(&self, path: &str, content: &[u8]) -> Result<(), SampleError> {
        let mut file = self.open(path)?;
        file.write_all(content)
            .and_then(|()| file.flush())
            .map_err(failed(Path::new(path)))
    }

    /// Opens a new file for writing, with the folders above it.
    pub(crate) fn open(&self, path: &str) -> Result<BufWriter<File>, SampleError> {
        let full = self.partial.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        let file = File::create_new(&full).map_err(failed(&full))?;
        Ok(BufWriter::with_capacity(1 << 16, file))
    }

    /// Puts the finished folder in its place.
    pub(crate) fn publish(mut self) -> Result<(), SampleError> {
        check(&self.target)?;
        let mut old = self.partial.clone().into_os_string();
        old.push(".old");
        let old = PathBuf::from(old);
        let replaced = match fs::rename(&self.target, &old) {
            Ok(()) => true,
            Err(e) if e.kind() == ErrorKind::NotFound => false,
            Err(e) => return Err(failed(&self.target)(e)),
        };
        if let Err(e) = fs::rename(&self.partial, &self.target) {
            if replaced {
                fs::rename(&old, &self.target).map_err(failed(&old))?;
            }
            return Err(failed(&self.target)(e));
        }
        self.published = true;
        if replaced {
            fs::remove_dir_all(&old).map_err(failed(&old))?;
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.published {
            // Best effort: the marker lets the next run clear what stays behind.
            drop(fs::remove_dir_all(&self.partial));
        }
    }
}

/// Refuses everything but nothing, an empty folder and an earlier sample.
fn check(target: &Path) -> Result<(), SampleError> {
    let kind = match fs::symlink_metadata(target) {
        Ok(meta) => meta,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(failed(target)(e)),
    };
    if !kind.is_dir() {
        return Err(SampleError::NotAFolder(target.to_path_buf()));
    }
    let mut entries = fs::read_dir(target).map_err(failed(target))?;
    if entries.next().is_none() || target.join(MARKER).is_file() {
        Ok(())
    } else {
        Err(SampleError::NotEmpty(target.to_path_buf()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_someone_elses_files_is_never_touched() {
        let dir = tempfile::tempdir().unwrap();
        let theirs = dir.path().join("work");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("thesis.txt"), "mine").unwrap();
        assert!(matches!(
            Folder::begin(&theirs, "{}"),
            Err(SampleError::NotEmpty(_))
        ));
        assert!(matches!(
            Folder::begin(&theirs.join("thesis.txt"), "{}"),
            Err(SampleError::NotAFolder(_))
        ));
        assert_eq!(
            fs::read_to_string(theirs.join("thesis.txt")).unwrap(),
            "mine"
        );
    }

    #[test]
    fn nothing_is_left_when_a_folder_is_given_up_and_all_of_it_when_published() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a/sample");
        let folder = Folder::begin(&out, "{}").unwrap();
        folder.put("x/y.txt", b"1").unwrap();
        drop(folder);
        assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 0);
        for content in [b"2", b"3"] {
            let folder = Folder::begin(&out, "{}").unwrap();
            folder.put("x/y.txt", content).unwrap();
            folder.publish().unwrap();
            assert_eq!(fs::read(out.join("x/y.txt")).unwrap(), content);
        }
        assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn files_added_while_a_folder_was_made_stop_it() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("sample");
        let folder = Folder::begin(&out, "{}").unwrap();
        fs::create_dir(&out).unwrap();
        fs::write(out.join("late.txt"), "mine").unwrap();
        assert!(matches!(folder.publish(), Err(SampleError::NotEmpty(_))));
        assert!(out.join("late.txt").is_file());
    }
}
