//! The folder outside the checkout where environments and seeded templates wait for their next use.
//!
//! The invariant: a finished folder was made whole. It is built under another name, and the
//! rename that gives it its own happens under a lock that every test process takes.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::HarnessError;

/// Where everything is kept: `$RAPPORT_CACHE`, or `rapport` in the platform's cache folder.
#[must_use]
pub fn root() -> PathBuf {
    root_from(|name| std::env::var_os(name).map(PathBuf::from))
}

fn root_from(variable: impl Fn(&str) -> Option<PathBuf>) -> PathBuf {
    let set = |name: &str| variable(name).filter(|path| !path.as_os_str().is_empty());
    if let Some(chosen) = set("RAPPORT_CACHE") {
        return chosen;
    }
    let platform = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library").join("Caches"))
    } else {
        set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))
    };
    platform.unwrap_or_else(std::env::temp_dir).join("rapport")
}

/// A short name for some text: the same text gives the same name on every machine.
#[must_use]
pub fn fingerprint(parts: &[&str]) -> String {
    // FNV-1a: a cache key, not a secret.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// The folder `kind/name`, built by `build` in a folder of another name if it is not there yet.
pub(super) fn once(
    kind: &str,
    name: &str,
    build: impl FnOnce(&Path) -> Result<(), HarnessError>,
) -> Result<PathBuf, HarnessError> {
    once_in(&root(), kind, name, build)
}

fn once_in(
    root: &Path,
    kind: &str,
    name: &str,
    build: impl FnOnce(&Path) -> Result<(), HarnessError>,
) -> Result<PathBuf, HarnessError> {
    let shelf = root.join(kind);
    let finished = shelf.join(name);
    if finished.is_dir() {
        return Ok(finished);
    }
    create_dir(&shelf)?;
    let lock_path = shelf.join(format!("{name}.lock"));
    let lock = File::create(&lock_path)
        .map_err(HarnessError::io(format!("create {}", lock_path.display())))?;
    // Released when `lock` is dropped, and by the system if we die.
    lock.lock()
        .map_err(HarnessError::io(format!("lock {}", lock_path.display())))?;
    if finished.is_dir() {
        return Ok(finished);
    }
    let building = shelf.join(format!("{name}.building"));
    if building.exists() {
        // Left by a process that died: we hold the lock, so nobody is at work in it.
        fs::remove_dir_all(&building)
            .map_err(HarnessError::io(format!("remove {}", building.display())))?;
    }
    create_dir(&building)?;
    build(&building)?;
    fs::rename(&building, &finished)
        .map_err(HarnessError::io(format!("rename {}", building.display())))?;
    Ok(finished)
}

/// One of our Python files, written where a virtual environment's Python can run it.
pub(super) fn script(name: &str, text: &str) -> Result<PathBuf, HarnessError> {
    let folder = once("scripts", &fingerprint(&[name, text]), |building| {
        let path = building.join(name);
        let mut file =
            File::create(&path).map_err(HarnessError::io(format!("create {}", path.display())))?;
        file.write_all(text.as_bytes())
            .map_err(HarnessError::io(format!("write {}", path.display())))
    })?;
    Ok(folder.join(name))
}

pub(super) fn create_dir(path: &Path) -> Result<(), HarnessError> {
    fs::create_dir_all(path).map_err(HarnessError::io(format!("create {}", path.display())))
}

/// Copies a folder with everything in it.
pub(super) fn clone_dir(from: &Path, to: &Path) -> Result<(), HarnessError> {
    create_dir(to)?;
    let entries =
        fs::read_dir(from).map_err(HarnessError::io(format!("list {}", from.display())))?;
    for entry in entries {
        let entry = entry.map_err(HarnessError::io(format!("list {}", from.display())))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            clone_dir(&source, &target)?;
        } else {
            fs::copy(&source, &target)
                .map_err(HarnessError::io(format!("copy {}", source.display())))?;
        }
    }
    Ok(())
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), HarnessError> {
    fs::write(path, text).map_err(HarnessError::io(format!("write {}", path.display())))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn the_cache_is_where_the_user_says_and_else_where_the_platform_says() {
        let chosen =
            root_from(|name| (name == "RAPPORT_CACHE").then(|| PathBuf::from("/elsewhere")));
        assert_eq!(chosen, PathBuf::from("/elsewhere"));
        let empty_counts_as_unset = root_from(|name| match name {
            "RAPPORT_CACHE" => Some(PathBuf::new()),
            _ => Some(PathBuf::from("/home/ines")),
        });
        assert!(empty_counts_as_unset.starts_with("/home/ines"));
        assert!(empty_counts_as_unset.ends_with("rapport"));
    }

    #[test]
    fn a_fingerprint_tells_parts_apart() {
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
        assert_eq!(fingerprint(&["ab"]), fingerprint(&["ab"]));
    }

    #[test]
    fn eight_threads_that_want_the_same_folder_build_it_once() {
        let root = tempfile::tempdir().unwrap();
        let built = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let made = once_in(root.path(), "kind", "name", |at| {
                        built.fetch_add(1, Ordering::SeqCst);
                        write(&at.join("whole"), "yes")
                    });
                    assert_eq!(
                        fs::read_to_string(made.unwrap().join("whole")).unwrap(),
                        "yes"
                    );
                });
            }
        });
        assert_eq!(built.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_build_that_failed_leaves_nothing_that_looks_finished() {
        let root = tempfile::tempdir().unwrap();
        let refused = once_in(root.path(), "kind", "name", |at| {
            write(&at.join("half"), "")?;
            Err(HarnessError::Damaged(at.to_path_buf()))
        });
        assert!(refused.is_err());
        let made = once_in(root.path(), "kind", "name", |_| Ok(())).unwrap();
        assert!(made.is_dir() && !made.join("half").exists());
    }
}
