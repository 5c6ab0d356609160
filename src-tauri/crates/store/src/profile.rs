//! The folder of a profile: which file lies where, and who holds it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use rapport_model::AccountId;

use crate::error::OpenError;

/// The paths of one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    home: PathBuf,
}

impl Profile {
    /// The profile in the folder `home`, which need not exist yet.
    #[must_use]
    pub fn at(home: &Path) -> Self {
        Self {
            home: home.to_path_buf(),
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The encrypted database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.home.join("rapport.db")
    }

    /// The data key, wrapped by the recovery passphrase.
    #[must_use]
    pub fn recovery(&self) -> PathBuf {
        self.home.join("recovery.json")
    }

    /// The sealed secrets of a machine without a keychain.
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.home.join("vault.json")
    }

    /// Where the connectors' private folders lie.
    #[must_use]
    pub fn states(&self) -> PathBuf {
        self.home.join("state")
    }

    /// A connector's private folder.
    #[must_use]
    pub fn state(&self, account: &AccountId) -> PathBuf {
        self.states().join(file_name(account.as_str()))
    }

    /// Local attachments.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.home.join("files")
    }

    /// Attachments of what is not sent yet.
    #[must_use]
    pub fn staged(&self) -> PathBuf {
        self.files().join("staged")
    }

    /// The file whose lock says that a process has the profile.
    #[must_use]
    pub fn lock_file(&self) -> PathBuf {
        self.home.join("lock")
    }

    /// Whether there is a database with anything in it. An empty file is none:
    /// a crash before the first page leaves one.
    #[must_use]
    pub fn has_database(&self) -> bool {
        fs::metadata(self.database()).is_ok_and(|it| it.len() > 0)
    }

    /// Makes the folder, readable by its owner only.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn create(&self) -> Result<(), OpenError> {
        fs::create_dir_all(&self.home)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&self.home, fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }

    /// Takes the profile for this process, until the lock is dropped.
    ///
    /// # Errors
    /// [`OpenError::Locked`] when another process has it.
    pub fn lock(&self) -> Result<ProfileLock, OpenError> {
        self.create()?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.lock_file())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Best effort: Windows does not let a locked file be read.
                if file.read_to_string(&mut holder).is_err() || holder.trim().is_empty() {
                    holder.clear();
                    holder.push_str("unknown process");
                }
                return Err(OpenError::Locked(holder.trim().to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        writeln!(file, "process {}", std::process::id())?;
        Ok(ProfileLock { _file: file })
    }
}

/// Holds the profile for this process. The operating system lets go when the
/// process ends in whatever way, so a crash leaves nothing to clean up.
#[derive(Debug)]
pub struct ProfileLock {
    _file: File,
}

/// Account ids are chosen here, but a folder name must not depend on that.
fn file_name(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !id.is_empty() && id.len() <= 64 && id.chars().all(plain) {
        return id.to_owned();
    }
    let hash = crate::hash::of(&[id.as_bytes()]);
    format!("account-{:016x}", hash.first)
}

/// Replaces a small file so that a crash leaves the old or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    fs::rename(&beside, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_belongs_to_one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::at(dir.path());
        let held = profile.lock().unwrap();
        assert!(matches!(profile.lock(), Err(OpenError::Locked(_))));
        drop(held);
        profile.lock().unwrap();
    }

    #[test]
    fn a_hostile_account_id_stays_inside_the_folder() {
        let profile = Profile::at(Path::new("/home/ada/rapport"));
        for id in ["../../etc", "a/b", "", ".", "nul\0", "x y"] {
            let path = profile.state(&AccountId::new(id));
            assert_eq!(path.parent(), Some(Path::new("/home/ada/rapport/state")));
        }
        assert!(profile.state(&AccountId::new("crm-1")).ends_with("crm-1"));
    }
}
