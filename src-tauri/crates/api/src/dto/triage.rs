//! Triage, rows by id, counts, foreign HTML, staged files, templates.

use rapport_model::{CommandId, ItemId, Millis};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names items whose rows are wanted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct TheseItems {
    /// Which, at most 500; the rows come in this order, without those that are
    /// no longer there.
    pub ids: Vec<ItemId>,
}

/// Names outbox entries whose rows are wanted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct TheseCommands {
    /// Which, at most 500; the rows come in this order, without those that are
    /// no longer there.
    pub ids: Vec<CommandId>,
}

/// Chooses another moment for a message that goes later.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Reschedule {
    /// Which entry.
    pub command: CommandId,
    /// When it goes.
    pub at: Millis,
}

/// Marks conversations as dealt with, or takes the mark away.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SetDone {
    /// Which.
    pub conversations: Vec<ItemId>,
    /// Dealt with.
    pub done: bool,
}

/// Puts conversations off, or takes that back.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Snooze {
    /// Which.
    pub conversations: Vec<ItemId>,
    /// Until this moment, or until somebody writes; `null` brings them back.
    pub until: Option<Millis>,
}

/// Mutes a conversation here, or takes that back.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Mute {
    /// Which.
    pub conversation: ItemId,
    /// No alerts of messages that do not mention the user.
    pub muted: bool,
}

/// Asks for the HTML form of a message, made harmless.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ViewMessage {
    /// Which.
    pub message: ItemId,
    /// Leave remote images in; their hosts then learn that the mail was opened.
    #[serde(default)]
    pub images: bool,
}

/// The HTML form of a message, harmless: to be framed without scripts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageView {
    /// A fragment for the body of a sandboxed document; made from the text when
    /// the message has no HTML form.
    pub html: String,
    /// Remote images that were left out.
    pub blocked_images: u32,
    /// Its links, in order, with where each leads.
    pub links: Vec<MessageLink>,
}

/// One link of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageLink {
    /// What the reader sees.
    pub text: String,
    /// The host it leads to, as registries write it; the address of a `mailto:`,
    /// the number of a `tel:`.
    pub host: String,
    /// Where it leads.
    pub href: String,
    /// The text names another host than the link leads to.
    pub differs: bool,
}

/// A piece of a file that was pasted or dropped.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct StageFile {
    /// Its name; only the last part of a path counts.
    pub name: String,
    /// Its media type, as the window knows it.
    #[serde(default)]
    pub mime: String,
    /// The bytes in Base64; at most 2 MB a piece.
    pub data: String,
    /// The token of the piece before, from the second piece on.
    #[serde(default)]
    pub more_of: Option<String>,
    /// No piece follows.
    pub last: bool,
}

/// A file in the profile's private folder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct StagedFile {
    /// Where it lies once the last piece is in, to be named in `Outgoing.files`.
    pub path: String,
    /// Bytes so far.
    #[ts(type = "number")]
    pub bytes: u64,
    /// To be named with the next piece.
    pub token: String,
}

/// Asks for the bytes of a file that came with an item, to be shown.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AttachmentWanted {
    /// The item it came with.
    pub item: ItemId,
    /// Which of its files, from 0.
    pub index: u32,
    /// At most this many bytes (default 8 MB, at most 32 MB).
    #[serde(default)]
    pub max: Option<u32>,
    /// The small picture, where the source has one.
    #[serde(default)]
    pub thumbnail: bool,
}

/// The bytes of a file.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AttachmentData {
    /// Its media type: as sent, or of the small picture.
    pub mime: String,
    /// The bytes in Base64.
    pub base64: String,
}

/// Keeps a template.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SaveTemplate {
    /// Which; a new one when absent.
    #[serde(default)]
    pub id: Option<String>,
    /// What it is called.
    pub name: String,
    /// Its text, with `{{customer}}`, `{{first_name}}`, `{{name}}`, `{{me}}` and
    /// `{{today}}` to be filled.
    pub text: String,
}

/// Names a template.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OneTemplate {
    /// Which.
    pub id: String,
}

/// Fills a template for a conversation.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FillTemplate {
    /// Which.
    pub template: String,
    /// For which conversation.
    pub conversation: ItemId,
}

/// A filled template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FilledTemplate {
    /// The text; a field nobody knows stays as it is written.
    pub text: String,
    /// The fields that could not be filled, each once.
    pub missing: Vec<String>,
}
