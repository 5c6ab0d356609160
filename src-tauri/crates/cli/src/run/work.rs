//! Tasks, records, the outbox, today.

use rapport_api::dto;
use rapport_model::{CommandId, FieldValue, ItemId, Millis};
use rapport_store::view::{FieldRow, TaskRow};

use super::Desk;
use super::people::{journal_table, records_table};
use super::talk::queued;
use crate::args::{OutboxCommand, RecordsCommand, TasksCommand};
use crate::failure::Failure;
use crate::out::{and_more, clean, or_dash, table, table_of};
use crate::{pick, values, when};

pub(crate) fn tasks_table(rows: &[TaskRow]) -> String {
    table(
        ["id", "title", "status", "due", "customer", "source", ""],
        rows.iter().map(|row| {
            let due = row.due.map(|due| match due {
                rapport_model::plan::Due::Day(day) => day.to_string(),
                rapport_model::plan::Due::At(at) => when::local(at),
            });
            [
                row.id.to_string(),
                row.title.clone(),
                row.status.clone(),
                if row.overdue {
                    format!("{} (overdue)", or_dash(due))
                } else {
                    or_dash(due)
                },
                or_dash(row.customer_name.as_ref()),
                row.account.to_string(),
                if row.pending {
                    "waits for the source".to_owned()
                } else {
                    String::new()
                },
            ]
        }),
    )
}

pub(crate) async fn tasks(desk: &Desk<'_>, command: TasksCommand) -> Result<(), Failure> {
    let api = desk.api;
    match command {
        TasksCommand::List {
            all,
            customer,
            limit,
        } => {
            let customer = pick::some_customer(api, customer.as_ref()).await?;
            let filter = dto::TaskFilter {
                customer,
                done: all,
                limit,
                ..dto::TaskFilter::default()
            };
            let rows = api.tasks(filter).await?;
            desk.out.show(&rows, |rows| {
                and_more(tasks_table(rows), rows.len(), limit, 200)
            })
        }
        TasksCommand::Add {
            title,
            due,
            notes,
            priority,
            customer,
            message,
            account,
        } => {
            let message = match message {
                Some(text) => Some(pick::item(api, &text).await?),
                None => None,
            };
            let task = dto::AddTask {
                account: pick::some_account(account.as_ref()),
                title,
                notes,
                due,
                priority,
                message,
                customer: pick::some_customer(api, customer.as_ref()).await?,
            };
            queued(desk, api.task_add(task).await?).await
        }
        TasksCommand::Done { task } => {
            let item = pick::item(api, &task).await?;
            queued(desk, api.task_done(dto::OneItem { item }).await?).await
        }
        TasksCommand::Edit { task, fields } => {
            let item = pick::item(api, &task).await?;
            set(desk, item, &fields).await
        }
    }
}

/// Sets fields; each value takes the type the field has now.
async fn set(desk: &Desk<'_>, item: ItemId, pairs: &[String]) -> Result<(), Failure> {
    let now = desk.api.fields(dto::OneItem { item }).await?;
    let fields = values::fields(pairs, |name| like(&now, name))?;
    queued(
        desk,
        desk.api.set_fields(dto::SetFields { item, fields }).await?,
    )
    .await
}

/// The value a field has now.
fn like(now: &[FieldRow], name: &str) -> FieldValue {
    now.iter()
        .find(|row| row.field == name)
        .map_or(FieldValue::Empty, |row| row.value.clone())
}

/// The fields of what an entry is about, with what it wants already in them.
async fn fields_of(desk: &Desk<'_>, command: &CommandId) -> Result<Vec<FieldRow>, Failure> {
    let all = dto::OutboxFilter {
        account: None,
        all: false,
    };
    let rows = desk.api.outbox(all).await?;
    match rows.into_iter().find(|row| row.id == *command) {
        Some(rapport_store::view::OutboxRow {
            item: Some(item), ..
        }) => Ok(desk.api.fields(dto::OneItem { item }).await?),
        _ => Ok(Vec::new()),
    }
}

pub(crate) async fn records(desk: &Desk<'_>, command: RecordsCommand) -> Result<(), Failure> {
    let api = desk.api;
    match command {
        RecordsCommand::List {
            kind,
            customer,
            account,
            open,
            overdue,
            limit,
        } => {
            let filter = dto::RecordFilter {
                kind,
                customer: pick::some_customer(api, customer.as_ref()).await?,
                account: pick::known_account(api, account.as_ref()).await?,
                open,
                overdue,
                limit,
                offset: None,
            };
            let rows = api.records(filter).await?;
            desk.out.show(&rows, |rows| {
                and_more(records_table(rows), rows.len(), limit, 200)
            })
        }
        RecordsCommand::Show { record, kind } => {
            let item = pick::record(api, &record, kind.as_deref()).await?;
            let page = api.record(dto::OneItem { item }).await?;
            desk.out.show(&page, |page| {
                let mut text = records_table(std::slice::from_ref(&page.record));
                text.push_str("\n\nFields\n");
                text.push_str(&table(
                    ["field", "value", "at the source", "changed"],
                    page.fields.iter().map(|row| {
                        [
                            row.field.clone(),
                            row.shown.clone(),
                            row.at_source
                                .as_ref()
                                .map_or_else(String::new, ToString::to_string),
                            or_dash(row.changed.map(when::local)),
                        ]
                    }),
                ));
                if !page.actions.is_empty() {
                    text.push_str(&format!(
                        "\n\nCan be asked of the server: {}",
                        page.actions.join(", ")
                    ));
                }
                if !page.children.is_empty() {
                    text.push_str(&format!(
                        "\n\nHangs on it\n{}",
                        records_table(&page.children)
                    ));
                }
                if !page.journal.is_empty() {
                    text.push_str(&format!("\n\nHistory\n{}", journal_table(&page.journal)));
                }
                text
            })
        }
        RecordsCommand::Set {
            record,
            fields,
            kind,
        } => {
            let item = pick::record(api, &record, kind.as_deref()).await?;
            set(desk, item, &fields).await
        }
        RecordsCommand::Act {
            record,
            action,
            kind,
        } => {
            let item = pick::record(api, &record, kind.as_deref()).await?;
            queued(desk, api.act(dto::Act { item, action }).await?).await
        }
    }
}

/// Where an entry stands; what waits for its moment says how long.
fn stands(row: &rapport_store::view::OutboxRow, now: Millis) -> String {
    if row.state != "queued" || row.not_before <= now {
        return row.state.clone();
    }
    match row.scheduled {
        Some(at) => format!("goes at {}", when::local(at)),
        None => format!("waits {} s", row.not_before.since(now) / 1000 + 1),
    }
}

pub(crate) async fn outbox(desk: &Desk<'_>, command: OutboxCommand) -> Result<(), Failure> {
    let api = desk.api;
    let one = |text: &str| dto::OneCommand {
        command: pick::command(text),
    };
    match command {
        OutboxCommand::List { all } => {
            let rows = api.outbox(dto::OutboxFilter { account: None, all }).await?;
            desk.out.show(&rows, |rows| {
                // Why something waits, and the values to choose from, are never cut.
                table_of(
                    [
                        "id", "account", "does", "what", "state", "since", "tries", "why",
                    ],
                    rows.iter().map(|row| {
                        let mut why = row
                            .fault
                            .as_ref()
                            .map_or_else(String::new, ToString::to_string);
                        for it in &row.conflict {
                            why.push_str(&format!(
                                " {}: was {}, yours {}, theirs {}.",
                                it.field, it.base, it.mine, it.theirs
                            ));
                        }
                        [
                            row.id.to_string(),
                            row.account.to_string(),
                            row.does.clone(),
                            row.title.clone(),
                            stands(row, desk.at()),
                            when::ago(row.queued, desk.at()),
                            row.attempts.to_string(),
                            why,
                        ]
                        .map(|it| clean(&it, 600))
                    }),
                )
            })
        }
        OutboxCommand::Undo { command } => {
            api.outbox_undo(one(&command)).await?;
            desk.out.say("Taken back; nothing was sent.")
        }
        OutboxCommand::Retry { command } => {
            api.outbox_retry(one(&command)).await?;
            desk.out.say("Queued again; the next sync sends it.")
        }
        OutboxCommand::Edit {
            command,
            text,
            fields,
            drop,
        } => {
            let command = pick::command(&command);
            let fields = if fields.is_empty() {
                std::collections::BTreeMap::new()
            } else {
                let now = fields_of(desk, &command).await?;
                values::fields(&fields, |name| like(&now, name))?
            };
            api.outbox_edit(dto::EditCommand {
                command,
                text,
                fields,
                drop,
            })
            .await?;
            desk.out.say("Changed; the next sync sends it.")
        }
        OutboxCommand::Discard { command } => {
            api.outbox_discard(one(&command)).await?;
            desk.out.say("Given up; the source's values stand.")
        }
        OutboxCommand::Resolve { command, mine } => {
            let command = pick::command(&command);
            api.outbox_resolve(dto::Resolve {
                command,
                keep_mine: mine,
            })
            .await?;
            desk.out.say("Decided; the next sync sends what is yours.")
        }
    }
}

pub(crate) async fn today(desk: &Desk<'_>) -> Result<(), Failure> {
    let today = desk.api.today(dto::Nothing {}).await?;
    desk.out.show(&today, |today| {
        let conversations = |rows: &[rapport_store::view::ConversationRow]| {
            table(
                ["id", "title", "who", "says", "when"],
                rows.iter().map(|row| {
                    [
                        row.id.to_string(),
                        row.title.clone(),
                        or_dash(row.last_from.as_ref()),
                        row.last_text.clone(),
                        when::ago(row.last_at, desk.at()),
                    ]
                }),
            )
        };
        format!(
            "Mentions\n{}\n\nOpen questions\n{}\n\nOverdue invoices\n{}\n\nDue tasks\n{}\n\nRest of the day\n{}",
            conversations(&today.mentions),
            table(
                ["id", "title", "from", "question", "when"],
                today.questions.iter().map(|asked| {
                    [
                        asked.row.id.to_string(),
                        asked.row.title.clone(),
                        or_dash(asked.row.last_from.as_ref()),
                        asked.sentence.clone(),
                        when::ago(asked.at, desk.at()),
                    ]
                })
            ),
            records_table(&today.overdue),
            tasks_table(&today.tasks),
            table(
                ["start", "title", "where", "customer"],
                today.events.iter().map(|row| {
                    [
                        when::local(row.start),
                        row.title.clone(),
                        or_dash(row.location.as_ref()),
                        or_dash(row.customer_name.as_ref()),
                    ]
                })
            )
        )
    })
}
