//! How the window is drawn on this machine.
//!
//! WebKitGTK draws in layers that a graphics card puts together. Where there is no card (a virtual
//! machine, a remote desktop) the processor plays the card: one frame of a full window takes it a
//! quarter of a second, where drawing straight into the window's memory takes a fifteenth of that.
//! And before anything is drawn, the toolkit and the web view each look for a card, which brings
//! up the whole software renderer twice: a tenth of a second of a start.

use std::path::Path;

/// Where Linux lists the cards that draw.
const CARDS: &str = "/dev/dri";
/// What says so to the web view, and to the toolkit. A user who has set one of them means it.
const PLAIN: [(&str, &str); 2] = [
    ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
    ("GDK_GL", "disable"),
];

/// Draws without layers where no card would put them together. The environment is where both look,
/// and only at their beginning: this has to come before either, and before there is a second
/// thread.
pub(crate) fn suit() {
    if has_card(Path::new(CARDS)) {
        return;
    }
    for (name, value) in PLAIN {
        if let Err(error) = glib::setenv(name, value, false) {
            tracing::warn!(name, %error, "the window is drawn as it would be anywhere");
        }
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
