//! What a customer's records add up to: sums now, and a year of months.
//!
//! Read from the indexes of [`crate::table::figures`] alone. An amount that does
//! not fit there, or has no currency of its own, is taken from its record.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rapport_model::{Money, OrgId, Record};
use rusqlite::{Row, params};
use rust_decimal::Decimal;

use super::common::body_at;
use super::rows::{Month, Sum};
use crate::db::Reader;
use crate::error::StoreError;

/// Months of the chart.
const MONTHS: i32 = 12;

/// An open record's part in the sums.
struct Open {
    kind: String,
    invoice_open: bool,
    late: bool,
    money: Money,
}

/// The three amounts a list of customers shows.
#[derive(Debug, Default)]
pub(crate) struct Amounts {
    pub(crate) unpaid: Option<Money>,
    pub(crate) overdue: Option<Money>,
    pub(crate) opportunities: Option<Money>,
}

impl Reader<'_> {
    /// Exact sums over open records, one line a kind and currency.
    pub(crate) fn sums(&self, org: OrgId, day: Date) -> Result<Vec<Sum>, StoreError> {
        let mut sums: BTreeMap<(&str, String), (u64, Decimal)> = BTreeMap::new();
        for open in self.open_records(org, day)? {
            let mut add = |what: &'static str| {
                let sum = sums
                    .entry((what, open.money.currency.0.clone()))
                    .or_default();
                sum.0 = sum.0.saturating_add(1);
                sum.1 = sum.1.saturating_add(open.money.amount);
            };
            match open.kind.as_str() {
                "opportunity" => add("open_opportunities"),
                "order" => add("open_orders"),
                _ if open.invoice_open => {
                    add("unpaid");
                    if open.late {
                        add("overdue");
                    }
                }
                _ => {}
            }
        }
        Ok(sums
            .into_iter()
            .map(|((what, currency), (count, amount))| Sum {
                what: what.to_owned(),
                count,
                amount: Money::new(amount, currency),
            })
            .collect())
    }

    /// What a list of customers says of their money.
    pub(crate) fn amounts(&self, org: OrgId, day: Date) -> Result<Amounts, StoreError> {
        let mut out = Amounts::default();
        let sums = self.sums(org, day)?;
        let most = |what: &str| {
            sums.iter()
                .filter(|it| it.what == what)
                .max_by_key(|it| it.count)
        };
        out.opportunities = most("open_opportunities").map(|it| it.amount.clone());
        out.unpaid = most("unpaid").map(|it| it.amount.clone());
        // The part past due is a part of the line beside it: of one currency.
        out.overdue = out.unpaid.as_ref().and_then(|unpaid| {
            sums.iter()
                .find(|it| it.what == "overdue" && it.amount.currency == unpaid.currency)
                .map(|it| it.amount.clone())
        });
        Ok(out)
    }

    fn open_records(&self, org: OrgId, day: Date) -> Result<Vec<Open>, StoreError> {
        let today = day.to_string();
        let mut statement = self.conn.prepare_cached(
            "SELECT kind, phase, due, currency, amount, outstanding, item FROM record \
             WHERE org = ?1 AND phase IN ('draft', 'open') \
             AND kind IN ('opportunity', 'invoice', 'order')",
        )?;
        let mut rows = statement.query([org.0])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let kind: String = row.get(0)?;
            let invoice = kind == "invoice";
            let (amount, outstanding): (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
            let key = outstanding.filter(|_| invoice).or(amount);
            let money = match (key, row.get::<_, Option<String>>(3)?) {
                (None, _) => None,
                (Some(key), Some(currency)) if fits(key) => Some(Money::new(exact(key), currency)),
                _ => self.money_of(row.get(6)?, invoice)?,
            };
            let Some(money) = money else { continue };
            let due: Option<String> = row.get(2)?;
            let open = row.get_ref(1)?.as_str().is_ok_and(|it| it == "open");
            out.push(Open {
                invoice_open: invoice && open,
                late: open && due.is_some_and(|due| due < today),
                kind,
                money,
            });
        }
        Ok(out)
    }

    /// The exact amount of one record, read from its body.
    fn money_of(&self, item: i64, outstanding: bool) -> Result<Option<Money>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT body FROM record WHERE item = ?1")?;
        let mut rows = statement.query([item])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let record: Record = body_at(row, 0)?;
        Ok(if outstanding {
            record.outstanding.or(record.amount)
        } else {
            record.amount
        })
    }

    /// The twelve months up to this one, oldest first; none when none of them
    /// has an order or invoice.
    pub(crate) fn months(&self, org: OrgId, day: Date) -> Result<Vec<Month>, StoreError> {
        let names = month_names(day);
        let Some(first) = names.first() else {
            return Ok(Vec::new());
        };
        let (from, today) = (format!("{first}-01"), day.to_string());
        let mut statement = self.conn.prepare_cached(
            "SELECT kind, day, currency, amount, phase, due, outstanding, item FROM record \
             WHERE org = ?1 AND kind IN ('order', 'invoice') AND day >= ?2 AND day <= ?3 || '~' \
             AND phase NOT IN ('lost', 'draft') AND amount IS NOT NULL",
        )?;
        let this = names.last().cloned().unwrap_or_default();
        let mut rows = statement.query(params![org.0, from, this])?;
        // Per currency: how many, and the three sums of each month.
        let mut found: BTreeMap<String, (u64, BTreeMap<String, [Decimal; 3]>)> = BTreeMap::new();
        // A large customer has thousands: texts are compared where they lie.
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(3)?;
            let mut looked_up = None;
            let currency = match text_at(row, 2)? {
                Some(currency) if fits(key) => currency,
                _ => match self.money_of(row.get(7)?, false)? {
                    Some(money) => looked_up.insert(money).currency.0.as_str(),
                    None => continue,
                },
            };
            if !found.contains_key(currency) {
                found.insert(currency.to_owned(), (0, BTreeMap::new()));
            }
            let Some(of) = found.get_mut(currency) else {
                continue;
            };
            of.0 += 1;
            let day = text_at(row, 1)?.unwrap_or_default();
            let month = day.get(..7).unwrap_or(day);
            if !of.1.contains_key(month) {
                of.1.insert(month.to_owned(), Default::default());
            }
            let Some([ordered, invoiced, overdue]) = of.1.get_mut(month) else {
                continue;
            };
            let amount = looked_up.map_or_else(|| Decimal::new(key, 4), |it| it.amount);
            if text_at(row, 0)? == Some("order") {
                *ordered = ordered.saturating_add(amount);
                continue;
            }
            *invoiced = invoiced.saturating_add(amount);
            if text_at(row, 4)? == Some("open")
                && text_at(row, 5)?.is_some_and(|due| due < today.as_str())
            {
                let left: Option<i64> = row.get(6)?;
                let left = left.filter(|it| fits(*it));
                *overdue = overdue.saturating_add(left.map_or(amount, |it| Decimal::new(it, 4)));
            }
        }
        let Some((currency, (_, of))) = found.into_iter().max_by_key(|(_, (count, _))| *count)
        else {
            return Ok(Vec::new());
        };
        Ok(names
            .into_iter()
            .map(|month| {
                let sums = of.get(&month).copied().unwrap_or_default();
                let [ordered, invoiced, overdue] = sums.map(|it| Money::new(places(it), &currency));
                Month {
                    month,
                    ordered,
                    invoiced,
                    overdue,
                }
            })
            .collect())
    }
}

/// The text in a column, where it lies.
fn text_at<'a>(row: &'a Row<'_>, column: usize) -> Result<Option<&'a str>, StoreError> {
    let text = row.get_ref(column)?.as_str_or_null();
    Ok(text.map_err(rusqlite::Error::from)?)
}

/// The column holds the amount itself and not only its greatest value.
const fn fits(key: i64) -> bool {
    key > i64::MIN && key < i64::MAX
}

/// The amount a column of ten-thousandths stands for, with at least two places.
fn exact(key: i64) -> Decimal {
    places(Decimal::new(key, 4))
}

/// An amount with at least two places.
fn places(amount: Decimal) -> Decimal {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount
}

/// `2026-03` for the last twelve months, oldest first.
fn month_names(day: Date) -> Vec<String> {
    (0..MONTHS)
        .rev()
        .filter_map(|back| {
            let first = day.first_of_month();
            jiff::Span::new()
                .try_months(back)
                .and_then(|span| first.checked_sub(span))
                .ok()
        })
        .map(|first| first.strftime("%Y-%m").to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_months_of_the_chart_end_with_this_one() {
        let names = month_names(date(2026, 3, 31));
        assert_eq!(names.len(), 12);
        assert_eq!(names.first().map(String::as_str), Some("2025-04"));
        assert_eq!(names.last().map(String::as_str), Some("2026-03"));
    }

    #[test]
    fn an_amount_comes_out_of_its_column_as_it_went_in() {
        assert_eq!(exact(186_955_000).to_string(), "18695.50");
        assert_eq!(exact(-12_345).to_string(), "-1.2345");
        assert!(!fits(i64::MAX));
    }
}
