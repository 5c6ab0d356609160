//! The notification centre. It has one button, so the three are in its menu.

use std::sync::Once;

use mac_notification_sys::{MainButton, Notification, NotificationResponse, set_application};

use super::{Answer, Desktop, Heard, Over};
use crate::bubbles::plan::Bubble;
use crate::words::Words;

/// In whose name we speak; can be said once in a process.
static NAMED: Once = Once::new();

/// macOS. A bubble that is over stays: whoever waits for its click cannot take it away.
#[derive(Debug)]
pub(crate) struct System;

impl Desktop for System {
    fn show(
        &self,
        bubble: &Bubble,
        words: &Words,
        heard: Heard,
        _over: Over,
    ) -> Result<(), String> {
        NAMED.call_once(|| {
            if let Err(error) = set_application("app.rapport.desktop") {
                tracing::warn!(%error, "notifications come in another program's name");
            }
        });
        let buttons = Answer::buttons(words);
        let texts = buttons.map(|(_, text)| text);
        let mut notification = Notification::new();
        notification
            .title(&bubble.title)
            .message(&bubble.text)
            .wait_for_click(true);
        if bubble.answerable {
            notification.main_button(MainButton::DropdownActions(&words.show, &texts));
        }
        let answer = match notification.send().map_err(|error| error.to_string())? {
            NotificationResponse::Click => Some(Answer::Open),
            NotificationResponse::ActionButton(name) => buttons
                .into_iter()
                .find(|(_, text)| *text == name)
                .map(|(answer, _)| answer),
            _ => None,
        };
        if let Some(answer) = answer {
            heard(answer);
        }
        Ok(())
    }
}
