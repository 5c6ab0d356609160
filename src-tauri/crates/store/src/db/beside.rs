//! What lies beside a database and belongs to it: the sealed secrets of the accounts, the
//! connectors' private folders, where the keys of encrypted chat are, and the attachments of
//! what is not sent yet. They come along into the profile a damaged one is saved into.
//!
//! Invariant: nothing from outside the profile comes along, whatever links lie in it; nothing
//! that is in the new profile is written over; and what cannot be read stays behind with its
//! reason, because the rows that could be saved must not be lost over it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::profile::Profile;

/// Something that came along into a new profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// What it is, as a path in the profile: `vault.json`, `state/chat-1`.
    pub name: String,
    /// So many files of it came along.
    pub files: u64,
    /// What of it stayed behind, each with the reason.
    pub left: Vec<String>,
}

/// Carries everything over. What is not there is left out in silence: most profiles keep their
/// secrets in a keychain, and most connectors keep nothing.
pub(super) fn carry(from: &Profile, to: &Profile) -> Vec<Carried> {
    let work = Work {
        home: from.home(),
        target: fs::canonicalize(to.home()).ok(),
    };
    let mut all = vec![work.part(&from.vault(), &to.vault())];
    match read_folder(&from.states()) {
        Ok(entries) => {
            if let Err(error) = private_folder(&to.states()) {
                all.push(work.kept_back(&from.states(), &error.to_string()));
            } else {
                let entries = entries.into_iter();
                all.extend(entries.map(|it| work.part(&it, &landing(&it, &to.states()))));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => all.push(work.kept_back(&from.states(), &error.to_string())),
    }
    all.push(work.staged(from, to));
    all.retain(|it| it.files > 0 || !it.left.is_empty());
    all
}

struct Work<'a> {
    home: &'a Path,
    /// The new profile may lie inside the old one: it is not copied into itself.
    target: Option<PathBuf>,
}

impl Work<'_> {
    /// A file, or a folder with everything in it.
    fn part(&self, from: &Path, to: &Path) -> Carried {
        let mut done = Carried {
            name: self.name(from),
            ..Carried::default()
        };
        let mut open = vec![(from.to_path_buf(), to.to_path_buf())];
        while let Some((from, to)) = open.pop() {
            match self.step(&from, &to) {
                Ok(Step::Copied) => done.files += 1,
                Ok(Step::Inside(entries)) => open.extend(entries.into_iter().map(|it| {
                    let to = landing(&it, &to);
                    (it, to)
                })),
                Ok(Step::Nothing) => {}
                Err(error) => done.left.push(format!("{}: {error}", self.name(&from))),
            }
        }
        done
    }

    /// The attachments of what is not sent yet; what else lies with them can be fetched again.
    fn staged(&self, from: &Profile, to: &Profile) -> Carried {
        match fs::symlink_metadata(from.files()) {
            Ok(found) if !found.is_dir() => {
                self.kept_back(&from.files(), "not a folder of this profile")
            }
            Ok(_) if from.staged().exists() => match private_folder(&to.files()) {
                Ok(()) => self.part(&from.staged(), &to.staged()),
                Err(error) => self.kept_back(&from.staged(), &error.to_string()),
            },
            _ => Carried::default(),
        }
    }

    fn step(&self, from: &Path, to: &Path) -> io::Result<Step> {
        // Of a link itself, not of what it leads to.
        let what = match fs::symlink_metadata(from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Step::Nothing),
            found => found?.file_type(),
        };
        if what.is_dir() {
            if self.target.is_some() && fs::canonicalize(from).ok() == self.target {
                return Ok(Step::Nothing);
            }
            private_folder(to)?;
            return Ok(Step::Inside(read_folder(from)?));
        }
        if what.is_symlink() {
            return Err(io::Error::other("a link, which is not followed"));
        }
        if !what.is_file() {
            return Err(io::Error::other("not a file"));
        }
        copy(from, to)?;
        Ok(Step::Copied)
    }

    fn kept_back(&self, path: &Path, why: &str) -> Carried {
        Carried {
            name: self.name(path),
            files: 0,
            left: vec![format!("{}: {why}", self.name(path))],
        }
    }

    fn name(&self, path: &Path) -> String {
        let name = path.strip_prefix(self.home).unwrap_or(path);
        name.display().to_string().replace('\\', "/")
    }
}

enum Step {
    Copied,
    Inside(Vec<PathBuf>),
    Nothing,
}

/// Where an entry lands in a folder.
fn landing(entry: &Path, folder: &Path) -> PathBuf {
    folder.join(entry.file_name().unwrap_or_default())
}

/// What is in a folder, which is none if it is a link to one.
fn read_folder(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return Err(io::Error::other("not a folder of this profile"));
    }
    let mut found = fs::read_dir(path)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    found.sort();
    Ok(found)
}

/// A folder for its owner alone.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // A link in its place would lead what is copied out of the new profile.
            if fs::symlink_metadata(path)?.is_dir() {
                Ok(())
            } else {
                Err(error)
            }
        }
        made => made,
    }
}

/// Copies a file for its owner alone; half a file is none.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut target = options.open(to)?;
    let copied = io::copy(&mut source, &mut target).and_then(|_bytes| target.sync_all());
    if copied.is_err() {
        drop(target);
        // The reason is told; that the rest of it stays as well adds nothing.
        drop(fs::remove_file(to));
    }
    copied
}
