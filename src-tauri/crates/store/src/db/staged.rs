//! Attachments of what is not sent yet, in a profile that was saved into a new folder: outbox
//! and drafts name them by their whole path, and are to find them where they lie now.
//!
//! Every such file lies in a folder whose name was drawn, so the end of a path tells which one
//! is meant; a path is changed only when that file came along.

use std::path::Path;

use rapport_model::Command;
use rapport_model::command::Outgoing;
use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::profile::Profile;

/// Lets everything that waits in `conn` find its files in the profile it is in now.
pub(super) fn point_to(profile: &Profile, conn: &Connection) -> Result<(), StoreError> {
    // Who sends them may stand elsewhere than who saved them.
    let folder =
        std::path::absolute(profile.staged()).map_err(|error| StoreError::Io(error.to_string()))?;
    let moved = |files: &mut Vec<String>| {
        let before = files.clone();
        for file in files.iter_mut() {
            if let Some(now) = now_at(file, &folder) {
                *file = now;
            }
        }
        *files != before
    };
    rewrite::<Command>(conn, "outbox", "command", |command| match command {
        Command::Send { message, .. } => moved(&mut message.files),
        _ => false,
    })?;
    for table in ["draft", "draft_version"] {
        rewrite::<Outgoing>(conn, table, "content", |draft| moved(&mut draft.files))?;
    }
    Ok(())
}

/// Where a file lies now; `None` when it is no staged one, or did not come along.
fn now_at(file: &str, folder: &Path) -> Option<String> {
    let old = Path::new(file);
    let (drawn, name) = (old.parent()?, old.file_name()?);
    let tail = Path::new("files").join("staged").join(drawn.file_name()?);
    if !drawn.ends_with(tail) {
        return None;
    }
    let now = folder.join(drawn.file_name()?).join(name);
    now.is_file().then(|| now.display().to_string())
}

/// Changes what a column of JSON holds, where `change` says that it did.
fn rewrite<T: Serialize + DeserializeOwned>(
    conn: &Connection,
    table: &str,
    column: &str,
    change: impl Fn(&mut T) -> bool,
) -> Result<(), StoreError> {
    let rows: Vec<(i64, String)> = conn
        .prepare(&format!(
            "SELECT rowid, {column} FROM {table} WHERE {column} LIKE '%staged%'"
        ))?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut put = conn.prepare(&format!(
        "UPDATE {table} SET {column} = ?2 WHERE rowid = ?1"
    ))?;
    for (row, text) in rows {
        // What cannot be read is left as it was saved.
        let Ok(mut value) = serde_json::from_str::<T>(&text) else {
            continue;
        };
        if change(&mut value) {
            put.execute(params![row, serde_json::to_string(&value)?])?;
        }
    }
    Ok(())
}
