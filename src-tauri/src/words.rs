//! The few texts the shell itself shows, in tray and notifications. Everything
//! else is the page's.

use rapport_api::Api;
use serde::Deserialize;

use crate::rest::setting;

/// All of them, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) open: String,
    pub(crate) open_unread: String,
    pub(crate) pause: String,
    pub(crate) quiet_hour: String,
    pub(crate) quiet_tomorrow: String,
    pub(crate) quiet_end: String,
    pub(crate) quit: String,
    pub(crate) tip: String,
    pub(crate) tip_unread: String,
    pub(crate) tip_quiet: String,
    pub(crate) tip_paused: String,
    pub(crate) reply: String,
    pub(crate) done: String,
    pub(crate) snooze: String,
    pub(crate) show: String,
    pub(crate) hidden_message: String,
    pub(crate) hidden_mention: String,
    pub(crate) hidden_other: String,
    pub(crate) several: String,
}

const ENGLISH: &str = include_str!("../messages/en.json");
const GERMAN: &str = include_str!("../messages/de.json");

impl Words {
    /// In the language of that tag; English when there is none of it.
    pub(crate) fn of(tag: &str) -> Result<Self, serde_json::Error> {
        let german = tag.to_lowercase().starts_with("de");
        serde_json::from_str(if german { GERMAN } else { ENGLISH })
    }

    /// In the user's language: as chosen in the settings, or as the system says.
    pub(crate) fn for_user(api: Option<&Api>) -> Result<Self, serde_json::Error> {
        let chosen: Option<String> = api.and_then(|api| setting(api, "look.language"));
        match chosen.as_deref() {
            Some(tag) if tag != "system" => Self::of(tag),
            _ => Self::of(&of_system()),
        }
    }
}

fn of_system() -> String {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default()
}

/// A text with its number.
pub(crate) fn counted(text: &str, count: u64) -> String {
    text.replace("{count}", &count.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_complete_and_take_the_same_numbers() {
        let english = Words::of("en-GB").unwrap();
        let german = Words::of("de_DE.UTF-8").unwrap();
        assert_ne!(english, german);
        assert_eq!(Words::of("fr").unwrap(), english);
        for words in [english, german] {
            assert!(counted(&words.open_unread, 7).contains("(7 "));
            assert!(counted(&words.tip_unread, 7).contains(": 7 "));
            assert!(counted(&words.several, 7).starts_with("7 "));
        }
    }
}
