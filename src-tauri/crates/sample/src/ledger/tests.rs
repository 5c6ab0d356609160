//! The sums of the books, whatever the seed.

use super::*;
use jiff::civil::date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

fn books(seed: u64) -> Ledger {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    Ledger::build(seed, &Calendar::new(date(2026, 3, 12), zone).unwrap())
}

#[test]
fn invoices_and_orders_equal_their_lines_whatever_the_seed() {
    for seed in 0..12 {
        let books = books(seed);
        for i in &books.invoices {
            assert_eq!(
                i.total,
                i.lines.iter().map(Line::amount).sum(),
                "{}",
                i.number
            );
            assert!(i.paid_sum() <= i.total && i.day < 0);
            assert!(
                i.paid.iter().all(|(day, _)| *day < 0 && *day >= i.day),
                "{i:?}"
            );
        }
        for o in &books.orders {
            assert_eq!(
                o.total,
                o.lines.iter().map(Line::amount).sum(),
                "{}",
                o.number
            );
            let billed = books.invoices.iter().flat_map(|i| &i.lines);
            let billed: Decimal = billed
                .filter(|l| l.order_number == o.number)
                .map(Line::amount)
                .sum();
            assert_eq!(o.invoiced, billed, "{}", o.number);
            assert!(o.invoiced <= o.total);
        }
    }
}

#[test]
fn only_the_eight_invoices_of_the_scenes_are_overdue() {
    for seed in 0..12 {
        let books = books(seed);
        let late = books
            .invoices
            .iter()
            .filter(|i| i.state() != "paid" && i.due < 0);
        let late: BTreeSet<_> = late.map(|i| i.number.clone()).collect();
        let wanted = OPEN
            .iter()
            .filter(|i| i.due < 0)
            .map(|i| i.number.to_owned())
            .collect();
        assert_eq!(late, wanted);
        let oak = books
            .invoices
            .iter()
            .filter(|i| i.customer.key == "oak" && i.state() != "paid");
        assert_eq!(oak.map(|i| i.total).sum::<Decimal>(), money(1_869_550));
    }
}

#[test]
fn numbers_are_unique_and_orders_come_before_their_invoices() {
    let books = books(3);
    let numbers: BTreeSet<_> = books.invoices.iter().map(|i| &i.number).collect();
    assert_eq!(numbers.len(), books.invoices.len());
    let numbers: BTreeSet<_> = books.orders.iter().map(|o| &o.number).collect();
    assert_eq!(numbers.len(), books.orders.len());
    for invoice in &books.invoices {
        for line in &invoice.lines {
            let order = books
                .orders
                .iter()
                .find(|o| o.number == line.order_number)
                .unwrap();
            assert!(order.day <= invoice.day && order.customer.key == invoice.customer.key);
        }
    }
}
