//! `gen`: the TypeScript of the calls, written by the api crate, compared byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fail::Failure;
use crate::folders::{build, built, root};
use crate::shell::{run, say};

/// Where the committed files are.
fn committed() -> PathBuf {
    ["ui", "src", "core", "generated"]
        .iter()
        .fold(root(), |path, part| path.join(part))
}

/// The one place that knows which program writes the files: an example of the api crate
/// that takes the folder to write into.
fn generate(into: &Path) -> Result<(), Failure> {
    fs::create_dir_all(into).map_err(Failure::io(format!("create {}", into.display())))?;
    run(built("examples/typescript")?.arg(into))
}

/// Writes them.
pub(crate) fn write() -> Result<(), Failure> {
    build()?;
    let target = committed();
    // A file of a type that is gone must go too.
    remove(&target)?;
    generate(&target)
}

/// Builds, then compares.
pub(crate) fn check() -> Result<(), Failure> {
    build()?;
    compare()
}

/// Compares what would be written with what is committed. Needs [`build`] first.
pub(crate) fn compare() -> Result<(), Failure> {
    let fresh = std::env::temp_dir().join(format!("rapport-gen-{}", std::process::id()));
    let result = generate(&fresh).and_then(|()| {
        let differing = differences(&read(&committed())?, &read(&fresh)?);
        if differing.is_empty() {
            say("The generated files are in step.");
            return Ok(());
        }
        Err(Failure::Plain(format!(
            "These generated files are not in step: {}.\nRun `cargo xtask gen` and commit them.",
            differing.join(", ")
        )))
    });
    remove(&fresh)?;
    result
}

fn remove(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::Io {
            doing: format!("remove {}", folder.display()),
            source: error,
        }),
        _ => Ok(()),
    }
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn read(folder: &Path) -> Result<Files, Failure> {
    let mut files = Files::new();
    if folder.exists() {
        collect(folder, folder, &mut files)
            .map_err(Failure::io(format!("read {}", folder.display())))?;
    }
    Ok(files)
}

fn collect(base: &Path, folder: &Path, files: &mut Files) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(base, &path, files)?;
        } else {
            let name = path.strip_prefix(base).unwrap_or(&path).to_path_buf();
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}

fn differences(committed: &Files, fresh: &Files) -> Vec<String> {
    let changed = fresh
        .iter()
        .filter(|(name, bytes)| committed.get(*name) != Some(bytes));
    let gone = committed
        .iter()
        .filter(|(name, _)| !fresh.contains_key(*name));
    changed
        .chain(gone)
        .map(|(name, _)| name.display().to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_a_new_and_a_forgotten_file_are_all_seen() {
        let files = |pairs: &[(&str, &str)]| -> Files {
            pairs
                .iter()
                .map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()))
                .collect()
        };
        let committed = files(&[("same.ts", "1"), ("changed.ts", "1"), ("forgotten.ts", "1")]);
        let fresh = files(&[("same.ts", "1"), ("changed.ts", "2"), ("new.ts", "1")]);
        assert_eq!(
            differences(&committed, &fresh),
            ["changed.ts", "new.ts", "forgotten.ts"]
        );
        assert!(differences(&fresh, &fresh).is_empty());
    }

    #[test]
    fn folders_are_read_with_what_lies_deeper() {
        let folder = std::env::temp_dir().join(format!("rapport-gen-test-{}", std::process::id()));
        fs::create_dir_all(folder.join("deep")).unwrap();
        fs::write(folder.join("deep").join("a.ts"), "x").unwrap();
        let names: Vec<_> = read(&folder).unwrap().into_keys().collect();
        remove(&folder).unwrap();
        assert_eq!(names, [Path::new("deep").join("a.ts")]);
        assert!(read(&folder).unwrap().is_empty(), "no folder, no files");
    }
}
