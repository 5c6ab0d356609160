//! Walking over everything that is stored, to hand it out in open formats.

use std::ops::ControlFlow;

use rapport_model::{AccountId, ItemId, OrgId, PersonId};
use rusqlite::params;

use crate::db::Reader;
use crate::error::StoreError;
use crate::table::item::Stored;

/// What to walk over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every item.
    All,
    /// What belongs to an organisation.
    Org(OrgId),
    /// What belongs to a person.
    Person(PersonId),
    /// What came from an account.
    Account(AccountId),
}

/// So many ids are read ahead; the bodies come one by one.
const AHEAD: u32 = 500;

impl Reader<'_> {
    /// Hands every item of a scope to `each`, the oldest first, until it
    /// breaks off. Answers how many were handed over and the ids of those that
    /// could not be read, which are passed over.
    pub fn walk(
        &self,
        scope: &Scope,
        mut each: impl FnMut(Stored) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(u64, Vec<ItemId>), StoreError> {
        let (condition, of) = match scope {
            Scope::All => ("?1 = 0", 0),
            Scope::Org(org) => ("org = ?1", org.0),
            Scope::Person(person) => ("person = ?1", person.0),
            Scope::Account(account) => ("account = ?1", self.account_row(account)?),
        };
        let mut statement = self.conn.prepare(&format!(
            "SELECT id FROM item WHERE {condition} AND id > ?2 ORDER BY id LIMIT {AHEAD}"
        ))?;
        let mut last = i64::MIN;
        let mut handed = 0;
        let mut unreadable = Vec::new();
        loop {
            let ids: Vec<i64> = statement
                .query_map(params![of, last], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let Some(newest) = ids.last() else {
                return Ok((handed, unreadable));
            };
            last = *newest;
            for id in ids.into_iter().map(ItemId) {
                match self.stored(id) {
                    Ok(Some(stored)) => {
                        handed += 1;
                        if each(stored)?.is_break() {
                            return Ok((handed, unreadable));
                        }
                    }
                    Ok(None) | Err(StoreError::Json(_) | StoreError::NotFound { .. }) => {
                        unreadable.push(id);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
}
