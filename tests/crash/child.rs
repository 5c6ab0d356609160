//! A process of its own that runs a scene, and its end.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use rapport_store::fail;

use super::scene::{Life, Scene, Stage};

/// Where the child works; set only in the child.
pub(crate) const ROOM: &str = "RAPPORT_CRASH_ROOM";
const SCENE: &str = "RAPPORT_CRASH_SCENE";
const PART: &str = "RAPPORT_CRASH_PART";

/// What a child does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The scene.
    Act,
    /// What comes after a death: it starts again and syncs.
    Restart,
}

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Killed where it stood.
    Killed(String),
    /// It came to its end.
    Finished,
    /// Neither: this is a finding, with what it said.
    Odd(String),
}

/// Runs a part of a scene in a process of its own, and kills it with no warning
/// at the point it is aimed at.
#[expect(
    clippy::disallowed_methods,
    reason = "a death can only be watched from another process, which is this test again"
)]
pub(crate) fn run(room: &Path, scene: Scene, part: Part, aim: &str) -> End {
    let errors = fs::File::create(room.join("stderr.log")).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::a_life_that_may_end_at_any_point",
            "--ignored",
            "--nocapture",
        ])
        .env(ROOM, room)
        .env(SCENE, scene.name())
        .env(PART, format!("{part:?}"))
        .env(fail::VARIABLE, aim)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    let mut point = None;
    for line in said.lines() {
        let line = line.unwrap_or_default();
        if let Some(name) = line.strip_prefix(fail::STANDS_AT) {
            point = Some(name.to_owned());
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    match point {
        Some(name) if was_killed(status) => End::Killed(name),
        None if status.success() => End::Finished,
        _ => {
            let said = fs::read_to_string(room.join("stderr.log")).unwrap_or_default();
            End::Odd(format!("{status}: {said}"))
        }
    }
}

#[cfg(unix)]
fn was_killed(status: std::process::ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(9)
}

#[cfg(not(unix))]
fn was_killed(status: std::process::ExitStatus) -> bool {
    !status.success()
}

/// The child's own side. Without a room there is nothing to do.
pub(crate) async fn live() {
    let Ok(room) = std::env::var(ROOM) else {
        return;
    };
    let room = Path::new(&room);
    let scene = Scene::named(&std::env::var(SCENE).unwrap()).unwrap();
    let act = std::env::var(PART).unwrap() == format!("{:?}", Part::Act);
    let troubled = act && scene == Scene::Unsure;
    let (seed, minutes) = if act { (2, 0) } else { (3, 30) };
    let stage = Stage::open(
        room,
        scene,
        Life {
            seed,
            minutes,
            troubled,
        },
    )
    .unwrap();
    if act {
        stage.act(scene).await;
    } else {
        stage.sign_in().await.unwrap();
        stage.sync().await.unwrap();
    }
    drop(stage);
    let seen = serde_json::to_vec(&fail::seen()).unwrap();
    fs::write(room.join("seen.json"), seen).unwrap();
}
