//! The promises of the search.

mod bench;
mod beside;
mod excluded;
mod found;
mod hostile;
mod loose;
mod query;
mod token;
mod visible;
mod words;
mod world;
