//! `kill -9` anywhere: 200 processes die at 200 places, and what they leave
//! behind is whole.
//!
//! Each is a process of its own, killed without warning at a fail point drawn
//! from a seed. The source outlives them as a log in a folder and does whatever
//! it is told as often as it is told. Afterwards the profile is opened again:
//! the file is whole, bookmarks cover what is here, every entry of the outbox is
//! explained, and after one more sync both sides say the same and every effect
//! happened once. Every third death is followed by another one during recovery.

mod check;
mod child;
mod draw;
mod remote;
mod scene;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use check::{Found, References, after_death, after_recovery};
use child::{End, Part, run};
use draw::{Case, draw};
use scene::{Life, Scene, Stage, WORDS, build};

/// So many processes must really have died where they were to die.
const DEATHS: usize = 200;
const SEED: u64 = 0x5eed;
/// Side by side; more would only wait for each other.
const WORKERS: usize = 2;

/// The child's side of the test below; does nothing on its own.
#[tokio::test]
#[ignore = "is run by the test below, in processes of its own"]
async fn a_life_that_may_end_at_any_point() {
    child::live().await;
}

#[test]
fn a_process_killed_at_any_of_200_points_loses_nothing_and_doubles_nothing() {
    let folder = quick_folder();
    let mut references = References::default();
    let mut seen = BTreeMap::new();
    let mut tally = Tally::default();
    for (scene, _) in Scene::ALL {
        let template = template(folder.path(), scene);
        wait(build(&template, scene));
        let trial = folder.path().join(format!("trial-{}", scene.name()));
        copy(&template, &trial);
        // A run that only counts shows which points there are; and it must hold
        // by itself what the deaths are to hold.
        assert_eq!(
            run(&trial, scene, Part::Act, "*:0"),
            End::Finished,
            "{scene:?}"
        );
        let counts = fs::read(trial.join("seen.json")).unwrap();
        seen.insert(scene, serde_json::from_slice(&counts).unwrap());
        if scene == Scene::People {
            references.people = people_word_by_word(&template, folder.path());
        }
        let found = judge(&trial, scene, &references, false);
        tally.add(&format!("{scene:?} without any death"), found);
    }
    let cases = draw(&seen, DEATHS, SEED);
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(tally));
    std::thread::scope(|threads| {
        for _ in 0..WORKERS {
            threads.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let outcome = one(folder.path(), case, &references);
                    tally.lock().unwrap().note(case, outcome);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    let all: BTreeSet<&String> = seen.values().flat_map(BTreeMap::keys).collect();
    // Not through `println`: the figures are wanted of a run that went well, too.
    writeln!(
        std::io::stdout(),
        "crash: {} deaths at {} of {} fail points (+{} during recovery), lost {}, doubled {}, other findings {}",
        tally.deaths, tally.points.len(), all.len(), tally.second, tally.found.lost.len(),
        tally.found.doubled.len(), tally.found.other.len(),
    )
    .unwrap();
    assert!(tally.found.is_empty(), "{:#?}", tally.found);
    assert!(
        tally.deaths >= DEATHS,
        "only {} processes died",
        tally.deaths
    );
    assert_eq!(
        tally.points.len(),
        all.len(),
        "{:?} of {all:?}",
        tally.points
    );
}

/// What all cases came to.
#[derive(Debug, Default)]
struct Tally {
    deaths: usize,
    second: usize,
    points: BTreeSet<String>,
    found: Found,
}

/// What one case came to.
#[derive(Debug)]
struct Outcome {
    first: End,
    second: Option<End>,
    found: Found,
}

impl Tally {
    fn note(&mut self, case: &Case, outcome: Outcome) {
        match outcome.first {
            End::Killed(point) if point == case.point => {
                self.deaths += 1;
                self.points.insert(point);
            }
            other => self
                .found
                .other
                .push(format!("{case:?} did not die there: {other:?}")),
        }
        match outcome.second {
            Some(End::Killed(_)) => self.second += 1,
            Some(End::Odd(why)) => self.found.other.push(format!("{case:?}, restarted: {why}")),
            Some(End::Finished) | None => {}
        }
        self.add(&format!("{case:?}"), outcome.found);
    }

    fn add(&mut self, during: &str, found: Found) {
        let named = |all: Vec<String>| all.iter().map(|it| format!("{during}: {it}")).collect();
        self.found.add(Found {
            lost: named(found.lost),
            doubled: named(found.doubled),
            other: named(found.other),
        });
    }
}

/// One death, perhaps another one, and what is left.
fn one(folder: &Path, case: &Case, references: &References) -> Outcome {
    let room = folder.join(format!("case-{}", case.number));
    copy(&template(folder, case.scene), &room);
    let first = run(&room, case.scene, Part::Act, &case.aim());
    let second = case
        .again
        .map(|n| run(&room, case.scene, Part::Restart, &format!("*:{n}:wait")));
    // Who stayed alive by mistake is a finding already.
    let found = judge(&room, case.scene, references, true);
    if found.is_empty() {
        fs::remove_dir_all(&room).unwrap();
    }
    Outcome {
        first,
        second,
        found,
    }
}

/// Opens what is left and holds it to its promises.
fn judge(room: &Path, scene: Scene, references: &References, died: bool) -> Found {
    let mut found = Found::default();
    match Stage::open(
        room,
        scene,
        Life {
            seed: 4,
            minutes: 60,
            troubled: false,
        },
    ) {
        Ok(stage) => {
            if died {
                after_death(&stage, &mut found);
            }
            wait(after_recovery(&stage, scene, references, &mut found));
        }
        Err(error) => found
            .lost
            .push(format!("the profile does not open: {error}")),
    }
    found
}

/// Who is who after each word, when nothing goes wrong.
fn people_word_by_word(template: &Path, folder: &Path) -> Vec<Vec<String>> {
    let room = folder.join("people");
    copy(template, &room);
    let life = Life {
        seed: 2,
        minutes: 0,
        troubled: false,
    };
    let stage = Stage::open(&room, Scene::People, life).unwrap();
    let mut all = vec![stage.who()];
    for word in 0..WORDS {
        stage.say(word);
        all.push(stage.who());
    }
    all
}

fn template(folder: &Path, scene: Scene) -> PathBuf {
    folder.join(format!("template-{}", scene.name()))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

/// In memory where the system offers that: a process that dies takes nothing of
/// a file with it, whatever the file lies on.
fn quick_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.unwrap()
}
