//! The tests of the real window. What drives it (a display, a session bus, a web driver and the web
//! view's own processes) now and then fails without the app's doing, on a busy machine more often.
//! So a few tests that failed are asked once more, alone; which ones is told, never kept quiet.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::fail::Failure;
use crate::folders::root;
use crate::shell::{cargo, run, say};

/// How the names of these tests begin, and no others.
pub(crate) const NAMES: &str = "e2e::";
/// More than this many failures are no accident of the driver's.
const ACCIDENTS: usize = 3;

pub(crate) fn test(arguments: &[&str]) -> Result<(), Failure> {
    let mut first = tests(arguments);
    let (output, result) = heard(&mut first)?;
    let failed = failures(&output);
    if result.is_ok() || failed.is_empty() || failed.len() > ACCIDENTS {
        return result;
    }
    say(&format!("\nonce more, alone: {}", failed.join(", ")));
    let mut words = failed.clone();
    words.extend(["--exact", "--test-threads=1"]);
    run(&mut tests(&words))?;
    say(&format!(
        "\nPassed only when asked again: {}. The machine, or a race worth finding.",
        failed.join(", ")
    ));
    Ok(())
}

fn tests(arguments: &[&str]) -> Command {
    let mut command = cargo();
    command
        .current_dir(root())
        .args(["test", "--workspace", "--test", "window", "--"])
        .args(arguments);
    command
}

/// Runs a program whose output goes to the terminal line by line, and is kept.
fn heard(command: &mut Command) -> Result<(String, Result<(), Failure>), Failure> {
    const LINE: &str = "cargo test --workspace --test window";
    say(&format!("$ {LINE}"));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Failure::io(format!("start {LINE}")))?;
    let mut output = String::new();
    if let Some(pipe) = child.stdout.take() {
        for line in BufReader::new(pipe).lines() {
            let line = line.map_err(Failure::io(format!("read from {LINE}")))?;
            say(&line);
            output.push_str(&line);
            output.push('\n');
        }
    }
    let status = child
        .wait()
        .map_err(Failure::io(format!("wait for {LINE}")))?;
    let result = if status.success() {
        Ok(())
    } else {
        Err(Failure::Program {
            line: LINE.to_owned(),
            status: status.to_string(),
        })
    };
    Ok((output, result))
}

/// The names of the tests that failed, as the test program reports them.
fn failures(output: &str) -> Vec<&str> {
    output
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::failures;

    #[test]
    fn only_what_failed_is_asked_again() {
        let output = "running 3 tests\n\
            test e2e::start::a ... ok\n\
            test e2e::start::b has been running for over 60 seconds\n\
            test e2e::start::b ... FAILED\n\
            failures:\n    e2e::start::b\n\
            test result: FAILED. 1 passed; 1 failed\n";
        assert_eq!(failures(output), ["e2e::start::b"]);
    }
}
