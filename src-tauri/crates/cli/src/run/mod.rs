//! One module for each group of commands: asks the api, prints the answer.

pub(crate) mod account;
pub(crate) mod care;
pub(crate) mod people;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod sync;
pub(crate) mod talk;
pub(crate) mod work;

use jiff::Zoned;
use rapport_api::Api;
use rapport_model::Millis;

use crate::out::Out;

/// What every command needs.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) api: &'a Api,
    pub(crate) out: Out,
    /// The present, on the user's own clock.
    pub(crate) now: Zoned,
}

impl Desk<'_> {
    pub(crate) fn at(&self) -> Millis {
        Millis::from(self.now.timestamp())
    }
}
