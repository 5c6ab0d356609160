//! `rapport://` links: the address of one thing, from anywhere on the computer.
//!
//! A link comes from outside and can be written by anyone, so it only ever
//! leads somewhere; no link does anything.

use serde::Serialize;

/// What a link can lead to.
const KINDS: &[&str] = &[
    "conversation",
    "customer",
    "task",
    "record",
    "page",
    "event",
    "person",
];

/// No id of ours is longer.
const LONGEST: usize = 64;

/// Where the page is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Target {
    /// As a link.
    pub(crate) link: String,
    /// What it is.
    pub(crate) kind: String,
    /// Which one.
    pub(crate) id: String,
    /// The message in the conversation.
    pub(crate) message: Option<String>,
    /// The user wants to answer.
    pub(crate) reply: bool,
}

impl Target {
    /// A thing of a kind.
    pub(crate) fn of(kind: &str, id: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            link: format!("rapport://{kind}/{id}"),
            kind: kind.to_owned(),
            id,
            message: None,
            reply: false,
        }
    }
}

/// Reads a link; `None` for anything that is not one.
pub(crate) fn read(link: &str) -> Option<Target> {
    let rest = link.trim().strip_prefix("rapport://")?;
    let (kind, id) = rest.split_once('/')?;
    let id = id.strip_suffix('/').unwrap_or(id);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = !id.is_empty() && id.len() <= LONGEST && id.chars().all(plain);
    (KINDS.contains(&kind) && fits).then(|| Target::of(kind, id))
}

/// The first link among a program's arguments.
pub(crate) fn among(words: &[String]) -> Option<Target> {
    words.iter().find_map(|word| read(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_each_kind_is_read() {
        for kind in ["conversation", "customer", "task", "record"] {
            let target = read(&format!("rapport://{kind}/7203841")).unwrap();
            assert_eq!(
                (target.kind.as_str(), target.id.as_str()),
                (kind, "7203841")
            );
        }
        // As some desktops hand it over.
        assert_eq!(read("rapport://task/7/"), read("rapport://task/7"));
        assert_eq!(read(" rapport://task/-12\n").unwrap().id, "-12");
    }

    #[test]
    fn what_is_not_an_address_of_ours_leads_nowhere() {
        let long = format!("rapport://task/{}", "9".repeat(65));
        for odd in [
            "",
            "rapport://",
            "rapport://task",
            "rapport://task/",
            "rapport:task/7",
            "RAPPORT://task/7",
            "rapport://settings/7",
            "rapport://task/7/delete",
            "rapport://task/7?do=delete",
            "rapport://task/7#x",
            "rapport://task/../customer/1",
            "rapport://task/%2e%2e",
            "rapport://task/<img src=x>",
            "https://example.com/task/7",
            &long,
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_link_is_found_among_arguments() {
        let words = ["rapport-desktop", "--minimised", "rapport://record/5"].map(String::from);
        assert_eq!(among(&words), read("rapport://record/5"));
        assert_eq!(among(&words[..2]), None);
    }
}
