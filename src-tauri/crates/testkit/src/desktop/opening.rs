//! Opening the real window on a desktop, and what can be told of one that does not open.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use thirtyfour::prelude::*;

use super::Desktop;
use super::child::{complaining, output};
use super::window::{PATIENCE, Window, wire};
use crate::servers::{HarnessError, eventually, free_port};

/// How long the driver may look for the app it started. A cold disk that is still busy with what
/// was just built takes a minute for the app and its web view.
const SESSION: Duration = Duration::from_secs(110);
/// How often a start is made anew before it counts as failed.
const STARTS: usize = 3;

impl Desktop {
    /// Opens the app on the desktop's profile, with these arguments besides. On a busy machine the
    /// driver now and then does not find the app that it started, which says nothing of the app:
    /// such a start is made anew, and told on standard error.
    ///
    /// # Errors
    /// When the window does not come up.
    #[expect(
        clippy::print_stderr,
        reason = "a start that was made anew is told, and there is no log of a test"
    )]
    pub async fn open(
        &self,
        binary: &Path,
        arguments: &[&str],
        more: &[(&str, &str)],
    ) -> Result<Window, HarnessError> {
        for _ in 1..STARTS {
            match self.open_once(binary, arguments, more).await {
                Err(error @ HarnessError::Failed { .. }) => {
                    eprintln!("a start without a session, tried again: {error}");
                }
                other => return other,
            }
        }
        self.open_once(binary, arguments, more).await
    }

    async fn open_once(
        &self,
        binary: &Path,
        arguments: &[&str],
        more: &[(&str, &str)],
    ) -> Result<Window, HarnessError> {
        self.alone().await?;
        let port = free_port()?;
        let mut environment = self.environment();
        environment.push(("TAURI_WEBVIEW_AUTOMATION".to_owned(), "true".to_owned()));
        environment.push((
            "RAPPORT_HOME".to_owned(),
            self.profile().display().to_string(),
        ));
        environment.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        // The app inherits it from the driver: a window that dies leaves its last words there.
        let log = self.folder().join(format!("window-{port}.log"));
        let file = std::fs::File::create(&log).map_err(HarnessError::io("make a log"))?;
        let server = complaining(
            "WebKitWebDriver",
            &[&format!("--port={port}"), "--host=127.0.0.1"],
            &environment,
            Stdio::null(),
            file.into(),
        )?;
        let url = format!("http://127.0.0.1:{port}");
        let status = format!("{url}/status");
        eventually("the driver", PATIENCE, async || {
            Ok(reqwest::get(&status).await.is_ok().then_some(()))
        })
        .await?;
        let mut capabilities = Capabilities::new();
        capabilities
            .set(
                "webkitgtk:browserOptions",
                json!({ "binary": binary, "args": arguments }),
            )
            .map_err(wire("name the app"))?;
        let driver = match tokio::time::timeout(SESSION, WebDriver::new(&url, capabilities)).await {
            Ok(Ok(driver)) => driver,
            refused => {
                let status = match refused {
                    Ok(Err(error)) => error.to_string(),
                    _ => format!("no session within {} s", SESSION.as_secs()),
                };
                let app = child_of(server.id());
                let tail = format!(
                    "{} {}",
                    app.as_ref()
                        .map_or_else(ToString::to_string, |id| state_of(*id)),
                    last_words(&log)
                );
                if let Ok(id) = app {
                    // The driver would leave it behind.
                    let _ended_by_itself = output("kill", &["-9", &id.to_string()], &[]);
                }
                return Err(HarnessError::Failed {
                    program: "the window".to_owned(),
                    status,
                    tail,
                });
            }
        };
        Ok(Window::of(driver, server, log, self.display.clone()))
    }
}

impl Desktop {
    /// Waits until the bus has noticed the end of the window before: until then the next one would
    /// hand itself over to it.
    async fn alone(&self) -> Result<(), HarnessError> {
        eventually("the end of the window before", PATIENCE, async || {
            let names = self.ask_bus(&["org.freedesktop.DBus.ListNames"])?;
            Ok((!names.contains(".SingleInstance\"")).then_some(()))
        })
        .await
    }

    fn ask_bus(&self, words: &[&str]) -> Result<String, HarnessError> {
        let bus = [
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.DBus",
            "/org/freedesktop/DBus",
        ];
        output("dbus-send", &[&bus, words].concat(), &self.environment())
    }

    /// Whether a process speaks on the bus.
    ///
    /// # Errors
    /// When the bus does not answer.
    pub fn is_on_bus(&self, process: u32) -> Result<bool, HarnessError> {
        let names = self.ask_bus(&["org.freedesktop.DBus.ListNames"])?;
        let own = format!("uint32 {process}\n");
        Ok(names
            .split('"')
            .filter(|name| name.starts_with(':'))
            .any(|name| {
                let who = "org.freedesktop.DBus.GetConnectionUnixProcessID";
                // One that has just left has no process any more.
                self.ask_bus(&[who, &format!("string:{name}")])
                    .is_ok_and(|answer| format!("{answer}\n").contains(&own))
            }))
    }
}

/// The driver's one child.
pub(super) fn child_of(driver: u32) -> Result<u32, HarnessError> {
    let listed = output("ps", &["-o", "pid=", "--ppid", &driver.to_string()], &[])?;
    listed
        .split_whitespace()
        .find_map(|word| word.parse().ok())
        .ok_or_else(|| HarnessError::Missing {
            what: "the app's process".to_owned(),
            remedy: "It has ended.".to_owned(),
        })
}

/// What the app and its threads wait for, and which processes it has.
pub(super) fn state_of(app: u32) -> String {
    let id = app.to_string();
    let threads = output("ps", &["-L", "-o", "stat=,wchan:24=,comm=", "-p", &id], &[]);
    let family = output("ps", &["-o", "pid=,stat=,comm=", "--ppid", &id], &[]);
    format!(
        "The app runs as {id}: {} with {}",
        threads.unwrap_or_default(),
        family.unwrap_or_default()
    )
}

/// The end of what a window and its driver complained of.
pub(super) fn last_words(log: &Path) -> String {
    let all = std::fs::read(log).unwrap_or_default();
    let from = all.len().saturating_sub(4_000);
    String::from_utf8_lossy(all.get(from..).unwrap_or_default()).into_owned()
}
