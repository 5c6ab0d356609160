//! References between items of one account, so that an item that arrives late
//! finds what already points at it.

use rapport_model::{AccountId, Body, CollectionId, Handle, ItemId, ItemRef};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::db::{Migration, Reader};
use crate::error::StoreError;
use crate::hash;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0922 ref",
    older_may_open: false,
    sql: "
CREATE TABLE ref (
  id INTEGER PRIMARY KEY, -- nothing but a row number
  item INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE, -- the item that points
  role TEXT NOT NULL, -- customer, person, owner, parent, about, organisation
  target_key INTEGER NOT NULL, -- 64 bits of a hash of account, collection and handle, for the index
  collection TEXT NOT NULL, -- where it points, in the same account
  handle TEXT NOT NULL -- the handle there, which may not have arrived
) STRICT;
CREATE INDEX ref_item ON ref (item);
CREATE INDEX ref_target ON ref (target_key);
",
}];

/// Every reference of a body with its role.
#[must_use]
pub fn refs_of(body: &Body) -> Vec<(&'static str, &ItemRef)> {
    let mut all = Vec::new();
    match body {
        Body::Conversation(it) => all.extend(it.about.iter().map(|to| ("about", to))),
        Body::Task(it) => all.extend(it.about.iter().map(|to| ("about", to))),
        Body::Event(it) => all.extend(it.about.iter().map(|to| ("about", to))),
        Body::Page(it) => all.extend(it.about.iter().map(|to| ("about", to))),
        Body::Contact(it) => {
            all.extend(it.organisation.iter().map(|to| ("organisation", to)));
        }
        Body::Record(it) => {
            all.extend(it.customer.iter().map(|to| ("customer", to)));
            all.extend(it.person.iter().map(|to| ("person", to)));
            all.extend(it.owner.iter().map(|to| ("owner", to)));
            all.extend(it.parent.iter().map(|to| ("parent", to)));
        }
        Body::Message(_) | Body::Organisation(_) => {}
    }
    all
}

fn target_key(account: i64, to: &ItemRef) -> i64 {
    hash::of(&[
        &account.to_le_bytes(),
        to.collection.as_str().as_bytes(),
        to.handle.as_str().as_bytes(),
    ])
    .key()
}

/// Puts the references of a body; `known` says that older ones may be there.
pub(crate) fn put(
    conn: &Connection,
    account: i64,
    id: ItemId,
    body: &Body,
    known: bool,
) -> Result<(), StoreError> {
    if known {
        conn.prepare_cached("DELETE FROM ref WHERE item = ?1")?
            .execute([id.0])?;
    }
    for (role, to) in refs_of(body) {
        conn.prepare_cached(
            "INSERT INTO ref (item, role, target_key, collection, handle) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            id.0,
            role,
            target_key(account, to),
            to.collection.as_str(),
            to.handle.as_str()
        ])?;
    }
    Ok(())
}

impl Reader<'_> {
    /// The items of `account` that point at `to`, with their roles.
    pub fn refs_to(
        &self,
        account: &AccountId,
        to: &ItemRef,
    ) -> Result<Vec<(ItemId, String)>, StoreError> {
        let mut owners = vec![self.account_row(account)?];
        {
            let mut statement = self.conn.prepare_cached(
                "SELECT id FROM account WHERE json_extract(config, '$.beside') = ?1",
            )?;
            let rows = statement.query_map([account.as_str()], |row| row.get(0))?;
            for owner in rows {
                owners.push(owner?);
            }
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT item, role FROM ref \
             WHERE target_key = ?1 AND collection = ?2 AND handle = ?3 ORDER BY item DESC, role",
        )?;
        let mut all = Vec::new();
        for owner in owners {
            let rows = statement.query_map(
                params![
                    target_key(owner, to),
                    to.collection.as_str(),
                    to.handle.as_str()
                ],
                |row| Ok((ItemId(row.get(0)?), row.get(1)?)),
            )?;
            for row in rows {
                all.push(row?);
            }
        }
        all.sort_by(|one: &(ItemId, String), other| (other.0, &one.1).cmp(&(one.0, &other.1)));
        Ok(all)
    }

    /// The account whose things an account's references also mean. Two accounts
    /// may read parts of one source; its form then names the other one.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn beside(&self, account: &AccountId) -> Result<Option<AccountId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT json_extract(config, '$.beside') FROM account WHERE name = ?1",
        )?;
        let found: Option<Option<String>> = statement
            .query_row([account.as_str()], |row| row.get(0))
            .optional()?;
        Ok(found.flatten().map(AccountId))
    }

    /// Where an item points, with the roles.
    pub fn refs_from(&self, id: ItemId) -> Result<Vec<(String, ItemRef)>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT role, collection, handle FROM ref WHERE item = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([id.0], |row| {
            Ok((
                row.get(0)?,
                ItemRef {
                    collection: CollectionId(row.get(1)?),
                    handle: Handle(row.get(2)?),
                },
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
