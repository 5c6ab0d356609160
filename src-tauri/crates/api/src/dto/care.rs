//! Looking, remembering, exporting, erasing, examining.

use rapport_model::{AccountId, ItemId, Millis, OrgId, PersonId};
use rapport_store::view::{Completions, CustomerRow, PersonRow, RecordRow, SearchPage, TaskRow};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Said;

/// A search.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct SearchFor {
    /// Words, phrases, operators.
    pub text: String,
    /// The last word may be unfinished.
    pub as_you_type: bool,
    /// Only in this conversation.
    pub conversation: Option<ItemId>,
    /// At most this many (default 50).
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: Option<u32>,
}

/// A half-typed query.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct SearchWords {
    /// The whole text.
    pub text: String,
    /// Where the cursor is, in UTF-16 units as the window counts; at the end when
    /// absent.
    pub cursor: Option<u32>,
    /// At most this many (default 8).
    pub limit: Option<u32>,
}

/// What somebody types into the box that finds everything.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct LookUp {
    /// Words, phrases, operators; the last word may be unfinished.
    pub text: String,
    /// Where the cursor is, in UTF-16 units as the window counts; at the end when
    /// absent.
    pub cursor: Option<u32>,
    /// What customers and people are looked for by; nothing finds none.
    pub name: String,
    /// At most this many hits (default 50).
    pub limit: Option<u32>,
    /// At most this many customers and as many people (default 200).
    pub names: Option<u32>,
}

/// All of what is found for it, as a list shows it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LookedUp {
    /// Items.
    pub page: SearchPage,
    /// Ways to go on typing.
    pub words: Completions,
    /// Customers of that name.
    pub customers: Vec<CustomerRow>,
    /// People of that name.
    pub people: Vec<PersonRow>,
    /// The rows of the records among the items.
    pub records: Vec<RecordRow>,
    /// The rows of the tasks among them.
    pub tasks: Vec<TaskRow>,
}

/// A query worth keeping.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RecentSearch {
    /// As typed.
    pub text: String,
}

/// One of a notification's ways off the list.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OneNotification {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
}

/// Names some notifications.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SomeNotifications {
    /// Their numbers.
    #[ts(type = "Array<number>")]
    pub ids: Vec<i64>,
}

/// Puts a notification off.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SnoozeNotification {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// Until this moment, when it is shown again.
    pub until: Millis,
}

/// The user and the workspace.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct Me {
    /// What the user is called.
    pub name: String,
    /// Up to two letters of the name.
    pub initials: String,
    /// The user's own addresses over all sources.
    pub addresses: Vec<String>,
    /// What the workspace is called: the user's own company where a source has it.
    pub workspace: String,
    /// It is the sample workspace.
    pub sample: bool,
    /// The version of Rapport.
    pub version: String,
}

/// Which part of the journal.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct JournalFilter {
    /// Of this customer.
    pub customer: Option<OrgId>,
    /// Of this item.
    pub item: Option<ItemId>,
    /// From this moment.
    pub since: Option<Millis>,
    /// Up to this moment.
    pub until: Option<Millis>,
    /// `remote`, `me` or `rule`.
    pub cause: Option<String>,
    /// At most this many (default 200).
    pub limit: Option<u32>,
}

/// A setting's name.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SettingName {
    /// Which.
    pub key: String,
}

/// A setting with its value.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Setting {
    /// Which.
    pub key: String,
    /// Its value; `null` when it is not set.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// Writes what is here into open formats.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Export {
    /// A new or empty folder.
    pub to: String,
    /// Only of this customer; everything when absent.
    #[serde(default)]
    pub customer: Option<OrgId>,
}

/// What an export wrote.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Exported {
    /// Files with the number of items in each.
    pub files: Vec<ExportedFile>,
}

/// One file of an export.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ExportedFile {
    /// Its path.
    pub path: String,
    /// Items in it.
    #[ts(type = "number")]
    pub items: u64,
}

/// What to erase: exactly one of the two.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Forget {
    /// Everything that came from this account.
    pub account: Option<AccountId>,
    /// Everything that is known of this person.
    pub person: Option<PersonId>,
}

/// What would be, or was, lost.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct Loss {
    /// In plain words, with counts.
    pub lines: Vec<Said>,
    /// Work that no source has yet: drafts, queued commands, local tasks.
    #[ts(type = "number")]
    pub unsynced: u64,
}

/// How everything is, in plain words.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DoctorReport {
    /// Each examination.
    pub findings: Vec<Finding>,
    /// All are well.
    pub well: bool,
}

/// One examination.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Finding {
    /// What was examined.
    pub what: String,
    /// It is well.
    pub well: bool,
    /// What was found, and what to do.
    pub detail: Said,
}

/// Creates the sample workspace.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct MakeSample {
    /// The same seed gives the same company.
    #[ts(type = "number")]
    pub seed: u64,
    /// How many messages; a few thousand items when absent.
    #[ts(type = "number | null")]
    pub messages: Option<u64>,
    /// Plant search needles.
    pub needles: bool,
    /// The day it takes place on (`2026-03-12`); today when absent.
    pub today: Option<String>,
    /// Only write the folder; do not add it as an account.
    pub files_only: bool,
}

/// A planted search needle.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SampleNeedle {
    /// What to search for.
    pub query: String,
    /// The Message-ID or handle that must be found.
    pub expect: String,
    /// What it proves.
    pub why: String,
}

/// The sample workspace that was made.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MadeSample {
    /// Where its files lie.
    pub folder: String,
    /// The account that reads them.
    pub account: Option<AccountId>,
    /// Items by kind.
    #[ts(type = "Array<[string, number]>")]
    pub counts: Vec<(String, u64)>,
    /// Planted needles.
    pub needles: Vec<SampleNeedle>,
}

impl From<rapport_store::Loss> for Loss {
    fn from(loss: rapport_store::Loss) -> Self {
        let mut lines: Vec<Said> = loss
            .items
            .iter()
            .map(|(kind, count)| {
                Said::new(
                    "items",
                    format!("{count} × {}, still at the source", kind.word()),
                )
                .with("n", *count)
                .with("kind", kind.word())
            })
            .collect();
        lines.extend(loss.only_here.iter().map(|(kind, count)| {
            Said::new(
                "only_here",
                format!("{count} × {}, nowhere else", kind.word()),
            )
            .with("n", *count)
            .with("kind", kind.word())
        }));
        for wish in &loss.unsent {
            lines.push(
                Said::new(
                    "unsent",
                    format!("not sent: {} {} ({})", wish.word, wish.title, wish.state),
                )
                .with("does", wish.word.as_str())
                .with("title", wish.title.as_str())
                .with("state", wish.state.as_str()),
            );
        }
        let counted = [
            ("drafts", loss.drafts, "draft, nowhere else"),
            ("journal", loss.journal, "line of history, nowhere else"),
            ("handles", loss.nodes, "handle with its evidence"),
        ];
        for (word, n, what) in counted.into_iter().filter(|(_, n, _)| *n > 0) {
            lines.push(Said::new(word, format!("{n} × {what}")).with("n", n));
        }
        let unsent = u64::try_from(loss.unsent.len()).unwrap_or(u64::MAX);
        let own: u64 = loss.only_here.values().sum();
        Self {
            lines,
            unsynced: unsent.saturating_add(loss.drafts).saturating_add(own),
        }
    }
}
