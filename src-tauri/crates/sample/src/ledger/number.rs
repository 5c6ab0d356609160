//! Numbers of documents: they grow with the day, and never take one that a
//! scene has fixed.

use std::collections::BTreeSet;

use super::Ledger;
use crate::when::{Calendar, Day};
use crate::world::books::NUMBER_ANCHORS;

/// Gives out numbers of one kind.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    taken: BTreeSet<String>,
}

impl Numbers {
    /// Keeps numbers for the documents that have theirs.
    pub(crate) fn reserve<'a>(fixed: impl Iterator<Item = &'a str>) -> Self {
        Self {
            taken: fixed.filter(|n| !n.is_empty()).map(str::to_owned).collect(),
        }
    }

    /// The next free number at or after `wish` in the year of `day`.
    pub(crate) fn next(&mut self, prefix: &str, day: Day, wish: i64) -> String {
        let year = Calendar::number_year(day);
        let mut n = wish;
        loop {
            let number = format!("{prefix}-{year}-{n:04}");
            if self.taken.insert(number.clone()) {
                return number;
            }
            n += 1;
        }
    }
}

/// Where a day lies between the invoice numbers that are fixed.
pub(crate) fn invoice_wish(day: Day) -> i64 {
    let after = NUMBER_ANCHORS.iter().position(|(anchor, _)| *anchor > day);
    let at = after.unwrap_or(NUMBER_ANCHORS.len()).saturating_sub(1);
    let Some((from, low)) = NUMBER_ANCHORS.get(at) else {
        return 1;
    };
    let Some((to, high)) = NUMBER_ANCHORS.get(at + 1) else {
        return low + i64::from(day - from);
    };
    low + (high - low) * i64::from(day - from) / i64::from(to - from)
}

/// Where a day lies in its year, in hundredths of a number per day.
pub(crate) fn yearly_wish(day: Day, per_hundred_days: i64) -> i64 {
    1 + i64::from(Calendar::number_day(day)) * per_hundred_days / 100
}

/// Numbers orders and invoices, then sorts them by day.
pub(super) fn assign(books: &mut Ledger) {
    let mut numbers = Numbers::reserve(books.orders.iter().map(|o| o.number.as_str()));
    let mut turn: Vec<_> = books.orders.iter_mut().collect();
    turn.sort_by_key(|o| o.day);
    for order in turn {
        if order.number.is_empty() {
            order.number = numbers.next("SO", order.day, yearly_wish(order.day, 760));
        }
    }
    books.invoices.sort_by_key(|i| i.day);
    let mut numbers = Numbers::reserve(books.invoices.iter().map(|i| i.number.as_str()));
    for invoice in &mut books.invoices {
        if invoice.number.is_empty() {
            invoice.number = numbers.next("INV", invoice.day, invoice_wish(invoice.day));
        }
        for line in &mut invoice.lines {
            if let Some(order) = books.orders.get(line.order) {
                line.order_number.clone_from(&order.number);
            }
        }
    }
    for order in &mut books.orders {
        for line in &mut order.lines {
            line.order_number.clone_from(&order.number);
        }
    }
    books.orders.sort_by_key(|o| o.day);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_finds_its_number_between_its_neighbours() {
        assert_eq!(invoice_wish(-45), 148);
        assert!((148..165).contains(&invoice_wish(-43)));
        assert_eq!(
            Numbers::reserve(["INV-2026-0148"].into_iter()).next("INV", -45, 148),
            "INV-2026-0149"
        );
    }
}
