//! Conversations, messages, drafts.

#![expect(
    clippy::unused_async,
    reason = "every call has one form; one that only reads today may ask a source tomorrow"
)]

use rapport_model::{Body, ItemId, State};
use rapport_store::table::draft::Draft;
use rapport_store::view;

use super::Api;
use crate::dto::{
    Backfilled, ConversationFilter, Done, Download, Downloaded, EditMessage, KeptDraft, KeptFile,
    MessageHtml, MessagesOf, Nothing, OneCommand, OneConversation, OneMessage, Queued, React,
    Redact, SaveDraft, Say, Sent, Typing,
};
use crate::error::ApiError;

/// The most bytes a download fetches unless asked otherwise.
const DOWNLOAD_LIMIT: u64 = 100 * 1024 * 1024;

impl Api {
    /// Conversations of every source, newest activity first.
    pub async fn conversations(
        &self,
        filter: ConversationFilter,
    ) -> Result<Vec<view::ConversationRow>, ApiError> {
        self.read(|db| db.inbox(&filter))
    }

    /// One conversation.
    pub async fn conversation(
        &self,
        which: OneConversation,
    ) -> Result<view::ConversationRow, ApiError> {
        self.read(|db| db.conversation(which.conversation))
    }

    /// Messages of a conversation.
    pub async fn messages(&self, which: MessagesOf) -> Result<view::MessagePage, ApiError> {
        let conversation = which.conversation;
        let mut page = self.read(|db| db.messages(conversation, &which.into()))?;
        page.receipts = self.hub.receipts(conversation)?;
        Ok(page)
    }

    /// The HTML form of a message.
    pub async fn message_html(&self, which: OneMessage) -> Result<MessageHtml, ApiError> {
        let stored = self.read(|db| db.stored(which.message))?;
        match stored.map(|stored| stored.item.body) {
            Some(Body::Message(message)) => Ok(MessageHtml { html: message.html }),
            _ => Err(ApiError::not_found(format_args!(
                "message {}",
                which.message
            ))),
        }
    }

    /// Says something.
    pub async fn send(&self, say: Say) -> Result<Sent, ApiError> {
        // What was being written has been said.
        let placed = self
            .hub
            .send_written(say.conversation, say.message, say.at)?;
        if say.now && say.at.is_none() {
            self.hub.send_now(&placed.command)?;
        }
        let entry = self.hub.entry(&placed.command)?;
        let waits = entry.state == State::Queued && entry.not_before > self.now();
        let row = self
            .read(|db| db.messages_by_id(placed.item.as_slice()))?
            .pop();
        Ok(Sent {
            command: placed.command,
            item: placed.item,
            until: waits.then_some(entry.not_before),
            row,
        })
    }

    /// Changes the text of an own message.
    pub async fn edit_message(&self, edit: EditMessage) -> Result<Queued, ApiError> {
        Ok(self.hub.edit_message(edit.message, edit.text)?.into())
    }

    /// Takes a message back.
    pub async fn redact(&self, redact: Redact) -> Result<Queued, ApiError> {
        Ok(self.hub.redact(redact.message, redact.reason)?.into())
    }

    /// Reacts to a message.
    pub async fn react(&self, react: React) -> Result<Queued, ApiError> {
        Ok(self.hub.react(react.message, react.key)?.into())
    }

    /// Takes an own reaction back.
    pub async fn unreact(&self, react: React) -> Result<Queued, ApiError> {
        Ok(self.hub.unreact(react.message, &react.key)?.into())
    }

    /// Marks a conversation as read.
    pub async fn mark_read(&self, which: OneConversation) -> Result<Done, ApiError> {
        self.hub.mark_read(which.conversation, None)?;
        Ok(Done {})
    }

    /// Fetches older history.
    pub async fn backfill(&self, which: OneConversation) -> Result<Backfilled, ApiError> {
        let came = self.hub.backfill(which.conversation).await?;
        Ok(Backfilled {
            gap: came.is_some(),
            changes: came.unwrap_or(0),
        })
    }

    /// Tells others that the user is typing.
    pub async fn typing(&self, typing: Typing) -> Result<Done, ApiError> {
        self.hub.typing(typing.conversation, typing.typing).await?;
        Ok(Done {})
    }

    /// Fetches a file.
    pub async fn download(&self, which: Download) -> Result<Downloaded, ApiError> {
        let stored = self
            .read(|db| db.stored(which.item))?
            .ok_or_else(|| ApiError::not_found(format_args!("item {}", which.item)))?;
        let files = match &stored.item.body {
            Body::Message(message) => message.attachments.as_slice(),
            Body::Record(record) => record.attachments.as_slice(),
            _ => &[],
        };
        let file = usize::try_from(which.index)
            .ok()
            .and_then(|index| files.get(index))
            .ok_or_else(|| {
                ApiError::not_found(format_args!("file {} on this item", which.index))
            })?;
        let to = std::path::PathBuf::from(&which.to);
        let limit = which.limit.unwrap_or(DOWNLOAD_LIMIT);
        let bytes = self
            .hub
            .download(&stored.account, &file.source, &to, limit)
            .await?;
        Ok(Downloaded {
            path: which.to,
            bytes,
        })
    }

    /// Drafts.
    pub async fn drafts(&self, _nothing: Nothing) -> Result<Vec<view::DraftRow>, ApiError> {
        self.read(view::drafts)
    }

    /// Keeps a draft.
    pub async fn draft_save(&self, draft: SaveDraft) -> Result<Done, ApiError> {
        let key = Draft::key_of(draft.conversation);
        self.hub
            .save_draft(&key, Some(draft.conversation), draft.message)?;
        Ok(Done {})
    }

    /// The draft of a conversation.
    pub async fn draft(&self, which: OneConversation) -> Result<KeptDraft, ApiError> {
        self.kept(which.conversation)
    }

    /// Takes what was said back into its draft.
    pub async fn take_back(&self, which: OneCommand) -> Result<KeptDraft, ApiError> {
        let conversation = self.hub.take_back(&which.command)?;
        self.kept(conversation)
    }

    fn kept(&self, conversation: ItemId) -> Result<KeptDraft, ApiError> {
        let (draft, answers) = self.read(|db| view::draft_in(db, conversation))?;
        let files = draft
            .iter()
            .flat_map(|it| &it.message.files)
            .map(|path| {
                let at = std::path::Path::new(path);
                let name = at.file_name().map(|it| it.to_string_lossy().into_owned());
                KeptFile {
                    name: name.unwrap_or_else(|| path.clone()),
                    bytes: std::fs::metadata(at)
                        .ok()
                        .filter(std::fs::Metadata::is_file)
                        .map(|it| it.len()),
                    path: path.clone(),
                }
            })
            .collect();
        Ok(KeptDraft {
            draft,
            answers,
            files,
        })
    }

    /// Earlier versions of a draft.
    pub async fn draft_history(
        &self,
        which: OneConversation,
    ) -> Result<Vec<view::DraftRow>, ApiError> {
        self.read(|db| view::draft_versions(db, which.conversation))
    }

    /// Throws a draft away.
    pub async fn draft_discard(&self, which: OneConversation) -> Result<Done, ApiError> {
        self.hub.discard_draft(&Draft::key_of(which.conversation))?;
        Ok(Done {})
    }
}
