//! Nodes and ties out of what sources say.

use std::collections::{BTreeMap, BTreeSet};

use rapport_model::{
    Address, AddressKind, Body, Contact, Handle, Item, ItemId, ItemRef, Mailbox, Millis, OrgId,
    Organisation, PersonId,
};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::people::{Edge, Evidence, Node, NodeId, OrgRow, PersonRow, Side, Stance};

use super::{People, Rules, address_key, item_key, name_key, tax_id};

/// Who says a tie that was found, not said by the user.
pub(super) const FOUND: &str = "remote";

/// A key with the reason why two holders of it are the same.
type Claim = (String, Evidence);

impl People {
    /// The person and employer behind an address; makes the node on first sight.
    pub(crate) fn address(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        it: &Mailbox,
    ) -> Result<(Option<OrgId>, Option<PersonId>), StoreError> {
        let Some(key) = address_key(&it.address, rules.region.as_deref()) else {
            return Ok((None, None));
        };
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let node = self.address_node(tx, rules, &key, it.name.as_deref())?;
        let found = (node.org, node.person);
        self.known.insert(key, found);
        Ok(found)
    }

    fn address_node(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        key: &str,
        name: Option<&str>,
    ) -> Result<Node, StoreError> {
        let name = name.map(str::trim).unwrap_or_default();
        if let Some(mut node) = tx.node_by_key(key)? {
            if node.name.is_empty() && !name.is_empty() {
                name.clone_into(&mut node.name);
                tx.put_node(&node)?;
                self.touch(node.id);
                self.wrote = true;
            }
            return Ok(node);
        }
        let mut node = Node::new(key, Side::Person, name);
        node.id = tx.put_node(&node)?;
        node.person = Some(PersonId(node.id.0));
        tx.set_person(node.id, PersonId(node.id.0))?;
        if let Some(email) = key.strip_prefix("email:")
            && let Some(domain) = rules.company(email)
        {
            node.org = Some(self.domain(tx, &domain)?);
            tx.set_org(node.id, node.org)?;
        }
        let shown = if name.is_empty() { bare(key) } else { name };
        tx.put_person(&PersonRow {
            id: PersonId(node.id.0),
            name: shown.to_owned(),
            org: node.org,
            detail: serde_json::json!({ "sources": 0, "addresses": [bare(key)] }),
        })?;
        self.wrote = true;
        // Only somebody with a name at a company can resemble anybody.
        if !name.is_empty() && node.org.is_some() {
            self.touch(node.id);
        }
        Ok(node)
    }

    /// The organisation behind a company domain.
    fn domain(&mut self, tx: &mut Tx<'_>, domain: &str) -> Result<OrgId, StoreError> {
        let key = format!("domain:{domain}");
        if let Some((Some(org), _)) = self.known.get(&key) {
            return Ok(*org);
        }
        let node = self.match_node(tx, &key, domain)?;
        let org = node.org.unwrap_or(OrgId(node.id.0));
        self.known.insert(key, (Some(org), None));
        Ok(org)
    }

    fn match_node(&mut self, tx: &mut Tx<'_>, key: &str, name: &str) -> Result<Node, StoreError> {
        if let Some(node) = tx.node_by_key(key)? {
            return Ok(node);
        }
        let mut node = Node::new(key, Side::Organisation, name);
        node.id = tx.put_node(&node)?;
        node.org = Some(OrgId(node.id.0));
        tx.set_org(node.id, node.org)?;
        if key.starts_with("domain:") {
            tx.put_org(&OrgRow {
                id: OrgId(node.id.0),
                name: name.to_owned(),
                detail: serde_json::json!({ "sources": 0, "domains": [name] }),
            })?;
        }
        self.wrote = true;
        Ok(node)
    }

    /// The node of a row of a source, made when it is not there.
    pub(super) fn item_node(
        &mut self,
        tx: &mut Tx<'_>,
        place: &Place<'_>,
        handle: &Handle,
        side: Side,
        name: &str,
    ) -> Result<Node, StoreError> {
        let to = ItemRef {
            collection: place.collection.clone(),
            handle: handle.clone(),
        };
        let key = item_key(place.account, &to);
        if let Some(node) = tx.node_by_key(&key)? {
            return Ok(node);
        }
        let mut node = Node::new(key, side, name);
        node.id = tx.put_node(&node)?;
        match side {
            Side::Person => {
                node.person = Some(PersonId(node.id.0));
                tx.set_person(node.id, PersonId(node.id.0))?;
            }
            Side::Organisation => {
                node.org = Some(OrgId(node.id.0));
                tx.set_org(node.id, node.org)?;
            }
        }
        self.wrote = true;
        Ok(node)
    }

    /// A contact or organisation is new or changed: its node and its ties follow.
    pub(crate) fn source(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        place: &Place<'_>,
        id: ItemId,
        item: &Item,
    ) -> Result<(), StoreError> {
        let mut rules = rules.clone();
        let (side, name, claims) = match &item.body {
            Body::Contact(it) => {
                if it.me {
                    for address in &it.addresses {
                        rules.add_me(tx, place.account, address)?;
                    }
                }
                // Where a colleague has mail is the user's own company.
                if it.me || it.staff {
                    let mail = |it: &&Address| it.kind == AddressKind::Email;
                    for address in it.addresses.iter().filter(mail) {
                        rules.add_own_domain(tx, &address.value)?;
                    }
                }
                (Side::Person, &it.name, contact_claims(it, &rules))
            }
            Body::Organisation(it) => {
                if it.own {
                    for address in &it.addresses {
                        rules.add_own_domain(tx, &address.value)?;
                    }
                }
                (
                    Side::Organisation,
                    &it.name,
                    organisation_claims(it, &rules),
                )
            }
            _ => return Ok(()),
        };
        let mut node = self.item_node(tx, place, &item.handle, side, name)?;
        if node.side != side || node.name != *name || node.item != Some(id) {
            node.side = side;
            node.name.clone_from(name);
            node.item = Some(id);
            tx.put_node(&node)?;
        }
        self.wrote = true;
        self.ties(tx, &rules, &node, claims)
    }

    fn ties(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        node: &Node,
        claims: BTreeMap<String, Evidence>,
    ) -> Result<(), StoreError> {
        let mut wanted: BTreeSet<(NodeId, Evidence)> = BTreeSet::new();
        for (key, evidence) in claims {
            let other = match node.side {
                Side::Person => self.address_node(tx, rules, &key, None)?,
                Side::Organisation => {
                    let name = key.split_once(':').map_or(key.as_str(), |it| it.1);
                    self.match_node(tx, &key, name)?
                }
            };
            wanted.insert((other.id, evidence));
        }
        for edge in tx.edges_touching(&[node.id])? {
            let other = if edge.a == node.id { edge.b } else { edge.a };
            let found = edge.by == FOUND && edge.stance == Stance::Link;
            let named = matches!(edge.evidence, Evidence::SameName { .. });
            if found && !named && !wanted.contains(&(other, edge.evidence.clone())) {
                tx.drop_edge(&edge)?;
                self.touch(other);
            }
        }
        for (other, evidence) in wanted {
            let edge = Edge {
                a: node.id,
                b: other,
                evidence,
                stance: Stance::Link,
                by: FOUND.to_owned(),
                at: Millis(0),
            };
            tx.put_edge(&edge)?;
        }
        self.touch(node.id);
        Ok(())
    }

    /// A contact or organisation is gone at its source: what it said counts no
    /// more, what the user said stays.
    pub(crate) fn source_gone(
        &mut self,
        tx: &mut Tx<'_>,
        place: &Place<'_>,
        handle: &Handle,
    ) -> Result<(), StoreError> {
        let to = ItemRef {
            collection: place.collection.clone(),
            handle: handle.clone(),
        };
        let Some(node) = tx.node_by_key(&item_key(place.account, &to))? else {
            return Ok(());
        };
        for edge in tx.edges_touching(&[node.id])? {
            if edge.by == FOUND {
                tx.drop_edge(&edge)?;
                self.touch(if edge.a == node.id { edge.b } else { edge.a });
            }
        }
        tx.put_node(&Node {
            item: None,
            ..node.clone()
        })?;
        self.touch(node.id);
        self.wrote = true;
        Ok(())
    }
}

/// The address without the kind in front.
pub(super) fn bare(key: &str) -> &str {
    key.split_once(':').map_or(key, |it| it.1)
}

fn contact_claims(it: &Contact, rules: &Rules) -> BTreeMap<String, Evidence> {
    it.addresses
        .iter()
        .filter_map(|address| contact_claim(address, rules))
        .collect()
}

fn contact_claim(address: &Address, rules: &Rules) -> Option<Claim> {
    let key = address_key(address, rules.region.as_deref())?;
    let value = bare(&key).to_owned();
    let evidence = match address.kind {
        AddressKind::Email => Evidence::SameEmail { address: value },
        AddressKind::Phone => Evidence::SamePhone { number: value },
        AddressKind::Matrix => Evidence::SameMatrix { user: value },
        AddressKind::Url | AddressKind::Other => return None,
    };
    Some((key, evidence))
}

/// What joins companies: the tax id, the domain, and the customer number with
/// the name (a number alone means something else in every system).
fn organisation_claims(it: &Organisation, rules: &Rules) -> BTreeMap<String, Evidence> {
    let mut out = BTreeMap::new();
    if let Some(tax_id) = it.tax_id.as_deref().and_then(tax_id) {
        out.insert(format!("tax:{tax_id}"), Evidence::SameTaxId { tax_id });
    }
    if !it.own {
        for address in &it.addresses {
            if matches!(address.kind, AddressKind::Email | AddressKind::Url)
                && let Some(domain) = rules.company(&address.value)
            {
                out.insert(format!("domain:{domain}"), Evidence::SameDomain { domain });
            }
        }
    }
    let name = name_key(&it.name);
    if let Some(number) = it
        .number
        .as_deref()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        && !name.is_empty()
    {
        let number = number.to_uppercase();
        out.insert(
            format!("number:{number}|{name}"),
            Evidence::SameNumber { number },
        );
    }
    out
}
