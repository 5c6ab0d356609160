//! The MIME parts of a mail: encoded words, quoted-printable, boundaries.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::post::{Address, Attachment, Body};

/// A header value; words outside ASCII become encoded words of RFC 2047.
pub(crate) fn header_text(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words = Vec::new();
    let mut chunk = String::new();
    for c in text.chars() {
        // 45 bytes become 60 characters, and the word stays below 75.
        if chunk.len() + c.len_utf8() > 45 {
            words.push(format!("=?UTF-8?B?{}?=", STANDARD.encode(&chunk)));
            chunk.clear();
        }
        chunk.push(c);
    }
    words.push(format!("=?UTF-8?B?{}?=", STANDARD.encode(&chunk)));
    words.join("\n ")
}

/// `Name <address>`.
pub(crate) fn mailbox(address: &Address) -> String {
    let name = header_text(&address.name);
    if name.contains(|c: char| ",;:()@\"".contains(c)) {
        format!("\"{}\" <{}>", name.replace('"', "'"), address.email)
    } else {
        format!("{name} <{}>", address.email)
    }
}

/// Several of them, one a line.
pub(crate) fn mailboxes(list: &[Address]) -> String {
    list.iter().map(mailbox).collect::<Vec<_>>().join(",\n ")
}

/// Content headers, an empty line and the content.
pub(crate) fn body(out: &mut String, id: &str, body: &Body, attachment: Option<&Attachment>) {
    let stem = id.split('@').next().unwrap_or(id);
    let Some(file) = attachment else {
        content(out, stem, body);
        return;
    };
    put(
        out,
        format_args!("Content-Type: multipart/mixed; boundary=\"=_m_{stem}\"\n\n--=_m_{stem}\n"),
    );
    content(out, stem, body);
    put(
        out,
        format_args!(
            "\n--=_m_{stem}\nContent-Type: {}; charset=utf-8\n",
            file.kind
        ),
    );
    put(
        out,
        format_args!(
            "Content-Disposition: attachment;\n {}\n",
            file_name(&file.name)
        ),
    );
    out.push_str("Content-Transfer-Encoding: base64\n\n");
    let encoded = STANDARD.encode(&file.content);
    let mut rest = encoded.as_str();
    while let Some((line, tail)) = rest.split_at_checked(76) {
        out.push_str(line);
        out.push('\n');
        rest = tail;
    }
    put(out, format_args!("{rest}\n--=_m_{stem}--\n"));
}

fn content(out: &mut String, stem: &str, body: &Body) {
    match body {
        Body::Text(text) => part(out, "plain", text, stem),
        Body::Html(html) => part(out, "html", html, stem),
        Body::Both(text, html) => {
            put(
                out,
                format_args!(
                    "Content-Type: multipart/alternative; boundary=\"=_a_{stem}\"\n\n--=_a_{stem}\n"
                ),
            );
            part(out, "plain", text, stem);
            put(out, format_args!("\n--=_a_{stem}\n"));
            part(out, "html", html, stem);
            put(out, format_args!("\n--=_a_{stem}--\n"));
        }
    }
}

/// One text part. What is not ASCII goes as 8bit or, in every fourth mail, as
/// quoted-printable, because a reader meets both.
fn part(out: &mut String, kind: &str, text: &str, stem: &str) {
    let quoted = !text.is_ascii() && stem.ends_with(['0', '4', '8', 'c', 't']);
    let encoding = if text.is_ascii() {
        "7bit"
    } else if quoted {
        "quoted-printable"
    } else {
        "8bit"
    };
    put(
        out,
        format_args!(
            "Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"
        ),
    );
    if quoted {
        quoted_printable(out, text);
    } else {
        out.push_str(text);
    }
    out.push('\n');
}

/// RFC 2045 section 6.7.
fn quoted_printable(out: &mut String, text: &str) {
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let mut width = 0;
        let last = line.len().saturating_sub(1);
        for (place, byte) in line.bytes().enumerate() {
            let plain =
                (33..=126).contains(&byte) && byte != b'=' || (byte == b' ' && place != last);
            let size = if plain { 1 } else { 3 };
            if width + size > 75 {
                out.push_str("=\n");
                width = 0;
            }
            if plain {
                out.push(char::from(byte));
            } else {
                put(out, format_args!("={byte:02X}"));
            }
            width += size;
        }
    }
}

/// `filename="…"`, or the RFC 2231 form for names outside ASCII.
fn file_name(name: &str) -> String {
    if name.is_ascii() {
        return format!("filename=\"{}\"", name.replace('"', "'"));
    }
    let mut out = String::from("filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            out.push(char::from(byte));
        } else {
            put(&mut out, format_args!("%{byte:02X}"));
        }
    }
    out
}

/// Writing to a string cannot fail.
pub(crate) fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).unwrap_or_default();
}
