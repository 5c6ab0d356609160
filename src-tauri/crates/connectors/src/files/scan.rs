//! What lies in the folder now: names, sizes and times, nothing read.
//!
//! Links are never followed, hidden names are passed over, and every path that
//! leaves here is relative, with `/` between its parts.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use rapport_model::{Fault, Millis};

use crate::common::digest64;

/// What a file's name and place say about its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Format {
    /// vCards.
    Cards,
    /// iCalendar.
    Calendar,
    /// Many mails in one file.
    Mbox,
    /// One mail, as `.eml` or in a Maildir.
    Mail,
    /// A chat export, a JSON object a line.
    Chat,
    /// A table.
    Table,
    /// A Markdown page.
    Page,
}

/// A file, as the directory shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// What it is known by: its path, or for a mail in a Maildir its path
    /// without flags and without `cur` or `new`, which change as it is read.
    pub(super) key: String,
    /// From the folder, with `/`.
    pub(super) path: String,
    /// What to read it as.
    pub(super) format: Format,
    /// Bytes.
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    pub(super) mtime: i64,
    /// Digest of everything else its items depend on; 0 when nothing.
    pub(super) extra: u64,
}

impl Found {
    fn new(path: String, format: Format, meta: &fs::Metadata) -> Self {
        let (key, flags) = maildir_key(&path).unwrap_or_else(|| (path.clone(), ""));
        let extra = if flags.is_empty() {
            0
        } else {
            digest64([flags.as_bytes()])
        };
        Self {
            key,
            format,
            size: meta.len(),
            mtime: mtime(meta),
            extra,
            path,
        }
    }

    /// A mail in a Maildir; its bytes never change, its name does.
    pub(super) fn in_maildir(&self) -> bool {
        self.format == Format::Mail && self.key != self.path
    }

    /// Not read yet, as far as the mailbox says.
    pub(super) fn unread(&self) -> bool {
        maildir_key(&self.path).is_some_and(|(_, flags)| !flags.contains('S'))
    }

    /// Written within the last second: somebody may still be at it. A time in
    /// the future says nothing, clocks being what they are.
    pub(super) fn is_hot(&self, now: Millis) -> bool {
        let age = now.0.saturating_sub(self.mtime / 1_000_000);
        u64::try_from(age).is_ok_and(|age| Duration::from_millis(age) < SETTLE)
    }
}

/// How long a file must rest before it is taken as written.
pub(super) const SETTLE: Duration = Duration::from_secs(1);

/// How deep folders may lie in each other; deeper ones are passed over.
const MAX_DEPTH: usize = 32;

/// All readable files below `root`, by path.
///
/// # Errors
/// The folder itself is not there or cannot be listed. One of its folders that
/// cannot be listed is passed over only when it is gone meanwhile.
pub(super) fn scan(root: &Path) -> Result<BTreeMap<String, Found>, Fault> {
    let mut out = BTreeMap::new();
    let mut open: Vec<(PathBuf, String, usize)> = vec![(root.to_path_buf(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if depth > 0 && error.kind() == ErrorKind::NotFound => continue,
            // A part that cannot be read must not look like a part that is empty:
            // everything in it would seem deleted.
            Err(error) => return Err(unreachable_folder(&folder, &error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| unreachable_folder(&folder, &error))?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}/{name}")
            };
            if kind.is_dir() {
                let hidden = name.starts_with('.') && !entry.path().join("cur").is_dir();
                if !hidden && depth < MAX_DEPTH {
                    open.push((entry.path(), path, depth + 1));
                }
            } else if kind.is_file()
                && let Ok(meta) = entry.metadata()
                && let Some(format) = format_of(&path, &name, &entry.path(), meta.len())
            {
                let found = Found::new(path, format, &meta);
                out.insert(found.key.clone(), found);
            }
        }
    }
    Ok(out)
}

/// The state of one file, or `None` when it is not there (any more).
pub(super) fn stat(root: &Path, path: &str) -> Option<Found> {
    let full = inside(root, path)?;
    let meta = fs::symlink_metadata(&full)
        .ok()
        .filter(fs::Metadata::is_file)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let format = format_of(path, name, &full, meta.len())?;
    Some(Found::new(path.to_owned(), format, &meta))
}

/// The full path of a relative one, unless it would leave the folder or goes
/// through a link.
pub(super) fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    let mut full = root.to_path_buf();
    for part in path.split('/') {
        if part.is_empty() || part == "." || part == ".." || part.contains(['\\', '\0']) {
            return None;
        }
        full.push(part);
        if fs::symlink_metadata(&full).is_ok_and(|meta| meta.file_type().is_symlink()) {
            return None;
        }
    }
    Some(full)
}

/// `box/cur/123.host:2,RS` as `box/123.host` and `RS`.
fn maildir_key(path: &str) -> Option<(String, &str)> {
    let (folder, name) = path.rsplit_once('/')?;
    let (above, part) = folder.rsplit_once('/').unwrap_or(("", folder));
    if !matches!(part, "cur" | "new") {
        return None;
    }
    // Windows cannot write a colon; programs there use one of these.
    let cut = [":2,", ";2,", "!2,"]
        .iter()
        .find_map(|mark| name.split_once(mark));
    let (base, flags) = cut.unwrap_or((name, ""));
    let above = if above.is_empty() {
        String::new()
    } else {
        format!("{above}/")
    };
    Some((format!("{above}{base}"), flags))
}

fn mtime(meta: &fs::Metadata) -> i64 {
    meta.modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_nanos()).ok())
        .unwrap_or_default()
}

/// The folder as a fault, in words.
pub(super) fn unreachable_folder(folder: &Path, error: &std::io::Error) -> Fault {
    let shown = folder.display();
    match error.kind() {
        ErrorKind::NotFound => Fault::Offline(format!(
            "the folder {shown} is not there; nothing here is lost, connect the disk or choose the folder again"
        )),
        ErrorKind::PermissionDenied => Fault::Denied(format!(
            "the folder {shown} may not be read; give this user the right to read it"
        )),
        ErrorKind::NotADirectory => Fault::Rejected(format!("{shown} is not a folder")),
        _ => Fault::Offline(format!("the folder {shown} cannot be read: {error}")),
    }
}

fn format_of(path: &str, name: &str, full: &Path, size: u64) -> Option<Format> {
    let mut parents = path.rsplit('/').skip(1);
    if matches!(parents.next(), Some("cur" | "new")) && !name.starts_with('.') {
        return Some(Format::Mail);
    }
    if name.starts_with('.') || name.ends_with('~') {
        return None;
    }
    let Some((stem, ending)) = name.rsplit_once('.') else {
        // Thunderbird and Unix spools name mailboxes without an ending.
        return (size > 5 && begins_with_from(full)).then_some(Format::Mbox);
    };
    if stem.is_empty() {
        return None;
    }
    Some(match ending.to_ascii_lowercase().as_str() {
        "vcf" | "vcard" => Format::Cards,
        "ics" | "ical" => Format::Calendar,
        "mbox" | "mbx" => Format::Mbox,
        "eml" => Format::Mail,
        "jsonl" | "ndjson" => Format::Chat,
        "csv" => Format::Table,
        "md" | "markdown" => Format::Page,
        _ => return None,
    })
}

fn begins_with_from(full: &Path) -> bool {
    use std::io::Read as _;
    let mut head = [0_u8; 5];
    fs::File::open(full)
        .and_then(|mut file| file.read_exact(&mut head))
        .is_ok()
        && &head == b"From "
}
