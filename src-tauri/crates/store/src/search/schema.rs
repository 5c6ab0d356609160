//! The tables of the search index.
//!
//! Both text indexes are contentless: the text lies in the item tables, and
//! what a hit shows is cut from there. Row ids are the upper bits of item ids, counted
//! backwards ([`super::doc`]), so ascending row order is newest first.

use crate::db::Migration;

/// The steps of these tables.
pub const SCHEMA: &[Migration] = &[
    Migration {
        name: "2026_11_21_0930 search",
        older_may_open: false,
        sql: "
-- Every text of an item, by words. No content: the words only.
CREATE VIRTUAL TABLE search_text USING fts5(
    title,      -- subject, title, name
    sender,     -- who wrote, organises or authored it: names and addresses
    recipient,  -- whom it is for: addressees, attendees, assignee
    names,      -- other short fields: numbers, files, addresses, tags, places
    body,       -- the visible text
    facet,      -- what it is and has, as made-up words for filters
    content = '', contentless_delete = 1, tokenize = 'rapport', detail = full
);
-- Short fields by three-character pieces, so that part-words are found.
CREATE VIRTUAL TABLE search_part USING fts5(
    part,       -- titles, names, addresses, digits of numbers, codes, file names; folded
    content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1', detail = full
);
-- Where each word occurs, to find the words that a prefix begins.
CREATE VIRTUAL TABLE search_instance USING fts5vocab(search_text, instance);
-- How common words are, from a sample of the items. Never exact, never reset:
-- it steers the order of work and the ranking, not what is found.
CREATE TABLE search_word (
    word  TEXT NOT NULL PRIMARY KEY, -- a token
    items INTEGER NOT NULL           -- about how many items contain it
) STRICT, WITHOUT ROWID;
-- How far the index is.
CREATE TABLE search_state (
    only      INTEGER PRIMARY KEY CHECK (only = 1), -- one row
    version   INTEGER NOT NULL, -- of the tokenizer that wrote the index
    built_to  INTEGER           -- items with this id and above are indexed; null: all are
) STRICT;
INSERT INTO search_state (only, version, built_to) VALUES (1, 1, NULL);
-- A piece of the index must fit into an encrypted page, which is 80 bytes
-- shorter than others; else each piece costs two pages.
INSERT INTO search_text (search_text, rank) VALUES ('pgsz', 3900);
INSERT INTO search_part (search_part, rank) VALUES ('pgsz', 3900);
-- Merging late is merging less; a merge is spread over the writes that follow.
INSERT INTO search_text (search_text, rank) VALUES ('automerge', 8);
INSERT INTO search_part (search_part, rank) VALUES ('automerge', 8);
INSERT INTO search_text (search_text, rank) VALUES ('crisismerge', 32);
INSERT INTO search_part (search_part, rank) VALUES ('crisismerge', 32);
",
    },
    Migration {
        name: "2026_11_27_0640 search",
        older_may_open: true,
        sql: "
-- What one transaction of a first sync brings is one piece of the index, and pieces of one
-- size are merged when they are many: what is merged once more is written once more. An
-- idle moment still merges as few as four.
INSERT INTO search_text (search_text, rank) VALUES ('hashsize', 16777216);
INSERT INTO search_part (search_part, rank) VALUES ('hashsize', 16777216);
INSERT INTO search_text (search_text, rank) VALUES ('automerge', 16);
INSERT INTO search_part (search_part, rank) VALUES ('automerge', 16);
",
    },
    Migration {
        name: "2026_11_27_1720 search",
        older_may_open: false,
        sql: "
-- Lower bits of an item's id that its row number in the indexes leaves out: zero in every
-- item of the file. Items of before have anything there.
ALTER TABLE search_state ADD COLUMN shift INTEGER NOT NULL DEFAULT 0;
UPDATE search_state SET shift = 12 WHERE NOT EXISTS (SELECT 1 FROM item);
",
    },
    Migration {
        name: "2026_11_28_0350 search",
        older_may_open: false,
        sql: "
-- Whether the row numbers of the indexes run backwards: the newest item has the lowest. Files
-- of before keep theirs.
ALTER TABLE search_state ADD COLUMN backward INTEGER NOT NULL DEFAULT 0;
UPDATE search_state SET backward = 1 WHERE shift > 0 AND NOT EXISTS (SELECT 1 FROM item);
",
    },
];

/// Written into `search_state`; raised when tokens change, so that old indexes
/// are rebuilt.
pub(super) const VERSION: i64 = 1;
