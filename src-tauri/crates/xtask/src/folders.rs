//! Where things are: the checkout, and what cargo built.

use std::path::PathBuf;
use std::process::Command;

use crate::fail::Failure;
use crate::shell::{cargo, program, run};

/// The checkout's root.
pub(crate) fn root() -> PathBuf {
    // As cargo says when it runs us: two checkouts may share one target folder, and what was
    // compiled in may then be the path of the other one.
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    // src-tauri/crates/xtask
    here.ancestors().nth(3).unwrap_or(&here).to_path_buf()
}

/// Builds every program and example of the workspace.
///
/// Always all of them: cargo unites the features of what it builds together, so that naming
/// one package would build most dependencies a second time, in another shape.
pub(crate) fn build() -> Result<(), Failure> {
    run(cargo()
        .current_dir(root())
        .args(["build", "--workspace", "--bins", "--examples"]))
}

/// A program [`build`] made.
pub(crate) fn built(name: &str) -> Result<Command, Failure> {
    // We lie beside it ourselves, wherever the target folder is.
    let own = std::env::current_exe().map_err(Failure::io("find this program's own folder"))?;
    let folder = own.parent().unwrap_or(&own);
    let path = folder
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION);
    if !path.exists() {
        return Err(Failure::Plain(format!(
            "{} was not built. Has the program been renamed?",
            path.display()
        )));
    }
    let mut command = program(path);
    command.current_dir(root());
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace() {
        let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"));
    }
}
