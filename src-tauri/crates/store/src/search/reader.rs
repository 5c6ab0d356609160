//! Search as part of the store's own interface.

use super::answer::Found;
use super::coverage::{Coverage, SelfCheck, coverage, self_check};
use super::index::tidy;
use super::query::Query;
use super::rebuild::{Rebuild, needs_rebuild, rebuild_step, start_rebuild};
use super::run::search;
use crate::db::{Reader, Tx};
use crate::error::StoreError;

impl Reader<'_> {
    /// Finds items, best first.
    ///
    /// # Errors
    /// The database failed; a query itself never does.
    pub fn search(&self, query: &Query, limit: usize, offset: usize) -> Result<Found, StoreError> {
        search(self.conn, query, limit, offset)
    }

    /// How much of every collection can be searched.
    ///
    /// # Errors
    /// The database failed.
    pub fn search_coverage(&self) -> Result<Vec<Coverage>, StoreError> {
        coverage(self.conn)
    }

    /// Looks up items from all over the time line by words of theirs.
    ///
    /// # Errors
    /// The database failed.
    pub fn search_self_check(&self, samples: usize) -> Result<SelfCheck, StoreError> {
        self_check(self.conn, samples)
    }

    /// Whether the index waits for [`Tx::rebuild_search`].
    ///
    /// # Errors
    /// The database failed.
    pub fn search_needs_rebuild(&self) -> Result<bool, StoreError> {
        needs_rebuild(self.conn)
    }
}

impl Tx<'_> {
    /// Empties the index; [`Tx::rebuild_search`] fills it again.
    ///
    /// # Errors
    /// The database failed.
    pub fn empty_search(&mut self) -> Result<(), StoreError> {
        self.write_documents()?;
        start_rebuild(self.conn)
    }

    /// Indexes the next `most` items of a rebuild. Called in one transaction
    /// after the other until it says that it is finished.
    ///
    /// # Errors
    /// The database failed.
    pub fn rebuild_search(&mut self, most: usize) -> Result<Rebuild, StoreError> {
        self.write_documents()?;
        rebuild_step(self.conn, most)
    }

    /// Merges about `pages` of the index; true when there may be more to do.
    /// For idle moments, and until it says false after a first sync.
    ///
    /// # Errors
    /// The database refused.
    pub fn tidy_search(&mut self, pages: u32) -> Result<bool, StoreError> {
        tidy(self.conn, pages)
    }
}
