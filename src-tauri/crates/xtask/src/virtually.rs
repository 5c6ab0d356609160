//! A display, a message bus and a session folder that exist only for one run,
//! and a picture of what was on the display.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::fail::Failure;
use crate::folders::root;
use crate::shell::{program, say};

/// So long a debug build may take to fill the sample and draw it.
const LONGEST: u32 = 120;
/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);
/// The picture is kept when it stayed the same over so many looks.
const STILL: u32 = 4;

/// A program that ends with us, however we end.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A folder that ends with us.
struct Session(PathBuf);

impl Drop for Session {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Starts a program that says one line about where it is reached.
fn reached(command: &mut Command) -> Result<(Running, String), Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(Failure::io(format!("start {name}")))?;
    let output = child.stdout.take();
    let running = Running(child);
    let mut line = String::new();
    if let Some(output) = output {
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(Failure::io(format!("hear where {name} is reached")))?;
    }
    let line = line.trim().to_owned();
    if line.is_empty() {
        return Err(Failure::Plain(format!("{name} did not start.")));
    }
    Ok((running, line))
}

/// Opens the window, waits until it stands still, and gives the picture's path.
pub(crate) fn show(mut window: Command) -> Result<PathBuf, Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::Plain(
            "A display in memory is only known on Linux. Run without --virtual.".to_owned(),
        ));
    }
    let session = Session(std::env::temp_dir().join(format!("rapport-run-{}", std::process::id())));
    private(&session.0)?;
    let (_display, number) = reached(program("Xvfb").args([
        "-displayfd",
        "1",
        "-screen",
        "0",
        "1440x900x24",
        "-nolisten",
        "tcp",
    ]))?;
    let display = format!(":{number}");
    let (_bus, bus) =
        reached(program("dbus-daemon").args(["--session", "--nofork", "--print-address=1"]))?;
    let app = window
        .env("DISPLAY", &display)
        .env("DBUS_SESSION_BUS_ADDRESS", &bus)
        .env("XDG_RUNTIME_DIR", &session.0)
        .env("RAPPORT_LOG", "warn,rapport_desktop=info")
        .env_remove("WAYLAND_DISPLAY")
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Failure::io("start the window"))?;
    let mut app = Running(app);
    let settled = heard(&mut app);
    let pictures = root().join("tests/shots/run");
    std::fs::create_dir_all(&pictures)
        .map_err(Failure::io(format!("create {}", pictures.display())))?;
    let path = pictures.join("window.png");
    // Open, or waiting for its user; until then it may stand still and mean nothing.
    if settled.recv_timeout(LOOK * LONGEST).is_err() {
        return Err(Failure::Plain(
            "The window said nothing about the profile. Its own words are above.".to_owned(),
        ));
    }
    wait_until_still(&display, &mut app)?;
    picture(&display, &path)?;
    Ok(path)
}

/// Passes on what the window logs; hears when it has said how the profile stands.
fn heard(app: &mut Running) -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = app.0.stderr.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                say(&line);
                if line.contains("the profile is") {
                    // Only the first one is waited for.
                    let _gone = sender.send(());
                }
            }
        });
    }
    receiver
}

fn private(folder: &Path) -> Result<(), Failure> {
    let doing = || format!("create {}", folder.display());
    std::fs::create_dir_all(folder).map_err(Failure::io(doing()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
            .map_err(Failure::io(doing()))?;
    }
    Ok(())
}

/// Waits until something is drawn and no longer changes.
fn wait_until_still(display: &str, app: &mut Running) -> Result<(), Failure> {
    let mut before = Vec::new();
    let mut still = 0;
    for _ in 0..LONGEST {
        if let Ok(Some(status)) = app.0.try_wait() {
            return Err(Failure::Plain(format!(
                "The window ended before it was drawn ({status})."
            )));
        }
        let now = pixels(display)?;
        // One colour everywhere is an empty display.
        let drawn = now.windows(2).any(|pair| matches!(pair, [a, b] if a != b));
        still = if drawn && now == before { still + 1 } else { 0 };
        if still >= STILL {
            return Ok(());
        }
        before = now;
        std::thread::sleep(LOOK);
    }
    Err(Failure::Plain(
        "The window did not come to rest within two minutes.".to_owned(),
    ))
}

fn import(display: &str) -> Command {
    let mut import = program("import");
    import.args(["-display", display, "-window", "root"]);
    import
}

/// What is on the display, small enough to compare.
fn pixels(display: &str) -> Result<Vec<u8>, Failure> {
    let output = import(display)
        .args(["-resize", "25%", "-depth", "8", "gray:-"])
        .output()
        .map_err(Failure::io("start import (ImageMagick)"))?;
    Ok(output.stdout)
}

fn picture(display: &str, path: &Path) -> Result<(), Failure> {
    crate::shell::run(import(display).arg(path))
}
