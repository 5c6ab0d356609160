//! Customers and people.

#![expect(
    clippy::unused_async,
    reason = "every call has one form; one that only reads today may ask a source tomorrow"
)]

use rapport_engine::Said;
use rapport_model::PersonId;
use rapport_store::people::NodeId;
use rapport_store::view;

use super::Api;
use crate::dto::{
    CustomerFilter, Done, Named, OneCustomer, OneItem, OnePerson, PeoplePair, SaidWords,
    TimelineOf, Unlink,
};
use crate::error::ApiError;

impl Api {
    /// Customers.
    pub async fn customers(
        &self,
        wanted: CustomerFilter,
    ) -> Result<Vec<view::CustomerRow>, ApiError> {
        let order = match wanted.sort.as_deref() {
            None | Some("last" | "") => view::CustomerOrder::Last,
            Some("name") => view::CustomerOrder::Name,
            Some("open") => view::CustomerOrder::Open,
            Some("overdue") => view::CustomerOrder::Overdue,
            Some(other) => {
                return Err(ApiError::bad_request(format_args!(
                    "Customers are sorted by last, name, open or overdue, not \"{other}\"."
                )));
            }
        };
        let today = self.today_is();
        let wanted = view::CustomersWanted {
            name: wanted.name.filter(|it| !it.trim().is_empty()),
            pinned: wanted.pinned,
            overdue: wanted.overdue,
            order,
            limit: wanted.limit,
            offset: wanted.offset.unwrap_or(0),
        };
        self.read(|db| db.customers(&wanted, today))
    }

    /// Everything the sources know of one customer.
    pub async fn customer(&self, which: OneCustomer) -> Result<view::CustomerPage, ApiError> {
        let (now, zone) = (self.now(), self.zone());
        self.read(|db| db.customer_page(which.customer, which.since, now, &zone))
    }

    /// A customer's history.
    pub async fn customer_timeline(
        &self,
        which: TimelineOf,
    ) -> Result<Vec<view::TimelineRow>, ApiError> {
        let wanted = view::TimelineWanted {
            kinds: which.kinds,
            before: which.before,
            after: which.after,
            limit: which.limit,
        };
        self.read(|db| db.customer_timeline(which.customer, &wanted))
    }

    /// The user has looked at this customer.
    pub async fn customer_looked(&self, which: OneCustomer) -> Result<Done, ApiError> {
        let now = self.now();
        self.hub
            .db()
            .write(|tx| tx.set_setting(&view::looked_key(which.customer), &now.0))?;
        Ok(Done {})
    }

    /// People.
    pub async fn people(&self, wanted: Named) -> Result<Vec<view::PersonRow>, ApiError> {
        self.read(|db| {
            db.people(
                wanted.name.as_deref(),
                None,
                wanted.limit,
                wanted.offset.unwrap_or(0),
            )
        })
    }

    /// One person.
    pub async fn person(&self, which: OnePerson) -> Result<view::PersonPage, ApiError> {
        self.read(|db| db.person_page(which.person))
    }

    /// Whose page shows an item.
    pub async fn belongs(&self, which: OneItem) -> Result<view::Belongs, ApiError> {
        self.read(|db| db.belongs(which.item))
    }

    /// These two are the same.
    pub async fn person_link(&self, pair: PeoplePair) -> Result<SaidWords, ApiError> {
        let (a, b) = self.ends(pair)?;
        Ok(undo([self.hub.link(a, b)?]))
    }

    /// This handle is not that person's.
    pub async fn person_unlink(&self, unlink: Unlink) -> Result<SaidWords, ApiError> {
        let node = self
            .read(|db| db.node_by_key(&unlink.handle))?
            .filter(|node| node.person == Some(unlink.person))
            .ok_or_else(|| {
                ApiError::not_found(format_args!("handle {} of this person", unlink.handle))
            })?;
        Ok(undo(self.hub.split(node.id)?))
    }

    /// These two are never the same.
    pub async fn person_keep_apart(&self, pair: PeoplePair) -> Result<SaidWords, ApiError> {
        let (a, b) = self.ends(pair)?;
        Ok(undo([self.hub.keep_apart(a, b)?]))
    }

    /// Says again what was said before.
    pub async fn people_say(&self, said: SaidWords) -> Result<Done, ApiError> {
        let node = |text: &str| {
            text.parse()
                .map(NodeId)
                .map_err(|_bad| ApiError::bad_request(format_args!("\"{text}\" is no handle.")))
        };
        for word in said.words {
            self.hub.say(Said {
                a: node(&word.a)?,
                b: node(&word.b)?,
                stance: word.stance,
            })?;
        }
        Ok(Done {})
    }

    /// A handle of each of two people: a person's id is that of a node of theirs.
    fn ends(&self, pair: PeoplePair) -> Result<(NodeId, NodeId), ApiError> {
        if pair.a == pair.b {
            return Err(ApiError::not_so(
                "one_already",
                "These two are one person already.",
            ));
        }
        let end = |person: PersonId| {
            self.read(|db| db.nodes_of_person(person))?
                .first()
                .map(|node| node.id)
                .ok_or_else(|| ApiError::not_found(format_args!("person {person}")))
        };
        Ok((end(pair.a)?, end(pair.b)?))
    }

    /// Pairs that may be the same.
    pub async fn person_suggestions(
        &self,
        wanted: Named,
    ) -> Result<Vec<view::SuggestionRow>, ApiError> {
        self.read(|db| db.suggestions(wanted.limit))
    }
}

fn undo(words: impl IntoIterator<Item = Said>) -> SaidWords {
    SaidWords {
        words: words.into_iter().map(Into::into).collect(),
    }
}
