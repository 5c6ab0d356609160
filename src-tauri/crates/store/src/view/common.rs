//! What several views need: names, provenance, the pieces of an item.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rapport_model::{AccountId, CollectionId, ItemId, Millis, OrgId};
use rusqlite::{OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;

use super::rows::Provenance;
use crate::db::Reader;
use crate::error::StoreError;

/// The most rows a list gives, whatever is asked for.
pub(crate) const MOST: u32 = 5_000;

/// A limit as asked for, or `default`.
pub(crate) fn limit(asked: Option<u32>, default: u32) -> u32 {
    asked.unwrap_or(default).min(MOST)
}

/// Part of a name as a LIKE pattern in which the text's own wildcards are text.
pub(crate) fn contains(text: &str) -> String {
    let mut out = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

/// The beginning of a text, on one line.
pub(crate) fn beginning(text: &str, max: usize) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            if out.chars().count() >= max {
                out.push('…');
                return out;
            }
            out.push(c);
        }
    }
    out
}

/// Looks names and ages up once each while a view is put together.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    reader: &'a Reader<'a>,
    orgs: RefCell<BTreeMap<i64, Option<String>>>,
    sources: RefCell<BTreeMap<(String, String), Provenance>>,
}

impl<'a> Names<'a> {
    pub(crate) const fn new(reader: &'a Reader<'a>) -> Self {
        Self {
            reader,
            orgs: RefCell::new(BTreeMap::new()),
            sources: RefCell::new(BTreeMap::new()),
        }
    }

    /// What they are read from.
    pub(crate) const fn reader(&self) -> &'a Reader<'a> {
        self.reader
    }

    /// The display name of an organisation.
    pub(crate) fn org(&self, org: Option<OrgId>) -> Result<Option<String>, StoreError> {
        let Some(org) = org else { return Ok(None) };
        if let Some(name) = self.orgs.borrow().get(&org.0) {
            return Ok(name.clone());
        }
        let name = self.reader.org_name(org)?;
        self.orgs.borrow_mut().insert(org.0, name.clone());
        Ok(name)
    }

    /// Which source, and when it was last read well.
    pub(crate) fn source(
        &self,
        account: &AccountId,
        collection: &CollectionId,
    ) -> Result<Provenance, StoreError> {
        let key = (account.0.clone(), collection.0.clone());
        if let Some(found) = self.sources.borrow().get(&key) {
            return Ok(found.clone());
        }
        let found = self
            .reader
            .conn
            .prepare_cached(
                "SELECT a.connector, c.last_success, c.title FROM account a \
                 LEFT JOIN collection c ON c.account = a.id AND c.name = ?2 WHERE a.name = ?1",
            )?
            .query_row(params![account.0, collection.0], |row| {
                Ok(Provenance {
                    account: account.clone(),
                    connector: row.get(0)?,
                    collection: collection.clone(),
                    place: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                    as_of: row.get::<_, Option<i64>>(1)?.map(Millis),
                })
            })
            .optional()?
            .unwrap_or_else(|| Provenance {
                account: account.clone(),
                connector: String::new(),
                collection: collection.clone(),
                place: String::new(),
                as_of: None,
            });
        self.sources.borrow_mut().insert(key, found.clone());
        Ok(found)
    }
}

/// Reads the JSON body in a column.
pub(crate) fn body_at<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    let text = row
        .get_ref(column)?
        .as_str()
        .map_err(rusqlite::Error::from)?;
    Ok(serde_json::from_str(text)?)
}

/// The narrow part of an item, in the order of [`NARROW`].
#[derive(Debug)]
pub(crate) struct Narrow {
    pub(crate) id: ItemId,
    pub(crate) account: AccountId,
    pub(crate) collection: CollectionId,
    pub(crate) handle: rapport_model::Handle,
    pub(crate) link: Option<rapport_model::LinkId>,
    pub(crate) at: Millis,
    pub(crate) org: Option<OrgId>,
    pub(crate) flags: i64,
}

/// Columns 0 to 7 of a query over `item i` with its account and collection.
pub(crate) const NARROW: &str = "i.id, a.name, c.name, i.handle, i.link, i.at, i.org, i.flags";
/// The joins [`NARROW`] needs.
pub(crate) const JOINS: &str =
    "JOIN account a ON a.id = i.account JOIN collection c ON c.id = i.collection";

impl Narrow {
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: ItemId(row.get(0)?),
            account: AccountId(row.get(1)?),
            collection: CollectionId(row.get(2)?),
            handle: rapport_model::Handle(row.get(3)?),
            link: row.get::<_, Option<String>>(4)?.map(rapport_model::LinkId),
            at: Millis(row.get(5)?),
            org: row.get::<_, Option<i64>>(6)?.map(OrgId),
            flags: row.get(7)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{beginning, contains};

    #[test]
    fn a_wildcard_in_a_name_is_only_text() {
        assert_eq!(contains("50%_a\\"), "%50\\%\\_a\\\\%");
    }

    #[test]
    fn a_beginning_is_one_line_and_says_when_it_is_cut() {
        assert_eq!(beginning("a\n  b", 10), "a b");
        assert_eq!(beginning("hello", 3), "hel…");
    }
}
