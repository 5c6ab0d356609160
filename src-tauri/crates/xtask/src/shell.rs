//! The edge: programs, the terminal, and how long a step took.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::fail::Failure;

/// A line for the person at the terminal.
#[expect(
    clippy::print_stderr,
    reason = "this is the one place that speaks to the terminal"
)]
pub(crate) fn say(text: &str) {
    // Standard error: what programs print stays clean for pipes.
    eprintln!("{text}");
}

/// A program to start.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's work is to start programs"
)]
pub(crate) fn program(path: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(path)
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program to its end, its output going to the terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let line = line_of(command);
    say(&format!("$ {line}"));
    let status = command
        .status()
        .map_err(Failure::io(format!("start {line}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Program {
            line,
            status: status.to_string(),
        })
    }
}

/// What a program makes of a text.
pub(crate) fn filtered(command: &mut Command, text: &str) -> Result<String, Failure> {
    let line = line_of(command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Failure::io(format!("start {line}")))?;
    if let Some(mut input) = child.stdin.take() {
        // Closed at the end of this block, which tells the program that this is all.
        input
            .write_all(text.as_bytes())
            .map_err(Failure::io(format!("write to {line}")))?;
    }
    let output = child
        .wait_with_output()
        .map_err(Failure::io(format!("wait for {line}")))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Failure::Program {
            line,
            status: output.status.to_string(),
        })
    }
}

/// Whether a program exists and says yes; prints nothing.
pub(crate) fn succeeds(words: &[&str]) -> bool {
    let Some((name, arguments)) = words.split_first() else {
        return false;
    };
    program(name)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn line_of(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_stem()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let arguments = command
        .get_args()
        .map(|word| quoted(&word.to_string_lossy()));
    std::iter::once(name)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:@,+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Steps with their names and times, told at the end even when one fails.
#[derive(Debug)]
pub(crate) struct Steps {
    begun: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    pub(crate) fn begin() -> Self {
        Self {
            begun: now(),
            done: Vec::new(),
        }
    }

    /// Does one step.
    pub(crate) fn step(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        say(&format!("\n== {name}"));
        let begun = now();
        let result = work();
        self.done.push((name, begun.elapsed()));
        result
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        say(&told(&self.done, self.begun.elapsed()));
    }
}

fn told(steps: &[(&str, Duration)], total: Duration) -> String {
    let line = |name: &str, took: Duration| format!("{:>8.1} s  {name}\n", took.as_secs_f64());
    let mut text = String::from("\n");
    text.extend(steps.iter().map(|(name, took)| line(name, *took)));
    text + &line("in all", total)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time a step took is for the reader's eyes only"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_command_can_be_typed_again() {
        let mut command = program("/usr/bin/cargo");
        command.args(["test", "--", "it's here", ""]);
        assert_eq!(line_of(&command), r"cargo test -- 'it'\''s here' ''");
    }

    #[test]
    fn the_times_name_every_step_and_the_whole() {
        let text = told(
            &[("build", Duration::from_millis(1500))],
            Duration::from_secs(2),
        );
        assert_eq!(text, "\n     1.5 s  build\n     2.0 s  in all\n");
    }

    #[test]
    fn a_program_that_is_not_there_does_not_succeed() {
        assert!(!succeeds(&["no-such-program-anywhere"]));
        assert!(!succeeds(&[]));
    }
}
