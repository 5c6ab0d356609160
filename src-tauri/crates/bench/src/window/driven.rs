//! What a user does and sees, in a window that WebDriver drives.
//!
//! WebDriver only presses the keys. The page says when a key came, the display's own picture when
//! the first pixel changed where its effect is to be seen, both by the wall clock.

use std::time::Duration;

use rapport_testkit::desktop::{Key, Window};
use rapport_testkit::servers::eventually;
use serde_json::{Value, json};

use super::Run;
use super::screen::{Changes, Region};
use super::start::share;
use crate::case::queries;
use crate::failure::Failure;
use crate::report::Figure;
use crate::stopwatch::{millis, percentile};

const PROBE: &str = include_str!("page/probe.js");
const SCROLL: &str = include_str!("page/scroll.js");
const PATIENCE: Duration = Duration::from_secs(60);

/// A pixel follows what the page holds within this time, or not at all.
const LATER: Duration = Duration::from_millis(500);
const LIST: &str = ".cl .rows";
/// Milliseconds of one scroll.
const SCROLL_MS: u32 = 12_000;
/// Pixels a frame: a hand that spins the wheel.
const STEP: i32 = 120;
/// A leap every so many frames, as when the bar is dragged.
const LEAP: u32 = 12;

pub(super) async fn probe(window: &Window) -> Result<(), Failure> {
    window.ask(PROBE, Vec::new()).await?;
    Ok(())
}

/// Runs a script that answers later, by calling its last argument.
async fn later(window: &Window, script: &str, words: Vec<Value>) -> Result<Value, Failure> {
    let answer = window.driver().execute_async(script, words).await;
    answer
        .map(|it| it.json().clone())
        .map_err(|error| Failure::Wrong(format!("the page: {error}")))
}

/// Goes to a place by its address.
pub(super) async fn go(window: &Window, place: &str) -> Result<(), Failure> {
    let script = "location.hash = arguments[0]; return true";
    window.ask(script, vec![json!(place)]).await?;
    Ok(())
}

/// Where something stands on the display.
pub(super) async fn region(window: &Window, css: &str) -> Result<Region, Failure> {
    let script = "const r = document.querySelector(arguments[0]).getBoundingClientRect(); \
        return [window.screenX + r.x, window.screenY + r.y, r.width, r.height].map(Math.round)";
    let found = window.ask(script, vec![json!(css)]).await?;
    let number = |at: usize| {
        found
            .get(at)
            .and_then(Value::as_u64)
            .and_then(|it| usize::try_from(it).ok())
            .ok_or_else(|| Failure::Wrong(format!("{css} has no place: {found}")))
    };
    Ok(Region {
        x: number(0)?,
        y: number(1)?,
        width: number(2)?,
        height: number(3)?,
    })
}

/// What the probe was armed for, in milliseconds of the wall clock.
struct Told {
    /// When the key came.
    from: f64,
    /// When the page held what was waited for.
    held: f64,
    /// When the frame with it was drawn, as far as the page can tell.
    drawn: f64,
}

async fn told(window: &Window) -> Result<Told, Failure> {
    let script = "window.__probe.result.then(arguments[0])";
    let answer = later(window, script, Vec::new()).await?;
    let number = |at: usize| {
        let found = answer.get(at).and_then(Value::as_f64);
        found.ok_or_else(|| Failure::Wrong(format!("the page answered {answer}")))
    };
    Ok(Told {
        from: number(0)?,
        held: number(1)?,
        drawn: number(2)?,
    })
}

/// When the key came, and the first pixel after the page held what was waited for. An answer that
/// looks like the one before it changes none: then what the page says counts.
pub(super) async fn pixel(window: &Window, changes: Changes) -> Result<(f64, f64), Failure> {
    let told = told(window).await?;
    let at = changes.first(told.held, LATER).await?;
    Ok((told.from, at.unwrap_or(told.drawn)))
}

/// From the key to the first pixel.
pub(super) async fn result(window: &Window, changes: Changes) -> Result<f64, Failure> {
    let (from, at) = pixel(window, changes).await?;
    Ok(at - from)
}

/// Lies in wait for a key and for what changes in a part of the window.
pub(super) async fn arm(
    run: &Run<'_>,
    window: &Window,
    css: &str,
    waited: (&str, &str, &str),
) -> Result<Changes, Failure> {
    let (test, argument, key) = waited;
    let region = region(window, css).await?;
    let script = "window.__probe.key(arguments[0], arguments[1], arguments[2]); return true";
    let words = vec![json!(test), json!(argument), json!(key)];
    window.ask(script, words).await?;
    Changes::after_rest(&run.desktop.screen(), region).await
}

/// A list of milliseconds as times.
fn times(of: &[f64]) -> Vec<Duration> {
    of.iter()
        .map(|it| Duration::from_secs_f64(it.max(0.0) / 1_000.0))
        .collect()
}

/// The figure of a set of times, in milliseconds.
pub(super) fn quick(case: &str, size: u64, what: &str, of: &[f64], aim: f64) -> Figure {
    let times = times(of);
    let at = |share: f64| millis(percentile(&times, share));
    Figure::new(case, size, what, at(0.95), "ms")
        .at_most(aim)
        .noted(format!(
            "p95 of {}; p50 {:.1} ms, worst {:.1} ms",
            times.len(),
            at(0.5),
            at(1.0)
        ))
}

/// From a key in the palette to the frame with its answer, letter by letter.
pub(super) async fn palette(
    run: &Run<'_>,
    window: &Window,
    size: u64,
) -> Result<Vec<Figure>, Failure> {
    probe(window).await?;
    let mut all = Vec::new();
    let mut slowest = (0.0, String::new());
    for text in typed(run.words) {
        window.chord(Key::Control, 'k').await?;
        window.see(".pal input:focus").await?;
        let mut so_far = String::new();
        for letter in text.chars() {
            so_far.push(letter);
            let key = letter.to_string();
            let changes = arm(run, window, ".pal-l", ("answered", &so_far, &key)).await?;
            window.keys(key).await?;
            let time = result(window, changes).await?;
            if time > slowest.0 {
                slowest = (time, so_far.clone());
            }
            all.push(time);
        }
        window.keys(Key::Escape + "").await?;
        window.gone(".pal").await?;
    }
    let figure = quick("palette", size, "key to results", &all, 60.0);
    let note = figure.note.clone().unwrap_or_default();
    Ok(vec![figure.noted(format!(
        "{note} (for \u{201c}{}\u{201d})",
        slowest.1
    ))])
}

/// Texts that a user types: of those of the search's own case, without operators.
fn typed(words: usize) -> Vec<String> {
    let usual = ["rare word", "common word", "several words", "part-word"];
    let all = queries::all();
    let of = |class: &str| -> Vec<String> {
        all.iter()
            .filter(|it| it.0 == class && !it.1.contains("OR"))
            .map(|it| it.1.chars().take(12).collect())
            .collect()
    };
    let classes: Vec<Vec<String>> = usual.iter().map(|it| of(it)).collect();
    (0..words)
        .filter_map(|at| {
            let class = classes.get(at % classes.len())?;
            class.get(at / classes.len() % class.len().max(1)).cloned()
        })
        .collect()
}

/// The id of the row on which the keys stand.
async fn current(window: &Window) -> Result<String, Failure> {
    let script = "return document.querySelector('.cv.on')?.id ?? null";
    let id = eventually("a current row", PATIENCE, async || {
        let id = window.ask(script, Vec::new()).await?;
        Ok(id.as_str().map(str::to_owned))
    })
    .await?;
    Ok(id)
}

/// From a key in the inbox to the frame that shows what it did.
pub(super) async fn actions(
    run: &Run<'_>,
    window: &Window,
    size: u64,
) -> Result<Vec<Figure>, Failure> {
    go(window, "#/inbox").await?;
    window.see(".cl .cv:not(:has(.cv-s))").await?;
    probe(window).await?;
    window
        .ask(
            "document.querySelector('.cl [role=listbox]').focus(); return true",
            Vec::new(),
        )
        .await?;
    window.keys("j").await?;
    let (mut done, mut unread) = (Vec::new(), Vec::new());
    for _ in 0..run.actions {
        let id = current(window).await?;
        read(window, &id).await?;
        let changes = arm(run, window, LIST, ("unread", &id, "U")).await?;
        window.chord(Key::Shift, 'u').await?;
        unread.push(result(window, changes).await?);
        let id = current(window).await?;
        let changes = arm(run, window, LIST, ("left", &id, "e")).await?;
        window.keys("e").await?;
        done.push(result(window, changes).await?);
    }
    Ok(vec![
        quick("action", size, "done, until the row has gone", &done, 50.0),
        quick(
            "action",
            size,
            "unread, until the row says so",
            &unread,
            50.0,
        ),
    ])
}

/// Waits until a row is one that was read, and its conversation is there.
async fn read(window: &Window, id: &str) -> Result<(), Failure> {
    let script = format!(
        "const row = document.getElementById('{id}'); return row !== null && \
         !row.classList.contains('un') && document.querySelector('[data-message]') !== null"
    );
    Ok(window.until("a row that was read", &script).await?)
}

/// How one scroll went.
struct Frames {
    gaps: Vec<f64>,
    hollow: u64,
    note: String,
}

async fn frames(
    window: &Window,
    css: &str,
    step: i32,
    leap: u32,
    time: u32,
) -> Result<Frames, Failure> {
    let words = vec![json!(css), json!(step), json!(time), json!(leap)];
    let told = later(window, SCROLL, words).await?;
    let gaps = told.get("gaps").and_then(Value::as_array);
    let gaps: Vec<f64> = gaps
        .ok_or_else(|| Failure::Wrong(format!("{css} does not scroll")))?
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    let number = |name: &str| told.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    if number("way") < 1_000.0 || (leap == 0 && (number("ended") - number("begun")).abs() < 1.0) {
        return Err(Failure::Wrong(format!("{css} was not scrolled")));
    }
    Ok(Frames {
        gaps,
        hollow: told.get("hollow").and_then(Value::as_u64).unwrap_or(0),
        note: format!("{:.0} pixels of {:.0}", number("way"), number("length")),
    })
}

impl Frames {
    fn figures(&self, size: u64, what: &str, aimed: bool) -> Vec<Figure> {
        let over = |limit: f64| self.gaps.iter().filter(|it| **it > limit).count();
        let gaps = times(&self.gaps);
        let slow = Figure::new(
            "scroll",
            size,
            &format!("{what}, frames over 33 ms"),
            crate::stopwatch::count(over(33.4)),
            "",
        )
        .noted(format!(
            "{:.1} % of {}; p50 {:.1} ms, worst {:.0} ms; {}; {} with a row still empty",
            share(over(33.4), gaps.len()),
            gaps.len(),
            millis(percentile(&gaps, 0.5)),
            millis(percentile(&gaps, 1.0)),
            self.note,
            self.hollow
        ));
        let long = Figure::new(
            "scroll",
            size,
            &format!("{what}, frames over 100 ms"),
            crate::stopwatch::count(over(100.0)),
            "",
        );
        vec![slow, if aimed { long.at_most(0.0) } else { long }]
    }
}

/// A list scrolled by hand, then leapt through.
pub(super) async fn inbox(window: &Window, size: u64) -> Result<Vec<Figure>, Failure> {
    go(window, "#/inbox").await?;
    window.see(".cl .cv:not(:has(.cv-s))").await?;
    let by_hand = frames(window, ".cl .rows", STEP, 0, SCROLL_MS).await?;
    let leaps = frames(window, ".cl .rows", 0, LEAP, SCROLL_MS / 2).await?;
    let mut out = by_hand.figures(size, "inbox by hand", true);
    out.extend(leaps.figures(size, "inbox in leaps", true));
    Ok(out)
}

/// A room scrolled towards its beginning.
pub(super) async fn room(window: &Window, size: u64, id: &str) -> Result<Vec<Figure>, Failure> {
    go(window, &format!("#/inbox/{id}")).await?;
    window
        .until(
            "the room's messages",
            "const feed = document.querySelector('.feed'); return feed !== null && \
             feed.style.opacity === '1' && feed.querySelector('[data-message]') !== null",
        )
        .await?;
    let back = frames(window, ".feed", -STEP, 0, SCROLL_MS).await?;
    Ok(back.figures(size, "room backwards", true))
}

/// The same in a page with nothing in it: what machine and web view do by themselves.
pub(super) async fn nothing(window: &Window) -> Result<Vec<Figure>, Failure> {
    window
        .ask(
            "document.getElementById('app').className = 'long'; return true",
            Vec::new(),
        )
        .await?;
    let bare = frames(window, "page", STEP, 0, SCROLL_MS).await?;
    Ok(bare.figures(0, "empty window by hand", false))
}
