//! A desktop of one's own for the real window: a virtual display, a private session bus with a
//! notification daemon and (if wanted) a keychain, and private folders.
//!
//! The invariant: the app under test sees nothing of the machine's own session, and nothing
//! started here outlives the test, however that ends.

mod child;
mod notices;
mod opening;
mod tray;
mod window;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;

use crate::servers::{HarnessError, eventually};
use child::{Owned, started};

pub use notices::Notice;
pub use tray::Entry;
pub use window::{Key, Window};

/// A session bus that starts nothing by itself: a keychain is there only when a test starts one.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// How long a part of the desktop may take to come up on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens the desktop's keychain.
const PASSWORD: &[u8] = b"a desktop's password";

/// What kind of keychain the desktop has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keychain {
    /// None answers.
    #[default]
    Missing,
    /// There and open.
    Unlocked,
    /// There, with a collection that nobody opened.
    Locked,
}

/// A program that was started on the desktop; ended when dropped.
#[derive(Debug)]
pub struct Running(Owned);

impl Running {
    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it has a window with a page in it.
    #[must_use]
    pub fn has_page(&self) -> bool {
        // `ps` fails where there is no child at all.
        let children = child::output(
            "ps",
            &["-o", "comm=", "--ppid", &self.id().to_string()],
            &[],
        );
        children.is_ok_and(|names| names.contains("WebKitWebProces"))
    }
}

/// A running desktop.
#[derive(Debug)]
pub struct Desktop {
    display: String,
    bus: String,
    dir: TempDir,
    keychain: Option<Owned>,
    // Dropped last to first started: the bus goes before the display.
    daemon: Owned,
    _bus: Owned,
    _display: Owned,
}

impl Desktop {
    /// Starts one.
    ///
    /// # Errors
    /// When a program is missing or does not come up; `cargo xtask setup` installs them.
    pub async fn start(keychain: Keychain) -> Result<Self, HarnessError> {
        let dir = tempfile::tempdir().map_err(HarnessError::io("make a folder for the desktop"))?;
        for name in ["home", "run", "data", "config", "cache", "screen"] {
            let path = dir.path().join(name);
            std::fs::create_dir(&path)
                .map_err(HarnessError::io(format!("make {}", path.display())))?;
        }
        private(&dir.path().join("run"))?;
        let mut screen = started(
            "Xvfb",
            &[
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1600x1000x24",
                "-nolisten",
                "tcp",
                "-fbdir",
                &dir.path().join("screen").display().to_string(),
            ],
            &[],
            Stdio::null(),
        )?;
        let display = format!(":{}", said(&mut screen, "the display's number").await?);
        let base = folders(dir.path(), &display);
        let rules = dir.path().join("bus.conf");
        std::fs::write(&rules, BUS).map_err(HarnessError::io("write the bus's rules"))?;
        let mut bus = started(
            "dbus-daemon",
            &[
                &format!("--config-file={}", rules.display()),
                "--nofork",
                "--nopidfile",
                "--print-address=1",
            ],
            &base,
            Stdio::null(),
        )?;
        let address = said(&mut bus, "the bus's address").await?;
        let mut desktop = Self {
            daemon: notices::daemon(dir.path(), &with_bus(&base, &address))?,
            display,
            bus: address,
            dir,
            keychain: None,
            _bus: bus,
            _display: screen,
        };
        eventually("the notification daemon", PATIENCE, async || {
            if desktop.notices().is_ok() {
                return Ok(Some(()));
            }
            // One that gave up, as it does where the display did not take it, is started again.
            if desktop.daemon.ended() {
                desktop.daemon = notices::daemon(desktop.dir.path(), &desktop.environment())?;
            }
            Ok(None)
        })
        .await?;
        if keychain != Keychain::Missing {
            desktop.open_keychain().await?;
        }
        if keychain == Keychain::Locked {
            desktop.lock_keychain().await?;
        }
        Ok(desktop)
    }

    /// What a program on this desktop sees of its surroundings.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        with_bus(&folders(self.dir.path(), &self.display), &self.bus)
    }

    /// The profile's folder of the app.
    #[must_use]
    pub fn profile(&self) -> PathBuf {
        self.dir.path().join("profile")
    }

    /// What the display shows, pixel by pixel, as a file in the form of `xwd`: reading it asks
    /// nothing of the programs that draw.
    #[must_use]
    pub fn screen(&self) -> PathBuf {
        self.dir.path().join("screen").join("Xvfb_screen0")
    }

    /// Starts a program on this desktop as its user would, driven by nobody.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn launch(
        &self,
        binary: &Path,
        arguments: &[&str],
        more: &[(&str, &str)],
    ) -> Result<Running, HarnessError> {
        let mut environment = self.environment();
        environment.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let program = binary.display().to_string();
        started(&program, arguments, &environment, Stdio::null()).map(Running)
    }

    /// Runs a program on this desktop to its end; what it prints.
    ///
    /// # Errors
    /// When it cannot be started or fails; what it said is in the message.
    pub fn run(
        &self,
        binary: &Path,
        arguments: &[&str],
        more: &[(&str, &str)],
    ) -> Result<String, HarnessError> {
        let mut environment = self.environment();
        environment.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        child::output(&binary.display().to_string(), arguments, &environment)
    }

    /// A folder that goes with the desktop.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// Opens the keychain's collection: of the one that runs, as its user's sign-in would, or of
    /// a new one.
    ///
    /// # Errors
    /// When it does not come up or does not open.
    pub async fn open_keychain(&mut self) -> Result<(), HarnessError> {
        if self.keychain.is_some() {
            return self.unlock_keychain();
        }
        let mut daemon = started(
            "gnome-keyring-daemon",
            &["--unlock", "--components=secrets", "--foreground"],
            &self.environment(),
            Stdio::piped(),
        )?;
        daemon.write(PASSWORD)?;
        self.keychain = Some(daemon);
        self.keychain_answers().await
    }

    /// Starts the keychain anew with its collection closed.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn lock_keychain(&mut self) -> Result<(), HarnessError> {
        self.keychain = None;
        self.keychain = Some(started(
            "gnome-keyring-daemon",
            &["--foreground", "--components=secrets"],
            &self.environment(),
            Stdio::null(),
        )?);
        self.keychain_answers().await
    }

    /// Hands the password to the running daemon over its control socket, which is what a display
    /// manager's PAM module does: four bytes of length, four of the operation, the argument.
    #[cfg(unix)]
    fn unlock_keychain(&self) -> Result<(), HarnessError> {
        use std::io::Read as _;
        const UNLOCK: u32 = 1;
        let doing = || HarnessError::io("unlock the keychain");
        let path = self.dir.path().join("run/keyring/control");
        let mut socket = std::os::unix::net::UnixStream::connect(path).map_err(doing())?;
        let length = u32::try_from(PASSWORD.len()).unwrap_or_default();
        // One byte goes ahead, for the credentials that the kernel adds to it.
        let mut asked = vec![0];
        for word in [12 + length, UNLOCK, length] {
            asked.extend(word.to_be_bytes());
        }
        asked.extend(PASSWORD);
        socket.write_all(&asked).map_err(doing())?;
        let mut answer = [0; 8];
        socket.read_exact(&mut answer).map_err(doing())?;
        if answer.ends_with(&[0; 4]) {
            return Ok(());
        }
        Err(HarnessError::NoAnswer {
            request: "unlock the keychain".to_owned(),
            why: format!("it said {answer:?}"),
        })
    }

    #[cfg(not(unix))]
    fn unlock_keychain(&self) -> Result<(), HarnessError> {
        let _ = self;
        Err(HarnessError::Missing {
            what: "a keychain daemon".to_owned(),
            remedy: "It runs on Linux.".to_owned(),
        })
    }

    async fn keychain_answers(&self) -> Result<(), HarnessError> {
        let environment = self.environment();
        eventually("the keychain", PATIENCE, async || {
            let has = child::output(
                "dbus-send",
                &[
                    "--session",
                    "--print-reply",
                    "--dest=org.freedesktop.DBus",
                    "/org/freedesktop/DBus",
                    "org.freedesktop.DBus.NameHasOwner",
                    "string:org.freedesktop.secrets",
                ],
                &environment,
            )?;
            Ok(has.contains("boolean true").then_some(()))
        })
        .await
    }
}

/// The folders and the display, without the bus.
fn folders(dir: &Path, display: &str) -> Vec<(String, String)> {
    let at = |name: &str| dir.join(name).display().to_string();
    [
        ("DISPLAY", display.to_owned()),
        ("HOME", at("home")),
        ("XDG_RUNTIME_DIR", at("run")),
        ("XDG_DATA_HOME", at("data")),
        ("XDG_CONFIG_HOME", at("config")),
        ("XDG_CACHE_HOME", at("cache")),
        ("XDG_CURRENT_DESKTOP", "Rapport".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("TZ", "UTC".to_owned()),
        // No accessibility bus is started for a window nobody reads.
        ("NO_AT_BRIDGE", "1".to_owned()),
        ("GIO_USE_VFS", "local".to_owned()),
        ("GSETTINGS_BACKEND", "memory".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn with_bus(base: &[(String, String)], address: &str) -> Vec<(String, String)> {
    let mut all = base.to_vec();
    all.push(("DBUS_SESSION_BUS_ADDRESS".to_owned(), address.to_owned()));
    all
}

/// A runtime folder that others can read is refused by those who use it.
fn private(path: &Path) -> Result<(), HarnessError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
            .map_err(HarnessError::io(format!("close {}", path.display())))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The first line a program prints.
async fn said(child: &mut Owned, what: &str) -> Result<String, HarnessError> {
    let pipe = child.take_stdout()?;
    let what = what.to_owned();
    let line = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(pipe).read_line(&mut line).map(|_| line)
    });
    match tokio::time::timeout(PATIENCE, line).await {
        Ok(Ok(Ok(line))) if !line.trim().is_empty() => Ok(line.trim().to_owned()),
        _ => Err(HarnessError::TooLate {
            what,
            seconds: PATIENCE.as_secs(),
            tail: String::new(),
        }),
    }
}

impl Owned {
    /// Gives a program its input and ends it there.
    fn write(&mut self, input: &[u8]) -> Result<(), HarnessError> {
        let mut pipe = self.take_stdin()?;
        pipe.write_all(input)
            .map_err(HarnessError::io("write to a program"))
    }
}
