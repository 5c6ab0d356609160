//! What one box finds while somebody types into it.

use rapport_model::{ItemId, Kind};
use rapport_store::view::{CustomerRow, CustomersWanted, HitRow, PersonRow, SearchPage};

use super::Api;
use crate::dto::{LookUp, LookedUp, SearchFor, SearchWords, TheseItems};
use crate::error::{ApiError, Code};

impl Api {
    /// Hits, ways to go on, and customers and people of that name.
    pub async fn look_up(&self, wanted: LookUp) -> Result<LookedUp, ApiError> {
        // First what goes on by itself; the others read on this thread meanwhile.
        let (found, page, words) = tokio::try_join!(
            self.named(&wanted),
            self.hits(&wanted),
            self.search_words(SearchWords {
                text: wanted.text.clone(),
                cursor: wanted.cursor,
                limit: None,
            }),
        )?;
        let (customers, people) = found;
        let of = |kind| TheseItems {
            ids: ids(&page.hits, kind),
        };
        let (records, tasks) = tokio::try_join!(
            self.records_by_id(of(Kind::Record)),
            self.tasks_by_id(of(Kind::Task)),
        )?;
        Ok(LookedUp {
            page,
            words,
            customers,
            people,
            records,
            tasks,
        })
    }

    async fn hits(&self, wanted: &LookUp) -> Result<SearchPage, ApiError> {
        if wanted.text.trim().is_empty() {
            return Ok(SearchPage::default());
        }
        self.search(SearchFor {
            text: wanted.text.clone(),
            as_you_type: true,
            limit: wanted.limit,
            ..SearchFor::default()
        })
        .await
    }

    /// Customers and people of that name, read on a thread and with a connection of their own.
    async fn named(&self, wanted: &LookUp) -> Result<(Vec<CustomerRow>, Vec<PersonRow>), ApiError> {
        let name = wanted.name.trim().to_owned();
        if name.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let (db, today, most) = (self.hub.db().clone(), self.today_is(), wanted.names);
        let read = move || {
            db.read(|db| {
                let people = db.people(Some(&name), None, most, 0)?;
                let wanted = CustomersWanted {
                    name: Some(name),
                    limit: most,
                    ..CustomersWanted::default()
                };
                Ok((db.customers(&wanted, today)?, people))
            })
        };
        let read = tokio::task::spawn_blocking(read);
        Ok(read
            .await
            .map_err(|error| ApiError::new(Code::Internal, error.to_string()))??)
    }
}

fn ids(hits: &[HitRow], kind: Kind) -> Vec<ItemId> {
    hits.iter()
        .filter(|hit| hit.kind == kind.word())
        .map(|hit| hit.id)
        .collect()
}
