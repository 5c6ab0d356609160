//! People: the list, one with every handle and its evidence, suggestions.

use std::collections::BTreeMap;

use rapport_model::{AccountId, Body, ItemId, Kind, Millis, OrgId, PersonId};
use rusqlite::{OptionalExtension as _, params};

use super::common::{Names, contains, limit};
use super::rows::{Belongs, EvidenceRow, HandleRow, PersonPage, PersonRow, SuggestionRow};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::body;
use crate::table::people::{Evidence, Node, NodeId, Stance};

impl Reader<'_> {
    /// Whose page shows an item: a contact row, or one of a company.
    ///
    /// # Errors
    /// It is not here, or the database cannot be read.
    pub fn belongs(&self, item: ItemId) -> Result<Belongs, StoreError> {
        self.conn
            .prepare_cached("SELECT person, org FROM item WHERE id = ?1")?
            .query_row(params![item.0], |row| {
                Ok(Belongs {
                    person: row.get::<_, Option<i64>>(0)?.map(PersonId),
                    customer: row.get::<_, Option<i64>>(1)?.map(OrgId),
                })
            })
            .optional()?
            .ok_or_else(|| StoreError::missing(format!("item {item}")))
    }

    /// People by latest message; of one customer when named.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn people(
        &self,
        name: Option<&str>,
        org: Option<OrgId>,
        most: Option<u32>,
        offset: u32,
    ) -> Result<Vec<PersonRow>, StoreError> {
        let most = limit(most, 200);
        let mut found = self.people_heard(name, org, most, offset)?;
        let size = |of: &[_]| u32::try_from(of.len()).unwrap_or(u32::MAX);
        let left = most.saturating_sub(size(&found));
        if left > 0 {
            // Those without a message come behind, by name.
            let passed = if found.is_empty() && offset > 0 {
                offset.saturating_sub(size(&self.people_heard(name, org, u32::MAX, 0)?))
            } else {
                0
            };
            found.extend(self.people_silent(name, org, left, passed)?);
        }
        let names = Names::new(self);
        found
            .into_iter()
            .map(|(id, last)| {
                let last = (last > 0).then_some(Millis(last >> 20));
                self.person_row(&names, id, last)
            })
            .collect()
    }

    /// People with a message, by the newest of theirs. No two share one, and nothing
    /// but two small indexes is read when no name is asked for.
    fn people_heard(
        &self,
        name: Option<&str>,
        org: Option<OrgId>,
        most: u32,
        offset: u32,
    ) -> Result<Vec<(PersonId, i64)>, StoreError> {
        self.people_by(
            "SELECT p.id, h.last_item FROM person p JOIN heard h ON h.person = p.id",
            "h.last_item DESC",
            (name, org),
            (most, offset),
        )
    }

    /// People without a message, by name.
    fn people_silent(
        &self,
        name: Option<&str>,
        org: Option<OrgId>,
        most: u32,
        offset: u32,
    ) -> Result<Vec<(PersonId, i64)>, StoreError> {
        self.people_by(
            "SELECT p.id, 0 FROM (SELECT * FROM person s \
             WHERE NOT EXISTS (SELECT 1 FROM heard h WHERE h.person = s.id)) p",
            "p.name, p.id",
            (name, org),
            (most, offset),
        )
    }

    fn people_by(
        &self,
        from: &str,
        order: &str,
        (name, org): (Option<&str>, Option<OrgId>),
        (most, offset): (u32, u32),
    ) -> Result<Vec<(PersonId, i64)>, StoreError> {
        // One condition a question: an OR over both would look at everybody.
        let whom = if org.is_some() {
            "p.org = ?2"
        } else {
            "?2 IS NULL"
        };
        let named = if name.is_some() {
            "p.name LIKE ?1 ESCAPE '\\'"
        } else {
            "?1 IS NULL"
        };
        let mut statement = self.conn.prepare_cached(&format!(
            "{from} WHERE {whom} AND {named} ORDER BY {order} LIMIT ?3 OFFSET ?4"
        ))?;
        let rows = statement.query_map(
            params![name.map(contains), org.map(|org| org.0), most, offset],
            |row| Ok((PersonId(row.get(0)?), row.get(1)?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn person_row(
        &self,
        names: &Names<'_>,
        id: PersonId,
        last_at: Option<Millis>,
    ) -> Result<PersonRow, StoreError> {
        let shown = self
            .person(id)?
            .ok_or_else(|| StoreError::missing(format!("person {id}")))?;
        let mut row = PersonRow {
            id,
            name: shown.name,
            role: None,
            customer: shown.org,
            customer_name: names.org(shown.org)?,
            addresses: Vec::new(),
            last_at,
            staff: false,
        };
        for node in self.nodes_of_person(id)? {
            if let Some((_, address)) = node.key.split_once(':')
                && node.item.is_none()
            {
                row.addresses.push(address.to_owned());
            }
            let Some(item) = node.item else { continue };
            // Its body alone: the row of the item lies a page away.
            if let Some(text) = self.body_text(Kind::Contact, item)?
                && let Body::Contact(contact) = body::decode(Kind::Contact, &text)?
            {
                row.role = row.role.or(contact.role);
                row.staff |= contact.staff || contact.me;
                row.addresses
                    .extend(contact.addresses.into_iter().map(|it| it.value));
            }
        }
        row.addresses.sort();
        // The same number as a source writes it and as it is compared: the written one stays.
        row.addresses.dedup_by_key(|address| plain(address));
        Ok(row)
    }

    /// Whether a person is a colleague, or the user, by any of their rows.
    pub(crate) fn is_staff(&self, id: PersonId) -> Result<bool, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM node n JOIN contact c ON c.item = n.item \
             WHERE n.person = ?1 AND (c.staff = 1 OR c.me = 1))",
        )?;
        Ok(statement.query_row([id.0], |row| row.get(0))?)
    }

    /// One person with every handle and what joins them.
    ///
    /// # Errors
    /// There is no such person, or the database cannot be read.
    pub fn person_page(&self, id: PersonId) -> Result<PersonPage, StoreError> {
        let names = Names::new(self);
        let recent = self.messages_of_person(id, 20)?;
        let person = self.person_row(&names, id, recent.first().map(|id| Millis(id.0 >> 20)))?;
        let (handles, evidence) = self.joined(self.nodes_of_person(id)?)?;
        Ok(PersonPage {
            person,
            handles,
            evidence,
            recent: self.timeline_rows(&recent)?,
        })
    }

    /// Nodes as handles, and what joins them with each other and with others.
    pub(crate) fn joined(
        &self,
        nodes: Vec<Node>,
    ) -> Result<(Vec<HandleRow>, Vec<EvidenceRow>), StoreError> {
        let mut handles = Vec::new();
        for node in &nodes {
            handles.push(self.handle_row(node)?);
        }
        let ids: Vec<NodeId> = nodes.iter().map(|node| node.id).collect();
        let mut keys: BTreeMap<NodeId, String> =
            nodes.into_iter().map(|node| (node.id, node.key)).collect();
        let mut evidence = Vec::new();
        for edge in self.edges_touching(&ids)? {
            for end in [edge.a, edge.b] {
                if let std::collections::btree_map::Entry::Vacant(free) = keys.entry(end)
                    && let Some(node) = self.node(end)?
                {
                    free.insert(node.key);
                }
            }
            let key = |end: NodeId| keys.get(&end).cloned().unwrap_or_default();
            evidence.push(EvidenceRow {
                a: key(edge.a),
                b: key(edge.b),
                why: why(&edge.evidence),
                stance: stance(edge.stance).to_owned(),
                at: edge.at,
            });
        }
        Ok((handles, evidence))
    }

    fn handle_row(&self, node: &Node) -> Result<HandleRow, StoreError> {
        let stored = match node.item {
            Some(item) => self.stored(item)?,
            None => None,
        };
        let account: Option<AccountId> = stored.as_ref().map(|it| it.account.clone());
        let addresses = match stored.map(|it| it.item.body) {
            Some(Body::Contact(contact)) => contact.addresses,
            _ => Vec::new(),
        };
        Ok(HandleRow {
            key: node.key.clone(),
            name: node.name.clone(),
            item: node.item,
            account,
            addresses,
        })
    }

    fn messages_of_person(&self, id: PersonId, most: u32) -> Result<Vec<ItemId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM item WHERE person = ?1 AND kind = 2 ORDER BY id DESC LIMIT ?2",
        )?;
        let rows = statement.query_map(params![id.0, most], |row| Ok(ItemId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Pairs that may be the same person and are not joined yet.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn suggestions(&self, most: Option<u32>) -> Result<Vec<SuggestionRow>, StoreError> {
        let names = Names::new(self);
        let mut out: Vec<SuggestionRow> = Vec::new();
        for edge in self.edges_with(Stance::Suggest, limit(most, 100))? {
            let person =
                |end: NodeId| Ok::<_, StoreError>(self.node(end)?.and_then(|it| it.person));
            let (Some(a), Some(b)) = (person(edge.a)?, person(edge.b)?) else {
                continue;
            };
            let known = |row: &SuggestionRow| {
                (row.a.id, row.b.id) == (a, b) || (row.a.id, row.b.id) == (b, a)
            };
            if a == b || out.iter().any(known) {
                continue;
            }
            out.push(SuggestionRow {
                a: self.person_row(&names, a, None)?,
                b: self.person_row(&names, b, None)?,
                why: why(&edge.evidence),
            });
        }
        Ok(out)
    }
}

/// An address without what people put in for the eye.
fn plain(address: &str) -> String {
    let kept = |c: &char| !matches!(c, ' ' | '-' | '(' | ')' | '/' | '.');
    if address.starts_with('+') {
        address.chars().filter(kept).collect()
    } else {
        address.to_lowercase()
    }
}

const fn stance(stance: Stance) -> &'static str {
    match stance {
        Stance::Link => "link",
        Stance::Apart => "apart",
        Stance::Suggest => "suggest",
    }
}

/// The evidence in plain words.
fn why(evidence: &Evidence) -> String {
    match evidence {
        Evidence::SameEmail { address } => format!("same mail address {address}"),
        Evidence::SamePhone { number } => format!("same phone number {number}"),
        Evidence::SameMatrix { user } => format!("same chat user {user}"),
        Evidence::SameTaxId { tax_id } => format!("same tax id {tax_id}"),
        Evidence::SameNumber { number } => format!("same customer number {number}"),
        Evidence::SameDomain { domain } => format!("same domain {domain}"),
        Evidence::SourceSays { field, .. } => format!("the source says so in its field {field}"),
        Evidence::NameAndCompany { name, company } => {
            format!("same name {name} and same company {company}")
        }
        Evidence::SameName { name } => format!("same name {name}"),
        Evidence::UserSays => "said by you".to_owned(),
    }
}

/// Who the user is, over all sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// What the user is called; empty when no source says.
    pub name: String,
    /// The user's own addresses.
    pub addresses: Vec<String>,
    /// The user's own company.
    pub company: Option<String>,
}

impl Reader<'_> {
    /// Who the user is: the contact that a source marks as its own user, else the
    /// person behind the address the user signed in with.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn whose(&self) -> Result<Whose, StoreError> {
        let mut out = Whose::default();
        let mut employer = None;
        let mut statement = self
            .conn
            .prepare_cached("SELECT body FROM contact WHERE me = 1 ORDER BY item LIMIT 20")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let contact: rapport_model::Contact = super::common::body_at(row, 0)?;
            if out.name.is_empty() {
                out.name = contact.name;
            }
            employer = employer.or(contact.organisation_name);
            out.addresses
                .extend(contact.addresses.into_iter().map(|it| it.value));
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT value FROM setting WHERE key LIKE 'account.user.%' ORDER BY key",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Ok(user) = serde_json::from_str::<String>(&row.get::<_, String>(0)?) {
                out.addresses.push(user);
            }
        }
        out.addresses.extend(self.own_addresses()?);
        out.addresses.retain(|it| !it.trim().is_empty());
        let mut seen = std::collections::BTreeSet::new();
        out.addresses.retain(|it| seen.insert(plain(it)));
        for address in &out.addresses {
            if !out.name.is_empty() && employer.is_some() {
                break;
            }
            let kind = if address.starts_with('@') {
                "matrix"
            } else {
                "email"
            };
            let key = format!("{kind}:{}", address.to_lowercase());
            let Some(person) = self.node_by_key(&key)?.and_then(|it| it.person) else {
                continue;
            };
            if out.name.is_empty()
                && let Some(person) = self.person(person)?
            {
                out.name = person.name;
            }
            for node in self.nodes_of_person(person)? {
                if let Some(item) = node.item
                    && let Some(stored) = self.stored(item)?
                    && let Body::Contact(contact) = stored.item.body
                {
                    employer = employer.or(contact.organisation_name);
                }
            }
        }
        out.company = self
            .conn
            .prepare_cached(
                "SELECT i.title FROM organisation o JOIN item i ON i.id = o.item \
                 WHERE o.own = 1 ORDER BY o.item LIMIT 1",
            )?
            .query_row([], |row| row.get(0))
            .optional()?
            .or(employer);
        Ok(out)
    }

    /// The addresses the user named in an account's form.
    fn own_addresses(&self) -> Result<Vec<String>, StoreError> {
        Ok(self
            .accounts()?
            .into_iter()
            .filter_map(|it| {
                it.config
                    .get("own")
                    .and_then(|it| it.as_str().map(str::to_owned))
            })
            .flat_map(|own| {
                own.split(',')
                    .map(|it| it.trim().to_owned())
                    .collect::<Vec<_>>()
            })
            .collect())
    }
}
