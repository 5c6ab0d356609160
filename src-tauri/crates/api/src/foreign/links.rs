//! The links of a message, with where each leads.

use url::Url;

use crate::dto::MessageLink;

/// Links told of; a mail with more is a list nobody reads.
const MOST: usize = 500;
/// Characters of a link's text that are told.
const TEXT: usize = 200;

/// The links in HTML that was made harmless, in order. Our own serialiser wrote
/// it: attributes stand in double quotes and links never nest.
pub(super) fn of(clean: &str) -> Vec<MessageLink> {
    let mut out = Vec::new();
    let mut rest = clean;
    while let Some((_, after)) = rest.split_once("<a ") {
        let Some((attributes, inside)) = after.split_once('>') else {
            break;
        };
        let (content, behind) = inside.split_once("</a>").unwrap_or((inside, ""));
        rest = behind;
        let href = attributes
            .split_once("href=\"")
            .and_then(|(_, it)| it.split_once('"'))
            .map(|(it, _)| unescape(it));
        if let Some(href) = href
            && out.len() < MOST
        {
            out.push(link(href, &text(content)));
        }
    }
    out
}

fn link(href: String, text: &str) -> MessageLink {
    let host = Url::parse(&href).ok().map_or_else(String::new, |url| {
        url.host_str()
            .map_or_else(|| url.path().to_owned(), str::to_owned)
    });
    MessageLink {
        differs: differs(text, &href, &host),
        text: text.to_owned(),
        host,
        href,
    }
}

/// Whether a text that itself looks like an address names another host, or
/// another mailbox, than the link leads to.
fn differs(text: &str, href: &str, host: &str) -> bool {
    let text = text.trim();
    if text.contains(char::is_whitespace) {
        return text
            .split_whitespace()
            .any(|word| differs(word, href, host));
    }
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let lower = text.to_lowercase();
    if lower.contains('@') {
        let shown = lower.strip_prefix("mailto:").unwrap_or(&lower);
        let meant = host.split('?').next().unwrap_or_default().to_lowercase();
        return href.starts_with("mailto:") && shown != meant;
    }
    if !href.starts_with("http") {
        return false;
    }
    let named = if lower.starts_with("http://") || lower.starts_with("https://") {
        Url::parse(&lower)
    } else if looks_like_host(&lower) {
        Url::parse(&format!("https://{lower}"))
    } else {
        return false;
    };
    let bare = |host: &str| {
        host.trim_start_matches("www.")
            .trim_end_matches('.')
            .to_owned()
    };
    named
        .ok()
        .and_then(|it| it.host_str().map(bare))
        .is_some_and(|it| it != bare(host))
}

/// `example.com/offer`, but neither `3.5` nor `etc.` nor `report.pdf`.
fn looks_like_host(text: &str) -> bool {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((_, ending)) = host.rsplit_once('.') else {
        return false;
    };
    let file = [
        "pdf", "doc", "docx", "xls", "xlsx", "txt", "png", "jpg", "zip", "csv", "md",
    ];
    ending.chars().count() >= 2
        && ending.chars().all(char::is_alphabetic)
        && (host.len() < text.len() || !file.contains(&ending))
}

/// The visible text of a piece of HTML that was made harmless, on one line.
fn text(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        let Some((_, behind)) = tag.split_once('>') else {
            rest = "";
            break;
        };
        rest = behind;
    }
    out.push_str(rest);
    let plain = unescape(&out);
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").chars().take(TEXT).collect()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{A0}")
        .replace("&amp;", "&")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A text as HTML: its lines kept, its web addresses made links.
pub(super) fn linked(text: &str) -> String {
    let mut out = String::from("<div style=\"white-space: pre-wrap\">");
    let mut rest = text;
    while let Some(at) = next_address(rest) {
        let (before, from) = rest.split_at(at);
        out.push_str(&escape(before));
        let end = from
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
            .unwrap_or(from.len());
        let word = from.get(..end).unwrap_or_default();
        // A full stop behind an address ends the sentence.
        let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        match super::address::link(word) {
            Some(href) => {
                out.push_str("<a href=\"");
                out.push_str(&escape(&href));
                out.push_str("\" rel=\"noopener noreferrer nofollow\">");
                out.push_str(&escape(word));
                out.push_str("</a>");
            }
            None => out.push_str(&escape(word)),
        }
        rest = from.get(word.len().max(1)..).unwrap_or_default();
        if word.is_empty() {
            out.push_str(&escape(from.get(..1).unwrap_or_default()));
        }
    }
    out.push_str(&escape(rest));
    out.push_str("</div>");
    out
}

/// Where the next web address begins.
fn next_address(text: &str) -> Option<usize> {
    ["https://", "http://"]
        .iter()
        .filter_map(|it| text.find(it))
        .min()
}
