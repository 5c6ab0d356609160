//! After an account or a person was erased: who else is touched by that, and who
//! is left without anything.
//!
//! A merge is a view over ties, so nothing is taken back by hand: what is left is
//! settled anew, and what nothing stands for any more leaves the lists.

use std::collections::BTreeSet;

use rapport_model::{AccountId, OrgId, PersonId};
use rapport_store::StoreError;
use rapport_store::db::{Reader, Tx};
use rapport_store::table::people::{Evidence, Node, NodeId, Side};

use super::{People, Rules};

/// Who stands beside what is to be erased. Learned before, settled after.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    persons: BTreeSet<PersonId>,
    orgs: BTreeSet<OrgId>,
    /// Handles that stand for rows of the account, arrived or not.
    rows: Vec<NodeId>,
}

impl Beside {
    /// Everybody an account knows of.
    pub(crate) fn account(reader: &Reader<'_>, id: &AccountId) -> Result<Self, StoreError> {
        let mut beside = Self::default();
        (beside.persons, beside.orgs) = reader.belonging_to_account(id)?;
        beside.rows = reader.nodes_below(&format!("item:{id}/"))?;
        for row in &beside.rows {
            if let Some(node) = reader.node(*row)? {
                beside.persons.extend(node.person);
                beside.orgs.extend(node.org);
            }
        }
        Ok(beside)
    }

    /// The employers and customers of a person.
    pub(crate) fn person(reader: &Reader<'_>, id: PersonId) -> Result<Self, StoreError> {
        let mut orgs = reader.orgs_beside_person(id)?;
        orgs.extend(reader.nodes_of_person(id)?.iter().filter_map(|it| it.org));
        Ok(Self {
            persons: BTreeSet::from([id]),
            orgs,
            rows: Vec::new(),
        })
    }

    /// Settles those who are left.
    pub(crate) fn settle(self, tx: &mut Tx<'_>, rules: &Rules) -> Result<(), StoreError> {
        let Self {
            persons,
            mut orgs,
            rows,
        } = self;
        let mut people = People::default();
        for row in rows {
            tx.drop_node(row)?;
        }
        for person in persons {
            let nodes = tx.nodes_of_person(person)?;
            orgs.extend(nodes.iter().filter_map(|it| it.org));
            let nobody = nodes.is_empty()
                || (tx.items_of_person(person, None, 1)?.is_empty() && is_bare(tx, &nodes)?);
            for node in &nodes {
                if nobody {
                    tx.drop_node(node.id)?;
                } else {
                    people.touch(node.id);
                }
            }
            if nobody {
                tx.drop_person(person)?;
                people.items_again(tx, person)?;
            }
        }
        for org in orgs {
            let nodes = tx.nodes_of_org(org)?;
            let (own, staff): (Vec<Node>, Vec<Node>) = nodes
                .into_iter()
                .partition(|it| it.side == Side::Organisation);
            let nothing = !own.is_empty()
                && staff.is_empty()
                && tx.items_of_org(org, None, 1)?.is_empty()
                && is_bare(tx, &own)?;
            for node in &own {
                if nothing {
                    tx.drop_node(node.id)?;
                } else {
                    people.touch(node.id);
                }
            }
            if own.is_empty() || nothing {
                people.leave_org(tx, org)?;
            }
        }
        people.settle(tx, rules)
    }
}

/// Whether these are only addresses, that no source and no word of the user
/// stands behind.
fn is_bare(tx: &Tx<'_>, nodes: &[Node]) -> Result<bool, StoreError> {
    if nodes.iter().any(|it| it.key.starts_with("item:")) {
        return Ok(false);
    }
    let ids: Vec<NodeId> = nodes.iter().map(|it| it.id).collect();
    let said = tx
        .edges_touching(&ids)?
        .iter()
        .any(|it| it.evidence == Evidence::UserSays);
    Ok(!said)
}
