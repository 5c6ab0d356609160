//! A mail and a chat message before they are written to a file.

use jiff::Zoned;
use serde::Serialize;

use crate::world::Person;

/// A name and a mail address.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// Name shown.
    pub(crate) name: String,
    /// Address.
    pub(crate) email: String,
}

impl From<&Person> for Address {
    fn from(person: &Person) -> Self {
        Self {
            name: person.name.to_owned(),
            email: person.email(),
        }
    }
}

/// A small attached file.
#[derive(Debug)]
pub(crate) struct Attachment {
    /// File name.
    pub(crate) name: String,
    /// Media type.
    pub(crate) kind: &'static str,
    /// Content.
    pub(crate) content: Vec<u8>,
}

/// What the mail is made of.
#[derive(Debug)]
pub(crate) enum Body {
    /// Plain text.
    Text(String),
    /// Plain text and the same as HTML.
    Both(String, String),
    /// HTML only.
    Html(String),
}

/// Mail written by a machine says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A person.
    Person,
    /// An automatic reply.
    AutoReply,
    /// A list or a system, with its list id.
    List(String),
}

/// A mail.
#[derive(Debug)]
pub(crate) struct Mail {
    /// Message-ID without angle brackets.
    pub(crate) id: String,
    /// When it was sent.
    pub(crate) at: Zoned,
    /// Sender.
    pub(crate) from: Address,
    /// Receivers.
    pub(crate) to: Vec<Address>,
    /// In copy.
    pub(crate) cc: Vec<Address>,
    /// Subject.
    pub(crate) subject: String,
    /// Ids of the mails before it in the thread, oldest first.
    pub(crate) references: Vec<String>,
    /// Words.
    pub(crate) body: Body,
    /// File.
    pub(crate) attachment: Option<Attachment>,
    /// Who or what wrote it.
    pub(crate) origin: Origin,
}

/// A reaction to a chat message.
#[derive(Debug, Serialize)]
pub(crate) struct Reaction {
    /// The emoji.
    pub(crate) key: &'static str,
    /// Who.
    pub(crate) from: String,
}

/// A chat message, as it stands in a `.jsonl` file.
#[derive(Debug, Serialize)]
pub(crate) struct ChatLine {
    /// Id.
    pub(crate) id: String,
    /// When, RFC 3339 in UTC.
    pub(crate) at: String,
    /// Who.
    pub(crate) from: String,
    /// The words.
    pub(crate) text: String,
    /// Id of the message it replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to: Option<String>,
    /// Id of the message that heads the thread it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) thread: Option<String>,
    /// Id of the message whose words these replace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) edits: Option<String>,
    /// Reactions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reactions: Vec<Reaction>,
    /// Ids of people mentioned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) mentions: Vec<String>,
    /// The user has not read it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unread: bool,
}
