//! Events as they come over the line, read without trusting any of it.
//!
//! An event is kept as plain JSON: typed readers refuse a whole event for one wrong field,
//! and a message with a broken mention must still be readable. Every getter answers `None`
//! for a missing or mistyped field; nothing here can fail or panic on any input.

use serde_json::Value;

/// No honest event is larger: servers refuse more than 64 KiB, decryption adds little.
const EVENT_LIMIT: usize = 512 * 1024;
/// How much of an event that cannot be mapped is kept.
const POISON_LIMIT: usize = 64 * 1024;

/// One event of a timeline.
#[derive(Debug, Clone)]
pub(super) struct Event {
    value: Value,
}

impl Event {
    /// Reads the JSON of an event.
    ///
    /// # Errors
    /// It is not JSON, nests too deeply or is far too large; the text says which.
    pub(super) fn read(raw: &str) -> Result<Self, String> {
        if raw.len() > EVENT_LIMIT {
            return Err(format!("the event is {} bytes long", raw.len()));
        }
        match serde_json::from_str::<Value>(raw) {
            Ok(value) if value.is_object() => Ok(Self { value }),
            Ok(_) => Err("the event is not an object".to_owned()),
            Err(error) => Err(format!("the event cannot be read: {error}")),
        }
    }

    /// A text at a path (`/content/body`).
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.value.pointer(path)?.as_str()
    }

    /// A part at a path.
    pub(super) fn part(&self, path: &str) -> Option<&Value> {
        self.value.pointer(path)
    }

    /// The event id, when it has the form of one.
    pub(super) fn id(&self) -> Option<&str> {
        self.text("/event_id").filter(|id| is_id(id, '$'))
    }

    /// The type, empty when there is none.
    pub(super) fn kind(&self) -> &str {
        self.text("/type").unwrap_or_default()
    }

    /// The sender, when it has the form of a user id.
    pub(super) fn sender(&self) -> Option<&str> {
        self.text("/sender").filter(|id| is_id(id, '@'))
    }

    /// When the server says it was sent.
    pub(super) fn at(&self) -> Option<i64> {
        let at = self.part("/origin_server_ts")?;
        at.as_i64().filter(|at| *at >= 0)
    }

    /// It changes the room and says nothing.
    pub(super) fn is_state(&self) -> bool {
        self.value.get("state_key").is_some()
    }
}

/// A Matrix id of the kind that starts with `sigil`, of a length a server would accept.
pub(super) fn is_id(id: &str, sigil: char) -> bool {
    id.starts_with(sigil) && id.len() > 1 && id.len() <= 255 && !id.contains(char::is_control)
}

/// The text without NUL, which neither SQLite's text functions nor a screen can carry.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// At most `limit` bytes of a text, cut between characters.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// What is kept of an event that cannot be mapped.
pub(super) fn remains(raw: &str) -> String {
    clean(cut(raw, POISON_LIMIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_json_is_refused_with_a_reason_and_without_a_panic() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let deep = format!("{{\"content\":{deep}}}");
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(EVENT_LIMIT));
        for raw in ["", "null", "[]", "{", "\u{0}", &deep, &long] {
            let reason = Event::read(raw).expect_err("refused");
            assert!(reason.starts_with("the event"), "{reason}");
        }
    }

    #[test]
    fn a_mistyped_field_is_a_missing_field() {
        let event = Event::read(
            r#"{"event_id":7,"sender":["@a:b"],"type":{},"origin_server_ts":"now","content":[]}"#,
        )
        .expect("an object");
        assert_eq!((event.id(), event.sender(), event.at()), (None, None, None));
        assert_eq!((event.kind(), event.text("/content/body")), ("", None));
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
        assert_eq!(cut("", 9), "");
    }
}
