//! Links out of foreign text: what they say, where they lead, and whether we
//! follow them at all.

use serde::Serialize;
use url::Url;

/// What a link is, for a user who is to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LinkCheck {
    /// It can be opened: http, https, mailto or tel.
    pub(crate) allowed: bool,
    /// `https`, `mailto`, …
    pub(crate) scheme: String,
    /// Where it really leads: the host as the network sees it, the address of a
    /// mail, a number.
    pub(crate) host: String,
    /// Its text names another place than it leads to.
    pub(crate) differs: bool,
    /// The host has letters that look like others: shown in its plain form.
    pub(crate) disguised: bool,
}

/// Looks at a link and the text it stands behind.
pub(crate) fn check(href: &str, text: &str) -> LinkCheck {
    let Some(url) = read(href) else {
        return LinkCheck {
            allowed: false,
            scheme: String::new(),
            host: String::new(),
            differs: true,
            disguised: false,
        };
    };
    let host = target(&url);
    let claimed = claim(text);
    LinkCheck {
        allowed: true,
        scheme: url.scheme().to_owned(),
        differs: claimed.is_some_and(|claimed| plain(&claimed) != plain(&host)),
        disguised: host.split('.').any(|label| label.starts_with("xn--")),
        host,
    }
}

/// The address, if it is one we open. Control characters and spaces in front are
/// how a `javascript:` gets past a careless look, so none are tolerated.
pub(crate) fn read(href: &str) -> Option<Url> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if href.is_empty() || href.chars().any(odd) {
        return None;
    }
    let url = Url::parse(href).ok()?;
    let known = match url.scheme() {
        "http" | "https" => url.host_str().is_some_and(|host| !host.is_empty()),
        "mailto" | "tel" => !url.path().is_empty(),
        _ => false,
    };
    known.then_some(url)
}

fn target(url: &Url) -> String {
    match url.scheme() {
        "http" | "https" => {
            let host = url.host_str().unwrap_or_default();
            match url.port() {
                Some(port) => format!("{host}:{port}"),
                None => host.to_owned(),
            }
        }
        _ => url.path().to_owned(),
    }
}

/// The place a text claims to be, if it reads like one.
fn claim(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_whitespace) {
        return None;
    }
    if let Some(url) = read(text) {
        return Some(target(&url));
    }
    if text.contains('@') {
        return Some(text.to_lowercase());
    }
    // "example.com/page": a name with a dot before the first slash.
    let name = text.split(['/', '?', '#']).next().unwrap_or(text);
    let last = name.rsplit('.').next().unwrap_or_default();
    let like_a_host = name.contains('.')
        && last.chars().count() >= 2
        && last.chars().all(char::is_alphabetic)
        && !name.starts_with('.');
    like_a_host
        .then(|| read(&format!("https://{name}")))
        .flatten()
        .map(|url| target(&url))
}

fn plain(host: &str) -> String {
    let host = host.to_lowercase();
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_kinds_of_link_are_opened() {
        for good in [
            "https://example.com/x?y#z",
            "http://example.com",
            "mailto:samir@oakhollow.example",
            "tel:+4930123456",
        ] {
            assert!(check(good, "").allowed, "{good}");
        }
        for bad in [
            "",
            "javascript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "https://exa mple.com",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript:x",
            "smb://server/share",
            "ms-settings:x",
            "rapport://task/7",
            "https:",
            "mailto:",
            "//example.com",
            "example.com",
        ] {
            assert!(!check(bad, "").allowed, "{bad}");
        }
    }

    #[test]
    fn a_text_that_names_another_place_is_noticed() {
        let differs = |href: &str, text: &str| check(href, text).differs;
        assert!(!differs("https://www.example.com/a", "example.com"));
        assert!(!differs("https://example.com/a", "our page"));
        assert!(!differs("https://example.com/a", "https://example.com/b"));
        assert!(!differs("mailto:a@b.example", "a@b.example"));
        assert!(!differs("https://example.com/", "v1.2"));
        assert!(differs("https://evil.example/", "bank.example/login"));
        assert!(differs("https://evil.example/", "https://bank.example"));
        assert!(differs(
            "https://evil.example/@bank.example",
            "www.bank.example"
        ));
        assert!(differs("mailto:x@evil.example", "samir@oakhollow.example"));
    }

    #[test]
    fn the_real_host_is_told_as_the_network_sees_it() {
        let shown = check("https://bank.example@evil.example:8443/", "bank.example");
        assert_eq!(shown.host, "evil.example:8443");
        assert!(shown.differs);
        let disguised = check("https://b\u{430}nk.example/", "b\u{430}nk.example");
        assert!(disguised.disguised && disguised.host.starts_with("xn--"));
    }
}
