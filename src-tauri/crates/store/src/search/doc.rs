//! What the text indexes call an item.
//!
//! An item's id is its moment and then twenty bits that make it free. An index stores with
//! every word the step from one row number to the next, and those bits would be two bytes of
//! each. So items get ids whose lower bits are zero, and the indexes leave them out: at a
//! million items that is a quarter of the indexes.
//!
//! And the numbers run backwards: the newest item has the lowest. FTS5 goes through a list
//! from low to high; the other way costs it two to three times as much, because each step back
//! takes a page apart from its beginning.
//!
//! How many bits are left out, and which way the numbers run, is a matter of the file. In one
//! from before there were such ids none are left out, and in one from before the numbers ran
//! backwards they run forwards.

use rapport_model::ItemId;
use rusqlite::Connection;

use crate::error::StoreError;

/// Numbers that run backwards count down from here, which is in the year 2057: what lies
/// between 1970 and then has the shortest numbers, and what is later has some below zero.
const LAST: i64 = 5 << 47;

/// How a file numbers its documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Docs {
    /// Lower bits of an id that its number leaves out.
    shift: u32,
    /// The newest has the lowest number.
    backward: bool,
}

impl Docs {
    /// As the file says.
    pub(crate) fn of(conn: &Connection) -> Result<Self, StoreError> {
        let mut state = conn.prepare_cached("SELECT shift, backward FROM search_state")?;
        let docs = state.query_row([], |row| {
            Ok(Self {
                shift: row.get(0)?,
                backward: row.get(1)?,
            })
        })?;
        Ok(docs)
    }

    /// After items have come from another file: nothing is left out unless that is zero in
    /// all of them.
    pub(crate) fn decide(conn: &Connection) -> Result<(), StoreError> {
        conn.execute_batch(
            "UPDATE search_state SET shift = 0, backward = 0 \
             WHERE EXISTS (SELECT 1 FROM item WHERE id & ((1 << shift) - 1) <> 0)",
        )?;
        Ok(())
    }

    /// Whether the indexes hand over the newest first by themselves.
    pub(crate) const fn newest_first(self) -> bool {
        self.backward
    }

    /// The number of an item.
    pub(crate) const fn number(self, id: ItemId) -> i64 {
        self.turned(id.0 >> self.shift)
    }

    /// The id of what has that number.
    pub(crate) const fn id(self, number: i64) -> i64 {
        self.turned(number) << self.shift
    }

    /// The first number that items between two ids may have, and the first beyond. Neither
    /// id need be that of an item; the second is not between them.
    pub(crate) const fn bounds(self, from: i64, to: i64) -> (i64, i64) {
        let (from, to) = (self.not_below(from), self.not_below(to));
        if self.backward {
            (
                self.turned(to).saturating_add(1),
                self.turned(from).saturating_add(1),
            )
        } else {
            (from, to)
        }
    }

    const fn not_below(self, id: i64) -> i64 {
        let mask = (1 << self.shift) - 1;
        id.saturating_add(mask) >> self.shift
    }

    /// There and back again.
    const fn turned(self, number: i64) -> i64 {
        if self.backward {
            LAST.saturating_sub(number)
        } else {
            number
        }
    }

    /// An id near this one that an item may have.
    pub(crate) const fn rounded(self, id: ItemId) -> ItemId {
        ItemId(self.id(self.number(id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: [Docs; 3] = [
        Docs {
            shift: 0,
            backward: false,
        },
        Docs {
            shift: 12,
            backward: false,
        },
        Docs {
            shift: 12,
            backward: true,
        },
    ];

    #[test]
    fn an_id_comes_back_from_its_number() {
        for docs in FORMS {
            let id = docs.rounded(ItemId((1_773_300_000_123 << 20) + 0xA_BCDE));
            assert_eq!(ItemId(docs.id(docs.number(id))), id);
            assert_eq!(id.0 >> 20, 1_773_300_000_123, "the moment stays");
        }
    }

    #[test]
    fn bounds_between_two_items_leave_out_what_lies_outside_them() {
        let ids = [
            ItemId(-(9 << 12)),
            ItemId(0),
            ItemId(1 << 12),
            ItemId(2 << 12),
        ];
        let edges = ids.iter().flat_map(|id| [id.0 - 1, id.0, id.0 + 1]);
        let edges: Vec<i64> = edges.chain([i64::MIN, i64::MAX]).collect();
        for docs in FORMS {
            for (from, to) in edges
                .iter()
                .flat_map(|a| edges.iter().map(move |b| (*a, *b)))
            {
                let (low, high) = docs.bounds(from, to);
                for id in ids {
                    let number = docs.number(id);
                    let is_in = low <= number && number < high;
                    assert_eq!(
                        is_in,
                        from <= id.0 && id.0 < to,
                        "{docs:?} {from} {to} {id:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_newest_has_the_lowest_number_where_they_run_backwards() {
        let [_, forward, backward] = FORMS;
        let (old, new) = (
            ItemId(1_700_000_000_000 << 20),
            ItemId(1_800_000_000_000 << 20),
        );
        assert!(forward.number(old) < forward.number(new));
        assert!(backward.number(old) > backward.number(new));
    }
}
