//! One hole before each room of a first look.
//!
//! A first look that broke off begins anew, and the server then names the beginning of a
//! room's newest events otherwise: the same missing history would stand there twice. So the
//! holes of a first look are remembered, in the SDK's store as they must survive a restart,
//! and a new one takes the place of those before it. It may: it reaches back to the room's
//! beginning as they do.

use std::collections::BTreeMap;

use matrix_sdk::Client;
use rapport_model::{Change, Fault};

use super::batch::{GapToken, Part};
use super::fault::{self, Asked};

const KEY: &[u8] = b"rapport.holes";

/// All tokens handed over so far, by room: which of them were stored is not known here.
type Holes = BTreeMap<String, Vec<String>>;

/// Lets the holes in these parts take the place of earlier ones.
pub(super) async fn replace(client: &Client, parts: &mut [Part]) -> Result<(), Fault> {
    let store = client.state_store();
    let stored = store.get_custom_value(KEY).await;
    let stored = stored.map_err(|error| fault::of(&error.into(), Asked::Reading))?;
    let mut holes: Holes = stored
        .and_then(|json| serde_json::from_slice(&json).ok())
        .unwrap_or_default();
    let before = holes.clone();
    for part in parts {
        part.changes = with_replaced(std::mem::take(&mut part.changes), &mut holes);
    }
    if holes == before {
        return Ok(());
    }
    let json = serde_json::to_vec(&holes).unwrap_or_default();
    let kept = store.set_custom_value_no_read(KEY, json).await;
    kept.map_err(|error| fault::of(&error.into(), Asked::Reading))
}

/// The first look is stored: no other will follow it.
pub(super) async fn forget(client: &Client) -> Result<(), Fault> {
    let gone = client.state_store().remove_custom_value(KEY).await;
    gone.map(drop)
        .map_err(|error| fault::of(&error.into(), Asked::Reading))
}

fn with_replaced(changes: Vec<Change>, holes: &mut Holes) -> Vec<Change> {
    let mut out = Vec::with_capacity(changes.len());
    for change in changes {
        if let Change::Gap(gap) = &change
            && GapToken::read(&gap.token).is_some_and(|token| token.to.is_none())
        {
            let known = holes.entry(gap.conversation.0.clone()).or_default();
            known.retain(|token| *token != gap.token);
            out.extend(known.iter().map(|token| Change::Filled {
                conversation: gap.conversation.clone(),
                token: token.clone(),
            }));
            known.push(gap.token.clone());
        }
        out.push(change);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use rapport_model::{Gap, Handle, Millis};

    use super::*;

    fn gap(room: &str, from: &str, to: Option<&str>) -> Change {
        Change::Gap(Gap {
            conversation: Handle::new(room),
            token: GapToken {
                from: from.to_owned(),
                to: to.map(str::to_owned),
            }
            .text(),
            before: Millis(1),
        })
    }

    fn filled(gap: &Change) -> Change {
        let Change::Gap(gap) = gap else {
            panic!("{gap:?}")
        };
        Change::Filled {
            conversation: gap.conversation.clone(),
            token: gap.token.clone(),
        }
    }

    #[test]
    fn a_second_look_leaves_one_hole_whichever_page_was_stored() {
        let mut holes = Holes::new();
        let all: Vec<Change> = ["t1", "t2", "t3"].map(|it| gap("!r:x", it, None)).into();
        let [one, two, three] = all.as_slice() else {
            panic!("{all:?}")
        };
        let mut look = |gap: &Change| with_replaced(vec![gap.clone()], &mut holes);
        assert_eq!(look(one), from_ref(one));
        assert_eq!(look(one), from_ref(one), "the same answer again");
        assert_eq!(look(two), [filled(one), two.clone()]);
        assert_eq!(look(three), [filled(one), filled(two), three.clone()]);
        let other = gap("!other:x", "t4", None);
        assert_eq!(look(&other), from_ref(&other));
    }

    #[test]
    fn a_hole_with_a_known_end_takes_no_place() {
        let mut holes = Holes::new();
        let first = with_replaced(vec![gap("!r:x", "t1", None)], &mut holes);
        let later = gap("!r:x", "t9", Some("s5"));
        assert_eq!(with_replaced(vec![later.clone()], &mut holes), [later]);
        assert_eq!(first.len(), 1);
    }
}
