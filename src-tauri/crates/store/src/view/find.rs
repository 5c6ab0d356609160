//! Search hits and coverage, as rows.

use super::common::Names;
use super::rows::{CoverageRow, HitRow, NotificationRow, SearchPage};
use crate::db::Reader;
use crate::error::StoreError;
use crate::search::{self, Query};

/// The most hits of one answer.
const MOST: u32 = 500;

impl Reader<'_> {
    /// Finds items, best first.
    ///
    /// # Errors
    /// The database cannot be read; a query itself never fails.
    pub fn search_page(
        &self,
        query: &Query,
        limit: u32,
        offset: u32,
    ) -> Result<SearchPage, StoreError> {
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let limit = limit.min(MOST);
        let found = search::search(self.conn, query, size(limit), size(offset))?;
        let names = Names::new(self);
        let more = found.total.more || found.total.counted > size(offset.saturating_add(limit));
        let hits = found
            .hits
            .into_iter()
            .map(|hit| {
                Ok(HitRow {
                    id: hit.id,
                    kind: hit.kind.word().to_owned(),
                    account: hit.account,
                    collection: hit.collection,
                    handle: hit.handle,
                    link: hit.link,
                    title: hit.title,
                    snippet: hit.snippet,
                    at: hit.at,
                    customer: hit.org,
                    customer_name: names.org(hit.org)?,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        let mut ignored = query.ignored.clone();
        ignored.extend(found.notes);
        Ok(SearchPage {
            hits,
            more,
            ignored,
        })
    }

    /// How much of each collection can be searched.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn coverage_rows(&self) -> Result<Vec<CoverageRow>, StoreError> {
        Ok(search::coverage(self.conn)?
            .into_iter()
            .map(|it| CoverageRow {
                account: it.account,
                collection: it.collection,
                indexed: it.indexed,
                total: it.total,
                oldest: it.oldest,
                gaps: it.gaps,
            })
            .collect())
    }
}

/// Notifications, newest first, with the chain that led to each.
///
/// # Errors
/// The database cannot be read.
pub fn notifications(reader: &Reader<'_>, most: u32) -> Result<Vec<NotificationRow>, StoreError> {
    let rows = reader.notifications(false, None, most)?;
    Ok(rows
        .into_iter()
        .map(|it| NotificationRow {
            id: it.id,
            at: it.at,
            kind: it.key.split(':').next().unwrap_or_default().to_owned(),
            title: it.title,
            text: it.text,
            item: it.item,
            why: chain(&it.why),
            seen: it.seen.is_some(),
        })
        .collect())
}

/// The chain as "event: mention" lines, in the order it was stored.
fn chain(why: &serde_json::Value) -> Vec<String> {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match why {
        serde_json::Value::Object(parts) => parts
            .iter()
            .map(|(name, value)| format!("{name}: {}", text(value)))
            .collect(),
        serde_json::Value::Array(parts) => parts.iter().map(text).collect(),
        serde_json::Value::Null => Vec::new(),
        other => vec![text(other)],
    }
}
