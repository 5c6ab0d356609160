//! How the pages of a file are guarded, as the file itself says.
//!
//! SQLCipher guards each page against change with HMAC-SHA512, unless it is told otherwise
//! before the first page is read. Most processors have instructions for SHA-256 and few have
//! any for SHA-512: with them the guard of a page costs half, and it is most of what
//! decrypting a page costs (measured: 7.3 and 4.2 microseconds for both together). So a new
//! file has HMAC-SHA256 where the processor is quick at it, and older ones stay as they are.
//!
//! Which of the two it is stands in the first 16 bytes, the salt, which are not encrypted:
//! half of it is random, the other half a fingerprint of that half. So a backup, a file that
//! was moved, and one whose `recovery.json` was lost all still say it. The salt of an older
//! file is all random and reads so by chance once in 2^64.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::hash;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// SQLCipher's own choice: files made before there was another.
    First,
    /// Guarded by SHA-256.
    Second,
}

const HALF: usize = 8;

impl Form {
    /// The form that a salt speaks of.
    pub(crate) fn of_salt(salt: &[u8; 16]) -> Self {
        let (random, mark) = salt.split_at(HALF);
        if mark == mark_of(random) {
            Self::Second
        } else {
            Self::First
        }
    }

    /// The form of a file that is there. One that cannot be read, or is too short to have a
    /// salt, is told about by SQLite, in its words.
    pub(super) fn of_file(path: &Path) -> Self {
        match salt_of_file(path) {
            Ok(Some(salt)) => Self::of_salt(&salt),
            Ok(None) | Err(_) => Self::First,
        }
    }

    /// The form of the file that a connection has open.
    pub(super) fn of(conn: &Connection) -> rusqlite::Result<Self> {
        let guard: String = conn.query_row("PRAGMA cipher_hmac_algorithm", [], |row| row.get(0))?;
        Ok(if guard == Self::Second.guard() {
            Self::Second
        } else {
            Self::First
        })
    }

    pub(crate) const fn guard(self) -> &'static str {
        match self {
            Self::First => "HMAC_SHA512",
            Self::Second => "HMAC_SHA256",
        }
    }

    /// Tells a connection, after its key and before its first page.
    pub(super) fn tell(self, conn: &Connection) -> rusqlite::Result<()> {
        conn.execute_batch(&format!("PRAGMA cipher_hmac_algorithm = {};", self.guard()))
    }

    /// Tells what files get that a connection makes beside its own. It holds for the whole
    /// process, so whoever calls this keeps others from it meanwhile.
    pub(super) fn tell_beside(self, conn: &Connection) -> rusqlite::Result<()> {
        conn.execute_batch(&format!(
            "PRAGMA cipher_default_hmac_algorithm = {};",
            self.guard()
        ))
    }
}

/// Whether this processor has instructions for SHA-256. Without them it is slower than
/// SHA-512.
fn is_quick() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("sha")
    }
    #[cfg(target_arch = "aarch64")]
    {
        std::arch::is_aarch64_feature_detected!("sha2")
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        false
    }
}

/// The salt at the head of a file; none where the file is shorter than that. It is read through
/// SQLite, which knows what this process has open: whoever opens the file beside it, and closes
/// it, takes away the locks of every connection to it.
pub(crate) fn salt_of_file(path: &Path) -> rusqlite::Result<Option<[u8; 16]>> {
    // SQLCipher makes up a salt for a file that has none.
    if std::fs::metadata(path).map_or(true, |it| it.len() < 16) {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    // Any key will do: no page is read with it.
    let any = "0".repeat(64);
    conn.execute_batch(&format!(
        "PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{any}'\";"
    ))?;
    let salt: String = conn.query_row("PRAGMA cipher_salt", [], |row| row.get(0))?;
    Ok(u128::from_str_radix(&salt, 16).ok().map(u128::to_be_bytes))
}

/// A salt for a new file, of 16 random bytes.
pub(crate) fn new_salt(random: [u8; 16]) -> [u8; 16] {
    let mut half = [0; HALF];
    half.copy_from_slice(random.split_at(HALF).0);
    if is_quick() {
        second_salt(half)
    } else {
        random
    }
}

/// The salt that says [`Form::Second`].
pub(crate) fn second_salt(random: [u8; HALF]) -> [u8; 16] {
    let mut salt = [0; 16];
    let (first, second) = salt.split_at_mut(HALF);
    first.copy_from_slice(&random);
    second.copy_from_slice(&mark_of(&random));
    salt
}

fn mark_of(random: &[u8]) -> [u8; HALF] {
    hash::of(&[b"rapport pages 2", random]).first.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_says_its_form() {
        let salt = second_salt(*b"8 random");
        assert_eq!(Form::of_salt(&salt), Form::Second);
        for at in 0..16 {
            let mut other = salt;
            other[at] ^= 1;
            assert_eq!(Form::of_salt(&other), Form::First, "{at}");
        }
    }
}
