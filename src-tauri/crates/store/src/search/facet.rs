//! What an item is and has, as made-up words in the index.
//!
//! A filter on one of them is one more word to intersect, so `kind:task` is as
//! quick among a million messages as among a hundred. Only what cannot change
//! without the body changing is here; flags and links lie in the item table.

use rapport_model::{Body, Kind};

/// Begins every made-up word; no language has it.
const MARK: &str = "qzx";

/// What an item can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Has {
    /// An attachment.
    File,
    /// An attached picture.
    Image,
    /// A web address in its text.
    Link,
    /// A day by which it is to be done or paid.
    Due,
    /// A sum of money.
    Amount,
}

impl Has {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::File, Self::Image, Self::Link, Self::Due, Self::Amount];

    /// The word after `has:`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Image => "image",
            Self::Link => "link",
            Self::Due => "due",
            Self::Amount => "amount",
        }
    }

    /// The thing with that word, in its usual spellings.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "file" | "files" | "attachment" | "attachments" | "document" => Some(Self::File),
            "image" | "images" | "picture" | "photo" => Some(Self::Image),
            "link" | "links" | "url" => Some(Self::Link),
            "due" | "deadline" => Some(Self::Due),
            "amount" | "money" | "price" => Some(Self::Amount),
            _ => None,
        }
    }

    pub(super) const fn token(self) -> &'static str {
        match self {
            Self::File => "qzxhfile",
            Self::Image => "qzxhimage",
            Self::Link => "qzxhlink",
            Self::Due => "qzxhdue",
            Self::Amount => "qzxhamount",
        }
    }

    pub(super) fn link_in(text: &str) -> bool {
        text.contains("http://") || text.contains("https://")
    }
}

/// The made-up word of a kind, or of anything a source calls a kind.
pub(super) fn kind_token(word: &str) -> String {
    let letters: String = word
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    format!("{MARK}k{letters}")
}

/// Writes the kinds of a body: its own, and the finer ones people ask for.
pub(super) fn facet_kind(body: &Body, out: &mut String) {
    out.push_str(&kind_token(body.kind().word()));
    let finer = match body {
        Body::Conversation(it) => it.kind.word(),
        Body::Message(it) if it.subject.is_some() || !it.to.is_empty() => "mail",
        Body::Message(_) => "chat",
        Body::Record(it) => it.kind.word(),
        _ => return,
    };
    out.push(' ');
    out.push_str(&kind_token(finer));
}

/// The word of the kind that people mean when they write `word`: `mails`,
/// `people`, `meeting`.
pub(super) fn usual_kind(word: &str) -> String {
    let word = word.to_lowercase();
    let usual = match word.as_str() {
        "mails" | "email" | "emails" | "e-mail" => "mail",
        "chats" => "chat",
        "person" | "people" | "contacts" => "contact",
        "customer" | "customers" | "company" | "companies" | "organization" | "organizations"
        | "organisations" | "org" => "organisation",
        "meeting" | "meetings" | "appointment" | "appointments" | "events" => "event",
        "wiki" | "pages" => "page",
        "todo" | "todos" | "to-do" | "tasks" => "task",
        "rooms" => "room",
        "thread" | "threads" | "mail_thread" => "mail_thread",
        "deal" | "deals" | "opportunities" => "opportunity",
        "leaves" => "leave",
        other => {
            let single = other.strip_suffix('s').unwrap_or(other);
            if KNOWN.contains(&single) {
                single
            } else {
                other
            }
        }
    };
    usual.to_owned()
}

/// Kinds whose plural is the word with an `s`.
const KNOWN: [&str; 14] = [
    "conversation",
    "message",
    "record",
    "quote",
    "order",
    "invoice",
    "payment",
    "ticket",
    "product",
    "employee",
    "project",
    "timesheet",
    "note",
    "document",
];

/// All kinds of items, as one expression over the facet column.
pub(super) fn any_kind() -> String {
    let kinds: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| format!("\"{}\"", kind_token(kind.word())))
        .collect();
    format!("facet : ({})", kinds.join(" OR "))
}
