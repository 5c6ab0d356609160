//! Tryton's rows as items. Pure: what a row does not say comes in as [`Lore`].

mod money;
mod party;
mod sales;
mod staff;
#[cfg(test)]
mod tests;
mod work;

use std::collections::BTreeSet;

use rapport_model::{
    Body, FieldName, FieldValue, Fields, Handle, Item, ItemRef, Line, Millis, Money, Record,
    Revision,
};
use rust_decimal::Decimal;
use serde_json::Value;

use super::spec::spec;
use super::wire::{self, Row};

pub(super) use party::kind_of;

/// Longest raw form that is kept of a row.
const RAW: usize = 200_000;

/// What is known beside the row.
#[derive(Clone, Debug, Default)]
pub(super) struct Lore {
    /// Parties that have an employment.
    pub(super) staff: BTreeSet<i64>,
    /// The user's own party.
    pub(super) me: Option<i64>,
    /// The user's own companies.
    pub(super) own: BTreeSet<i64>,
    /// Lower-case names of relations from a person to their company.
    pub(super) person_relations: BTreeSet<String>,
    /// The company's currency, for prices that name none.
    pub(super) currency: String,
}

/// The item in a row of a collection.
///
/// # Errors
/// The row cannot be understood; the text says why.
pub(super) fn item(model: &str, row: &Row, lore: &Lore) -> Result<Item, String> {
    let id = wire::id(row, "id").ok_or("the row has no id")?;
    let body = match model {
        "party.party" => party::party(id, row, lore),
        "company.employee" => record(staff::employee(id, row)),
        "sale.opportunity" => record(sales::opportunity(id, row)?),
        "sale.sale" => record(sales::order(id, row)?),
        "account.invoice" => record(money::invoice(id, row)?),
        "account.move.line" => record(money::received(id, row, lore)?),
        "account.payment" => record(money::under_way(id, row)?),
        "product.product" => record(sales::product(id, row, lore)?),
        "project.work" => work::work(id, row)?,
        "timesheet.line" => record(staff::time_spent(id, row)),
        "attendance.line" => record(staff::attendance(id, row)),
        "ir.note" => record(work::note(row)),
        "ir.attachment" => record(work::document(id, row)),
        other => return Err(format!("rows of {other} are not understood")),
    };
    Ok(Item {
        handle: Handle::new(id.to_string()),
        link: None,
        revision: wire::text(row, "_timestamp").map(Revision::new),
        at: moment(model, row),
        body,
        raw: serde_json::to_string(row)
            .ok()
            .filter(|raw| raw.len() <= RAW),
    })
}

/// The moment of making never moves; what was worked has its own.
fn moment(model: &str, row: &Row) -> Millis {
    let own = (model == "attendance.line")
        .then(|| wire::moment(row, "at"))
        .flatten();
    own.or_else(|| wire::moment(row, "create_date"))
        .unwrap_or_default()
}

fn record(record: Record) -> Body {
    Body::Record(Box::new(record))
}

/// A reference to a row of another collection.
fn refer(model: &str, id: i64) -> ItemRef {
    ItemRef::new(model, id.to_string())
}

fn party_of(row: &Row, field: &str) -> Option<ItemRef> {
    wire::id(row, field).map(|id| refer("party.party", id))
}

/// The party of the colleague in a field.
fn colleague(row: &Row, field: &str) -> Option<ItemRef> {
    party_of(wire::nested(row, field)?, "party")
}

/// `sale.opportunity,12` as a reference, where that is shown here.
fn named(row: &Row, field: &str) -> Option<ItemRef> {
    let text = wire::text(row, field)?;
    let (model, id) = text.split_once(',')?;
    let known = spec(model)?;
    id.parse::<i64>().ok().map(|id| refer(known.model, id))
}

fn currency(row: &Row) -> Option<String> {
    wire::text(wire::nested(row, "currency")?, "code")
}

fn money(row: &Row, field: &str) -> Result<Option<Money>, String> {
    let code = currency(row).unwrap_or_default();
    Ok(wire::decimal(row, field)?.map(|amount| Money::new(amount, &code)))
}

/// The lines of an opportunity, order or invoice; headings and totals among
/// them are text without a quantity and left out.
fn lines(row: &Row) -> Result<Vec<Line>, String> {
    let code = currency(row).unwrap_or_default();
    wire::list(row, "lines")
        .filter(|line| wire::text(line, "type").is_none_or(|kind| kind == "line"))
        .map(|line| {
            let product = wire::nested(line, "product").and_then(|it| wire::text(it, "rec_name"));
            let money = |field| {
                wire::decimal(line, field).map(|it| it.map(|amount| Money::new(amount, &code)))
            };
            Ok(Line {
                text: product
                    .or_else(|| wire::text(line, "summary"))
                    .unwrap_or_default(),
                quantity: wire::decimal(line, "quantity")?
                    .map_or(Decimal::ONE, |quantity| quantity.normalize()),
                unit: wire::nested(line, "unit").and_then(|unit| wire::text(unit, "symbol")),
                price: money("unit_price")?,
                amount: money("amount")?,
            })
        })
        .collect()
}

/// Adds further fields, empty ones left out.
fn add<const N: usize>(fields: &mut Fields, more: [(&str, FieldValue); N]) {
    let more = more.into_iter().filter(|(_, value)| !value.is_empty());
    fields.extend(more.map(|(name, value)| (FieldName::from(name), value)));
}

fn text_field(row: &Row, field: &str) -> FieldValue {
    FieldValue::text(wire::text(row, field))
}

fn name_field(row: &Row, field: &str, name: &str) -> FieldValue {
    FieldValue::text(wire::nested(row, field).and_then(|it| wire::text(it, name)))
}

fn day_field(row: &Row, field: &str) -> FieldValue {
    wire::date(row, field).map_or(FieldValue::Empty, FieldValue::Day)
}

fn hours_field(row: &Row, field: &str) -> FieldValue {
    wire::hours(row, field).map_or(FieldValue::Empty, FieldValue::Number)
}

/// A share such as 0.25, in percent.
fn percent_field(row: &Row, field: &str) -> Result<FieldValue, String> {
    let share = wire::decimal(row, field)?;
    let percent = share.and_then(|it| it.checked_mul(Decimal::ONE_HUNDRED));
    Ok(percent.map_or(FieldValue::Empty, |it| {
        FieldValue::Number(it.round_dp(2).normalize())
    }))
}

/// How many bytes an attachment has, when the row says so.
fn size(row: &Row, field: &str) -> Option<u64> {
    row.get(field).and_then(Value::as_u64)
}
