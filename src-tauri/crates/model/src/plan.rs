//! What is to be done, when people meet, and what is written down.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::contact::Mailbox;
use crate::field::Fields;
use crate::id::{Handle, LinkId};
use crate::item::ItemRef;
use crate::time::Millis;

/// Where a task stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Not begun.
    #[default]
    Open,
    /// Begun.
    Started,
    /// Done.
    Done,
    /// Will not be done.
    Cancelled,
}

impl TaskStatus {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Started => "started",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Open, Self::Started, Self::Done, Self::Cancelled]
            .into_iter()
            .find(|status| status.word() == word)
    }
}

/// When something is due: a day, or a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is", content = "at")]
pub enum Due {
    /// Some time on that day, wherever the user is.
    Day(#[ts(type = "string")] jiff::civil::Date),
    /// At that moment.
    At(Millis),
}

/// A to-do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// One line.
    pub title: String,
    /// Details.
    pub notes: Option<String>,
    /// Where it stands.
    pub status: TaskStatus,
    /// When it is due.
    pub due: Option<Due>,
    /// 1 (highest) to 9 (lowest), as in iCalendar.
    pub priority: Option<u8>,
    /// Who does it.
    pub assignee: Option<Mailbox>,
    /// The project or list, by name.
    pub project: Option<String>,
    /// The task it is part of.
    pub parent: Option<Handle>,
    /// The customer or record it is about.
    pub about: Option<ItemRef>,
    /// The message it was made from.
    pub cause: Option<LinkId>,
    /// When it was finished.
    pub completed: Option<Millis>,
    /// Tags.
    pub tags: Vec<String>,
    /// Further tracked fields: effort, progress.
    pub fields: Fields,
}

/// A calendar entry. Keeps its zone, because a weekly round at nine stays at
/// nine when the clocks change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// One line.
    pub title: String,
    /// Local start.
    pub start: jiff::civil::DateTime,
    /// Local end, exclusive.
    pub end: jiff::civil::DateTime,
    /// IANA zone; `None` floats with the user.
    pub zone: Option<String>,
    /// Whole days; times of day are zero.
    pub all_day: bool,
    /// Where.
    pub location: Option<String>,
    /// Details.
    pub notes: Option<String>,
    /// Who invited.
    pub organizer: Option<Mailbox>,
    /// Who is asked.
    pub attendees: Vec<Mailbox>,
    /// Recurrence lines (RRULE, RDATE, EXDATE) as in RFC 5545.
    pub recurrence: Vec<String>,
    /// Which occurrence of a series this entry replaces (RECURRENCE-ID).
    pub occurrence: Option<String>,
    /// Called off.
    pub cancelled: bool,
    /// The customer or record it is about.
    pub about: Option<ItemRef>,
}

/// A wiki page or a note.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WikiPage {
    /// Its title.
    pub title: String,
    /// Its text in Markdown.
    pub text: String,
    /// Where it lies in the wiki, from the root.
    pub path: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Who changed it last.
    pub author: Option<Mailbox>,
    /// The customer or record it is about.
    pub about: Option<ItemRef>,
}
