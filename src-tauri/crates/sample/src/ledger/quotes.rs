//! Quotes and opportunities: the open ones of the pipeline, and a past that
//! explains the orders.

use rust_decimal::Decimal;

use super::number::{Numbers, yearly_wish};
use super::{Ledger, money};
use crate::rng::Rng;
use crate::when::Day;
use crate::world::books::PROMISED_QUOTE;
use crate::world::deals::DEALS;
use crate::world::{Customer, customer};

/// A quote.
#[derive(Debug)]
pub(crate) struct Quote {
    /// Number.
    pub(crate) number: String,
    /// For whom.
    pub(crate) customer: &'static Customer,
    /// When it was begun.
    pub(crate) day: Day,
    /// Last day it holds.
    pub(crate) until: Day,
    /// What.
    pub(crate) title: String,
    /// `draft`, `sent`, `accepted` or `declined`.
    pub(crate) state: &'static str,
    /// Amount.
    pub(crate) total: Decimal,
    /// Opportunity it belongs to, or empty.
    pub(crate) opportunity: String,
    /// Order that came of it, or empty.
    pub(crate) order: String,
}

/// An opportunity.
#[derive(Debug)]
pub(crate) struct Opportunity {
    /// Number in the CRM.
    pub(crate) id: String,
    /// Whose.
    pub(crate) customer: &'static Customer,
    /// Title.
    pub(crate) title: String,
    /// Stage.
    pub(crate) stage: &'static str,
    /// Amount.
    pub(crate) amount: Decimal,
    /// Day of the decision, expected or taken.
    pub(crate) close: Day,
    /// What was there before the last change.
    pub(crate) before: &'static str,
}

/// The pipeline with its quotes.
pub(crate) fn build(books: &Ledger, seed: u64) -> (Vec<Opportunity>, Vec<Quote>) {
    let mut rng = Rng::new(seed, "quotes");
    let (mut deals, mut quotes) = open(&mut rng);
    let mut id = 1200;
    for order in books
        .orders
        .iter()
        .filter(|_| rng.chance(60))
        .collect::<Vec<_>>()
    {
        let mut quote = Quote {
            number: String::new(),
            customer: order.customer,
            day: order.day - rng.between(10, 30),
            until: order.day + 30,
            title: order.title.clone(),
            state: "accepted",
            total: order.total,
            opportunity: String::new(),
            order: order.number.clone(),
        };
        let lost = rng.chance(12);
        if lost {
            quote.state = "declined";
            quote.order.clear();
        }
        if lost || rng.chance(25) {
            id += rng.between(3, 11);
            quote.opportunity = format!("OPP-{id}");
            deals.push(Opportunity {
                id: quote.opportunity.clone(),
                customer: order.customer,
                title: quote.title.clone(),
                stage: if lost { "Lost" } else { "Won" },
                amount: quote.total,
                close: order.day,
                before: "",
            });
        }
        quotes.push(quote);
    }
    quotes.sort_by_key(|q| q.day);
    let mut numbers = Numbers::reserve(quotes.iter().map(|q| q.number.as_str()));
    for quote in &mut quotes {
        if quote.number.is_empty() {
            quote.number = numbers.next("Q", quote.day, yearly_wish(quote.day, 125));
        }
    }
    (deals, quotes)
}

fn open(rng: &mut Rng) -> (Vec<Opportunity>, Vec<Quote>) {
    let (mut deals, mut quotes) = (Vec::new(), Vec::new());
    let (number, _, begun, cents, promised) = PROMISED_QUOTE;
    for deal in DEALS {
        let Some(who) = customer(deal.customer) else {
            continue;
        };
        deals.push(Opportunity {
            id: deal.id.to_owned(),
            customer: who,
            title: deal.title.to_owned(),
            stage: deal.stage,
            amount: money(deal.amount * 100),
            close: deal.close,
            before: deal.before.map_or("", |(_, _, value)| value),
        });
        if deal.stage == "Qualification" {
            continue;
        }
        let draft = deal.id == promised;
        let day = if draft { begun } else { -rng.between(12, 58) };
        quotes.push(Quote {
            number: if draft {
                number.to_owned()
            } else {
                String::new()
            },
            customer: who,
            day,
            until: day + 60,
            title: deal.title.to_owned(),
            state: if draft { "draft" } else { "sent" },
            total: money(if draft { cents } else { deal.amount * 100 }),
            opportunity: deal.id.to_owned(),
            order: String::new(),
        });
    }
    (deals, quotes)
}
