//! What money on records adds up to, without reading the records.
//!
//! The exact amounts lie in the bodies. Beside them a record keeps its sums in
//! ten-thousandths, and two indexes hold everything a sum asks for: of a customer
//! with ten thousand paid invoices the open ones are met alone, and a year of
//! months is a walk along one stretch.

use crate::db::Migration;

/// The steps of these columns.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_26_1701 figures",
    older_may_open: false,
    sql: "
ALTER TABLE record ADD COLUMN outstanding INTEGER; -- still to be paid, as amount; empty when the source does not say
UPDATE record SET outstanding =
  CAST(round(json_extract(body, '$.outstanding.amount') * 10000) AS INTEGER)
  WHERE json_extract(body, '$.outstanding.amount') IS NOT NULL;
DROP INDEX record_open;
CREATE INDEX record_open ON record (org, kind, phase, due, currency, amount, outstanding)
  WHERE org IS NOT NULL AND phase IN ('draft', 'open');
CREATE INDEX record_month ON record (org, kind, day, currency, amount, phase, due, outstanding)
  WHERE org IS NOT NULL AND kind IN ('order', 'invoice');
DROP INDEX record_kind;
CREATE INDEX record_kind ON record (kind, phase, due);
CREATE INDEX journal_changed ON journal (org) WHERE org IS NOT NULL AND what = 1;
",
}];
