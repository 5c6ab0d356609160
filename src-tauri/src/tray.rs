//! The icon beside the clock. On Linux a click on it is never told to anybody,
//! so everything is in its menu.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Zoned;
use tauri::image::Image;
use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Wry};

use crate::gate::Gate;
use crate::life::{self, Life};
use crate::rest;
use crate::window;
use crate::words::{Words, counted};

/// Side of the icon we paint the mark on, in pixels.
const SIDE: u32 = 32;
/// The mark of something unread.
const MARK: [u8; 4] = [0xd9, 0x3a, 0x2b, 0xff];

struct Parts {
    icon: TrayIcon,
    open: MenuItem<Wry>,
    pause: CheckMenuItem<Wry>,
    hour: MenuItem<Wry>,
    tomorrow: MenuItem<Wry>,
    end: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

#[derive(Default)]
struct Inside {
    parts: Option<Parts>,
    unread: u64,
}

/// The icon, where the desktop has a place for it.
#[derive(Default)]
pub(crate) struct Tray(Mutex<Inside>);

impl Tray {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is an icon to come back by.
    pub(crate) fn raised(&self) -> bool {
        self.inside().parts.is_some()
    }
}

/// Puts the icon up. A desktop without a tray gets none, and the window then
/// closes for good.
pub(crate) fn raise(app: &AppHandle) {
    // The library that draws it is looked for at run time, and panics if absent.
    let built = std::panic::catch_unwind(AssertUnwindSafe(|| build(app)));
    match built {
        Ok(Ok(parts)) => {
            app.state::<Tray>().inside().parts = Some(parts);
            refresh(app);
        }
        Ok(Err(error)) => tracing::warn!(%error, "no tray icon"),
        Err(_panic) => tracing::warn!("no tray icon: its library is not installed"),
    }
}

fn build(app: &AppHandle) -> tauri::Result<Parts> {
    let item = |id: &str| MenuItem::with_id(app, id, id, true, None::<&str>);
    let open = item("open")?;
    let pause = CheckMenuItem::with_id(app, "pause", "pause", true, false, None::<&str>)?;
    let (hour, tomorrow, end) = (item("hour")?, item("tomorrow")?, item("end")?);
    let quit = item("quit")?;
    let (first, second) = (
        PredefinedMenuItem::separator(app)?,
        PredefinedMenuItem::separator(app)?,
    );
    let menu = Menu::with_items(
        app,
        &[
            &open, &first, &pause, &hour, &tomorrow, &end, &second, &quit,
        ],
    )?;
    let icon = TrayIconBuilder::with_id("rapport")
        .icon(painted(false))
        .menu(&menu)
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .build(app)?;
    Ok(Parts {
        icon,
        open,
        pause,
        hour,
        tomorrow,
        end,
        quit,
    })
}

fn chosen(app: &AppHandle, id: &str) {
    let now = Zoned::now();
    match id {
        "open" => window::show(app),
        "pause" => life::pause_or_resume(app),
        "hour" => disturb(app, Some(rest::in_an_hour(&now))),
        "tomorrow" => disturb(app, Some(rest::tomorrow(&now))),
        "end" => disturb(app, None),
        "quit" => life::quit(app),
        _ => {}
    }
}

fn disturb(app: &AppHandle, until: Option<rapport_model::Millis>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let set = match app.state::<Gate>().api() {
            Ok(api) => rest::set_dnd(&api, until).await,
            Err(error) => Err(error),
        };
        if let Err(error) = set {
            tracing::warn!(%error, "do not disturb was not set");
        }
        refresh(&app);
    });
}

/// So many things are unread.
pub(crate) fn unread(app: &AppHandle, count: u64) {
    let changed = {
        let tray = app.state::<Tray>();
        let mut inside = tray.inside();
        std::mem::replace(&mut inside.unread, count) != count
    };
    if changed {
        refresh(app);
    }
}

/// Writes every text anew: language, unread count or rest may have changed.
///
/// What it says is read here; it is written on the main thread, and the lock is taken
/// only there. Held by a thread that waits for the main one, it would stop the program
/// for good as soon as the window asks for it ([`Tray::raised`] as it closes).
pub(crate) fn refresh(app: &AppHandle) {
    let api = app.state::<Gate>().api().ok();
    let words = match Words::for_user(api.as_deref()) {
        Ok(words) => words,
        Err(error) => {
            tracing::error!(%error, "the messages cannot be read");
            return;
        }
    };
    let quiet = api
        .as_deref()
        .is_some_and(|api| rest::dnd(rest::dnd_until(api), &Zoned::now()));
    let open = api.is_some();
    let written = app.run_on_main_thread({
        let app = app.clone();
        move || {
            let paused = app.state::<Life>().paused();
            let tray = app.state::<Tray>();
            let inside = tray.inside();
            let Some(parts) = &inside.parts else { return };
            if let Err(error) = written(parts, &words, inside.unread, (quiet, paused), open) {
                tracing::warn!(%error, "the tray was not refreshed");
            }
        }
    });
    if let Err(error) = written {
        tracing::warn!(%error, "the tray was not refreshed");
    }
}

fn written(
    parts: &Parts,
    words: &Words,
    unread: u64,
    (quiet, paused): (bool, bool),
    open: bool,
) -> tauri::Result<()> {
    parts.open.set_text(if unread > 0 {
        counted(&words.open_unread, unread)
    } else {
        words.open.clone()
    })?;
    parts.pause.set_text(&words.pause)?;
    parts.pause.set_checked(paused)?;
    parts.hour.set_text(&words.quiet_hour)?;
    parts.tomorrow.set_text(&words.quiet_tomorrow)?;
    parts.end.set_text(&words.quiet_end)?;
    parts.quit.set_text(&words.quit)?;
    parts.pause.set_enabled(open)?;
    parts.hour.set_enabled(open)?;
    parts.tomorrow.set_enabled(open)?;
    parts.end.set_enabled(quiet)?;
    parts.icon.set_icon(Some(painted(unread > 0)))?;
    parts
        .icon
        .set_tooltip(Some(tip(words, unread, (quiet, paused))))
}

fn tip(words: &Words, unread: u64, (quiet, paused): (bool, bool)) -> String {
    let mut text = if unread > 0 {
        counted(&words.tip_unread, unread)
    } else {
        words.tip.clone()
    };
    for (is, word) in [(quiet, &words.tip_quiet), (paused, &words.tip_paused)] {
        if is {
            text.push_str(", ");
            text.push_str(word);
        }
    }
    text
}

/// Our icon, with a mark in its corner when something is unread.
fn painted(unread: bool) -> Image<'static> {
    let plain = tauri::include_image!("icons/32x32.png");
    if !unread {
        return plain;
    }
    let mut pixels = plain.rgba().to_vec();
    for (place, pixel) in (0_u32..).zip(pixels.chunks_exact_mut(4)) {
        let (x, y) = (place % SIDE, place / SIDE);
        if marked(x, y) {
            pixel.copy_from_slice(&MARK);
        }
    }
    Image::new_owned(pixels, plain.width(), plain.height())
}

/// A disc in the lower right corner.
const fn marked(x: u32, y: u32) -> bool {
    let (dx, dy) = (x.abs_diff(24), y.abs_diff(24));
    dx * dx + dy * dy <= 49
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_unread_is_a_mark_in_the_corner_of_the_same_icon() {
        let (plain, marked) = (painted(false), painted(true));
        assert_eq!((plain.width(), plain.height()), (SIDE, SIDE));
        let pixel = |image: &Image<'_>, x: usize, y: usize| {
            let at = (y * 32 + x) * 4;
            image.rgba()[at..at + 4].to_vec()
        };
        assert_eq!(pixel(&marked, 24, 24), MARK);
        assert_eq!(pixel(&marked, 6, 6), pixel(&plain, 6, 6));
        assert_ne!(pixel(&plain, 24, 24), MARK);
    }

    #[test]
    fn the_tip_says_all_that_holds() {
        let words = Words::of("en").unwrap();
        assert_eq!(tip(&words, 0, (false, false)), "Rapport");
        assert_eq!(
            tip(&words, 3, (true, true)),
            "Rapport: 3 unread, do not disturb, sync paused"
        );
    }
}
