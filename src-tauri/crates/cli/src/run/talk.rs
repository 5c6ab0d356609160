//! Conversations, messages, drafts.

use rapport_api::dto;
use rapport_model::command::Outgoing;
use rapport_model::conversation::Readable;
use rapport_model::{CommandId, Millis};
use serde::Serialize;

use super::Desk;
use crate::args::{ConversationsCommand, DraftsArgs};
use crate::failure::Failure;
use crate::out::{and_more, or_dash, table};
use crate::{pick, when};

pub(crate) async fn conversations(
    desk: &Desk<'_>,
    command: ConversationsCommand,
) -> Result<(), Failure> {
    let api = desk.api;
    match command {
        ConversationsCommand::List {
            unread,
            account,
            customer,
            limit,
        } => {
            let filter = dto::ConversationFilter {
                unread,
                account: pick::known_account(api, account.as_ref()).await?,
                customer: pick::some_customer(api, customer.as_ref()).await?,
                limit,
                ..dto::ConversationFilter::default()
            };
            let rows = api.conversations(filter).await?;
            desk.out.show(&rows, |rows| {
                let text = table(
                    ["id", "kind", "title", "customer", "unread", "last", "says"],
                    rows.iter().map(|row| {
                        [
                            row.id.to_string(),
                            row.kind.clone(),
                            row.title.clone(),
                            or_dash(row.customer_name.as_ref()),
                            row.unread.to_string(),
                            when::ago(row.last_at, desk.at()),
                            row.last_text.clone(),
                        ]
                    }),
                );
                and_more(text, rows.len(), limit, 100)
            })
        }
        ConversationsCommand::Show {
            conversation,
            limit,
            backfill,
        } => {
            let conversation = pick::conversation(api, &conversation).await?;
            if backfill {
                api.backfill(dto::OneConversation { conversation }).await?;
            }
            show(desk, dto::MessagesOf::newest(conversation, limit)).await
        }
        ConversationsCommand::Send {
            conversation,
            text,
            reply_to,
            file,
            now,
        } => {
            let conversation = pick::conversation(api, &conversation).await?;
            let files = file
                .iter()
                .map(|path| {
                    std::path::absolute(path)
                        .ok()
                        .and_then(|path| path.to_str().map(str::to_owned))
                        .ok_or_else(|| {
                            Failure::usage(format!(
                                "{} cannot be sent: its name is not text.",
                                path.display()
                            ))
                        })
                })
                .collect::<Result<Vec<_>, _>>()?;
            let reply_to = match reply_to {
                Some(text) => Some(pick::message(api, &text).await?),
                None => None,
            };
            let message = Outgoing {
                text,
                reply_to,
                files,
                ..Outgoing::default()
            };
            let say = dto::Say {
                conversation,
                message,
                now,
                at: None,
            };
            let sent = api.send(say).await?;
            saved(desk, &sent, &sent.command, sent.until)
        }
        ConversationsCommand::React { message, key } => {
            let message = pick::item(api, &message).await?;
            queued(desk, api.react(dto::React { message, key }).await?).await
        }
        ConversationsCommand::Unreact { message, key } => {
            let message = pick::item(api, &message).await?;
            queued(desk, api.unreact(dto::React { message, key }).await?).await
        }
        ConversationsCommand::Edit { message, text } => {
            let message = pick::item(api, &message).await?;
            queued(
                desk,
                api.edit_message(dto::EditMessage { message, text }).await?,
            )
            .await
        }
        ConversationsCommand::Redact { message, reason } => {
            let message = pick::item(api, &message).await?;
            queued(desk, api.redact(dto::Redact { message, reason }).await?).await
        }
        ConversationsCommand::Read { conversation } => {
            let conversation = pick::conversation(api, &conversation).await?;
            api.mark_read(dto::OneConversation { conversation }).await?;
            desk.out
                .say("Read. The source hears of it with the next sync.")
        }
    }
}

async fn show(desk: &Desk<'_>, which: dto::MessagesOf) -> Result<(), Failure> {
    let page = desk.api.messages(which).await?;
    desk.out.show(&page, |page| {
        let mut text = table(
            ["id", "when", "who", "says", ""],
            page.messages.iter().rev().map(|row| {
                let says = match &row.readable {
                    Readable::Yes => row.text.clone(),
                    Readable::Undecryptable(why) => format!("[cannot be decrypted yet: {why}]"),
                    Readable::Redacted(why) => {
                        format!(
                            "[taken back{}]",
                            why.as_ref()
                                .map_or_else(String::new, |why| format!(": {why}"))
                        )
                    }
                    Readable::Unsupported(what) => format!("[{what}]"),
                };
                [
                    row.id.to_string(),
                    when::local(row.at),
                    row.from
                        .name
                        .clone()
                        .unwrap_or_else(|| row.from.address.value.clone()),
                    says,
                    row.way
                        .as_ref()
                        .map_or_else(String::new, |way| way.state.clone()),
                ]
            }),
        );
        for gap in &page.gaps {
            text.push_str(&format!(
                "\nHistory before {} is not here; --backfill fetches it.",
                when::local(*gap)
            ));
        }
        text
    })
}

/// Says that a wish is in the outbox, and when it leaves.
pub(crate) async fn queued(desk: &Desk<'_>, queued: dto::Queued) -> Result<(), Failure> {
    let ids = vec![queued.command.clone()];
    let rows = desk.api.outbox_by_id(dto::TheseCommands { ids }).await?;
    let until = rows.first().map(|row| row.not_before);
    saved(desk, &queued, &queued.command, until)
}

/// Says where something stands that was queued, and that it does not leave before `until`.
fn saved<T: Serialize>(
    desk: &Desk<'_>,
    what: &T,
    command: &CommandId,
    until: Option<Millis>,
) -> Result<(), Failure> {
    desk.out.show(what, |_| {
        let rest = until.map_or(0, |until| until.since(desk.at()));
        // Less is the time it took to write it down.
        let when = if rest > 1000 {
            format!("A sync in {} s or later", rest / 1000 + 1)
        } else {
            "The next sync".to_owned()
        };
        format!(
            "Saved here as {command}. {when} sends it; until then: rapport outbox undo {command}"
        )
    })
}

pub(crate) async fn drafts(desk: &Desk<'_>, args: DraftsArgs) -> Result<(), Failure> {
    let rows = match &args.conversation {
        None => desk.api.drafts(dto::Nothing {}).await?,
        Some(conversation) => {
            let conversation = pick::conversation(desk.api, conversation).await?;
            if let Some(text) = args.save {
                // Only the words are new: whom it answers and its files stay.
                let kept = desk
                    .api
                    .draft(dto::OneConversation { conversation })
                    .await?
                    .draft;
                let message = Outgoing {
                    text,
                    ..kept.map(|it| it.message).unwrap_or_default()
                };
                desk.api
                    .draft_save(dto::SaveDraft {
                        conversation,
                        message,
                    })
                    .await?;
            }
            if args.discard {
                desk.api
                    .draft_discard(dto::OneConversation { conversation })
                    .await?;
                return desk
                    .out
                    .say("The draft is discarded; its versions stay in the history.");
            }
            desk.api
                .draft_history(dto::OneConversation { conversation })
                .await?
        }
    };
    desk.out.show(&rows, |rows| {
        table(
            ["conversation", "title", "version", "saved", "text"],
            rows.iter().map(|row| {
                [
                    row.conversation.to_string(),
                    row.title.clone(),
                    row.version.to_string(),
                    when::ago(row.at, desk.at()),
                    row.message.text.clone(),
                ]
            }),
        )
    })
}
