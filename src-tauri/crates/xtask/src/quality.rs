//! `ci`: what must pass before a change lands.

use crate::fail::Failure;
use crate::folders::root;
use crate::shell::{Steps, cargo, run, say, succeeds};
use crate::{page, testing};

pub(crate) fn ci() -> Result<(), Failure> {
    let mut steps = Steps::begin();
    steps.step("set-up", crate::setup::ready)?;
    steps.step("formatting", || {
        run(cargo()
            .current_dir(root())
            .args(["fmt", "--all", "--check"]))
    })?;
    steps.step("page", page::build)?;
    steps.step("page: lints", page::lint)?;
    steps.step("lints", || {
        let lint = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ];
        run(cargo().current_dir(root()).args(lint))
    })?;
    testing::all(&mut steps, &[])?;
    steps.step("documentation", || {
        let mut doc = cargo();
        doc.current_dir(root())
            .args(["doc", "--workspace", "--no-deps"]);
        run(doc.env("RUSTDOCFLAGS", "--deny warnings"))
    })?;
    steps.step("licences and bans", || {
        if succeeds(&["cargo-deny", "--version"]) {
            return run(cargo()
                .current_dir(root())
                .args(["deny", "check", "bans", "licenses", "sources"]));
        }
        say("cargo-deny is not installed; this is skipped. `cargo install cargo-deny` brings it.");
        Ok(())
    })
}
