//! Lists to the screen: Rust orders, filters and pages; the screen gets ids and
//! the smallest change that leads from what it has to what is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One change of a list of ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ListDelta {
    /// The list is now this.
    Reset {
        /// Its ids, in order.
        ids: Vec<String>,
    },
    /// From `at`, `remove` ids leave and `insert` come.
    Splice {
        /// Position of the first change.
        at: u32,
        /// How many ids leave.
        remove: u32,
        /// The ids that come.
        insert: Vec<String>,
    },
    /// The order is the same; these rows look different now.
    Rows {
        /// Their ids.
        ids: Vec<String>,
    },
}

/// The delta that leads from `old` to `new`, or `None` when they are equal.
/// One splice covers everything between the common head and the common tail,
/// which is exact for the changes that happen: one row moves to the top, a few
/// arrive, one leaves.
#[must_use]
pub fn delta(old: &[String], new: &[String]) -> Option<ListDelta> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    if head == old.len() && head == new.len() {
        return None;
    }
    let rest = old.len().min(new.len()).saturating_sub(head);
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    let gone = old.len().saturating_sub(head + tail);
    let come = new.len().saturating_sub(head + tail);
    if head + tail == 0 {
        return Some(ListDelta::Reset { ids: new.to_vec() });
    }
    let (Ok(at), Ok(remove)) = (u32::try_from(head), u32::try_from(gone)) else {
        return Some(ListDelta::Reset { ids: new.to_vec() });
    };
    Some(ListDelta::Splice {
        at,
        remove,
        insert: new.iter().skip(head).take(come).cloned().collect(),
    })
}

/// Applies a delta, as the screen does.
#[must_use]
pub fn apply(mut list: Vec<String>, delta: &ListDelta) -> Vec<String> {
    match delta {
        ListDelta::Reset { ids } => ids.clone(),
        ListDelta::Splice { at, remove, insert } => {
            let start = usize::try_from(*at).unwrap_or(usize::MAX).min(list.len());
            let end = start
                .saturating_add(usize::try_from(*remove).unwrap_or(usize::MAX))
                .min(list.len());
            list.splice(start..end, insert.iter().cloned());
            list
        }
        ListDelta::Rows { .. } => list,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn a_row_that_moves_to_the_top_is_one_splice() {
        let change = delta(&ids("abcd"), &ids("cabd")).unwrap();
        assert_eq!(
            change,
            ListDelta::Splice {
                at: 0,
                remove: 3,
                insert: ids("cab")
            }
        );
    }

    #[test]
    fn nothing_is_said_when_nothing_moved() {
        assert_eq!(delta(&ids("abc"), &ids("abc")), None);
    }

    proptest::proptest! {
        #[test]
        fn the_screen_always_ends_with_the_list_as_it_is(old in "[a-f]{0,12}", new in "[a-f]{0,12}") {
            let (old, new) = (ids(&old), ids(&new));
            let shown = delta(&old, &new).map_or(old.clone(), |change| apply(old.clone(), &change));
            proptest::prop_assert_eq!(shown, new);
        }
    }
}
