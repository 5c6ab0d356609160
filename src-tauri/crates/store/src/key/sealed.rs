//! `vault.json`: secrets on a machine without a keychain, each sealed under a
//! key derived from the data key.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rapport_model::connector::{Vault, VaultError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{DbKey, random};
use crate::db::lock;
use crate::profile::{Profile, replace};

const NONCE: usize = 24;

/// Secrets in a file of the profile. Names are readable, values are not.
pub struct SealedVault {
    path: PathBuf,
    cipher: XChaCha20Poly1305,
    /// One change of the file at a time.
    turn: Mutex<()>,
}

impl fmt::Debug for SealedVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedVault")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[derive(Default, Serialize, Deserialize)]
struct File {
    version: u32,
    secrets: BTreeMap<String, String>,
}

impl SealedVault {
    /// The vault of a profile, under its data key.
    #[must_use]
    pub fn new(profile: &Profile, key: &DbKey) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"rapport vault key 1");
        hasher.update(key.bytes());
        let derived: Zeroizing<[u8; 32]> = Zeroizing::new(hasher.finalize().into());
        Self {
            path: profile.vault(),
            cipher: XChaCha20Poly1305::new(derived.as_ref().into()),
            turn: Mutex::new(()),
        }
    }

    fn load(&self) -> Result<File, VaultError> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                VaultError::Failed(format!(
                    "{} is damaged ({error}); nothing was changed, put back a copy of it",
                    self.path.display()
                ))
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(File {
                version: 1,
                secrets: BTreeMap::new(),
            }),
            Err(error) => Err(VaultError::Failed(error.to_string())),
        }
    }

    fn save(&self, file: &File) -> Result<(), VaultError> {
        let bytes = serde_json::to_vec_pretty(file)
            .map_err(|error| VaultError::Failed(error.to_string()))?;
        replace(&self.path, &bytes).map_err(|error| VaultError::Failed(error.to_string()))
    }

    fn change(&self, with: impl FnOnce(&mut File) -> bool) -> Result<(), VaultError> {
        let _turn = lock(&self.turn);
        let mut file = self.load()?;
        if with(&mut file) {
            self.save(&file)?;
        }
        Ok(())
    }
}

impl Vault for SealedVault {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        let _turn = lock(&self.turn);
        let Some(text) = self.load()?.secrets.remove(name) else {
            return Ok(None);
        };
        let unreadable =
            || VaultError::Failed(format!("the secret {name} does not open under this key"));
        let bytes = STANDARD.decode(text).ok().ok_or_else(unreadable)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE).ok_or_else(unreadable)?;
        let opened = self
            .cipher
            .decrypt(
                XNonce::from_slice(nonce),
                // The name is part of the seal: values cannot be swapped.
                Payload {
                    msg: sealed,
                    aad: name.as_bytes(),
                },
            )
            .ok()
            .ok_or_else(unreadable)?;
        String::from_utf8(opened)
            .ok()
            .ok_or_else(unreadable)
            .map(Some)
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        let nonce = random::<NONCE>().map_err(|error| VaultError::Failed(error.to_string()))?;
        let sealed = self
            .cipher
            .encrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: secret.as_bytes(),
                    aad: name.as_bytes(),
                },
            )
            .map_err(|error| VaultError::Failed(format!("the secret {name}: {error}")))?;
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        let text = STANDARD.encode(bytes);
        self.change(|file| {
            file.secrets.insert(name.to_owned(), text);
            true
        })
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.change(|file| file.secrets.remove(name).is_some())
    }
}
