//! Triage, rows by id, counts, foreign HTML, staged files, templates.

#![expect(
    clippy::unused_async,
    reason = "every call has one form; one that only reads today may ask a source tomorrow"
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rapport_model::conversation::Attachment;
use rapport_model::{AccountId, Body, ItemId, Message};
use rapport_store::table::item::Stored;
use rapport_store::view;

use super::Api;
use crate::dto::{
    AttachmentData, AttachmentWanted, Done, FillTemplate, FilledTemplate, MessageView, Mute,
    Nothing, OneConversation, OneTemplate, Reschedule, SaveTemplate, SetDone, Snooze, StageFile,
    StagedFile, TheseCommands, TheseItems, ViewMessage,
};
use crate::error::{ApiError, Code};
use crate::foreign::{self, Inline};
use crate::template;

/// The most rows asked for at once.
const MOST_ROWS: usize = 500;
/// The largest piece of a staged file, in bytes.
const LARGEST_PIECE: usize = 2 * 1024 * 1024;
/// Bytes of an attachment to be shown, unless asked otherwise, and at most.
const SHOWN: u32 = 8 * 1024 * 1024;
const SHOWN_MOST: u32 = 32 * 1024 * 1024;
/// Pictures inside one mail that are fetched for it, and the bytes of each.
const INLINE_MOST: usize = 24;
const INLINE_LARGEST: u64 = 4 * 1024 * 1024;
/// The longest template and the longest name of one, in characters.
const TEMPLATE_LONGEST: usize = 20_000;
const NAME_LONGEST: usize = 120;

impl Api {
    /// Rows of these conversations.
    pub async fn conversations_by_id(
        &self,
        these: TheseItems,
    ) -> Result<Vec<view::ConversationRow>, ApiError> {
        let ids = few(&these.ids)?;
        self.read(|db| db.conversations_by_id(ids))
    }

    /// Rows of these messages.
    pub async fn messages_by_id(
        &self,
        these: TheseItems,
    ) -> Result<Vec<view::MessageRow>, ApiError> {
        let ids = few(&these.ids)?;
        self.read(|db| db.messages_by_id(ids))
    }

    /// Rows of these tasks.
    pub async fn tasks_by_id(&self, these: TheseItems) -> Result<Vec<view::TaskRow>, ApiError> {
        let ids = few(&these.ids)?;
        let (now, zone) = (self.now(), self.zone());
        self.read(|db| db.tasks_by_id(ids, now, &zone))
    }

    /// Rows of these records.
    pub async fn records_by_id(&self, these: TheseItems) -> Result<Vec<view::RecordRow>, ApiError> {
        let ids = few(&these.ids)?;
        let today = self.today_is();
        self.read(|db| db.records_by_id(ids, today))
    }

    /// Rows of these outbox entries.
    pub async fn outbox_by_id(
        &self,
        these: TheseCommands,
    ) -> Result<Vec<view::OutboxRow>, ApiError> {
        let ids = few(&these.ids)?;
        self.read(|db| db.outbox_by_id(ids))
    }

    /// Marks conversations as dealt with.
    pub async fn conversation_done(&self, which: SetDone) -> Result<Done, ApiError> {
        self.hub.set_all_done(&which.conversations, which.done)?;
        Ok(Done {})
    }

    /// Puts conversations off.
    pub async fn snooze(&self, which: Snooze) -> Result<Done, ApiError> {
        self.hub.snooze(&which.conversations, which.until)?;
        Ok(Done {})
    }

    /// Marks a conversation as unread.
    pub async fn mark_unread(&self, which: OneConversation) -> Result<Done, ApiError> {
        self.hub.mark_unread(which.conversation)?;
        Ok(Done {})
    }

    /// Mutes a conversation.
    pub async fn conversation_mute(&self, which: Mute) -> Result<Done, ApiError> {
        self.hub.mute(which.conversation, which.muted)?;
        Ok(Done {})
    }

    /// The people of a conversation.
    pub async fn conversation_people(
        &self,
        which: OneConversation,
    ) -> Result<Vec<view::PersonRow>, ApiError> {
        let mut people = self.hub.people_in(which.conversation)?;
        people.truncate(MOST_ROWS);
        self.read(|db| db.people_by_id(&people))
    }

    /// Those who type in a conversation now.
    pub async fn conversation_typing(
        &self,
        which: OneConversation,
    ) -> Result<Vec<view::SomeoneRow>, ApiError> {
        Ok(self.hub.typists(which.conversation)?)
    }

    /// How many there are.
    pub async fn counts(&self, _nothing: Nothing) -> Result<view::Counts, ApiError> {
        let (now, zone) = (self.now(), self.zone());
        self.read(|db| db.counts(now, &zone))
    }

    /// Chooses another moment for a message that goes later.
    pub async fn outbox_reschedule(&self, which: Reschedule) -> Result<Done, ApiError> {
        self.hub.reschedule(&which.command, which.at)?;
        Ok(Done {})
    }

    /// The HTML form of a message, made harmless.
    pub async fn message_view(&self, which: ViewMessage) -> Result<MessageView, ApiError> {
        let stored = self.item(which.message)?;
        let Body::Message(message) = &stored.item.body else {
            return Err(ApiError::not_found(format_args!(
                "message {}",
                which.message
            )));
        };
        let html = message.html.as_ref();
        let Some(html) = html.filter(|it| foreign::is_reasonable(it)) else {
            return Ok(foreign::from_text(&message.text));
        };
        let inline = self.inline(&stored.account, message, html).await;
        let html = html.clone();
        // A long mail takes a while, and nobody else has to wait for it.
        tokio::task::spawn_blocking(move || foreign::sanitise(&html, which.images, inline))
            .await
            .map_err(|error| ApiError::new(Code::Internal, error.to_string()))
    }

    /// The pictures that a mail brings along and shows. One that cannot be had is
    /// left out: the mail is readable without.
    async fn inline(&self, account: &AccountId, message: &Message, html: &str) -> Inline {
        let mut inline = Inline::default();
        for name in foreign::named_parts(html).into_iter().take(INLINE_MOST) {
            let part = message.attachments.iter().find(|it| {
                it.content_id
                    .as_deref()
                    .is_some_and(|id| same_part(id, &name))
            });
            let Some(part) = part else { continue };
            if !foreign::is_picture(&part.mime) {
                continue;
            }
            match self.bytes(account, &part.source, INLINE_LARGEST).await {
                Ok(bytes) => inline.add(&name, &part.mime, &bytes),
                Err(error) => tracing::debug!(%error, "a picture of a mail is not shown"),
            }
        }
        inline
    }

    /// Keeps a piece of a file.
    pub async fn stage_file(&self, piece: StageFile) -> Result<StagedFile, ApiError> {
        let bytes = STANDARD.decode(piece.data.as_bytes()).map_err(|error| {
            ApiError::bad_request(format_args!("The piece is not Base64: {error}."))
        })?;
        if bytes.len() > LARGEST_PIECE {
            return Err(ApiError::bad_request(
                "A piece of a file can have 2 MB at most; send it in more pieces.",
            ));
        }
        let staged = self
            .hub
            .stage(&piece.name, piece.more_of.as_deref(), &bytes, piece.last)?;
        Ok(StagedFile {
            path: staged.path.display().to_string(),
            bytes: staged.bytes,
            token: staged.token,
        })
    }

    /// The bytes of a file that came with an item.
    pub async fn attachment_data(
        &self,
        which: AttachmentWanted,
    ) -> Result<AttachmentData, ApiError> {
        let stored = self.item(which.item)?;
        let file = attachment(&stored, which.index)?;
        let small = file.thumbnail.as_ref().filter(|_| which.thumbnail);
        let source = small.unwrap_or(&file.source);
        let max = which.max.unwrap_or(SHOWN).min(SHOWN_MOST);
        let bytes = self.bytes(&stored.account, source, u64::from(max)).await?;
        let mime = match small {
            // What a small picture is, only its bytes say.
            Some(_) => foreign::picture_type(&bytes).unwrap_or("application/octet-stream"),
            None => file.mime.as_str(),
        };
        Ok(AttachmentData {
            mime: mime.to_owned(),
            base64: STANDARD.encode(&bytes),
        })
    }

    /// Templates, by name.
    pub async fn templates(&self, _nothing: Nothing) -> Result<Vec<view::TemplateRow>, ApiError> {
        self.read(|db| db.templates())
    }

    /// Keeps a template.
    pub async fn template_save(
        &self,
        template: SaveTemplate,
    ) -> Result<view::TemplateRow, ApiError> {
        let name = template.name.trim();
        if name.is_empty() || name.chars().count() > NAME_LONGEST {
            return Err(ApiError::not_so(
                "template_name",
                "A template needs a name of at most 120 characters.",
            ));
        }
        if template.text.chars().count() > TEMPLATE_LONGEST {
            return Err(ApiError::not_so(
                "template_text",
                "A template can have 20,000 characters at most.",
            ));
        }
        if let Some(id) = &template.id
            && self.read(|db| db.template(id))?.is_none()
        {
            return Err(ApiError::not_found("such template"));
        }
        let row = view::TemplateRow {
            id: template.id.unwrap_or_else(|| self.hub.fresh_word()),
            name: name.to_owned(),
            text: template.text,
            at: self.now(),
        };
        self.hub.db().write(|tx| tx.put_template(&row))?;
        Ok(row)
    }

    /// Removes a template.
    pub async fn template_remove(&self, which: OneTemplate) -> Result<Done, ApiError> {
        if self.hub.db().write(|tx| tx.drop_template(&which.id))? {
            Ok(Done {})
        } else {
            Err(ApiError::not_found("such template"))
        }
    }

    /// Fills a template for a conversation.
    pub async fn template_fill(&self, which: FillTemplate) -> Result<FilledTemplate, ApiError> {
        let text = self
            .read(|db| db.template(&which.template))?
            .ok_or_else(|| ApiError::not_found("such template"))?
            .text;
        let row = self.read(|db| db.conversation(which.conversation))?;
        let people = self.hub.people_in(which.conversation)?;
        let people = self.read(|db| db.people_by_id(&people))?;
        let me = self.read(|db| db.whose())?.name;
        let me = Some(me).filter(|it| !it.is_empty());
        let known = template::Known::of(&row, &people, me, self.today_is());
        Ok(template::fill(&text, &known))
    }

    fn item(&self, id: ItemId) -> Result<Stored, ApiError> {
        self.read(|db| db.stored(id))?
            .ok_or_else(|| ApiError::not_found(format_args!("item {id}")))
    }

    /// Fetches a file into memory. Nothing of it stays on the disk.
    async fn bytes(
        &self,
        account: &AccountId,
        source: &str,
        limit: u64,
    ) -> Result<Vec<u8>, ApiError> {
        Ok(self.hub.fetch_bytes(account, source, limit).await?)
    }
}

/// One file of an item.
pub(super) fn attachment(stored: &Stored, index: u32) -> Result<&Attachment, ApiError> {
    let files = match &stored.item.body {
        Body::Message(message) => message.attachments.as_slice(),
        Body::Record(record) => record.attachments.as_slice(),
        Body::Conversation(_)
        | Body::Task(_)
        | Body::Event(_)
        | Body::Page(_)
        | Body::Contact(_)
        | Body::Organisation(_) => &[],
    };
    usize::try_from(index)
        .ok()
        .and_then(|index| files.get(index))
        .ok_or_else(|| ApiError::not_found(format_args!("file {index} on this item")))
}

/// Refuses a request for more rows than any screen shows.
fn few<T>(ids: &[T]) -> Result<&[T], ApiError> {
    if ids.len() > MOST_ROWS {
        return Err(ApiError::bad_request(
            "At most 500 rows can be asked for at once.",
        ));
    }
    Ok(ids)
}

/// Whether a part's Content-ID is the one a `cid:` names, which is written
/// without the brackets.
fn same_part(id: &str, name: &str) -> bool {
    id.trim().trim_start_matches('<').trim_end_matches('>') == name
}
