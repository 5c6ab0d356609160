//! A program of the desktop: started with nothing of the machine's session, ended with its owner.

use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::servers::{HarnessError, program, run};

/// Ended and reaped when dropped.
#[derive(Debug)]
pub(super) struct Owned(Child);

impl Owned {
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it has ended by itself.
    pub(super) fn ended(&mut self) -> bool {
        self.0.try_wait().is_ok_and(|status| status.is_some())
    }

    pub(super) fn take_stdout(&mut self) -> Result<ChildStdout, HarnessError> {
        self.0.stdout.take().ok_or_else(|| HarnessError::Missing {
            what: "the output of a program".to_owned(),
            remedy: "It was read already.".to_owned(),
        })
    }

    pub(super) fn take_stdin(&mut self) -> Result<ChildStdin, HarnessError> {
        self.0.stdin.take().ok_or_else(|| HarnessError::Missing {
            what: "the input of a program".to_owned(),
            remedy: "It was written already.".to_owned(),
        })
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // Both fail only if it has ended and been reaped already, as intended.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts a program in exactly this environment. `setpriv` lets the kernel end it with us, so
/// that even a `kill -9` of the test leaves no display behind.
pub(super) fn started(
    name: &str,
    arguments: &[&str],
    environment: &[(String, String)],
    input: Stdio,
) -> Result<Owned, HarnessError> {
    complaining(name, arguments, environment, input, Stdio::null())
}

/// The same; what it complains of goes there.
pub(super) fn complaining(
    name: &str,
    arguments: &[&str],
    environment: &[(String, String)],
    input: Stdio,
    complaints: Stdio,
) -> Result<Owned, HarnessError> {
    let mut command = program("setpriv");
    command.args(["--pdeathsig", "KILL", name]).args(arguments);
    only(&mut command, environment);
    command
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(complaints)
        .spawn()
        .map(Owned)
        .map_err(HarnessError::io(format!("start {name}")))
}

/// What a program prints, run to its end.
pub(super) fn output(
    name: &str,
    arguments: &[&str],
    environment: &[(String, String)],
) -> Result<String, HarnessError> {
    let mut command = program(name);
    command.args(arguments);
    only(&mut command, environment);
    run(command, name)
}

/// Only the path is of the machine.
fn only(command: &mut std::process::Command, environment: &[(String, String)]) {
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(environment.iter().map(|(name, value)| (name, value)));
}
