//! Room on the disk.

use std::path::Path;

/// Bytes that can still be written beside `path`.
///
/// # Errors
/// The file system does not say.
pub(crate) fn free(path: &Path) -> std::io::Result<u64> {
    fs4::available_space(path)
}
