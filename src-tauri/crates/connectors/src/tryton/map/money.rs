//! What is owed and what was paid.

use rapport_model::{FieldValue, Money, Phase, Record, RecordKind};

use super::{Lore, add, currency, lines, money, name_field, party_of, refer, text_field};
use crate::tryton::wire::{self, Row};

pub(super) fn invoice(id: i64, row: &Row) -> Result<Record, String> {
    let number = wire::text(row, "number");
    let total = money(row, "total_amount")?;
    let credit = total
        .as_ref()
        .is_some_and(|it| it.amount.is_sign_negative() && !it.amount.is_zero());
    let word = if credit { "Credit note" } else { "Invoice" };
    let title = wire::text(row, "description")
        .or_else(|| number.as_ref().map(|number| format!("{word} {number}")))
        .unwrap_or_else(|| format!("Draft {} {id}", word.to_lowercase()));
    let state = wire::text(row, "state");
    let mut it = Record::new(RecordKind::Invoice, title);
    it.number = number;
    it.phase = match state.as_deref() {
        Some("draft") => Phase::Draft,
        Some("paid") => Phase::Done,
        Some("cancelled") => Phase::Lost,
        _ => Phase::Open,
    };
    it.customer = party_of(row, "party");
    it.parent = wire::ids(row, "sales")
        .next()
        .map(|sale| refer("sale.sale", sale));
    it.amount = total;
    it.outstanding = match it.phase {
        Phase::Open => money(row, "amount_to_pay")?,
        Phase::Draft | Phase::Done | Phase::Lost => None,
    };
    it.state = state;
    it.date = wire::date(row, "invoice_date");
    it.due = due(row);
    it.text = wire::text(row, "comment");
    it.lines = lines(row)?;
    let net = money(row, "untaxed_amount")?;
    add(
        &mut it.fields,
        [
            ("reference", text_field(row, "reference")),
            ("net", net.map_or(FieldValue::Empty, FieldValue::Money)),
            ("payment_term", name_field(row, "payment_term", "rec_name")),
        ],
    );
    Ok(it)
}

/// The first instalment not yet paid falls due; with all paid, the last one did.
fn due(row: &Row) -> Option<jiff::civil::Date> {
    let open = |line: &&Row| {
        line.get("reconciliation")
            .is_none_or(serde_json::Value::is_null)
    };
    let day = |line| wire::date(line, "maturity_date");
    wire::list(row, "lines_to_pay")
        .filter(open)
        .filter_map(day)
        .min()
        .or_else(|| wire::list(row, "lines_to_pay").filter_map(day).max())
        .or_else(|| wire::date(row, "payment_term_date"))
}

/// Money that came in and was put against an invoice.
pub(super) fn received(id: i64, row: &Row, lore: &Lore) -> Result<Record, String> {
    let zero = || Ok::<_, String>(rust_decimal::Decimal::ZERO);
    let credit = wire::decimal(row, "credit")?.map_or_else(zero, Ok)?;
    let debit = wire::decimal(row, "debit")?.map_or_else(zero, Ok)?;
    let amount = credit
        .checked_sub(debit)
        .ok_or("the amount is out of range")?;
    let code = currency(row).unwrap_or_else(|| lore.currency.clone());
    let number = wire::nested(row, "move").and_then(|it| wire::text(it, "number"));
    let title = wire::text(row, "description")
        .or_else(|| number.as_ref().map(|number| format!("Payment {number}")))
        .unwrap_or_else(|| format!("Payment {id}"));
    let mut it = Record::new(RecordKind::Payment, title);
    it.number = number;
    it.phase = Phase::Done;
    it.customer = party_of(row, "party");
    it.parent = wire::ids(row, "invoice_payments")
        .next()
        .map(|invoice| refer("account.invoice", invoice));
    it.amount = Some(Money::new(amount, code));
    it.date = wire::date(row, "date");
    Ok(it)
}

/// A payment that the company is collecting.
pub(super) fn under_way(id: i64, row: &Row) -> Result<Record, String> {
    let number = wire::text(row, "number");
    let title = wire::text(row, "reference")
        .or_else(|| number.as_ref().map(|number| format!("Payment {number}")))
        .unwrap_or_else(|| format!("Payment {id}"));
    let state = wire::text(row, "state");
    let mut it = Record::new(RecordKind::Payment, title);
    it.number = number;
    it.phase = match state.as_deref() {
        Some("draft") => Phase::Draft,
        Some("succeeded") => Phase::Done,
        Some("failed") => Phase::Lost,
        _ => Phase::Open,
    };
    it.state = state;
    it.customer = party_of(row, "party");
    it.amount = money(row, "amount")?;
    it.date = wire::date(row, "date");
    add(
        &mut it.fields,
        [("reference", text_field(row, "reference"))],
    );
    Ok(it)
}
