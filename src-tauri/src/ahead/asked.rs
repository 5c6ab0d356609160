//! What the page asked for at its last start, and what of it is asked ahead.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::deep;

/// What may be asked before anybody asks: calls that only read, of the first screens.
const READS: &[&str] = &[
    "accounts",
    "brief",
    "conversation",
    "conversation_people",
    "conversations",
    "conversations_by_id",
    "counts",
    "customer",
    "customers",
    "draft",
    "event",
    "me",
    "messages",
    "outbox",
    "person",
    "setting",
    "settings",
    "tasks",
    "tasks_by_id",
    "templates",
    "today",
];
/// No first screen asks for more.
const MOST: usize = 48;
/// No question of one is longer, in bytes.
const LONGEST: usize = 8 * 1024;
/// Stands for what the program was started to show. The page writes JSON, and no word of ours
/// begins like this.
const IT: &str = "\"@started-with\"";

/// One question, as the page puts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The call; none for a list that is followed.
    pub(crate) call: Option<String>,
    /// What is asked, in the page's own JSON: it looks for the very same text.
    pub(crate) request: String,
}

impl Asked {
    fn may(&self) -> bool {
        let reads = |call: &String| READS.contains(&&**call);
        self.call.as_ref().is_none_or(reads) && self.request.len() <= LONGEST
    }
}

/// How the program was started: with nothing, or with a link to a thing of some kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Start {
    kind: String,
    id: Option<String>,
}

impl Start {
    /// With this link among its words, if there is one.
    pub(crate) fn with(link: Option<&str>) -> Self {
        let link = link.and_then(deep::read);
        let parts = link
            .as_deref()
            .and_then(|it| it.strip_prefix("rapport://")?.split_once('/'));
        parts.map_or_else(Self::default, |(kind, id)| Self {
            kind: kind.to_owned(),
            id: Some(id.to_owned()),
        })
    }

    fn quoted(&self) -> Option<String> {
        self.id.as_ref().map(|id| format!("\"{id}\""))
    }
}

/// The questions of earlier starts, by how the program was started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered(BTreeMap<String, Vec<Asked>>);

impl Remembered {
    /// What a page that starts so is going to ask.
    pub(crate) fn of(&self, start: &Start) -> Vec<Asked> {
        let mut all = self.0.get(&start.kind).cloned().unwrap_or_default();
        if let Some(it) = start.quoted() {
            for asked in &mut all {
                asked.request = asked.request.replace(IT, &it);
            }
        }
        // What was kept may have been kept by another version.
        all.retain(Asked::may);
        all
    }

    /// Keeps what a page asked that started so. False when that is known already.
    pub(crate) fn keep(&mut self, start: &Start, mut asked: Vec<Asked>) -> bool {
        asked.retain(Asked::may);
        asked.truncate(MOST);
        if let Some(it) = start.quoted() {
            for one in &mut asked {
                one.request = one.request.replace(&it, IT);
            }
        }
        if self.0.get(&start.kind) == Some(&asked) {
            return false;
        }
        self.0.insert(start.kind.clone(), asked);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(call: &str, request: &str) -> Asked {
        Asked {
            call: Some(call.to_owned()),
            request: request.to_owned(),
        }
    }

    #[test]
    fn what_was_asked_of_one_conversation_is_asked_of_the_next_one() {
        let mut kept = Remembered::default();
        let first = Start::with(Some("rapport://conversation/17"));
        let all = vec![
            asked("messages", r#"{"conversation":"17","limit":170}"#),
            asked("me", "{}"),
        ];
        assert!(kept.keep(&first, all.clone()));
        assert!(!kept.keep(&first, all.clone()), "nothing new");
        assert_eq!(kept.of(&first), all);
        let other = kept.of(&Start::with(Some("rapport://conversation/9")));
        assert_eq!(other[0].request, r#"{"conversation":"9","limit":170}"#);
        // A start of another kind asks other things.
        assert!(kept.of(&Start::with(None)).is_empty());
        assert!(kept.of(&Start::with(Some("rapport://task/17"))).is_empty());
    }

    #[test]
    fn only_questions_are_asked_ahead() {
        let mut kept = Remembered::default();
        let list = Asked {
            call: None,
            request: r#"{"of":"inbox","filter":{}}"#.to_owned(),
        };
        let start = Start::default();
        kept.keep(
            &start,
            vec![
                asked("account_remove", r#"{"account":"a"}"#),
                asked("mark_read", r#"{"conversation":"1"}"#),
                asked("me", &" ".repeat(LONGEST + 1)),
                list.clone(),
            ],
        );
        assert_eq!(kept.of(&start), [list]);
        // Whatever stands in the file.
        let kept: Remembered = serde_json::from_str(
            r#"{"":[{"call":"account_remove","request":"{}"},{"call":"me","request":"{}"}]}"#,
        )
        .unwrap();
        assert_eq!(kept.of(&start), [asked("me", "{}")]);
    }

    #[test]
    fn every_question_is_a_call_there_is() {
        for call in READS {
            assert!(rapport_api::calls::names().contains(call), "{call}");
        }
    }
}
