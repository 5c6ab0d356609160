//! The one window: how it is made, what it tells the page, and what the title
//! bar the page draws can do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{
    AppHandle, DragDropEvent, Emitter as _, Manager as _, Url, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent,
};

use crate::door::{self, MAIN};
use crate::{ahead, arrival, deep, life, links, streams};

/// Big enough for three panes; the state plugin remembers what the user made of it.
const SIZE: (f64, f64) = (1440.0, 900.0);
/// The page folds down to this.
const LEAST: (f64, f64) = (420.0, 480.0);

/// How the window is, for the title bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Looks {
    /// Fills the screen.
    pub(crate) maximised: bool,
    /// Has the keyboard.
    pub(crate) focused: bool,
    /// Is over everything, without a title bar.
    pub(crate) fullscreen: bool,
    /// `linux`, `macos` or `windows`: where the buttons stand.
    pub(crate) system: &'static str,
}

/// Files that are dragged over the window.
#[derive(Debug, Clone, Serialize)]
struct Dropped {
    /// `over`, `drop` or `leave`.
    phase: &'static str,
    paths: Vec<PathBuf>,
    /// In pixels of the page.
    x: f64,
    y: f64,
}

/// The page's address. With the link the program was started with, the page knows where to go
/// before it has asked anything, and draws no other screen first.
fn address(link: Option<&str>) -> WebviewUrl {
    // A link that was read holds nothing that an address would have to escape.
    link.and_then(deep::read)
        .map_or_else(WebviewUrl::default, |link| {
            WebviewUrl::App(format!("#link={link}").into())
        })
}

/// Makes the window. Hidden when it is to start in the tray; otherwise it is
/// shown once the page is there, so that nothing white flashes.
pub(crate) fn open(
    app: &AppHandle,
    link: Option<&str>,
    minimised: bool,
) -> tauri::Result<WebviewWindow> {
    let (talk, giver) = (app.clone(), app.clone());
    let builder = WebviewWindowBuilder::new(app, MAIN, address(link))
        .title("Rapport")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(LEAST.0, LEAST.1)
        .visible(false)
        .incognito(!driven())
        .zoom_hotkeys_enabled(false)
        .general_autofill_enabled(false)
        .on_web_resource_request(move |request, response| {
            if response.status().is_success() {
                ahead::with_page(&giver, request.uri().path(), response.body_mut());
            }
        })
        .on_navigation(move |url| may_go(&talk, url))
        // A frame that asks for a window of its own gets none.
        .on_new_window(|_url, _features| NewWindowResponse::Deny)
        .on_page_load(move |window, page| match page.event() {
            PageLoadEvent::Started => {
                // Whoever listened before is gone.
                window.state::<streams::Streams>().stop_all();
                window.state::<arrival::Arrivals>().page_gone();
            }
            PageLoadEvent::Finished if !minimised => show(window.app_handle()),
            PageLoadEvent::Finished => {}
        });
    #[cfg(not(target_os = "macos"))]
    let builder = builder.decorations(false);
    // The traffic lights stay; the page leaves them room.
    #[cfg(target_os = "macos")]
    let builder = builder
        .title_bar_style(tauri::TitleBarStyle::Overlay)
        .hidden_title(true);
    let window = builder.build()?;
    let seen = window.clone();
    window.on_window_event(move |event| heard(&seen, event));
    Ok(window)
}

/// A test drives the window. Nothing of what is shown may lie on the disk
/// unencrypted, so the webview keeps nothing; WebKit lets only one that keeps
/// things be driven.
fn driven() -> bool {
    std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some()
}

/// Whether the webview may go to an address. In WebKit this is asked for frames
/// too: ours hold foreign mail, as a document that lies in our own page.
fn may_go(app: &AppHandle, url: &Url) -> bool {
    if door::ours(url) || matches!(url.as_str(), "about:blank" | "about:srcdoc") {
        return true;
    }
    if links::read(url.as_str()).is_some() {
        // A link in a frame: the page shows where it leads and asks.
        tell(app, "link", url.as_str());
    }
    false
}

fn tell(app: &AppHandle, event: &str, payload: impl Serialize + Clone) {
    if let Err(error) = app.emit_to(MAIN, event, payload) {
        tracing::warn!(event, %error, "the page was not told");
    }
}

fn heard(window: &WebviewWindow, event: &WindowEvent) {
    let app = window.app_handle();
    match event {
        WindowEvent::CloseRequested { api, .. } if life::stays(app) => {
            api.prevent_close();
            if let Err(error) = window.hide() {
                tracing::warn!(%error, "the window does not hide");
            }
        }
        WindowEvent::Focused(_) | WindowEvent::Resized(_) => {
            if let Ok(looks) = looks(window) {
                tell(app, "window", looks);
            }
        }
        WindowEvent::DragDrop(event) => dragged(window, event),
        _ => {}
    }
}

fn dragged(window: &WebviewWindow, event: &DragDropEvent) {
    let (phase, paths, at) = match event {
        DragDropEvent::Enter { paths, position } => ("over", paths.clone(), Some(position)),
        DragDropEvent::Over { position } => ("over", Vec::new(), Some(position)),
        DragDropEvent::Drop { paths, position } => ("drop", paths.clone(), Some(position)),
        DragDropEvent::Leave => ("leave", Vec::new(), None),
        _ => return,
    };
    let scale = window.scale_factor().unwrap_or(1.0);
    let at = at.map(|it| it.to_logical::<f64>(scale)).unwrap_or_default();
    let dropped = Dropped {
        phase,
        paths,
        x: at.x,
        y: at.y,
    };
    tell(window.app_handle(), "dropped", dropped);
}

/// How the window is now.
pub(crate) fn looks(window: &WebviewWindow) -> tauri::Result<Looks> {
    Ok(Looks {
        maximised: window.is_maximized()?,
        focused: window.is_focused()?,
        fullscreen: window.is_fullscreen()?,
        system: std::env::consts::OS,
    })
}

/// Brings the window to the front, from wherever it is.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    let shown = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window does not come to the front");
    }
}

/// An edge or corner of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Edge {
    North,
    NorthEast,
    East,
    SouthEast,
    South,
    SouthWest,
    West,
    NorthWest,
}

/// Lets the pointer, which is down, pull an edge.
pub(crate) fn pull(window: &WebviewWindow, edge: Edge) -> tauri::Result<()> {
    use tauri_runtime::ResizeDirection as To;
    let to = match edge {
        Edge::North => To::North,
        Edge::NorthEast => To::NorthEast,
        Edge::East => To::East,
        Edge::SouthEast => To::SouthEast,
        Edge::South => To::South,
        Edge::SouthWest => To::SouthWest,
        Edge::West => To::West,
        Edge::NorthWest => To::NorthWest,
    };
    window.as_ref().window().start_resize_dragging(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_link_of_ours_becomes_part_of_the_address() {
        let path = |link| address(link).to_string();
        assert_eq!(path(Some("rapport://task/7")), "#link=rapport://task/7");
        assert_eq!(path(Some("--help")), path(None));
        assert_eq!(path(Some("rapport://task/7#x\" onload=")), path(None));
    }
}
