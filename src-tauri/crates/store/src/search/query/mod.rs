//! What somebody asks for: words, phrases and filters, as a value.
//!
//! Invariant: every text is a query. What is not understood is searched as
//! words and named in [`Query::ignored`]; nothing a user types reaches SQL as
//! anything but data.

mod parse;
mod show;
pub(super) mod when;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rapport_model::Millis;

use super::facet::Has;

/// What relative dates in a query refer to.
#[derive(Clone, Debug)]
pub struct SearchContext {
    /// The user's present day.
    pub today: Date,
    /// The user's zone.
    pub zone: TimeZone,
}

/// A parsed query. `Display` gives a text that parses to the same query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// All of these must be found.
    pub groups: Vec<Group>,
    /// None of these may be found.
    pub not: Vec<Term>,
    /// What else must hold.
    pub filters: Vec<Filter>,
    /// Parts that were left out or taken as plain words, as they were typed.
    pub ignored: Vec<String>,
    /// The day on which it was asked: overdue and recent are relative to it.
    pub today: Date,
}

/// Terms of which one suffices: `invoice OR receipt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group(pub Vec<Term>);

/// Something to find in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As typed, without quotes, star and sign.
    pub text: String,
    /// How to find it.
    pub form: Form,
}

/// How a term is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As a word.
    Word,
    /// As the beginning of a word: `invo*`, or the word that is being typed.
    Prefix,
    /// As words in this order: `"net 30"`.
    Phrase,
}

/// A filter, or its opposite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Written with a minus.
    pub negated: bool,
    /// What must hold, or must not.
    pub what: What,
}

/// What a filter looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Who wrote it; `me` for the user.
    From(String),
    /// Whom it is for.
    To(String),
    /// The conversation, collection or account it lies in.
    In(String),
    /// The organisation it belongs to; `#12` for the one with that id.
    Customer(String),
    /// What it is: a kind of item, of record or of conversation.
    Kind(String),
    /// What it has.
    Has(Has),
    /// Where it stands.
    Is(Standing),
    /// Before that day.
    Before(Day),
    /// On that day or later.
    After(Day),
}

/// A calendar day and the moment it begins for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// Its first moment.
    pub at: Millis,
}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not read by the user.
    Unread,
    /// Read.
    Read,
    /// A task or record that is not closed.
    Open,
    /// A task that is done, a record that is done or lost.
    Closed,
    /// Open, and its day has passed.
    Overdue,
    /// Said or made by the user.
    Mine,
    /// Not seen by the customer.
    Internal,
    /// Mentions the user.
    Mention,
    /// Muted.
    Muted,
    /// Has an edit that waits.
    Pending,
    /// Could not be read.
    Unreadable,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Unread,
        Self::Read,
        Self::Open,
        Self::Closed,
        Self::Overdue,
        Self::Mine,
        Self::Internal,
        Self::Mention,
        Self::Muted,
        Self::Pending,
        Self::Unreadable,
    ];

    /// The word after `is:`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Read => "read",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Overdue => "overdue",
            Self::Mine => "mine",
            Self::Internal => "internal",
            Self::Mention => "mention",
            Self::Muted => "muted",
            Self::Pending => "pending",
            Self::Unreadable => "unreadable",
        }
    }

    /// The standing with that word, in its usual spellings.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let usual = match word {
            "done" | "finished" => "closed",
            "late" => "overdue",
            "sent" => "mine",
            "mentioned" | "mentions" => "mention",
            "new" => "unread",
            "encrypted" | "undecryptable" => "unreadable",
            other => other,
        };
        Self::ALL.into_iter().find(|it| it.word() == usual)
    }
}

impl Query {
    /// Reads what somebody typed.
    #[must_use]
    pub fn parse(text: &str, context: &SearchContext) -> Self {
        parse::parse(text, context).0
    }

    /// Reads what somebody is typing: a last word without a blank behind it
    /// is the beginning of one.
    #[must_use]
    pub fn typing(text: &str, context: &SearchContext) -> Self {
        let (mut query, open) = parse::parse(text, context);
        if let Some((group, term)) = open
            && let Some(term) = query
                .groups
                .get_mut(group)
                .and_then(|it| it.0.get_mut(term))
            && term.form == Form::Word
        {
            term.form = Form::Prefix;
        }
        query
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.not.is_empty() && self.filters.is_empty()
    }
}
