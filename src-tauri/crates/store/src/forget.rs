//! Forgetting: an account or a person leaves with rows, index, raw forms and
//! journal. What would be lost is listed first, and only the list decides.

use std::collections::{BTreeMap, BTreeSet};

use rapport_model::account::LOCAL;
use rapport_model::{AccountId, CommandId, ItemId, Kind, OrgId, PersonId};
use rusqlite::{OptionalExtension, params};

use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::table::item::{LOCAL_ONLY, kind_at, links_at};
use crate::table::people::NodeId;
use crate::topic::Topic;

/// What goes, or went, with an account or person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Items here that their source still has, by kind.
    pub items: BTreeMap<Kind, u64>,
    /// Items of this computer's own, by kind: lost for good.
    pub only_here: BTreeMap<Kind, u64>,
    /// Wishes that never reached their source: lost for good.
    pub unsent: Vec<Unsent>,
    /// Drafts: lost for good.
    pub drafts: u64,
    /// Rows of history: lost for good.
    pub journal: u64,
    /// Handles and the claims that join them.
    pub nodes: u64,
}

/// A wish that never reached its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// Which.
    pub id: CommandId,
    /// What it would do: `send`, `set_fields`, ...
    pub word: String,
    /// Where it stands.
    pub state: String,
    /// What it is about, in the user's own words.
    pub title: String,
}

impl Loss {
    /// Whether nothing goes that could not be fetched again.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        self.only_here.is_empty() && self.unsent.is_empty() && self.drafts == 0
    }
}

/// Whose items: a condition on the table `item` named `i`, with one parameter.
#[derive(Clone, Copy)]
struct Whose {
    condition: &'static str,
    of: i64,
    /// A condition on the outbox named `o`, with the same parameter.
    outbox: &'static str,
}

const fn of_account(of: i64) -> Whose {
    Whose {
        condition: "i.account = ?1",
        of,
        outbox: "o.account = ?1",
    }
}

const fn of_person(of: i64) -> Whose {
    Whose {
        condition: "i.person = ?1",
        of,
        outbox: "o.item IN (SELECT id FROM item WHERE person = ?1)",
    }
}

impl Reader<'_> {
    /// What would go with an account.
    pub fn loss_of_account(&self, account: &AccountId) -> Result<Loss, StoreError> {
        let row = self.account_row(account)?;
        let mut loss = self.loss(of_account(row))?;
        loss.journal = self.count(
            "SELECT count(*) FROM journal WHERE collection IN \
             (SELECT id FROM collection WHERE account = ?1)",
            row,
        )?;
        loss.nodes = self.count(
            "SELECT count(*) FROM node WHERE item IN (SELECT id FROM item WHERE account = ?1)",
            row,
        )?;
        Ok(loss)
    }

    /// What would go with a person.
    pub fn loss_of_person(&self, person: PersonId) -> Result<Loss, StoreError> {
        let mut loss = self.loss(of_person(person.0))?;
        loss.journal = self.count(
            "SELECT count(*) FROM journal WHERE item IN (SELECT id FROM item WHERE person = ?1)",
            person.0,
        )?;
        loss.nodes = self.count("SELECT count(*) FROM node WHERE person = ?1", person.0)?;
        Ok(loss)
    }

    /// The persons and organisations that an account's items belong to.
    pub fn belonging_to_account(
        &self,
        account: &AccountId,
    ) -> Result<(BTreeSet<PersonId>, BTreeSet<OrgId>), StoreError> {
        let row = self.account_row(account)?;
        let persons = self.numbers("SELECT DISTINCT person FROM item WHERE account = ?1", row)?;
        let orgs = self.numbers("SELECT DISTINCT org FROM item WHERE account = ?1", row)?;
        Ok((
            persons.into_iter().map(PersonId).collect(),
            orgs.into_iter().map(OrgId).collect(),
        ))
    }

    /// The organisations that a person's items belong to.
    pub fn orgs_beside_person(&self, person: PersonId) -> Result<BTreeSet<OrgId>, StoreError> {
        let orgs = self.numbers("SELECT DISTINCT org FROM item WHERE person = ?1", person.0)?;
        Ok(orgs.into_iter().map(OrgId).collect())
    }

    /// The handles whose key begins with `prefix`.
    pub fn nodes_below(&self, prefix: &str) -> Result<Vec<NodeId>, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT id FROM node WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 \
             AND key < ?1 || char(1114111) ORDER BY id",
        )?;
        let rows = statement.query_map([prefix], |row| row.get(0).map(NodeId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The numbers a query finds, without the empty ones.
    fn numbers(&self, sql: &str, of: i64) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.conn.prepare(sql)?;
        let rows = statement.query_map([of], |row| row.get::<_, Option<i64>>(0))?;
        let all: Vec<Option<i64>> = rows.collect::<Result<_, _>>()?;
        Ok(all.into_iter().flatten().collect())
    }

    fn loss(&self, whose: Whose) -> Result<Loss, StoreError> {
        let Whose {
            condition,
            of,
            outbox,
        } = whose;
        // What has not reached its source yet is listed by its wish.
        let counted = |whose: &str| -> Result<BTreeMap<Kind, u64>, StoreError> {
            let mut statement = self.conn.prepare(&format!(
                "SELECT i.kind, count(*) FROM item i WHERE {condition} AND i.flags & ?2 = 0 \
                 AND i.account {whose} (SELECT id FROM account WHERE connector = ?3) \
                 GROUP BY i.kind"
            ))?;
            let rows = statement.query_map(params![of, LOCAL_ONLY, LOCAL], |row| {
                Ok((kind_at(row, 0)?, row.get(1)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let (items, only_here) = (counted("NOT IN")?, counted("IN")?);
        let mut statement = self.conn.prepare(&format!(
            "SELECT o.id FROM outbox o \
             WHERE {outbox} AND o.state NOT IN ('done', 'withdrawn') ORDER BY o.seq"
        ))?;
        let unsent: Vec<CommandId> = statement
            .query_map([of], |row| row.get(0).map(CommandId))?
            .collect::<Result<_, _>>()?;
        let unsent = self
            .outbox_by_id(&unsent)?
            .into_iter()
            .map(|row| Unsent {
                id: row.id,
                word: row.does,
                state: row.state,
                title: row.wish.about(),
            })
            .collect();
        let drafts = self.count(
            &format!(
                "SELECT count(*) FROM draft WHERE conversation IN \
                 (SELECT i.id FROM item i WHERE {condition})"
            ),
            of,
        )?;
        Ok(Loss {
            items,
            only_here,
            unsent,
            drafts,
            journal: 0,
            nodes: 0,
        })
    }

    fn count(&self, sql: &str, of: i64) -> Result<u64, StoreError> {
        Ok(self.conn.query_row(sql, [of], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Removes an account with everything that came from it. Secrets and the
    /// private folder are the caller's. Answers what went.
    pub fn remove_account(&mut self, account: &AccountId) -> Result<Loss, StoreError> {
        let row = self.account_row(account)?;
        let loss = self.loss_of_account(account)?;
        self.erase_items(of_account(row))?;
        for sql in [
            "DELETE FROM journal WHERE collection IN (SELECT id FROM collection WHERE account = ?1)",
            "DELETE FROM patch WHERE collection IN (SELECT id FROM collection WHERE account = ?1)",
            "DELETE FROM gap WHERE collection IN (SELECT id FROM collection WHERE account = ?1)",
            "DELETE FROM poison WHERE collection IN (SELECT id FROM collection WHERE account = ?1)",
            "DELETE FROM outbox WHERE account = ?1",
            "DELETE FROM collection WHERE account = ?1",
            "DELETE FROM account WHERE id = ?1",
        ] {
            self.conn.execute(sql, [row])?;
        }
        // Handles are numbered anew when the account comes back; what was
        // known of places is void.
        self.names.borrow_mut().clear();
        self.everything_touched();
        self.topic(Topic::Account(account.clone()));
        Ok(loss)
    }

    /// Erases a person: what they said, their rows, their handles. A source
    /// that still has them will bring them back with the next full listing;
    /// that is said in the list the user confirms.
    pub fn forget_person(&mut self, person: PersonId) -> Result<Loss, StoreError> {
        let loss = self.loss_of_person(person)?;
        let conversations: Vec<ItemId> = {
            let mut statement = self.conn.prepare(
                "SELECT DISTINCT conversation FROM item \
                 WHERE person = ?1 AND conversation IS NOT NULL",
            )?;
            let rows = statement.query_map([person.0], |row| row.get(0).map(ItemId))?;
            rows.collect::<Result<_, _>>()?
        };
        self.conn.execute(
            "DELETE FROM outbox WHERE item IN (SELECT id FROM item WHERE person = ?1)",
            [person.0],
        )?;
        self.conn.execute(
            "DELETE FROM journal WHERE item IN (SELECT id FROM item WHERE person = ?1)",
            [person.0],
        )?;
        self.erase_items(of_person(person.0))?;
        for sql in [
            "DELETE FROM signal WHERE person = ?1",
            "DELETE FROM node WHERE person = ?1",
            "DELETE FROM person WHERE id = ?1",
        ] {
            self.conn.execute(sql, [person.0])?;
        }
        for conversation in conversations {
            self.recount(conversation);
        }
        self.everything_touched();
        self.topic(Topic::Person(person));
        Ok(loss)
    }

    /// Erases items with what hangs on them: index, raw, drafts, signals,
    /// notifications, handles.
    fn erase_items(&mut self, whose: Whose) -> Result<(), StoreError> {
        let Whose { condition, of, .. } = whose;
        let ids = format!("(SELECT i.id FROM item i WHERE {condition})");
        for sql in [
            format!("DELETE FROM draft_version WHERE conversation IN {ids}"),
            format!("DELETE FROM draft WHERE conversation IN {ids}"),
            format!("DELETE FROM signal WHERE item IN {ids}"),
            format!("DELETE FROM notification WHERE item IN {ids}"),
            format!("DELETE FROM node WHERE item IN {ids}"),
        ] {
            self.conn.execute(&sql, [of])?;
        }
        let mut next = self.conn.prepare(&format!(
            "SELECT i.id, i.collection, i.kind, i.org, i.person, i.conversation, i.flags FROM item i \
             WHERE {condition} AND i.id > ?2 ORDER BY i.id LIMIT 1"
        ))?;
        let mut last = i64::MIN;
        // One at a time: rows leave while this walks, and a list of a million
        // ids is not wanted in memory.
        while let Some((id, collection, kind, links)) = next
            .query_row(params![of, last], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, i64>(1)?,
                    kind_at(row, 2)?,
                    links_at(row, 3)?,
                ))
            })
            .optional()?
        {
            last = id;
            if let Some(person) = links.person {
                self.heard_anew(person);
            }
            if kind == Kind::Conversation {
                self.talk_moves(ItemId(id))?;
            }
            self.said(ItemId(id), kind, &links, -1);
            self.unindex(ItemId(id))?;
            self.conn
                .prepare_cached("DELETE FROM item WHERE id = ?1")?
                .execute([id])?;
            if links.flags & LOCAL_ONLY == 0 {
                self.counted(collection, -1, None);
            }
        }
        Ok(())
    }

    fn everything_touched(&mut self) {
        for topic in [
            Topic::Inbox,
            Topic::People,
            Topic::Tasks,
            Topic::Calendar,
            Topic::Records,
            Topic::Outbox,
            Topic::Drafts,
            Topic::Notifications,
            Topic::Signals,
            Topic::Search,
        ] {
            self.topic(topic);
        }
    }
}
