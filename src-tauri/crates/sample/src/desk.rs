//! Tickets: those of the scenes, and a closed past around them.

use std::collections::BTreeSet;

use crate::rng::Rng;
use crate::when::{Calendar, Day};
use crate::world::desk::TICKETS;
use crate::world::{CUSTOMERS, Customer, customer, people_of};

/// A ticket.
#[derive(Debug)]
pub(crate) struct Ticket {
    /// Number.
    pub(crate) number: u32,
    /// Whose.
    pub(crate) customer: &'static Customer,
    /// Title.
    pub(crate) title: String,
    /// State.
    pub(crate) state: &'static str,
    /// Priority.
    pub(crate) priority: &'static str,
    /// Who opened it.
    pub(crate) opened_by: &'static str,
    /// Day and second.
    pub(crate) opened: (Day, u32),
    /// When an answer is due.
    pub(crate) sla: Option<(Day, u32)>,
    /// When it was closed.
    pub(crate) closed: Option<(Day, u32)>,
}

const TITLES: &[&str] = &[
    "Zero drift at {}",
    "Display dark at {}",
    "Spikes at {}",
    "Total lost after power cut, {}",
    "Leak at {}",
    "Certificate missing, {}",
    "Loan unit for {}",
    "IO-Link fault at {}",
    "Manual for {}",
    "Reading too high at {}",
];

/// All tickets, oldest first.
pub(crate) fn build(seed: u64, calendar: &Calendar) -> Vec<Ticket> {
    let mut rng = Rng::new(seed, "tickets");
    let mut taken: BTreeSet<u32> = TICKETS.iter().map(|t| t.number).collect();
    let fixed = TICKETS.iter().filter_map(|t| {
        Some(Ticket {
            number: t.number,
            customer: customer(t.customer)?,
            title: t.title.to_owned(),
            state: t.state,
            priority: t.priority,
            opened_by: t.opened_by,
            opened: t.opened,
            sla: t.sla,
            closed: t.closed,
        })
    });
    let mut tickets: Vec<Ticket> = fixed.collect();
    for _ in 0..140 {
        let Some(who) = CUSTOMERS.get(rng.weighted(CUSTOMERS.iter().map(|c| c.weight))) else {
            continue;
        };
        let people: Vec<_> = people_of(who.key).collect();
        let Some(opener) = rng.pick(&people) else {
            continue;
        };
        let day = calendar.working_until(rng.between(crate::ledger::HISTORY + 4, -22));
        // Eleven numbers a day lead to #40312 on its day.
        let number = u32::try_from(40_312 + (day + 8) * 11 + rng.between(0, 10)).unwrap_or(1);
        if !taken.insert(number) {
            continue;
        }
        let opened = (
            day,
            u32::try_from(rng.between(7 * 3600, 17 * 3600)).unwrap_or(0),
        );
        let closed = calendar.working_from(day + rng.between(1, 14));
        tickets.push(Ticket {
            number,
            customer: who,
            title: rng.word(TITLES).replace("{}", rng.word(who.places)),
            state: "closed",
            priority: rng.word(&["Low", "Normal", "Normal", "Normal", "High"]),
            opened_by: opener.key,
            opened,
            sla: None,
            closed: Some((closed, 16 * 3600)),
        });
    }
    tickets.sort_by_key(|t| (t.opened, t.number));
    tickets
}
