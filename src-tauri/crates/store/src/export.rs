//! Walking over everything that is stored, to hand it out in open formats.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rapport_model::{AccountId, ItemId, OrgId, PersonId};
use rusqlite::params;

use crate::db::Reader;
use crate::error::StoreError;
use crate::table::item::Stored;
use crate::table::people::{Node, Side};
use crate::view::{EvidenceRow, HandleRow};

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

/// A person or a company, with every handle and what joins them.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// The person; none for a company.
    pub person: Option<PersonId>,
    /// The company, or the one the person is shown with.
    pub customer: Option<OrgId>,
    /// What they are called.
    pub name: String,
    /// Every handle.
    pub handles: Vec<HandleRow>,
    /// What joins them, what keeps others apart, and what is only suggested.
    pub evidence: Vec<EvidenceRow>,
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

    /// Hands every person to `each`, or those of a company alone, until it breaks off. Of one
    /// company, nothing is told about what belongs to others. Answers how many could not be
    /// read and were passed over.
    pub fn walk_people(
        &self,
        of: Option<OrgId>,
        mut each: impl FnMut(Whole) -> ControlFlow<()>,
    ) -> Result<u64, StoreError> {
        let inside = of.map(|org| self.handles_of_people(org)).transpose()?;
        self.walk_ids("person WHERE (?1 IS NULL OR org = ?1)", of, |id| {
            let Some(person) = self.person(PersonId(id))? else {
                return Ok(ControlFlow::Continue(()));
            };
            let nodes = self.nodes_of_person(person.id)?;
            let who = (Some(person.id), person.org);
            let whole = self.whole(who, person.name, nodes, inside.as_ref())?;
            Ok(each(whole))
        })
    }

    /// Hands every company to `each`, or one alone, until it breaks off. Their people are told
    /// by [`Reader::walk_people`]. Answers how many could not be read and were passed over.
    pub fn walk_customers(
        &self,
        of: Option<OrgId>,
        mut each: impl FnMut(Whole) -> ControlFlow<()>,
    ) -> Result<u64, StoreError> {
        self.walk_ids("org WHERE (?1 IS NULL OR id = ?1)", of, |id| {
            let Some(org) = self.org(OrgId(id))? else {
                return Ok(ControlFlow::Continue(()));
            };
            let mut nodes = self.nodes_of_org(org.id)?;
            nodes.retain(|node| node.side == Side::Organisation);
            let inside: BTreeSet<String> = nodes.iter().map(|node| node.key.clone()).collect();
            let inside = of.is_some().then_some(&inside);
            let whole = self.whole((None, Some(org.id)), org.name, nodes, inside)?;
            Ok(each(whole))
        })
    }

    /// The handles of everybody who is shown with a company.
    fn handles_of_people(&self, org: OrgId) -> Result<BTreeSet<String>, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT n.key FROM person p JOIN node n ON n.person = p.id WHERE p.org = ?1",
        )?;
        let keys = statement.query_map([org.0], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// With `inside`, evidence that leads to other handles than those is left out.
    fn whole(
        &self,
        (person, customer): (Option<PersonId>, Option<OrgId>),
        name: String,
        nodes: Vec<Node>,
        inside: Option<&BTreeSet<String>>,
    ) -> Result<Whole, StoreError> {
        let (handles, mut evidence) = self.joined(nodes)?;
        if let Some(inside) = inside {
            evidence.retain(|row| inside.contains(&row.a) && inside.contains(&row.b));
        }
        Ok(Whole {
            person,
            customer,
            name,
            handles,
            evidence,
        })
    }

    /// The ids of a table, a few hundred read at a time. Answers how many `each` could not read.
    fn walk_ids(
        &self,
        from: &str,
        of: Option<OrgId>,
        mut each: impl FnMut(i64) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<u64, StoreError> {
        let mut statement = self.conn.prepare(&format!(
            "SELECT id FROM {from} AND id > ?2 ORDER BY id LIMIT {AHEAD}"
        ))?;
        let (mut last, mut unreadable) = (i64::MIN, 0);
        loop {
            let ids: Vec<i64> = statement
                .query_map(params![of.map(|it| it.0), last], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let Some(newest) = ids.last() else {
                return Ok(unreadable);
            };
            last = *newest;
            for id in ids {
                match each(id) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => return Ok(unreadable),
                    Err(StoreError::Json(_) | StoreError::NotFound { .. }) => unreadable += 1,
                    Err(error) => return Err(error),
                }
            }
        }
    }
}
