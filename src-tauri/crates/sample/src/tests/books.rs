//! Promises about the tables.

use std::collections::BTreeMap;

use jiff::civil::date;
use rust_decimal::Decimal;

use super::{amount, files, make, options, table};

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
