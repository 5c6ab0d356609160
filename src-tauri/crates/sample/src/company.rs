//! Everything about the company that fits into memory: books, pipeline, tickets.

use crate::desk::{self, Ticket};
use crate::ledger::Ledger;
use crate::ledger::quotes::{self, Opportunity, Quote};
use crate::text::slots::{Documents, Shelf};
use crate::when::Calendar;
use crate::world::CUSTOMERS;
use crate::world::books::{OPEN, PROMISED_QUOTE, SHIPPED};
use crate::world::desk::TICKETS;

/// The records of the company.
#[derive(Debug)]
pub(crate) struct Company {
    /// Orders, invoices, payments.
    pub(crate) books: Ledger,
    /// Pipeline and its past.
    pub(crate) opportunities: Vec<Opportunity>,
    /// Quotes.
    pub(crate) quotes: Vec<Quote>,
    /// Tickets.
    pub(crate) tickets: Vec<Ticket>,
}

impl Company {
    /// Makes the company of a seed.
    pub(crate) fn build(seed: u64, calendar: &Calendar) -> Self {
        let books = Ledger::build(seed, calendar);
        let (opportunities, quotes) = quotes::build(&books, seed);
        let tickets = desk::build(seed, calendar);
        Self {
            books,
            opportunities,
            quotes,
            tickets,
        }
    }

    /// The documents a text may name, per customer and by day.
    pub(crate) fn shelf(&self) -> Shelf {
        let mut shelf: Shelf = CUSTOMERS
            .iter()
            .map(|c| (c.key, Documents::default()))
            .collect();
        let orders = self
            .books
            .orders
            .iter()
            .map(|o| (o.customer.key, o.day, o.number.clone(), 0));
        let invoices = self
            .books
            .invoices
            .iter()
            .map(|i| (i.customer.key, i.day, i.number.clone(), 1));
        let quotes = self
            .quotes
            .iter()
            .map(|q| (q.customer.key, q.day, q.number.clone(), 2));
        let tickets = self
            .tickets
            .iter()
            .map(|t| (t.customer.key, t.opened.0, format!("#{}", t.number), 3));
        let scenes: Vec<&str> = OPEN
            .iter()
            .map(|i| i.number)
            .chain([SHIPPED.0, PROMISED_QUOTE.0])
            .collect();
        for (customer, day, number, kind) in orders.chain(invoices).chain(quotes).chain(tickets) {
            // What the scenes tell about a document, nobody contradicts in passing.
            let told = scenes.contains(&number.as_str())
                || TICKETS.iter().any(|t| number == format!("#{}", t.number));
            let Some(documents) = shelf.get_mut(customer).filter(|_| !told) else {
                continue;
            };
            let list = match kind {
                0 => &mut documents.orders,
                1 => &mut documents.invoices,
                2 => &mut documents.quotes,
                _ => &mut documents.tickets,
            };
            list.push((day, number));
        }
        shelf
    }
}
