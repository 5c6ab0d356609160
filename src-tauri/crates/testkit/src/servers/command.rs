//! The one place that starts programs: to the end, with their output kept for the error message.

use std::path::Path;
use std::process::{Command, Stdio};

use super::HarnessError;

/// A program to start. Tests start programs; the app itself never does.
pub(crate) fn program(path: impl AsRef<std::ffi::OsStr>) -> Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "the harness starts real servers for tests"
    )]
    let mut command = Command::new(path);
    // A proxy or a foreign Python set-up of the machine has no say over loopback servers.
    command
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME")
        .env("PYTHONUNBUFFERED", "1");
    command
}

/// Runs a program to its end and gives what it printed.
pub(crate) fn run(mut command: Command, what: &str) -> Result<String, HarnessError> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(HarnessError::io(format!("start {what}")))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(HarnessError::Failed {
        program: what.to_owned(),
        status: output.status.to_string(),
        tail: last_lines(&format!("{printed}{complaint}"), 25),
    })
}

/// The end of a log file, for an error message.
pub(super) fn tail_of(path: &Path) -> String {
    match std::fs::read(path) {
        Ok(bytes) => last_lines(&String::from_utf8_lossy(&bytes), 25),
        Err(error) => format!("(no log at {}: {error})", path.display()),
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .iter()
        .skip(lines.len().saturating_sub(count))
        .copied()
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_the_end_of_a_log_and_not_its_beginning() {
        let text: String = (0..100).map(|line| format!("line {line}\n")).collect();
        let tail = last_lines(&text, 3);
        assert_eq!(tail, "line 97\nline 98\nline 99");
        assert_eq!(last_lines("one", 3), "one");
    }
}
