//! Opens connections: the key first, then what every one of them must have.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::form::Form;
use crate::error::{OpenError, StoreError};
use crate::key::{self, DbKey};
use crate::profile::Profile;

/// A writer that waits this long for the file has met another process.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// In kibibytes: the indexes with random keys of a million items stay warm,
/// and the whole process stays far below 300 MB.
const WRITER_CACHE: i64 = 64 * 1024;
/// In kibibytes, for each of a handful of readers: the pages of a dozen large customers. One
/// page too little, and going through them in turn finds none of them again.
const READER_CACHE: i64 = 16 * 1024;

/// The default of 1000 pages copies the same hot pages of the indexes into the
/// file after every page of a pull; at 32 MB they are copied once for many.
const CHECKPOINT_PAGES: u32 = 8000;

/// The default of 16 would prepare the same statements for every item.
const STATEMENTS: usize = 256;

/// Opens a file, or makes it with that salt.
fn connect(
    path: &Path,
    key: &DbKey,
    form: Form,
    salt: Option<&[u8; 16]>,
) -> Result<Connection, rusqlite::Error> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if salt.is_some() {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let conn = Connection::open_with_flags(path, flags)?;
    // Its own log goes to stderr, which belongs to the user; errors come back
    // as errors anyway.
    conn.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    let hex = key.hex();
    let text = Zeroizing::new(format!(
        "PRAGMA key = \"x'{}{}'\";",
        hex.as_str(),
        salt.map(|it| key::hex(it)).unwrap_or_default()
    ));
    conn.execute_batch(&text)?;
    // The first connection of a process turns the log on again with its key.
    conn.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    form.tell(&conn)?;
    // Locking every page buffer in memory costs half the throughput and guards
    // against a reader of our memory, who has the key anyway.
    conn.execute_batch("PRAGMA cipher_memory_security = OFF;")?;
    conn.busy_timeout(BUSY)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // The first statement that reads the file, and so the one that tells
    // whether the key fits.
    conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    crate::search::register(&conn)?;
    Ok(conn)
}

const COMMON: &str = "
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA mmap_size = 0;
";

/// The one connection that writes and checkpoints. No other is open yet.
pub(crate) fn connect_writer(profile: &Profile, key: &DbKey) -> Result<Connection, OpenError> {
    let path = profile.database();
    let told = |error: rusqlite::Error| explain(profile, key, &error);
    let is_new = !profile.has_database();
    let salt = if is_new {
        Some(match key::chosen_salt(profile) {
            Some(chosen) => chosen,
            None => key::new_salt().map_err(|error| OpenError::Io(error.to_string()))?,
        })
    } else {
        None
    };
    let form = salt
        .as_ref()
        .map_or_else(|| Form::of_file(&path), Form::of_salt);
    let conn = connect(&path, key, form, salt.as_ref()).map_err(told)?;
    if is_new {
        restrict(&path)?;
    }
    conn.execute_batch("PRAGMA journal_mode = WAL;")
        .map_err(told)?;
    conn.execute_batch(COMMON).map_err(told)?;
    conn.execute_batch(&format!(
        "PRAGMA cache_size = -{WRITER_CACHE}; PRAGMA journal_size_limit = 67108864; \
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};"
    ))
    .map_err(told)?;
    Ok(conn)
}

/// A connection that can only ask, and never checkpoints, not even when it is
/// the last to close.
pub(super) fn connect_reader(
    path: &Path,
    key: &DbKey,
    form: Form,
) -> Result<Connection, StoreError> {
    let conn = connect(path, key, form, None)?;
    conn.execute_batch(COMMON)?;
    conn.execute_batch(&format!(
        "PRAGMA cache_size = -{READER_CACHE}; PRAGMA wal_autocheckpoint = 0; \
         PRAGMA query_only = ON;"
    ))?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(conn)
}

#[cfg(unix)]
fn restrict(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn restrict(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// What to do about a damaged file.
pub(super) const ADVICE: &str = "Make a copy of the folder first. Then \"rapport doctor \
     --recover NEW-FOLDER\" saves everything that can be read into a new profile. What came from \
     your accounts is fetched again by the next sync.";

/// Says which of the distinct reasons an error at opening is.
pub(super) fn explain(profile: &Profile, key: &DbKey, error: &rusqlite::Error) -> OpenError {
    use rusqlite::ErrorCode as Code;
    let corrupt = || OpenError::Corrupt {
        path: profile.database(),
        advice: ADVICE.to_owned(),
    };
    let text = error.to_string();
    match error.sqlite_error_code() {
        // A wrong key and a damaged first page look the same to SQLCipher. The
        // fingerprint beside the wrapped key tells them apart.
        Some(Code::NotADatabase) => match key::fits(profile, key) {
            Some(true) => corrupt(),
            Some(false) | None => OpenError::WrongKey,
        },
        Some(Code::DatabaseCorrupt) => corrupt(),
        Some(Code::DiskFull) => OpenError::DiskFull(text),
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => OpenError::Locked(text),
        _ => OpenError::Io(text),
    }
}
