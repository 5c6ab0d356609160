//! The collections: which model each reads, with what, and which other models'
//! changes mean that its rows must be read again.

use rapport_model::Kind;
use serde_json::{Value, json};

/// One field to read, as a dotted path, and the models the path goes through.
/// It is left out when any of them is missing or may not be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want {
    pub(super) path: &'static str,
    pub(super) through: &'static [&'static str],
}

/// Another model whose rows are shown as part of this one's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    pub(super) model: &'static str,
    /// Its field that points here; one row or several, or a path to it.
    pub(super) parent: &'static str,
    /// The models the path goes through.
    pub(super) through: &'static [&'static str],
    /// The field of a row here that names the one above it, where that shows
    /// the child too: in a sum, say.
    pub(super) above: Option<&'static str>,
    /// It is a view of another table and its stamps cannot be sorted by.
    pub(super) view: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    /// The model, which is also the collection's id.
    pub(super) model: &'static str,
    pub(super) title: &'static str,
    pub(super) kinds: &'static [Kind],
    pub(super) wants: &'static [Want],
    pub(super) children: &'static [Child],
    /// Can be switched off instead of deleted.
    pub(super) archives: bool,
    /// Hangs on other rows, and may be searched only by naming them.
    pub(super) resource: bool,
    pub(super) poll_ms: i64,
    filter: fn() -> Value,
}

impl Spec {
    /// The domain of the collection itself.
    pub(super) fn filter(&self) -> Vec<Value> {
        match (self.filter)() {
            Value::Array(all) => all,
            _ => Vec::new(),
        }
    }

    /// Every other model it needs something of.
    pub(super) fn others(&self) -> impl Iterator<Item = &'static str> {
        self.wants
            .iter()
            .flat_map(|want| want.through.iter().copied())
            .chain(self.children.iter().flat_map(Child::models))
    }
}

impl Child {
    /// Every model that following it needs.
    pub(super) fn models(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.model).chain(self.through.iter().copied())
    }
}

pub(super) fn spec(model: &str) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.model == model)
}

/// What notes and attachments can hang on, among what is shown here.
pub(super) const RESOURCES: [&str; 8] = [
    "party.party",
    "sale.opportunity",
    "sale.sale",
    "account.invoice",
    "project.work",
    "product.product",
    "company.employee",
    "account.payment",
];

const fn own(path: &'static str) -> Want {
    Want { path, through: &[] }
}

const fn via(path: &'static str, through: &'static [&'static str]) -> Want {
    Want { path, through }
}

const fn child(model: &'static str, parent: &'static str) -> Child {
    Child {
        model,
        parent,
        through: &[],
        above: None,
        view: false,
    }
}

const MINUTE: i64 = 60_000;

const CREATED: Want = own("create_date");
const REVISION: Want = own("_timestamp");
const EMPLOYEE: Want = via("employee.party", &["company.employee"]);
const CURRENCY: Want = via("currency.code", &["currency.currency"]);
const TERM: Want = via("payment_term.rec_name", &["account.invoice.payment_term"]);

/// In the order of pulling: parties first, because the rest points at them.
pub(super) static SPECS: [Spec; 13] = [
    Spec {
        model: "party.party",
        title: "Customers and people",
        kinds: &[Kind::Organisation, Kind::Contact],
        wants: &[
            CREATED,
            REVISION,
            own("name"),
            own("rec_name"),
            own("code"),
            own("active"),
            via("lang.code", &["ir.lang"]),
            via("categories.rec_name", &["party.category"]),
            via("contact_mechanisms.type", &["party.contact_mechanism"]),
            via("contact_mechanisms.value", &["party.contact_mechanism"]),
            via("contact_mechanisms.comment", &["party.contact_mechanism"]),
            via("addresses.party_name", &["party.address"]),
            via("addresses.street", &["party.address"]),
            via("addresses.postal_code", &["party.address"]),
            via("addresses.city", &["party.address"]),
            via("addresses.invoice", &["party.address"]),
            via("addresses.delivery", &["party.address"]),
            via(
                "addresses.country.code",
                &["party.address", "country.country"],
            ),
            via("identifiers.type", &["party.identifier"]),
            via("identifiers.code", &["party.identifier"]),
            via("relations.to", &["party.relation.all"]),
            via(
                "relations.type.name",
                &["party.relation.all", "party.relation.type"],
            ),
            via(
                "customer_payment_term.rec_name",
                &["account.invoice.payment_term"],
            ),
        ],
        children: &[
            child("party.contact_mechanism", "party"),
            child("party.address", "party"),
            child("party.identifier", "party"),
            child("company.employee", "party"),
            Child {
                view: true,
                ..child("party.relation.all", "from_")
            },
        ],
        archives: true,
        resource: false,
        poll_ms: 2 * MINUTE,
        filter: || json!([]),
    },
    Spec {
        model: "company.employee",
        title: "Employees",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("rec_name"),
            own("active"),
            own("party"),
            own("start_date"),
            own("end_date"),
            via("company.rec_name", &["company.company"]),
            via("supervisor.party", &["company.employee"]),
        ],
        children: &[],
        archives: true,
        resource: false,
        poll_ms: 10 * MINUTE,
        filter: || json!([]),
    },
    Spec {
        model: "sale.opportunity",
        title: "Opportunities",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("number"),
            own("reference"),
            own("description"),
            own("state"),
            own("party"),
            own("contact"),
            own("amount"),
            own("start_date"),
            own("end_date"),
            own("comment"),
            own("lost_reason"),
            own("conversion_probability"),
            EMPLOYEE,
            CURRENCY,
            TERM,
            via("lines.summary", &["sale.opportunity.line"]),
            via("lines.quantity", &["sale.opportunity.line"]),
            via(
                "lines.product.rec_name",
                &["sale.opportunity.line", "product.product"],
            ),
            via(
                "lines.unit.symbol",
                &["sale.opportunity.line", "product.uom"],
            ),
        ],
        children: &[child("sale.opportunity.line", "opportunity")],
        archives: false,
        resource: false,
        poll_ms: MINUTE,
        filter: || json!([]),
    },
    Spec {
        model: "sale.sale",
        title: "Sales orders",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("number"),
            own("reference"),
            own("description"),
            own("state"),
            own("party"),
            own("contact"),
            own("origin"),
            own("sale_date"),
            own("quotation_date"),
            own("quotation_expire"),
            own("shipping_date"),
            own("total_amount"),
            own("untaxed_amount"),
            own("comment"),
            own("invoice_state"),
            own("shipment_state"),
            CURRENCY,
            TERM,
            via("quoted_by.party", &["company.employee"]),
            via("lines.type", &["sale.line"]),
            via("lines.summary", &["sale.line"]),
            via("lines.quantity", &["sale.line"]),
            via("lines.unit_price", &["sale.line"]),
            via("lines.amount", &["sale.line"]),
            via("lines.product.rec_name", &["sale.line", "product.product"]),
            via("lines.unit.symbol", &["sale.line", "product.uom"]),
        ],
        children: &[child("sale.line", "sale")],
        archives: false,
        resource: false,
        poll_ms: 2 * MINUTE,
        filter: || json!([]),
    },
    Spec {
        model: "account.invoice",
        title: "Invoices",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("number"),
            own("reference"),
            own("description"),
            own("state"),
            own("party"),
            own("invoice_date"),
            own("payment_term_date"),
            own("total_amount"),
            own("untaxed_amount"),
            own("amount_to_pay"),
            own("comment"),
            CURRENCY,
            TERM,
            via("sales.id", &["sale.sale"]),
            via("lines_to_pay.maturity_date", &["account.move.line"]),
            via("lines_to_pay.reconciliation", &["account.move.line"]),
            via("lines.type", &["account.invoice.line"]),
            via("lines.summary", &["account.invoice.line"]),
            via("lines.quantity", &["account.invoice.line"]),
            via("lines.unit_price", &["account.invoice.line"]),
            via("lines.amount", &["account.invoice.line"]),
            via(
                "lines.product.rec_name",
                &["account.invoice.line", "product.product"],
            ),
            via(
                "lines.unit.symbol",
                &["account.invoice.line", "product.uom"],
            ),
        ],
        children: &[child("account.invoice.line", "invoice")],
        archives: false,
        resource: false,
        poll_ms: 2 * MINUTE,
        filter: || json!([["type", "=", "out"]]),
    },
    Spec {
        model: "account.move.line",
        title: "Payments received",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("description"),
            own("party"),
            own("date"),
            own("credit"),
            own("debit"),
            own("invoice_payments"),
            CURRENCY,
            via("move.number", &["account.move"]),
        ],
        children: &[],
        archives: false,
        resource: false,
        poll_ms: 5 * MINUTE,
        filter: || json!([["invoice_payments.type", "=", "out"]]),
    },
    Spec {
        model: "account.payment",
        title: "Payments under way",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("number"),
            own("reference"),
            own("amount"),
            own("date"),
            own("state"),
            own("party"),
            CURRENCY,
        ],
        children: &[],
        archives: false,
        resource: false,
        poll_ms: 5 * MINUTE,
        filter: || json!([["kind", "=", "receivable"]]),
    },
    Spec {
        model: "product.product",
        title: "Products",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("rec_name"),
            own("name"),
            own("code"),
            own("active"),
            own("type"),
            own("description"),
            own("list_price_used"),
            own("list_price"),
            via("default_uom.symbol", &["product.uom"]),
        ],
        children: &[child("product.template", "products")],
        archives: true,
        resource: false,
        poll_ms: 15 * MINUTE,
        filter: || json!([]),
    },
    Spec {
        model: "project.work",
        title: "Projects and tasks",
        kinds: &[Kind::Record, Kind::Task],
        wants: &[
            CREATED,
            REVISION,
            own("number"),
            own("name"),
            own("type"),
            own("party"),
            own("progress"),
            own("effort_duration"),
            own("timesheet_duration"),
            own("comment"),
            via("status.name", &["project.work.status"]),
            via("status.progress", &["project.work.status"]),
            via("status.default", &["project.work.status"]),
            via("parent.type", &["project.work"]),
            via("parent.party", &["project.work"]),
            via("parent.rec_name", &["project.work"]),
        ],
        // The time spent on a task is a sum, of the tasks below it too.
        children: &[Child {
            through: &["timesheet.work"],
            above: Some("parent"),
            ..child("timesheet.line", "work.origin")
        }],
        archives: false,
        resource: false,
        poll_ms: 2 * MINUTE,
        filter: || json!([]),
    },
    Spec {
        model: "timesheet.line",
        title: "Time spent",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("date"),
            own("duration"),
            own("description"),
            EMPLOYEE,
            via("employee.rec_name", &["company.employee"]),
            via("work.rec_name", &["timesheet.work"]),
            via("work.origin", &["timesheet.work"]),
        ],
        children: &[],
        archives: false,
        resource: false,
        poll_ms: 10 * MINUTE,
        filter: || json!([]),
    },
    Spec {
        model: "attendance.line",
        title: "Attendance",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("at"),
            own("date"),
            own("type"),
            EMPLOYEE,
            via("employee.rec_name", &["company.employee"]),
        ],
        children: &[],
        archives: false,
        resource: false,
        poll_ms: 10 * MINUTE,
        filter: || json!([]),
    },
    Spec {
        model: "ir.note",
        title: "Notes",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("resource"),
            own("message"),
            via("create_uid.rec_name", &["res.user"]),
            via(
                "create_uid.employee.party",
                &["res.user", "company.employee"],
            ),
        ],
        children: &[],
        archives: false,
        resource: true,
        poll_ms: 5 * MINUTE,
        filter: || json!([]),
    },
    Spec {
        model: "ir.attachment",
        title: "Documents",
        kinds: &[Kind::Record],
        wants: &[
            CREATED,
            REVISION,
            own("resource"),
            own("name"),
            own("type"),
            own("link"),
            own("data_size"),
            own("description"),
            via("create_uid.rec_name", &["res.user"]),
            via(
                "create_uid.employee.party",
                &["res.user", "company.employee"],
            ),
        ],
        children: &[],
        archives: false,
        resource: true,
        poll_ms: 5 * MINUTE,
        filter: || json!([]),
    },
];
