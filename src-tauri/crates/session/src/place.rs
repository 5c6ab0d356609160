//! Where a profile lies and which passphrase the environment names.

use std::path::{Path, PathBuf};

use rapport_store::key::Passphrase;

use crate::SessionError;

/// The variable that holds the recovery passphrase on machines without a keychain.
pub const PASSPHRASE: &str = "RAPPORT_PASSPHRASE";

/// The profile's folder: as named, or the platform's place for application data.
///
/// # Errors
/// The name is no path, or the system names no place.
pub fn home(named: Option<&Path>) -> Result<PathBuf, SessionError> {
    if let Some(named) = named {
        return std::path::absolute(named).map_err(|error| {
            SessionError::Place(format!("{} is no folder: {error}.", named.display()))
        });
    }
    let env = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = if cfg!(windows) {
        env("APPDATA").map(|path| path.join("Rapport"))
    } else if cfg!(target_os = "macos") {
        env("HOME").map(|path| path.join("Library/Application Support/Rapport"))
    } else {
        env("XDG_DATA_HOME")
            .or_else(|| env("HOME").map(|path| path.join(".local/share")))
            .map(|path| path.join("rapport"))
    };
    base.ok_or_else(|| {
        SessionError::Place("No folder for the profile is known. Name one: --home DIR.".to_owned())
    })
}

/// The folder of the sample workspace beside a profile's: trying it out must
/// never touch what is the user's own.
#[must_use]
pub fn home_of_sample(home: &Path) -> PathBuf {
    let mut name = home.file_name().unwrap_or_default().to_os_string();
    name.push("-sample");
    home.with_file_name(name)
}

/// The passphrase of the environment, if one is given.
///
/// # Errors
/// It is not text.
pub fn passphrase() -> Result<Option<Passphrase>, SessionError> {
    match std::env::var(PASSPHRASE) {
        Ok(text) => Ok(Some(Passphrase::new(text))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(SessionError::PassphraseNotText),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_lies_beside_the_profile_and_never_in_it() {
        let own = Path::new("/home/ines/.local/share/rapport");
        let sample = home_of_sample(own);
        assert_eq!(sample, Path::new("/home/ines/.local/share/rapport-sample"));
        assert!(!sample.starts_with(own));
    }

    #[test]
    fn a_named_folder_is_made_absolute() {
        let home = home(Some(Path::new("mine"))).unwrap();
        assert!(home.is_absolute() && home.ends_with("mine"));
    }
}
