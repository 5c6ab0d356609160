//! People: handles (nodes) joined by evidence (edges). Source rows are never
//! altered by a merge; taking the edge away gives the old view back.

use std::collections::BTreeMap;

use rapport_model::{ItemId, Millis, OrgId, PersonId};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::topic::Topic;

/// The steps of these tables.
pub const SCHEMA: &[Migration] = &[
    Migration {
    name: "2026_11_21_0950 people",
    older_may_open: false,
    sql: "
CREATE TABLE node (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- the smallest of a set names the person; never used twice
  key TEXT NOT NULL UNIQUE, -- item:<account>/<collection>/<handle>, email:<norm>, phone:+E164, matrix:@...
  side INTEGER NOT NULL, -- 0 person, 1 organisation
  item INTEGER REFERENCES item(id) ON DELETE SET NULL, -- the contact or organisation row it stands for
  name TEXT NOT NULL, -- what it is called
  person INTEGER, -- the person it is part of
  org INTEGER -- the organisation it is part of, or that its person works for
) STRICT;
CREATE INDEX node_item ON node (item) WHERE item IS NOT NULL;
CREATE INDEX node_person ON node (person) WHERE person IS NOT NULL;
CREATE INDEX node_org ON node (org) WHERE org IS NOT NULL;
CREATE TABLE edge (
  id INTEGER PRIMARY KEY, -- nothing but a row number
  a INTEGER NOT NULL REFERENCES node(id) ON DELETE CASCADE, -- the node with the smaller id
  b INTEGER NOT NULL REFERENCES node(id) ON DELETE CASCADE, -- the other node
  evidence TEXT NOT NULL, -- JSON of Evidence: why
  stance INTEGER NOT NULL, -- 0 link, 1 apart, 2 suggest
  by TEXT NOT NULL, -- who says so: remote, me, rule
  at INTEGER NOT NULL, -- since when
  UNIQUE (a, b, evidence)
) STRICT;
CREATE INDEX edge_b ON edge (b);
CREATE INDEX edge_stance ON edge (stance) WHERE stance <> 0;
CREATE TABLE person (
  id INTEGER PRIMARY KEY, -- smallest node id of the set
  name TEXT NOT NULL, -- shown name
  org INTEGER, -- the organisation shown with it
  detail TEXT NOT NULL -- JSON of counts and whatever else the list shows
) STRICT;
CREATE INDEX person_name ON person (name);
CREATE TABLE org (
  id INTEGER PRIMARY KEY, -- smallest node id of the set
  name TEXT NOT NULL, -- shown name
  detail TEXT NOT NULL -- JSON of counts and whatever else the list shows
) STRICT;
CREATE INDEX org_name ON org (name);
",
},
    Migration {
        name: "2026_11_26_1746 heard",
        older_may_open: false,
        sql: "
CREATE TABLE heard (
  person INTEGER PRIMARY KEY, -- a person with messages
  last_item INTEGER NOT NULL -- the newest of them
) STRICT;
INSERT INTO heard SELECT person, max(id) FROM item
  WHERE person IS NOT NULL AND kind = 2 GROUP BY person;
",
    },
    Migration {
        name: "2026_11_26_1747 people",
        older_may_open: true,
        sql: "
-- The few rows of a company itself lie apart from the thousands of its people.
DROP INDEX node_org;
CREATE INDEX node_org ON node (org, side) WHERE org IS NOT NULL;
",
    },
];

/// A handle that may be joined with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub i64);

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A human being.
    Person,
    /// A company.
    Organisation,
}

/// A handle: a row of a source, or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Node {
    /// Its id; 0 for one that is to be put.
    pub id: NodeId,
    /// `item:<account>/<collection>/<handle>`, `email:<norm>`, `phone:+E164`,
    /// `matrix:@...`.
    pub key: String,
    /// What it stands for.
    pub side: Side,
    /// The row it stands for.
    pub item: Option<ItemId>,
    /// What it is called.
    pub name: String,
    /// The person it is part of; set by [`Tx::set_person`].
    pub person: Option<PersonId>,
    /// The organisation it belongs to; set by [`Tx::set_org`].
    pub org: Option<OrgId>,
}

impl Node {
    /// A node to be put.
    pub fn new(key: impl Into<String>, side: Side, name: impl Into<String>) -> Self {
        Self {
            id: NodeId(0),
            key: key.into(),
            side,
            item: None,
            name: name.into(),
            person: None,
            org: None,
        }
    }
}

/// Why two nodes may be the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Evidence {
    /// The same normalised mail address.
    SameEmail {
        /// The address.
        address: String,
    },
    /// The same number in E.164.
    SamePhone {
        /// The number.
        number: String,
    },
    /// The same Matrix user.
    SameMatrix {
        /// The user id.
        user: String,
    },
    /// The same tax identifier.
    SameTaxId {
        /// The identifier.
        tax_id: String,
    },
    /// The same customer number.
    SameNumber {
        /// The number.
        number: String,
    },
    /// The same company domain.
    SameDomain {
        /// The domain.
        domain: String,
    },
    /// A row of a source says it itself.
    SourceSays {
        /// The row.
        item: ItemId,
        /// In which field.
        field: String,
    },
    /// Similar names at the same company.
    NameAndCompany {
        /// The name both have.
        name: String,
        /// The company or domain both have.
        company: String,
    },
    /// Similar names and nothing else.
    SameName {
        /// The name both have.
        name: String,
    },
    /// The user said so.
    UserSays,
}

/// What an edge says about its two nodes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// They are the same.
    Link,
    /// They are not, whatever else says so.
    Apart,
    /// They may be; the user decides.
    Suggest,
}

/// A claim about two nodes, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    /// One node.
    pub a: NodeId,
    /// The other one. The order does not matter.
    pub b: NodeId,
    /// Why.
    pub evidence: Evidence,
    /// What it says.
    pub stance: Stance,
    /// Who says so: `remote`, `me`, `rule`.
    pub by: String,
    /// Since when.
    pub at: Millis,
}

/// What lists show of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Who.
    pub id: PersonId,
    /// Shown name.
    pub name: String,
    /// The organisation shown with it.
    pub org: Option<OrgId>,
    /// Counts and whatever else the list shows.
    pub detail: serde_json::Value,
}

/// What lists show of an organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrgRow {
    /// Which.
    pub id: OrgId,
    /// Shown name.
    pub name: String,
    /// Counts and whatever else the list shows.
    pub detail: serde_json::Value,
}

const NODE: &str = "SELECT id, key, side, item, name, person, org FROM node";
const EDGE: &str = "SELECT a, b, evidence, stance, by, at FROM edge";

fn node(row: &Row<'_>) -> rusqlite::Result<Node> {
    Ok(Node {
        id: NodeId(row.get(0)?),
        key: row.get(1)?,
        side: if row.get::<_, i64>(2)? == 1 {
            Side::Organisation
        } else {
            Side::Person
        },
        item: row.get::<_, Option<i64>>(3)?.map(ItemId),
        name: row.get(4)?,
        person: row.get::<_, Option<i64>>(5)?.map(PersonId),
        org: row.get::<_, Option<i64>>(6)?.map(OrgId),
    })
}

fn edge(row: &Row<'_>) -> Result<Edge, StoreError> {
    Ok(Edge {
        a: NodeId(row.get(0)?),
        b: NodeId(row.get(1)?),
        evidence: serde_json::from_str(&row.get::<_, String>(2)?)?,
        stance: match row.get::<_, i64>(3)? {
            0 => Stance::Link,
            1 => Stance::Apart,
            _ => Stance::Suggest,
        },
        by: row.get(4)?,
        at: Millis(row.get(5)?),
    })
}

const fn stance_code(stance: Stance) -> i64 {
    match stance {
        Stance::Link => 0,
        Stance::Apart => 1,
        Stance::Suggest => 2,
    }
}

impl Reader<'_> {
    /// The node with that id.
    pub fn node(&self, id: NodeId) -> Result<Option<Node>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{NODE} WHERE id = ?1"))?;
        Ok(statement.query_row([id.0], node).optional()?)
    }

    /// The node with that key.
    pub fn node_by_key(&self, key: &str) -> Result<Option<Node>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{NODE} WHERE key = ?1"))?;
        Ok(statement.query_row([key], node).optional()?)
    }

    /// The nodes that stand for an item.
    pub fn nodes_of_item(&self, item: ItemId) -> Result<Vec<Node>, StoreError> {
        self.nodes_where("item = ?1", item.0)
    }

    /// The nodes of a person.
    pub fn nodes_of_person(&self, person: PersonId) -> Result<Vec<Node>, StoreError> {
        self.nodes_where("person = ?1", person.0)
    }

    /// The nodes of an organisation, those of its people among them.
    pub fn nodes_of_org(&self, org: OrgId) -> Result<Vec<Node>, StoreError> {
        self.nodes_where("org = ?1", org.0)
    }

    fn nodes_where(&self, condition: &str, of: i64) -> Result<Vec<Node>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{NODE} WHERE {condition} ORDER BY id"))?;
        let rows = statement.query_map([of], node)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every edge with an end in `nodes`, each once.
    pub fn edges_touching(&self, nodes: &[NodeId]) -> Result<Vec<Edge>, StoreError> {
        let mut found = BTreeMap::new();
        for side in ["a = ?1", "b = ?1"] {
            let mut statement = self
                .conn
                .prepare_cached(&format!("{EDGE} WHERE {side} ORDER BY id"))?;
            for id in nodes {
                let mut rows = statement.query([id.0])?;
                while let Some(row) = rows.next()? {
                    let it = edge(row)?;
                    found.insert((it.a, it.b, it.evidence.clone()), it);
                }
            }
        }
        Ok(found.into_values().collect())
    }

    /// Every edge that suggests, or that keeps apart.
    pub fn edges_with(&self, stance: Stance, limit: u32) -> Result<Vec<Edge>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{EDGE} WHERE stance = ?1 ORDER BY at DESC, id DESC LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![stance_code(stance), limit])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(edge(row)?);
        }
        Ok(all)
    }

    /// What lists show of a person.
    pub fn person(&self, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT name, org, detail FROM person WHERE id = ?1")?;
        let mut rows = statement.query([id.0])?;
        rows.next()?
            .map(|row| {
                Ok(PersonRow {
                    id,
                    name: row.get(0)?,
                    org: row.get::<_, Option<i64>>(1)?.map(OrgId),
                    detail: serde_json::from_str(&row.get::<_, String>(2)?)?,
                })
            })
            .transpose()
    }

    /// What lists show of an organisation.
    pub fn org(&self, id: OrgId) -> Result<Option<OrgRow>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT name, detail FROM org WHERE id = ?1")?;
        let mut rows = statement.query([id.0])?;
        rows.next()?
            .map(|row| {
                Ok(OrgRow {
                    id,
                    name: row.get(0)?,
                    detail: serde_json::from_str(&row.get::<_, String>(1)?)?,
                })
            })
            .transpose()
    }
}

impl Tx<'_> {
    /// Adds a node, or refreshes name, side and item of the one with its key.
    /// The person and organisation it belongs to stay.
    pub fn put_node(&mut self, node: &Node) -> Result<NodeId, StoreError> {
        let known = self.node_by_key(&node.key)?;
        if let Some(known) = &known
            && known.side == node.side
            && known.name == node.name
            && known.item == node.item
        {
            return Ok(known.id);
        }
        let id = self
            .conn
            .prepare_cached(
                "INSERT INTO node (key, side, item, name, person, org) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (key) DO UPDATE SET \
                 side = excluded.side, item = excluded.item, name = excluded.name RETURNING id",
            )?
            .query_row(
                params![
                    node.key,
                    i64::from(node.side == Side::Organisation),
                    node.item.map(|it| it.0),
                    node.name,
                    node.person.map(|it| it.0),
                    node.org.map(|it| it.0)
                ],
                |row| row.get(0),
            )?;
        self.topic(Topic::People);
        Ok(NodeId(id))
    }

    /// Removes a node with its edges.
    pub fn drop_node(&mut self, id: NodeId) -> Result<(), StoreError> {
        let changed = self
            .conn
            .prepare_cached("DELETE FROM node WHERE id = ?1")?
            .execute([id.0])?;
        if changed > 0 {
            self.topic(Topic::People);
        }
        Ok(())
    }

    /// Adds a claim, or changes its stance. Answers whether that changed anything.
    pub fn put_edge(&mut self, edge: &Edge) -> Result<bool, StoreError> {
        if edge.a == edge.b {
            return Err(StoreError::Refused(
                "A handle cannot be joined with itself.".to_owned(),
            ));
        }
        let changed = self
            .conn
            .prepare_cached(
                "INSERT INTO edge (a, b, evidence, stance, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                 ON CONFLICT (a, b, evidence) DO UPDATE SET stance = excluded.stance, \
                 by = excluded.by, at = excluded.at \
                 WHERE stance <> excluded.stance OR by <> excluded.by",
            )?
            .execute(params![
                edge.a.min(edge.b).0,
                edge.a.max(edge.b).0,
                serde_json::to_string(&edge.evidence)?,
                stance_code(edge.stance),
                edge.by,
                edge.at.0
            ])?;
        if changed > 0 {
            self.topic(Topic::People);
        }
        Ok(changed > 0)
    }

    /// Takes a claim away: the one with these nodes and this evidence.
    pub fn drop_edge(&mut self, edge: &Edge) -> Result<bool, StoreError> {
        let changed = self
            .conn
            .prepare_cached("DELETE FROM edge WHERE a = ?1 AND b = ?2 AND evidence = ?3")?
            .execute(params![
                edge.a.min(edge.b).0,
                edge.a.max(edge.b).0,
                serde_json::to_string(&edge.evidence)?
            ])?;
        if changed > 0 {
            self.topic(Topic::People);
        }
        Ok(changed > 0)
    }

    /// The person a node is part of.
    pub fn set_person(&mut self, node: NodeId, person: PersonId) -> Result<(), StoreError> {
        let changed = self
            .conn
            .prepare_cached("UPDATE node SET person = ?2 WHERE id = ?1 AND person IS NOT ?2")?
            .execute(params![node.0, person.0])?;
        if changed > 0 {
            self.topic(Topic::People);
            self.topic(Topic::Person(person));
        }
        Ok(())
    }

    /// The organisation a node belongs to.
    pub fn set_org(&mut self, node: NodeId, org: Option<OrgId>) -> Result<(), StoreError> {
        let changed = self
            .conn
            .prepare_cached("UPDATE node SET org = ?2 WHERE id = ?1 AND org IS NOT ?2")?
            .execute(params![node.0, org.map(|it| it.0)])?;
        if changed > 0 {
            self.topic(Topic::People);
            if let Some(org) = org {
                self.topic(Topic::Customer(org));
            }
        }
        Ok(())
    }

    /// Puts what lists show of a person.
    pub fn put_person(&mut self, row: &PersonRow) -> Result<(), StoreError> {
        let changed = self
            .conn
            .prepare_cached(
                "INSERT INTO person (id, name, org, detail) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, org = excluded.org, \
                 detail = excluded.detail WHERE name <> excluded.name \
                 OR org IS NOT excluded.org OR detail <> excluded.detail",
            )?
            .execute(params![
                row.id.0,
                row.name,
                row.org.map(|it| it.0),
                serde_json::to_string(&row.detail)?
            ])?;
        if changed > 0 {
            self.topic(Topic::People);
            self.topic(Topic::Person(row.id));
        }
        Ok(())
    }

    /// The person is no longer one of its own.
    pub fn drop_person(&mut self, id: PersonId) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM person WHERE id = ?1")?
            .execute([id.0])?;
        self.topic(Topic::People);
        self.topic(Topic::Person(id));
        Ok(())
    }

    /// Puts what lists show of an organisation.
    pub fn put_org(&mut self, row: &OrgRow) -> Result<(), StoreError> {
        let changed = self
            .conn
            .prepare_cached(
                "INSERT INTO org (id, name, detail) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, detail = excluded.detail \
                 WHERE name <> excluded.name OR detail <> excluded.detail",
            )?
            .execute(params![
                row.id.0,
                row.name,
                serde_json::to_string(&row.detail)?
            ])?;
        if changed > 0 {
            self.topic(Topic::People);
            self.topic(Topic::Customer(row.id));
        }
        Ok(())
    }

    /// The organisation is no longer one of its own.
    pub fn drop_org(&mut self, id: OrgId) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM org WHERE id = ?1")?
            .execute([id.0])?;
        self.topic(Topic::People);
        self.topic(Topic::Customer(id));
        Ok(())
    }
}
