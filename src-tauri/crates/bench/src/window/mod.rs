//! `--window`: what the real window costs, beside an empty one of the same run.
//!
//! Every part is measured on a display, a session bus and a keychain of its own. Starts and the
//! window at rest are watched from outside; keys, scrolling and events are measured in the page
//! by what every web view has. What is deliberately absent: a graphics card (Xvfb has none, so
//! drawing is done by the processor) and a cold disk (a start finds the file in the system's
//! memory, as a second start does).

mod crowd;
mod driven;
mod event;
mod profile;
mod screen;
mod start;
mod tree;

use std::path::Path;
use std::time::Duration;

use rapport_testkit::desktop::{Desktop, Keychain, Window};

use crate::args::{Asked, Case};
use crate::failure::Failure;
use crate::report::Figure;
use crate::tell;
use profile::{Opened, Programs};

pub(crate) use profile::{adopt, crowd};

/// Conversations of the list that is scrolled.
const CROWD: u64 = 100_000;
/// The sample as it comes: what is smaller than a world.
const SAMPLE: u64 = 9_999;

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Start,
    Palette,
    Action,
    Event,
    Scroll,
}

impl Part {
    /// By its word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "start" => Self::Start,
            "palette" => Self::Palette,
            "action" => Self::Action,
            "event" => Self::Event,
            "scroll" => Self::Scroll,
            _ => return None,
        })
    }
}

/// One run: where, with what, and how often.
#[derive(Debug)]
struct Run<'a> {
    desktop: &'a Desktop,
    programs: &'a Programs,
    rounds: usize,
    rest: Duration,
    words: usize,
    actions: usize,
    events: usize,
}

impl Run<'_> {
    async fn open(&self, profile: &Opened) -> Result<Window, Failure> {
        let home = profile.home.display().to_string();
        let window = self
            .desktop
            .open(&self.programs.window, &[], &[("RAPPORT_HOME", &home)])
            .await?;
        window.see("nav.side").await?;
        Ok(window)
    }
}

/// Measures what is asked for.
pub(crate) async fn run(asked: &Asked, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let desktop = Desktop::start(Keychain::Unlocked).await?;
    let programs = Programs::find()?;
    let run = Run {
        desktop: &desktop,
        programs: &programs,
        // Single starts differ by half; the middle of a few does by a fifth.
        rounds: if asked.quick { 9 } else { 15 },
        rest: Duration::from_secs(if asked.quick { 10 } else { 60 }),
        words: if asked.quick { 4 } else { 16 },
        actions: if asked.quick { 5 } else { 20 },
        events: if asked.quick { 5 } else { 30 },
    };
    let wants = |part| asked.parts.is_empty() || asked.parts.contains(&part);
    let mut out = Vec::new();
    let mut add = |figures: Vec<Figure>| {
        for it in &figures {
            tell(&format!("  {:<44} {:.2} {}", it.what, it.value, it.unit));
        }
        out.extend(figures);
    };
    let sized = [Part::Start, Part::Palette, Part::Action, Part::Event];
    for size in asked
        .sizes
        .iter()
        .filter(|_| sized.iter().any(|it| wants(*it)))
    {
        let profile = prepared(&run, *size, folder, asked)?;
        tell(&format!("{size} items: in the window …"));
        let window = run.open(&profile).await?;
        let main = driven::region(&window, "main").await?;
        driven::go(&window, "#/inbox").await?;
        window.see(".cl .cv:not(:has(.cv-s))").await?;
        let list = driven::region(&window, ".cl .rows").await?;
        if wants(Part::Palette) {
            let figures = driven::palette(&run, &window, *size).await;
            add(or_said("palette", *size, figures));
        }
        if wants(Part::Action) {
            let figures = driven::actions(&run, &window, *size).await;
            add(or_said("action", *size, figures));
        }
        window.close().await?;
        if wants(Part::Start) {
            tell(&format!("{size} items: starts …"));
            let figures = start::measure(&run, &profile, *size, list, main).await;
            add(or_said("start", *size, figures));
        }
        if wants(Part::Event) {
            tell(&format!("{size} items: with a homeserver …"));
            let figures = event::measure(&run, &profile, *size).await;
            add(or_said("event", *size, figures));
        }
        std::fs::remove_dir_all(&profile.home)?;
    }
    if wants(Part::Scroll) {
        let figures = scrolled(&run, folder, asked).await;
        add(or_said("scroll", 0, figures));
    }
    Ok(out)
}

/// One part that cannot be measured is a line of the table and no reason to lose the others.
fn or_said(part: &str, size: u64, figures: Result<Vec<Figure>, Failure>) -> Vec<Figure> {
    figures.unwrap_or_else(|failure| {
        let why = failure.to_string();
        let line = why.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        vec![Figure::new(part, size, "not measured", 0.0, "").noted(line)]
    })
}

/// The profile of a size: the sample as it comes, or a world with the sample in it.
fn prepared(run: &Run<'_>, size: u64, folder: &Path, asked: &Asked) -> Result<Opened, Failure> {
    let (desktop, programs) = (run.desktop, run.programs);
    if size <= SAMPLE {
        return Opened::sample(desktop, programs);
    }
    let at = folder.join(size.to_string());
    if !at.join("home").join("rapport.db").exists() {
        std::fs::create_dir_all(&at)?;
        crate::child(Case::Ingest, size, &at, asked)?;
    }
    let copy = Opened::copy(desktop, programs, &at.join("home"), &size.to_string())?;
    copy.with_sample(desktop, programs)
}

async fn scrolled(run: &Run<'_>, folder: &Path, asked: &Asked) -> Result<Vec<Figure>, Failure> {
    let (desktop, programs) = (run.desktop, run.programs);
    let many = if asked.quick { CROWD / 10 } else { CROWD };
    let at = folder.join(format!("crowd-{many}"));
    if !at.join("home").join("rapport.db").exists() {
        std::fs::create_dir_all(&at)?;
        crate::child(Case::Crowd, many, &at, asked)?;
    }
    let profile = Opened::copy(desktop, programs, &at.join("home"), "crowd")?;
    let room = profile.conversation(desktop, programs, Some(crowd::ROOM_TITLE))?;
    tell("scrolling …");
    let bare = desktop.open(&programs.empty, &[], &[]).await?;
    bare.see("#app").await?;
    let mut out = driven::nothing(&bare).await?;
    bare.kill().await?;
    let window = run.open(&profile).await?;
    out.extend(driven::inbox(&window, many).await?);
    out.extend(driven::room(&window, many / 5, &room).await?);
    window.close().await?;
    Ok(out)
}
