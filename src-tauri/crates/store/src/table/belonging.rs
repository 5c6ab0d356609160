//! Which customer a conversation, task or record belongs to, beside what its
//! list is sorted by.
//!
//! The item says whose it is; the list's own columns lie in the table of its
//! kind. Without the copy here "the newest conversations of this customer"
//! looks at every item of the customer. The write path puts it with the row, and
//! a trigger moves it along with the item. There is no trigger on arrival: one
//! opens a savepoint in every insert, at which FTS5 writes out what it holds.

use crate::db::Migration;

/// The steps of these columns.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_1000 belonging",
    older_may_open: true,
    sql: "
ALTER TABLE conversation ADD COLUMN org INTEGER; -- organisation of its item
ALTER TABLE task ADD COLUMN org INTEGER; -- organisation of its item
ALTER TABLE record ADD COLUMN org INTEGER; -- organisation of its item
UPDATE conversation SET org = (SELECT org FROM item WHERE id = item);
UPDATE task SET org = (SELECT org FROM item WHERE id = item);
UPDATE record SET org = (SELECT org FROM item WHERE id = item);
CREATE INDEX conversation_org ON conversation (org, last_item) WHERE org IS NOT NULL;
CREATE INDEX conversation_unread ON conversation (last_item) WHERE unread > 0;
CREATE INDEX task_org ON task (org, due) WHERE org IS NOT NULL AND status IN ('open', 'started');
CREATE INDEX record_org ON record (org, kind) WHERE org IS NOT NULL;
CREATE INDEX record_newest ON record (kind);
CREATE INDEX record_open ON record (org, kind, phase, due)
  WHERE org IS NOT NULL AND phase IN ('draft', 'open');
CREATE INDEX person_org ON person (org) WHERE org IS NOT NULL;
CREATE TRIGGER item_changed_hands AFTER UPDATE OF org ON item
  WHEN old.org IS NOT new.org AND new.kind IN (1, 3, 6) BEGIN
  UPDATE conversation SET org = new.org WHERE item = new.id;
  UPDATE task SET org = new.org WHERE item = new.id;
  UPDATE record SET org = new.org WHERE item = new.id;
END;
",
}];
