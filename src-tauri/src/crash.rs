//! What is kept of a fault of ours: a log line, and a report that stays on this
//! computer.
//!
//! Nothing is ever sent. A report may quote what was on the screen, so it lies
//! in the profile's own folder, which only its owner can read.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use tracing_subscriber::EnvFilter;

/// Older reports go when a new one comes.
const KEPT: usize = 20;
/// As much of a fault of the page is kept, in bytes.
const OF_PAGE: usize = 16 * 1024;

/// Where the log goes: standard error.
pub(crate) fn log() {
    let quiet = "warn,matrix_sdk=off,matrix_sdk_crypto=off";
    let filter = EnvFilter::try_from_env("RAPPORT_LOG").unwrap_or_else(|_| EnvFilter::new(quiet));
    // A second subscriber is possible only in tests, where the first one serves.
    drop(
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .try_init(),
    );
}

/// There will be no window to say it in.
pub(crate) fn cannot_start(why: &str) -> ExitCode {
    tracing::error!(why, "Rapport cannot start");
    ExitCode::FAILURE
}

/// The folder of the reports of a profile.
pub(crate) fn folder(home: &Path) -> PathBuf {
    home.join("crashes")
}

/// From now on a panic leaves a report in the profile's folder.
pub(crate) fn keep_reports(home: &Path) {
    let folder = folder(home);
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let now = Timestamp::now();
        let text = report(
            now,
            std::thread::current().name(),
            &panic.to_string(),
            &Backtrace::force_capture().to_string(),
        );
        if let Err(error) = keep(&folder, now, &text) {
            tracing::error!(%error, "no crash report could be written");
        }
        usual(panic);
    }));
}

/// A fault of the page leaves a report too.
pub(crate) fn of_page(home: &Path, what: &str) {
    let what = what
        .get(..what.floor_char_boundary(OF_PAGE))
        .unwrap_or(what);
    tracing::error!(what, "the page met a fault");
    let now = Timestamp::now();
    if let Err(error) = keep(&folder(home), now, &report(now, Some("page"), what, "")) {
        tracing::error!(%error, "no report of it could be written");
    }
}

fn report(at: Timestamp, thread: Option<&str>, what: &str, trace: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _infallible = write!(
        text,
        "Rapport {} on {} {}\n{at}\nThis report was not sent anywhere.\n\nthread {}: {what}\n\n{trace}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        thread.unwrap_or("unnamed"),
    );
    text
}

fn keep(folder: &Path, at: Timestamp, text: &str) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    // Names sort by age.
    let path = folder.join(format!("{:020}.txt", at.as_millisecond().max(0)));
    std::fs::write(&path, text)?;
    let mut all = kept(folder);
    let surplus = all.len().saturating_sub(KEPT);
    for old in all.drain(..surplus) {
        std::fs::remove_file(old)?;
    }
    Ok(path)
}

/// The reports there are, the oldest first.
pub(crate) fn kept(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut all: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|it| it.path())
        .filter(|it| it.extension().is_some_and(|end| end == "txt"))
        .collect();
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_reports_are_kept_and_they_say_what_happened() {
        let folder = tempfile::tempdir().unwrap();
        let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap();
        for ms in 1..=25 {
            keep(folder.path(), at(ms), "x").unwrap();
        }
        let last = keep(
            folder.path(),
            at(99),
            &report(at(99), Some("tray"), "at tray.rs:3: gone", "0: main"),
        )
        .unwrap();
        let all = kept(folder.path());
        assert_eq!(all.len(), KEPT);
        assert_eq!(all.last(), Some(&last));
        let text = std::fs::read_to_string(last).unwrap();
        assert!(text.contains("thread tray: at tray.rs:3: gone") && text.contains("not sent"));
    }

    #[test]
    fn a_fault_of_the_page_leaves_a_report_of_bounded_size() {
        let home = tempfile::tempdir().unwrap();
        of_page(home.path(), &"é".repeat(OF_PAGE));
        let all = kept(&folder(home.path()));
        let text = std::fs::read_to_string(&all[0]).unwrap();
        assert!(text.contains("thread page: éé"), "{text}");
        assert!(text.len() < OF_PAGE + 1024);
    }
}
