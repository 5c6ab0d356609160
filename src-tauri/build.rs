//! Lets Tauri read its files, and makes sure that there is a page to embed.

use std::path::Path;

/// Shown by a window that was built before its page was.
const NOT_BUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>Rapport</title>\
<p>The window was built without its page. Run: cargo xtask run</p>\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Tauri embeds this folder while compiling, so `cargo check` on a fresh
    // checkout would fail on something that only a finished app needs.
    let page = Path::new("../ui/dist/index.html");
    if !page.exists() {
        if let Some(folder) = page.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(page, NOT_BUILT)?;
    }
    println!("cargo:rerun-if-changed=../ui/dist");
    tauri_build::try_build(tauri_build::Attributes::new()).map_err(Into::into)
}
