//! Who is signed in, and the SDK client that speaks for them.
//!
//! Secrets lie in the vault: `account/<id>/session` (tokens, as one line of base64) and
//! `account/<id>/store` (the passphrase of the SDK's own files, drawn once). The SDK keeps
//! its state and its encryption keys in a folder below the account's private one; the
//! session names which, because a new device must never open the keys of an old one.
//! A vault that does not answer is a passing fault, never "signed out".

use std::fmt;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::authentication::oauth::{ClientId, OAuthSession, UserSession};
use matrix_sdk::config::RequestConfig;
use matrix_sdk::cross_process_lock::CrossProcessLockConfig;
use matrix_sdk::encryption::{BackupDownloadStrategy, EncryptionSettings};
use matrix_sdk::ruma::UserId;
use matrix_sdk::{AuthSession, Client, ClientBuilder, SessionChange};
use rapport_model::Fault;
use rapport_model::connector::Setting;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::sync::broadcast::error::TryRecvError;

use super::fault::{self, REQUEST_TIMEOUT};
use super::security::Asks;
use super::sign_in::Pending;
use crate::common::unanswered;

/// What the homeserver and the users see this device called.
pub(super) const DEVICE_NAME: &str = "Rapport";

/// The answers to the manifest's form.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Config {
    /// A domain (`example.org`) or the homeserver's address; one that is not named is empty.
    #[serde(default)]
    pub(super) homeserver: String,
}

/// What the vault keeps of a sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Record {
    /// The homeserver's address, found once: starting must not need the network.
    pub(super) homeserver: String,
    /// The folder of the SDK's files, below the account's.
    pub(super) folder: String,
    /// The tokens.
    pub(super) auth: Auth,
}

/// The tokens of a sign-in, by the way it was made.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Auth {
    /// The homeserver's own sign-in (password, single sign-on).
    Matrix(MatrixSession),
    /// OAuth 2.
    OAuth {
        /// As which client this installation is registered.
        client_id: ClientId,
        /// User, device, tokens.
        user: UserSession,
    },
}

impl Auth {
    fn of(client: &Client) -> Option<Self> {
        match client.session()? {
            AuthSession::Matrix(session) => Some(Self::Matrix(session)),
            AuthSession::OAuth(session) => Some(Self::OAuth {
                client_id: session.client_id,
                user: session.user,
            }),
            _ => None,
        }
    }

    fn session(self) -> AuthSession {
        match self {
            Self::Matrix(session) => session.into(),
            Self::OAuth { client_id, user } => {
                AuthSession::OAuth(Box::new(OAuthSession { client_id, user }))
            }
        }
    }

    /// Whose sign-in it is.
    pub(super) fn user(&self) -> &UserId {
        match self {
            Self::Matrix(session) => &session.meta.user_id,
            Self::OAuth { user, .. } => &user.meta.user_id,
        }
    }

    /// Which device this sign-in made.
    pub(super) fn device(&self) -> &str {
        match self {
            Self::Matrix(session) => session.meta.device_id.as_str(),
            Self::OAuth { user, .. } => user.meta.device_id.as_str(),
        }
    }
}

/// A client that is signed in.
#[derive(Clone)]
pub(super) struct Live {
    /// The SDK.
    pub(super) client: Client,
    /// The user's id.
    pub(super) me: String,
    /// Who asked this device to compare emoji.
    pub(super) asked: Asks,
}

/// The account's sign-in, opened when first needed.
pub(super) struct Session {
    pub(super) setting: Setting,
    pub(super) config: Config,
    open: Mutex<Option<Live>>,
    pub(super) pending: Mutex<Option<Pending>>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("account", &self.setting.account)
            .finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(setting: Setting) -> Result<Self, Fault> {
        let config: Config = serde_json::from_value(setting.config.clone())
            .map_err(|error| Fault::Rejected(format!("the homeserver is missing: {error}")))?;
        if config.homeserver.trim().is_empty() {
            return Err(Fault::Rejected("the homeserver is missing".to_owned()));
        }
        Ok(Self {
            setting,
            config,
            open: Mutex::new(None),
            pending: Mutex::new(None),
        })
    }

    /// The signed-in client; restores the session from the vault the first time.
    pub(super) async fn live(&self) -> Result<Live, Fault> {
        let mut open = self.open.lock().await;
        if let Some(live) = open.as_ref() {
            return Ok(live.clone());
        }
        let record = self.record()?.ok_or_else(fault::signed_out)?;
        let passphrase = self.passphrase()?.ok_or_else(|| {
            Fault::SignIn("the key to the encryption files of this account is gone".to_owned())
        })?;
        let client = self
            .builder(&record.folder, &passphrase)
            .homeserver_url(&record.homeserver)
            .build()
            .await
            .map_err(|error| fault::of_build(&error))?;
        self.keep_tokens(&client, &record.folder)?;
        client
            .restore_session(record.auth.session())
            .await
            .map_err(|error| fault::of(&error, fault::Asked::Reading))?;
        let live = Live::new(client)?;
        *open = Some(live.clone());
        Ok(live)
    }

    /// Takes a client that has just signed in as the account's, and keeps its tokens.
    pub(super) async fn adopt(&self, client: Client, folder: &str) -> Result<String, Fault> {
        let live = Live::new(client)?;
        let me = live.me.clone();
        write_record(&self.setting, &live.client, folder)?;
        *self.open.lock().await = Some(live);
        self.remove_folders_but(Some(folder));
        Ok(me)
    }

    /// Lets go of the client; the next use opens the session anew.
    pub(super) async fn close(&self) {
        *self.open.lock().await = None;
    }

    /// The record of a session whose device and keys may be used again by signing in:
    /// the server ended its tokens, but not the device (a "soft" sign-out). The server is
    /// asked each time; what was seen of the end before is gone after a failed try or a restart.
    pub(super) async fn reusable(&self) -> Result<Option<Record>, Fault> {
        let Some(record) = self.record()? else {
            return Ok(None);
        };
        let live = match self.live().await {
            Ok(live) => live,
            Err(Fault::SignIn(_)) => return Ok(None),
            // Without a look at the old keys nobody may decide to do without them.
            Err(fault) => return Err(fault),
        };
        let mut changes = live.client.subscribe_to_session_changes();
        match live.client.whoami().await {
            // Still good; who signs in all the same wants another device or is another user.
            Ok(_) => return Ok(None),
            Err(error) => match fault::of_http(&error, fault::Asked::Reading) {
                Fault::SignIn(_) => {}
                fault => return Err(fault),
            },
        }
        let soft = loop {
            match changes.try_recv() {
                Ok(SessionChange::UnknownToken(end)) => break end.soft_logout,
                // The channel holds one; an older one that was pushed out is no end of it.
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(_) => break false,
            }
        };
        Ok(soft.then_some(record))
    }

    /// The session's record, from the vault.
    pub(super) fn record(&self) -> Result<Option<Record>, Fault> {
        let kept = self.setting.vault.read(&session_key(&self.setting));
        let Some(line) = kept.map_err(|error| unanswered(&error))? else {
            return Ok(None);
        };
        let broken = || Fault::SignIn("the kept sign-in cannot be read any more".to_owned());
        let json = BASE64.decode(line.trim()).map_err(|_bad| broken())?;
        serde_json::from_slice(&json)
            .map(Some)
            .map_err(|_bad| broken())
    }

    /// The passphrase of the SDK's files.
    fn passphrase(&self) -> Result<Option<String>, Fault> {
        self.setting
            .vault
            .read(&store_key(&self.setting))
            .map_err(|error| unanswered(&error))
    }

    /// The passphrase of the SDK's files, drawn now if there is none. Read back before use:
    /// files whose key was not kept would be lost with the first restart.
    pub(super) fn passphrase_or_new(&self) -> Result<String, Fault> {
        if let Some(passphrase) = self.passphrase()? {
            return Ok(passphrase);
        }
        let drawn = BASE64.encode(random::<32>()?);
        let vault = &self.setting.vault;
        vault
            .write(&store_key(&self.setting), &drawn)
            .map_err(|error| unanswered(&error))?;
        match self.passphrase()? {
            Some(kept) if kept == drawn => Ok(drawn),
            _ => Err(Fault::Transient(
                "the keychain does not keep what it is given".to_owned(),
            )),
        }
    }

    /// A name for a folder that does not exist yet.
    pub(super) fn new_folder() -> Result<String, Fault> {
        Ok(format!("sdk-{}", nonce()?))
    }

    /// A client on the files in `folder`, without an address yet.
    pub(super) fn builder(&self, folder: &str, passphrase: &str) -> ClientBuilder {
        Client::builder()
            .sqlite_store(self.folder(folder), Some(passphrase))
            .handle_refresh_tokens()
            // The outbox and the supervisor decide when to try again; the SDK never does.
            .request_config(
                RequestConfig::new()
                    .disable_retry()
                    .timeout(REQUEST_TIMEOUT),
            )
            // The address was found or given by the user; a login answer does not move it.
            .respect_login_well_known(false)
            .user_agent(concat!("Rapport/", env!("CARGO_PKG_VERSION")))
            .with_encryption_settings(EncryptionSettings {
                auto_enable_cross_signing: false,
                backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
                auto_enable_backups: false,
            })
            .cross_process_store_config(CrossProcessLockConfig::SingleProcess)
    }

    /// Writes every new pair of tokens to the vault before the SDK goes on: a refresh token
    /// is good for one use, and losing its successor means signing in again.
    pub(super) fn keep_tokens(&self, client: &Client, folder: &str) -> Result<(), Fault> {
        let (setting, folder) = (self.setting.clone(), folder.to_owned());
        client
            .set_session_callbacks(
                Box::new(|client| {
                    client
                        .session_tokens()
                        .ok_or_else(|| Box::from("there is no session"))
                }),
                Box::new(move |client| {
                    write_record(&setting, &client, &folder)
                        .map_err(|fault| Box::from(fault.to_string()))
                }),
            )
            .map_err(|error| fault::of(&error, fault::Asked::Reading))
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.setting.state_dir.join(name)
    }

    /// Removes what earlier devices left behind. Best effort: it is only disk space.
    pub(super) fn remove_folders_but(&self, keep: Option<&str>) {
        let Ok(entries) = std::fs::read_dir(&self.setting.state_dir) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if name.starts_with("sdk-")
                && Some(name) != keep
                && let Err(error) = std::fs::remove_dir_all(entry.path())
            {
                tracing::warn!(%error, "old encryption files stay behind");
            }
        }
    }

    /// The names of this account's secrets.
    pub(super) fn secrets(&self) -> Vec<String> {
        vec![session_key(&self.setting), store_key(&self.setting)]
    }

    /// Removes the secrets of this account.
    pub(super) fn forget(&self) -> Result<(), Fault> {
        for key in self.secrets() {
            self.setting
                .vault
                .remove(&key)
                .map_err(|error| unanswered(&error))?;
        }
        Ok(())
    }
}

impl Live {
    fn new(client: Client) -> Result<Self, Fault> {
        let meta = client.session_meta().ok_or_else(fault::signed_out)?;
        let me = meta.user_id.to_string();
        let asked = Asks::listen(&client);
        Ok(Self { client, me, asked })
    }
}

fn write_record(setting: &Setting, client: &Client, folder: &str) -> Result<(), Fault> {
    let auth = Auth::of(client).ok_or_else(fault::signed_out)?;
    let record = Record {
        homeserver: client.homeserver().to_string(),
        folder: folder.to_owned(),
        auth,
    };
    let json = serde_json::to_vec(&record)
        .map_err(|error| Fault::Transient(format!("the sign-in cannot be kept: {error}")))?;
    setting
        .vault
        .write(&session_key(setting), &BASE64.encode(json))
        .map_err(|error| unanswered(&error))
}

fn session_key(setting: &Setting) -> String {
    format!("account/{}/session", setting.account)
}

fn store_key(setting: &Setting) -> String {
    format!("account/{}/store", setting.account)
}

/// A name that nothing has had before.
pub(super) fn nonce() -> Result<String, Fault> {
    Ok(hex(&random::<8>()?))
}

fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::Transient(format!("no randomness: {error}")))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
