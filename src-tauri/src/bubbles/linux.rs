//! The notification daemon. What it can do differs: buttons only where it has
//! actions, and text escaped where it reads markup.

use notify_rust::{Hint, Notification, NotificationResponse, get_capabilities};

use super::{Answer, Desktop, Heard};
use crate::bubbles::plan::Bubble;
use crate::words::Words;

/// Linux and its relatives.
#[derive(Debug)]
pub(crate) struct System;

impl Desktop for System {
    fn show(&self, bubble: &Bubble, words: &Words, heard: Heard) -> Result<(), String> {
        // A daemon that cannot say what it can do can do the least.
        let can = get_capabilities().unwrap_or_default();
        let has = |name: &str| can.iter().any(|it| it == name);
        let body = if has("body-markup") {
            escaped(&bubble.text)
        } else {
            bubble.text.clone()
        };
        let mut notification = Notification::new();
        notification
            .appname("Rapport")
            .summary(&bubble.title)
            .body(&body)
            .icon("rapport-desktop")
            .hint(Hint::DesktopEntry("Rapport".to_owned()))
            .hint(Hint::Category("im.received".to_owned()));
        if has("actions") {
            notification.action(Answer::Open.name(), &words.show);
            if bubble.answerable {
                for (answer, text) in Answer::buttons(words) {
                    notification.action(answer.name(), text);
                }
            }
        }
        let shown = notification.show().map_err(|error| error.to_string())?;
        shown
            .wait_for_response(move |response: &NotificationResponse| {
                let answer = match response {
                    NotificationResponse::Default => Some(Answer::Open),
                    NotificationResponse::Action(name) => Answer::named(name),
                    _ => None,
                };
                if let Some(answer) = answer {
                    heard(answer);
                }
            })
            .map_err(|error| error.to_string())
    }
}

/// A message is text, whatever it looks like.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_write_markup_or_links_into_the_bubble() {
        assert_eq!(
            escaped("<a href=\"x\">R&D</a>"),
            "&lt;a href=\"x\"&gt;R&amp;D&lt;/a&gt;"
        );
    }
}
