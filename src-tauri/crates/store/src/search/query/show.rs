//! Writes a query so that it reads back the same.

use std::fmt::{Display, Formatter, Result};

use super::{Filter, Form, Query, Term, What};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut gap = "";
        for group in &self.groups {
            f.write_str(gap)?;
            let mut or = "";
            for term in &group.0 {
                write!(f, "{or}{term}")?;
                or = " OR ";
            }
            gap = " ";
        }
        for term in &self.not {
            write!(f, "{gap}-{term}")?;
            gap = " ";
        }
        for filter in &self.filters {
            write!(f, "{gap}{filter}")?;
            gap = " ";
        }
        Ok(())
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.form {
            Form::Word => f.write_str(&self.text),
            Form::Prefix => write!(f, "{}*", self.text),
            Form::Phrase => write!(f, "\"{}\"", self.text),
        }
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.negated {
            f.write_str("-")?;
        }
        match &self.what {
            What::From(text) => value(f, "from", text),
            What::To(text) => value(f, "to", text),
            What::In(text) => value(f, "in", text),
            What::Customer(text) => value(f, "customer", text),
            What::Kind(text) => value(f, "kind", text),
            What::Has(what) => write!(f, "has:{}", what.word()),
            What::Is(standing) => write!(f, "is:{}", standing.word()),
            What::Before(day) => write!(f, "before:{}", day.date),
            What::After(day) => write!(f, "after:{}", day.date),
        }
    }
}

fn value(f: &mut Formatter<'_>, name: &str, text: &str) -> Result {
    if text.contains(char::is_whitespace) {
        write!(f, "{name}:\"{text}\"")
    } else {
        write!(f, "{name}:{text}")
    }
}
