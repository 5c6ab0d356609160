//! The customers that were last in contact, out of very many with one name.
//!
//! A single letter fits most customers, and to ask the last contact of each costs two
//! looks into an index of everything. The newest items name the newest customers.

use std::collections::BTreeSet;

use rapport_model::{Kind, OrgId};
use rusqlite::{Connection, params};

use crate::error::StoreError;

/// With no more customers than this, each is asked.
const FEW: usize = 40;
/// So many of the newest items are looked at.
const LOOKED: u32 = 2_000;

/// The first `most` of some customers by their last contact, with it; `None` when each of
/// them must be asked: they are few, or were not that lately in contact.
pub(super) fn newest(
    conn: &Connection,
    among: &BTreeSet<i64>,
    most: usize,
) -> Result<Option<Vec<(OrgId, i64)>>, StoreError> {
    if among.len() <= FEW || among.len() < most {
        return Ok(None);
    }
    let mut statement =
        conn.prepare_cached("SELECT org, id, kind FROM item ORDER BY id DESC LIMIT ?1")?;
    let mut rows = statement.query(params![LOOKED])?;
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    while found.len() < most {
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let Some(org) = row.get::<_, Option<i64>>(0)? else {
            continue;
        };
        let kind: i64 = row.get(2)?;
        let counts = [Kind::Message, Kind::Record]
            .map(Kind::code)
            .contains(&kind);
        if counts && among.contains(&org) && seen.insert(org) {
            found.push((OrgId(org), row.get(1)?));
        }
    }
    Ok(Some(found))
}
