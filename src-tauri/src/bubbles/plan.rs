//! From rows that are due to bubbles: what each shows, where a click leads, and
//! what its answers ask of the core. Pure.

use rapport_model::Millis;
use rapport_store::view::{DueNotification, NotificationRow};
use serde_json::{Value, json};

use super::desktop::Answer;
use crate::words::{Words, counted};

/// More at once are one bubble: after a night's rest nobody reads twenty.
const AT_ONCE: usize = 4;

/// What is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bubble {
    /// One line.
    pub(crate) title: String,
    /// A second line; empty when nothing may be shown.
    pub(crate) text: String,
    /// It can be answered, finished and put off from where it is.
    pub(crate) answerable: bool,
}

/// A bubble and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Planned {
    pub(crate) bubble: Bubble,
    /// The numbers of all rows it is about.
    pub(crate) about: Vec<i64>,
    /// The one row, when it is about one.
    row: Option<NotificationRow>,
}

/// The bubbles for what is due, the oldest first.
pub(crate) fn plan(due: &[DueNotification], words: &Words) -> Vec<Planned> {
    if due.len() > AT_ONCE {
        let count = u64::try_from(due.len()).unwrap_or(u64::MAX);
        return vec![Planned {
            bubble: Bubble {
                title: counted(&words.several, count),
                text: String::new(),
                answerable: false,
            },
            about: due.iter().map(|it| it.row.id).collect(),
            row: None,
        }];
    }
    due.iter().map(|it| one(it, words)).collect()
}

fn one(due: &DueNotification, words: &Words) -> Planned {
    let row = &due.row;
    let (title, text) = if due.preview {
        (row.title.clone(), row.text.clone())
    } else {
        let hidden = match row.kind.as_str() {
            "mention" => &words.hidden_mention,
            "direct" | "direct_message" | "message" => &words.hidden_message,
            _ => &words.hidden_other,
        };
        (hidden.clone(), String::new())
    };
    Planned {
        bubble: Bubble {
            title,
            text,
            answerable: row.conversation.is_some(),
        },
        about: vec![row.id],
        row: Some(row.clone()),
    }
}

impl Planned {
    /// Where a click leads: to the message, the thing, or the list of them all.
    pub(crate) fn link(&self, reply: bool) -> String {
        let Some(row) = &self.row else {
            return "rapport://today".to_owned();
        };
        if let Some(conversation) = row.conversation {
            let mut link = format!("rapport://conversation/{conversation}");
            if let Some(item) = row.item.filter(|item| *item != conversation) {
                link.push_str(&format!("?message={item}"));
            }
            if reply {
                link.push_str(if link.contains('?') { "&" } else { "?" });
                link.push_str("reply=1");
            }
            return link;
        }
        match (row.item, row.item_kind.as_deref(), row.customer) {
            (Some(item), Some(kind @ ("task" | "record")), _) => format!("rapport://{kind}/{item}"),
            (_, _, Some(customer)) => format!("rapport://customer/{customer}"),
            // What is gone, and what has no page of its own.
            _ => "rapport://today".to_owned(),
        }
    }

    /// What an answer asks of the core, in order.
    pub(crate) fn calls(&self, answer: Answer, later: Millis) -> Vec<(&'static str, Value)> {
        let Some(row) = &self.row else {
            return Vec::new();
        };
        let finished = ("notification_done", json!({ "id": row.id }));
        match (answer, row.conversation) {
            (Answer::Open | Answer::Reply, _) | (Answer::Done, None) => vec![finished],
            (Answer::Done, Some(conversation)) => vec![
                (
                    "conversation_done",
                    json!({ "conversations": [conversation], "done": true }),
                ),
                finished,
            ],
            (Answer::Snooze, Some(conversation)) => vec![
                (
                    "snooze",
                    json!({ "conversations": [conversation], "until": later }),
                ),
                finished,
            ],
            (Answer::Snooze, None) => vec![(
                "notification_snooze",
                json!({ "id": row.id, "until": later }),
            )],
        }
    }
}

#[cfg(test)]
mod tests {
    use rapport_model::ItemId;

    use super::*;

    fn due(kind: &str, conversation: Option<i64>, preview: bool) -> DueNotification {
        DueNotification {
            row: NotificationRow {
                id: 7,
                at: Millis(1),
                kind: kind.to_owned(),
                title: "Samir Haddad".to_owned(),
                text: "Can we move line 2 to Friday?".to_owned(),
                item: Some(ItemId(90)),
                item_kind: Some("message".to_owned()),
                why: Vec::new(),
                seen: false,
                conversation: conversation.map(ItemId),
                customer: None,
                account: None,
                done: false,
                snoozed_until: None,
            },
            preview,
        }
    }

    fn words() -> Words {
        Words::of("en").unwrap()
    }

    fn only(due: DueNotification) -> Planned {
        plan(&[due], &words()).remove(0)
    }

    #[test]
    fn nothing_of_a_message_is_on_the_lock_screen_when_the_user_says_so() {
        let open = only(due("mention", Some(80), true)).bubble;
        assert_eq!(open.title, "Samir Haddad");
        let closed = only(due("mention", Some(80), false)).bubble;
        assert_eq!(
            (closed.title.as_str(), closed.text.as_str()),
            ("You were mentioned", "")
        );
        let closed = only(due("overdue", None, false)).bubble;
        assert!(!closed.title.contains("Samir") && closed.text.is_empty());
    }

    #[test]
    fn a_click_lands_on_the_message_and_reply_opens_the_composer() {
        let message = only(due("direct", Some(80), true));
        assert_eq!(message.link(false), "rapport://conversation/80?message=90");
        assert_eq!(
            message.link(true),
            "rapport://conversation/80?message=90&reply=1"
        );
    }

    #[test]
    fn a_click_on_what_is_overdue_leads_to_the_task_or_the_invoice() {
        let link = |kind: Option<&str>| {
            let mut overdue = due("overdue", None, true);
            overdue.row.item_kind = kind.map(str::to_owned);
            only(overdue).link(false)
        };
        assert_eq!(link(Some("task")), "rapport://task/90");
        assert_eq!(link(Some("record")), "rapport://record/90");
        assert_eq!(link(None), "rapport://today", "it is gone");
    }

    #[test]
    fn done_and_snooze_do_what_the_list_would_do() {
        let names = |planned: &Planned, answer| -> Vec<&str> {
            planned
                .calls(answer, Millis(5))
                .into_iter()
                .map(|it| it.0)
                .collect()
        };
        let message = only(due("direct", Some(80), true));
        assert_eq!(names(&message, Answer::Open), ["notification_done"]);
        assert_eq!(
            names(&message, Answer::Done),
            ["conversation_done", "notification_done"]
        );
        assert_eq!(
            names(&message, Answer::Snooze),
            ["snooze", "notification_done"]
        );
        assert_eq!(
            message.calls(Answer::Snooze, Millis(5))[0].1,
            json!({ "conversations": ["80"], "until": 5 })
        );
        let invoice = only(due("overdue", None, true));
        assert!(!invoice.bubble.answerable);
        assert_eq!(names(&invoice, Answer::Snooze), ["notification_snooze"]);
    }

    #[test]
    fn what_piled_up_overnight_is_one_bubble() {
        let many = vec![due("direct", Some(80), true); 9];
        let planned = plan(&many, &words());
        assert_eq!(planned.len(), 1);
        assert!(planned[0].bubble.title.contains('9'));
        assert!(planned[0].calls(Answer::Open, Millis(5)).is_empty());
        assert_eq!(plan(&many[..4], &words()).len(), 4);
    }
}
