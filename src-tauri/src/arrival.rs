//! Where the user wants to be, said from outside: a link, a second start, a
//! click on a notification. Kept until the page can go there.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tauri::{AppHandle, Emitter as _, Manager as _};
use tauri_plugin_deep_link::DeepLinkExt as _;

use crate::deep;
use crate::door::MAIN;
use crate::window;

#[derive(Debug, Default)]
struct Waiting {
    /// The page listens.
    ready: bool,
    /// Only the last wish counts.
    link: Option<String>,
}

/// The latest wish, and whether somebody is there to fulfil it.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<Waiting>);

impl Arrivals {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page is there. Answers where it is to go first, once.
    pub(crate) fn page_ready(&self) -> Option<String> {
        let mut waiting = self.waiting();
        waiting.ready = true;
        waiting.link.take()
    }

    /// The page is loaded anew and hears nothing.
    pub(crate) fn page_gone(&self) {
        self.waiting().ready = false;
    }

    /// Gives the link back if the page can be told now, keeps it if not.
    fn now_or_later(&self, link: String) -> Option<String> {
        let mut waiting = self.waiting();
        if waiting.ready {
            return Some(link);
        }
        waiting.link = Some(link);
        None
    }
}

/// Takes the user there, in front of everything else.
pub(crate) fn go(app: &AppHandle, link: String) {
    if let Some(link) = app.state::<Arrivals>().now_or_later(link)
        && let Err(error) = app.emit_to(MAIN, "navigate", &link)
    {
        tracing::warn!(%error, "the page was not told where to go");
    }
    window::show(app);
}

/// The program was started again: that start ends, this window comes to the front.
pub(crate) fn second_start(app: &AppHandle, words: &[String]) {
    match deep::among(words) {
        Some(link) => go(app, link),
        None => window::show(app),
    }
}

/// Links the system hands over otherwise than by a second start, as macOS does.
pub(crate) fn listen(app: &AppHandle) {
    let there = app.clone();
    app.deep_link().on_open_url(move |event| {
        if let Some(link) = event.urls().iter().find_map(|url| deep::read(url.as_str())) {
            go(&there, link);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_waits_for_the_page_and_is_fulfilled_once() {
        let arrivals = Arrivals::default();
        let link = |text: &str| text.to_owned();
        assert_eq!(arrivals.now_or_later(link("rapport://task/1")), None);
        // Only the last wish counts.
        assert_eq!(arrivals.now_or_later(link("rapport://task/2")), None);
        assert_eq!(arrivals.page_ready().as_deref(), Some("rapport://task/2"));
        assert_eq!(arrivals.page_ready(), None);
        let now = arrivals.now_or_later(link("rapport://record/3"));
        assert_eq!(now.as_deref(), Some("rapport://record/3"));
        arrivals.page_gone();
        assert_eq!(arrivals.now_or_later(link("rapport://record/3")), None);
        assert_eq!(arrivals.page_ready().as_deref(), Some("rapport://record/3"));
    }
}
