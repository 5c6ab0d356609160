//! The dependency direction of ARCHITECTURE.md, read from Cargo itself.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Which of our crates each of our crates may use in a shipped build.
const MAY_USE: &[(&str, &[&str])] = &[
    ("rapport-model", &[]),
    ("rapport-sample", &[]),
    ("rapport-store", &["rapport-model"]),
    ("rapport-net", &["rapport-model"]),
    ("rapport-engine", &["rapport-model", "rapport-store"]),
    ("rapport-connectors", &["rapport-model", "rapport-net"]),
    (
        "rapport-api",
        &[
            "rapport-model",
            "rapport-store",
            "rapport-engine",
            "rapport-sample",
        ],
    ),
    (
        "rapport-session",
        &[
            "rapport-model",
            "rapport-store",
            "rapport-engine",
            "rapport-connectors",
            "rapport-api",
        ],
    ),
];

/// Foreign crates that only one of ours may name, and why.
const ONLY: &[(&str, &str)] = &[
    ("rusqlite", "rapport-store"),
    ("reqwest", "rapport-net"),
    ("matrix-sdk", "rapport-connectors"),
    ("keyring", "rapport-store"),
];

fn ours() -> Vec<Package> {
    let metadata = MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("cargo metadata answers");
    metadata.packages
}

fn shipped_dependencies(package: &Package) -> BTreeSet<String> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.clone())
        .collect()
}

#[test]
fn every_crate_uses_only_what_lies_below_it() {
    let rules: BTreeMap<&str, BTreeSet<&str>> = MAY_USE
        .iter()
        .map(|(name, uses)| (*name, uses.iter().copied().collect()))
        .collect();
    for package in ours() {
        let Some(allowed) = rules.get(package.name.as_str()) else {
            continue;
        };
        for used in shipped_dependencies(&package) {
            assert!(
                !used.starts_with("rapport-") || allowed.contains(used.as_str()),
                "{} must not use {used}",
                package.name
            );
        }
    }
}

#[test]
fn every_listed_crate_exists_so_that_no_rule_is_empty() {
    let names: BTreeSet<String> = ours()
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    for (name, _) in MAY_USE {
        assert!(
            names.contains(*name),
            "{name} is in the rules and not in the workspace"
        );
    }
}

#[test]
fn only_its_keeper_names_a_foreign_crate() {
    for package in ours() {
        // The testkit plays the independent second client and may speak HTTP.
        if package.name.as_str() == "rapport-testkit" {
            continue;
        }
        for (foreign, keeper) in ONLY {
            assert!(
                package.name.as_str() == *keeper
                    || !shipped_dependencies(&package).contains(*foreign),
                "{} names {foreign}; only {keeper} may",
                package.name
            );
        }
    }
}

#[test]
fn no_crate_of_the_core_names_the_window() {
    for package in ours() {
        // The window itself, which is nobody's dependency.
        if package.name.as_str() == "rapport-shell" {
            continue;
        }
        assert!(
            !shipped_dependencies(&package)
                .iter()
                .any(|name| name.starts_with("tauri")),
            "{} names tauri",
            package.name
        );
    }
}

#[test]
fn no_source_file_is_longer_than_six_hundred_lines() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.join("src-tauri"), root.join("tests")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|end| end == "rs" || end == "py")
            {
                seen += 1;
                let lines = std::fs::read_to_string(&path)
                    .expect("readable text")
                    .lines()
                    .count();
                assert!(lines <= 600, "{} has {lines} lines", path.display());
            }
        }
    }
    assert!(seen > 20, "the walk found only {seen} files");
}
