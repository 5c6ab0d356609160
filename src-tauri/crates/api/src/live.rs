//! Live lists: a caller names a list once and then hears only its changes.
//!
//! After a commit the list is asked for again when one of its topics was
//! touched; what travels is the difference. The first commit after a quiet frame
//! is told at once; a burst after it is one change a frame.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use rapport_model::ItemId;
use rapport_store::Topic;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use ts_rs::TS;

use crate::calls::Api;
use crate::dto::{ConversationFilter, MessagesOf, OutboxFilter, RecordFilter, TaskFilter};
use crate::error::ApiError;
use crate::list::{ListDelta, delta};

/// One frame at sixty a second.
const FRAME: Duration = Duration::from_millis(16);

/// Which list.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "of", content = "filter")]
pub enum ListOf {
    /// Conversations.
    Inbox(ConversationFilter),
    /// Messages of a conversation.
    Messages(MessagesOf),
    /// Tasks.
    Tasks(TaskFilter),
    /// Records.
    Records(RecordFilter),
    /// Outbox entries.
    Outbox(OutboxFilter),
}

impl ListOf {
    /// Whether a commit that touched this may have changed the list's order.
    fn touched_by(&self, topic: &Topic) -> bool {
        match (self, topic) {
            (_, Topic::Everything)
            | (Self::Inbox(_), Topic::Inbox)
            | (Self::Tasks(_), Topic::Tasks)
            | (Self::Records(_), Topic::Records)
            | (Self::Outbox(_), Topic::Outbox) => true,
            // Typing saves a draft every moment: only a list of drafts is asked again.
            (Self::Inbox(filter), Topic::Drafts) => filter.drafts,
            (Self::Inbox(filter), Topic::Outbox) => filter.failed,
            (Self::Messages(which), Topic::Conversation(id)) => which.conversation == *id,
            _ => false,
        }
    }
}

/// The state of one open list.
struct Live {
    api: Arc<Api>,
    list: ListOf,
    topics: Receiver<Arc<Vec<Topic>>>,
    /// When something was last heard.
    last: Option<Instant>,
    shown: Option<Vec<String>>,
    /// Deltas found and not yet handed out.
    ready: Vec<ListDelta>,
}

/// The list as it is, then its changes, for as long as the stream is read.
pub fn open(api: Arc<Api>, list: ListOf) -> impl Stream<Item = Result<ListDelta, ApiError>> + Send {
    let topics = api.hub.db().subscribe();
    let live = Live {
        api,
        list,
        topics,
        last: None,
        shown: None,
        ready: Vec::new(),
    };
    futures_util::stream::unfold(live, |mut live| async move {
        let next = live.next().await?;
        Some((next, live))
    })
}

impl Live {
    async fn next(&mut self) -> Option<Result<ListDelta, ApiError>> {
        loop {
            if let Some(delta) = self.ready.pop() {
                return Some(Ok(delta));
            }
            let Some(shown) = self.shown.take() else {
                let ids = match self.ids().await {
                    Ok(ids) => ids,
                    Err(error) => return Some(Err(error)),
                };
                self.shown = Some(ids.clone());
                return Some(Ok(ListDelta::Reset { ids }));
            };
            let heard = self.hear().await?;
            let order = heard.iter().any(|topic| self.list.touched_by(topic));
            let now = if order {
                match self.ids().await {
                    Ok(ids) => ids,
                    Err(error) => {
                        self.shown = Some(shown);
                        return Some(Err(error));
                    }
                }
            } else {
                shown.clone()
            };
            let mut heard = heard;
            if matches!(self.list, ListOf::Outbox(_)) && heard.contains(&Topic::Outbox) {
                // Entries have no topic of their own, and there are few of them.
                heard.insert(Topic::Everything);
            }
            self.ready = changes(&shown, &now, &heard);
            self.shown = Some(now);
        }
    }

    /// Everything touched from the next commit on, until a frame has passed since it was last
    /// asked: what the user just did is not kept waiting, a burst is.
    async fn hear(&mut self) -> Option<BTreeSet<Topic>> {
        let mut heard = BTreeSet::new();
        take(self.topics.recv().await, &mut heard)?;
        let rest = self
            .last
            .map_or(Duration::ZERO, |last| FRAME.saturating_sub(last.elapsed()));
        let frame = tokio::time::sleep(rest);
        tokio::pin!(frame);
        loop {
            tokio::select! {
                biased;
                more = self.topics.recv() => {
                    if take(more, &mut heard).is_none() {
                        break;
                    }
                }
                () = &mut frame => break,
            }
        }
        self.last = Some(Instant::now());
        Some(heard)
    }

    /// The list as it is now: ids only, so that a long one costs little.
    async fn ids(&self) -> Result<Vec<String>, ApiError> {
        let text = |id: ItemId| id.to_string();
        Ok(match self.list.clone() {
            ListOf::Inbox(filter) => {
                let ids = self.api.read(|db| db.inbox_ids(&filter))?;
                ids.into_iter().map(text).collect()
            }
            ListOf::Messages(which) => {
                let (conversation, wanted) = (which.conversation, which.into());
                let page = self.api.read(|db| db.message_ids(conversation, &wanted))?;
                page.ids.into_iter().map(text).collect()
            }
            ListOf::Tasks(filter) => self.api.task_ids(filter)?.into_iter().map(text).collect(),
            ListOf::Records(filter) => self
                .api
                .records(filter)
                .await?
                .into_iter()
                .map(|row| text(row.id))
                .collect(),
            ListOf::Outbox(filter) => self
                .api
                .outbox(filter)
                .await?
                .into_iter()
                .map(|row| row.id.0)
                .collect(),
        })
    }
}

/// Adds what was heard; `None` when nobody will speak again.
fn take(heard: Result<Arc<Vec<Topic>>, RecvError>, into: &mut BTreeSet<Topic>) -> Option<()> {
    match heard {
        Ok(topics) => into.extend(topics.iter().cloned()),
        Err(RecvError::Lagged(_)) => {
            into.insert(Topic::Everything);
        }
        Err(RecvError::Closed) => return None,
    }
    Some(())
}

/// The deltas of one frame, last first: rows that look different, after the
/// change of order.
fn changes(shown: &[String], now: &[String], heard: &BTreeSet<Topic>) -> Vec<ListDelta> {
    let everything = heard.contains(&Topic::Everything);
    let touched: BTreeSet<String> = heard
        .iter()
        .filter_map(|topic| match topic {
            Topic::Item(id) | Topic::Conversation(id) => Some(id.to_string()),
            _ => None,
        })
        .collect();
    let rows: Vec<String> = if everything || !touched.is_empty() {
        let before: BTreeSet<&str> = shown
            .iter()
            .filter(|id| everything || touched.contains(*id))
            .map(String::as_str)
            .collect();
        now.iter()
            .filter(|id| before.contains(id.as_str()))
            .cloned()
            .collect()
    } else {
        Vec::new()
    };
    let mut out = Vec::new();
    if !rows.is_empty() {
        out.push(ListDelta::Rows { ids: rows });
    }
    out.extend(delta(shown, now));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_only_looks_different_keeps_its_place() {
        let ids: Vec<String> = ["3", "2", "1"].map(String::from).to_vec();
        let heard = [Topic::Item(ItemId(2)), Topic::Item(ItemId(9))]
            .into_iter()
            .collect();
        assert_eq!(
            changes(&ids, &ids, &heard),
            [ListDelta::Rows {
                ids: vec!["2".to_owned()]
            }]
        );
    }

    #[test]
    fn order_comes_before_looks() {
        let old: Vec<String> = ["2", "1"].map(String::from).to_vec();
        let new: Vec<String> = ["1", "2"].map(String::from).to_vec();
        let heard = [Topic::Inbox, Topic::Conversation(ItemId(1))]
            .into_iter()
            .collect();
        let mut deltas = changes(&old, &new, &heard);
        assert!(matches!(
            deltas.pop(),
            Some(ListDelta::Splice { .. } | ListDelta::Reset { .. })
        ));
        assert!(matches!(deltas.pop(), Some(ListDelta::Rows { .. })));
    }
}
