//! What stands in the content of a message: text, files, places, polls, relations. Pure.
//!
//! The address of a file carries everything that is needed to fetch it later, the keys of an
//! encrypted one included, as the JSON of [`Source`].

use rapport_model::conversation::{Attachment, Readable};
use rapport_model::{Handle, Message, PatchKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::picture::Small;
use super::wire::{Event, clean, is_id};

/// The field of the content under which a message of ours carries the id of its wish. The
/// server shows a transaction id only to the device that sent it, so a later device could
/// not tell whether the wish had arrived.
pub(super) const MARK: &str = "app.rapport.id";

/// Where the bytes of a file are, as kept in [`Attachment::source`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    /// `mxc://` address of a plain file.
    Url(String),
    /// The protocol's description of an encrypted file: address, key, hash.
    File(Value),
    /// `mxc://` address of a picture of which the server makes a small one.
    Small(String),
}

impl Source {
    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Fills a message from an `m.room.message` event.
pub(super) fn message(event: &Event, message: &mut Message) {
    let Some(content) = event.part("/content").filter(|content| content.is_object()) else {
        message.readable = Readable::Unsupported("a message without content".to_owned());
        return;
    };
    match text(content, "msgtype").unwrap_or_default() {
        "m.text" | "m.notice" => spoken(content, message),
        "m.emote" => {
            spoken(content, message);
            // An action reads as in the protocol's own clients: who, then what.
            let who = message
                .from
                .name
                .as_deref()
                .unwrap_or(&message.from.address.value);
            message.text = format!("* {who} {}", message.text);
        }
        "m.image" | "m.file" | "m.audio" | "m.video" => file(content, message),
        "m.location" => location(event, message),
        "m.key.verification.request" => {
            unsupported(event, message, "a request to compare encryption keys");
        }
        other => unsupported(event, message, &clean(other)),
    }
}

/// Fills a message from an `m.sticker` event.
pub(super) fn sticker(event: &Event, message: &mut Message) {
    match event.part("/content").filter(|content| content.is_object()) {
        Some(content) => {
            message.text = body(content);
            message.attachments.extend(attachment(content, "image/png"));
        }
        None => unsupported(event, message, "a sticker without content"),
    }
}

/// Fills a message from the start of a poll: the question and its answers as lines.
pub(super) fn poll(event: &Event, message: &mut Message) {
    let poll = [
        "/content/m.poll",
        "/content/m.poll.start",
        "/content/org.matrix.msc3381.poll.start",
    ]
    .iter()
    .find_map(|path| event.part(path));
    let Some(poll) = poll else {
        return unsupported(event, message, "a poll");
    };
    let mut lines = vec![said(poll.get("question")).unwrap_or_default()];
    let answers = poll.get("answers").and_then(Value::as_array);
    lines.extend(
        answers
            .into_iter()
            .flatten()
            .filter_map(|a| Some(format!("- {}", said(Some(a))?))),
    );
    message.text = lines.join("\n");
    message.readable = Readable::Unsupported("a poll".to_owned());
}

/// Fills a message from a shared place.
pub(super) fn location(event: &Event, message: &mut Message) {
    let uri = event
        .text("/content/geo_uri")
        .or_else(|| event.text("/content/m.location/uri"))
        .or_else(|| event.text("/content/org.matrix.msc3488.location/uri"));
    let about = event.part("/content").map(body).unwrap_or_default();
    message.text = match uri.map(clean) {
        Some(uri) if about.is_empty() => uri,
        Some(uri) => format!("{about}\n{uri}"),
        None => about,
    };
}

/// Fills a message of a kind that is not shown, with the text its sender gave for that case.
pub(super) fn unsupported(event: &Event, message: &mut Message, what: &str) {
    message.text = fallback(event).unwrap_or_default();
    let what = if what.is_empty() {
        "a message of no kind"
    } else {
        what
    };
    message.readable = Readable::Unsupported(what.to_owned());
}

/// Whether an event of an unknown kind brings a text for those who do not know it.
pub(super) fn speaks(event: &Event) -> bool {
    fallback(event).is_some()
}

fn fallback(event: &Event) -> Option<String> {
    let content = event.part("/content")?;
    let text = text(content, "body")
        .map(clean)
        .or_else(|| said(Some(content)));
    text.filter(|text| !text.trim().is_empty())
}

/// Reads what the message answers, its thread, and whom it mentions.
pub(super) fn relations(event: &Event, message: &mut Message) {
    let relates = "/content/m.relates_to";
    let id = |path: &str| {
        let id = event.text(&format!("{relates}{path}"))?;
        is_id(id, '$').then(|| Handle::new(id))
    };
    let answers = id("/m.in_reply_to/event_id");
    if event.text("/content/m.relates_to/rel_type") == Some("m.thread") {
        message.thread = id("/event_id");
        // Inside a thread the answer is a courtesy to clients without threads, unless it says
        // that it is meant.
        let courtesy = event.part("/content/m.relates_to/is_falling_back");
        if courtesy.and_then(Value::as_bool) == Some(true) {
            message.mentions = event.part("/content").map(mentions).unwrap_or_default();
            return;
        }
    }
    message.reply_to = answers;
    message.mentions = event.part("/content").map(mentions).unwrap_or_default();
}

/// The new text of an edit.
pub(super) fn edited(event: &Event) -> Option<PatchKind> {
    let new = event
        .part("/content/m.new_content")
        .filter(|new| new.is_object())?;
    let text = body(new);
    (!text.is_empty()).then(|| PatchKind::Edit {
        text,
        html: html(new),
        mentions: mentions(new),
    })
}

fn spoken(content: &Value, message: &mut Message) {
    let (text, html) = (body(content), html(content));
    if message.reply_to.is_some() {
        message.text = without_quote(&text);
        message.html = html.map(|html| without_quote_block(&html));
    } else {
        message.text = text;
        message.html = html;
    }
}

fn file(content: &Value, message: &mut Message) {
    // With a file name of its own, the body is a caption; without, it is the file name.
    let named = text(content, "filename");
    if named.is_some_and(|name| Some(name) != text(content, "body")) {
        message.text = body(content);
        message.html = html(content);
    }
    match attachment(content, "application/octet-stream") {
        Some(attachment) => message.attachments.push(attachment),
        None => {
            message.text = body(content);
            message.readable = Readable::Unsupported("a file without an address".to_owned());
        }
    }
}

fn attachment(content: &Value, default_mime: &str) -> Option<Attachment> {
    let info = content.get("info");
    let field = |name: &str| info.and_then(|info| info.get(name));
    let source = source(content.get("url"), content.get("file"))?;
    let mime = field("mimetype").and_then(Value::as_str).map(clean);
    let mime = mime
        .filter(|mime| mime.contains('/'))
        .unwrap_or_else(|| default_mime.to_owned());
    let small = self::source(field("thumbnail_url"), field("thumbnail_file")).or_else(|| {
        // The server can only make small pictures of what it can read.
        match &source {
            Source::Url(url) if mime.starts_with("image/") => Some(Source::Small(url.clone())),
            _ => None,
        }
    });
    let name = text(content, "filename")
        .or_else(|| text(content, "body"))
        .unwrap_or_default();
    Some(Attachment {
        name: if name.trim().is_empty() {
            "file".to_owned()
        } else {
            clean(name)
        },
        mime,
        size: field("size").and_then(Value::as_u64),
        source: source.text(),
        thumbnail: small.map(|small| small.text()),
        content_id: None,
    })
}

fn source(url: Option<&Value>, file: Option<&Value>) -> Option<Source> {
    let is_mxc = |url: &str| url.starts_with("mxc://") && url.len() < 2048;
    let of_file = file
        .and_then(|file| file.get("url"))
        .and_then(Value::as_str);
    if of_file.is_some_and(is_mxc) {
        return file.cloned().map(Source::File);
    }
    url.and_then(Value::as_str)
        .filter(|url| is_mxc(url))
        .map(|url| Source::Url(clean(url)))
}

/// Whom a content mentions.
pub(super) fn mentions(content: &Value) -> Vec<String> {
    let Some(mentions) = content.get("m.mentions") else {
        return Vec::new();
    };
    let users = mentions.get("user_ids").and_then(Value::as_array);
    let users = users
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|id| is_id(id, '@'));
    let mut all: Vec<String> = users.take(200).map(str::to_owned).collect();
    if mentions.get("room").and_then(Value::as_bool) == Some(true) {
        all.push("@room".to_owned());
    }
    all
}

/// The visible text of a block of the newer, self-describing content forms.
fn said(part: Option<&Value>) -> Option<String> {
    let part = part?;
    let blocks = part
        .get("m.text")
        .or_else(|| part.get("org.matrix.msc1767.text"));
    let text = match blocks {
        Some(Value::String(text)) => Some(text.as_str()),
        Some(Value::Array(blocks)) => blocks.iter().find_map(|block| text(block, "body")),
        _ => text(part, "body"),
    };
    text.map(clean)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn body(content: &Value) -> String {
    text(content, "body").map(clean).unwrap_or_default()
}

fn html(content: &Value) -> Option<String> {
    (text(content, "format")? == "org.matrix.custom.html").then_some(())?;
    text(content, "formatted_body")
        .filter(|html| !html.trim().is_empty())
        .map(clean)
}

/// An answer's text without the quote that older clients put before it.
fn without_quote(text: &str) -> String {
    if !text.starts_with("> ") {
        return text.to_owned();
    }
    let rest = text
        .lines()
        .skip_while(|line| line.starts_with("> ") || *line == ">");
    let rest: Vec<&str> = rest.collect();
    let rest = rest.join("\n");
    rest.strip_prefix('\n').map_or(rest.clone(), str::to_owned)
}

fn without_quote_block(html: &str) -> String {
    let Some(after) = html.strip_prefix("<mx-reply>") else {
        return html.to_owned();
    };
    match after.split_once("</mx-reply>") {
        Some((_quote, rest)) => rest.to_owned(),
        None => html.to_owned(),
    }
}

/// The content of a file event, for sending.
pub(super) fn file_content(
    kind: &str,
    name: &str,
    mime: &str,
    size: u64,
    source: &Source,
) -> Value {
    let mut content = json!({
        "msgtype": kind,
        "body": name,
        "filename": name,
        "info": {"mimetype": mime, "size": size},
    });
    if let Some(object) = content.as_object_mut() {
        match source {
            Source::File(file) => object.insert("file".to_owned(), file.clone()),
            Source::Url(url) | Source::Small(url) => {
                object.insert("url".to_owned(), Value::String(url.clone()))
            }
        };
    }
    content
}

/// Adds what is known of a picture to the content of its event.
pub(super) fn add_picture(content: &mut Value, size: (u32, u32), small: Option<(&Small, &Source)>) {
    let Some(info) = content.get_mut("info").and_then(Value::as_object_mut) else {
        return;
    };
    info.insert("w".to_owned(), json!(size.0));
    info.insert("h".to_owned(), json!(size.1));
    let Some((small, source)) = small else { return };
    let said = json!({
        "mimetype": small.mime,
        "size": small.bytes.len(),
        "w": small.size.0,
        "h": small.size.1,
    });
    info.insert("thumbnail_info".to_owned(), said);
    match source {
        Source::File(file) => info.insert("thumbnail_file".to_owned(), file.clone()),
        Source::Url(url) | Source::Small(url) => {
            info.insert("thumbnail_url".to_owned(), json!(url))
        }
    };
}
