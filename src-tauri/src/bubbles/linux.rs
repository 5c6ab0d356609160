//! The notification daemon. What it can do differs: buttons only where it has
//! actions, and text escaped where it reads markup.

use notify_rust::{Hint, Notification, NotificationResponse, get_capabilities};

use super::{Answer, Desktop, Heard, Over};
use crate::bubbles::plan::Bubble;
use crate::words::Words;

/// Linux and its relatives.
#[derive(Debug)]
pub(crate) struct System;

impl Desktop for System {
    fn show(&self, bubble: &Bubble, words: &Words, heard: Heard, over: Over) -> Result<(), String> {
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
        tauri::async_runtime::block_on(async {
            let mut answer = None;
            let answered = shown.wait_for_action_async(|response| {
                answer = match response {
                    NotificationResponse::Default => Some(Answer::Open),
                    NotificationResponse::Action(name) => Answer::named(name),
                    _ => None,
                };
            });
            tokio::select! {
                () = answered => {}
                // Nobody who could say so is left: the bubble stays as long as its user likes.
                Ok(()) = over => {}
            }
            if let Some(answer) = answer {
                heard(answer);
            }
            // Some daemons leave an answered bubble where it is; closing one that is gone
            // does nothing.
            shown.close_async().await;
        });
        Ok(())
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
