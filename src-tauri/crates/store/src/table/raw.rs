//! The source's own form of an item, packed, so that a better mapping can be
//! re-run without the network.

use rapport_model::ItemId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::db::{Migration, Reader};
use crate::error::StoreError;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0920 raw",
    older_may_open: false,
    sql: "
CREATE TABLE raw (
  item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE, -- the item
  size INTEGER NOT NULL, -- bytes unpacked
  packed INTEGER NOT NULL, -- 1 when zstd-compressed
  data BLOB NOT NULL -- the source's own JSON or text
) STRICT;
",
}];

/// Below this many bytes packing costs more than it saves: a frame has about
/// 13 bytes of its own, and a page is read whole anyway.
const WORTH_PACKING: usize = 256;

/// Level 1: measured against 3, a third of the time for five per cent more
/// bytes on JSON of this size.
const LEVEL: i32 = 1;

/// Compresses, keeping its tables from one item to the next.
#[derive(Default)]
pub(crate) struct Packer {
    inner: Option<zstd::bulk::Compressor<'static>>,
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Packer")
    }
}

impl Packer {
    /// Nothing when it is not worth it.
    pub(crate) fn pack(&mut self, raw: &[u8]) -> Option<Vec<u8>> {
        if raw.len() < WORTH_PACKING {
            return None;
        }
        if self.inner.is_none() {
            self.inner = zstd::bulk::Compressor::new(LEVEL).ok();
        }
        let packed = self.inner.as_mut()?.compress(raw).ok()?;
        (packed.len() < raw.len()).then_some(packed)
    }
}

/// Puts the raw form, packed where that was worth it. `fresh` says that there is none
/// yet.
pub(crate) fn put(
    conn: &Connection,
    id: ItemId,
    raw: &str,
    packed: Option<&[u8]>,
    fresh: bool,
) -> Result<(), StoreError> {
    let data = packed.unwrap_or(raw.as_bytes());
    let size = i64::try_from(raw.len()).unwrap_or(i64::MAX);
    // Two statements instead of a replacing one, see `table::body`.
    if !fresh {
        let updated = conn
            .prepare_cached("UPDATE raw SET size = ?2, packed = ?3, data = ?4 WHERE item = ?1")?
            .execute(params![id.0, size, packed.is_some(), data])?;
        if updated > 0 {
            return Ok(());
        }
    }
    conn.prepare_cached("INSERT INTO raw (item, size, packed, data) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id.0, size, packed.is_some(), data])?;
    Ok(())
}

impl Reader<'_> {
    /// The source's own form of an item, if it was kept.
    pub fn raw(&self, id: ItemId) -> Result<Option<String>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT size, packed, data FROM raw WHERE item = ?1")?;
        let Some((size, packed, data)) = statement
            .query_row([id.0], |row| {
                Ok((
                    row.get::<_, usize>(0)?,
                    row.get::<_, bool>(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                ))
            })
            .optional()?
        else {
            return Ok(None);
        };
        let bytes = if packed {
            zstd::bulk::decompress(&data, size)
                .map_err(|error| StoreError::Corrupt(format!("raw form of item {id}: {error}")))?
        } else {
            data
        };
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|error| StoreError::Corrupt(format!("raw form of item {id}: {error}")))
    }
}
