//! Opens a profile: finds its folder, its key and its secrets.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use rapport_api::Api;
use rapport_engine::{Hub, Parts, SystemClock};
use rapport_model::connector::Vault;
use rapport_store::key::{self, DbKey, OsKeychain, Passphrase, SealedVault, UnlockError};
use rapport_store::{Db, OpenError, Profile, ProfileLock};
use serde::Serialize;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use crate::args::Cli;
use crate::failure::Failure;
use crate::out::{Out, table};

/// The variable that holds the recovery passphrase on machines without a keychain.
const PASSPHRASE: &str = "RAPPORT_PASSPHRASE";

/// Where the log goes: standard error, warnings only unless asked for.
pub(crate) fn log(verbose: u8) {
    let level = match verbose {
        // What the chat SDK calls an error we answer for; its log is for debugging.
        0 => "error,matrix_sdk=off,matrix_sdk_crypto=off",
        1 => "warn,rapport_engine=info,rapport_connectors=info",
        2 => "info,rapport_engine=debug,rapport_connectors=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_env("RAPPORT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    // A second subscriber is possible only in tests, where the first one serves.
    drop(
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
    );
}

/// The profile's folder: as named, or the platform's place for application data.
fn home(cli: &Cli) -> Result<PathBuf, Failure> {
    if let Some(home) = &cli.home {
        return std::path::absolute(home)
            .map_err(|error| Failure::usage(format!("{} is no folder: {error}.", home.display())));
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
    base.ok_or_else(|| Failure::usage("No folder for the profile is known. Name one: --home DIR."))
}

/// The passphrase from the descriptor or the environment, if one is given.
fn passphrase(cli: &Cli) -> Result<Option<Passphrase>, Failure> {
    if let Some(descriptor) = cli.passphrase_fd {
        if !cfg!(unix) {
            return Err(Failure::usage(format!(
                "File descriptors cannot be named on this system; use {PASSPHRASE}."
            )));
        }
        let path = PathBuf::from(format!("/dev/fd/{descriptor}"));
        let text = std::fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|error| {
                Failure::keychain(format!(
                    "The passphrase cannot be read from descriptor {descriptor}: {error}."
                ))
            })?;
        return Ok(Some(Passphrase::new(text.trim_end_matches(['\r', '\n']))));
    }
    match std::env::var(PASSPHRASE) {
        Ok(text) => Ok(Some(Passphrase::new(text))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::keychain(format!("{PASSPHRASE} is not text.")))
        }
    }
}

/// The keychain, unless the user said to do without or none answers.
fn keychain(cli: &Cli) -> Option<OsKeychain> {
    let keychain = OsKeychain::default();
    (!cli.no_keychain && keychain.status().is_ok()).then_some(keychain)
}

impl From<UnlockError> for Failure {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::NoDatabase => Self::not_found(error.to_string()),
            UnlockError::DatabaseExists | UnlockError::EmptyPassphrase => {
                Self::usage(error.to_string())
            }
            UnlockError::Damaged { .. } | UnlockError::Io(_) => Self::database(error.to_string()),
            _ => Self::keychain(error.to_string()),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::WrongKey => Self::keychain(error.to_string()),
            OpenError::Locked(_) => Self {
                code: 1,
                word: "refused",
                message: error.to_string(),
            },
            _ => Self::database(error.to_string()),
        }
    }
}

fn unlocked(cli: &Cli, profile: &Profile) -> Result<DbKey, Failure> {
    let passphrase = passphrase(cli)?;
    let keychain = keychain(cli);
    let vault = keychain.as_ref().map(|it| -> &dyn Vault { it });
    Ok(key::unlock(profile, vault, passphrase.as_ref())?)
}

/// Where the accounts' secrets lie: in the sealed file if this profile has one
/// or no keychain answers, in the keychain otherwise.
fn vault(cli: &Cli, profile: &Profile, key: &DbKey) -> Arc<dyn Vault> {
    match keychain(cli) {
        Some(keychain) if !profile.vault().exists() => Arc::new(keychain),
        _ => Arc::new(SealedVault::new(profile, key)),
    }
}

/// An open profile; nobody else has it until this is dropped.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) api: Arc<Api>,
    _lock: ProfileLock,
}

/// Opens the profile with everything on it.
pub(crate) fn open(cli: &Cli) -> Result<Open, Failure> {
    let profile = Profile::at(&home(cli)?);
    let key = unlocked(cli, &profile)?;
    let lock = profile.lock()?;
    let clock: Arc<SystemClock> = Arc::new(SystemClock);
    let db = Db::open(&profile, &key, clock.clone())?;
    let vault = vault(cli, &profile, &key);
    let hub = Hub::open(Parts {
        db,
        registry: rapport_connectors::registry(),
        vault: Arc::clone(&vault),
        clock,
        seed: Hub::fresh_seed().map_err(rapport_api::ApiError::from)?,
    });
    let api = Arc::new(Api::new(hub, vault, TimeZone::system()));
    Ok(Open { api, _lock: lock })
}

/// What `init` and `unlock` did.
#[derive(Debug, Serialize)]
struct Kept {
    home: PathBuf,
    keychain: bool,
    passphrase: bool,
}

pub(crate) fn init(cli: &Cli, out: Out) -> Result<(), Failure> {
    let profile = Profile::at(&home(cli)?);
    let passphrase = passphrase(cli)?;
    let keychain = keychain(cli);
    let vault = keychain.as_ref().map(|it| -> &dyn Vault { it });
    let key = key::create(&profile, vault, passphrase.as_ref())?;
    let _lock = profile.lock()?;
    Db::open(&profile, &key, Arc::new(SystemClock))?;
    let kept = Kept {
        home: profile.home().to_path_buf(),
        keychain: keychain.is_some(),
        passphrase: passphrase.is_some(),
    };
    out.show(&kept, |kept| {
        let mut text = format!("Made an encrypted database in {}.", kept.home.display());
        if !kept.passphrase {
            text.push_str(&format!(
                "\nOnly the keychain can open it. Set a recovery passphrase: {PASSPHRASE}=… rapport unlock"
            ));
        }
        text.push_str("\nNext: rapport sample, or rapport account add");
        text
    })
}

pub(crate) fn unlock(cli: &Cli, out: Out) -> Result<(), Failure> {
    let profile = Profile::at(&home(cli)?);
    let passphrase = passphrase(cli)?;
    let keychain = keychain(cli);
    let vault = keychain.as_ref().map(|it| -> &dyn Vault { it });
    // A passphrase that is new here is set; one that is set must fit.
    let fresh = passphrase.is_some() && !key::has_passphrase(&profile)?;
    let with = passphrase.as_ref().filter(|_| !fresh);
    let key = key::unlock(&profile, vault, with)?;
    if let Some(keychain) = vault {
        key::remember(&profile, keychain, &key)?;
    }
    if let Some(passphrase) = passphrase.as_ref().filter(|_| fresh) {
        key::set_passphrase(&profile, &key, passphrase)?;
    }
    let kept = Kept {
        home: profile.home().to_path_buf(),
        keychain: keychain.is_some(),
        passphrase: key::has_passphrase(&profile)?,
    };
    out.show(&kept, |kept| {
        let yes = |it: bool| if it { "yes" } else { "no" };
        format!(
            "The key opens {}.\nIn the keychain: {}\nRecovery passphrase set: {}",
            kept.home.display(),
            yes(kept.keychain),
            yes(kept.passphrase)
        )
    })
}

/// What was saved of one table.
#[derive(Debug, Serialize)]
struct SavedTable {
    table: String,
    rows: u64,
    holes: u64,
}

/// Saves what can be read of a damaged database into a new profile.
pub(crate) fn recover(cli: &Cli, out: Out, to: &Path) -> Result<(), Failure> {
    let profile = Profile::at(&home(cli)?);
    let key = unlocked(cli, &profile)?;
    let _lock = profile.lock()?;
    let fresh = Profile::at(to);
    let saved = Db::recover(&profile, &key, &fresh, Arc::new(SystemClock))?;
    let rows: Vec<SavedTable> = saved
        .tables
        .iter()
        .map(|it| SavedTable {
            table: it.name.clone(),
            rows: it.rows,
            holes: it.holes,
        })
        .collect();
    out.show(&rows, |rows| {
        let mut text = table(
            ["table", "rows saved", "stretches lost"],
            rows.iter().map(|it| [it.table.clone(), it.rows.to_string(), it.holes.to_string()]),
        );
        text.push_str(&format!(
            "\n{} rows hung on lost ones and were left out.\nThe damaged file is untouched. To go on with what was saved: rapport --home {}",
            saved.dropped,
            fresh.home().display(),
        ));
        text
    })
}
