//! One event of a timeline becomes one change of ours. Pure.
//!
//! The rules: what people said is a message; what alters something said earlier is a patch
//! under its own handle; what only changes the room is nothing here (the conversation is
//! read from the room's state); what cannot be read is put aside with its reason, so that
//! one hostile event never stops a page. Deliberately absent: bundled edits and reactions.
//! They would be baked into the message, where taking them back could not find them; the
//! edit event itself is always part of the stream.

use rapport_model::change::Poison;
use rapport_model::contact::{Address, Mailbox};
use rapport_model::conversation::Readable;
use rapport_model::{Body, Change, Handle, Item, LinkId, Message, Millis, Patch, PatchKind};
use serde_json::Value;

use super::content::{self, MARK};
use super::wire::{Event, clean, is_id, remains};

/// What an event needs to know of the room it was said in.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    /// The room.
    pub(super) room: &'a str,
    /// The account's user.
    pub(super) me: &'a str,
    /// The display name of a member.
    pub(super) names: &'a dyn Names,
    /// Up to when the user has read.
    pub(super) read: Option<Millis>,
}

/// Who is called what in a room.
pub(super) trait Names: std::fmt::Debug + Sync {
    /// The display name of a user id.
    fn name(&self, user: &str) -> Option<String>;
}

impl Names for std::collections::BTreeMap<String, String> {
    fn name(&self, user: &str) -> Option<String> {
        self.get(user).cloned()
    }
}

/// What an event is to us.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mapped {
    /// A change.
    Change(Box<Change>),
    /// It cannot be mapped.
    Poison(Poison),
    /// It waits for its key, and shows nothing until then. Its id.
    Waiting(String),
    /// Nothing to show.
    Nothing,
}

/// Maps the JSON of an event; `locked` says why it could not be decrypted.
pub(super) fn event(raw: &str, locked: Option<&str>, scene: &Scene<'_>) -> Mapped {
    match Event::read(raw).and_then(|event| read(&event, raw, locked, scene)) {
        Ok(mapped) => mapped,
        Err(reason) => poison(raw, reason),
    }
}

fn poison(raw: &str, reason: String) -> Mapped {
    // Its own id if it has one; else a name that stays the same when it is met again.
    let id = Event::read(raw)
        .ok()
        .and_then(|event| event.id().map(clean));
    let handle = id.unwrap_or_else(|| format!("unnamed:{}", fingerprint(raw)));
    Mapped::Poison(Poison {
        handle: Handle(handle),
        reason,
        raw: Some(remains(raw)),
    })
}

fn fingerprint(raw: &str) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(raw.as_bytes());
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn read(
    event: &Event,
    raw: &str,
    locked: Option<&str>,
    scene: &Scene<'_>,
) -> Result<Mapped, String> {
    if event.is_state() {
        return Ok(Mapped::Nothing);
    }
    let id = event.id().ok_or("the event has no id")?;
    let sender = event.sender().ok_or("the event has no sender")?;
    let at = Millis(event.at().ok_or("the event has no time")?);
    let from = mailbox(sender, scene.names);
    let said = Said {
        event,
        raw,
        id,
        from,
        at,
        scene,
    };
    if event
        .part("/unsigned/redacted_because")
        .is_some_and(Value::is_object)
    {
        return Ok(said.taken_back());
    }
    if event.kind() == "m.room.redaction" {
        return said.redaction();
    }
    let locked = locked.or_else(|| (event.kind() == "m.room.encrypted").then_some("not decrypted"));
    if let Some(reason) = locked {
        return Ok(said.locked(reason));
    }
    match event.kind() {
        "m.reaction" => said.reaction(),
        "m.room.message" if event.text("/content/m.relates_to/rel_type") == Some("m.replace") => {
            said.edit()
        }
        "m.room.message" => Ok(said.message(|message| content::message(event, message))),
        "m.sticker" => Ok(said.message(|message| content::sticker(event, message))),
        "m.poll.start" | "org.matrix.msc3381.poll.start" => {
            Ok(said.message(|message| content::poll(event, message)))
        }
        "m.location" | "org.matrix.msc3672.beacon_info" => {
            Ok(said.message(|message| content::location(event, message)))
        }
        "m.call.invite" => {
            Ok(said.message(|message| content::unsupported(event, message, "a call")))
        }
        kind if content::speaks(event) => {
            let what = clean(kind);
            Ok(said.message(|message| content::unsupported(event, message, &what)))
        }
        _ => Ok(Mapped::Nothing),
    }
}

struct Said<'a> {
    event: &'a Event,
    raw: &'a str,
    id: &'a str,
    from: Mailbox,
    at: Millis,
    scene: &'a Scene<'a>,
}

impl Said<'_> {
    fn mine(&self) -> bool {
        self.from.address.value == self.scene.me
    }

    fn message(self, fill: impl FnOnce(&mut Message)) -> Mapped {
        let mine = self.mine();
        let mut message = Message::plain(Handle::new(self.scene.room), self.from.clone(), "");
        message.mine = mine;
        message.unread = !mine && self.scene.read.is_none_or(|read| self.at > read);
        content::relations(self.event, &mut message);
        fill(&mut message);
        let item = Item {
            handle: Handle(self.id.to_owned()),
            link: self.link(),
            revision: None,
            at: self.at,
            body: Body::Message(message),
            raw: Some(clean(self.raw)),
        };
        Mapped::Change(Box::new(Change::Upsert(Box::new(item))))
    }

    /// An event whose key is missing. What it belongs to stands outside of the encryption, and
    /// an edit, a reaction or a vote is no message: shown as one, it would stay when the key
    /// comes, because it then alters another under this same handle.
    fn locked(self, reason: &str) -> Mapped {
        let belongs = self.event.text("/content/m.relates_to/rel_type");
        if belongs.is_some_and(|how| ["m.replace", "m.annotation", "m.reference"].contains(&how)) {
            return Mapped::Waiting(self.id.to_owned());
        }
        self.message(|message| message.readable = Readable::Undecryptable(reason.to_owned()))
    }

    /// The id of the wish this message came from. The server tells the transaction id to the
    /// device that sent it; the mark inside the content tells the user's later devices too.
    fn link(&self) -> Option<LinkId> {
        if !self.mine() {
            return None;
        }
        let transaction = self.event.text("/unsigned/transaction_id");
        let mark = || self.event.part("/content")?.get(MARK)?.as_str();
        transaction
            .or_else(mark)
            .filter(|id| !id.is_empty())
            .map(|id| LinkId(clean(id)))
    }

    /// An event whose content is gone. The message stays as a sign that something was said;
    /// a reaction or an edit that was taken back is nothing.
    fn taken_back(self) -> Mapped {
        let shown = ["m.room.message", "m.room.encrypted", "m.sticker"];
        if !shown.contains(&self.event.kind()) {
            return Mapped::Nothing;
        }
        let reason = self
            .event
            .text("/unsigned/redacted_because/content/reason")
            .map(clean);
        self.message(|message| message.readable = Readable::Redacted(reason))
    }

    fn redaction(self) -> Result<Mapped, String> {
        // Room version 11 moved the field into the content.
        let target = self
            .event
            .text("/content/redacts")
            .or_else(|| self.event.text("/redacts"));
        let target = target
            .filter(|id| is_id(id, '$'))
            .ok_or("the redaction does not say of which event")?
            .to_owned();
        let reason = self.event.text("/content/reason").map(clean);
        Ok(self.patch(target, PatchKind::Redact(reason)))
    }

    fn reaction(self) -> Result<Mapped, String> {
        let event = self.event;
        if event.text("/content/m.relates_to/rel_type") != Some("m.annotation") {
            return Ok(Mapped::Nothing);
        }
        let key = event.text("/content/m.relates_to/key").map(clean);
        let key = key
            .filter(|key| !key.is_empty())
            .ok_or("the reaction is empty")?;
        let target = self.target()?;
        Ok(self.patch(target, PatchKind::React(key)))
    }

    fn edit(self) -> Result<Mapped, String> {
        let target = self.target()?;
        let new = content::edited(self.event).ok_or("the edit has no new content")?;
        Ok(self.patch(target, new))
    }

    fn target(&self) -> Result<String, String> {
        let id = self.event.text("/content/m.relates_to/event_id");
        let id = id
            .filter(|id| is_id(id, '$'))
            .ok_or("it does not say to which event it belongs")?;
        Ok(id.to_owned())
    }

    fn patch(self, target: String, what: PatchKind) -> Mapped {
        Mapped::Change(Box::new(Change::Patch(Patch {
            target: Handle(target),
            handle: Handle(self.id.to_owned()),
            at: self.at,
            from: self.from,
            what,
        })))
    }
}

/// A user as a mailbox.
pub(super) fn mailbox(user: &str, names: &dyn Names) -> Mailbox {
    let name = names
        .name(user)
        .map(|name| clean(&name))
        .filter(|name| !name.trim().is_empty());
    Mailbox {
        name,
        address: Address::matrix(clean(user)),
    }
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
