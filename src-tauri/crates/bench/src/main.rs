//! `rapport-bench`: what Rapport costs, beside the bound or peer of the same run.
//!
//! Invariant: every case runs in a process of its own, one after the other, and every ratio is
//! between two figures of one run on one machine.

mod args;
mod case;
mod connector;
mod failure;
mod home;
mod machine;
mod report;
mod stopwatch;
mod text;
#[cfg(feature = "servers")]
mod window;
mod world;

use std::path::Path;
use std::process::{ExitCode, Stdio};

use rapport_engine::SystemClock;
use rapport_model::Clock as _;

use args::{Asked, Case};
use failure::Failure;
use machine::Machine;
use report::{Figure, Report};

/// Comes before the figures on the last line of a case.
const FIGURES: &str = "figures: ";

fn main() -> ExitCode {
    match Asked::read(std::env::args().skip(1)).and_then(|asked| obey(&asked)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "progress, apart from the figures")]
fn tell(text: &str) {
    eprintln!("{text}");
}

fn obey(asked: &Asked) -> Result<(), Failure> {
    if asked.help {
        say(args::USAGE);
        return Ok(());
    }
    if let (Some(case), Some(folder)) = (asked.case, &asked.folder) {
        let size = asked.sizes.first().copied().unwrap_or_default();
        let runtime = tokio::runtime::Runtime::new()?;
        let figures = runtime.block_on(Box::pin(case::run(case, size, folder, asked)))?;
        say(&format!("{FIGURES}{}", serde_json::to_string(&figures)?));
        return Ok(());
    }
    let temporary = tempfile::Builder::new()
        .prefix("rapport-bench-")
        .tempdir()?;
    // A source that is a folder wants its full path.
    let folder = std::path::absolute(asked.folder.as_deref().unwrap_or(temporary.path()))?;
    let mut report = Report {
        machine: Machine::here(&SystemClock.now().rfc3339()),
        figures: Vec::new(),
    };
    if asked.window {
        report.figures = in_window(asked, &folder)?;
        say(&report.table());
        return match &asked.json {
            Some(to) => report.write(to),
            None => Ok(()),
        };
    }
    for size in &asked.sizes {
        let at = folder.join(size.to_string());
        std::fs::create_dir_all(&at)?;
        of_size(*size, &at, asked, &mut report.figures)?;
        if asked.folder.is_none() {
            std::fs::remove_dir_all(&at)?;
        }
    }
    if asked.wants(Case::Idle) {
        report
            .figures
            .extend(child(Case::IdleFiles, 0, &fresh(&folder, "idle")?, asked)?);
    }
    if asked.wants(Case::Matrix) {
        report
            .figures
            .extend(child(Case::Matrix, 0, &fresh(&folder, "matrix")?, asked)?);
    }
    report.compare_sizes();
    say(&report.table());
    if let Some(to) = &asked.json {
        report.write(to)?;
    }
    Ok(())
}

#[cfg(feature = "servers")]
fn in_window(asked: &Asked, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(Box::pin(window::run(asked, folder)))
}

#[cfg(not(feature = "servers"))]
fn in_window(_: &Asked, _: &Path) -> Result<Vec<Figure>, Failure> {
    Err(Failure::Usage(
        "This build cannot drive a window; build it with its default features.".into(),
    ))
}

/// The cases of one size.
fn of_size(size: u64, at: &Path, asked: &Asked, out: &mut Vec<Figure>) -> Result<(), Failure> {
    let sized = [Case::Ingest, Case::Search, Case::Customer, Case::Idle];
    if !sized.iter().any(|it| asked.wants(*it)) {
        return Ok(());
    }
    if asked.wants(Case::Ingest) {
        // Side by side, as close in time as two processes can be.
        drop(fresh(at, "home")?);
        let bound = child(Case::Bound, size, at, asked)?;
        let ingest = child(Case::Ingest, size, at, asked)?;
        let rate = |of: &[Figure]| of.iter().find(|it| it.what == "rate").map(|it| it.value);
        if let (Some(bound), Some(ingest)) = (rate(&bound), rate(&ingest)) {
            out.push(
                Figure::new("ingest", size, "rate beside the bound", ingest / bound, "×")
                    .at_least(0.5),
            );
        }
        out.extend(ingest);
        out.extend(bound);
    } else if !at.join("home").join("rapport.db").exists() {
        child(Case::Ingest, size, at, asked)?;
    }
    for case in [Case::Search, Case::Customer, Case::Idle] {
        if asked.wants(case) {
            out.extend(child(case, size, at, asked)?);
        }
    }
    Ok(())
}

fn fresh(folder: &Path, name: &str) -> Result<std::path::PathBuf, Failure> {
    let at = folder.join(name);
    if at.exists() {
        std::fs::remove_dir_all(&at)?;
    }
    std::fs::create_dir_all(&at)?;
    Ok(at)
}

/// Runs a case in a process of its own and takes its figures.
#[expect(
    clippy::disallowed_methods,
    reason = "a process of its own is the only way to a peak of memory of its own"
)]
fn child(case: Case, size: u64, folder: &Path, asked: &Asked) -> Result<Vec<Figure>, Failure> {
    tell(&format!("{} {size} …", case.word()));
    let output = std::process::Command::new(std::env::current_exe()?)
        .args([
            "--case",
            case.word(),
            "--sizes",
            &size.max(1_000).to_string(),
        ])
        .args([
            "--rooms",
            &asked.rooms.to_string(),
            "--messages",
            &asked.messages.to_string(),
        ])
        .arg("--folder")
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figures = text
        .lines()
        .last()
        .and_then(|line| line.strip_prefix(FIGURES));
    match figures {
        Some(figures) if output.status.success() => {
            let figures: Vec<Figure> = serde_json::from_str(figures)?;
            for it in &figures {
                tell(&format!("  {:<40} {:.2} {}", it.what, it.value, it.unit));
            }
            Ok(figures)
        }
        _ => Err(Failure::Child(case.word().to_owned())),
    }
}
