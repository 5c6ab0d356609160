//! Where links and pictures may lead.

use url::Url;

/// A link a person can follow, as it really reads. `None` for every other scheme,
/// whatever hides it: the address is parsed as a browser does before it is judged.
pub(super) fn link(value: &str) -> Option<String> {
    let url = Url::parse(&stripped(value)).ok()?;
    let fine = match url.scheme() {
        "http" | "https" => url.host_str().is_some_and(|it| !it.is_empty()),
        "mailto" | "tel" => !url.path().is_empty(),
        _ => false,
    };
    fine.then(|| url.to_string())
}

/// A remote picture, over an encrypted line.
pub(super) fn picture(value: &str) -> Option<String> {
    let mut url = Url::parse(value).ok()?;
    if url.scheme() != "https" || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    // What stands before the host is nobody's business.
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url.to_string())
}

/// Whether a picture would have been fetched from somewhere.
pub(super) fn is_remote(value: &str) -> bool {
    Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        // Without a scheme, in any of the ways browsers read as one.
        || (value.starts_with(['/', '\\'])
            && value.get(1..).is_some_and(|it| it.starts_with(['/', '\\'])))
}

/// An address without the blanks and control characters that browsers overlook.
pub(super) fn stripped(value: &str) -> String {
    value
        .trim_matches(|c: char| c.is_whitespace() || c.is_control())
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r' | '\0'))
        .collect()
}
