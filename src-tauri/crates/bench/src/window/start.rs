//! From the start of the process to its painted content, and what it costs once it rests.
//!
//! Nothing drives these windows and nothing is told to them: they are started as a user starts
//! them, and the display's own picture says when they are there.

use std::time::{Duration, Instant};

use rapport_testkit::desktop::{Desktop, Running};

use super::Run;
use super::profile::Opened;
use super::screen::{Region, Screen};
use super::tree;
use crate::failure::Failure;
use crate::report::Figure;
use crate::stopwatch::{count, millis, percentile};

/// The empty window's one line.
const LINE: Region = Region {
    x: 0,
    y: 0,
    width: 480,
    height: 240,
};
/// After the start, until the window is taken to be at rest.
const SETTLE: Duration = Duration::from_secs(15);
/// A start before those that are measured lasts so long: a window knows from the one before
/// what it is asked first.
const BEFORE: Duration = Duration::from_secs(5);
/// How long a window may take to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A window that was started, and how long its content took.
struct Started {
    running: Running,
    time: Duration,
}

impl Started {
    /// Ends it, with everything it had started.
    async fn end(self) -> Result<(), Failure> {
        let ids = tree::ids(self.running.id())?;
        drop(self.running);
        let ended = tokio::time::timeout(PATIENCE, async {
            while !tree::gone(&ids) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        ended
            .await
            .map_err(|_elapsed| Failure::Wrong("a window did not end".to_owned()))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the real time of a start is what is measured"
)]
async fn start(
    desktop: &Desktop,
    binary: &std::path::Path,
    words: &[&str],
    home: Option<&str>,
    region: Region,
) -> Result<Started, Failure> {
    let screen = Screen::open(&desktop.screen())?;
    let environment: Vec<(&str, &str)> = home
        .map(|home| ("RAPPORT_HOME", home))
        .into_iter()
        .collect();
    let from = Instant::now();
    let running = desktop.launch(binary, words, &environment)?;
    let time = screen.painted(region, from).await?;
    Ok(Started { running, time })
}

/// Starts of the empty window, of Today and of the inbox by turns; then the two at rest. Nobody
/// starts a program for the first time often, so each was started before.
pub(super) async fn measure(
    run: &Run<'_>,
    profile: &Opened,
    size: u64,
    list: Region,
    main: Region,
) -> Result<Vec<Figure>, Failure> {
    let (desktop, programs) = (run.desktop, run.programs);
    let home = profile.home.display().to_string();
    let newest = profile.conversation(desktop, programs, None)?;
    let link = format!("rapport://conversation/{newest}");
    let (mut empty, mut today, mut inbox) = (Vec::new(), Vec::new(), Vec::new());
    for (words, region) in [(&[][..], main), (&[&*link][..], list)] {
        let one = start(desktop, &programs.window, words, Some(&home), region).await?;
        tokio::time::sleep(BEFORE).await;
        one.end().await?;
    }
    let mut last = None;
    for round in 0..run.rounds {
        let one = start(desktop, &programs.empty, &[], None, LINE).await?;
        empty.push(one.time);
        if round + 1 == run.rounds {
            last = Some(rest(&one.running, run.rest).await?);
        }
        one.end().await?;
        let one = start(desktop, &programs.window, &[], Some(&home), main).await?;
        today.push(one.time);
        one.end().await?;
        let one = start(desktop, &programs.window, &[&link], Some(&home), list).await?;
        inbox.push(one.time);
        if round + 1 < run.rounds {
            one.end().await?;
            continue;
        }
        let (bare, bare_used) = last
            .take()
            .ok_or_else(|| Failure::Wrong("the empty window was not measured".to_owned()))?;
        let (held, used) = rest(&one.running, run.rest).await?;
        one.end().await?;
        let mut out = starts(size, &empty, &today, &inbox);
        let figure = |what: &str, value, unit: &str| Figure::new("rest", size, what, value, unit);
        let memory = figure("memory beside an empty window", held.all / bare.all, "×")
            .noted(format!("{}; empty {}", held.words(), bare.words()));
        out.push(if size >= 1_000_000 {
            memory.at_most(1.25)
        } else {
            memory
        });
        let seconds = run.rest.as_secs_f64();
        let percent = |used: &[(String, Duration)]| {
            used.iter().map(|it| it.1.as_secs_f64()).sum::<f64>() * 100.0 / seconds
        };
        let words = |used: &[(String, Duration)]| {
            let all: Vec<String> = used
                .iter()
                .map(|(name, time)| format!("{name} {:.0} ms", millis(*time)))
                .collect();
            all.join(", ")
        };
        out.push(
            figure("processor", percent(&used), "%")
                .at_most(0.5)
                .noted(format!(
                    "of one core, over {seconds:.0} s: {}; empty {:.2} %",
                    words(&used),
                    percent(&bare_used)
                )),
        );
        return Ok(out);
    }
    Ok(Vec::new())
}

fn starts(size: u64, empty: &[Duration], today: &[Duration], inbox: &[Duration]) -> Vec<Figure> {
    let figure = |what: &str, value, unit: &str| Figure::new("start", size, what, value, unit);
    let bare = percentile(empty, 0.5);
    let spread = |times: &[Duration]| {
        format!(
            "middle of {}; {:.0} to {:.0} ms",
            times.len(),
            millis(percentile(times, 0.0)),
            millis(percentile(times, 1.0))
        )
    };
    let mut out = vec![figure("empty window painted", millis(bare), "ms").noted(spread(empty))];
    for (name, times) in [("inbox", inbox), ("Today", today)] {
        let middle = percentile(times, 0.5);
        let ratio = middle.as_secs_f64() / bare.as_secs_f64().max(f64::MIN_POSITIVE);
        let beside = figure(&format!("{name} beside an empty window"), ratio, "×");
        out.push(if name == "inbox" {
            beside.at_most(1.3)
        } else {
            beside
        });
        out.push(figure(&format!("{name} painted"), millis(middle), "ms").noted(spread(times)));
    }
    out
}

type Used = Vec<(String, Duration)>;

/// What a window uses while nobody touches it, and holds afterwards.
async fn rest(running: &Running, time: Duration) -> Result<(tree::Memory, Used), Failure> {
    tokio::time::sleep(SETTLE).await;
    let before = tree::spent(running.id())?;
    tokio::time::sleep(time).await;
    let after = tree::spent(running.id())?;
    let used = after
        .into_iter()
        .map(|(name, time)| {
            let was = before.get(&name).copied().unwrap_or_default();
            (name, time.saturating_sub(was))
        })
        .collect();
    Ok((tree::memory(running.id())?, used))
}

/// Percent of frames; for a note.
pub(super) fn share(part: usize, of: usize) -> f64 {
    count(part) * 100.0 / count(of.max(1))
}
