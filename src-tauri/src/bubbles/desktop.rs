//! What a desktop can do with a bubble, behind one trait: the daemon's actions
//! on Linux, toasts on Windows, the notification centre on macOS.

use tokio::sync::oneshot;

use super::plan::Bubble;
use crate::words::Words;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

/// What the user did with a bubble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Clicked on it.
    Open,
    /// Wants to answer.
    Reply,
    /// Is done with it.
    Done,
    /// Later.
    Snooze,
}

impl Answer {
    /// Its name on the wire to the desktop.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Open => "default",
            Self::Reply => "reply",
            Self::Done => "done",
            Self::Snooze => "snooze",
        }
    }

    /// What a name means; closing or forgetting a bubble means nothing.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Open, Self::Reply, Self::Done, Self::Snooze]
            .into_iter()
            .find(|it| it.name() == name)
    }

    /// The buttons, with their texts.
    pub(crate) fn buttons(words: &Words) -> [(Self, &str); 3] {
        [
            (Self::Reply, &words.reply),
            (Self::Done, &words.done),
            (Self::Snooze, &words.snooze),
        ]
    }
}

/// Hears what the user did, at most once.
pub(crate) type Heard = Box<dyn FnOnce(Answer) + Send>;

/// Comes when nobody needs the bubble any more; never, when it stays of interest.
pub(crate) type Over = oneshot::Receiver<()>;

/// The desktop we are on.
pub(crate) trait Desktop {
    /// Shows a bubble and may wait until it is gone. One that is over is taken away, where the
    /// desktop lets us, and so is one that was answered.
    ///
    /// # Errors
    /// The desktop's own words.
    fn show(&self, bubble: &Bubble, words: &Words, heard: Heard, over: Over) -> Result<(), String>;
}

/// The desktop of this system.
pub(crate) const fn here() -> impl Desktop {
    system::System
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_known_by_its_name_and_closing_is_none() {
        for answer in [Answer::Open, Answer::Reply, Answer::Done, Answer::Snooze] {
            assert_eq!(Answer::named(answer.name()), Some(answer));
        }
        assert_eq!(Answer::named("__closed"), None);
    }
}
