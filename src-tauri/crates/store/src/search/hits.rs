//! Finds the terms of a query again in a text.

use std::ops::ControlFlow;

use super::token::{Token, tokenize};

/// One thing that counts as a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needle {
    /// The group of the query it belongs to.
    pub(super) group: usize,
    /// Its tokens, in order.
    pub(super) tokens: Vec<String>,
    /// The last token is only the beginning of one.
    pub(super) prefix: bool,
    /// It may also lie inside a word.
    pub(super) part: bool,
}

/// A place where a needle lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The group of the needle.
    pub(super) group: usize,
    /// Byte offsets in the text.
    pub(super) start: usize,
    /// See `start`.
    pub(super) end: usize,
    /// Position among the tokens of the text.
    pub(super) position: usize,
}

/// All places of the needles in a text, and the number of its tokens.
pub(super) fn find(text: &str, needles: &[Needle]) -> (Vec<Place>, usize) {
    let mut places = Vec::new();
    // Needles whose first tokens were just read: which, how many, where begun.
    let mut begun: Vec<(usize, usize, usize)> = Vec::new();
    let mut count = 0;
    tokenize(text, |token| {
        let mut next = Vec::new();
        let running = begun.drain(..);
        let starting = (0..needles.len()).map(|at| (at, 0, token.start));
        for (at, done, start) in running.chain(starting) {
            let Some(needle) = needles.get(at) else {
                continue;
            };
            if !fits(needle, done, &token) {
                continue;
            }
            if done + 1 < needle.tokens.len() {
                next.push((at, done + 1, start));
            } else {
                let group = needle.group;
                places.push(Place {
                    group,
                    start,
                    end: token.end,
                    position: count,
                });
            }
        }
        begun = next;
        count += 1;
        ControlFlow::Continue(())
    });
    places.dedup_by_key(|place| (place.group, place.start, place.end));
    (places, count)
}

fn fits(needle: &Needle, at: usize, token: &Token<'_>) -> bool {
    let Some(wanted) = needle.tokens.get(at) else {
        return false;
    };
    if token.text == wanted {
        return true;
    }
    let first = at == 0;
    let last = at + 1 == needle.tokens.len();
    match (first, last) {
        (true, true) if needle.part => token.text.contains(&**wanted),
        (true, false) if needle.part => token.text.ends_with(&**wanted),
        (_, true) if needle.part || needle.prefix => token.text.starts_with(&**wanted),
        _ => false,
    }
}
