//! What the records said on the evening before the day of the scenes: few facts, of customers the
//! scenes are about, so that a first look in the morning has something to tell.

use rust_decimal::Decimal;

use crate::company::Company;

/// The file of the conversation that was put off until the morning: with Samir Odeh, whom the
/// user meant to call by then.
pub const PUT_OFF: &str = "chat/dm-samir.jsonl";

/// The customers the user keeps in the sidebar: those of the scenes.
pub const KEPT: [&str; 4] = [
    "Oakhollow Brewing",
    "Braeloch Distillers",
    "Sundvik Dairy",
    "Tarnfeld Papier",
];

/// Opportunity, and the stage and amount in euro it had.
const DEALS: &[(&str, &str, i64)] = &[
    ("OPP-2204", "Proposal", 82_000),
    ("OPP-2198", "Qualification", 24_000),
    ("OPP-2191", "Qualification", 44_500),
];
/// Days by which the decision on a deal was expected later.
const LATER: (&str, i32) = ("OPP-2191", 14);
/// Tickets whose urgency nobody had seen yet.
const CALM: &[u32] = &[40_312];

impl Company {
    /// The same company, some hours younger.
    #[must_use]
    pub(crate) fn evening_before(mut self) -> Self {
        for deal in &mut self.opportunities {
            for (_, stage, amount) in DEALS.iter().filter(|(id, ..)| *id == deal.id) {
                deal.stage = stage;
                deal.amount = Decimal::from(*amount);
            }
            if deal.id == LATER.0 {
                deal.close += LATER.1;
            }
        }
        for ticket in &mut self.tickets {
            if CALM.contains(&ticket.number) {
                ticket.priority = "Normal";
            }
            // Closed this morning.
            if ticket.closed.is_some_and(|(day, _)| day >= 0) {
                ticket.state = "open";
                ticket.closed = None;
            }
        }
        self
    }
}
