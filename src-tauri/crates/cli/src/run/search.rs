//! Searching, one query or a file of them.

use rapport_api::dto;
use rapport_model::Clock as _;
use serde::Serialize;

use super::Desk;
use crate::args::SearchArgs;
use crate::failure::Failure;
use crate::out::{clean, or_dash, table};
use crate::when;

/// One query of `--from-file`.
#[derive(Debug, Serialize)]
struct Timed {
    query: String,
    milliseconds: i64,
    hits: usize,
    more: bool,
    first: Option<String>,
    links: Vec<String>,
}

pub(crate) async fn run(desk: &Desk<'_>, args: SearchArgs) -> Result<(), Failure> {
    if args.coverage {
        let rows = desk.api.coverage(dto::Nothing {}).await?;
        return desk.out.show(&rows, |rows| {
            table(
                [
                    "account",
                    "collection",
                    "searchable",
                    "here",
                    "back to",
                    "gaps",
                ],
                rows.iter().map(|row| {
                    [
                        row.account.to_string(),
                        row.collection.to_string(),
                        row.indexed.to_string(),
                        row.total.to_string(),
                        or_dash(row.oldest.map(when::local)),
                        row.gaps.to_string(),
                    ]
                }),
            )
        });
    }
    if let Some(path) = args.from_file {
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Failure::usage(format!("{} cannot be read: {error}.", path.display()))
        })?;
        let mut rows = Vec::new();
        for query in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            rows.push(timed(desk, query, args.limit).await?);
        }
        return desk.out.show(&rows, |rows| {
            table(
                ["query", "ms", "hits", "first"],
                rows.iter().map(|row| {
                    [
                        row.query.clone(),
                        row.milliseconds.to_string(),
                        format!("{}{}", row.hits, if row.more { "+" } else { "" }),
                        or_dash(row.first.as_ref()),
                    ]
                }),
            )
        });
    }
    let text = args.query.join(" ");
    if text.trim().is_empty() {
        return Err(Failure::usage("Say what to search for."));
    }
    let request = dto::SearchFor {
        text: text.clone(),
        limit: Some(args.limit),
        ..dto::SearchFor::default()
    };
    let page = desk.api.search(request).await?;
    desk.out.show(&page, |page| {
        let mut out = table(
            [
                "kind", "account", "when", "customer", "title", "found", "id",
            ],
            page.hits.iter().map(|hit| {
                [
                    hit.kind.clone(),
                    hit.account.to_string(),
                    when::dated(hit.at),
                    or_dash(hit.customer_name.as_ref()),
                    hit.title.clone(),
                    marked(&hit.snippet),
                    hit.id.to_string(),
                ]
            }),
        );
        if page.more {
            out.push_str("\nThere are more; --limit shows them.");
        }
        for ignored in &page.ignored {
            out.push_str(&format!("\nSearched as words: {}", clean(ignored, 60)));
        }
        out
    })?;
    if page.hits.is_empty() {
        return Err(Failure::not_found(format!(
            "Nothing fits \"{}\".",
            clean(&text, 80)
        )));
    }
    Ok(())
}

/// The hit's marks as brackets, which every terminal shows.
fn marked(snippet: &str) -> String {
    snippet.replace('\u{2}', "[").replace('\u{3}', "]")
}

async fn timed(desk: &Desk<'_>, query: &str, limit: u32) -> Result<Timed, Failure> {
    let clock = rapport_engine::SystemClock;
    let start = clock.now();
    let page = desk
        .api
        .search(dto::SearchFor {
            text: query.to_owned(),
            limit: Some(limit),
            ..dto::SearchFor::default()
        })
        .await?;
    Ok(Timed {
        query: query.to_owned(),
        milliseconds: clock.now().since(start),
        hits: page.hits.len(),
        more: page.more,
        first: page.hits.first().map(|hit| marked(&hit.snippet)),
        links: page
            .hits
            .iter()
            .map(|hit| {
                hit.link
                    .as_ref()
                    .map_or_else(|| hit.handle.to_string(), ToString::to_string)
            })
            .collect(),
    })
}
