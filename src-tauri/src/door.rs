//! Who may knock: the page of the main window, at our own address, and nobody
//! else. The capability file says the same; this holds even where a window or
//! an address was added and forgotten there.

use rapport_api::{ApiError, Code};
use tauri::{Url, WebviewWindow};

/// The only window with a door.
pub(crate) const MAIN: &str = "main";

/// Whether an address is a page of ours. Foreign documents live in frames of
/// their own and never here.
pub(crate) fn ours(url: &Url) -> bool {
    let own = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // As WebView2 names the same pages.
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    own && url.port().is_none() && url.username().is_empty()
}

/// Whether this window at this address may ask.
pub(crate) fn admits(label: &str, url: &Url) -> Result<(), ApiError> {
    if label == MAIN && ours(url) {
        return Ok(());
    }
    tracing::error!(label, "a page that is not ours knocked");
    Err(ApiError::new(
        Code::Refused,
        "Only Rapport's own window may ask this.",
    ))
}

/// As [`admits`], of a window that is there.
pub(crate) fn check(window: &WebviewWindow) -> Result<(), ApiError> {
    let url = window
        .url()
        .map_err(|error| ApiError::new(Code::Internal, error.to_string()))?;
    admits(window.label(), &url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(label: &str, url: &str) -> bool {
        admits(label, &Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn only_the_main_window_at_our_own_address_may_ask() {
        assert!(may("main", "tauri://localhost/"));
        assert!(may("main", "tauri://localhost/index.html#/inbox/12"));
        assert!(!may("other", "tauri://localhost/"));
        for foreign in [
            "https://evil.example/",
            "https://localhost/",
            "http://127.0.0.1/",
            "tauri://evil.example/",
            "tauri://localhost.evil.example/",
            "tauri://localhost:8080/",
            "tauri://x@localhost/",
            "about:srcdoc",
            "about:blank",
            "data:text/html,<p>x",
            "file:///etc/passwd",
            "blob:tauri://localhost/1",
        ] {
            assert!(!may("main", foreign), "{foreign}");
        }
        assert_eq!(may("main", "http://tauri.localhost/"), cfg!(windows));
    }
}
