//! The page the window shows: installed, built and tested by npm.

use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use crate::fail::Failure;
use crate::folders::{built, root};
use crate::shell::{program, run};

/// On Windows npm is a script.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

fn folder() -> PathBuf {
    root().join("ui")
}

fn npm(words: &[&str]) -> Command {
    let mut npm = program(NPM);
    npm.current_dir(folder()).args(words);
    npm
}

/// Installs what the page is made with, unless it is as the lock file says.
pub(crate) fn install() -> Result<(), Failure> {
    let written = |name: &str| -> Option<SystemTime> {
        std::fs::metadata(folder().join(name))
            .and_then(|it| it.modified())
            .ok()
    };
    // npm writes this file at the end of an installation.
    let done = written("node_modules/.package-lock.json");
    if done.is_some() && done >= written("package-lock.json") {
        return Ok(());
    }
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}

/// Builds it into `ui/dist`, which the window embeds when it is compiled.
pub(crate) fn build() -> Result<(), Failure> {
    install()?;
    run(&mut npm(&["run", "--silent", "build"]))
}

/// Its types and its own tests.
pub(crate) fn test() -> Result<(), Failure> {
    run(&mut npm(&["run", "--silent", "check"]))?;
    run(&mut npm(&["run", "--silent", "test"]))
}

/// In a browser, against the real core that was just built: access, layout, keyboard.
pub(crate) fn browse() -> Result<(), Failure> {
    let rapport = built("rapport")?;
    run(npm(&["run", "--silent", "e2e"]).env("RAPPORT_BIN", rapport.get_program()))
}

/// Its rules, among them which tier may use which.
pub(crate) fn lint() -> Result<(), Failure> {
    install()?;
    run(&mut npm(&["run", "--silent", "lint"]))
}

/// Tauri's own command, which makes the bundles.
pub(crate) fn tauri() -> Command {
    let name = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
    program(folder().join("node_modules/.bin").join(name))
}
