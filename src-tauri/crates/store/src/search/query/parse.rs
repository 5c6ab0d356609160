//! Reads a query text.

use super::super::facet::Has;
use super::super::token::query_tokens;
use super::super::visible::cut_at;
use super::when::days;
use super::{Day, Filter, Form, Group, Query, SearchContext, Standing, Term, What};

/// A longer text is cut: nobody types it, and a paste is found by its
/// beginning.
const LONGEST_QUERY: usize = 4096;
/// More words than this are left out.
const MOST_TERMS: usize = 32;
/// More filters than this are left out.
const MOST_FILTERS: usize = 16;

/// The position of a term: group, and place in it.
pub(super) type At = (usize, usize);

/// The query, and the plain word at its very end.
pub(super) fn parse(text: &str, context: &SearchContext) -> (Query, Option<At>) {
    let short = cut_at(text, LONGEST_QUERY);
    let mut reader = Reader {
        rest: short,
        context,
        query: Query {
            today: context.today,
            ..Query::default()
        },
        open: None,
        or: false,
        not: false,
        can_join: false,
        terms: 0,
    };
    while reader.step() {}
    let Reader {
        mut query, open, ..
    } = reader;
    if short.len() < text.len() {
        query.ignored.push("…".to_owned());
    }
    (query, open)
}

struct Reader<'a> {
    rest: &'a str,
    context: &'a SearchContext,
    query: Query,
    open: Option<At>,
    /// `OR` was read and waits for its right side.
    or: bool,
    /// `NOT` was read.
    not: bool,
    /// The last thing read was a positive term.
    can_join: bool,
    terms: usize,
}

impl<'a> Reader<'a> {
    /// Reads one thing; false at the end.
    fn step(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            if self.or || self.not {
                self.ignore(if self.or { "OR" } else { "NOT" });
            }
            return false;
        }
        let signed = self.rest;
        let bare = signed.trim_start_matches('-');
        let negated = (bare.len() < signed.len() && !starts_blank(bare)) || self.not;
        self.rest = bare;
        if bare.is_empty() || starts_blank(bare) {
            return true;
        }
        self.open = None;
        if let Some(inside) = bare.strip_prefix('"') {
            let phrase = self.quoted(inside);
            self.not = false;
            self.term(phrase.trim(), Form::Phrase, negated);
            return true;
        }
        let end = bare.find(char::is_whitespace).unwrap_or(bare.len());
        let (word, after) = bare.split_at_checked(end).unwrap_or((bare, ""));
        if !negated && self.connector(word) {
            self.rest = after;
            return true;
        }
        self.not = false;
        if let Some((name, value)) = word.split_once(':') {
            let name_len = name.len() + 1;
            self.rest = after;
            let is_quoted = value.starts_with('"');
            let value = if is_quoted {
                self.quoted(bare.get(name_len + 1..).unwrap_or_default())
                    .trim()
            } else {
                value
            };
            if self.filter(&name.to_lowercase(), value, negated) {
                return true;
            }
            if is_quoted || (name.chars().all(char::is_alphabetic) && !value.starts_with("//")) {
                self.ignore(&format!("{name}:{value}"));
            }
            if is_quoted {
                self.term(value, Form::Phrase, negated);
            } else {
                self.word(word, negated);
            }
            return true;
        }
        self.rest = after;
        self.word(word, negated);
        true
    }

    /// Reads up to the closing quote, or to the end when there is none.
    fn quoted(&mut self, inside: &'a str) -> &'a str {
        let (text, rest) = inside.split_once('"').unwrap_or((inside, ""));
        self.rest = rest;
        text
    }

    /// Takes `OR`, `AND`, `NOT` written large; true when it was one.
    fn connector(&mut self, word: &str) -> bool {
        match word {
            "OR" | "|" | "||" => {
                if self.can_join {
                    self.or = true;
                } else {
                    self.ignore(word);
                }
            }
            "AND" | "&&" => {}
            "NOT" => self.not = true,
            _ => return false,
        }
        true
    }

    fn word(&mut self, word: &str, negated: bool) {
        let bare = word.trim_end_matches('*');
        let form = if bare.len() < word.len() {
            Form::Prefix
        } else {
            Form::Word
        };
        self.term(bare, form, negated);
        if form == Form::Word && self.rest.is_empty() && self.can_join {
            let group = self.query.groups.len().checked_sub(1);
            self.open = group.and_then(|at| {
                let terms = &self.query.groups.get(at)?.0;
                Some((at, terms.len().checked_sub(1)?))
            });
        }
    }

    fn term(&mut self, text: &str, form: Form, negated: bool) {
        let or = std::mem::take(&mut self.or);
        let join = std::mem::take(&mut self.can_join);
        if query_tokens(text).is_empty() {
            if !text.is_empty() {
                self.ignore(text);
            }
            return;
        }
        self.terms += 1;
        if self.terms > MOST_TERMS {
            self.ignore(text);
            return;
        }
        let term = Term {
            text: text.to_owned(),
            form,
        };
        if negated {
            if or {
                self.ignore("OR");
            }
            self.query.not.push(term);
            return;
        }
        self.can_join = true;
        match self.query.groups.last_mut() {
            Some(group) if or && join => group.0.push(term),
            _ => self.query.groups.push(Group(vec![term])),
        }
    }

    /// Takes a filter; false when it is none.
    fn filter(&mut self, name: &str, value: &str, negated: bool) -> bool {
        if value.is_empty() {
            return false;
        }
        let text = value.to_owned();
        let lower = value.to_lowercase();
        let what = match name {
            "from" | "by" if is_word(value) => vec![What::From(text)],
            "to" | "cc" | "for" | "with" if is_word(value) => vec![What::To(text)],
            "in" | "room" | "list" if is_word(value) => vec![What::In(text)],
            "customer" | "org" | "company" if is_word(value) => vec![What::Customer(text)],
            "kind" | "type" if is_word(value) => vec![What::Kind(text)],
            "has" => Has::from_word(&lower).map(What::Has).into_iter().collect(),
            "is" => Standing::from_word(&lower)
                .map(What::Is)
                .into_iter()
                .collect(),
            "before" | "until" | "after" | "since" | "on" | "date" => {
                let Some((first, next)) = days(&lower, self.context.today) else {
                    return false;
                };
                let after = What::After(Day::new(first, self.context));
                let before = |date| What::Before(Day::new(date, self.context));
                match name {
                    "after" | "since" => vec![after],
                    "before" | "until" => vec![before(first)],
                    // The opposite of a span is two spans: not offered.
                    _ if negated => return false,
                    _ => vec![after, before(next)],
                }
            }
            _ => return false,
        };
        if what.is_empty() {
            return false;
        }
        if self.or {
            self.or = false;
            self.ignore("OR");
        }
        self.can_join = false;
        for what in what {
            if self.query.filters.len() >= MOST_FILTERS {
                self.ignore(&format!("{name}:{value}"));
            } else {
                self.query.filters.push(Filter { negated, what });
            }
        }
        true
    }

    fn ignore(&mut self, text: &str) {
        if self.query.ignored.len() < MOST_TERMS {
            self.query.ignored.push(cut_at(text, 200).to_owned());
        }
    }
}

fn starts_blank(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_whitespace)
}

fn is_word(value: &str) -> bool {
    !query_tokens(value).is_empty()
}
