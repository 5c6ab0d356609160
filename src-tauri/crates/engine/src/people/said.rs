//! What the user says about who is who. Each word is one tie between two nodes;
//! taking it back puts the one before it in its place.

use rapport_model::Millis;
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::people::{Edge, Evidence, NodeId, Stance};
use serde::{Deserialize, Serialize};

use super::{People, Rules};

/// What was said about a pair before; saying it again undoes the word after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// One node.
    pub a: NodeId,
    /// The other.
    pub b: NodeId,
    /// What was said; `None` for nothing.
    pub stance: Option<Stance>,
}

/// Says something about a pair, or takes it back (`None`). Answers what was said
/// before.
///
/// # Errors
/// A node is not there, they are not of one side, or the file cannot be written.
pub fn say(tx: &mut Tx<'_>, rules: &Rules, word: Said, now: Millis) -> Result<Said, StoreError> {
    let missing = |id: NodeId| StoreError::missing(format!("person or address {}", id.0));
    let a = tx.node(word.a)?.ok_or_else(|| missing(word.a))?;
    let b = tx.node(word.b)?.ok_or_else(|| missing(word.b))?;
    if a.side != b.side || a.id == b.id {
        return Err(StoreError::Refused(
            "Only two different people, or two different companies, can be linked.".to_owned(),
        ));
    }
    let before = tx
        .edges_touching(&[a.id])?
        .into_iter()
        .find(|it| it.evidence == Evidence::UserSays && (it.a == b.id || it.b == b.id));
    let mut edge = Edge {
        a: a.id,
        b: b.id,
        evidence: Evidence::UserSays,
        stance: Stance::Link,
        by: "me".to_owned(),
        at: now,
    };
    match word.stance {
        Some(stance) => {
            edge.stance = stance;
            tx.put_edge(&edge)?;
        }
        None => {
            tx.drop_edge(&edge)?;
        }
    }
    let mut people = People::default();
    people.touch(a.id);
    people.touch(b.id);
    people.settle(tx, rules)?;
    Ok(Said {
        stance: before.map(|it| it.stance),
        ..word
    })
}

/// Takes one node out of its person or organisation, by keeping it apart from
/// every other source there. Answers what undoes it.
///
/// # Errors
/// The node is not there, or the file cannot be written.
pub fn split(
    tx: &mut Tx<'_>,
    rules: &Rules,
    node: NodeId,
    now: Millis,
) -> Result<Vec<Said>, StoreError> {
    let it = tx
        .node(node)?
        .ok_or_else(|| StoreError::missing(format!("person or address {}", node.0)))?;
    let mates = match (it.side, it.person, it.org) {
        (rapport_store::table::people::Side::Person, Some(person), _) => {
            tx.nodes_of_person(person)?
        }
        (rapport_store::table::people::Side::Organisation, _, Some(org)) => tx.nodes_of_org(org)?,
        _ => Vec::new(),
    };
    let mut undo = Vec::new();
    for mate in mates {
        let source = mate.key.starts_with("item:") || !it.key.starts_with("item:");
        if mate.id != node && mate.side == it.side && source {
            let word = Said {
                a: node,
                b: mate.id,
                stance: Some(Stance::Apart),
            };
            undo.push(say(tx, rules, word, now)?);
        }
    }
    undo.reverse();
    Ok(undo)
}
