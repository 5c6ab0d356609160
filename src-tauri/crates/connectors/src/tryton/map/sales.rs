//! What is sold, may be sold, and was ordered.

use rapport_model::{FieldValue, Money, Phase, Record, RecordKind};

use super::{
    Lore, add, colleague, day_field, lines, money, name_field, named, party_of, percent_field,
    text_field,
};
use crate::tryton::wire::{self, Row};

pub(super) fn opportunity(id: i64, row: &Row) -> Result<Record, String> {
    let title = wire::text(row, "description")
        .or_else(|| wire::text(row, "number"))
        .unwrap_or_else(|| format!("Opportunity {id}"));
    let state = wire::text(row, "state");
    let mut it = Record::new(RecordKind::Opportunity, title);
    it.number = wire::text(row, "number");
    it.phase = match state.as_deref() {
        Some("won") => Phase::Done,
        Some("lost" | "cancelled") => Phase::Lost,
        _ => Phase::Open,
    };
    it.actions = words(match state.as_deref() {
        Some("lead") => &["opportunity", "lost", "cancel"],
        Some("opportunity") => &["convert", "lost", "cancel", "lead"],
        Some("lost" | "cancelled") => &["lead"],
        _ => &[],
    });
    it.state = state;
    it.customer = party_of(row, "party");
    it.person = party_of(row, "contact");
    it.owner = colleague(row, "employee");
    it.amount = money(row, "amount")?;
    it.date = wire::date(row, "start_date");
    it.due = wire::date(row, "end_date");
    it.text = wire::text(row, "comment");
    it.lines = lines(row)?;
    add(
        &mut it.fields,
        [
            ("reference", text_field(row, "reference")),
            ("lost_reason", text_field(row, "lost_reason")),
            ("probability", percent_field(row, "conversion_probability")?),
            ("payment_term", name_field(row, "payment_term", "rec_name")),
        ],
    );
    Ok(it)
}

/// Offers and orders are one document at Tryton, so it stays one record here
/// from the first draft on; where it stands is in its state and phase.
pub(super) fn order(id: i64, row: &Row) -> Result<Record, String> {
    let number = wire::text(row, "number");
    let title = wire::text(row, "description")
        .or_else(|| wire::text(row, "reference"))
        .or_else(|| number.as_ref().map(|number| format!("Order {number}")))
        .unwrap_or_else(|| format!("Draft order {id}"));
    let state = wire::text(row, "state");
    let mut it = Record::new(RecordKind::Order, title);
    it.number = number;
    it.phase = match state.as_deref() {
        Some("draft") => Phase::Draft,
        Some("done") => Phase::Done,
        Some("cancelled") => Phase::Lost,
        _ => Phase::Open,
    };
    it.actions = words(match state.as_deref() {
        Some("draft") => &["quote", "cancel"],
        Some("quotation") => &["confirm", "draft", "cancel"],
        Some("confirmed") => &["process", "draft"],
        Some("cancelled") => &["draft"],
        _ => &[],
    });
    // An offer waits until it runs out, an order until it ships.
    it.due = match state.as_deref() {
        Some("draft" | "quotation") => wire::date(row, "quotation_expire"),
        _ => wire::date(row, "shipping_date"),
    };
    it.state = state;
    it.customer = party_of(row, "party");
    it.person = party_of(row, "contact");
    it.owner = colleague(row, "quoted_by");
    it.parent = named(row, "origin");
    it.amount = money(row, "total_amount")?;
    it.date = wire::date(row, "sale_date").or_else(|| wire::date(row, "quotation_date"));
    it.text = wire::text(row, "comment");
    it.lines = lines(row)?;
    let net = money(row, "untaxed_amount")?;
    add(
        &mut it.fields,
        [
            ("reference", text_field(row, "reference")),
            ("net", net.map_or(FieldValue::Empty, FieldValue::Money)),
            ("quoted", day_field(row, "quotation_date")),
            ("invoice_state", text_field(row, "invoice_state")),
            ("shipment_state", text_field(row, "shipment_state")),
            ("payment_term", name_field(row, "payment_term", "rec_name")),
        ],
    );
    Ok(it)
}

pub(super) fn product(id: i64, row: &Row, lore: &Lore) -> Result<Record, String> {
    let title = wire::text(row, "name")
        .or_else(|| wire::text(row, "rec_name"))
        .unwrap_or_else(|| format!("Product {id}"));
    let mut it = Record::new(RecordKind::Product, title);
    it.number = wire::text(row, "code");
    it.text = wire::text(row, "description");
    // A variant without a price of its own has the one of its template.
    let price = match wire::decimal(row, "list_price_used")? {
        Some(price) => Some(price),
        None => wire::decimal(row, "list_price")?,
    };
    it.amount = price.map(|price| Money::new(price, &lore.currency));
    add(
        &mut it.fields,
        [
            ("type", text_field(row, "type")),
            ("unit", name_field(row, "default_uom", "symbol")),
        ],
    );
    Ok(it)
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|&word| word.to_owned()).collect()
}
