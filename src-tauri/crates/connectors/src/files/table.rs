//! Rows of a table as records, companies and people.

mod fill;
mod notation;

use std::collections::BTreeMap;

use jiff::civil::Date;
use rapport_model::{
    Address, AddressKind, Body, Contact, Currency, FieldName, FieldValue, Fields, Handle, Item,
    ItemRef, Line, LinkId, Millis, Money, Organisation, Phase, Postal, Record, RecordKind,
    Revision,
};
use rust_decimal::Decimal;

use super::mapping::TableMapping;
use super::sheet::{Around, Row};
use crate::common::digest64;

pub(super) use fill::{Table, disagreement, fields, says};

/// The collection records lie in.
pub(super) const COLLECTION: &str = "records";

/// Maps a row. `number` counts rows, for tables without a key.
///
/// # Errors
/// In plain words, why the row cannot be read.
pub(super) fn map(
    path: &str,
    columns: &[String],
    cells: Vec<String>,
    number: u64,
    around: &Around,
) -> Result<Item, String> {
    if cells.len() != columns.len() {
        let (has, want) = (cells.len(), columns.len());
        return Err(format!(
            "the row has {has} cells and the first line names {want} columns"
        ));
    }
    let table = around
        .mapping
        .files
        .get(path)
        .ok_or("the table has no mapping")?;
    let revision = digest64(cells.iter().map(|cell| cell.as_bytes()));
    let row = Row { columns, cells };
    let key = match row.column(&table.key) {
        Some(key) => key.to_owned(),
        None if table.key.is_empty() => format!("row-{number}"),
        None => {
            return Err(format!(
                "the row has nothing in \"{}\", which names it",
                table.key
            ));
        }
    };
    let view = View {
        row: &row,
        table,
        around,
        path,
    };
    let (at, body) = match table.kind.as_str() {
        _ if table.is_customer() => (None, view.organisation(&key)),
        "contact" => (None, view.contact()),
        _ => view.record(&key),
    };
    Ok(Item {
        handle: Handle::new(handle(path, &key)),
        link: Some(LinkId::new(key)),
        revision: Some(Revision::new(format!("{revision:016x}"))),
        at: at.unwrap_or_default(),
        body,
        raw: serde_json::to_string(&raw(&row)).ok(),
    })
}

fn raw<'a>(row: &'a Row<'_>) -> BTreeMap<&'a str, &'a str> {
    row.columns
        .iter()
        .map(String::as_str)
        .zip(row.cells.iter().map(String::as_str))
        .collect()
}

/// Where a row sits.
pub(super) fn handle(path: &str, key: &str) -> String {
    format!("{path}#{key}")
}

/// Maps a row of a table of lines: the record it belongs to, and the line.
pub(super) fn line(row: &Row<'_>, table: &TableMapping) -> Option<(String, Line)> {
    let around = Around::default();
    let view = View {
        row,
        table,
        around: &around,
        path: "",
    };
    let of = view.cell(table.lines_of()?)?.to_owned();
    let text = view
        .cell("title")
        .or_else(|| view.cell("product"))
        .unwrap_or_default()
        .to_owned();
    let quantity = view
        .cell("quantity")
        .and_then(|it| view.decimal(it))
        .unwrap_or(Decimal::ONE);
    let unit = view.cell("unit").map(str::to_owned);
    Some((
        of,
        Line {
            text,
            quantity,
            unit,
            price: view.money("unit_price"),
            amount: view.money("amount"),
        },
    ))
}

/// A row seen through its mapping.
#[derive(Debug)]
struct View<'a> {
    row: &'a Row<'a>,
    table: &'a TableMapping,
    around: &'a Around,
    path: &'a str,
}

/// Fields that hold money.
const AMOUNTS: [&str; 8] = [
    "amount",
    "outstanding",
    "open",
    "paid",
    "credit_limit",
    "unit_price",
    "total",
    "tax",
];

impl View<'_> {
    fn cell(&self, field: &str) -> Option<&str> {
        self.row.column(self.table.columns.get(field)?)
    }

    fn text(&self, field: &str) -> Option<String> {
        self.cell(field).map(str::to_owned)
    }

    fn point(&self) -> char {
        self.table.decimal.unwrap_or('.')
    }

    fn decimal(&self, text: &str) -> Option<Decimal> {
        decimal(text, self.point())
    }

    fn currency(&self) -> Currency {
        let own = self.cell("currency");
        Currency::new(own.or(self.table.currency.as_deref()).unwrap_or_default())
    }

    fn money(&self, field: &str) -> Option<Money> {
        let amount = self.decimal(self.cell(field)?)?;
        Some(Money {
            amount,
            currency: self.currency(),
        })
    }

    /// The row another table names `value`, when that table is mapped.
    fn refer(&self, kind: &str, value: &str) -> Option<ItemRef> {
        let (path, _) = self.around.mapping.file_of(kind)?;
        Some(ItemRef::new(COLLECTION, handle(path, value)))
    }

    fn reference(&self, kind: &str) -> Option<ItemRef> {
        self.refer(kind, self.cell(kind)?)
            .filter(|to| to.handle.as_str() != self.path)
    }

    /// The colleague: by mail address, or by the key of the employee's row.
    fn owner(&self) -> Option<ItemRef> {
        let value = self.cell("owner")?;
        if value.contains('@') {
            let key = self.around.staff().get(&value.to_lowercase())?;
            return self.refer("employee", key);
        }
        self.refer("employee", value)
    }

    /// Everything without a place of its own, under its field's name.
    fn rest(&self, placed: &[&str]) -> Fields {
        let names = self
            .table
            .columns
            .keys()
            .filter(|name| !placed.contains(&name.as_str()));
        names
            .filter_map(|name| {
                let value = self.cell(name)?;
                let known = if AMOUNTS.contains(&name.as_str()) {
                    self.money(name).map(FieldValue::Money)
                } else if name == "owner" {
                    self.owner().map(FieldValue::Ref)
                } else {
                    self.reference(name).map(FieldValue::Ref)
                };
                Some((
                    FieldName(name.clone()),
                    known.unwrap_or_else(|| FieldValue::Text(value.to_owned())),
                ))
            })
            .collect()
    }

    fn addresses(&self) -> Vec<Address> {
        let mut out: Vec<Address> = self.cell("email").map(Address::email).into_iter().collect();
        out.extend(self.cell("phone").map(Address::phone));
        out.extend(self.cell("matrix").map(Address::matrix));
        for field in ["url", "website", "domain"] {
            out.extend(self.cell(field).map(|value| Address {
                kind: AddressKind::Url,
                value: value.to_owned(),
            }));
        }
        out
    }

    fn postal(&self) -> Vec<Postal> {
        let part = |field: &str| self.text(field).unwrap_or_default();
        let postal = Postal {
            label: String::new(),
            street: part("street"),
            code: part("postcode"),
            city: part("city"),
            country: part("country"),
        };
        if postal == Postal::default() {
            Vec::new()
        } else {
            vec![postal]
        }
    }

    fn organisation(&self, key: &str) -> Body {
        let placed = [
            "title", "name", "vat", "tax_id", "email", "phone", "matrix", "url", "website",
            "domain", "street", "postcode", "city", "country", "text", "currency", "number",
        ];
        let name = self.text("title").or_else(|| self.text("name"));
        Body::Organisation(Box::new(Organisation {
            name: name.unwrap_or_else(|| key.to_owned()),
            // A system may number its own rows and know the number of another.
            number: self.text("number").or_else(|| Some(key.to_owned())),
            tax_id: self.text("vat").or_else(|| self.text("tax_id")),
            addresses: self.addresses(),
            postal: self.postal(),
            notes: self.text("text"),
            own: false,
            fields: self.rest(&placed),
        }))
    }

    fn contact(&self) -> Body {
        let placed = [
            "title",
            "name",
            "email",
            "phone",
            "matrix",
            "url",
            "website",
            "domain",
            "street",
            "postcode",
            "city",
            "country",
            "text",
            "role",
            "organisation_name",
            "customer",
        ];
        let name = self
            .text("title")
            .or_else(|| self.text("name"))
            .or_else(|| self.text("email"));
        Body::Contact(Box::new(Contact {
            name: name.unwrap_or_default(),
            addresses: self.addresses(),
            organisation: self.reference("customer"),
            organisation_name: self.text("organisation_name"),
            role: self.text("role"),
            postal: self.postal(),
            notes: self.text("text"),
            fields: self.rest(&placed),
            ..Contact::default()
        }))
    }

    fn record(&self, key: &str) -> (Option<Millis>, Body) {
        let word = self.table.word();
        let title = self
            .text("title")
            .or_else(|| self.text("name"))
            .or_else(|| self.text("text"));
        let title = title.and_then(|it| it.lines().next().map(|line| shortened(line, 120)));
        let mut record = Record::new(
            RecordKind::from(word.to_owned()),
            title.unwrap_or_else(|| key.to_owned()),
        );
        let (at, date) = self.cell("date").map(day_or_moment).unwrap_or_default();
        let (_, due) = self.cell("due").map(day_or_moment).unwrap_or_default();
        record.number = Some(key.to_owned());
        record.state = self.text("state");
        record.phase = record
            .state
            .as_deref()
            .map(|it| phase(it, self.table))
            .unwrap_or_default();
        record.customer = self.reference("customer");
        record.person = self
            .reference("employee")
            .or_else(|| self.reference("contact"));
        record.owner = self.owner();
        record.parent = parents(word)
            .iter()
            .filter(|field| **field != word)
            .find_map(|field| self.reference(field));
        record.amount = self.money("amount");
        record.outstanding = self.money("outstanding").or_else(|| self.money("open"));
        record.date = date;
        record.due = due;
        record.text = self.text("text");
        record.lines = self.around.lines(self.path, key);
        let mut placed = vec![
            "title",
            "name",
            "state",
            "customer",
            "amount",
            "outstanding",
            "open",
            "currency",
            "text",
        ];
        placed.extend(record.owner.is_some().then_some("owner"));
        placed.extend(date.is_some().then_some("date"));
        placed.extend(due.is_some().then_some("due"));
        record.fields = self.rest(&placed);
        if record.customer.is_none() {
            record
                .fields
                .extend(self.rest(&[]).remove_entry(&FieldName::from("customer")));
        }
        (at, Body::Record(Box::new(record)))
    }
}

/// The fields that name the document a record came from, not one that came out
/// of it; the first that holds something counts.
fn parents(word: &str) -> &'static [&'static str] {
    match word {
        "opportunity" => &["parent", "project"],
        "quote" => &["parent", "opportunity"],
        "order" => &["parent", "quote", "opportunity"],
        "invoice" => &["parent", "order"],
        "payment" => &["parent", "invoice", "order"],
        _ => &[
            "parent",
            "invoice",
            "order",
            "quote",
            "opportunity",
            "ticket",
            "project",
        ],
    }
}

fn shortened(text: &str, letters: usize) -> String {
    let mut out: String = text.chars().take(letters).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// A day, a moment, or a day as people write it.
fn day_or_moment(text: &str) -> (Option<Millis>, Option<Date>) {
    let midnight = |day: Date| {
        day.to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|it| Millis::from(it.timestamp()))
    };
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return (
            Some(Millis::from(at)),
            Some(at.to_zoned(jiff::tz::TimeZone::UTC).date()),
        );
    }
    let forms = ["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d"];
    let day = text.parse::<Date>().ok();
    let day = day.or_else(|| {
        forms
            .iter()
            .find_map(|form| Date::strptime(form, text).ok())
    });
    (day.and_then(midnight), day)
}

/// `1,234.50`, `€ 18 640.00`, `(12.00)`, and with a decimal comma `1.234,50`.
pub(super) fn decimal(text: &str, point: char) -> Option<Decimal> {
    let negative = text.trim_start().starts_with('(') || text.contains('-');
    let mut plain = String::new();
    for letter in text.chars() {
        match letter {
            '0'..='9' => plain.push(letter),
            it if it == point => plain.push('.'),
            ',' | '.' | '\'' | '-' | '(' | ')' | '+' => {}
            it if it.is_whitespace() || it.is_alphabetic() => {}
            '€' | '$' | '£' | '¥' => {}
            _ => return None,
        }
    }
    let value: Decimal = plain.parse().ok()?;
    Some(if negative { -value } else { value })
}

fn phase(state: &str, table: &TableMapping) -> Phase {
    if let Some(known) = table.states.get(state) {
        return *known;
    }
    match state.trim().to_lowercase().as_str() {
        "draft" | "new" | "entwurf" => Phase::Draft,
        "won" | "paid" | "done" | "closed" | "solved" | "resolved" | "shipped" | "delivered"
        | "completed" | "complete" | "accepted" | "invoiced" | "ordered" | "approved"
        | "bezahlt" => Phase::Done,
        "lost" | "cancelled" | "canceled" | "refused" | "rejected" | "declined" | "expired"
        | "void" | "storniert" => Phase::Lost,
        _ => Phase::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let read = |text, point| decimal(text, point).unwrap().to_string();
        assert_eq!(read("18,640.00", '.'), "18640.00");
        assert_eq!(read("1.234,50 €", ','), "1234.50");
        assert_eq!(read("(12.00)", '.'), "-12.00");
        assert_eq!(decimal("n/a", '.'), None);
        assert_eq!(decimal("", '.'), None);
    }

    #[test]
    fn days_are_read_in_the_forms_exports_use() {
        for text in [
            "2026-03-12",
            "12.03.2026",
            "2026/03/12",
            "2026-03-12T09:41:00Z",
        ] {
            assert_eq!(
                day_or_moment(text).1.unwrap().to_string(),
                "2026-03-12",
                "{text}"
            );
        }
        assert_eq!(day_or_moment("soon"), (None, None));
    }
}
