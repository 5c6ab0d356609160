//! `recovery.json`: the name of the keychain entry, a fingerprint of the key,
//! and the key wrapped by a passphrase. None of it is secret without that.

use std::fs;
use std::io::ErrorKind;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{DbKey, Passphrase, UnlockError, hex, new_salt, random};
use crate::db::form::{self, Form};
use crate::profile::{Profile, replace};

/// 2 where the salt speaks of the form of the pages: a version that does not know that would
/// take the database for a damaged one.
const VERSION: u32 = 2;

/// What the sealed bytes are about; a box for something else does not open.
const PURPOSE: &[u8] = b"rapport data key 1";

/// 64 MiB and three passes: about a sixth of a second where this was written,
/// and 64 MiB for every guess of somebody who has the file.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// More than this in a file is not ours, and would freeze the machine.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;

/// The file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Recovery {
    version: u32,
    /// Salt of the database file, 32 hex digits. Names the keychain entry too,
    /// so that a lost `recovery.json` can be told from the file itself.
    salt: String,
    /// First half of a hash of the key: tells a wrong key from a damaged file.
    check: String,
    /// The key under the passphrase.
    wrapped: Option<Wrapped>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Wrapped {
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
    sealed: String,
}

impl Recovery {
    pub(super) fn new(key: &DbKey) -> Result<Self, UnlockError> {
        Ok(Self::with_salt(key, hex(&new_salt()?)))
    }

    fn with_salt(key: &DbKey, salt: String) -> Self {
        let older = parsed(&salt).is_none_or(|it| Form::of_salt(&it) == Form::First);
        Self {
            version: if older { 1 } else { VERSION },
            salt,
            check: check(key),
            wrapped: None,
        }
    }

    /// For a database whose `recovery.json` was lost.
    pub(super) fn of_file(profile: &Profile, key: &DbKey) -> Result<Self, UnlockError> {
        Ok(Self::with_salt(key, salt_of_file(profile)?))
    }

    /// Reads the file; `None` when there is none.
    pub(super) fn load(profile: &Profile) -> Result<Option<Self>, UnlockError> {
        let path = profile.recovery();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Err(damaged("it is not text"));
            }
            Err(error) => return Err(error.into()),
        };
        let found: Self =
            serde_json::from_str(&text).map_err(|error| damaged(&error.to_string()))?;
        if found.version > VERSION {
            return Err(damaged("a newer version of Rapport wrote it"));
        }
        if found.salt.len() != 32 || !found.salt.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Err(damaged("its salt is not one"));
        }
        Ok(Some(found))
    }

    pub(super) fn save(&self, profile: &Profile) -> Result<(), UnlockError> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| damaged(&error.to_string()))?;
        Ok(replace(&profile.recovery(), &text)?)
    }

    /// Moves the file out of the way under a name that is free.
    pub(super) fn set_aside(profile: &Profile) -> Result<(), UnlockError> {
        let path = profile.recovery();
        for number in 1..10_000 {
            let aside = path.with_extension(format!("{number}.json"));
            if !aside.exists() {
                return Ok(fs::rename(&path, aside)?);
            }
        }
        Err(damaged("there are too many old ones"))
    }

    /// The salt as the database has it.
    pub(super) fn salt_bytes(&self) -> Option<[u8; 16]> {
        parsed(&self.salt)
    }

    /// The name of the keychain entry.
    pub(super) fn entry(&self) -> String {
        entry(&self.salt)
    }

    pub(super) fn fits(&self, key: &DbKey) -> bool {
        self.check == check(key)
    }

    pub(super) const fn is_wrapped(&self) -> bool {
        self.wrapped.is_some()
    }

    pub(super) fn wrap(&mut self, key: &DbKey, passphrase: &Passphrase) -> Result<(), UnlockError> {
        if passphrase.as_str().trim().is_empty() {
            return Err(UnlockError::EmptyPassphrase);
        }
        let salt = random::<16>()?;
        let nonce = random::<24>()?;
        let stretched = stretch(passphrase, &salt, MEMORY_KIB, PASSES)?;
        let sealed = XChaCha20Poly1305::new(stretched.as_ref().into())
            .encrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: key.bytes(),
                    aad: PURPOSE,
                },
            )
            .map_err(|error| damaged(&error.to_string()))?;
        self.wrapped = Some(Wrapped {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            salt: STANDARD.encode(salt),
            nonce: STANDARD.encode(nonce),
            sealed: STANDARD.encode(sealed),
        });
        Ok(())
    }

    pub(super) fn unwrap(&self, passphrase: &Passphrase) -> Result<DbKey, UnlockError> {
        let wrapped = self.wrapped.as_ref().ok_or(UnlockError::NoRecovery)?;
        if wrapped.memory_kib > MOST_MEMORY_KIB || wrapped.passes > MOST_PASSES {
            return Err(damaged("its cost is beyond reason"));
        }
        let salt = decode(&wrapped.salt)?;
        let sealed = decode(&wrapped.sealed)?;
        let nonce: [u8; 24] = decode(&wrapped.nonce)?
            .try_into()
            .ok()
            .ok_or_else(|| damaged("its nonce is not one"))?;
        let stretched = stretch(passphrase, &salt, wrapped.memory_kib, wrapped.passes)?;
        let opened = XChaCha20Poly1305::new(stretched.as_ref().into())
            .decrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: &sealed,
                    aad: PURPOSE,
                },
            )
            .map(Zeroizing::new)
            // A box that does not open says no more than that.
            .ok()
            .ok_or(UnlockError::WrongPassphrase)?;
        let bytes = opened
            .as_slice()
            .try_into()
            .ok()
            .ok_or_else(|| damaged("the key has the wrong length"))?;
        let key = DbKey::from_bytes(bytes);
        if self.fits(&key) {
            Ok(key)
        } else {
            Err(damaged("the key does not match its fingerprint"))
        }
    }
}

fn parsed(salt: &str) -> Option<[u8; 16]> {
    Some(u128::from_str_radix(salt, 16).ok()?.to_be_bytes())
}

fn stretch(
    passphrase: &Passphrase,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
) -> Result<Zeroizing<[u8; 32]>, UnlockError> {
    let params = Params::new(memory_kib, passes, 1, Some(32))
        .map_err(|error| damaged(&error.to_string()))?;
    let mut out = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_str().as_bytes(), salt, out.as_mut())
        .map_err(|error| damaged(&error.to_string()))?;
    Ok(out)
}

/// Half of a hash under a label of its own: says whether a key is the one,
/// and nothing else about it.
fn check(key: &DbKey) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"rapport key check 1");
    hasher.update(key.bytes());
    let digest = hasher.finalize();
    hex(digest.get(..16).unwrap_or_default())
}

fn decode(text: &str) -> Result<Vec<u8>, UnlockError> {
    STANDARD
        .decode(text)
        .map_err(|error| damaged(&error.to_string()))
}

fn entry(salt: &str) -> String {
    format!("database/{}", name(salt))
}

/// What tells a profile's entries in the keychain from those of another one.
fn name(salt: &str) -> &str {
    salt.get(..16).unwrap_or(salt)
}

/// The same of a profile.
pub(super) fn name_of(profile: &Profile) -> Result<String, UnlockError> {
    let known = Recovery::load(profile)?;
    Ok(name(&salt_of(known.as_ref(), profile)?).to_owned())
}

/// The name of a profile's keychain entry.
pub(super) fn entry_of(known: Option<&Recovery>, profile: &Profile) -> Result<String, UnlockError> {
    Ok(entry(&salt_of(known, profile)?))
}

/// As `recovery.json` says it, or the database itself where that is lost.
fn salt_of(known: Option<&Recovery>, profile: &Profile) -> Result<String, UnlockError> {
    match known {
        Some(known) => Ok(known.salt.clone()),
        None => salt_of_file(profile),
    }
}

/// SQLCipher keeps its salt in the first 16 bytes of the file.
fn salt_of_file(profile: &Profile) -> Result<String, UnlockError> {
    let damaged = |why: &str| UnlockError::Damaged {
        what: "The database file".to_owned(),
        advice: format!("Put back a backup. ({why})"),
    };
    match form::salt_of_file(&profile.database()) {
        Ok(Some(salt)) => Ok(hex(&salt)),
        Ok(None) => Err(damaged("it is too short")),
        Err(error) => Err(damaged(&error.to_string())),
    }
}

fn damaged(why: &str) -> UnlockError {
    UnlockError::Damaged {
        what: format!("The file recovery.json ({why})"),
        advice: "Put back a copy of it from a backup, or move it away and unlock with the \
                 keychain."
            .to_owned(),
    }
}
