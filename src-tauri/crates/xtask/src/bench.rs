//! `bench`: the measuring program, optimised.

use crate::fail::Failure;
use crate::folders::root;
use crate::setup;
use crate::shell::{self, cargo};

const PACKAGE: &str = "rapport-bench";

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    setup::ready()?;
    let mut bench = cargo();
    bench
        .current_dir(root())
        .args(["run", "--profile", "measure", "-p", PACKAGE, "--"]);
    shell::run(bench.args(arguments))
}
