//! What the text indexes call an item.
//!
//! An item's id is its moment and then twenty bits that make it free. An index stores with
//! every word the step from one row number to the next, and those bits would be two bytes of
//! each. So items get ids whose lower bits are zero, and the indexes leave them out: at a
//! million items that is a quarter of the indexes. The order stays: newest last.
//!
//! How many bits are left out is a matter of the file. In one from before there were such
//! ids none are.

use rapport_model::ItemId;
use rusqlite::Connection;

use crate::error::StoreError;

/// How a file numbers its documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Docs {
    /// Lower bits of an id that its number leaves out.
    shift: u32,
}

impl Docs {
    /// As the file says.
    pub(crate) fn of(conn: &Connection) -> Result<Self, StoreError> {
        let shift = conn
            .prepare_cached("SELECT shift FROM search_state")?
            .query_row([], |row| row.get(0))?;
        Ok(Self { shift })
    }

    /// After items have come from another file: nothing is left out unless that is zero in
    /// all of them.
    pub(crate) fn decide(conn: &Connection) -> Result<(), StoreError> {
        conn.execute_batch(
            "UPDATE search_state SET shift = 0 \
             WHERE EXISTS (SELECT 1 FROM item WHERE id & ((1 << shift) - 1) <> 0)",
        )?;
        Ok(())
    }

    /// The number of an item.
    pub(crate) const fn number(self, id: ItemId) -> i64 {
        id.0 >> self.shift
    }

    /// The id of what has that number.
    pub(crate) const fn id(self, number: i64) -> i64 {
        number << self.shift
    }

    /// The first number that is not below an id, which need not be that of an item.
    pub(crate) const fn bound(self, id: i64) -> i64 {
        let mask = (1 << self.shift) - 1;
        id.saturating_add(mask) >> self.shift
    }

    /// An id near this one that an item may have.
    pub(crate) const fn rounded(self, id: ItemId) -> ItemId {
        ItemId(self.id(self.number(id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWELVE: Docs = Docs { shift: 12 };

    #[test]
    fn an_id_comes_back_from_its_number() {
        let id = TWELVE.rounded(ItemId((1_773_300_000_123 << 20) + 0xA_BCDE));
        assert_eq!(ItemId(TWELVE.id(TWELVE.number(id))), id);
        assert_eq!(id.0 >> 20, 1_773_300_000_123, "the moment stays");
    }

    #[test]
    fn a_bound_between_two_items_leaves_out_what_lies_below_it() {
        let (low, high) = (ItemId(1 << 12), ItemId(2 << 12));
        for id in [low.0 + 1, high.0 - 1, high.0] {
            let bound = TWELVE.bound(id);
            assert!(TWELVE.number(low) < bound && bound <= TWELVE.number(high));
        }
        assert_eq!(TWELVE.bound(low.0), TWELVE.number(low));
        assert!(TWELVE.bound(i64::MAX) > TWELVE.number(ItemId(i64::MAX - 5000)));
        assert_eq!(Docs { shift: 0 }.bound(i64::MAX), i64::MAX);
    }
}
