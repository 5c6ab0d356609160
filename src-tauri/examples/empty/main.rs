//! A window with one line of text: what a Tauri program costs that does nothing. The benchmark
//! of the window is measured beside it.
//!
//! Invariant: window and web view are set as in `src/window.rs`; everything else is left out.

use tauri::webview::PageLoadEvent;
use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            let driven = std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some();
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Empty")
                .inner_size(1440.0, 900.0)
                .min_inner_size(420.0, 480.0)
                .visible(false)
                .incognito(!driven)
                .zoom_hotkeys_enabled(false)
                .general_autofill_enabled(false)
                .decorations(false)
                .on_page_load(|window, page| {
                    if page.event() == PageLoadEvent::Finished {
                        // Nobody sees a window that cannot be shown; the measurement says so.
                        drop(window.show().and_then(|()| window.set_focus()));
                    }
                })
                .build()?;
            Ok(())
        })
        .run(context())
}

/// The page and the rules, built in.
#[expect(
    clippy::disallowed_types,
    reason = "Tauri's macro writes the map; nothing of it reaches the screen"
)]
fn context() -> tauri::Context {
    tauri::generate_context!("examples/empty/tauri.conf.json")
}
