//! Pictures that come with a mail or are written into its HTML.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The types of picture that are shown: those that cannot hold a script.
const PICTURES: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/bmp",
];

/// The parts of a mail that its HTML shows, ready to be written into it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inline(BTreeMap<String, String>);

impl Inline {
    /// Adds a part under the name the HTML calls it by. What is none of the
    /// pictures shown, whatever it says it is, is left out.
    pub(crate) fn add(&mut self, name: &str, mime: &str, bytes: &[u8]) {
        let Some(real) = picture_type(bytes) else {
            return;
        };
        if is_picture(mime) {
            let data = format!("data:{real};base64,{}", STANDARD.encode(bytes));
            self.0.insert(name.to_owned(), data);
        }
    }

    /// The part of that name.
    pub(super) fn data(&self, name: &str) -> Option<&str> {
        self.0.get(&unescaped(name)).map(String::as_str)
    }
}

/// Whether a media type is one of the pictures that are shown.
pub(crate) fn is_picture(mime: &str) -> bool {
    let mime = mime.split(';').next().unwrap_or_default().trim();
    PICTURES.iter().any(|it| it.eq_ignore_ascii_case(mime))
        || mime.eq_ignore_ascii_case("image/jpg")
}

/// What a picture is, by its first bytes.
pub(crate) fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    let starts = |head: &[u8]| bytes.starts_with(head);
    if starts(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if starts(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some("image/gif")
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else if starts(b"BM") {
        Some("image/bmp")
    } else {
        None
    }
}

/// The names of the parts that HTML shows, each once.
pub(crate) fn named_parts(html: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in html.match_indices(':') {
        let Some(head) = at.checked_sub(3).and_then(|from| html.get(from..at)) else {
            continue;
        };
        if !head.eq_ignore_ascii_case("cid") {
            continue;
        }
        let rest = html.get(at + 1..).unwrap_or_default();
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '>' | '<' | ')'))
            .unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default().replace("&amp;", "&");
        if (1..=250).contains(&name.len()) {
            names.insert(unescaped(&name));
        }
    }
    names
}

/// A name without the escapes of an address.
fn unescaped(name: &str) -> String {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let escaped = tail
            .get(..2)
            .filter(|_| *byte == b'%')
            .and_then(|it| std::str::from_utf8(it).ok())
            .and_then(|it| u8::from_str_radix(it, 16).ok());
        out.push(escaped.unwrap_or(*byte));
        rest = match escaped {
            Some(_) => tail.get(2..).unwrap_or_default(),
            None => tail,
        };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether a picture written into the HTML is one of those shown, and no longer
/// than `most` bytes of text.
pub(super) fn is_harmless_data(source: &str, most: usize) -> bool {
    let Some((head, data)) = source.split_once(',') else {
        return false;
    };
    let head = head.to_ascii_lowercase();
    let mime = head
        .strip_prefix("data:")
        .and_then(|it| it.strip_suffix(";base64"))
        .unwrap_or_default();
    PICTURES.contains(&mime)
        && data.len() <= most
        && data
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/' | b'='))
}
