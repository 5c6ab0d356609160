//! Cuts the piece of a text that shows why it was found.

use std::collections::BTreeSet;

use super::hits::{Needle, find};
use super::indexed::Indexed;
use super::visible::cut_at;

/// Stands before a hit.
pub const HIT_START: char = '\u{2}';
/// Stands after a hit.
pub const HIT_END: char = '\u{3}';

/// About how long a snippet is, in bytes.
const WIDTH: usize = 180;
/// How much of the text stands before the first hit.
const LEAD: usize = 50;

/// The best piece of an item: where its body has most of the terms; else the
/// short field that has one; else its beginning.
pub(super) fn snippet(texts: &Indexed<'_>, needles: &[Needle]) -> String {
    if let Some(piece) = window(&texts.body, needles) {
        return piece;
    }
    for field in [&texts.names, &texts.sender, &texts.recipient] {
        for line in field.lines() {
            if let Some(piece) = window(line, needles) {
                return piece;
            }
        }
    }
    show(&texts.body, 0, WIDTH, &[])
}

/// The piece of `text` with most different terms, the earliest of them;
/// `None` without a hit.
fn window(text: &str, needles: &[Needle]) -> Option<String> {
    let (mut places, _) = find(text, needles);
    places.sort_by_key(|place| (place.start, place.end));
    let best = places.iter().enumerate().max_by_key(|(at, first)| {
        let inside = places
            .iter()
            .skip(*at)
            .take_while(|it| it.end <= first.start + WIDTH);
        let groups: BTreeSet<usize> = inside.map(|it| it.group).collect();
        (groups.len(), std::cmp::Reverse(*at))
    });
    let (_, first) = best?;
    let marks: Vec<(usize, usize)> = places.iter().map(|it| (it.start, it.end)).collect();
    // A hit near the beginning is shown with the beginning.
    let from = first.start.saturating_sub(LEAD);
    Some(show(text, from, (from + WIDTH).max(first.end), &marks))
}

/// Shows a piece on one line, cut between words, with marks around hits and
/// dots where text was left out.
fn show(text: &str, from: usize, to: usize, marks: &[(usize, usize)]) -> String {
    let from = if from == 0 { 0 } else { word_start(text, from) };
    let to = cut_at(text, to).len();
    let to = if to < text.len() {
        word_end(text, from, to, marks)
    } else {
        to
    };
    let mut out = String::with_capacity(WIDTH + 40);
    if from > 0 {
        out.push('…');
    }
    let mut at = from;
    for &(start, end) in marks {
        if start < at || end > to {
            continue;
        }
        plain(&mut out, text.get(at..start).unwrap_or_default());
        out.push(HIT_START);
        plain(&mut out, text.get(start..end).unwrap_or_default());
        out.push(HIT_END);
        at = end;
    }
    plain(&mut out, text.get(at..to).unwrap_or_default());
    out.truncate(out.trim_end().len());
    if to < text.len() {
        out.push('…');
    }
    out
}

/// Adds text with its blanks collapsed and control characters left out: marks
/// in a snippet are ours, never the sender's.
fn plain(out: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !out.is_empty() && !out.ends_with([' ', '…']) {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
}

/// The first beginning of a word at or after `from`, if one is near.
fn word_start(text: &str, from: usize) -> usize {
    let from = cut_at(text, from).len();
    let rest = cut_at(text.get(from..).unwrap_or_default(), LEAD - 10);
    rest.find(char::is_whitespace)
        .map_or(from, |gap| from + gap + 1)
}

/// The last end of a word at or before `to`, hits kept whole.
fn word_end(text: &str, from: usize, to: usize, marks: &[(usize, usize)]) -> usize {
    let last_hit = marks
        .iter()
        .map(|mark| mark.1)
        .filter(|end| *end <= to)
        .max();
    let least = last_hit.unwrap_or(from).max(from);
    let rest = text.get(least..to).unwrap_or_default();
    rest.rfind(char::is_whitespace)
        .map_or(to, |gap| least + gap)
}
