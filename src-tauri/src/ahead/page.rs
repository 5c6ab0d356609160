//! The page with its first answers inside, as a block of data that no policy has to allow: it is
//! not a script, and nothing in it can end it.

use rapport_api::list::ListDelta;
use serde::Serialize;
use serde_json::Value;

/// More than this, in bytes, is slower to carry than to ask for.
const MOST: usize = 1024 * 1024;
/// Where the block goes.
const END: &[u8] = b"</head>";

/// What a call answered.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) call: String,
    /// As the page puts it.
    pub(super) request: String,
    pub(super) answer: Value,
}

/// A list as it is, the beginning of a long one.
#[derive(Debug, Serialize)]
pub(super) struct List {
    /// As the page puts it.
    pub(super) request: String,
    pub(super) delta: ListDelta,
    /// So many more ids come next, at its end.
    pub(super) more: usize,
}

/// What comes with the page.
#[derive(Debug, Default, Serialize)]
pub(super) struct First {
    /// How the gate stands.
    pub(super) gate: Option<Value>,
    pub(super) answers: Vec<Answer>,
    pub(super) lists: Vec<List>,
}

/// Whether this path is the page itself.
pub(super) fn is_page(path: &str) -> bool {
    matches!(path, "" | "/" | "/index.html")
}

impl First {
    /// The page with this inside; `None` where it has no head or this is too much.
    pub(super) fn inside(&self, page: &[u8]) -> Option<Vec<u8>> {
        // In JSON a less-than sign is only ever inside a text.
        let json = serde_json::to_string(self).ok()?.replace('<', "\\u003c");
        if json.len() > MOST {
            return None;
        }
        let at = page.windows(END.len()).position(|it| it == END)?;
        let (head, rest) = page.split_at(at);
        let open: &[u8] = b"<script type=\"application/json\" id=\"first\">";
        Some([head, open, json.as_bytes(), b"</script>", rest].concat())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn first(text: &str) -> First {
        First {
            answers: vec![Answer {
                call: "me".to_owned(),
                request: "{}".to_owned(),
                answer: json!(text),
            }],
            ..First::default()
        }
    }

    #[test]
    fn no_text_of_a_message_gets_out_of_its_block() {
        let hostile = "</script><script>alert(1)</script><!-- <script>";
        let page = first(hostile)
            .inside(b"<html><head><title>x</title></head><body></body></html>")
            .unwrap();
        let page = String::from_utf8(page).unwrap();
        let (_, block) = page.split_once("id=\"first\">").unwrap();
        let (json, rest) = block.split_once('<').unwrap();
        assert_eq!(rest, "/script></head><body></body></html>");
        let read: Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["answers"][0]["answer"], hostile);
    }

    #[test]
    fn a_page_that_cannot_take_it_stays_as_it_is() {
        assert!(first("x").inside(b"<html></html>").is_none());
        let large = "x".repeat(MOST);
        assert!(first(&large).inside(b"<head></head>").is_none());
    }

    #[test]
    fn only_the_page_itself_is_the_page() {
        assert!(is_page("/") && is_page("") && is_page("/index.html"));
        assert!(!is_page("/assets/index.js") && !is_page("/favicon.svg"));
    }
}
