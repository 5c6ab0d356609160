//! What one box finds while somebody types into it.

use rapport_model::{ItemId, Kind};
use rapport_store::view::{CustomerRow, HitRow, PersonRow, SearchPage};

use super::Api;
use crate::dto::{CustomerFilter, LookUp, LookedUp, Named, SearchFor, SearchWords, TheseItems};
use crate::error::ApiError;

impl Api {
    /// Hits, ways to go on, and customers and people of that name.
    pub async fn look_up(&self, wanted: LookUp) -> Result<LookedUp, ApiError> {
        // Side by side: each reads with a connection of its own.
        let (page, words, (customers, people)) = tokio::try_join!(
            self.hits(&wanted),
            self.search_words(SearchWords {
                text: wanted.text.clone(),
                cursor: wanted.cursor,
                limit: None,
            }),
            self.named(&wanted),
        )?;
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

    async fn named(&self, wanted: &LookUp) -> Result<(Vec<CustomerRow>, Vec<PersonRow>), ApiError> {
        let name = wanted.name.trim();
        if name.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let customers = CustomerFilter {
            name: Some(name.to_owned()),
            limit: wanted.names,
            ..CustomerFilter::default()
        };
        let people = Named {
            name: Some(name.to_owned()),
            limit: wanted.names,
            offset: None,
        };
        tokio::try_join!(self.customers(customers), self.people(people))
    }
}

fn ids(hits: &[HitRow], kind: Kind) -> Vec<ItemId> {
    hits.iter()
        .filter(|hit| hit.kind == kind.word())
        .map(|hit| hit.id)
        .collect()
}
