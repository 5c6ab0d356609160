//! What is being written, as rows.

use rapport_model::ItemId;

use super::rows::{DraftRow, MessageRow};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::draft::Draft;
use crate::table::item::Place;

/// Drafts, newest first.
///
/// # Errors
/// The database cannot be read.
pub fn drafts(reader: &Reader<'_>) -> Result<Vec<DraftRow>, StoreError> {
    rows(reader, reader.drafts()?)
}

/// Versions of the draft in a conversation, newest first.
///
/// # Errors
/// The database cannot be read.
pub fn draft_versions(
    reader: &Reader<'_>,
    conversation: ItemId,
) -> Result<Vec<DraftRow>, StoreError> {
    rows(reader, reader.draft_history(&Draft::key_of(conversation))?)
}

/// The draft in a conversation, and the message it answers when that is here.
///
/// # Errors
/// The database cannot be read.
pub fn draft_in(
    reader: &Reader<'_>,
    conversation: ItemId,
) -> Result<(Option<DraftRow>, Option<MessageRow>), StoreError> {
    let Some(draft) = reader.draft(&Draft::key_of(conversation))? else {
        return Ok((None, None));
    };
    let mut answers = None;
    if let Some(handle) = &draft.content.reply_to
        && let Some(at) = reader.stored(conversation)?
    {
        let place = Place {
            account: &at.account,
            collection: &at.collection,
        };
        if let Some(id) = reader.find(&place, handle)? {
            answers = reader.messages_by_id(&[id])?.pop();
        }
    }
    Ok((rows(reader, vec![draft])?.pop(), answers))
}

fn rows(reader: &Reader<'_>, drafts: Vec<Draft>) -> Result<Vec<DraftRow>, StoreError> {
    let mut out = Vec::new();
    for draft in drafts {
        let Some(conversation) = draft.conversation else {
            continue;
        };
        let title = reader
            .stored(conversation)?
            .map(|it| it.item.body.title().to_owned())
            .unwrap_or_default();
        out.push(DraftRow {
            conversation,
            title,
            message: draft.content,
            version: u32::try_from(draft.version).unwrap_or(u32::MAX),
            at: draft.saved,
        });
    }
    Ok(out)
}
