//! Writes the TypeScript of the calls into the folder named on the command
//! line; `cargo xtask gen` runs it.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return fail("Name the folder to write into.");
    };
    match rapport_api::typescript::write_all(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{} cannot be written: {error}", folder.display())),
    }
}

#[expect(clippy::print_stderr, reason = "a build step speaks to the terminal")]
fn fail(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}
