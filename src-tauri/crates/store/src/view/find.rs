//! Search hits and coverage, as rows.

use rapport_model::{Body, ItemId, PersonId};

use super::common::Names;
use super::rows::{CoverageRow, HitRow, NotificationRow, SearchPage, SearchableRow};
use crate::db::Reader;
use crate::error::StoreError;
use crate::search::{self, Query};
use crate::table::notification::Notification;

/// The most hits of one answer.
const MOST: u32 = 500;

/// Where something was said, and by whom.
#[derive(Default)]
struct Said {
    conversation: Option<ItemId>,
    person: Option<PersonId>,
    who: Option<String>,
}

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
                let said = self.said_in(hit.id)?;
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
                    conversation: said.conversation,
                    person: said.person,
                    who: said.who,
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

    /// Where something was said, and by whom.
    fn said_in(&self, item: ItemId) -> Result<Said, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT i.conversation, p.id, p.name FROM item i \
             LEFT JOIN person p ON p.id = i.person WHERE i.id = ?1",
        )?;
        let mut rows = statement.query([item.0])?;
        let Some(row) = rows.next()? else {
            return Ok(Said::default());
        };
        Ok(Said {
            conversation: row.get::<_, Option<i64>>(0)?.map(ItemId),
            person: row.get::<_, Option<i64>>(1)?.map(PersonId),
            who: row.get(2)?,
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

    /// How much can be searched, without looking at every item.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn searchable(&self) -> Result<SearchableRow, StoreError> {
        let search::Searchable {
            indexed,
            missing,
            gaps,
        } = search::searchable(self.conn)?;
        Ok(SearchableRow {
            indexed,
            missing,
            gaps,
        })
    }
}

/// Notifications, newest first, with the chain that led to each.
///
/// # Errors
/// The database cannot be read.
pub fn notifications(reader: &Reader<'_>, most: u32) -> Result<Vec<NotificationRow>, StoreError> {
    reader
        .notifications(false, None, most)?
        .into_iter()
        .map(|it| notification_row(reader, it))
        .collect()
}

/// A notification as a list shows it.
///
/// # Errors
/// The database cannot be read.
pub fn notification_row(
    reader: &Reader<'_>,
    it: Notification,
) -> Result<NotificationRow, StoreError> {
    let about = match it.item {
        Some(item) => reader.stored(item)?,
        None => None,
    };
    Ok(NotificationRow {
        id: it.id,
        at: it.at,
        kind: it.key.split(':').next().unwrap_or_default().to_owned(),
        title: it.title,
        text: it.text,
        item: it.item,
        item_kind: about
            .as_ref()
            .map(|it| it.item.body.kind().word().to_owned()),
        why: chain(&it.why),
        seen: it.seen.is_some(),
        conversation: about.as_ref().and_then(|it| {
            let itself = matches!(it.item.body, Body::Conversation(_)).then_some(it.id);
            it.links.conversation.or(itself)
        }),
        customer: about.as_ref().and_then(|it| it.links.org),
        account: about.map(|it| it.account),
        done: it.done.is_some(),
        snoozed_until: it.snoozed,
    })
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
