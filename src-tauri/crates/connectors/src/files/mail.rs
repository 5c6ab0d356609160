//! A mail as a message, and the thread it belongs to.
//!
//! Pure: bytes in, items out. The message's handle is its Message-ID, so that
//! the same mail in two mailboxes is one item and a reply finds what it answers
//! without an index.

use std::collections::BTreeSet;

use mail_parser::{HeaderValue, Message as Parsed, MessageParser, MimeHeaders as _, PartType};
use rapport_model::conversation::{Conversation, Readable};
use rapport_model::{
    Address, Attachment, Body, ConversationKind, Handle, Item, LinkId, Mailbox, Message, Millis,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::common::clean;

/// More of a mail's text than this is not kept; the file keeps it.
const MAX_TEXT: usize = 1024 * 1024;
/// More attachments than this are not listed.
const MAX_PARTS: usize = 200;
/// Mails inside mails inside mails: more than this is an attack on the reader.
const MAX_NESTED: usize = 60;

/// Where the bytes of an attachment lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartSource {
    /// The file.
    pub(super) file: String,
    /// Where the mail begins in it.
    pub(super) at: u64,
    /// The mail's handle, to notice that something else lies there now.
    pub(super) mail: String,
    /// Which of its parts.
    pub(super) part: u32,
}

/// A mail, mapped.
#[derive(Debug)]
pub(super) struct Mapped {
    /// The message.
    pub(super) message: Item,
    /// Its thread as this mail shows it.
    pub(super) thread: Item,
    /// It begins its thread.
    pub(super) is_root: bool,
}

/// Where a mail was found and how it was marked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The file.
    pub(super) file: &'a str,
    /// Where it begins in it.
    pub(super) at: u64,
    /// The mailbox says it has not been read.
    pub(super) unread: bool,
    /// A moment for a mail without a date.
    pub(super) fallback: Millis,
}

/// Maps a mail.
///
/// # Errors
/// In plain words, why it cannot be read.
pub(super) fn map(raw: &[u8], place: Place<'_>, own: &BTreeSet<String>) -> Result<Mapped, String> {
    let parsed = parse(raw)?;
    let id = message_id(&parsed, raw);
    let references = ids(parsed.references());
    let answers = ids(parsed.in_reply_to())
        .into_iter()
        .next()
        .or_else(|| references.last().cloned());
    let root = references
        .first()
        .or(answers.as_ref())
        .unwrap_or(&id)
        .clone();
    let is_root = root == id;
    let at = parsed
        .date()
        .and_then(|date| date.to_timestamp().checked_mul(1000))
        .filter(|ms| (0..=MAX_MOMENT).contains(ms))
        .map_or(place.fallback, Millis);
    let from = mailboxes(parsed.from().or_else(|| parsed.sender()))
        .into_iter()
        .next()
        .unwrap_or_else(|| Mailbox {
            name: None,
            address: Address::email(""),
        });
    let mut message = Message::plain(Handle::new(thread_handle(&root)), from, "");
    message.to = mailboxes(parsed.to());
    message.cc = mailboxes(parsed.cc());
    message.subject = parsed
        .subject()
        .map(clean)
        .filter(|subject| !subject.trim().is_empty());
    message.mine = own.contains(&message.from.address.value.to_lowercase());
    message.unread = place.unread && !message.mine;
    message.reply_to = answers.filter(|answered| *answered != id).map(Handle::new);
    bodies(&parsed, &mut message);
    message.attachments = attachments(&parsed, &id, place);

    let title = message
        .subject
        .as_deref()
        .map(|it| clean(mail_parser::parsers::fields::thread::thread_name(it)));
    let title = title
        .filter(|it| !it.trim().is_empty())
        .unwrap_or_else(|| "(no subject)".to_owned());
    let mut thread = Conversation::new(ConversationKind::MailThread, title);
    thread.members = members(&message);
    Ok(Mapped {
        thread: Item {
            handle: message.conversation.clone(),
            link: Some(LinkId::new(root)),
            revision: None,
            at,
            body: Body::Conversation(thread),
            raw: None,
        },
        message: Item {
            handle: Handle::new(id.clone()),
            link: Some(LinkId::new(id)),
            revision: None,
            at,
            body: Body::Message(message),
            raw: None,
        },
        is_root,
    })
}

/// Beyond the year 9999 a date is a forgery, and no calendar shows it.
const MAX_MOMENT: i64 = 253_402_300_799_000;

/// The handle of the thread with this root.
pub(super) fn thread_handle(root: &str) -> String {
    format!("thread:{root}")
}

/// The bytes of one part.
pub(super) fn part_bytes(raw: &[u8], source: &PartSource) -> Result<Vec<u8>, String> {
    let parsed = parse(raw)?;
    if message_id(&parsed, raw) != source.mail {
        return Err("another mail lies there now; let Rapport read the folder again".to_owned());
    }
    let part = parsed
        .part(source.part)
        .ok_or("the mail has no such part")?;
    Ok(match &part.body {
        PartType::Message(inner) => inner.raw_message().to_vec(),
        _ => part.contents().to_vec(),
    })
}

fn parse(raw: &[u8]) -> Result<Parsed<'_>, String> {
    if nested(raw) > MAX_NESTED {
        return Err("mails are packed inside each other deeper than anybody writes".to_owned());
    }
    MessageParser::default()
        .parse(raw)
        .filter(|parsed| !parsed.parts.is_empty() && !parsed.headers().is_empty())
        .ok_or_else(|| "this is not a mail: it has no head".to_owned())
}

/// How often a mail says it holds another; nesting cannot be deeper.
fn nested(raw: &[u8]) -> usize {
    raw.windows(14)
        .filter(|window| {
            window
                .first()
                .is_some_and(|byte| matches!(byte, b'm' | b'M'))
        })
        .filter(|window| {
            window.eq_ignore_ascii_case(b"message/rfc822")
                || window.eq_ignore_ascii_case(b"message/global")
        })
        .count()
}

fn message_id(parsed: &Parsed<'_>, raw: &[u8]) -> String {
    match parsed.message_id().map(|id| clean(id.trim())) {
        Some(id) if !id.is_empty() => id,
        // Without one, the head is what a copy of the mail has in common with it.
        _ => {
            let head = raw.windows(2).position(|two| two == b"\n\n");
            let head = raw.windows(4).position(|four| four == b"\r\n\r\n").or(head);
            let digest = Sha256::digest(raw.get(..head.unwrap_or(raw.len())).unwrap_or(raw));
            format!("no-id-{}", crate::common::hex(digest.as_slice(), 16))
        }
    }
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let list: Vec<&str> = match value {
        HeaderValue::Text(one) => vec![one.as_ref()],
        HeaderValue::TextList(many) => many.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    list.into_iter()
        .map(|id| clean(id.trim()))
        .filter(|id| !id.is_empty())
        .collect()
}

fn mailboxes(address: Option<&mail_parser::Address<'_>>) -> Vec<Mailbox> {
    address
        .into_iter()
        .flat_map(mail_parser::Address::iter)
        .filter_map(|it| {
            let value = clean(it.address.as_deref()?.trim());
            let name = it
                .name
                .as_deref()
                .map(|name| clean(name.trim()))
                .filter(|name| !name.is_empty());
            (!value.is_empty()).then(|| Mailbox {
                name,
                address: Address::email(value),
            })
        })
        .take(1000)
        .collect()
}

fn members(message: &Message) -> Vec<Mailbox> {
    let mut seen = BTreeSet::new();
    let all = std::iter::once(&message.from)
        .chain(&message.to)
        .chain(&message.cc);
    all.filter(|it| !it.address.value.is_empty() && seen.insert(it.address.value.to_lowercase()))
        .cloned()
        .collect()
}

/// Text and HTML as they came: neither is made out of the other here.
fn bodies(parsed: &Parsed<'_>, message: &mut Message) {
    let mut cut = false;
    for part in parsed.text_bodies() {
        if let PartType::Text(text) = &part.body {
            append(&mut message.text, text, &mut cut);
        }
    }
    let mut html = String::new();
    for part in parsed.html_bodies() {
        if let PartType::Html(text) = &part.body {
            append(&mut html, text, &mut cut);
        }
    }
    message.html = (!html.is_empty()).then_some(html);
    if message.text.is_empty()
        && let Some(html) = &message.html
    {
        message.text = clean(mail_parser::decoders::html::html_to_text(html).trim());
    }
    if cut {
        message.readable = Readable::Unsupported(
            "longer than one megabyte; its beginning is here, all of it is in the file".to_owned(),
        );
    }
}

fn append(to: &mut String, text: &str, cut: &mut bool) {
    if !to.is_empty() {
        to.push('\n');
    }
    let room = MAX_TEXT.saturating_sub(to.len());
    let end = text.floor_char_boundary(room);
    *cut |= end < text.len();
    to.push_str(&clean(text.get(..end).unwrap_or_default()));
}

fn attachments(parsed: &Parsed<'_>, id: &str, place: Place<'_>) -> Vec<Attachment> {
    let mut out = Vec::new();
    for (index, number) in parsed.attachments.iter().enumerate().take(MAX_PARTS) {
        let Some(part) = parsed.part(*number) else {
            continue;
        };
        let mime = part.content_type().map_or_else(
            || "application/octet-stream".to_owned(),
            |it| {
                format!("{}/{}", it.ctype(), it.subtype().unwrap_or("octet-stream")).to_lowercase()
            },
        );
        let named = part.attachment_name().map(|name| clean(name.trim()));
        let named = named.filter(|name| !name.is_empty());
        let name = named.unwrap_or_else(|| match &part.body {
            PartType::Message(_) => format!("mail-{}.eml", index + 1),
            _ => format!("file-{}", index + 1),
        });
        let source = PartSource {
            file: place.file.to_owned(),
            at: place.at,
            mail: id.to_owned(),
            part: *number,
        };
        let size = match &part.body {
            PartType::Message(inner) => inner.raw_message().len(),
            _ => part.len(),
        };
        out.push(Attachment {
            name,
            mime: clean(&mime),
            size: u64::try_from(size).ok(),
            source: serde_json::to_string(&source).unwrap_or_default(),
            thumbnail: None,
            content_id: part.content_id().map(|it| clean(it.trim())),
        });
    }
    out
}
