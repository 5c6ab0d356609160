//! Filling `{slots}` of a template with facts of the customer it is about.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::rng::Rng;
use crate::when::{Calendar, Day, month_name};
use crate::world::products::PRODUCTS;
use crate::world::{Customer, Person, staff};

/// Numbers of documents with the day each came to be, oldest first.
pub(crate) type Numbered = Vec<(Day, String)>;

/// The documents of one customer that a text may name.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    /// Orders.
    pub(crate) orders: Numbered,
    /// Invoices.
    pub(crate) invoices: Numbered,
    /// Quotes.
    pub(crate) quotes: Numbered,
    /// Tickets, with the #.
    pub(crate) tickets: Numbered,
}

/// Documents by customer key.
pub(crate) type Shelf = BTreeMap<&'static str, Documents>;

/// Who speaks to whom about what, and when.
#[derive(Debug)]
pub(crate) struct About<'a> {
    /// Days and zone.
    pub(crate) calendar: &'a Calendar,
    /// What may be named.
    pub(crate) shelf: &'a Shelf,
    /// Whom it is about.
    pub(crate) customer: &'static Customer,
    /// The day it is written.
    pub(crate) day: Day,
    /// Who reads it.
    pub(crate) reader: Option<&'static Person>,
    /// What the conversation it is part of is about.
    pub(crate) facts: Facts,
}

/// What stays the same within one conversation: the place, the meter, the
/// documents. They are drawn from a stream of their own, so nothing needs to be
/// remembered but where it starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// Start of the stream.
    pub(crate) seed: u64,
    /// First day of the conversation; it names no younger document.
    pub(crate) since: Day,
}

impl About<'_> {
    /// The tone of the customer on that day, in hundredths.
    pub(crate) fn tone(&self) -> i32 {
        let week = usize::try_from(12 + self.day.max(-84) / 7).unwrap_or(0);
        self.customer.tone.get(week).copied().unwrap_or(0)
    }

    /// One of the younger documents that already existed on that day.
    fn recent<'s>(&self, list: &'s Numbered, rng: &mut Rng) -> Option<&'s str> {
        let known = list.partition_point(|(day, _)| *day <= self.facts.since);
        let back = rng.index(known.min(4)) + 1;
        list.get(known.checked_sub(back)?)
            .map(|(_, number)| number.as_str())
    }

    /// Appends the template with its slots filled.
    pub(crate) fn fill(&self, template: &str, rng: &mut Rng, out: &mut String) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((slot, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            self.slot(slot, rng, out);
            rest = tail;
        }
        out.push_str(rest);
    }

    fn slot(&self, slot: &str, rng: &mut Rng, out: &mut String) {
        let lasting = matches!(
            slot,
            "p" | "kit" | "so" | "inv" | "q" | "t" | "place" | "sn" | "dn"
        );
        if lasting {
            let mut own = Rng::new(self.facts.seed, slot);
            self.draw(slot, &mut own, out);
        } else {
            self.draw(slot, rng, out);
        }
    }

    fn draw(&self, slot: &str, rng: &mut Rng, out: &mut String) {
        let docs = self.shelf.get(self.customer.key);
        let number = |list: fn(&Documents) -> &Numbered, fallback: &'static str, rng: &mut Rng| {
            docs.and_then(|d| self.recent(list(d), rng))
                .unwrap_or(fallback)
                .to_owned()
        };
        // Writing to a string cannot fail, so the results are not looked at.
        let mut put = |text: std::fmt::Arguments<'_>| out.write_fmt(text).unwrap_or_default();
        match slot {
            "p" => put(format_args!("{}", meter(rng))),
            "kit" => put(format_args!(
                "{}",
                rng.word(&["VF-300-K2", "VF-300-K1", "VF-500-K3"])
            )),
            "so" => put(format_args!(
                "{}",
                number(|d| &d.orders, "the open order", rng)
            )),
            "inv" => put(format_args!(
                "{}",
                number(|d| &d.invoices, "the last invoice", rng)
            )),
            "q" => put(format_args!("{}", number(|d| &d.quotes, "the offer", rng))),
            "t" => put(format_args!(
                "{}",
                number(|d| &d.tickets, "from last week", rng)
            )),
            "place" => put(format_args!("{}", rng.word(self.customer.places))),
            "city" => put(format_args!("{}", self.customer.address[2])),
            "c" => put(format_args!("{}", self.customer.name)),
            "you" => put(format_args!("{}", self.reader.map_or("all", Person::first))),
            "col" => put(format_args!(
                "{}",
                rng.pick(staff::STAFF)
                    .filter(|p| p.key != "ines")
                    .map_or("Dario", |p| p.first())
            )),
            "n" => put(format_args!("{}", rng.between(2, 12))),
            "pct" => put(format_args!("{}", rng.between(3, 18))),
            "temp" => put(format_args!("{}", rng.between(74, 92))),
            "dn" => put(format_args!(
                "{}",
                rng.pick(&[15, 25, 40, 50, 80, 100]).unwrap_or(&40)
            )),
            "amt" => put(format_args!(
                "€{},{:03}.00",
                rng.between(1, 39),
                rng.between(0, 99) * 10
            )),
            "sn" => put(format_args!(
                "{}-{:04}",
                rng.between(31, 58),
                rng.between(100, 9899)
            )),
            "year" => put(format_args!(
                "{}",
                self.calendar.date(self.day).year() - i16::try_from(rng.index(4)).unwrap_or(0)
            )),
            "hm" => put(format_args!(
                "{}:{:02}",
                rng.between(7, 16),
                rng.between(0, 3) * 15
            )),
            "wd" => put(format_args!(
                "{}",
                self.calendar
                    .weekday(self.calendar.working_from(self.day + rng.between(1, 6)))
            )),
            "wdp" => put(format_args!(
                "{}",
                self.calendar
                    .weekday(self.calendar.working_until(self.day - rng.between(1, 6)))
            )),
            "dm" => put(format_args!(
                "{}",
                self.calendar
                    .day_month(self.calendar.working_from(self.day + rng.between(3, 30)))
            )),
            "monp" => put(format_args!(
                "{}",
                month_name(self.calendar.date(self.day - rng.between(10, 70)).month())
            )),
            "mon" => put(format_args!(
                "{}",
                month_name(self.calendar.date(self.day + rng.between(10, 70)).month())
            )),
            other => put(format_args!("{{{other}}}")),
        }
    }
}

fn meter(rng: &mut Rng) -> &'static str {
    // The first six products are the meters.
    PRODUCTS.get(rng.index(6)).map_or("VF-300", |p| p.0)
}
