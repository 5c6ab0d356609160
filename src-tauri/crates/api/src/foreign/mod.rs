//! Foreign HTML made harmless: what a mail or chat brings is cut down to text,
//! structure and plain looks before any screen sees it.
//!
//! This is the first wall. The window frames the result in a sandbox without
//! scripts and under a policy that loads nothing; either wall holds alone.
//! Deliberately absent: classes and ids (nothing here can be styled or named by
//! anybody else), forms, SVG and MathML, style sheets, and every address that is
//! not a link a person can follow or a picture that was asked for.

#![expect(
    clippy::disallowed_types,
    reason = "the sanitiser takes its lists so; nothing here depends on their order"
)]

mod address;
mod links;
mod parts;
mod style;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ammonia::{Builder, UrlRelative};

use crate::dto::MessageView;

pub(crate) use parts::{Inline, is_picture, named_parts, picture_type};

/// Longer HTML is cut: no mail that people write is so long, and what stands at
/// its end is not worth a window that stands still.
const LONGEST: usize = 4 * 1024 * 1024;
/// A picture written into the HTML itself is left out above this, in bytes.
const LARGEST_DATA: usize = 4 * 1024 * 1024;

/// What structure is left.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// What goes with everything inside it; of all other elements the text stays.
const GONE: &[&str] = &[
    "applet",
    "audio",
    "base",
    "canvas",
    "datalist",
    "dialog",
    "embed",
    "frame",
    "frameset",
    "iframe",
    "link",
    "math",
    "meta",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "optgroup",
    "option",
    "param",
    "plaintext",
    "portal",
    "script",
    "select",
    "source",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "track",
    "video",
    "xmp",
];

/// Attributes that only say how something looks.
const LOOKS: &[(&str, &[&str])] = &[
    ("a", &["href"]),
    ("bdo", &["dir"]),
    ("col", &["span", "width", "align", "valign"]),
    ("colgroup", &["span", "width", "align", "valign"]),
    ("div", &["align"]),
    ("font", &["color", "size", "face"]),
    ("h1", &["align"]),
    ("h2", &["align"]),
    ("h3", &["align"]),
    ("h4", &["align"]),
    ("h5", &["align"]),
    ("h6", &["align"]),
    ("hr", &["align", "width", "size"]),
    ("img", &["src", "alt", "width", "height", "align", "border"]),
    ("li", &["value"]),
    ("ol", &["start", "type"]),
    ("p", &["align"]),
    (
        "table",
        &[
            "align",
            "bgcolor",
            "border",
            "cellpadding",
            "cellspacing",
            "width",
            "height",
        ],
    ),
    ("tbody", &["align", "valign"]),
    (
        "td",
        &[
            "align", "bgcolor", "colspan", "height", "rowspan", "valign", "width",
        ],
    ),
    ("tfoot", &["align", "valign"]),
    (
        "th",
        &[
            "align", "bgcolor", "colspan", "height", "rowspan", "scope", "valign", "width",
        ],
    ),
    ("thead", &["align", "valign"]),
    ("tr", &["align", "bgcolor", "valign"]),
    ("ul", &["type"]),
];

/// Elements inside one another, as a quick look counts them: parsing costs the
/// square of it, and mails that people write have a few dozen.
const DEEPEST: usize = 1_000;
/// Tags of one mail.
const MOST_TAGS: usize = 200_000;

/// Whether HTML is of a size and depth that is worth parsing. One that is not
/// was made to hold the reader up, and is shown as its text.
pub(crate) fn is_reasonable(html: &str) -> bool {
    let (mut depth, mut tags) = (0_usize, 0_usize);
    for (at, _) in html.match_indices('<') {
        let rest = html.as_bytes().get(at + 1..).unwrap_or_default();
        let closing = rest.first() == Some(&b'/');
        let name: String = rest
            .iter()
            .skip(usize::from(closing))
            .take(12)
            .take_while(|it| it.is_ascii_alphanumeric())
            .map(|it| char::from(it.to_ascii_lowercase()))
            .collect();
        if name.is_empty() {
            continue;
        }
        tags += 1;
        if ENDS_BY_ITSELF.contains(&name.as_str()) {
            continue;
        }
        depth = if closing {
            depth.saturating_sub(1)
        } else {
            depth + 1
        };
        if depth > DEEPEST || tags > MOST_TAGS {
            return false;
        }
    }
    tags <= MOST_TAGS
}

/// Elements that are never closed, or often are not.
const ENDS_BY_ITSELF: &[&str] = &[
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
    "option", "p", "param", "source", "td", "th", "tr", "track", "wbr",
];

/// Makes the HTML form of a message harmless. `images` leaves remote pictures in,
/// over encrypted lines only; `inline` are those the message brought along.
pub(crate) fn sanitise(html: &str, images: bool, inline: Inline) -> MessageView {
    let html = html
        .get(..html.floor_char_boundary(LONGEST))
        .unwrap_or_default();
    let blocked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&blocked);
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(GONE.iter().copied().collect())
        .tag_attributes(looks())
        .generic_attributes(HashSet::from(["dir", "lang", "style", "title"]))
        .url_schemes(HashSet::from([
            "http", "https", "mailto", "tel", "cid", "data",
        ]))
        // Every address left passes our own filter, which counts what it keeps out.
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true)
        .attribute_filter(move |tag, name, value| {
            attribute(tag, name, value, images, &inline, &counter)
        });
    let clean = builder.clean(html).to_string();
    MessageView {
        links: links::of(&clean),
        html: clean,
        blocked_images: blocked.load(Ordering::Relaxed),
    }
}

/// The same for a message that has only text.
pub(crate) fn from_text(text: &str) -> MessageView {
    let html = links::linked(text);
    MessageView {
        links: links::of(&html),
        html,
        blocked_images: 0,
    }
}

fn looks() -> HashMap<&'static str, HashSet<&'static str>> {
    LOOKS
        .iter()
        .map(|(tag, names)| (*tag, names.iter().copied().collect()))
        .collect()
}

/// What an attribute may say; `None` takes it away.
fn attribute<'a>(
    tag: &str,
    name: &str,
    value: &'a str,
    images: bool,
    inline: &Inline,
    blocked: &AtomicU32,
) -> Option<Cow<'a, str>> {
    let count = || {
        blocked.fetch_add(1, Ordering::Relaxed);
    };
    match (tag, name) {
        ("a", "href") => address::link(value).map(Cow::Owned),
        ("img", "src") => {
            let source = address::stripped(value);
            if let Some(part) = strip_scheme(&source, "cid:") {
                return inline.data(part).map(|it| Cow::Owned(it.to_owned()));
            }
            if strip_scheme(&source, "data:").is_some() {
                return parts::is_harmless_data(&source, LARGEST_DATA)
                    .then_some(Cow::Owned(source));
            }
            let remote = address::picture(&source);
            if remote.is_none() || !images {
                if address::is_remote(&source) {
                    count();
                }
                return None;
            }
            remote.map(Cow::Owned)
        }
        (_, "style") => style::plain(value).map(Cow::Owned),
        (_, "bgcolor") | ("font", "color") => {
            style::is_colour(value).then_some(Cow::Borrowed(value))
        }
        ("font", "face") => style::is_family(value).then_some(Cow::Borrowed(value)),
        (_, "dir") => matches!(value.to_ascii_lowercase().as_str(), "ltr" | "rtl" | "auto")
            .then_some(Cow::Borrowed(value)),
        (_, "alt" | "title") => Some(Cow::Borrowed(value)),
        (_, "lang" | "align" | "valign" | "type" | "scope") => {
            is_word(value).then_some(Cow::Borrowed(value))
        }
        _ => is_measure(value).then_some(Cow::Borrowed(value)),
    }
}

/// What follows a scheme, however it is written.
fn strip_scheme<'a>(source: &'a str, scheme: &str) -> Option<&'a str> {
    let head = source.get(..scheme.len())?;
    if head.eq_ignore_ascii_case(scheme) {
        source.get(scheme.len()..)
    } else {
        None
    }
}

/// A plain word: `left`, `de-DE`, `circle`.
fn is_word(value: &str) -> bool {
    value.len() <= 35
        && value
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

/// A number, with a unit at most: `600`, `50%`, `12px`, `+1`.
fn is_measure(value: &str) -> bool {
    let value = value.trim();
    let digits = value.trim_start_matches(['+', '-']);
    let digits = digits
        .strip_suffix("px")
        .or_else(|| digits.strip_suffix('%'))
        .or_else(|| digits.strip_suffix('*'))
        .unwrap_or(digits);
    (1..=5).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit() || it == b'.')
}

#[cfg(test)]
mod tests;
