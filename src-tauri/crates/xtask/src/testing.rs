//! `test`: everything built, every test run, the generated files compared.

use crate::fail::Failure;
use crate::folders::{build, root};
use crate::shell::{Steps, cargo, run};
use crate::{bindings, page, servers, setup, windowed};

/// The whole of it; `arguments` go to the tests themselves.
pub(crate) fn test(arguments: &[&str]) -> Result<(), Failure> {
    let mut steps = Steps::begin();
    all(&mut steps, arguments)
}

pub(crate) fn all(steps: &mut Steps, arguments: &[&str]) -> Result<(), Failure> {
    steps.step("set-up", setup::ready)?;
    // The window embeds the page while it is compiled.
    steps.step("page", page::build)?;
    steps.step("page: types and tests", page::test)?;
    steps.step("build", build)?;
    // Before the tests, so that their threads do not all wait for one installation.
    steps.step("real servers ready", servers::prepare)?;
    steps.step("tests", || {
        let mut tests = cargo();
        // Those of the real window have a step of their own.
        tests
            .current_dir(root())
            .args(["test", "--workspace", "--", "--skip", windowed::NAMES])
            .args(arguments);
        run(&mut tests)
    })?;
    // Linux has the whole desktop to test in; elsewhere the workflow builds and runs the rest.
    if cfg!(target_os = "linux") {
        steps.step("real window", || windowed::test(arguments))?;
        steps.step("page in a browser", page::browse)?;
    }
    steps.step("generated files", bindings::compare)
}
