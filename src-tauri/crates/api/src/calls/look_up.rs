//! What one box finds while somebody types into it.

use rapport_model::{ItemId, Kind};
use rapport_store::view::{HitRow, SearchPage};

use super::Api;
use crate::dto::{CustomerFilter, LookUp, LookedUp, Named, SearchFor, SearchWords, TheseItems};
use crate::error::ApiError;

impl Api {
    /// Hits, ways to go on, and customers and people of that name.
    pub async fn look_up(&self, wanted: LookUp) -> Result<LookedUp, ApiError> {
        let page = if wanted.text.trim().is_empty() {
            SearchPage::default()
        } else {
            self.search(SearchFor {
                text: wanted.text.clone(),
                as_you_type: true,
                limit: wanted.limit,
                ..SearchFor::default()
            })
            .await?
        };
        let words = self
            .search_words(SearchWords {
                text: wanted.text,
                cursor: wanted.cursor,
                limit: None,
            })
            .await?;
        let name = wanted.name.trim();
        let (customers, people) = if name.is_empty() {
            (Vec::new(), Vec::new())
        } else {
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
            (self.customers(customers).await?, self.people(people).await?)
        };
        let of = |kind| TheseItems {
            ids: ids(&page.hits, kind),
        };
        let records = self.records_by_id(of(Kind::Record)).await?;
        let tasks = self.tasks_by_id(of(Kind::Task)).await?;
        Ok(LookedUp {
            page,
            words,
            customers,
            people,
            records,
            tasks,
        })
    }
}

fn ids(hits: &[HitRow], kind: Kind) -> Vec<ItemId> {
    hits.iter()
        .filter(|hit| hit.kind == kind.word())
        .map(|hit| hit.id)
        .collect()
}
