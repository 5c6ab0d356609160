//! One server process: started, waited for, ended, reaped.
//!
//! The invariant: we end only processes we started, by their own id, and never leave one.

use std::fs::OpenOptions;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::command::{program, tail_of};
use super::venv::Venv;
use super::wait::eventually;
use super::{HarnessError, cache};

/// A start costs a few seconds of processor time; two at once keep every deadline honest
/// when a whole test binary starts servers together.
static STARTING: Semaphore = Semaphore::const_new(2);

const START_DEADLINE: Duration = Duration::from_secs(120);
const STOP_DEADLINE: Duration = Duration::from_secs(20);

/// What to start.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    /// For error messages.
    pub(super) name: &'static str,
    pub(super) venv: Venv,
    /// `module:function`.
    pub(super) entry: &'static str,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(&'static str, String)>,
    pub(super) log: PathBuf,
    /// Whether the server outlives us.
    pub(super) detached: bool,
}

/// A running server.
#[derive(Debug)]
pub(super) struct ServerProcess {
    child: Child,
    detached: bool,
}

impl ServerProcess {
    /// Starts the server and waits until `healthy` says so.
    pub(super) async fn start(
        launch: &Launch,
        mut healthy: impl AsyncFnMut() -> bool,
    ) -> Result<Self, HarnessError> {
        let _turn = STARTING
            .acquire()
            .await
            .map_err(|closed| HarnessError::NoAnswer {
                request: "a turn to start".to_owned(),
                why: closed.to_string(),
            })?;
        let mut process = Self::spawn(launch)?;
        let up = eventually(launch.name, START_DEADLINE, async || {
            process.still_runs(launch)?;
            Ok(healthy().await.then_some(()))
        })
        .await;
        match up {
            // A stranger on the same port could have answered for a server that is gone.
            Ok(()) => process.still_runs(launch).map(|()| process),
            Err(HarnessError::TooLate { what, seconds, .. }) => Err(HarnessError::TooLate {
                what: format!("{what} to come up"),
                seconds,
                tail: format!("The end of its log:\n{}", tail_of(&launch.log)),
            }),
            Err(other) => Err(other),
        }
    }

    fn spawn(launch: &Launch) -> Result<Self, HarnessError> {
        let launcher = cache::script("launch.py", include_str!("../../servers/launch.py"))?;
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&launch.log)
            .map_err(HarnessError::io(format!("open {}", launch.log.display())))?;
        let also = log
            .try_clone()
            .map_err(HarnessError::io(format!("open {}", launch.log.display())))?;
        let mut command = program(launch.venv.python());
        command.arg(launcher);
        if launch.detached {
            command.arg("--detached").stdin(Stdio::null());
        } else {
            command.stdin(Stdio::piped());
        }
        command
            .arg(launch.entry)
            .args(&launch.arguments)
            .stdout(log)
            .stderr(also);
        for (name, value) in &launch.environment {
            command.env(name, value);
        }
        // An interrupt at the terminal is for us alone; the pipe tells the server.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command
            .spawn()
            .map_err(HarnessError::io(format!("start {}", launch.name)))?;
        Ok(Self {
            child,
            detached: launch.detached,
        })
    }

    fn still_runs(&mut self, launch: &Launch) -> Result<(), HarnessError> {
        let ended = self
            .child
            .try_wait()
            .map_err(HarnessError::io(format!("watch {}", launch.name)))?;
        match ended {
            None => Ok(()),
            Some(status) => Err(HarnessError::Failed {
                program: launch.name.to_owned(),
                status: status.to_string(),
                tail: tail_of(&launch.log),
            }),
        }
    }

    /// The process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks the server to end in good order; after the deadline, or where the system knows
    /// no such request, ends it.
    pub(super) async fn stop(mut self) -> Result<(), HarnessError> {
        ask_to_end(self.child.id());
        let ended = eventually("the server's end", STOP_DEADLINE, async || {
            self.child
                .try_wait()
                .map_err(HarnessError::io("watch the server end"))
        })
        .await;
        match ended {
            // Dropping ends and reaps it.
            Ok(_) | Err(HarnessError::TooLate { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if self.detached {
            return;
        }
        // Both fail only if the process has ended and been reaped already, as intended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends the polite signal to one process of ours.
pub(super) fn ask_to_end(id: u32) {
    let mut kill = if cfg!(windows) {
        program("taskkill")
    } else {
        program("kill")
    };
    if cfg!(windows) {
        kill.args(["/F", "/PID"]).arg(id.to_string());
    } else {
        kill.arg("-TERM").arg(id.to_string());
    }
    // A process that is gone cannot be asked; the caller looks at what became of it.
    drop(
        kill.stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status(),
    );
}

/// A port of 127.0.0.1 that nobody holds at this moment.
pub(crate) fn free_port() -> Result<u16, HarnessError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(HarnessError::io("find a free port"))
}

/// Whether a server failed because somebody took its port between our look and its start.
pub(super) fn lost_the_port(error: &HarnessError) -> bool {
    matches!(error, HarnessError::Failed { tail, .. }
        if tail.contains("Address already in use") || tail.contains("Couldn't listen"))
}

/// How often a start is tried on another port.
pub(super) const PORT_TRIES: usize = 5;

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    /// Something that runs until it is ended, started as a server is.
    fn waiting() -> Child {
        let launcher = cache::script("launch.py", include_str!("../../servers/launch.py"));
        program("python3")
            .arg(launcher.unwrap())
            .arg("signal:pause")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap()
    }

    #[tokio::test]
    async fn a_server_ends_when_the_test_that_started_it_is_gone() {
        let mut server = waiting();
        assert!(server.try_wait().unwrap().is_none());
        // What the system does to our end of the pipe when we die, however we die.
        drop(server.stdin.take());
        let ended = eventually("its end", Duration::from_secs(20), async || {
            server.try_wait().map_err(HarnessError::io("watch it"))
        });
        assert!(ended.await.unwrap().success());
    }

    #[tokio::test]
    async fn a_dropped_server_is_ended_and_reaped() {
        let process = ServerProcess {
            child: waiting(),
            detached: false,
        };
        let id = process.id();
        drop(process);
        let mut ask = program("kill");
        ask.arg("-0").arg(id.to_string()).stderr(Stdio::null());
        assert!(
            !ask.status().unwrap().success(),
            "process {id} is still there"
        );
    }
}
