//! `bench`: the measuring program, optimised.

use crate::fail::Failure;
use crate::folders::root;
use crate::shell::{self, cargo};
use crate::{page, setup};

const PACKAGE: &str = "rapport-bench";
const PROFILE: &str = "measure";

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    setup::ready()?;
    if arguments.contains(&"--window") {
        // The programs that are measured, as the measuring program will find them: beside it.
        page::build()?;
        let mut programs = cargo();
        programs.current_dir(root()).args([
            "build",
            "--profile",
            PROFILE,
            "-p",
            "rapport-shell",
            "-p",
            "rapport-cli",
            "-p",
            PACKAGE,
            "--bins",
            "--examples",
        ]);
        shell::run(&mut programs)?;
    }
    let mut bench = cargo();
    bench
        .current_dir(root())
        .args(["run", "--profile", PROFILE, "-p", PACKAGE, "--"]);
    shell::run(bench.args(arguments))
}
