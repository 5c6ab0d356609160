//! Short digests, for bookmarks and revisions.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The first eight bytes of the SHA-256 of these parts, as a number.
#[must_use]
pub fn digest64<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// The first `count` bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8], count: usize) -> String {
    bytes
        .iter()
        .take(count)
        .fold(String::with_capacity(count * 2), |mut out, byte| {
            // Writing to a string cannot fail.
            write!(out, "{byte:02x}").ok();
            out
        })
}
