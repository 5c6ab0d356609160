//! What a customer's records add up to: sums now, and a year of months.
//!
//! Read from the indexes of [`crate::table::figures`] alone. An amount that does
//! not fit there, or has no currency of its own, is taken from its record.

use jiff::civil::Date;
use rapport_model::{Money, OrgId, Record};
use rusqlite::{Row, params};
use rust_decimal::Decimal;

use super::common::body_at;
use super::rows::{Month, Sum};
use crate::db::Reader;
use crate::error::StoreError;

/// Months of the chart.
const MONTHS: usize = 12;

/// An exact sum of ten-thousandths. A large customer has thousands of records: whole numbers
/// are added as such, and only what does not fit a column as a decimal.
#[derive(Clone, Copy, Debug, Default)]
struct Total {
    units: i64,
    rest: Decimal,
}

impl Total {
    fn add(&mut self, units: i64) {
        match self.units.checked_add(units) {
            Some(sum) => self.units = sum,
            None => self.add_exact(Decimal::new(units, 4)),
        }
    }

    fn add_exact(&mut self, amount: Decimal) {
        self.rest = self.rest.saturating_add(amount);
    }

    /// With at least two places.
    fn amount(self) -> Decimal {
        places(self.rest.saturating_add(Decimal::new(self.units, 4)))
    }
}

/// One line of the sums while they are added up.
struct Line {
    what: &'static str,
    currency: String,
    count: u64,
    total: Total,
}

/// The line of a sum, made when it is the first of its kind. They are a handful.
fn line<'a>(lines: &'a mut Vec<Line>, what: &'static str, currency: &str) -> Option<&'a mut Line> {
    let known = lines
        .iter()
        .position(|it| it.what == what && it.currency == currency);
    let at = known.unwrap_or_else(|| {
        lines.push(Line {
            what,
            currency: currency.to_owned(),
            count: 0,
            total: Total::default(),
        });
        lines.len() - 1
    });
    lines.get_mut(at)
}

/// What the months of one currency come to: ordered, invoiced and overdue of each.
struct Year {
    currency: String,
    count: u64,
    months: [[Total; 3]; MONTHS],
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
        let mut statement = self.conn.prepare_cached(
            "SELECT kind, phase = 'open', due < ?2, currency, amount, outstanding, item \
             FROM record WHERE org = ?1 AND phase IN ('draft', 'open') \
             AND kind IN ('opportunity', 'invoice', 'order')",
        )?;
        let mut rows = statement.query(params![org.0, day.to_string()])?;
        let mut lines: Vec<Line> = Vec::new();
        while let Some(row) = rows.next()? {
            let invoice = text_at(row, 0)? == Some("invoice");
            let (what, late): (_, bool) = match text_at(row, 0)? {
                Some("opportunity") => ("open_opportunities", false),
                Some("order") => ("open_orders", false),
                _ if row.get(1)? => ("unpaid", row.get::<_, Option<bool>>(2)? == Some(true)),
                _ => continue,
            };
            let (amount, outstanding): (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
            let Some(key) = outstanding.filter(|_| invoice).or(amount) else {
                continue;
            };
            let of_body = match text_at(row, 3)? {
                Some(_) if fits(key) => None,
                _ => match self.money_of(row.get(6)?, invoice)? {
                    Some(money) => Some(money),
                    None => continue,
                },
            };
            let currency = match &of_body {
                Some(money) => money.currency.0.as_str(),
                None => text_at(row, 3)?.unwrap_or_default(),
            };
            for what in std::iter::once(what).chain(late.then_some("overdue")) {
                if let Some(line) = line(&mut lines, what, currency) {
                    line.count = line.count.saturating_add(1);
                    match &of_body {
                        Some(money) => line.total.add_exact(money.amount),
                        None => line.total.add(key),
                    }
                }
            }
        }
        lines.sort_by(|one, other| (one.what, &one.currency).cmp(&(other.what, &other.currency)));
        Ok(lines
            .into_iter()
            .map(|it| Sum {
                what: it.what.to_owned(),
                count: it.count,
                amount: Money::new(it.total.amount(), it.currency),
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
            "SELECT kind = 'order', day, currency, amount, phase = 'open' AND due < ?4, \
             outstanding, item FROM record \
             WHERE org = ?1 AND kind IN ('order', 'invoice') AND day >= ?2 AND day <= ?3 || '~' \
             AND phase NOT IN ('lost', 'draft') AND amount IS NOT NULL",
        )?;
        let this = names.last().cloned().unwrap_or_default();
        let mut rows = statement.query(params![org.0, from, this, today])?;
        let mut years: Vec<Year> = Vec::new();
        // Rows come by day and currency: most are of the month and year of the one before.
        let (mut at, mut of) = (0, 0);
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(3)?;
            let mut of_body = None;
            let currency = match text_at(row, 2)? {
                Some(currency) if fits(key) => currency,
                _ => match self.money_of(row.get(6)?, false)? {
                    Some(money) => of_body.insert(money).currency.0.as_str(),
                    None => continue,
                },
            };
            if years.get(of).is_none_or(|it| it.currency != currency) {
                let known = years.iter().position(|it| it.currency == currency);
                of = known.unwrap_or(years.len());
            }
            if of == years.len() {
                years.push(Year {
                    currency: currency.to_owned(),
                    count: 0,
                    months: Default::default(),
                });
            }
            let Some(year) = years.get_mut(of) else {
                continue;
            };
            year.count += 1;
            let day = text_at(row, 1)?.unwrap_or_default();
            let month = day.get(..7).unwrap_or(day);
            if names.get(at).is_none_or(|it| it != month) {
                at = names
                    .iter()
                    .position(|it| it == month)
                    .unwrap_or(names.len());
            }
            let Some([ordered, invoiced, overdue]) = year.months.get_mut(at) else {
                continue;
            };
            let add = |total: &mut Total| match &of_body {
                Some(money) => total.add_exact(money.amount),
                None => total.add(key),
            };
            if row.get(0)? {
                add(ordered);
                continue;
            }
            add(invoiced);
            if row.get::<_, Option<bool>>(4)? == Some(true) {
                let left: Option<i64> = row.get(5)?;
                match left.filter(|it| fits(*it)) {
                    Some(left) => overdue.add(left),
                    None => add(overdue),
                }
            }
        }
        years.sort_by(|one, other| one.currency.cmp(&other.currency));
        let Some(year) = years.into_iter().max_by_key(|it| it.count) else {
            return Ok(Vec::new());
        };
        Ok(names
            .into_iter()
            .zip(year.months)
            .map(|(month, sums)| {
                let [ordered, invoiced, overdue] =
                    sums.map(|it| Money::new(it.amount(), &year.currency));
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
            let back = i64::try_from(back).ok()?;
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
        let exact = |key| {
            let mut total = Total::default();
            total.add(key);
            total.amount()
        };
        assert_eq!(exact(186_955_000).to_string(), "18695.50");
        assert_eq!(exact(-12_345).to_string(), "-1.2345");
        assert!(!fits(i64::MAX));
    }

    #[test]
    fn a_sum_beyond_whole_numbers_stays_exact() {
        let mut total = Total::default();
        total.add(i64::MAX - 1);
        total.add(i64::MAX - 1);
        total.add_exact(Decimal::new(12_345, 5));
        let whole = Decimal::new(i64::MAX - 1, 4);
        assert_eq!(total.amount(), whole + whole + Decimal::new(12_345, 5));
    }
}
