//! Turns a query into expressions for the two text indexes.
//!
//! Invariant: an expression is built only from tokens and from quoted
//! strings; the query language of FTS5 cannot be reached from outside.

use rusqlite::Connection;

use super::facet::{any_kind, kind_token, usual_kind};
use super::hits::Needle;
use super::parts::{Parts, any_part, part_texts, phone_digits};
use super::query::{Filter, Form, Query, Standing, Term, What};
use super::rows::RECORDS;
use super::token::query_tokens;
use super::words::{self, expand};
use crate::error::StoreError;

/// One group of the query, for both indexes.
#[derive(Debug)]
pub(super) struct Group {
    /// Finds it among the words.
    pub(super) words: String,
    /// Finds it inside words of short fields; `None` when it is too short.
    pub(super) part: Option<Parts>,
    /// About how many items have it.
    pub(super) items: i64,
}

/// What a single item is asked: by the word index, or by its text where that can tell.
#[derive(Debug)]
pub(super) struct Look {
    /// The expression for the word index.
    pub(super) words: String,
    /// Of each of these lists one must be in the text; `None` when the text alone cannot
    /// tell, because a filter or a negation belongs to it.
    pub(super) text: Option<Vec<Vec<Needle>>>,
    /// Nothing is asked but that the item has none of these words.
    pub(super) without: bool,
}

/// Where an expression for the word index comes from, beside the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Facet {
    /// From the kinds that are asked for.
    Kind,
    /// From what must be open, closed or past its day.
    Standing,
    /// From something else.
    Other,
}

/// A query in the language of the indexes.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) groups: Vec<Group>,
    /// What else the word index must have.
    rest: Vec<(Facet, String)>,
    /// What it must not have.
    pub(super) not: Vec<String>,
    /// About how many items have a word that it must not have.
    pub(super) not_items: i64,
    /// Finds in the part-word index what it must not have.
    pub(super) not_parts: Option<String>,
    /// The same terms, to be found again in texts.
    pub(super) needles: Vec<Needle>,
    /// Finds a telephone number that the query spells in several words.
    pub(super) phone: Option<String>,
    /// What the user should know about how it was searched.
    pub(super) notes: Vec<String>,
}

impl Plan {
    /// Plans a query; looks up how common its words are.
    pub(super) fn of(conn: &Connection, query: &Query) -> Result<Self, StoreError> {
        let mut plan = Self::default();
        for (at, group) in query.groups.iter().enumerate() {
            let mut words = Vec::new();
            let mut parts = Vec::new();
            let mut items: i64 = 0;
            for term in &group.0 {
                let found = plan.term(conn, term)?;
                words.push(found.expression);
                items = items.saturating_add(found.items);
                parts.extend(part_texts(&term.text));
                plan.needles.extend(needles(at, term));
            }
            plan.groups.push(Group {
                words: any_of(&words),
                part: Parts::any_of(parts, items, |word| common(conn, word))?,
                items,
            });
        }
        let mut not_parts = Vec::new();
        for term in &query.not {
            let found = plan.term(conn, term)?;
            plan.not_items = plan.not_items.saturating_add(found.items);
            plan.not.push(found.expression);
            not_parts.extend(part_texts(&term.text));
        }
        plan.not_parts = any_part(&not_parts);
        plan.filters(conn, &query.filters)?;
        plan.phone = spelt_phone(query);
        Ok(plan)
    }

    fn term(&mut self, conn: &Connection, term: &Term) -> Result<Found, StoreError> {
        let mut found = self.words(conn, &term.text, term.form == Form::Prefix)?;
        if term.form == Form::Word {
            for other in spellings(&term.text) {
                let more = self.words(conn, &other, false)?;
                found.expression = any_of(&[found.expression, more.expression]);
            }
        }
        Ok(found)
    }

    fn words(&mut self, conn: &Connection, text: &str, prefix: bool) -> Result<Found, StoreError> {
        let found = in_a_row(conn, text, prefix)?;
        if found.narrowed {
            self.notes.push(format!(
                "Many words begin with \u{201c}{text}\u{201d}; the most common were searched."
            ));
        }
        Ok(found)
    }

    fn filters(&mut self, conn: &Connection, filters: &[Filter]) -> Result<(), StoreError> {
        let (mut kinds, mut from) = (Vec::new(), Vec::new());
        let (mut stands, mut may_stand) = (false, true);
        for filter in filters {
            if let What::Kind(word) = &filter.what
                && !filter.negated
            {
                may_stand &= stands_as(&usual_kind(word));
            }
            let (expression, either) = match &filter.what {
                What::Kind(word) => (facet(&kind_token(&usual_kind(word))), Some(&mut kinds)),
                What::Has(what) => (facet(what.token()), None),
                What::From(text) if !is_me(text) => {
                    let found = self.words(conn, text, true)?;
                    (format!("sender : ({})", found.expression), Some(&mut from))
                }
                What::To(text) if !is_me(text) => {
                    let found = self.words(conn, text, true)?;
                    (format!("recipient : ({})", found.expression), None)
                }
                What::Is(Standing::Open | Standing::Closed | Standing::Overdue)
                    if !filter.negated =>
                {
                    stands = true;
                    continue;
                }
                _ => continue,
            };
            if filter.negated {
                self.not_items = i64::MAX;
                self.not.push(expression);
            } else if let Some(either) = either {
                either.push(expression);
            } else {
                self.rest.push((Facet::Other, expression));
            }
        }
        if stands && (kinds.is_empty() || !may_stand) {
            // Spares looking at a million messages; the rows decide.
            let both = [facet(&kind_token("task")), facet(&kind_token("record"))];
            self.rest.push((Facet::Standing, any_of(&both)));
        }
        for (facet, either) in [(Facet::Kind, kinds), (Facet::Other, from)] {
            if !either.is_empty() {
                self.rest.push((facet, any_of(&either)));
            }
        }
        Ok(())
    }

    /// What all groups but one ask; `None` when nothing is asked of the word index.
    /// `known` is what holds already wherever this is asked.
    pub(super) fn words_without(&self, group: Option<usize>, known: &[Facet]) -> Option<Look> {
        self.combine(|at, _| Some(at) != group, known)
    }

    /// What the part-word index cannot tell: the groups it does not hold, the filters,
    /// the negations.
    pub(super) fn words_beside_parts(&self, known: &[Facet]) -> Option<Look> {
        let asks = self.groups.iter().any(|it| it.part.is_none())
            || self.rest.iter().any(|it| !known.contains(&it.0));
        if !asks && !self.not.is_empty() {
            // What the part-word index finds is in the word index as well.
            return Some(Look {
                words: self.not.join(" OR "),
                text: None,
                without: true,
            });
        }
        self.combine(|_, it| it.part.is_none(), known)
    }

    fn combine(&self, of: impl Fn(usize, &Group) -> bool, known: &[Facet]) -> Option<Look> {
        let groups: Vec<usize> = (0..)
            .zip(&self.groups)
            .filter(|(at, it)| of(*at, it))
            .map(|(at, _)| at)
            .collect();
        let words = groups.iter().filter_map(|at| self.groups.get(*at));
        let mut all: Vec<&str> = words.map(|it| &*it.words).collect();
        let rest = self.rest.iter().filter(|it| !known.contains(&it.0));
        let rest: Vec<&str> = rest.map(|it| &*it.1).collect();
        all.extend(&rest);
        let any;
        if all.is_empty() {
            if self.not.is_empty() {
                return None;
            }
            any = any_kind();
            all.push(&any);
        }
        let must = all.join(" AND ");
        let text = rest.is_empty() && self.not.is_empty();
        Some(Look {
            text: text.then(|| self.strict(&groups)),
            words: if self.not.is_empty() {
                must
            } else {
                format!("({must}) NOT ({})", self.not.join(" OR "))
            },
            without: false,
        })
    }

    /// What must be found of some groups in a text: words only, not parts of them.
    fn strict(&self, groups: &[usize]) -> Vec<Vec<Needle>> {
        let of = |group: usize| {
            let needles = self.needles.iter().filter(|it| it.group == group);
            needles
                .map(|it| Needle {
                    part: false,
                    ..it.clone()
                })
                .collect::<Vec<_>>()
        };
        // A group without a word of its own is anywhere.
        groups
            .iter()
            .map(|group| of(*group))
            .filter(|needles| needles.iter().all(|it| !it.tokens.is_empty()))
            .collect()
    }

    /// What all groups ask that the part-word index can hold.
    pub(super) fn parts(&self) -> Option<Parts> {
        let all = self.groups.iter().filter_map(|it| it.part.as_ref());
        Parts::all_of(all, self.phone.as_deref())
    }
}

/// About how many items have a word of a folded text.
fn common(conn: &Connection, word: &str) -> Result<i64, StoreError> {
    match query_tokens(word).as_slice() {
        [token] => words::items_with(conn, token),
        _ => Ok(i64::MAX),
    }
}

/// An expression, and about how many items fit it.
pub(super) struct Found {
    pub(super) expression: String,
    items: i64,
    /// Rarer words were left out.
    narrowed: bool,
}

/// The expression for the words of a text in a row, the last one perhaps only
/// a beginning.
pub(super) fn in_a_row(conn: &Connection, text: &str, prefix: bool) -> Result<Found, StoreError> {
    let tokens = query_tokens(text);
    let mut found = Found {
        expression: any_kind(),
        items: i64::MAX,
        narrowed: false,
    };
    let Some((last, before)) = tokens.split_last() else {
        return Ok(found);
    };
    for token in before {
        found.items = found.items.min(words::items_with(conn, token)?);
    }
    if !prefix && !is_single_glyph(last) {
        found.items = found.items.min(words::items_with(conn, last)?);
        found.expression = phrase(before, last);
        return Ok(found);
    }
    let expansion = expand(conn, last)?;
    found.items = found.items.min(expansion.items);
    found.narrowed = expansion.narrowed;
    found.expression = if expansion.words.is_empty() {
        format!("{} *", phrase(before, last))
    } else {
        let all: Vec<String> = expansion
            .words
            .iter()
            .map(|word| phrase(before, word))
            .collect();
        any_of(&all)
    };
    Ok(found)
}

/// Whether everything of that kind is open or closed.
fn stands_as(kind: &str) -> bool {
    kind == "task" || kind == "record" || RECORDS.contains(&kind)
}

pub(super) fn is_me(text: &str) -> bool {
    text.eq_ignore_ascii_case("me")
}

fn facet(token: &str) -> String {
    format!("facet : \"{token}\"")
}

fn any_of(all: &[String]) -> String {
    match all {
        [one] => one.clone(),
        _ => format!("({})", all.join(" OR ")),
    }
}

/// Tokens in a row. They hold letters and digits only, so the quotes are safe;
/// the tokenizer takes a query's tokens as they are.
fn phrase(before: &[String], last: &str) -> String {
    let mut out = String::from("\"");
    for token in before {
        out.push_str(token);
        out.push(' ');
    }
    out.push_str(last);
    out.push('"');
    out
}

/// A lone character of a script without spaces begins pairs.
fn is_single_glyph(token: &str) -> bool {
    let mut chars = token.chars();
    let glyph = chars.next().filter(|c| !c.is_ascii());
    glyph.is_some_and(|c| super::fold::class(c) == super::fold::Class::Pair)
        && chars.next().is_none()
}

/// Other spellings of a word with an umlaut: `Müller` is written `Mueller`
/// where keyboards lack it.
fn spellings(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let spelt = lower
        .replace('ä', "ae")
        .replace('ö', "oe")
        .replace('ü', "ue");
    if spelt != lower {
        return vec![spelt];
    }
    let short = lower
        .replace("ae", "a")
        .replace("oe", "o")
        .replace("ue", "u");
    if short != lower && short.len() > 2 {
        vec![short]
    } else {
        Vec::new()
    }
}

/// A telephone number typed with blanks arrives as several words.
fn spelt_phone(query: &Query) -> Option<String> {
    let mut words = Vec::new();
    for group in &query.groups {
        match group.0.as_slice() {
            [term] if term.form != Form::Phrase => words.push(&*term.text),
            _ => return None,
        }
    }
    if words.len() < 2 {
        return None;
    }
    phone_digits(&words.join(" "))
}

/// What counts as a hit of a term when a text is read again.
fn needles(group: usize, term: &Term) -> Vec<Needle> {
    let mut texts = vec![term.text.clone()];
    if term.form == Form::Word {
        texts.extend(spellings(&term.text));
    }
    let mut out = Vec::new();
    for text in texts {
        let tokens = query_tokens(&text);
        let prefix =
            term.form == Form::Prefix || tokens.last().is_some_and(|it| is_single_glyph(it));
        let part = text.chars().nth(2).is_some();
        out.push(Needle {
            group,
            tokens,
            prefix,
            part,
        });
    }
    if let Some(digits) = phone_digits(&term.text) {
        out.push(Needle {
            group,
            tokens: vec![digits],
            prefix: false,
            part: true,
        });
    }
    out
}
