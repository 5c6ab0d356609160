//! The rows of all tables.

use std::collections::BTreeMap;

use super::folder::Folder;
use super::table::{self, Spec};
use super::tables;
use crate::SampleError;
use crate::company::Company;
use crate::ledger::Line;
use crate::when::{Calendar, Day};
use crate::world::desk::{CALLS, NOTES, TICKET_NOTES};
use crate::world::{CUSTOMERS, deals, person, products::PRODUCTS, staff};

const EUR: &str = "EUR";

fn email(key: &str) -> String {
    person(key).map(|p| p.email()).unwrap_or_default()
}

/// An instant, RFC 3339 in UTC.
fn stamp(calendar: &Calendar, at: (Day, u32)) -> Result<String, SampleError> {
    Ok(calendar.at(at.0, at.1)?.timestamp().to_string())
}

macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$($cell.to_string()),*] };
}

/// Writes all tables and says how many rows each has, by kind.
pub(crate) fn write(
    folder: &Folder,
    company: &Company,
    calendar: &Calendar,
) -> Result<BTreeMap<String, u64>, SampleError> {
    let mut counts = BTreeMap::new();
    let mut put = |spec: &Spec, rows: Vec<Vec<String>>| -> Result<(), SampleError> {
        counts.insert(spec.kind.to_owned(), table::write(folder, spec, &rows)?);
        Ok(())
    };
    let date = |day: Day| calendar.date(day).to_string();
    put(&tables::CUSTOMERS, customers())?;
    put(&tables::CRM_ACCOUNTS, crm_accounts())?;
    put(
        &tables::OPPORTUNITIES,
        company
            .opportunities
            .iter()
            .map(|o| {
                row![
                    o.id,
                    o.customer.id,
                    o.title,
                    o.stage,
                    o.amount,
                    EUR,
                    deals::probability(o.stage),
                    date(o.close),
                    email(o.customer.crm_owner),
                    o.before,
                ]
            })
            .collect(),
    )?;
    put(
        &tables::QUOTES,
        company
            .quotes
            .iter()
            .map(|q| {
                row![
                    q.number,
                    q.customer.id,
                    q.title,
                    q.state,
                    q.total,
                    EUR,
                    date(q.day),
                    date(q.until),
                    q.opportunity,
                    q.order,
                ]
            })
            .collect(),
    )?;
    put(
        &tables::ORDERS,
        company
            .books
            .orders
            .iter()
            .map(|o| {
                row![
                    o.number,
                    o.customer.id,
                    o.title,
                    o.state(),
                    o.total,
                    EUR,
                    date(o.day),
                    date(o.delivery),
                    o.shipped.map(date).unwrap_or_default(),
                    o.invoiced,
                ]
            })
            .collect(),
    )?;
    put(
        &tables::ORDER_LINES,
        company
            .books
            .orders
            .iter()
            .flat_map(|o| {
                o.lines
                    .iter()
                    .enumerate()
                    .map(|(at, l)| line_row(&o.number, at, None, l))
            })
            .collect(),
    )?;
    put(
        &tables::INVOICES,
        company
            .books
            .invoices
            .iter()
            .map(|i| {
                row![
                    i.number,
                    i.customer.id,
                    i.title,
                    i.state(),
                    i.total,
                    EUR,
                    date(i.day),
                    date(i.due),
                    i.paid_sum(),
                    i.total - i.paid_sum(),
                    i.lines
                        .first()
                        .map(|l| l.order_number.as_str())
                        .unwrap_or_default(),
                ]
            })
            .collect(),
    )?;
    put(
        &tables::INVOICE_LINES,
        company
            .books
            .invoices
            .iter()
            .flat_map(|i| {
                i.lines
                    .iter()
                    .enumerate()
                    .map(|(at, l)| line_row(&i.number, at, Some(&l.order_number), l))
            })
            .collect(),
    )?;
    put(&tables::PAYMENTS, payments(company, calendar))?;
    put(&tables::TICKETS, tickets(company, calendar)?)?;
    put(&tables::TICKET_NOTES, ticket_notes(company, calendar)?)?;
    put(&tables::CALLS, calls(calendar)?)?;
    put(
        &tables::NOTES,
        NOTES
            .iter()
            .enumerate()
            .map(|(at, (c, day, who, text))| {
                row![
                    format!("NOTE-{:03}", at + 1),
                    customer_id(c),
                    date(*day),
                    email(who),
                    calendar.fill(text),
                ]
            })
            .collect(),
    )?;
    put(
        &tables::PRODUCTS,
        PRODUCTS
            .iter()
            .map(|(code, name, price, group)| {
                row![code, name, group, crate::ledger::money(*price), EUR,]
            })
            .collect(),
    )?;
    put(
        &tables::EMPLOYEES,
        staff::STAFF
            .iter()
            .enumerate()
            .map(|(at, p)| row![employee_id(at), p.name, p.email(), p.title, p.phone,])
            .collect(),
    )?;
    put(
        &tables::LEAVE,
        staff::LEAVE
            .iter()
            .enumerate()
            .map(|(at, (who, first, last, kind, state))| {
                let place = staff::STAFF.iter().position(|p| p.key == *who).unwrap_or(0);
                row![
                    format!("LV-{:04}", 311 + at),
                    employee_id(place),
                    kind,
                    date(*first),
                    date(*last),
                    state
                ]
            })
            .collect(),
    )?;
    Ok(counts)
}

fn employee_id(at: usize) -> String {
    format!("E-{:03}", at + 1)
}

fn customer_id(key: &str) -> &'static str {
    crate::world::customer(key).map_or("", |c| c.id)
}

fn line_row(document: &str, at: usize, order: Option<&String>, line: &Line) -> Vec<String> {
    let mut cells = row![format!("{document}/{}", at + 1), document];
    cells.extend(order.cloned());
    cells.extend(row![
        line.product.0,
        line.product.1,
        line.quantity,
        line.unit,
        line.amount(),
        EUR
    ]);
    cells
}

fn customers() -> Vec<Vec<String>> {
    CUSTOMERS
        .iter()
        .map(|c| {
            let [street, postcode, city, country, _] = c.address;
            row![
                c.id,
                c.name,
                c.legal,
                c.domain,
                c.vat,
                c.terms,
                email(c.owner),
                crate::ledger::money(c.credit * 100),
                EUR,
                street,
                postcode,
                city,
                country,
                c.since,
                c.tier,
                c.industry,
            ]
        })
        .collect()
}

fn crm_accounts() -> Vec<Vec<String>> {
    CUSTOMERS
        .iter()
        .map(|c| {
            let [street, code, city, country, _] = c.address;
            row![
                c.id.replace("C-", "CRM-"),
                c.id,
                c.name,
                c.legal,
                c.domain,
                c.crm_terms,
                email(c.crm_owner),
                street,
                code,
                city,
                country,
                c.vat
            ]
        })
        .collect()
}

fn payments(company: &Company, calendar: &Calendar) -> Vec<Vec<String>> {
    let mut all: Vec<_> = company
        .books
        .invoices
        .iter()
        .flat_map(|i| i.paid.iter().map(move |p| (p.0, i, p.1)))
        .collect();
    all.sort_by_key(|(day, invoice, _)| (*day, invoice.number.as_str()));
    all.iter()
        .enumerate()
        .map(|(at, (day, invoice, amount))| {
            row![
                format!("PAY-{:05}", 20_001 + at),
                invoice.customer.id,
                invoice.number,
                amount,
                EUR,
                calendar.date(*day),
                "bank transfer",
            ]
        })
        .collect()
}

fn tickets(company: &Company, calendar: &Calendar) -> Result<Vec<Vec<String>>, SampleError> {
    let when = |at: Option<(Day, u32)>| at.map_or(Ok(String::new()), |at| stamp(calendar, at));
    company
        .tickets
        .iter()
        .map(|t| {
            Ok(row![
                t.number,
                t.customer.id,
                t.title,
                t.state,
                t.priority,
                email(t.opened_by),
                stamp(calendar, t.opened)?,
                when(t.sla)?,
                when(t.closed)?,
                email("priya"),
            ])
        })
        .collect()
}

fn ticket_notes(company: &Company, calendar: &Calendar) -> Result<Vec<Vec<String>>, SampleError> {
    TICKET_NOTES
        .iter()
        .enumerate()
        .map(|(at, (ticket, when, who, visibility, text))| {
            let customer = company
                .tickets
                .iter()
                .find(|t| t.number == *ticket)
                .map_or("", |t| t.customer.id);
            Ok(row![
                format!("TN-{:04}", at + 1),
                ticket,
                customer,
                stamp(calendar, *when)?,
                email(who),
                visibility,
                calendar.fill(text)
            ])
        })
        .collect()
}

fn calls(calendar: &Calendar) -> Result<Vec<Vec<String>>, SampleError> {
    CALLS
        .iter()
        .enumerate()
        .map(|(at, (customer, when, minutes, who, with, summary))| {
            Ok(row![
                format!("CALL-{:03}", at + 1),
                customer_id(customer),
                stamp(calendar, *when)?,
                minutes,
                email(who),
                email(with),
                summary,
            ])
        })
        .collect()
}
