//! `run -- --cli`: the whole way on one screen, with the sample company and without a window.

use std::path::{Path, PathBuf};

use crate::fail::Failure;
use crate::folders::{build, built};
use crate::shell::{run as start, say};
use crate::{page, setup};

/// What is shown, in order: why, and the words after `rapport --home HOME`.
const STEPS: &[(&str, &[&str])] = &[
    ("A new profile: one encrypted file.", &["init"]),
    ("A fictional company as its source.", &["sample"]),
    ("Pull everything once.", &["sync", "--once"]),
    ("Is it all here? Counts on both sides.", &["ledger"]),
    ("Customers over all systems.", &["customers", "list"]),
    (
        "One of them, with what every source knows.",
        &["customers", "show", "Oakhollow"],
    ),
    ("Find a part of a word.", &["search", "calibrat"]),
    ("What needs you today.", &["today"]),
    ("Is everything in order?", &["doctor"]),
];

/// Opens the demonstration's database where no keychain answers; it guards nothing.
const PASSPHRASE: &str = "sample company, nothing secret";

/// Shows it in a folder that is gone afterwards, or in a chosen one, which stays.
pub(crate) fn run(chosen: Option<PathBuf>) -> Result<(), Failure> {
    setup::ready()?;
    // All programs are built together, and the window embeds its page.
    page::build()?;
    build()?;
    match chosen {
        Some(folder) => {
            show(&folder)?;
            say(&format!("\nThe profile stays in {}.", folder.display()));
            Ok(())
        }
        None => show(&Temporary::new()?.0),
    }
}

fn show(home: &Path) -> Result<(), Failure> {
    for (why, words) in STEPS {
        if *words == ["init"] && home.join("rapport.db").exists() {
            continue;
        }
        say(&format!("\n== {why}"));
        start(rapport(home)?.args(*words))?;
    }
    Ok(())
}

fn rapport(home: &Path) -> Result<std::process::Command, Failure> {
    let mut rapport = built("rapport")?;
    rapport.arg("--home").arg(home);
    if std::env::var_os("RAPPORT_PASSPHRASE").is_none() {
        rapport.env("RAPPORT_PASSPHRASE", PASSPHRASE);
    }
    Ok(rapport)
}

/// A folder that is removed when the demonstration ends, however it ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("rapport-demo-{}", std::process::id()));
        std::fs::create_dir_all(&path)
            .map_err(Failure::io(format!("create {}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What is left of a demonstration harms nobody; the system clears its folder.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_profile_is_gone_afterwards() {
        let made = Temporary::new().unwrap();
        let path = made.0.clone();
        std::fs::write(path.join("rapport.db"), "").unwrap();
        drop(made);
        assert!(!path.exists());
    }
}
