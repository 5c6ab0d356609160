//! `bundle`: packages people can install, made by Tauri's own command.

use std::path::{Path, PathBuf};

use crate::fail::Failure;
use crate::folders::root;
use crate::shell::{run, say};
use crate::{packed, page, setup};

/// What each system makes; the other two in continuous integration.
const MADE: &[(&str, &str, &str)] = &[
    ("linux", "deb,rpm", ".deb and .rpm"),
    ("macos", "app,dmg", ".app and .dmg"),
    ("windows", "nsis,msi", "an installer (.exe) and .msi"),
];

const USAGE: &str = "cargo xtask bundle [-- [--debug] [--built]]";

/// Makes them here.
pub(crate) fn run_bundle(arguments: &[&str]) -> Result<(), Failure> {
    let has = |word: &str| arguments.contains(&word);
    let (debug, built) = (has("--debug"), has("--built"));
    if arguments
        .iter()
        .any(|it| !["--debug", "--built"].contains(it))
    {
        return Err(Failure::Usage(USAGE));
    }
    let here = std::env::consts::OS;
    let Some((_, bundles, _)) = MADE.iter().find(|(system, ..)| *system == here) else {
        return Err(Failure::Plain(format!("No package is known for {here}.")));
    };
    let tauri = |words: &[&str]| {
        let mut tauri = page::tauri();
        tauri.current_dir(root()).args(words);
        if debug {
            tauri.arg("--debug");
        }
        tauri
    };
    if !built {
        setup::ready()?;
        page::build()?;
        // Both programs in one go: cargo unites the features of what it builds together.
        run(tauri(&["build", "--ci", "--no-bundle"]).args([
            "--",
            "--package",
            "rapport-shell",
            "--package",
            "rapport-cli",
        ]))?;
    }
    let folder = target().join(if debug { "debug" } else { "release" });
    let mut pack = tauri(&["bundle", "--ci", "--bundles", bundles]);
    let library = std::env::var_os("RAPPORT_BUNDLE_LIBRARY").filter(|it| !it.is_empty());
    if let Some(library) = library {
        pack.arg("--config").arg(beside(Path::new(&library)));
    }
    if here == "linux" {
        pack.arg("--config").arg(packed::settings(&folder)?);
    }
    run(&mut pack)?;
    for path in found(&folder.join("bundle")) {
        packed::check(&path)?;
        say(&path.display().to_string());
    }
    for (system, _, what) in MADE.iter().filter(|(system, ..)| *system != here) {
        say(&format!("On {system} the same command makes {what}."));
    }
    Ok(())
}

/// Lays a library beside the program: Windows has no OpenSSL of its own.
fn beside(library: &Path) -> String {
    let from = library.to_string_lossy().replace('\\', "/");
    let name = from.rsplit('/').next().unwrap_or_default();
    format!(r#"{{"bundle":{{"resources":{{"{from}":"{name}"}}}}}}"#)
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The packages, whatever they are called.
fn found(folder: &Path) -> Vec<PathBuf> {
    let kinds = ["deb", "rpm", "dmg", "exe", "msi"];
    let files = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder)
            .map(|all| all.filter_map(Result::ok).map(|it| it.path()).collect())
            .unwrap_or_default()
    };
    let mut all: Vec<PathBuf> = files(folder)
        .iter()
        .flat_map(|it| files(it))
        .filter(|it| {
            it.extension()
                .is_some_and(|end| kinds.iter().any(|kind| end == *kind))
        })
        .collect();
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_we_build_for_has_its_packages() {
        assert!(
            MADE.iter()
                .any(|(system, ..)| *system == std::env::consts::OS)
        );
        assert_eq!(
            beside(Path::new(r"C:\SSL\bin\libcrypto-3-x64.dll")),
            r#"{"bundle":{"resources":{"C:/SSL/bin/libcrypto-3-x64.dll":"libcrypto-3-x64.dll"}}}"#
        );
        assert!(run_bundle(&["--relase"]).is_err());
        assert!(run_bundle(&["--built", "--relase"]).is_err());
    }
}
