//! The books: orders, invoices and payments whose sums agree, made from the
//! fixed documents of the scenes and a seeded history around them.
//!
//! Invariant: an invoice equals its lines, an order its lines, what was paid
//! the payments; only the documents the scenes name are overdue.

use rust_decimal::Decimal;

use crate::rng::Rng;
use crate::when::{Calendar, Day};
use crate::world::books::{OAK_1164_PAID, OAK_INVOICES, OAK_ORDERS, OPEN, SHIPPED};
use crate::world::products::{FLAT, PRODUCTS, Product};
use crate::world::{CUSTOMERS, Customer, customer};

mod number;
pub(crate) mod quotes;
#[cfg(test)]
mod tests;

/// Days of history before today.
pub(crate) const HISTORY: Day = -730;

/// A line of an order or an invoice.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// What.
    pub(crate) product: Product,
    /// How many.
    pub(crate) quantity: i64,
    /// Price of one.
    pub(crate) unit: Decimal,
    /// The order it belongs to, as a place in [`Ledger::orders`].
    order: usize,
    /// The number of that order.
    pub(crate) order_number: String,
}

impl Line {
    /// Quantity times price.
    pub(crate) fn amount(&self) -> Decimal {
        Decimal::from(self.quantity) * self.unit
    }
}

/// An order.
#[derive(Debug)]
pub(crate) struct Order {
    /// Number.
    pub(crate) number: String,
    /// Who ordered.
    pub(crate) customer: &'static Customer,
    /// When.
    pub(crate) day: Day,
    /// Promised day.
    pub(crate) delivery: Day,
    /// Day it left, if it did.
    pub(crate) shipped: Option<Day>,
    /// What it is about.
    pub(crate) title: String,
    /// Sum of the lines.
    pub(crate) total: Decimal,
    /// How much of it has been invoiced.
    pub(crate) invoiced: Decimal,
    /// Lines.
    pub(crate) lines: Vec<Line>,
}

impl Order {
    /// `confirmed`, `shipped`, `partly invoiced` or `invoiced`.
    pub(crate) fn state(&self) -> &'static str {
        if self.invoiced == self.total {
            "invoiced"
        } else if self.invoiced > Decimal::ZERO {
            "partly invoiced"
        } else if self.shipped.is_some() {
            "shipped"
        } else {
            "confirmed"
        }
    }
}

/// An invoice.
#[derive(Debug)]
pub(crate) struct Invoice {
    /// Number.
    pub(crate) number: String,
    /// Who owes.
    pub(crate) customer: &'static Customer,
    /// When it was written.
    pub(crate) day: Day,
    /// When it falls due.
    pub(crate) due: Day,
    /// What it is about.
    pub(crate) title: String,
    /// Sum of the lines.
    pub(crate) total: Decimal,
    /// Days and amounts paid.
    pub(crate) paid: Vec<(Day, Decimal)>,
    /// Whether the customer disputes it.
    pub(crate) disputed: bool,
    /// Lines.
    pub(crate) lines: Vec<Line>,
}

impl Invoice {
    /// What has been paid so far.
    pub(crate) fn paid_sum(&self) -> Decimal {
        self.paid.iter().map(|(_, amount)| *amount).sum()
    }

    /// `paid`, `disputed` or `posted`.
    pub(crate) fn state(&self) -> &'static str {
        if self.paid_sum() == self.total {
            "paid"
        } else if self.disputed {
            "disputed"
        } else {
            "posted"
        }
    }
}

/// All of it, each list sorted by day.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Orders.
    pub(crate) orders: Vec<Order>,
    /// Invoices.
    pub(crate) invoices: Vec<Invoice>,
}

/// Cents as money.
pub(crate) fn money(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

impl Ledger {
    /// Writes the books of two years.
    pub(crate) fn build(seed: u64, calendar: &Calendar) -> Self {
        let mut books = Self::default();
        for c in CUSTOMERS {
            let mut rng = Rng::new(seed, c.key);
            let until = if c.key == "oak" {
                Calendar::snapshot(2025, 3, 1)
            } else {
                -3
            };
            books.history(c, until, calendar, &mut rng);
        }
        let mut rng = Rng::new(seed, "fixed");
        books.oakhollow(calendar, &mut rng);
        books.scenes(&mut rng);
        number::assign(&mut books);
        books
    }

    fn order(&mut self, customer: &'static Customer, day: Day, cents: i64, rng: &mut Rng) -> usize {
        let at = self.orders.len();
        let lines = lines_for(cents, at, rng);
        let title = lines.first().map_or_else(String::new, |l| {
            format!(
                "{} × {} for {}",
                l.quantity,
                l.product.0,
                rng.word(customer.places)
            )
        });
        let delivery = day + rng.between(7, 24);
        let shipped = (delivery + 1 < 0).then(|| delivery + rng.between(-2, 1));
        self.orders.push(Order {
            number: String::new(),
            customer,
            day,
            delivery,
            shipped,
            title,
            total: money(cents),
            invoiced: Decimal::ZERO,
            lines,
        });
        at
    }

    fn invoice(
        &mut self,
        customer: &'static Customer,
        days: (Day, Day),
        title: String,
        lines: Vec<Line>,
    ) -> Option<&mut Invoice> {
        for line in &lines {
            if let Some(order) = self.orders.get_mut(line.order) {
                order.invoiced += line.amount();
            }
        }
        self.invoices.push(Invoice {
            number: String::new(),
            customer,
            day: days.0,
            due: days.1,
            title,
            total: lines.iter().map(Line::amount).sum(),
            paid: Vec::new(),
            disputed: false,
            lines,
        });
        self.invoices.last_mut()
    }

    /// The seeded part: an order every few weeks, invoiced in one or two parts,
    /// paid around the due day.
    fn history(
        &mut self,
        customer: &'static Customer,
        until: Day,
        calendar: &Calendar,
        rng: &mut Rng,
    ) {
        let mut day = HISTORY + rng.between(0, 20);
        while day < until {
            let cents = i64::from(customer.order_size) * i64::from(rng.between(40, 160)) * 100;
            let at = self.order(customer, calendar.working_from(day), cents, rng);
            self.bill(at, calendar, rng);
            day += rng.between(18, 45);
        }
    }

    fn bill(&mut self, at: usize, calendar: &Calendar, rng: &mut Rng) {
        let Some(order) = self.orders.get(at) else {
            return;
        };
        let (customer, title, mut first) =
            (order.customer, order.title.clone(), order.lines.clone());
        let written = calendar.working_from(order.delivery + rng.between(0, 4));
        let second = if first.len() > 1 && rng.chance(35) {
            first.split_off(1)
        } else {
            Vec::new()
        };
        for (lines, day) in [(first, written), (second, written + rng.between(9, 20))] {
            // What would be written tomorrow or later is simply not invoiced yet.
            if lines.is_empty() || day >= 0 {
                continue;
            }
            let due = day + 30;
            let late = rng.between(-6, 12);
            let split = rng.chance(8);
            let Some(invoice) = self.invoice(customer, (day, due), title.clone(), lines) else {
                continue;
            };
            let paid_on = (due + late).min(-1);
            if due >= 0 || paid_on < day {
                continue;
            }
            let half = (invoice.total / Decimal::TWO).round_dp(2);
            let earlier = (paid_on - 7).max(day);
            invoice.paid = if split {
                vec![(earlier, half), (paid_on, invoice.total - half)]
            } else {
                vec![(paid_on, invoice.total)]
            };
        }
    }

    /// Oakhollow's year follows the months on the screen; invoices use up the
    /// orders oldest first.
    fn oakhollow(&mut self, calendar: &Calendar, rng: &mut Rng) {
        let Some(oak) = customer("oak") else { return };
        let mut open: Vec<(usize, Decimal)> = Vec::new();
        for (year, month, cents) in OAK_ORDERS {
            let first = Calendar::snapshot(*year, *month, 2);
            let day = calendar.working_from(first + rng.between(0, 8));
            let at = self.order(oak, day, *cents, rng);
            open.push((at, money(*cents)));
        }
        open.reverse();
        for (year, month, day, cents, fixed) in OAK_INVOICES {
            let day = Calendar::snapshot(*year, *month, *day);
            let paid = if fixed.is_empty() {
                day + 30 + rng.between(0, 16)
            } else {
                OAK_1164_PAID
            };
            let due = if fixed.is_empty() { day + 30 } else { day + 60 };
            let lines = take(&mut open, money(*cents), rng);
            let title = if fixed.is_empty() {
                "Delivery and service".to_owned()
            } else {
                "Meters for Line 3".to_owned()
            };
            if let Some(invoice) = self.invoice(oak, (day, due), title, lines) {
                (*fixed).clone_into(&mut invoice.number);
                invoice.paid = vec![(paid, invoice.total)];
            }
        }
        for fixed in OPEN.iter().filter(|i| i.customer == "oak") {
            let lines = take(&mut open, money(fixed.total), rng);
            if let Some(invoice) = self.invoice(
                oak,
                (fixed.due - 30, fixed.due),
                fixed.title.to_owned(),
                lines,
            ) {
                fixed.number.clone_into(&mut invoice.number);
            }
        }
    }

    fn scenes(&mut self, rng: &mut Rng) {
        for fixed in OPEN.iter().filter(|i| i.customer != "oak") {
            let Some(who) = customer(fixed.customer) else {
                continue;
            };
            let at = self.order(who, fixed.due - 48, fixed.total, rng);
            let lines = self
                .orders
                .get(at)
                .map_or_else(Vec::new, |o| o.lines.clone());
            if let Some(invoice) = self.invoice(
                who,
                (fixed.due - 30, fixed.due),
                fixed.title.to_owned(),
                lines,
            ) {
                fixed.number.clone_into(&mut invoice.number);
                invoice.disputed = fixed.state == "disputed";
            }
        }
        let (number, who, ordered, shipped, cents) = SHIPPED;
        if let Some(who) = customer(who) {
            let at = self.order(who, ordered, cents, rng);
            if let Some(order) = self.orders.get_mut(at) {
                number.clone_into(&mut order.number);
                order.delivery = shipped;
                order.shipped = Some(shipped);
            }
        }
    }
}

/// Takes an amount off the open orders, the oldest (at the end) first.
fn take(open: &mut Vec<(usize, Decimal)>, amount: Decimal, rng: &mut Rng) -> Vec<Line> {
    let mut left = amount;
    let mut lines = Vec::new();
    while left > Decimal::ZERO {
        let Some((order, rest)) = open.pop() else {
            break;
        };
        let part = rest.min(left);
        left -= part;
        if rest > part {
            open.push((order, rest - part));
        }
        let mut exact = part;
        exact.rescale(2);
        let cents = i64::try_from(exact.mantissa()).unwrap_or(0);
        lines.extend(lines_for(cents, order, rng));
    }
    lines
}

/// Lines that add up to an amount: products, then one flat line for the rest.
fn lines_for(cents: i64, order: usize, rng: &mut Rng) -> Vec<Line> {
    let line = |product: Product, quantity: i64, unit: i64| Line {
        product,
        quantity,
        unit: money(unit),
        order,
        order_number: String::new(),
    };
    let mut left = cents;
    let mut lines = Vec::new();
    for _ in 0..2 + rng.index(3) {
        let affordable: Vec<&Product> = PRODUCTS.iter().filter(|p| p.2 <= left).collect();
        let Some(product) = rng.pick(&affordable) else {
            break;
        };
        let most = i32::try_from((left / product.2).min(12)).unwrap_or(1);
        let quantity = i64::from(rng.between(1, most));
        lines.push(line(**product, quantity, product.2));
        left -= quantity * product.2;
    }
    if left > 0 {
        lines.push(line(FLAT, 1, left));
    }
    lines
}
