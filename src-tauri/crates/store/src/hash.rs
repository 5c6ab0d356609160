//! Short fingerprints of foreign text.
//!
//! SHA-256, cut: processors here do it in hardware at over a gigabyte a second,
//! so a faster hash would save well under a microsecond an item, while the
//! texts come from outside and whoever writes them must not be able to make
//! two versions that look the same to us.

use sha2::{Digest, Sha256};

/// The first 128 bits of a SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Print {
    /// Bits 0 to 63.
    pub(crate) first: u64,
    /// Bits 64 to 127.
    pub(crate) second: u64,
}

impl Print {
    /// The form that is stored.
    pub(crate) fn bytes(self) -> [u8; 16] {
        (u128::from(self.first) << 64 | u128::from(self.second)).to_be_bytes()
    }

    /// 64 bits as SQLite's integer.
    pub(crate) const fn key(self) -> i64 {
        i64::from_be_bytes(self.first.to_be_bytes())
    }
}

/// The fingerprint of several parts; where one ends matters.
pub(crate) fn of(parts: &[&[u8]]) -> Print {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut words = digest.chunks_exact(8).map(|it| {
        it.iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    });
    Print {
        first: words.next().unwrap_or_default(),
        second: words.next().unwrap_or_default(),
    }
}
