//! Takes secrets out of what is logged.
//!
//! Works by name, not by shape: a value is hidden when its key says that it is
//! a secret, or when it follows an authentication scheme.

use serde_json::Value;
use url::Url;

const HIDDEN: &str = "…";

/// Longest text that is worth a log line.
const LONGEST: usize = 2_000;

const SECRET_WORDS: [&str; 17] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "authorization",
    "cookie",
    "apikey",
    "api_key",
    "api-key",
    "session",
    "signature",
    "assertion",
    "credential",
    "private_key",
    "recovery_key",
    "pickle",
];

/// Keys that are secret only as a whole word.
const SECRET_KEYS: [&str; 8] = ["code", "key", "sig", "pw", "pass", "auth", "jwt", "pin"];

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET_KEYS.contains(&key.as_str()) || SECRET_WORDS.iter().any(|word| key.contains(word))
}

pub(crate) fn is_secret_header(name: &str) -> bool {
    is_secret(name)
}

/// The address without user, password, fragment and secret query values.
#[must_use]
pub fn redact_url(url: &Url) -> String {
    let mut clean = url.clone();
    clean.set_fragment(None);
    if !url.username().is_empty() || url.password().is_some() {
        // Schemes without a host refuse both calls and hold neither.
        let _cannot = clean.set_username("");
        let _cannot = clean.set_password(None);
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(key, value)| {
                let value = if is_secret(&key) {
                    HIDDEN.to_owned()
                } else {
                    value.into_owned()
                };
                (key.into_owned(), value)
            })
            .collect();
        clean.query_pairs_mut().clear().extend_pairs(pairs);
    }
    clean.into()
}

/// The header's value, or a mark when the header holds a secret.
#[must_use]
pub fn redact_header<'a>(name: &str, value: &'a str) -> &'a str {
    if is_secret(name) { HIDDEN } else { value }
}

/// A body for the log: JSON with its secret values hidden, other text with what
/// follows an authentication scheme or a secret key hidden, both cut at a bound.
#[must_use]
pub fn redact_text(text: &str) -> String {
    let clean = match serde_json::from_str::<Value>(text) {
        Ok(mut value @ (Value::Object(_) | Value::Array(_))) => {
            hide(&mut value);
            value.to_string()
        }
        _ => hide_in_words(text),
    };
    match clean.char_indices().nth(LONGEST) {
        Some((at, _)) => clean.get(..at).unwrap_or_default().to_owned() + HIDDEN,
        None => clean,
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if is_secret(key) {
                    *value = HIDDEN.into();
                } else {
                    hide(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "session", "digest"].contains(&word)
}

fn hide_in_words(text: &str) -> String {
    let mut after_scheme = false;
    text.split_inclusive([' ', '\n', '\t', '&', ';', ','])
        .map(|word| {
            let bare = word.trim_end_matches([' ', '\n', '\t', '&', ';', ',']);
            let end = word.get(bare.len()..).unwrap_or_default();
            let hidden = std::mem::take(&mut after_scheme) && !bare.is_empty();
            if hidden {
                // `Authorization: Bearer x`: the scheme is not yet the secret.
                after_scheme = is_scheme(&bare.to_ascii_lowercase());
                return format!("{HIDDEN}{end}");
            }
            let lower = bare.to_ascii_lowercase();
            let last = lower
                .trim_end_matches([':', '='])
                .rsplit([':', '=', '"', '\''])
                .next()
                .unwrap_or_default();
            if is_scheme(last) || (lower.ends_with([':', '=']) && is_secret(last)) {
                after_scheme = true;
                return word.to_owned();
            }
            match bare.split_once(['=', ':']) {
                Some((key, value)) if !value.is_empty() && is_secret(key) => {
                    let sign = bare.get(key.len()..=key.len()).unwrap_or("=");
                    format!("{key}{sign}{HIDDEN}{end}")
                }
                _ => word.to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_an_address_is_logged() {
        let url = Url::parse(
            "https://ann:hunter2@erp.example/a?access_token=hunter2&page=3&code=hunter2#hunter2",
        )
        .unwrap();
        let clean = redact_url(&url);
        assert!(!clean.contains("hunter2"), "{clean}");
        assert!(clean.contains("page=3"), "{clean}");
        assert!(clean.starts_with("https://erp.example/a?"), "{clean}");
    }

    #[test]
    fn no_secret_of_a_body_is_logged() {
        for text in [
            r#"{"user":"ann","password":"hunter2","deep":[{"refresh_token":"hunter2"}]}"#,
            "Authorization: Bearer hunter2",
            "authorization: Session hunter2\nhost: x",
            "grant_type=refresh&refresh_token=hunter2&x=1",
            "password: hunter2",
            "error near api_key=hunter2",
        ] {
            let clean = redact_text(text);
            assert!(!clean.contains("hunter2"), "{clean}");
        }
        assert_eq!(
            redact_text("plain words, as they are"),
            "plain words, as they are"
        );
    }

    #[test]
    fn secret_headers_are_known() {
        for name in ["Authorization", "set-cookie", "X-Api-Key", "x-auth-token"] {
            assert_eq!(redact_header(name, "hunter2"), HIDDEN, "{name}");
        }
        assert_eq!(redact_header("content-type", "text/plain"), "text/plain");
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_redaction(text: String) {
            proptest::prop_assert!(redact_text(&text).chars().count() <= LONGEST + 1);
        }
    }
}
