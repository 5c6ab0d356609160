//! How the web view draws on this machine.
//!
//! WebKitGTK draws in layers that a graphics card puts together. Where there is no card (a virtual
//! machine, a remote desktop) the processor plays the card, and one frame of a full window takes
//! it a quarter of a second; drawing straight into the window's memory takes a fifteenth of that.

use std::path::Path;

use tauri::WebviewWindow;

/// Where Linux lists the cards that draw.
const CARDS: &str = "/dev/dri";

/// Draws without layers where no card would put them together.
pub(crate) fn suit(window: &WebviewWindow) {
    if has_card(Path::new(CARDS)) {
        return;
    }
    let plain = window.with_webview(|view| {
        use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebViewExt as _};
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    });
    if let Err(error) = plain {
        tracing::warn!(%error, "the web view draws as it would anywhere");
    }
}

/// A card that can draw has a node named so, whoever made it.
fn has_card(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
    })
}

#[cfg(test)]
mod tests {
    use super::has_card;

    #[test]
    fn only_a_node_that_draws_is_a_card() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_card(&folder.path().join("none")));
        // A card that only shows pictures, as virtual machines have.
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_card(folder.path()));
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_card(folder.path()));
    }
}
