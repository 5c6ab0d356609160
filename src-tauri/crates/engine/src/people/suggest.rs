//! Who may be the same, on weaker grounds: the same name at the same company.
//! The user decides.

use rapport_model::{Millis, OrgId, PersonId};
use rapport_store::StoreError;
use rapport_store::db::{Reader, Tx};
use rapport_store::table::people::{Edge, Evidence, Node, NodeId, Side, Stance};

use super::name_key;
use super::source::FOUND;

/// More namesakes than this at one company, and a name says nothing.
const MOST_NAMESAKES: usize = 5;

/// Two persons that may be one, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// One.
    pub a: PersonId,
    /// The other.
    pub b: PersonId,
    /// Why.
    pub evidence: Evidence,
    /// Since when.
    pub at: Millis,
}

/// Everything suggested and not yet answered.
///
/// # Errors
/// The file cannot be read.
pub fn suggestions(reader: &Reader<'_>, limit: u32) -> Result<Vec<Suggestion>, StoreError> {
    let mut out: Vec<Suggestion> = Vec::new();
    for edge in reader.edges_with(Stance::Suggest, limit)? {
        let (Some(a), Some(b)) = (reader.node(edge.a)?, reader.node(edge.b)?) else {
            continue;
        };
        let (Some(one), Some(other)) = (a.person, b.person) else {
            continue;
        };
        if one == other || answered(reader, &a, &b)? {
            continue;
        }
        let (a, b) = (one.min(other), one.max(other));
        if !out.iter().any(|it| (it.a, it.b) == (a, b)) {
            out.push(Suggestion {
                a,
                b,
                evidence: edge.evidence,
                at: edge.at,
            });
        }
    }
    Ok(out)
}

/// Whether the user has said something about the two already.
fn answered(reader: &Reader<'_>, a: &Node, b: &Node) -> Result<bool, StoreError> {
    let of = |node: &Node| match node.person {
        Some(person) => reader.nodes_of_person(person),
        None => Ok(vec![node.clone()]),
    };
    let ours: Vec<NodeId> = of(a)?.iter().map(|it| it.id).collect();
    let theirs: Vec<NodeId> = of(b)?.iter().map(|it| it.id).collect();
    Ok(reader.edges_touching(&ours)?.iter().any(|edge| {
        edge.stance == Stance::Apart && (theirs.contains(&edge.a) || theirs.contains(&edge.b))
    }))
}

/// Enters a person under name and company, and suggests whoever else stands there.
pub(super) fn look_for(
    tx: &mut Tx<'_>,
    node: NodeId,
    person: PersonId,
    name: &str,
    org: OrgId,
) -> Result<(), StoreError> {
    let words = name_key(name);
    if !words.contains(' ') || name.contains('@') {
        return Ok(());
    }
    let key = format!("who:{words}|{org}");
    let entry = match tx.node_by_key(&key)? {
        Some(it) => it.id,
        None => tx.put_node(&Node::new(key, Side::Person, ""))?,
    };
    let named = Evidence::SameName {
        name: name.to_owned(),
    };
    if node != entry {
        tx.put_edge(&found(node, entry, named, Stance::Link))?;
    }
    let mut others = Vec::new();
    for edge in tx.edges_touching(&[entry])? {
        let other = if edge.a == entry { edge.b } else { edge.a };
        if let Some(it) = tx.node(other)?
            && it.person.is_some_and(|it| it != person)
        {
            others.push(other);
        }
    }
    if others.len() > MOST_NAMESAKES {
        return Ok(());
    }
    let company = tx.org(org)?.map_or_else(|| org.to_string(), |it| it.name);
    for other in others {
        let evidence = Evidence::NameAndCompany {
            name: name.to_owned(),
            company: company.clone(),
        };
        tx.put_edge(&found(node, other, evidence, Stance::Suggest))?;
    }
    Ok(())
}

fn found(a: NodeId, b: NodeId, evidence: Evidence, stance: Stance) -> Edge {
    Edge {
        a,
        b,
        evidence,
        stance,
        by: FOUND.to_owned(),
        at: Millis(0),
    }
}
