//! The promises of the search.

mod bench;
mod found;
mod hostile;
mod query;
mod token;
mod visible;
mod world;
