//! Customers and people.

use std::fmt::Write as _;

use rapport_api::dto;
use rapport_store::view::{CustomerPage, JournalLine, PersonRow, RecordRow};

use super::Desk;
use crate::args::{CustomersCommand, PeopleCommand};
use crate::failure::Failure;
use crate::out::{and_more, clean, or_dash, table};
use crate::{pick, when};

pub(crate) async fn customers(desk: &Desk<'_>, command: CustomersCommand) -> Result<(), Failure> {
    match command {
        CustomersCommand::List { name, limit } => {
            let rows = desk
                .api
                .customers(dto::CustomerFilter {
                    name,
                    limit,
                    ..dto::CustomerFilter::default()
                })
                .await?;
            desk.out.show(&rows, |rows| {
                let text = table(
                    [
                        "id",
                        "name",
                        "number",
                        "people",
                        "open opportunities",
                        "overdue",
                        "last",
                    ],
                    rows.iter().map(|row| {
                        [
                            row.id.to_string(),
                            row.name.clone(),
                            or_dash(row.number.as_ref()),
                            row.people.to_string(),
                            row.open_opportunities.to_string(),
                            row.overdue_invoices.to_string(),
                            or_dash(row.last_at.map(|at| when::ago(at, desk.at()))),
                        ]
                    }),
                );
                and_more(text, rows.len(), limit, 200)
            })
        }
        CustomersCommand::Show {
            customer,
            since,
            timeline,
        } => {
            let customer = pick::customer(desk.api, &customer).await?;
            let since = since.map(|text| when::past(&text, &desk.now)).transpose()?;
            let page = desk
                .api
                .customer(dto::OneCustomer { customer, since })
                .await?;
            let Some(limit) = timeline else {
                return desk.out.show(&page, |page| whole(desk, page));
            };
            let rows = desk
                .api
                .customer_timeline(dto::TimelineOf {
                    customer,
                    kinds: Vec::new(),
                    before: None,
                    after: None,
                    limit: Some(limit),
                })
                .await?;
            let both = serde_json::json!({ "customer": page, "timeline": rows });
            desk.out.show(&both, |_json| {
                let mut text = whole(desk, &page);
                section(
                    &mut text,
                    "Timeline",
                    &table(
                        ["when", "what", "source", "who", "text"],
                        rows.iter().map(|row| {
                            [
                                when::local(row.at),
                                row.record_kind.clone().unwrap_or_else(|| row.kind.clone()),
                                row.from.account.to_string(),
                                or_dash(row.who.as_ref()),
                                format!("{} {}", row.title, row.text),
                            ]
                        }),
                    ),
                );
                text
            })
        }
    }
}

fn section(text: &mut String, head: &str, body: &str) {
    let _infallible = write!(text, "\n\n{head}\n{body}");
}

fn whole(desk: &Desk<'_>, page: &CustomerPage) -> String {
    let mut text = format!("{} ({})", clean(&page.name, 120), page.id);
    section(
        &mut text,
        "Facts, by source",
        &table(
            ["field", "value", "source", "read", ""],
            page.facts.iter().flat_map(|fact| {
                fact.values.iter().map(|value| {
                    [
                        fact.field.clone(),
                        value.shown.clone(),
                        value.from.account.to_string(),
                        or_dash(value.from.as_of.map(|at| when::ago(at, desk.at()))),
                        if fact.differs {
                            "differs".to_owned()
                        } else {
                            String::new()
                        },
                    ]
                })
            }),
        ),
    );
    if !page.sums.is_empty() {
        section(
            &mut text,
            "Money",
            &table(
                ["what", "records", "sum"],
                page.sums.iter().map(|sum| {
                    [
                        sum.what.replace('_', " "),
                        sum.count.to_string(),
                        sum.amount.to_string(),
                    ]
                }),
            ),
        );
    }
    section(&mut text, "People", &people_table(&page.people));
    for (head, rows) in [
        ("Opportunities", &page.opportunities),
        ("Orders and quotes", &page.orders),
        ("Invoices", &page.invoices),
        ("Tickets", &page.tickets),
    ] {
        if !rows.is_empty() {
            section(&mut text, head, &records_table(rows));
        }
    }
    if !page.tasks.is_empty() {
        section(&mut text, "Tasks", &super::work::tasks_table(&page.tasks));
    }
    if !page.changes.is_empty() {
        section(
            &mut text,
            "Changed since you last looked",
            &changes_text(&page.changes),
        );
    }
    text
}

/// The lines that are told with a title; the others of what came and went are a number.
fn changes_text(rows: &[JournalLine]) -> String {
    let told: Vec<JournalLine> = rows
        .iter()
        .filter(|row| !row.title.is_empty())
        .cloned()
        .collect();
    let mut text = journal_table(&told);
    let more = rows.len().saturating_sub(told.len());
    if more > 0 {
        let _infallible = write!(text, "\nand {more} more that came or went");
    }
    text
}

pub(crate) fn records_table(rows: &[RecordRow]) -> String {
    table(
        [
            "id", "kind", "number", "title", "state", "amount", "open", "due", "source",
        ],
        rows.iter().map(|row| {
            let due = match row.overdue_days {
                Some(days) if days > 0 => {
                    format!("{} ({days} d overdue)", or_dash(row.due.as_ref()))
                }
                _ => or_dash(row.due.as_ref()),
            };
            [
                row.id.to_string(),
                row.kind.clone(),
                or_dash(row.number.as_ref()),
                row.title.clone(),
                row.state.clone().unwrap_or_else(|| row.phase.clone()),
                or_dash(row.amount.as_ref()),
                or_dash(row.outstanding.as_ref()),
                due,
                row.from.account.to_string(),
            ]
        }),
    )
}

pub(crate) fn journal_table(rows: &[JournalLine]) -> String {
    table(
        ["when", "what", "field", "before", "after", "by", "source"],
        rows.iter().map(|row| {
            [
                when::local(row.at),
                row.title.clone(),
                row.field.clone(),
                row.old.to_string(),
                row.new.to_string(),
                row.cause.clone(),
                row.account.to_string(),
            ]
        }),
    )
}

fn people_table(rows: &[PersonRow]) -> String {
    table(
        ["id", "name", "role", "customer", "addresses"],
        rows.iter().map(|row| {
            [
                row.id.to_string(),
                row.name.clone(),
                or_dash(row.role.as_ref()),
                or_dash(row.customer_name.as_ref()),
                row.addresses.join(", "),
            ]
        }),
    )
}

pub(crate) async fn people(desk: &Desk<'_>, command: PeopleCommand) -> Result<(), Failure> {
    let api = desk.api;
    match command {
        PeopleCommand::List { name, limit } => {
            let rows = api
                .people(dto::Named {
                    name,
                    limit,
                    offset: None,
                })
                .await?;
            desk.out.show(&rows, |rows| {
                and_more(people_table(rows), rows.len(), limit, 200)
            })
        }
        PeopleCommand::Show { person } => {
            let person = pick::person(api, &person).await?;
            let page = api.person(dto::OnePerson { person }).await?;
            desk.out.show(&page, |page| {
                let mut text = people_table(std::slice::from_ref(&page.person));
                section(
                    &mut text,
                    "Handles",
                    &table(
                        ["key", "name", "addresses"],
                        page.handles.iter().map(|handle| {
                            let all: Vec<&str> = handle
                                .addresses
                                .iter()
                                .map(|it| it.value.as_str())
                                .collect();
                            [handle.key.clone(), handle.name.clone(), all.join(", ")]
                        }),
                    ),
                );
                section(
                    &mut text,
                    "Evidence",
                    &table(
                        ["between", "and", "stance", "why"],
                        page.evidence.iter().map(|edge| {
                            [
                                edge.a.clone(),
                                edge.b.clone(),
                                edge.stance.clone(),
                                edge.why.clone(),
                            ]
                        }),
                    ),
                );
                text
            })
        }
        PeopleCommand::Link { a, b } => {
            let (a, b) = (pick::person(api, &a).await?, pick::person(api, &b).await?);
            api.person_link(dto::PeoplePair { a, b }).await?;
            desk.out.say("Linked. `people unlink` takes it back.")
        }
        PeopleCommand::Unlink { person, handle } => {
            let person = pick::person(api, &person).await?;
            api.person_unlink(dto::Unlink { person, handle }).await?;
            desk.out.say("Unlinked. `people link` takes it back.")
        }
        PeopleCommand::KeepApart { a, b } => {
            let (a, b) = (pick::person(api, &a).await?, pick::person(api, &b).await?);
            api.person_keep_apart(dto::PeoplePair { a, b }).await?;
            desk.out.say("Kept apart. `people link` takes it back.")
        }
        PeopleCommand::Suggest => {
            let rows = api.person_suggestions(dto::Named::default()).await?;
            desk.out.show(&rows, |rows| {
                table(
                    ["a", "name", "b", "name", "why"],
                    rows.iter().map(|row| {
                        [
                            row.a.id.to_string(),
                            row.a.name.clone(),
                            row.b.id.to_string(),
                            row.b.name.clone(),
                            row.why.clone(),
                        ]
                    }),
                )
            })
        }
    }
}
