//! `rapport://` links: the address of one thing, from anywhere on the computer.
//!
//! A link comes from outside and can be written by anyone, so it only ever
//! leads somewhere; no link does anything, and none carries a secret.

/// What a link can lead to.
const KINDS: &[&str] = &[
    "conversation",
    "message",
    "customer",
    "task",
    "record",
    "page",
    "event",
    "person",
];
/// No id of ours is longer.
const LONGEST_ID: usize = 64;

fn plain(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    !id.is_empty() && id.len() <= LONGEST_ID && id.chars().all(fits)
}

/// Reads a link and gives it in its plain form; `None` for anything that is not
/// one.
pub(crate) fn read(link: &str) -> Option<String> {
    let link = link.trim();
    let (kind, id) = link.strip_prefix("rapport://")?.split_once('/')?;
    let id = id.strip_suffix('/').unwrap_or(id);
    (KINDS.contains(&kind) && plain(id)).then(|| format!("rapport://{kind}/{id}"))
}

/// The first link among a program's arguments.
pub(crate) fn among(words: &[String]) -> Option<String> {
    words.iter().find_map(|word| read(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_each_kind_is_read() {
        for kind in ["conversation", "message", "customer", "task", "record"] {
            let link = format!("rapport://{kind}/7203841");
            assert_eq!(read(&link), Some(link));
        }
        // As some desktops hand it over.
        assert_eq!(read("rapport://task/7/"), read("rapport://task/7"));
        assert_eq!(
            read(" rapport://task/-12\n").as_deref(),
            Some("rapport://task/-12")
        );
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
            "rapport://sign-in?loginToken=a",
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
