//! Search: two indexes written with the data, one query language, one ranking.
//!
//! Invariant: what a committed transaction stored can be found, and what it
//! removed cannot; nothing typed into a search is anything but data.

mod answer;
mod coverage;
pub(crate) mod doc;
mod evidence;
mod facet;
mod fold;
mod fts;
mod hits;
pub mod index;
mod indexed;
mod named;
mod newest;
mod numbers;
mod page;
mod parts;
pub(crate) mod pending;
mod plan;
mod query;
mod rank;
mod reader;
pub mod rebuild;
mod rows;
mod run;
mod schema;
mod shun;
mod snippet;
mod stream;
mod terms;
mod token;
mod visible;
mod words;

#[cfg(test)]
mod tests;

pub use answer::{Found, Hit, Total};
pub use coverage::{Coverage, Searchable, SelfCheck, coverage, searchable, self_check};
pub use facet::Has;
pub use fts::register;
pub use index::{index_item, tidy, unindex_item};
pub use indexed::Indexed;
pub use query::{Day, Filter, Form, Group, Query, SearchContext, Standing, Term, What};
pub use rebuild::{Rebuild, needs_rebuild, rebuild_step, start_rebuild};
pub use run::search;
pub use schema::SCHEMA;
pub use snippet::{HIT_END, HIT_START};
pub use token::{Token, fold_parts, query_tokens, tokenize};
pub use visible::{MOST_VISIBLE, visible_text};
