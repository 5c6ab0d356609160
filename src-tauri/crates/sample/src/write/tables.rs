//! Which tables there are, and what their columns mean. The mapping file and
//! the headers are both made from this, so they cannot disagree.

use super::table::Spec;

/// Customers, from the books.
pub(crate) const CUSTOMERS: Spec = Spec {
    path: "records/customers.csv",
    kind: "customer",
    key: "customer_id",
    columns: &[
        ("customer_id", "key"),
        ("name", "title"),
        ("legal_name", "legal_name"),
        ("domain", "domain"),
        ("vat_number", "vat"),
        ("payment_terms", "payment_terms"),
        ("owner_email", "owner"),
        ("credit_limit", "credit_limit"),
        ("currency", "currency"),
        ("street", "street"),
        ("postcode", "postcode"),
        ("city", "city"),
        ("country", "country"),
        ("since", "since"),
        ("tier", ""),
        ("industry", ""),
    ],
};
/// The same customers as the CRM sees them; it differs from the books in places.
pub(crate) const CRM_ACCOUNTS: Spec = Spec {
    // After customers.csv by name: references to customers mean the books.
    path: "records/sales_accounts.csv",
    kind: "customer",
    key: "account_id",
    columns: &[
        ("account_id", "key"),
        ("customer_id", "number"),
        ("name", "title"),
        ("legal_name", "legal_name"),
        ("domain", "domain"),
        ("payment_terms", "payment_terms"),
        ("owner_email", "owner"),
        ("street", "street"),
        ("postcode", "postcode"),
        ("city", "city"),
        ("country", "country"),
        ("vat_number", "vat"),
    ],
};
/// Opportunities.
pub(crate) const OPPORTUNITIES: Spec = Spec {
    path: "records/opportunities.csv",
    kind: "opportunity",
    key: "opportunity_id",
    columns: &[
        ("opportunity_id", "key"),
        ("customer_id", "customer"),
        ("title", "title"),
        ("stage", "state"),
        ("amount", "amount"),
        ("currency", "currency"),
        ("probability", "probability"),
        ("close_date", "due"),
        ("owner_email", "owner"),
        ("previous", ""),
    ],
};
/// Quotes.
pub(crate) const QUOTES: Spec = Spec {
    path: "records/quotes.csv",
    kind: "quote",
    key: "number",
    columns: &[
        ("number", "key"),
        ("customer_id", "customer"),
        ("title", "title"),
        ("state", "state"),
        ("total", "amount"),
        ("currency", "currency"),
        ("quote_date", "date"),
        ("valid_until", "due"),
        ("opportunity_id", "opportunity"),
        ("order", "order"),
    ],
};
/// Orders.
pub(crate) const ORDERS: Spec = Spec {
    path: "records/orders.csv",
    kind: "order",
    key: "number",
    columns: &[
        ("number", "key"),
        ("customer_id", "customer"),
        ("title", "title"),
        ("state", "state"),
        ("total", "amount"),
        ("currency", "currency"),
        ("order_date", "date"),
        ("delivery_date", "due"),
        ("shipped_date", "shipped"),
        ("invoiced", "invoiced"),
    ],
};
/// Lines of orders.
pub(crate) const ORDER_LINES: Spec = Spec {
    path: "records/order_lines.csv",
    kind: "generic:order_line",
    key: "line_id",
    columns: &[
        ("line_id", "key"),
        ("order", "order"),
        ("product", "product"),
        ("description", "title"),
        ("quantity", "quantity"),
        ("unit_price", "unit_price"),
        ("amount", "amount"),
        ("currency", "currency"),
    ],
};
/// Invoices.
pub(crate) const INVOICES: Spec = Spec {
    path: "records/invoices.csv",
    kind: "invoice",
    key: "number",
    columns: &[
        ("number", "key"),
        ("customer_id", "customer"),
        ("title", "title"),
        ("state", "state"),
        ("total", "amount"),
        ("currency", "currency"),
        ("invoice_date", "date"),
        ("due_date", "due"),
        ("paid", "paid"),
        ("open", "open"),
        ("order", "order"),
    ],
};
/// Lines of invoices.
pub(crate) const INVOICE_LINES: Spec = Spec {
    path: "records/invoice_lines.csv",
    kind: "generic:invoice_line",
    key: "line_id",
    columns: &[
        ("line_id", "key"),
        ("invoice", "invoice"),
        ("order", "order"),
        ("product", "product"),
        ("description", "title"),
        ("quantity", "quantity"),
        ("unit_price", "unit_price"),
        ("amount", "amount"),
        ("currency", "currency"),
    ],
};
/// Payments.
pub(crate) const PAYMENTS: Spec = Spec {
    path: "records/payments.csv",
    kind: "payment",
    key: "number",
    columns: &[
        ("number", "key"),
        ("customer_id", "customer"),
        ("invoice", "invoice"),
        ("amount", "amount"),
        ("currency", "currency"),
        ("paid_date", "date"),
        ("method", "method"),
    ],
};
/// Tickets.
pub(crate) const TICKETS: Spec = Spec {
    path: "records/tickets.csv",
    kind: "ticket",
    key: "number",
    columns: &[
        ("number", "key"),
        ("customer_id", "customer"),
        ("title", "title"),
        ("state", "state"),
        ("priority", "priority"),
        ("opened_by", "requester"),
        ("opened_at", "date"),
        ("answer_due_at", "due"),
        ("closed_at", "closed"),
        ("assignee_email", "owner"),
    ],
};
/// What was noted on tickets.
pub(crate) const TICKET_NOTES: Spec = Spec {
    path: "records/ticket_notes.csv",
    kind: "generic:ticket_note",
    key: "note_id",
    columns: &[
        ("note_id", "key"),
        ("ticket", "ticket"),
        ("customer_id", "customer"),
        ("written_at", "date"),
        ("author_email", "owner"),
        ("visibility", ""),
        ("text", "text"),
    ],
};
/// Calls.
pub(crate) const CALLS: Spec = Spec {
    path: "records/calls.csv",
    kind: "generic:call",
    key: "call_id",
    columns: &[
        ("call_id", "key"),
        ("customer_id", "customer"),
        ("started_at", "date"),
        ("minutes", ""),
        ("staff_email", "owner"),
        ("contact_email", "contact"),
        ("summary", "title"),
    ],
};
/// Shared notes.
pub(crate) const NOTES: Spec = Spec {
    path: "records/notes.csv",
    kind: "generic:note",
    key: "note_id",
    columns: &[
        ("note_id", "key"),
        ("customer_id", "customer"),
        ("written_on", "date"),
        ("author_email", "owner"),
        ("text", "text"),
    ],
};
/// Products.
pub(crate) const PRODUCTS: Spec = Spec {
    path: "records/products.csv",
    kind: "product",
    key: "code",
    columns: &[
        ("code", "key"),
        ("name", "title"),
        ("group", ""),
        ("unit_price", "amount"),
        ("currency", "currency"),
    ],
};
/// Staff.
pub(crate) const EMPLOYEES: Spec = Spec {
    path: "records/employees.csv",
    kind: "employee",
    key: "employee_id",
    columns: &[
        ("employee_id", "key"),
        ("name", "title"),
        ("email", "email"),
        ("role", "role"),
        ("phone", "phone"),
    ],
};
/// Leave.
pub(crate) const LEAVE: Spec = Spec {
    path: "records/leave.csv",
    kind: "leave",
    key: "leave_id",
    columns: &[
        ("leave_id", "key"),
        ("employee_id", "employee"),
        ("kind", "title"),
        ("first_day", "date"),
        ("last_day", "due"),
        ("state", "state"),
    ],
};

/// All of them.
pub(crate) const ALL: &[&Spec] = &[
    &CUSTOMERS,
    &CRM_ACCOUNTS,
    &OPPORTUNITIES,
    &QUOTES,
    &ORDERS,
    &ORDER_LINES,
    &INVOICES,
    &INVOICE_LINES,
    &PAYMENTS,
    &TICKETS,
    &TICKET_NOTES,
    &CALLS,
    &NOTES,
    &PRODUCTS,
    &EMPLOYEES,
    &LEAVE,
];

/// The customer's row, as a reference from another collection: the collection,
/// then the handle, which is the file and the key in it.
pub(crate) fn about(customer: &str) -> String {
    format!("records/records/customers.csv#{customer}")
}
