//! Brings the stored view of who is who in step with the ties, for the touched
//! components only, and lets items follow.

use std::collections::{BTreeMap, BTreeSet};

use rapport_model::{Body, ItemId, OrgId, PersonId};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::people::{Edge, Evidence, Node, NodeId, OrgRow, PersonRow, Side, Stance};

use super::graph::{Bond, Face, Tie, Vertex, view};
use super::source::{FOUND, bare};
use super::{People, Rules, is_role, item_key, name_key, suggest};
use crate::ingest::Ingest;

/// An address with more holders than this is shared by any measure, and its
/// holders are not walked.
const MOST_HOLDERS: usize = 64;
/// An item is looked at so often in one settling; references may run in a ring.
const MOST_LOOKS: u8 = 3;
/// Conversations that get a customer when one of their members does.
const MOST_ROOMS: u32 = 1_000;
/// Items taken in one step.
const STEP: u32 = 500;

/// Nodes and ties around the touched ones.
#[derive(Default)]
struct Around {
    nodes: BTreeMap<NodeId, Node>,
    edges: BTreeSet<Edge>,
    crowded: BTreeSet<NodeId>,
}

impl People {
    /// Recomputes what is touched until nothing is.
    pub(crate) fn settle(&mut self, tx: &mut Tx<'_>, rules: &Rules) -> Result<(), StoreError> {
        let mut looks: BTreeMap<ItemId, u8> = BTreeMap::new();
        while !self.touched.is_empty() || !self.again.is_empty() {
            let touched = std::mem::take(&mut self.touched);
            if !touched.is_empty() {
                self.known.clear();
                let around = load(tx, touched)?;
                self.apply(tx, rules, &around)?;
            }
            for id in std::mem::take(&mut self.again) {
                let seen = looks.entry(id).or_default();
                if *seen < MOST_LOOKS {
                    *seen += 1;
                    self.look(tx, rules, id)?;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, tx: &mut Tx<'_>, rules: &Rules, around: &Around) -> Result<(), StoreError> {
        let vertices: Vec<Vertex> = around.nodes.values().map(|it| vertex(it, around)).collect();
        let ties: Vec<Tie> = around.edges.iter().filter_map(tie).collect();
        let mut components: Vec<Vec<&Node>> = Vec::new();
        for ids in view(&vertices, &ties) {
            components.push(
                ids.iter()
                    .filter_map(|id| around.nodes.get(&NodeId(*id)))
                    .collect(),
            );
        }
        // Employers come out of organisations, so those go first.
        for nodes in components
            .iter()
            .filter(|it| side(it) == Some(Side::Organisation))
        {
            self.organisation(tx, nodes)?;
        }
        for nodes in components
            .iter()
            .filter(|it| side(it) == Some(Side::Person))
        {
            self.person(tx, rules, nodes)?;
        }
        Ok(())
    }

    fn organisation(&mut self, tx: &mut Tx<'_>, nodes: &[&Node]) -> Result<(), StoreError> {
        let Some(first) = nodes.first() else {
            return Ok(());
        };
        let org = OrgId(first.id.0);
        let mut left = BTreeSet::new();
        for node in nodes {
            if node.org != Some(org) {
                tx.set_org(node.id, Some(org))?;
                self.wrote = true;
                left.extend(node.org);
            }
        }
        let sources: Vec<&&Node> = nodes.iter().filter(|it| it.item.is_some()).collect();
        let of = |prefix: &str| -> Vec<&str> {
            nodes
                .iter()
                .filter_map(|it| it.key.strip_prefix(prefix))
                .collect()
        };
        // Without a source that names it, it is called by its domain.
        let by_domain = nodes.iter().find(|it| it.key.starts_with("domain:"));
        let name = sources
            .first()
            .or(by_domain.as_ref())
            .map_or_else(|| first.name.clone(), |it| it.name.clone());
        if !sources.is_empty() || by_domain.is_some() {
            tx.put_org(&OrgRow {
                id: org,
                name,
                detail: serde_json::json!({ "sources": sources.len(), "domains": of("domain:") }),
            })?;
        } else if !nodes.iter().any(|it| is_source(it)) && tx.org(org)?.is_some() {
            // A number alone names nobody.
            tx.drop_org(org)?;
        }
        for old in left {
            self.leave_org(tx, old)?;
        }
        Ok(())
    }

    /// Items and colleagues of an organisation that changed its id.
    pub(super) fn leave_org(&mut self, tx: &mut Tx<'_>, old: OrgId) -> Result<(), StoreError> {
        let rest = tx.nodes_of_org(old)?;
        for node in &rest {
            if node.side == Side::Person {
                self.touch(node.id);
            }
        }
        if !rest.iter().any(|it| it.side == Side::Organisation) {
            tx.drop_org(old)?;
        }
        let mut before = None;
        loop {
            let ids = tx.items_of_org(old, before, STEP)?;
            self.again.extend(&ids);
            before = ids.last().copied();
            if before.is_none() {
                return Ok(());
            }
        }
    }

    fn person(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        nodes: &[&Node],
    ) -> Result<(), StoreError> {
        let Some(first) = nodes.first() else {
            return Ok(());
        };
        let person = PersonId(first.id.0);
        let employer = employer(tx, rules, nodes)?;
        let mut left = BTreeSet::new();
        let mut moved = false;
        for node in nodes {
            if node.person != Some(person) {
                tx.set_person(node.id, person)?;
                self.wrote = true;
                left.extend(node.person);
                moved = true;
            }
            if node.org != employer {
                tx.set_org(node.id, employer)?;
                self.wrote = true;
                moved = true;
                if employer.is_some() {
                    // Rooms they are in may have had no customer until now.
                    self.again.extend(tx.waiting_for(node.id, MOST_ROOMS)?);
                }
            }
        }
        let sources: Vec<&&Node> = nodes.iter().filter(|it| it.item.is_some()).collect();
        let named = sources
            .iter()
            .copied()
            .chain(nodes)
            .find(|it| !it.name.is_empty());
        let name = named.map_or_else(|| bare(&first.key).to_owned(), |it| it.name.clone());
        let addresses: Vec<&str> = nodes
            .iter()
            .filter(|it| !it.key.starts_with("item:"))
            .map(|it| bare(&it.key))
            .collect();
        tx.put_person(&PersonRow {
            id: person,
            name: name.clone(),
            org: employer,
            detail: serde_json::json!({ "sources": sources.len(), "addresses": addresses }),
        })?;
        for old in left {
            if tx.nodes_of_person(old)?.is_empty() {
                tx.drop_person(old)?;
            }
            self.items_again(tx, old)?;
        }
        if moved {
            self.items_again(tx, person)?;
        }
        if let Some(org) = employer {
            suggest::look_for(tx, first.id, person, &name, org)?;
        }
        Ok(())
    }

    pub(super) fn items_again(&mut self, tx: &Tx<'_>, person: PersonId) -> Result<(), StoreError> {
        let mut before = None;
        loop {
            let ids = tx.items_of_person(person, before, STEP)?;
            self.again.extend(&ids);
            before = ids.last().copied();
            if before.is_none() {
                return Ok(());
            }
        }
    }

    /// Looks anew at what an item belongs to; what hangs on it follows.
    fn look(&mut self, tx: &mut Tx<'_>, rules: &Rules, id: ItemId) -> Result<(), StoreError> {
        let Some(stored) = tx.stored(id)? else {
            return Ok(());
        };
        let place = Place {
            account: &stored.account,
            collection: &stored.collection,
        };
        let mut links = stored.links.clone();
        if let Body::Message(it) = &stored.item.body {
            let known = Ingest::known(tx, &place, &it.conversation)?;
            if let Some(known) = known {
                (links.org, links.person) = self.of_message(tx, rules, it, &known)?;
            }
        } else {
            let body = &stored.item.body;
            (links.org, links.person) =
                self.of_body(tx, rules, &place, &stored.item.handle, body)?;
        }
        if links == stored.links {
            return Ok(());
        }
        tx.relink(id, &links)?;
        self.wrote = true;
        if let Body::Conversation(it) = &stored.item.body {
            self.waits(tx, rules, id, it, links.org)?;
        }
        if links.org != stored.links.org {
            self.followers(tx, id, &stored.item.body, &place, &stored.item.handle)?;
        }
        Ok(())
    }

    fn followers(
        &mut self,
        tx: &Tx<'_>,
        id: ItemId,
        body: &Body,
        place: &Place<'_>,
        handle: &rapport_model::Handle,
    ) -> Result<(), StoreError> {
        let to = rapport_model::ItemRef {
            collection: place.collection.clone(),
            handle: handle.clone(),
        };
        for (item, _role) in tx.refs_to(place.account, &to)? {
            self.again.insert(item);
        }
        if matches!(body, Body::Conversation(_)) {
            let mut before = None;
            loop {
                let ids = tx.items_of_conversation(id, before, STEP)?;
                self.again.extend(&ids);
                before = ids.last().copied();
                if before.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn side(nodes: &[&Node]) -> Option<Side> {
    nodes.first().map(|it| it.side)
}

fn is_source(node: &Node) -> bool {
    node.key.starts_with("item:")
}

fn vertex(node: &Node, around: &Around) -> Vertex {
    let face = if is_source(node) {
        Face::Source(name_key(&node.name))
    } else {
        let role = node.key.strip_prefix("email:").is_some_and(is_role);
        Face::Address(role || node.key.starts_with("who:") || around.crowded.contains(&node.id))
    };
    Vertex {
        id: node.id.0,
        face,
    }
}

fn tie(edge: &Edge) -> Option<Tie> {
    let bond = match edge.stance {
        Stance::Apart => Bond::Apart,
        Stance::Link if edge.by == FOUND => Bond::Holds,
        Stance::Link => Bond::Joined,
        Stance::Suggest => return None,
    };
    Some(Tie {
        a: edge.a.0,
        b: edge.b.0,
        bond,
    })
}

/// Walks from the touched nodes over ties, and over who was one with them so
/// far, so that a split finds everybody it leaves behind.
fn load(tx: &Tx<'_>, touched: BTreeSet<NodeId>) -> Result<Around, StoreError> {
    let mut around = Around::default();
    let mut next: Vec<NodeId> = touched.into_iter().collect();
    let mut sets: BTreeSet<(Side, i64)> = BTreeSet::new();
    while let Some(id) = next.pop() {
        if around.nodes.contains_key(&id) {
            continue;
        }
        let Some(node) = tx.node(id)? else { continue };
        let set = match node.side {
            Side::Person => node.person.map(|it| (Side::Person, it.0)),
            Side::Organisation => node.org.map(|it| (Side::Organisation, it.0)),
        };
        if let Some(set) = set
            && sets.insert(set)
        {
            let mates = match set.0 {
                Side::Person => tx.nodes_of_person(PersonId(set.1))?,
                Side::Organisation => tx.nodes_of_org(OrgId(set.1))?,
            };
            next.extend(mates.iter().filter(|it| it.side == set.0).map(|it| it.id));
        }
        let edges = if node.key.starts_with("who:") {
            Vec::new()
        } else {
            tx.edges_touching(&[id])?
        };
        if edges.len() > MOST_HOLDERS && !is_source(&node) {
            around.crowded.insert(id);
        } else {
            for edge in edges {
                if edge.stance == Stance::Link
                    && !matches!(edge.evidence, Evidence::SameName { .. })
                {
                    next.push(if edge.a == id { edge.b } else { edge.a });
                }
                around.edges.insert(edge);
            }
        }
        around.nodes.insert(id, node);
    }
    Ok(around)
}

/// Whom a person works for: what a source says before what the mail domain says.
fn employer(tx: &Tx<'_>, rules: &Rules, nodes: &[&Node]) -> Result<Option<OrgId>, StoreError> {
    for item in nodes.iter().filter_map(|it| it.item) {
        let Some(stored) = tx.stored(item)? else {
            continue;
        };
        if let Body::Contact(it) = &stored.item.body
            && let Some(to) = &it.organisation
            && let Some(node) = tx.node_by_key(&item_key(&stored.account, to))?
        {
            return Ok(node.org);
        }
    }
    for email in nodes.iter().filter_map(|it| it.key.strip_prefix("email:")) {
        if let Some(domain) = rules.company(email)
            && let Some(node) = tx.node_by_key(&format!("domain:{domain}"))?
        {
            return Ok(node.org);
        }
    }
    Ok(None)
}
