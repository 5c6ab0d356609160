//! `bundle`: packages people can install, made by Tauri's own command.

use std::path::{Path, PathBuf};

use crate::fail::Failure;
use crate::folders::root;
use crate::shell::{run, say};
use crate::{page, setup};

/// What each system makes; the other two in continuous integration.
const MADE: &[(&str, &str, &str)] = &[
    ("linux", "deb,rpm", ".deb and .rpm"),
    ("macos", "app,dmg", ".app and .dmg"),
    ("windows", "nsis,msi", "an installer (.exe) and .msi"),
];

const USAGE: &str = "cargo xtask bundle [-- --debug]";

/// Makes them here.
pub(crate) fn run_bundle(arguments: &[&str]) -> Result<(), Failure> {
    let debug = match arguments {
        [] => false,
        ["--debug"] => true,
        _ => return Err(Failure::Usage(USAGE)),
    };
    let here = std::env::consts::OS;
    let Some((_, bundles, _)) = MADE.iter().find(|(system, ..)| *system == here) else {
        return Err(Failure::Plain(format!("No package is known for {here}.")));
    };
    setup::ready()?;
    page::build()?;
    let mut tauri = page::tauri();
    tauri
        .current_dir(root())
        .args(["build", "--ci", "--bundles", bundles]);
    if debug {
        tauri.arg("--debug");
    }
    let library = std::env::var_os("RAPPORT_BUNDLE_LIBRARY").filter(|it| !it.is_empty());
    if let Some(library) = library {
        tauri.arg("--config").arg(beside(Path::new(&library)));
    }
    run(&mut tauri)?;
    for path in found(
        &target()
            .join(if debug { "debug" } else { "release" })
            .join("bundle"),
    ) {
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
    }
}
