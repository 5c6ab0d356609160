//! The least that must reach the user at once: a mention, a direct message.
//! Each alerts once, over whatever channel it comes again. No rules yet.

use rapport_model::conversation::ConversationKind;
use rapport_model::{ItemId, Message};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::{Links, MENTION, MINE, MUTED, UNREAD};
use rapport_store::table::notification::Notification;

use super::Ingest;

/// So much of a message is shown in an alert.
const SHOWN: usize = 240;

/// A message is new here.
pub(super) fn message(
    ingest: &mut Ingest<'_>,
    tx: &mut Tx<'_>,
    id: ItemId,
    it: &Message,
    links: &Links,
) -> Result<(), StoreError> {
    if links.flags & MINE != 0 {
        return Ok(());
    }
    let known = ingest.conversation(tx, &it.conversation)?;
    // What was read elsewhere still is a new word; what comes from a gap in
    // history is none.
    if let Some(last) = tx.put_aside(known.id)?
        && (links.flags & UNREAD != 0 || last < id)
        && tx.reopen(known.id, ingest.written.now)?
    {
        ingest.forget_conversation(&it.conversation);
    }
    if links.flags & UNREAD == 0 || !ingest.alerts {
        return Ok(());
    }
    let mention = links.flags & MENTION != 0;
    let event = match (mention, known.kind) {
        (true, _) => "mention",
        (false, ConversationKind::Direct) if known.links.flags & MUTED == 0 => "direct_message",
        _ => return Ok(()),
    };
    let from = it.from.name.as_deref().unwrap_or(&it.from.address.value);
    let what = tx.stored(id)?.and_then(|it| it.item.link);
    // The link is the same over every channel; the item is only this one.
    let key = what.map_or_else(
        || format!("{event}:item:{id}"),
        |it| format!("{event}:{it}"),
    );
    let notification = Notification {
        id: 0,
        key,
        at: ingest.written.now,
        item: Some(id),
        title: from.to_owned(),
        text: it.text.chars().take(SHOWN).collect(),
        why: serde_json::json!({
            "event": event,
            "reason": if mention { "You are mentioned." } else { "It was written to you." },
            "person": it.from.address.value,
            "conversation": known.id,
            "account": ingest.place.account,
        }),
        seen: None,
        ..Notification::default()
    };
    tx.put_notification(&notification).map(drop)
}
