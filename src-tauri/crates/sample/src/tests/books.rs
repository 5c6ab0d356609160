//! Promises about the tables.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::civil::date;
use rust_decimal::Decimal;

use super::{amount, files, make, options, table};
use crate::{PUT_OFF, evening_before};

#[test]
fn the_sums_of_the_books_agree() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("sample");
    make(&options(date(2026, 3, 12), 100), &out);
    let files = files(&out);
    let sum = |table: &[BTreeMap<String, String>], by: &str| {
        let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
        for row in table {
            *sums.entry(row[by].clone()).or_default() += amount(row, "amount");
        }
        sums
    };
    let lines = table(&files, "invoice_lines");
    let (by_invoice, by_order) = (sum(&lines, "invoice"), sum(&lines, "order"));
    let paid = sum(&table(&files, "payments"), "invoice");
    for line in &lines {
        assert_eq!(
            amount(line, "quantity") * amount(line, "unit_price"),
            amount(line, "amount")
        );
    }
    for invoice in table(&files, "invoices") {
        let number = &invoice["number"];
        assert_eq!(amount(&invoice, "total"), by_invoice[number], "{number}");
        assert_eq!(
            amount(&invoice, "paid"),
            paid.get(number).copied().unwrap_or_default(),
            "{number}"
        );
        assert_eq!(
            amount(&invoice, "open"),
            amount(&invoice, "total") - amount(&invoice, "paid")
        );
    }
    let of_order = sum(&table(&files, "order_lines"), "order");
    for order in table(&files, "orders") {
        let number = &order["number"];
        assert_eq!(amount(&order, "total"), of_order[number], "{number}");
        assert_eq!(
            amount(&order, "invoiced"),
            by_order.get(number).copied().unwrap_or_default(),
            "{number}"
        );
    }
}

#[test]
fn the_morning_changes_a_few_facts_of_the_evening_before_and_adds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (evening, morning) = (dir.path().join("evening"), dir.path().join("morning"));
    let options = options(date(2026, 3, 12), 100);
    evening_before(&options, &evening, &mut |_| ControlFlow::Continue(())).unwrap();
    make(&options, &morning);
    let (before, after) = (files(&evening), files(&morning));
    let differ: Vec<&str> = after
        .iter()
        .filter(|(name, bytes)| before.get(*name) != Some(bytes))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        differ,
        ["records/opportunities.csv", "records/tickets.csv"],
        "only records of the pipeline and the desk change overnight"
    );
    assert!(
        before.contains_key(PUT_OFF),
        "one talk waits for the morning"
    );
    for kind in ["opportunities", "tickets"] {
        let (before, after) = (table(&before, kind), table(&after, kind));
        assert_eq!(before.len(), after.len(), "{kind}");
        let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
        assert!((2..10).contains(&changed), "{changed} of {kind}");
    }
}
