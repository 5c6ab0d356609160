//! JSON from strangers: bounded in depth, forgiving about broken text.
//!
//! Depth is bounded by `serde_json` itself (128). Text that is not UTF-8 and
//! halves of surrogate pairs are replaced, because one broken name must not
//! cost the page it came in.

use serde_json::Value;

/// Reads JSON.
///
/// # Errors
/// It is not JSON or nests too deep; the text says so in plain words.
pub fn parse(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(value),
        Err(first) => {
            let text = String::from_utf8_lossy(bytes);
            let mended = mend_surrogates(&text);
            if mended == text && matches!(text, std::borrow::Cow::Borrowed(_)) {
                return Err(why(&first));
            }
            serde_json::from_str(&mended).map_err(|error| why(&error))
        }
    }
}

fn why(error: &serde_json::Error) -> String {
    if error.to_string().contains("recursion limit") {
        "the answer nests too deep to be read".to_owned()
    } else if error.is_eof() {
        "the answer ends too early to be read".to_owned()
    } else {
        // The position helps; the error never quotes the content.
        format!(
            "the answer is not JSON (line {}, column {})",
            error.line(),
            error.column()
        )
    }
}

/// Whether the bytes start like HTML or XML.
#[must_use]
pub fn looks_like_a_web_page(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        .is_some_and(|first| *first == b'<')
}

/// Replaces `\ud800`-like escapes that have no partner with `\ufffd`.
fn mend_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        match escape_unit(after) {
            Some((unit, tail)) if (0xd800..0xdc00).contains(&unit) => {
                let low = tail
                    .strip_prefix('\\')
                    .and_then(escape_unit)
                    .filter(|(low, _)| (0xdc00..0xe000).contains(low));
                if let Some((low, tail)) = low {
                    out.push_str(&format!("\\u{unit:04x}\\u{low:04x}"));
                    rest = tail;
                } else {
                    out.push_str("\\ufffd");
                    rest = tail;
                }
            }
            Some((unit, tail)) if (0xdc00..0xe000).contains(&unit) => {
                out.push_str("\\ufffd");
                rest = tail;
            }
            _ => {
                // Any other escape is two characters at least; both are copied,
                // so that `\\u` is not taken for an escape of its own.
                out.push('\\');
                let mut chars = after.chars();
                if let Some(next) = chars.next() {
                    out.push(next);
                }
                rest = chars.as_str();
            }
        }
    }
    out.push_str(rest);
    out
}

/// Reads `uXXXX` at the start of the text.
fn escape_unit(text: &str) -> Option<(u32, &str)> {
    let hex = text.strip_prefix('u')?;
    let (digits, tail) = hex.split_at_checked(4)?;
    Some((u32::from_str_radix(digits, 16).ok()?, tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn half_a_surrogate_pair_costs_one_character_and_not_the_page() {
        let value = parse(br#"[{"name": "Ad\ud800a"}, {"name": "\ud83d\ude00 \\ud800"}]"#);
        assert_eq!(
            value,
            Ok(json!([{"name": "Ad\u{fffd}a"}, {"name": "😀 \\ud800"}]))
        );
    }

    #[test]
    fn text_that_is_not_utf8_is_mended() {
        assert_eq!(parse(b"\"caf\xe9\""), Ok(json!("caf\u{fffd}")));
    }

    #[test]
    fn a_thousand_brackets_are_refused_and_not_followed() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(
            parse(deep.as_bytes()),
            Err("the answer nests too deep to be read".to_owned())
        );
    }

    #[test]
    fn the_reason_never_quotes_the_content() {
        let reason = parse(br#"{"token": secret-value}"#);
        assert!(reason.is_err_and(|why| !why.contains("secret")));
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(parse(b"\xef\xbb\xbf{}"), Ok(json!({})));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            if let Err(why) = parse(&bytes) {
                proptest::prop_assert!(!why.is_empty());
            }
        }

        #[test]
        fn valid_json_is_never_altered(text: String) {
            let wire = serde_json::to_vec(&json!({ "t": text })).unwrap();
            proptest::prop_assert_eq!(parse(&wire), Ok(json!({ "t": text })));
        }
    }
}
