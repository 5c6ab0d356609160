//! The three-way compare of fields.
//!
//! Equality is normalised (blank is empty, ends of text are trimmed, line ends
//! are one, decimals compare as numbers): a server that tidies what it is sent
//! must not look like a second writer.

use std::collections::BTreeSet;

use rapport_model::command::Edit;
use rapport_model::field::{FieldError, fields_of, set_field};
use rapport_model::{Body, FieldName, FieldValue, Fields};

/// One field that both sides changed, to different values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Which field.
    pub field: FieldName,
    /// What both started from.
    pub base: FieldValue,
    /// What is wanted here.
    pub mine: FieldValue,
    /// What the source has now.
    pub theirs: FieldValue,
}

/// The outcome of a three-way compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Every field that has a value now; a clashing field keeps its base.
    pub values: Fields,
    /// The fields that ask the user.
    pub clashes: Vec<Clash>,
}

/// Whether two values say the same.
#[must_use]
pub fn same(a: &FieldValue, b: &FieldValue) -> bool {
    use FieldValue::{Empty, List, Money, Text};
    match (a, b) {
        (Text(a), Text(b)) => tidy(a) == tidy(b),
        (Empty, Text(text)) | (Text(text), Empty) => tidy(text).is_empty(),
        (List(a), List(b)) => listed(a).eq(listed(b)),
        (Empty, List(items)) | (List(items), Empty) => listed(items).next().is_none(),
        (Money(a), Money(b)) => {
            a.amount == b.amount
                && a.currency
                    .0
                    .trim()
                    .eq_ignore_ascii_case(b.currency.0.trim())
        }
        (a, b) => a == b,
    }
}

fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.trim().to_owned()
}

fn listed(items: &[String]) -> impl Iterator<Item = String> + '_ {
    items.iter().map(|it| tidy(it)).filter(|it| !it.is_empty())
}

/// Compares `mine` and `theirs`, which both came from `base`.
#[must_use]
pub fn merge(base: &Fields, mine: &Fields, theirs: &Fields) -> Merged {
    let names: BTreeSet<&FieldName> = base
        .keys()
        .chain(mine.keys())
        .chain(theirs.keys())
        .collect();
    let mut out = Merged::default();
    for name in names {
        let [was, mine, theirs] = [base, mine, theirs].map(|fields| value(fields, name));
        let now = if same(&mine, &theirs) || same(&mine, &was) {
            theirs
        } else if same(&theirs, &was) {
            mine
        } else {
            out.clashes.push(Clash {
                field: name.clone(),
                base: was.clone(),
                mine,
                theirs,
            });
            was
        };
        if !now.is_empty() {
            out.values.insert(name.clone(), now);
        }
    }
    out
}

fn value(fields: &Fields, name: &FieldName) -> FieldValue {
    fields.get(name).cloned().unwrap_or_default()
}

/// What a queued edit becomes when the source has moved on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebased {
    /// Edits that still have to be made, with the source's value as their base.
    pub edits: Vec<Edit>,
    /// Edits on fields that somebody else changed to something else.
    pub clashes: Vec<Clash>,
}

/// Holds queued `edits` against the fields as the source has them now. An edit
/// whose value is already there needs nothing more.
#[must_use]
pub fn rebase(edits: &[Edit], theirs: &Fields) -> Rebased {
    let mut out = Rebased::default();
    for edit in edits {
        let now = value(theirs, &edit.field);
        if same(&edit.mine, &now) {
            continue;
        }
        if same(&edit.base, &now) {
            out.edits.push(Edit {
                base: now,
                ..edit.clone()
            });
        } else if !same(&edit.base, &edit.mine) {
            out.clashes.push(Clash {
                field: edit.field.clone(),
                base: edit.base.clone(),
                mine: edit.mine.clone(),
                theirs: now,
            });
        }
    }
    out
}

/// The body as the user shall see it: the source's, with the waiting edits on
/// top. Edits that the body cannot take come back with the reason.
#[must_use]
pub fn overlay(remote: &Body, edits: &[Edit]) -> (Body, Vec<(FieldName, FieldError)>) {
    let mut shown = remote.clone();
    let mut refused = Vec::new();
    let have = fields_of(remote);
    for edit in edits {
        if same(&value(&have, &edit.field), &edit.mine) && !edits_twice(edits, &edit.field) {
            continue;
        }
        if let Err(why) = set_field(&mut shown, &edit.field, &edit.mine) {
            refused.push((edit.field.clone(), why));
        }
    }
    (shown, refused)
}

fn edits_twice(edits: &[Edit], field: &FieldName) -> bool {
    edits.iter().filter(|edit| edit.field == *field).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rapport_model::{Money, Task};
    use rust_decimal::Decimal;

    fn text(value: &str) -> FieldValue {
        FieldValue::text(Some(value))
    }

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs
            .iter()
            .map(|(k, v)| (FieldName::from(*k), text(v)))
            .collect()
    }

    fn edit(field: &str, base: &str, mine: &str) -> Edit {
        Edit {
            field: field.into(),
            base: text(base),
            mine: text(mine),
        }
    }

    #[test]
    fn different_fields_of_one_record_merge_without_asking() {
        let base = fields(&[("title", "Pumps"), ("state", "open")]);
        let mine = fields(&[("title", "Pumps, 40"), ("state", "open")]);
        let theirs = fields(&[("title", "Pumps"), ("state", "offered")]);
        let merged = merge(&base, &mine, &theirs);
        assert_eq!(merged.clashes, vec![]);
        assert_eq!(
            merged.values,
            fields(&[("title", "Pumps, 40"), ("state", "offered")])
        );
    }

    #[test]
    fn the_same_field_asks_and_shows_all_three_values() {
        let merged = merge(
            &fields(&[("title", "a")]),
            &fields(&[("title", "b")]),
            &fields(&[("title", "c")]),
        );
        let clash = &merged.clashes[0];
        assert_eq!(
            (&clash.base, &clash.mine, &clash.theirs),
            (&text("a"), &text("b"), &text("c"))
        );
    }

    #[test]
    fn a_server_that_tidies_is_not_a_second_writer() {
        assert!(same(&text("Hello \r\nAda "), &text("Hello \nAda")));
        assert!(same(&FieldValue::Empty, &FieldValue::Text("  ".into())));
        assert!(same(&FieldValue::List(vec![]), &FieldValue::Empty));
        assert!(same(
            &FieldValue::Money(Money::new(Decimal::new(10, 1), "EUR")),
            &FieldValue::Money(Money::new(Decimal::new(100, 2), "eur")),
        ));
        assert!(!same(&text("a"), &text("b")));
        assert!(!same(
            &FieldValue::Money(Money::new(Decimal::ONE, "EUR")),
            &FieldValue::Money(Money::new(Decimal::ONE, "USD")),
        ));
    }

    #[test]
    fn a_waiting_edit_stays_on_top_of_news_from_the_source() {
        let remote = Body::Task(Task {
            title: "Call Ada".into(),
            notes: Some("new".into()),
            ..Task::default()
        });
        let (shown, refused) = overlay(&remote, &[edit("title", "Call", "Call Ada at nine")]);
        assert_eq!(refused, vec![]);
        assert_eq!(shown.title(), "Call Ada at nine");
        assert!(matches!(&shown, Body::Task(it) if it.notes.as_deref() == Some("new")));
    }

    #[test]
    fn an_edit_that_the_source_already_has_is_done_with() {
        let after = rebase(&[edit("title", "a", "b")], &fields(&[("title", "b")]));
        assert_eq!(after, Rebased::default());
    }

    fn some_fields() -> impl Strategy<Value = Fields> {
        proptest::collection::btree_map("[a-d]", prop_oneof!["[xyz]", Just(String::new())], 0..4)
            .prop_map(|map| {
                map.into_iter()
                    .map(|(k, v)| (FieldName(k), FieldValue::text(Some(v))))
                    .filter(|(_, v)| !v.is_empty())
                    .collect()
            })
    }

    proptest! {
        #[test]
        fn it_does_not_matter_which_side_is_called_mine(base in some_fields(), a in some_fields(), b in some_fields()) {
            let (one, two) = (merge(&base, &a, &b), merge(&base, &b, &a));
            prop_assert_eq!(&one.values, &two.values);
            let swapped: Vec<Clash> = two.clashes.into_iter()
                .map(|c| Clash { mine: c.theirs, theirs: c.mine, ..c }).collect();
            prop_assert_eq!(one.clashes, swapped);
        }

        #[test]
        fn no_edit_is_lost(base in some_fields(), mine in some_fields(), theirs in some_fields()) {
            let merged = merge(&base, &mine, &theirs);
            for name in base.keys().chain(mine.keys()).chain(theirs.keys()) {
                let [was, my, their] = [&base, &mine, &theirs].map(|f| value(f, name));
                let clash = merged.clashes.iter().find(|c| c.field == *name);
                let now = value(&merged.values, name);
                if was != my { prop_assert!(now == my || clash.is_some_and(|c| c.mine == my)); }
                if was != their { prop_assert!(now == their || clash.is_some_and(|c| c.theirs == their)); }
            }
        }

        #[test]
        fn merging_again_changes_nothing(base in some_fields(), mine in some_fields(), theirs in some_fields()) {
            let once = merge(&base, &mine, &theirs);
            if once.clashes.is_empty() {
                prop_assert_eq!(&merge(&theirs, &once.values, &theirs).values, &once.values);
                prop_assert_eq!(&merge(&base, &once.values, &once.values).values, &once.values);
            }
        }

        #[test]
        fn rebasing_twice_is_rebasing_once(mine in some_fields(), base in some_fields(), theirs in some_fields()) {
            let edits: Vec<Edit> = mine.iter()
                .map(|(field, v)| Edit { field: field.clone(), base: value(&base, field), mine: v.clone() })
                .collect();
            let once = rebase(&edits, &theirs);
            let twice = rebase(&once.edits, &theirs);
            prop_assert_eq!(&twice.edits, &once.edits);
            prop_assert!(twice.clashes.is_empty());
        }
    }
}
