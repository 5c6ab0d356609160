//! The rows that screens and scripts read. Field names are stable: they are the
//! CLI's JSON and the window's TypeScript.

use rapport_model::conversation::{Attachment, Readable, Reaction};
use rapport_model::contact::{Address, Mailbox};
use rapport_model::plan::Due;
use rapport_model::record::Line;
use rapport_model::{
    AccountId, CollectionId, CommandId, Fault, FieldValue, Handle, ItemId, LinkId, Millis, Money,
    OrgId, PersonId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which source says so, and how old that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Provenance {
    /// The account.
    pub account: AccountId,
    /// The connector's name.
    pub connector: String,
    /// When its collection was last read well.
    pub as_of: Option<Millis>,
}

/// A search hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HitRow {
    /// The item.
    pub id: ItemId,
    /// Its kind (`message`, `record`, …).
    pub kind: String,
    /// The account it came from.
    pub account: AccountId,
    /// Its collection.
    pub collection: CollectionId,
    /// Where it sits at the source.
    pub handle: Handle,
    /// What it is, such as the Message-ID.
    pub link: Option<LinkId>,
    /// One line.
    pub title: String,
    /// The text around the hit, the hit between U+0002 and U+0003.
    pub snippet: String,
    /// Its moment.
    pub at: Millis,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
}

/// An answer to a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SearchPage {
    /// Best first.
    pub hits: Vec<HitRow>,
    /// There are more than these.
    pub more: bool,
    /// Parts of the query that were not understood and searched as words.
    pub ignored: Vec<String>,
}

/// How much of a source can be searched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CoverageRow {
    /// The account.
    pub account: AccountId,
    /// The collection.
    pub collection: CollectionId,
    /// Items that can be searched.
    #[ts(type = "number")]
    pub indexed: u64,
    /// Items here.
    #[ts(type = "number")]
    pub total: u64,
    /// The oldest item's moment.
    pub oldest: Option<Millis>,
    /// Known holes.
    #[ts(type = "number")]
    pub gaps: u64,
}

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
    /// Notes and wiki pages.
    pub pages: Vec<PageRow>,
    /// Newest conversations.
    pub conversations: Vec<ConversationRow>,
    /// Counts a day over the last 90 days, oldest first.
    pub activity: Vec<u32>,
    /// The user last looked at this moment.
    pub looked: Option<Millis>,
    /// What changed since then, or since the moment asked for.
    pub changes: Vec<JournalLine>,
}

/// One line of a customer's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TimelineRow {
    /// The item.
    pub id: ItemId,
    /// Its kind.
    pub kind: String,
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

/// A conversation in the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ConversationRow {
    /// Its id.
    pub id: ItemId,
    /// Which account.
    pub account: AccountId,
    /// Its collection.
    pub collection: CollectionId,
    /// Where it sits at the source.
    pub handle: Handle,
    /// `room`, `direct`, `space`, `mail_thread` or `ticket`.
    pub kind: String,
    /// Its name.
    pub title: String,
    /// The newest message's moment.
    pub last_at: Millis,
    /// Who said it.
    pub last_from: Option<String>,
    /// How it begins.
    pub last_text: String,
    /// The user said it.
    pub last_mine: bool,
    /// Unread messages.
    pub unread: u32,
    /// Unread mentions.
    pub mentions: u32,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// End-to-end encrypted.
    pub encrypted: bool,
    /// Triaged by the user.
    pub done: bool,
    /// Muted.
    pub muted: bool,
    /// A draft waits.
    pub draft: bool,
    /// `joined`, `invited` or `left`.
    pub membership: String,
}

/// Where a message of the user's stands on its way out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Way {
    /// The command.
    pub command: CommandId,
    /// `queued`, `sending`, `unsure`, `parked`.
    pub state: String,
    /// Why it waits or was refused.
    pub fault: Option<Fault>,
    /// Not sent before this moment.
    pub not_before: Millis,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageRow {
    /// Its id.
    pub id: ItemId,
    /// Where it sits at the source.
    pub handle: Handle,
    /// Its Message-ID or transaction id.
    pub link: Option<LinkId>,
    /// When it was said.
    pub at: Millis,
    /// Who said it.
    pub from: Mailbox,
    /// The person behind the address.
    pub person: Option<PersonId>,
    /// Said by the user.
    pub mine: bool,
    /// Addressees of a mail.
    pub to: Vec<Mailbox>,
    /// Copies of a mail.
    pub cc: Vec<Mailbox>,
    /// Subject.
    pub subject: Option<String>,
    /// The visible text.
    pub text: String,
    /// It also has an HTML form, fetched apart and never shown unsanitised.
    pub has_html: bool,
    /// The message it answers.
    pub reply_to: Option<Handle>,
    /// Its thread.
    pub thread: Option<Handle>,
    /// When it was edited.
    pub edited: Option<Millis>,
    /// Whether it can be read.
    pub readable: Readable,
    /// Reactions.
    pub reactions: Vec<Reaction>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Internal note.
    pub internal: bool,
    /// Not read yet.
    pub unread: bool,
    /// Where it stands, while it is on its way out.
    pub way: Option<Way>,
}

/// Messages, newest first, and the holes between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessagePage {
    /// Newest first.
    pub messages: Vec<MessageRow>,
    /// Known holes: history is missing just before these moments.
    pub gaps: Vec<Millis>,
    /// Older messages are here.
    pub more: bool,
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DraftRow {
    /// For which conversation.
    pub conversation: ItemId,
    /// Its title.
    pub title: String,
    /// The text.
    pub text: String,
    /// Which version, from 1.
    pub version: u32,
    /// When it was saved.
    pub at: Millis,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskRow {
    /// Its id.
    pub id: ItemId,
    /// Which account.
    pub account: AccountId,
    /// Where it sits at the source.
    pub handle: Handle,
    /// One line.
    pub title: String,
    /// Where it stands.
    pub status: String,
    /// When it is due.
    pub due: Option<Due>,
    /// Past its due moment and not done.
    pub overdue: bool,
    /// 1 to 9.
    pub priority: Option<u8>,
    /// Who does it.
    pub assignee: Option<String>,
    /// Project or list.
    pub project: Option<String>,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The message it was made from.
    pub cause: Option<LinkId>,
    /// An edit waits for the source.
    pub pending: bool,
    /// Where from, how old.
    pub from: Provenance,
}

/// A calendar entry or one occurrence of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EventRow {
    /// The entry.
    pub id: ItemId,
    /// One line.
    pub title: String,
    /// When it starts.
    pub start: Millis,
    /// When it ends.
    pub end: Millis,
    /// Whole days.
    pub all_day: bool,
    /// Its zone.
    pub zone: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// Who is asked.
    pub attendees: Vec<Mailbox>,
    /// Part of a series.
    pub recurring: bool,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// Where from, how old.
    pub from: Provenance,
}

/// A wiki page in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PageRow {
    /// Its id.
    pub id: ItemId,
    /// Its title.
    pub title: String,
    /// Where it lies.
    pub path: Vec<String>,
    /// When it was last changed.
    pub at: Millis,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// Where from, how old.
    pub from: Provenance,
}

/// A wiki page with its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PageText {
    /// The row.
    pub page: PageRow,
    /// Markdown.
    pub text: String,
}

/// A record in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RecordRow {
    /// Its id.
    pub id: ItemId,
    /// Which kind.
    pub kind: String,
    /// Document code.
    pub number: Option<String>,
    /// One line.
    pub title: String,
    /// The source's word for where it stands.
    pub state: Option<String>,
    /// The shared word.
    pub phase: String,
    /// Total.
    pub amount: Option<Money>,
    /// Still to be paid.
    pub outstanding: Option<Money>,
    /// Its date (`2026-03-12`).
    pub date: Option<String>,
    /// Due (`2026-03-12`).
    pub due: Option<String>,
    /// Days past due, while open.
    #[ts(type = "number | null")]
    pub overdue_days: Option<i64>,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// An edit waits for the source.
    pub pending: bool,
    /// Where from, how old.
    pub from: Provenance,
}

/// A field of a record with where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldRow {
    /// The field.
    pub field: String,
    /// Its value here.
    pub value: FieldValue,
    /// The source's value, while an edit waits.
    pub at_source: Option<FieldValue>,
    /// When it last changed, as far as it is known here.
    pub changed: Option<Millis>,
}

/// One record with everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RecordPage {
    /// The row.
    pub record: RecordRow,
    /// All tracked fields.
    pub fields: Vec<FieldRow>,
    /// Lines of an order or invoice.
    pub lines: Vec<Line>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// What the server offers to do with it.
    pub actions: Vec<String>,
    /// Records that hang on it.
    pub children: Vec<RecordRow>,
    /// Its commands that are not done.
    pub outbox: Vec<OutboxRow>,
    /// Its latest changes.
    pub journal: Vec<JournalLine>,
}

/// An outbox entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OutboxRow {
    /// Its id.
    pub id: CommandId,
    /// Which account.
    pub account: AccountId,
    /// What it does, as a word.
    pub does: String,
    /// One line for people.
    pub title: String,
    /// Where it stands.
    pub state: String,
    /// When the user asked for it.
    pub queued: Millis,
    /// Not before this moment.
    pub not_before: Millis,
    /// Tries so far.
    pub attempts: u32,
    /// Why it waits or was refused.
    pub fault: Option<Fault>,
    /// The item it is about.
    pub item: Option<ItemId>,
    /// It waits for this one.
    pub after: Option<CommandId>,
    /// Fields both sides changed: base, mine, theirs.
    pub conflict: Vec<ConflictRow>,
}

/// A field both sides changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ConflictRow {
    /// The field.
    pub field: String,
    /// Before.
    pub base: FieldValue,
    /// The user's.
    pub mine: FieldValue,
    /// The source's.
    pub theirs: FieldValue,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct JournalLine {
    /// When it was seen or done here.
    pub at: Millis,
    /// The item.
    pub item: ItemId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Its customer.
    pub customer: Option<OrgId>,
    /// Which field; `created` and `gone` for whole items.
    pub field: String,
    /// Before.
    pub old: FieldValue,
    /// After.
    pub new: FieldValue,
    /// `remote`, `me` or `rule`.
    pub cause: String,
    /// The command or rule.
    pub which: Option<String>,
    /// Which account.
    pub account: AccountId,
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationRow {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// When.
    pub at: Millis,
    /// What kind: `mention`, `direct`, `overdue`, …
    pub kind: String,
    /// One line.
    pub title: String,
    /// A second line.
    pub text: String,
    /// What it is about.
    pub item: Option<ItemId>,
    /// Why it reached the user: event, rule, person, channel.
    pub why: Vec<String>,
    /// The user has seen it.
    pub seen: bool,
}

/// What needs the user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Today {
    /// Conversations with unread mentions.
    pub mentions: Vec<ConversationRow>,
    /// Conversations whose last word is a customer's question.
    pub questions: Vec<ConversationRow>,
    /// Invoices past due.
    pub overdue: Vec<RecordRow>,
    /// Tasks due today or before.
    pub tasks: Vec<TaskRow>,
    /// The rest of the day's calendar.
    pub events: Vec<EventRow>,
}

/// A record or task found by its code or title.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NamedItem {
    /// Its id.
    pub id: ItemId,
    /// Its kind.
    pub kind: String,
    /// Its code or title.
    pub title: String,
}
