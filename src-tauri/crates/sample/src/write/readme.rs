//! The README of the generated folder: the layout the `files` connector reads.

/// What the folder is and how it is laid out.
pub(crate) const README: &str = r##"# Velmora Instruments, a sample

A company that does not exist, as ordinary files. Everything here was generated;
nothing is copied from real mail. You may change, add and delete files.

The same layout works for a folder of your own:

| path | format |
| --- | --- |
| `contacts/*.vcf` | vCard 4.0, one card a file. `KIND:org` for organisations, `CATEGORIES:staff` for colleagues, `IMPP:matrix:u/name:server` for chat addresses |
| `calendar/*.ics` | iCalendar `VEVENT`, one entry a file, a moved occurrence beside its series. Times carry a `TZID` that is defined in the file |
| `tasks/*.ics` | iCalendar `VTODO`. `CATEGORIES` names the customer, `X-RAPPORT-ABOUT` its row; `RELATED-TO` and `X-RAPPORT-LINK` name the Message-ID or chat message that caused the task; `X-RAPPORT-COLUMN` is the board column (todo, doing, waiting, done); `X-RAPPORT-SOURCE` the system and number the task stands for |
| `mail/*.mbox` | mboxrd: messages of RFC 5322 with `From ` lines between them; body lines that look like one carry one `>` more. `inbox` and `sent` hold the last ninety days, `archive-YYYY-MM` the rest |
| `chat/*.jsonl` | one room a file, see below |
| `records/*.csv` | tables with a header row, UTF-8, RFC 4180 quoting |
| `rapport-mapping.json` | what each table is and what its columns mean |
| `wiki/*.md` | Markdown with front matter: `title`, `updated`, `tags`, `customer` (its id), `about` (its row) |

Files whose names start with a dot, this README and `rapport-*.json` are not items.

## Chat

The first line is the room, every other line a message:

    {"room":"!id:server","name":"...","kind":"room|direct","members":[{"id":"@name:server","name":"...","email":"..."}]}
    {"id":"$1","at":"2026-03-12T08:31:00Z","from":"@name:server","text":"..."}

Optional on a message: `reply_to`, `thread` (the message that heads it), `edits`
(the message whose words these replace), `reactions` (`[{"key","from"}]`),
`mentions` (`["@name:server"]`), `unread` (`true`). Messages come in the order of time.

## Mapping

    { "version": 1, "files": { "records/invoices.csv": {
        "kind": "invoice", "key": "number",
        "columns": { "customer": "customer_id", "amount": "total", "due": "due_date" } } } }

- `kind`: customer, opportunity, quote, order, invoice, payment, ticket, product,
  employee, leave, or `generic:<name>`.
- `key`: the column that names the row and never changes.
- `columns`: field on the left, column on the right. Columns that are not listed are
  kept under their own name.
- Fields with a meaning: `customer` (id in the customer table), `title`, `state`,
  `amount` with `currency`, `date`, `due`, `owner` (a mail address), `text`. A field
  named like another kind (`order`, `invoice`, `ticket`, `opportunity`, `product`,
  `employee`) holds the key of a row there.
- Dates are ISO (`2026-03-12`), instants RFC 3339, amounts decimals with a point.

## What adds up

An invoice is the sum of its lines, an order the sum of its lines; `invoiced` of an
order is the sum of the invoice lines that name it; `paid` of an invoice is the sum of
its payments and `open` the rest. Amounts are net of tax.
"##;
