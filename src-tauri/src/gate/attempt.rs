//! One attempt to open or make a profile. Blocks: the keychain may ask the user
//! something, and a passphrase is made expensive on purpose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use rapport_api::dto::MakeSample;
use rapport_model::connector::Vault;
use rapport_session::{Session, SessionError, borrowed};
use rapport_store::Profile;
use rapport_store::key::{self, DbKey, Passphrase};
use tokio_util::sync::CancellationToken;

use super::PATIENCE;
use super::state::{Facts, Progress};

/// Opens the sample workspace; there is nothing in it to guard.
const SAMPLE_PASSPHRASE: &str = "sample company, nothing secret";

/// What the user wants.
#[derive(Debug)]
pub(crate) enum Wish {
    /// Open what is there.
    Open(Option<Passphrase>),
    /// Open what is there with the passphrase and put its key into the keychain.
    Repair(Passphrase),
    /// Make a profile.
    Make {
        /// Wraps its key.
        passphrase: Option<Passphrase>,
        /// Keep the key in the keychain.
        keychain: bool,
    },
    /// Make or open the sample workspace.
    Sample,
}

/// Where the attempt is made.
pub(crate) struct Ground<'a> {
    /// The profile.
    pub(crate) profile: &'a Profile,
    /// The keychain, where one answers and is wanted.
    pub(crate) keychain: Option<Arc<dyn Vault>>,
    /// Hears how far it is.
    pub(crate) progress: &'a (dyn Fn(Progress) + Send + Sync),
}

/// What can be said of a profile without its key, beside what is known already.
pub(crate) fn facts(profile: &Profile, known: Facts) -> Facts {
    Facts {
        database: profile.has_database(),
        passphrase: key::has_passphrase(profile).unwrap_or(false),
        ..known
    }
}

/// Tries it.
pub(crate) fn attempt(ground: &Ground<'_>, wish: Wish) -> Result<Session, SessionError> {
    match wish {
        Wish::Open(passphrase) => open(ground, |keychain| {
            key::unlock(ground.profile, keychain, passphrase.as_ref()).map_err(Into::into)
        }),
        Wish::Repair(passphrase) => open(ground, |keychain| {
            let key = key::unlock(ground.profile, keychain, Some(&passphrase))?;
            remember(ground, &key);
            Ok(key)
        }),
        Wish::Make {
            passphrase,
            keychain,
        } => {
            let into = ground.keychain.clone().filter(|_| keychain);
            let key = rapport_session::create(ground.profile, into.as_ref(), passphrase.as_ref())?;
            open(ground, |_keychain| Ok(key))
        }
        Wish::Sample => sample(ground),
    }
}

/// A second process is told that it is one before it is asked for anything. The
/// profile is taken only once the key is there: a keychain may let us wait for
/// its user for as long as it likes, and meanwhile the passphrase must do.
fn open(
    ground: &Ground<'_>,
    key: impl FnOnce(Option<&dyn Vault>) -> Result<DbKey, SessionError>,
) -> Result<Session, SessionError> {
    if !ground.profile.has_database() {
        // The lock would make the folder; looking must leave no trace.
        return Err(key::UnlockError::NoDatabase.into());
    }
    drop(ground.profile.lock()?);
    let key = key(borrowed(ground.keychain.as_ref()))?;
    let lock = ground.profile.lock()?;
    rapport_session::open(ground.profile, lock, &key, ground.keychain.clone())
}

/// Puts the key into the keychain, which may ask its user first. The passphrase
/// was right, so the profile opens whatever becomes of this.
fn remember(ground: &Ground<'_>, key: &DbKey) {
    let Some(keychain) = ground.keychain.clone() else {
        return;
    };
    let (profile, key) = (ground.profile.clone(), key.clone());
    let (sender, receiver) = mpsc::channel();
    let kept = std::thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            if let Err(error) = key::remember(&profile, keychain.as_ref(), &key) {
                tracing::warn!(%error, "the keychain did not take the key");
            }
            // Nobody may be waiting any more.
            let _gone = sender.send(());
        });
    if let Err(error) = kept {
        tracing::warn!(%error, "the keychain was not asked");
        return;
    }
    if receiver.recv_timeout(PATIENCE).is_err() {
        tracing::info!("the keychain asks its user before it takes the key");
    }
}

/// The sample's key is in no keychain: it must open on any machine, and leave
/// nothing behind when its folder is deleted.
fn sample(ground: &Ground<'_>) -> Result<Session, SessionError> {
    let passphrase = Passphrase::new(SAMPLE_PASSPHRASE);
    let alone = Ground {
        keychain: None,
        ..*ground
    };
    if !ground.profile.has_database() {
        rapport_session::create(ground.profile, None, Some(&passphrase))?;
    }
    let session = open(&alone, |_none| {
        Ok(key::unlock(ground.profile, None, Some(&passphrase))?)
    })?;
    fill(&session, ground.progress)?;
    Ok(session)
}

/// Writes the fictional company and reads it once, unless that was done before.
fn fill(
    session: &Session,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(), SessionError> {
    let api = &session.api;
    let known = api.hub().accounts().map_err(rapport_api::ApiError::from)?;
    if !known.is_empty() {
        return Ok(());
    }
    tauri::async_runtime::block_on(async {
        let planned = Some(rapport_sample::DEFAULT_MESSAGES);
        let made = api
            .sample_with(MakeSample::default(), |done| {
                progress(Progress {
                    step: "write",
                    done,
                    total: planned,
                });
            })
            .await?;
        let total = Some(made.counts.iter().map(|(_, count)| count).sum());
        let read = Mutex::new(BTreeMap::new());
        let heard = |it: &rapport_engine::Progress| {
            if let rapport_engine::Progress::Page {
                collection,
                changes,
                ..
            } = it
            {
                let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
                read.insert(collection.clone(), *changes);
                progress(Progress {
                    step: "read",
                    done: read.values().sum(),
                    total,
                });
            }
        };
        api.hub()
            .sync_once(None, &CancellationToken::new(), &heard)
            .await
            .map_err(rapport_api::ApiError::from)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests;
