//! Customers and people.

use rapport_model::{AccountId, Address, FieldValue, ItemId, Millis, Money, OrgId, PersonId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ActivityKind, Change, ConversationRow, JournalLine, Month, NoteRow, PageRow, Provenance,
    RecordRow, TaskRow,
};

/// A customer in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CustomerRow {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// Customer number.
    pub number: Option<String>,
    /// The newest item of any kind.
    pub last_at: Option<Millis>,
    /// People known there.
    #[ts(type = "number")]
    pub people: u64,
    /// Open opportunities.
    #[ts(type = "number")]
    pub open_opportunities: u64,
    /// Open invoices past their due day.
    #[ts(type = "number")]
    pub overdue_invoices: u64,
    /// Kept in the sidebar by the user.
    pub pinned: bool,
    /// City, of the first source that says one.
    pub city: Option<String>,
    /// Country, likewise.
    pub country: Option<String>,
    /// Who looks after it, likewise.
    pub owner: Option<String>,
    /// Still to be paid, in the currency most of its open invoices have.
    pub open_amount: Option<Money>,
    /// The part of it that is past due.
    pub overdue_amount: Option<Money>,
    /// Its open opportunities, in the currency most of them have.
    pub opportunity_amount: Option<Money>,
}

/// One fact of a customer, as each source says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Fact {
    /// The field.
    pub field: String,
    /// Each source's value.
    pub values: Vec<FactValue>,
    /// Two sources say different things.
    pub differs: bool,
}

/// One source's value of a [`Fact`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FactValue {
    /// The item that says so.
    pub item: ItemId,
    /// The value.
    pub value: FieldValue,
    /// The value for people: a reference by its title.
    pub shown: String,
    /// Where from, how old.
    pub from: Provenance,
}

/// An amount a kind of record adds up to, in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Sum {
    /// `open_opportunities`, `unpaid`, `overdue`.
    pub what: String,
    /// How many records.
    #[ts(type = "number")]
    pub count: u64,
    /// The sum.
    pub amount: Money,
}

/// Everything the sources know of one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CustomerPage {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// Facts side by side.
    pub facts: Vec<Fact>,
    /// People there.
    pub people: Vec<PersonRow>,
    /// Sums over open records.
    pub sums: Vec<Sum>,
    /// Opportunities, open first.
    pub opportunities: Vec<RecordRow>,
    /// Orders and quotes, newest first.
    pub orders: Vec<RecordRow>,
    /// Invoices, unpaid first.
    pub invoices: Vec<RecordRow>,
    /// Tickets, open first.
    pub tickets: Vec<RecordRow>,
    /// Open tasks.
    pub tasks: Vec<TaskRow>,
    /// Wiki pages.
    pub pages: Vec<PageRow>,
    /// Newest conversations.
    pub conversations: Vec<ConversationRow>,
    /// Counts a day (of UTC) over the last 90 days with today, oldest first.
    pub activity: Vec<u32>,
    /// The user last looked at this moment.
    pub looked: Option<Millis>,
    /// What changed since then, or since the moment asked for.
    pub changes: Vec<JournalLine>,
    /// Kept in the sidebar by the user.
    pub pinned: bool,
    /// Customer number.
    pub number: Option<String>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Customer since, as the source writes it: a year or a day.
    pub since: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Mail address of the company itself.
    pub email: Option<String>,
    /// Web site.
    pub website: Option<String>,
    /// The last twelve months, oldest first; empty without an order or invoice.
    pub months: Vec<Month>,
    /// Activity by kind.
    pub activity_kinds: Vec<ActivityKind>,
    /// Lines of the timeline by kind; 1000 stands for that many or more.
    #[ts(type = "Array<[string, number]>")]
    pub timeline_counts: Vec<(String, u64)>,
    /// Notes, newest first; wiki pages are in `pages`.
    pub notes: Vec<NoteRow>,
    /// The newest happening of any kind but a change.
    pub last: Option<TimelineRow>,
}

/// One line of a customer's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TimelineRow {
    /// The item.
    pub id: ItemId,
    /// Unlike `id`, different for two changes of one item.
    pub key: String,
    /// Its kind; `change` for a field that changed.
    pub kind: String,
    /// Its channel: `mail`, `chat`, `ticket`, `record`, `task`, `event`, `page`
    /// or `change`.
    pub group: String,
    /// The conversation of a message.
    pub conversation: Option<ItemId>,
    /// For a change: of what, from what, to what.
    pub change: Option<Change>,
    /// For a record: which kind.
    pub record_kind: Option<String>,
    /// Its moment.
    pub at: Millis,
    /// One line.
    pub title: String,
    /// The beginning of its text.
    pub text: String,
    /// Who.
    pub who: Option<String>,
    /// Where from, how old.
    pub from: Provenance,
}

/// A person in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PersonRow {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Role or job title.
    pub role: Option<String>,
    /// Their company.
    pub customer: Option<OrgId>,
    /// Its name.
    pub customer_name: Option<String>,
    /// Addresses and numbers.
    pub addresses: Vec<String>,
    /// The newest message from them.
    pub last_at: Option<Millis>,
    /// A colleague.
    pub staff: bool,
}

/// One handle of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HandleRow {
    /// Its key, to name it in `person_unlink`.
    pub key: String,
    /// The name it carries.
    pub name: String,
    /// The contact row, when it is one.
    pub item: Option<ItemId>,
    /// Which source.
    pub account: Option<AccountId>,
    /// Addresses of the contact row.
    pub addresses: Vec<Address>,
}

/// Why two handles are one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EvidenceRow {
    /// One handle.
    pub a: String,
    /// The other.
    pub b: String,
    /// In plain words: same mail, same phone, said by you.
    pub why: String,
    /// `link`, `apart` or `suggest`.
    pub stance: String,
    /// Since when.
    pub at: Millis,
}

/// Whose page shows an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Belongs {
    /// The person it is of.
    pub person: Option<PersonId>,
    /// The customer it is of.
    pub customer: Option<OrgId>,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PersonPage {
    /// The row.
    pub person: PersonRow,
    /// Every handle.
    pub handles: Vec<HandleRow>,
    /// What joins them, and what keeps others apart.
    pub evidence: Vec<EvidenceRow>,
    /// Their newest messages.
    pub recent: Vec<TimelineRow>,
}

/// A pair that may be the same person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SuggestionRow {
    /// One.
    pub a: PersonRow,
    /// The other.
    pub b: PersonRow,
    /// Why.
    pub why: String,
}
