//! Where the user wants to be, said from outside: a link, a second start, a
//! click on a notification. Kept until the page can go there.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tauri::{AppHandle, Emitter as _, Manager as _};
use tauri_plugin_deep_link::DeepLinkExt as _;

use crate::deep::{self, Target};
use crate::door::MAIN;
use crate::window;

#[derive(Debug, Default)]
struct Waiting {
    /// The page listens.
    ready: bool,
    /// Only the last wish counts.
    target: Option<Target>,
}

/// The latest wish, and whether somebody is there to fulfil it.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<Waiting>);

impl Arrivals {
    /// With the link the program was started with.
    pub(crate) fn of(link: Option<&str>) -> Self {
        Self(Mutex::new(Waiting {
            ready: false,
            target: link.and_then(deep::read),
        }))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page is there. Answers where it is to go first, once.
    pub(crate) fn page_ready(&self) -> Option<Target> {
        let mut waiting = self.waiting();
        waiting.ready = true;
        waiting.target.take()
    }

    /// The page is loaded anew and hears nothing.
    pub(crate) fn page_gone(&self) {
        self.waiting().ready = false;
    }

    /// Gives the target back if the page can be told now, keeps it if not.
    fn now_or_later(&self, target: Target) -> Option<Target> {
        let mut waiting = self.waiting();
        if waiting.ready {
            return Some(target);
        }
        waiting.target = Some(target);
        None
    }
}

/// Takes the user there, in front of everything else.
pub(crate) fn go(app: &AppHandle, target: Target) {
    if let Some(target) = app.state::<Arrivals>().now_or_later(target)
        && let Err(error) = app.emit_to(MAIN, "navigate", &target)
    {
        tracing::warn!(%error, "the page was not told where to go");
    }
    window::show(app);
}

/// The program was started again: that start ends, this window comes to the front.
pub(crate) fn second_start(app: &AppHandle, words: &[String]) {
    match deep::among(words) {
        Some(target) => go(app, target),
        None => window::show(app),
    }
}

/// Links the system hands over otherwise than by a second start, as macOS does.
pub(crate) fn listen(app: &AppHandle) {
    let there = app.clone();
    app.deep_link().on_open_url(move |event| {
        if let Some(target) = event.urls().iter().find_map(|url| deep::read(url.as_str())) {
            go(&there, target);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_waits_for_the_page_and_is_fulfilled_once() {
        let arrivals = Arrivals::of(Some("rapport://task/1"));
        assert_eq!(arrivals.now_or_later(Target::of("task", "2")), None);
        assert_eq!(arrivals.page_ready(), Some(Target::of("task", "2")));
        assert_eq!(arrivals.page_ready(), None);
        let now = Target::of("record", "3");
        assert_eq!(arrivals.now_or_later(now.clone()), Some(now.clone()));
        arrivals.page_gone();
        assert_eq!(arrivals.now_or_later(now.clone()), None);
        assert_eq!(arrivals.page_ready(), Some(now));
    }

    #[test]
    fn a_start_with_something_else_than_a_link_goes_nowhere() {
        assert_eq!(Arrivals::of(Some("--help")).page_ready(), None);
    }
}
