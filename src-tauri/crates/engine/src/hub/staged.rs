//! Files that were pasted or dropped: kept in the profile's private folder until
//! they are sent, because the window has only their bytes and no path.
//!
//! Every file lies in a folder of its own whose name was drawn here; what the
//! window calls it is cut down to a plain name. So nothing the window or a
//! foreign name says can lead out of the folder or over another file.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rapport_model::Command;
use rapport_store::StoreError;
use rapport_store::table::outbox::EntryFilter;

use super::Hub;
use crate::core::Core;
use crate::error::{HubError, Refusal};
use crate::outbox::OPEN;

/// The largest file that can be staged, in bytes.
const LARGEST: u64 = 200 * 1024 * 1024;
/// The longest name, in bytes: below what every file system takes.
const LONGEST: usize = 120;
/// A file nobody mentions any more leaves after this, in milliseconds.
const KEPT: i64 = 7 * 24 * 60 * 60_000;
/// What is written is not whole yet.
const PART: &str = ".part";

/// A file on its way into the private folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// Where it lies once it is whole.
    pub path: PathBuf,
    /// Bytes so far.
    pub bytes: u64,
    /// Names it for the next piece.
    pub token: String,
}

/// Where staged files lie.
fn folder(core: &Core) -> PathBuf {
    core.db.profile().staged()
}

impl Hub {
    /// Adds a piece to a staged file: the first one of a new file without a token,
    /// each later one with the token of the one before. With `last` it is whole.
    ///
    /// # Errors
    /// There is no such file, it is too large or whole already, or the disk does
    /// not take it.
    pub fn stage(
        &self,
        name: &str,
        more_of: Option<&str>,
        piece: &[u8],
        last: bool,
    ) -> Result<Staged, HubError> {
        let base = folder(&self.core);
        let token = match more_of {
            // Only what was drawn here names a folder.
            Some(token) if is_token(token) && base.join(token).is_dir() => token.to_owned(),
            Some(_) => return Err(HubError::NotFound("staged file of that token".to_owned())),
            None => self.core.command_id().0,
        };
        let home = base.join(&token);
        if more_of.is_none() {
            private(&base)?;
            private(&home)?;
        }
        let path = home.join(plain_name(name));
        let part = home.join(PART);
        let mut options = OpenOptions::new();
        if more_of.is_none() {
            options.write(true).create_new(true);
        } else {
            // A whole file has no part any more: it cannot be added to.
            options.append(true);
        }
        let mut file = options.open(&part)?;
        let bytes = file
            .metadata()?
            .len()
            .saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if bytes > LARGEST {
            drop(file);
            fs::remove_dir_all(&home)?;
            return Err(HubError::Refused(Refusal::TooLarge(
                LARGEST / (1024 * 1024),
            )));
        }
        file.write_all(piece)?;
        if last {
            file.sync_all()?;
            fs::rename(&part, &path)?;
        }
        Ok(Staged { path, bytes, token })
    }
}

/// Makes a folder that only its owner can read.
fn private(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn is_token(text: &str) -> bool {
    (4..=40).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_alphanumeric())
}

/// The last part of a name, without what a file system, a shell or a reader could
/// take for something else.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut out: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| {
            if matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                '_'
            } else {
                c
            }
        })
        .collect();
    out = out
        .trim_start_matches(['.', ' '])
        .trim_end_matches(['.', ' '])
        .to_owned();
    if out.len() > LONGEST {
        // The ending says what it is: the middle goes.
        let ending = out
            .rsplit_once('.')
            .map(|(_, end)| format!(".{end}"))
            .filter(|it| it.len() <= 16)
            .unwrap_or_default();
        let keep = out.floor_char_boundary(LONGEST.saturating_sub(ending.len()));
        out.truncate(keep);
        out.push_str(&ending);
    }
    let stem = out.split('.').next().unwrap_or_default().to_uppercase();
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    if out.is_empty() || device {
        out.insert_str(0, "file");
    }
    out
}

/// Marks that turn text round or hide in it: a name that ends in `fdp.exe` can read as a PDF.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Removes staged files that nothing mentions any more and that are a week old.
pub(crate) fn sweep(core: &Core) -> Result<(), StoreError> {
    let Ok(all) = fs::read_dir(folder(core)) else {
        // Nothing was ever staged.
        return Ok(());
    };
    let now = core.now();
    let old = |path: &Path| {
        let touched = fs::metadata(path).and_then(|it| it.modified()).ok();
        touched
            .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|at| i64::try_from(at.as_millis()).ok())
            .is_some_and(|at| now.0.saturating_sub(at) > KEPT)
    };
    let old: Vec<PathBuf> = all
        .filter_map(Result::ok)
        .map(|it| it.path())
        .filter(|it| old(it))
        .collect();
    if old.is_empty() {
        return Ok(());
    }
    let wanted = core.read(|it| {
        let open = EntryFilter {
            states: OPEN.to_vec(),
            ..EntryFilter::default()
        };
        let mut wanted: BTreeSet<PathBuf> = BTreeSet::new();
        for entry in it.entries(&open)? {
            if let Command::Send { message, .. } = entry.command {
                wanted.extend(message.files.iter().map(PathBuf::from));
            }
        }
        for draft in it.drafts()? {
            wanted.extend(draft.content.files.iter().map(PathBuf::from));
        }
        Ok(wanted)
    })?;
    for folder in old {
        if !wanted.iter().any(|it| it.starts_with(&folder))
            && let Err(error) = fs::remove_dir_all(&folder)
        {
            tracing::warn!(%error, "a staged file that nobody wants was not removed");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for (name, plain) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\win.ini", "win.ini"),
            ("/absolute", "absolute"),
            ("C:\\x\\y.txt", "y.txt"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            ("a/", "file"),
            (".bashrc", "bashrc"),
            (".part", "part"),
            ("nul", "filenul"),
            ("COM1.txt", "fileCOM1.txt"),
            ("a\0b\n.txt", "ab.txt"),
            ("what?*<>|.txt", "what_____.txt"),
            ("stream.txt:hidden", "stream.txt_hidden"),
            ("invoice\u{202E}fdp.exe", "invoicefdp.exe"),
            ("trailing. . ", "trailing"),
        ] {
            assert_eq!(plain_name(name), plain, "{name:?}");
        }
        let long = plain_name(&format!("{}.pdf", "ä".repeat(400)));
        assert!(long.len() <= LONGEST && long.ends_with(".pdf"), "{long}");
    }

    #[test]
    fn only_a_drawn_token_names_a_folder() {
        for bad in ["", "..", "../x", "a/b", "a\\b", "abc", "x y z w", ".part"] {
            assert!(!is_token(bad), "{bad:?}");
        }
        assert!(is_token("rp0123456789abcdef"));
    }
}
