//! What the desktop's notification daemon showed, and clicking on it.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::Desktop;
use super::child::{Owned, output, started};
use crate::servers::HarnessError;

/// A daemon that keeps what it showed and shows it for as long as nobody closes it.
const SETTINGS: &str = "\n    monitor = 0\n    history_length = 100\n    idle_threshold = 0\n    show_age_threshold = -1\n[urgency_low]\n    timeout = 0\n[urgency_normal]\n    timeout = 0\n[urgency_critical]\n    timeout = 0\n";

/// The label of the button to press lies there.
const CHOICE: &str = "choice";

/// One bubble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The daemon's number of it.
    pub id: u64,
    /// One line.
    pub summary: String,
    /// The text below.
    pub body: String,
}

pub(super) fn daemon(dir: &Path, environment: &[(String, String)]) -> Result<Owned, HarnessError> {
    let file = dir.join("dunstrc");
    let choice = dir.join(CHOICE).display().to_string();
    let settings = format!("[global]\n    dmenu = /usr/bin/env grep -m 1 -F -f {choice}{SETTINGS}");
    std::fs::write(&file, settings).map_err(HarnessError::io("write the daemon's settings"))?;
    let file = file.display().to_string();
    started("dunst", &["-conf", &file], environment, Stdio::null())
}

impl Desktop {
    /// Everything that was shown and closed, newest first.
    ///
    /// # Errors
    /// When the daemon does not answer.
    pub fn notices(&self) -> Result<Vec<Notice>, HarnessError> {
        let text = output("dunstctl", &["history"], &self.environment())?;
        let history: Value = serde_json::from_str(&text).unwrap_or_default();
        let shown = history
            .pointer("/data/0")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let word = |one: &Value, field: &str| {
            one.pointer(&format!("/{field}/data"))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Ok(shown
            .iter()
            .map(|one| Notice {
                id: one.pointer("/id/data").and_then(Value::as_u64).unwrap_or(0),
                summary: word(one, "summary"),
                body: word(one, "body"),
            })
            .collect())
    }

    /// How many bubbles are on the screen now.
    ///
    /// # Errors
    /// When the daemon does not answer.
    pub fn bubbles(&self) -> Result<u64, HarnessError> {
        let text = output("dunstctl", &["count", "displayed"], &self.environment())?;
        Ok(text.trim().parse().unwrap_or(0))
    }

    /// Clicks the newest bubble: its default action.
    ///
    /// # Errors
    /// When the daemon does not answer.
    pub fn click_newest_bubble(&self) -> Result<(), HarnessError> {
        output("dunstctl", &["action", "0"], &self.environment()).map(drop)
    }

    /// Presses the button of the newest bubble whose label begins so. The daemon has its menu of
    /// buttons chosen from by a program, which here looks for the label.
    ///
    /// # Errors
    /// When the daemon does not answer.
    pub fn answer_newest_bubble(&self, label: &str) -> Result<(), HarnessError> {
        std::fs::write(self.folder().join(CHOICE), format!("#{label}"))
            .map_err(HarnessError::io("write the choice of a button"))?;
        output("dunstctl", &["context"], &self.environment()).map(drop)
    }

    /// Closes the bubbles; they stay in the history.
    ///
    /// # Errors
    /// When the daemon does not answer.
    pub fn close_bubbles(&self) -> Result<(), HarnessError> {
        output("dunstctl", &["close-all"], &self.environment()).map(drop)
    }
}
