//! Opens a profile: finds its folder, its key and its secrets.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rapport_api::doctor;
use rapport_engine::SystemClock;
use rapport_model::Clock as _;
use rapport_model::connector::Vault;
use rapport_session::{PASSPHRASE, Session, SessionError, borrowed};
use rapport_store::key::{self, DbKey, Passphrase};
use rapport_store::{Db, Profile};
use serde::Serialize;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use crate::args::Cli;
use crate::failure::Failure;
use crate::out::{Out, clean, table};

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

/// The profile's folder.
fn home(cli: &Cli) -> Result<PathBuf, Failure> {
    Ok(rapport_session::home(cli.home.as_deref())?)
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
                Failure::keychain(
                    "passphrase_unreadable",
                    format!("The passphrase cannot be read from descriptor {descriptor}: {error}."),
                )
            })?;
        return Ok(Some(Passphrase::new(text.trim_end_matches(['\r', '\n']))));
    }
    Ok(rapport_session::passphrase()?)
}

/// The keychain, unless the user said to do without or none answers.
fn keychain(cli: &Cli) -> Option<Arc<dyn Vault>> {
    if cli.no_keychain {
        return None;
    }
    rapport_session::keychain().ok()
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Place(_) => Self::usage(error.to_string()),
            SessionError::PassphraseNotText => {
                Self::keychain("passphrase_unreadable", error.to_string())
            }
            SessionError::Unlock(error) => error.into(),
            SessionError::Open(error) => error.into(),
            SessionError::Api(error) => error.into(),
        }
    }
}

fn unlocked(cli: &Cli, profile: &Profile) -> Result<DbKey, Failure> {
    let passphrase = passphrase(cli)?;
    let keychain = keychain(cli);
    Ok(key::unlock(
        profile,
        borrowed(keychain.as_ref()),
        passphrase.as_ref(),
    )?)
}

/// Opens the profile with everything on it.
pub(crate) fn open(cli: &Cli) -> Result<Session, Failure> {
    let profile = Profile::at(&home(cli)?);
    let key = unlocked(cli, &profile)?;
    let lock = profile.lock()?;
    Ok(rapport_session::open(&profile, lock, &key, keychain(cli))?)
}

/// What the doctor can say of a profile that does not open.
pub(crate) fn closed(cli: &Cli, out: Out, why: &Failure) -> Result<(), Failure> {
    let profile = Profile::at(&home(cli)?);
    let keychain = (!cli.no_keychain).then(rapport_session::keychain);
    let keychain = keychain.as_ref().map(|it| match it {
        Ok(it) => Ok(&**it),
        Err(error) => Err(error.clone()),
    });
    let what = match why.code {
        6 => "key",
        7 => "database",
        _ => "profile",
    };
    let report = doctor::closed(&profile, keychain, (what, &why.message), SystemClock.now());
    crate::run::care::report(out, &report)
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
    rapport_session::create(&profile, keychain.as_ref(), passphrase.as_ref())?;
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
    let vault = borrowed(keychain.as_ref());
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

/// What was saved of a damaged profile.
#[derive(Debug, Serialize)]
struct Saved {
    home: PathBuf,
    tables: Vec<SavedTable>,
    /// Rows that hung on lost ones.
    dropped: u64,
    carried: Vec<CarriedAlong>,
}

/// What was saved of one table.
#[derive(Debug, Serialize)]
struct SavedTable {
    table: String,
    rows: u64,
    holes: u64,
}

/// What came along of that which lay beside the database.
#[derive(Debug, Serialize)]
struct CarriedAlong {
    name: String,
    files: u64,
    left: Vec<String>,
}

/// Saves what can be read of a damaged database into a new profile, with what lies beside it.
pub(crate) fn recover(cli: &Cli, out: Out, to: &Path) -> Result<(), Failure> {
    let profile = Profile::at(&home(cli)?);
    let key = unlocked(cli, &profile)?;
    let _lock = profile.lock()?;
    let fresh = Profile::at(to);
    let saved = Db::recover(&profile, &key, &fresh, Arc::new(SystemClock))?;
    let saved = Saved {
        home: fresh.home().to_path_buf(),
        tables: saved
            .tables
            .into_iter()
            .map(|it| SavedTable {
                table: it.name,
                rows: it.rows,
                holes: it.holes,
            })
            .collect(),
        dropped: saved.dropped,
        carried: saved
            .carried
            .into_iter()
            .map(|it| CarriedAlong {
                name: it.name,
                files: it.files,
                left: it.left,
            })
            .collect(),
    };
    out.show(&saved, |saved| {
        let mut text = table(
            ["table", "rows saved", "stretches lost"],
            saved
                .tables
                .iter()
                .map(|it| [it.table.clone(), it.rows.to_string(), it.holes.to_string()]),
        );
        text.push_str(&format!(
            "\n{} rows hung on lost ones and were left out.",
            saved.dropped
        ));
        for part in &saved.carried {
            if part.files > 0 {
                let name = clean(&part.name, 200);
                text.push_str(&format!("\nCopied along: {name}, files: {}.", part.files));
            }
            for left in &part.left {
                text.push_str(&format!("\nNot copied: {}.", clean(left, 400)));
            }
        }
        text.push_str(&format!(
            "\nThe damaged file is untouched. To go on with what was saved: rapport --home {}",
            saved.home.display(),
        ));
        text
    })
}
