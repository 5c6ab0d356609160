//! Toasts. A click on one is told on a thread of the system's.

use std::sync::{Mutex, PoisonError};

use tauri_winrt_notification::{Duration, Toast};

use super::{Answer, Desktop, Heard, Over};
use crate::bubbles::plan::Bubble;
use crate::words::Words;

/// As the installer writes it into the start menu; without an entry there no
/// toast is shown, so a build that is not installed borrows another's.
const APP: &str = if cfg!(debug_assertions) {
    Toast::POWERSHELL_APP_ID
} else {
    "app.rapport.desktop"
};

/// Windows. A toast that is over goes to the list of the system, by itself and soon.
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
        let mut toast = Toast::new(APP)
            .title(&bubble.title)
            .text1(&bubble.text)
            .duration(Duration::Short);
        if bubble.answerable {
            for (answer, text) in Answer::buttons(words) {
                toast = toast.add_button(text, answer.name());
            }
        }
        let heard = Mutex::new(Some(heard));
        toast
            .on_activated(move |button| {
                let answer = match button {
                    None => Some(Answer::Open),
                    Some(name) => Answer::named(&name),
                };
                let heard = heard.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let (Some(answer), Some(heard)) = (answer, heard) {
                    heard(answer);
                }
                Ok(())
            })
            .show()
            .map_err(|error| error.to_string())
    }
}
