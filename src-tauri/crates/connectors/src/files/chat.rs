//! Chat exports: a JSON object a line, the room first, then what was said.
//!
//! The room line: `{"room": "ops", "name": "Ops", "kind": "room" | "direct",
//! "topic": …, "members": [{"name": …, "address": "@ada:example.org"}],
//! "about": "records/customers.csv#C-1"}`. A message line: `{"id": …, "at": RFC
//! 3339, "from": {…} or an address, "text": …}` and, where they apply, `html`,
//! `reply_to`, `thread`, `edited`, `mentions`, `mine`, `unread`, `internal`,
//! `redacted`, `edits` (the id of the message whose text this replaces),
//! `reactions` (`[{"key": "👍", "from": …}]`) and `attachments`
//! (`[{"name": …, "mime": …, "size": …, "file": path from the folder}]`).

use std::collections::{BTreeMap, BTreeSet};

use rapport_model::conversation::{Conversation, Readable};
use rapport_model::{
    Address, AddressKind, Attachment, Body, Change, ConversationKind, Handle, Item, LinkId,
    Mailbox, Message, Millis, Patch, PatchKind, Reaction,
};
use serde::Deserialize;
use serde_json::Value;

use super::todo::reference;
use crate::common::clean;

/// The first line of an export.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct RoomLine {
    room: String,
    name: String,
    kind: String,
    topic: Option<String>,
    members: Vec<Value>,
    about: Option<String>,
    encrypted: bool,
}

impl Default for RoomLine {
    fn default() -> Self {
        Self {
            room: String::new(),
            name: String::new(),
            kind: "room".to_owned(),
            topic: None,
            members: Vec::new(),
            about: None,
            encrypted: false,
        }
    }
}

/// A message line.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MessageLine {
    id: Value,
    at: String,
    from: Value,
    text: String,
    html: Option<String>,
    reply_to: Option<Value>,
    thread: Option<Value>,
    edited: Option<Value>,
    edits: Option<Value>,
    mentions: Vec<String>,
    mine: Option<bool>,
    unread: bool,
    internal: bool,
    redacted: Option<Value>,
    reactions: Vec<ReactionLine>,
    attachments: Vec<FileLine>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ReactionLine {
    key: String,
    from: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FileLine {
    name: String,
    mime: Option<String>,
    size: Option<u64>,
    file: Option<String>,
}

/// Maps the room line. The file's path is its handle, so that two exports of
/// one room stay two.
///
/// # Errors
/// In plain words, what is wrong with the line.
pub(super) fn room(path: &str, line: &[u8], at: Millis) -> Result<Item, String> {
    let value: Value = json(line)?;
    if value.get("id").is_some() && value.get("room").is_none() {
        return Err("the first line is a message, and should describe the room".to_owned());
    }
    let line: RoomLine = serde_json::from_value(value).map_err(|error| describe(&error))?;
    let kind = match line.kind.as_str() {
        "direct" | "dm" => ConversationKind::Direct,
        "space" => ConversationKind::Space,
        "ticket" => ConversationKind::Ticket,
        _ => ConversationKind::Room,
    };
    let name = if line.name.trim().is_empty() {
        &line.room
    } else {
        &line.name
    };
    let mut body = Conversation::new(kind, clean(if name.is_empty() { path } else { name }));
    body.topic = line.topic.map(|it| clean(&it)).filter(|it| !it.is_empty());
    body.members = line.members.iter().filter_map(person).collect();
    body.encrypted = line.encrypted;
    body.about = line.about.as_deref().and_then(reference);
    Ok(Item {
        handle: Handle::new(path),
        link: (!line.room.is_empty()).then(|| LinkId::new(line.room)),
        revision: None,
        at,
        body: Body::Conversation(body),
        raw: None,
    })
}

/// Maps a message line.
///
/// # Errors
/// In plain words, what is wrong with the line.
pub(super) fn message(
    path: &str,
    line: &[u8],
    own: &BTreeSet<String>,
    names: &Names,
) -> Result<Change, String> {
    let line: MessageLine =
        serde_json::from_value(json(line)?).map_err(|error| describe(&error))?;
    let id = id_text(&line.id).ok_or("the message has no id")?;
    let at = Millis::parse_rfc3339(&line.at).map_err(|_other| {
        format!(
            "\"{}\" is not a moment such as 2026-03-12T09:41:00Z",
            line.at
        )
    })?;
    let mut from = person(&line.from).ok_or("the message does not say who wrote it")?;
    from.name = from
        .name
        .or_else(|| names.get(&from.address.value).cloned());
    let handle = |id: String| Handle::new(format!("{path}#{id}"));
    let refer = |id: &Option<Value>| id.as_ref().and_then(id_text).map(handle);
    if let Some(target) = refer(&line.edits) {
        let text = clean(&line.text);
        let what = PatchKind::Edit {
            text,
            html: line.html,
            mentions: line.mentions,
        };
        return Ok(Change::Patch(Patch {
            target,
            handle: handle(id),
            at,
            from,
            what,
        }));
    }
    let mut body = Message::plain(Handle::new(path), from, clean(&line.text));
    body.mine = line
        .mine
        .unwrap_or_else(|| own.contains(&body.from.address.value.to_lowercase()));
    body.html = line.html.map(|it| clean(&it));
    body.reply_to = refer(&line.reply_to);
    body.thread = refer(&line.thread);
    body.edited = match &line.edited {
        Some(Value::String(when)) => Millis::parse_rfc3339(when).ok(),
        Some(Value::Bool(true)) => Some(at),
        _ => None,
    };
    body.mentions = line.mentions;
    body.unread = line.unread && !body.mine;
    body.internal = line.internal;
    body.readable = match line.redacted {
        Some(Value::String(why)) => Readable::Redacted(Some(why)),
        Some(Value::Bool(true)) => Readable::Redacted(None),
        _ => Readable::Yes,
    };
    body.reactions = line
        .reactions
        .iter()
        .filter_map(|it| {
            Some(Reaction {
                key: it.key.clone(),
                from: person(&it.from)?,
                handle: None,
            })
        })
        .collect();
    body.attachments = line.attachments.into_iter().map(attachment).collect();
    let handle = handle(id.clone());
    let body = Body::Message(body);
    let link = Some(LinkId::new(id));
    Ok(Change::Upsert(Box::new(Item {
        handle,
        link,
        revision: None,
        at,
        body,
        raw: None,
    })))
}

/// Display names of a room's members by address.
pub(super) type Names = BTreeMap<String, String>;

/// The names a room line gives.
pub(super) fn names(room: &Item) -> Names {
    match &room.body {
        Body::Conversation(it) => it
            .members
            .iter()
            .filter_map(|it| Some((it.address.value.clone(), it.name.clone()?)))
            .collect(),
        _ => Names::new(),
    }
}

fn attachment(line: FileLine) -> Attachment {
    let guessed = || {
        mime_guess::from_path(&line.name)
            .first_or_octet_stream()
            .to_string()
    };
    Attachment {
        mime: line.mime.clone().unwrap_or_else(guessed),
        size: line.size,
        source: serde_json::json!({ "path": line.file.unwrap_or_default() }).to_string(),
        thumbnail: None,
        content_id: None,
        name: clean(&line.name),
    }
}

/// `{"name": …, "address": …}`, `"Ada <ada@example.org>"` or `"@ada:example.org"`.
fn person(value: &Value) -> Option<Mailbox> {
    let (name, address) = match value {
        Value::String(text) => (None, text.as_str()),
        Value::Object(map) => (
            map.get("name").and_then(Value::as_str),
            ["address", "id", "email"]
                .iter()
                .find_map(|key| map.get(*key)?.as_str())
                .unwrap_or_default(),
        ),
        _ => return None,
    };
    let mut found = crate::common::mailbox(address).or_else(|| {
        let text = if address.trim().is_empty() {
            name?
        } else {
            address
        };
        let value = clean(text.trim());
        Some(Mailbox {
            name: None,
            address: Address {
                kind: AddressKind::Other,
                value,
            },
        })
    })?;
    if let Some(name) = name.filter(|it| !it.trim().is_empty()) {
        found.name = Some(clean(name));
    }
    (!found.address.value.is_empty()).then_some(found)
}

fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(clean(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn json(line: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(line).map_err(|error| describe(&error))
}

fn describe(error: &serde_json::Error) -> String {
    format!("the line is not the JSON of a chat export: {error}")
}
