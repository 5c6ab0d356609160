//! What reading an item's text tells about how well it fits.

use std::collections::BTreeSet;

use super::hits::{Needle, Place, find};
use super::indexed::Indexed;
use super::rank::{Fine, saturated};
use super::token::query_tokens;

/// Whether of each list something is in the text.
pub(super) fn has_all(texts: &Indexed<'_>, wanted: &[Vec<Needle>]) -> bool {
    let fields = [
        &*texts.title,
        &texts.names,
        &texts.sender,
        &texts.recipient,
        &texts.body,
    ];
    wanted
        .iter()
        .all(|needles| fields.iter().any(|text| !find(text, needles).0.is_empty()))
}

/// What the text of a candidate tells.
pub(super) fn evidence(
    texts: &Indexed<'_>,
    needles: &[Needle],
    weights: &[f64],
    query: &[String],
) -> Fine {
    let mut frequency = vec![0.0; weights.len()];
    let mut length = 0;
    let mut together = false;
    for (text, worth) in [
        (&*texts.title, 3.0),
        (&*texts.names, 2.0),
        (&*texts.sender, 1.5),
        (&*texts.recipient, 1.0),
        (&*texts.body, 1.0),
    ] {
        let (places, tokens) = find(text, needles);
        length += tokens;
        for place in &places {
            if let Some(it) = frequency.get_mut(place.group) {
                *it += worth;
            }
        }
        together |= are_together(&places, weights.len());
    }
    let each = weights.iter().zip(&frequency);
    Fine {
        found: each
            .map(|(weight, it)| weight * saturated(*it, length))
            .sum(),
        together,
        is_field: texts.names.lines().any(|line| query_tokens(line) == query),
    }
}

/// All groups of a query with several stand within a few words.
fn are_together(places: &[Place], groups: usize) -> bool {
    groups > 1
        && places.iter().enumerate().any(|(at, first)| {
            let near = places.iter().skip(at).take(groups * 3);
            let near = near.filter(|it| it.position < first.position + groups * 2);
            near.map(|it| it.group).collect::<BTreeSet<_>>().len() == groups
        })
}
