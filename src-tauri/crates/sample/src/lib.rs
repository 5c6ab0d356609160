//! The sample company: Velmora Instruments and its eight customers, from a
//! seed, as a folder of ordinary files.
//!
//! Invariant: the same options give the same bytes, and nothing reads a clock;
//! every date moves with [`Options::today`], every sum in the books agrees.
//!
//! The folder is laid out as the `files` connector reads any folder of a user;
//! [`LAYOUT`] is that description, and it lies as `README.md` in every folder
//! made here. `today` is the day on which the scenes happen: the third stop of
//! Line 2 at 08:12, an invoice 31 days overdue, a quote promised for today.
//! Document numbers stay those of the scenes whatever the day is.

mod agenda;
mod company;
mod desk;
mod evening;
mod generate;
mod ledger;
mod post;
mod rng;
mod scenes;
mod talk;
#[cfg(test)]
mod tests;
mod text;
mod when;
mod world;
mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use evening::{KEPT, PUT_OFF};
pub use generate::{evening_before, generate};

/// The layout of the folder, as Markdown.
pub const LAYOUT: &str = write::readme::README;

/// How many messages a sample has when nobody asks for more.
pub const DEFAULT_MESSAGES: u64 = 5_000;
/// The most messages a sample can have.
pub const MOST_MESSAGES: u64 = 5_000_000;

/// What to make.
#[derive(Debug, Clone)]
pub struct Options {
    /// Chance: the same seed gives the same company.
    pub seed: u64,
    /// The day of the scenes.
    pub today: Date,
    /// Where that day is; a zone without a name counts as UTC.
    pub zone: TimeZone,
    /// Mails and chat messages together, half each; [`DEFAULT_MESSAGES`] when
    /// not given. The scenes are always there, so very small numbers are exceeded.
    pub messages: Option<u64>,
    /// Whether to hide the needles and list them in the summary and in
    /// `rapport-needles.json`.
    pub needles: bool,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Messages written.
    pub done: u64,
    /// Messages asked for.
    pub total: u64,
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Cards of people and organisations.
    pub contacts: u64,
    /// Calendar entries; a series is one.
    pub events: u64,
    /// Tasks.
    pub tasks: u64,
    /// Mails.
    pub mails: u64,
    /// Chat rooms.
    pub rooms: u64,
    /// Chat messages.
    pub chats: u64,
    /// Rows of the tables by kind, as in the mapping.
    pub records: BTreeMap<String, u64>,
    /// Wiki pages.
    pub pages: u64,
    /// What was hidden, if anything.
    pub needles: Vec<Needle>,
}

/// Something a search must find in exactly one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needle {
    /// What someone types; a phrase stands in quotes.
    pub query: String,
    /// The Message-ID of the mail without angle brackets, or the id of the chat message.
    pub expect: String,
    /// `mail`, or the file of the room such as `chat/oakhollow.jsonl`.
    pub place: String,
    /// What kind of search it tests.
    pub kind: String,
    /// Why it is hard.
    pub why: String,
}

/// Why no sample was made. The folder is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// Someone else's files are there.
    #[error(
        "{0} holds files that are not an earlier sample. Nothing was changed; choose an empty folder."
    )]
    NotEmpty(PathBuf),
    /// The target is a file, a link or a root.
    #[error("{0} cannot be replaced by a folder. Nothing was changed; choose another name.")]
    NotAFolder(PathBuf),
    /// A day so far out that its neighbours do not exist.
    #[error(
        "{0} is too near the ends of the calendar. Choose a day between the years 1000 and 9000."
    )]
    Today(Date),
    /// More than fits.
    #[error("{0} messages are more than a sample can have. Choose at most {MOST_MESSAGES}.")]
    TooMany(u64),
    /// A time that cannot be said in the zone.
    #[error("A time on day {day} of the sample does not exist in this zone. Choose another zone.")]
    Time {
        /// Days from today.
        day: i32,
        /// What the calendar says.
        source: jiff::Error,
    },
    /// The disk.
    #[error(
        "{path} could not be written: {source}. Nothing was changed; free some space or choose another folder."
    )]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The facts of the sample contradict each other; a test keeps this away.
    #[error("The sample is inconsistent ({0}). Nothing was changed; please report this.")]
    World(&'static str),
    /// The caller asked to stop.
    #[error("Stopped as asked. Nothing was changed.")]
    Canceled,
}
