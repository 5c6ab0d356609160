//! Anything out of a system of record.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::conversation::Attachment;
use crate::field::Fields;
use crate::item::ItemRef;
use crate::money::Money;

/// Which kind of record. CRM and ERP words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(into = "String", from = "String")]
#[ts(type = "string")]
pub enum RecordKind {
    /// A sale that may happen.
    Opportunity,
    /// An offer.
    Quote,
    /// A sales order.
    Order,
    /// A customer invoice or credit note.
    Invoice,
    /// Money received or due.
    Payment,
    /// A support case.
    Ticket,
    /// Something sold.
    Product,
    /// A colleague's employment.
    Employee,
    /// Time off.
    Leave,
    /// Time at work.
    Attendance,
    /// A project.
    Project,
    /// Time spent.
    Timesheet,
    /// A note on another record.
    Note,
    /// A file on another record.
    Document,
    /// Whatever else a source has, by its own name.
    Generic(String),
}

impl RecordKind {
    /// The word used in the store, the CLI and on the wire.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Opportunity => "opportunity",
            Self::Quote => "quote",
            Self::Order => "order",
            Self::Invoice => "invoice",
            Self::Payment => "payment",
            Self::Ticket => "ticket",
            Self::Product => "product",
            Self::Employee => "employee",
            Self::Leave => "leave",
            Self::Attendance => "attendance",
            Self::Project => "project",
            Self::Timesheet => "timesheet",
            Self::Note => "note",
            Self::Document => "document",
            Self::Generic(name) => name,
        }
    }
}

impl From<RecordKind> for String {
    fn from(kind: RecordKind) -> Self {
        kind.word().to_owned()
    }
}

impl From<String> for RecordKind {
    fn from(word: String) -> Self {
        match word.as_str() {
            "opportunity" => Self::Opportunity,
            "quote" => Self::Quote,
            "order" => Self::Order,
            "invoice" => Self::Invoice,
            "payment" => Self::Payment,
            "ticket" => Self::Ticket,
            "product" => Self::Product,
            "employee" => Self::Employee,
            "leave" => Self::Leave,
            "attendance" => Self::Attendance,
            "project" => Self::Project,
            "timesheet" => Self::Timesheet,
            "note" => Self::Note,
            "document" => Self::Document,
            _ => Self::Generic(word),
        }
    }
}

/// Where a record stands, in words all systems share; the source's own word
/// stays in [`Record::state`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Being written.
    Draft,
    /// Under way, unpaid, unanswered.
    #[default]
    Open,
    /// Won, shipped, paid, solved.
    Done,
    /// Lost, cancelled, refused.
    Lost,
}

impl Phase {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Done => "done",
            Self::Lost => "lost",
        }
    }
}

/// Anything out of a system of record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which kind.
    pub kind: RecordKind,
    /// Document code, such as INV-2026-0148.
    pub number: Option<String>,
    /// One line.
    pub title: String,
    /// The source's own word for where it stands.
    pub state: Option<String>,
    /// The same in shared words.
    pub phase: Phase,
    /// The organisation it belongs to.
    pub customer: Option<ItemRef>,
    /// The human it belongs to or is about.
    pub person: Option<ItemRef>,
    /// The colleague who looks after it.
    pub owner: Option<ItemRef>,
    /// The record it hangs on: the order of an invoice, what a note is about.
    pub parent: Option<ItemRef>,
    /// Its total.
    pub amount: Option<Money>,
    /// What is still to be paid.
    pub outstanding: Option<Money>,
    /// Its own date: of the invoice, order, ticket.
    pub date: Option<Date>,
    /// When it falls due or is expected to close.
    pub due: Option<Date>,
    /// Free text: comment, description, note.
    pub text: Option<String>,
    /// Lines of an order or invoice.
    pub lines: Vec<Line>,
    /// Files on it.
    pub attachments: Vec<Attachment>,
    /// Further tracked fields, by the source's own names.
    pub fields: Fields,
    /// What the server offers to do with it now (`convert`, `won`, `lost`).
    pub actions: Vec<String>,
}

impl Record {
    /// A record with only a kind and a title.
    pub fn new(kind: RecordKind, title: impl Into<String>) -> Self {
        Self {
            kind,
            number: None,
            title: title.into(),
            state: None,
            phase: Phase::Open,
            customer: None,
            person: None,
            owner: None,
            parent: None,
            amount: None,
            outstanding: None,
            date: None,
            due: None,
            text: None,
            lines: Vec::new(),
            attachments: Vec::new(),
            fields: Fields::new(),
            actions: Vec::new(),
        }
    }
}

/// One line of an order or invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Line {
    /// Product or description.
    pub text: String,
    /// How many.
    #[ts(type = "string")]
    pub quantity: Decimal,
    /// Unit as the source names it.
    pub unit: Option<String>,
    /// Price of one.
    pub price: Option<Money>,
    /// Line total.
    pub amount: Option<Money>,
}
