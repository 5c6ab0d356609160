//! `rapport-mapping.json`: what each table is and what its columns mean.
//!
//! ```json
//! {"version": 1, "files": {"records/invoices.csv": {
//!   "kind": "invoice", "key": "number",
//!   "columns": {"title": "title", "customer": "customer_id", "amount": "total"}}}}
//! ```
//!
//! `kind` is a record's word, `customer`, `contact` or `generic:name`;
//! `columns` says for each field which column holds it. A kind that ends in
//! `_line` is joined to the records of the kind before it.

use std::collections::BTreeMap;
use std::path::Path;

use rapport_model::{Fault, Phase};
use serde::{Deserialize, Serialize};

use super::scan;

/// The file, at the root of the folder.
pub const FILE: &str = "rapport-mapping.json";
/// The form this version reads and writes.
const VERSION: u32 = 1;

/// What the tables of a folder mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The form of this file.
    pub version: u32,
    /// By path from the folder.
    pub files: BTreeMap<String, TableMapping>,
}

/// What one table means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableMapping {
    /// What a row is.
    pub kind: String,
    /// The column that names a row; without one rows are numbered and only read.
    pub key: String,
    /// Field, and the column that holds it.
    pub columns: BTreeMap<String, String>,
    /// The currency of amounts without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// `,` where amounts are written `1.234,56`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
    /// The source's words for states, as shared ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<String, Phase>,
}

impl TableMapping {
    /// What a row is, without the mark of a kind of the company's own.
    #[must_use]
    pub fn word(&self) -> &str {
        self.kind.strip_prefix("generic:").unwrap_or(&self.kind)
    }

    /// The kind whose records these rows are lines of.
    #[must_use]
    pub fn lines_of(&self) -> Option<&str> {
        self.word().strip_suffix("_line")
    }

    /// Whether rows are companies.
    #[must_use]
    pub fn is_customer(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "customer" | "organisation" | "organization" | "company"
        )
    }

    /// Parents first: what others refer to is read before them.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self.kind.as_str() {
            _ if self.is_customer() => 0,
            "contact" => 1,
            "employee" => 2,
            "product" => 3,
            "opportunity" => 4,
            "quote" => 5,
            "order" => 6,
            "invoice" => 7,
            "payment" => 8,
            "ticket" => 9,
            "project" => 10,
            _ => 11,
        }
    }
}

impl Mapping {
    /// Reads a folder's mapping; an empty one when there is none.
    ///
    /// # Errors
    /// It is there and cannot be read, or is of a newer form.
    pub fn load(root: &Path) -> Result<Self, Fault> {
        let path = root.join(FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self {
                    version: VERSION,
                    files: BTreeMap::new(),
                });
            }
            Err(error) => return Err(scan::unreachable_folder(&path, &error)),
        };
        let found: Self = serde_json::from_slice(&bytes).map_err(|error| {
            Fault::Rejected(format!(
                "{FILE} is not a mapping ({error}); correct it, or remove it and map the tables again"
            ))
        })?;
        if found.version != VERSION {
            return Err(Fault::Rejected(format!(
                "{FILE} is of form {}, and this version reads form {VERSION}; update Rapport",
                found.version
            )));
        }
        Ok(found)
    }

    /// The file that holds the records of this kind.
    #[must_use]
    pub fn file_of(&self, kind: &str) -> Option<(&String, &TableMapping)> {
        let customer = kind == "customer";
        self.files.iter().find(|(_, table)| {
            if customer {
                table.is_customer()
            } else {
                table.kind == kind
            }
        })
    }

    /// The table of lines that belong to this table's records, with the field
    /// that names the record.
    #[must_use]
    pub fn lines_for(&self, path: &str) -> Option<(&String, &TableMapping)> {
        let kind = &self.files.get(path)?.kind;
        let first = self.file_of(kind)?.0 == path;
        self.files
            .iter()
            .find(|(_, table)| first && table.lines_of() == Some(kind))
    }
}

/// A table as it looks, and what it seems to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// The columns, as the first line names them.
    pub columns: Vec<String>,
    /// What it seems to be; the user corrects it.
    pub guess: TableMapping,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
}

/// Looks at a table: its columns, its first rows and a guess at its meaning.
///
/// # Errors
/// The file is not there or is no table.
pub fn preview(root: &Path, path: &str) -> Result<Preview, Fault> {
    let full = scan::inside(root, path).ok_or_else(|| {
        Fault::Rejected(format!(
            "{path} does not lie in the folder {}",
            root.display()
        ))
    })?;
    let (columns, rows) =
        super::sheet::head(&full, 10).map_err(|error| scan::unreachable_folder(&full, &error))?;
    if columns.iter().all(|it| it.trim().is_empty()) {
        return Err(Fault::Rejected(format!(
            "{path} has no line that names its columns"
        )));
    }
    Ok(Preview {
        guess: guess(path, &columns),
        columns,
        rows,
    })
}

/// Keeps the meaning of a table, in place of an earlier one.
///
/// # Errors
/// The mapping in the folder cannot be read or written.
pub fn remember(root: &Path, path: &str, table: TableMapping) -> Result<(), Fault> {
    let mut mapping = Mapping::load(root)?;
    mapping.files.insert(path.to_owned(), table);
    let text = serde_json::to_string_pretty(&mapping)
        .map_err(|error| Fault::Rejected(format!("the mapping cannot be written: {error}")))?;
    super::replace::put(&root.join(FILE), text.as_bytes())
        .map_err(|error| scan::unreachable_folder(root, &error))
}

/// Fields, and the words columns name them with. The first that fits wins.
const WORDS: &[(&str, &[&str])] = &[
    (
        "customer",
        &[
            "customer_id",
            "customer",
            "account_id",
            "account",
            "client",
            "kunde",
            "kundennummer",
        ],
    ),
    (
        "title",
        &[
            "title",
            "name",
            "subject",
            "description",
            "summary",
            "titel",
            "bezeichnung",
        ],
    ),
    ("state", &["state", "status", "stage"]),
    (
        "outstanding",
        &["outstanding", "open", "open_amount", "balance", "offen"],
    ),
    (
        "amount",
        &["amount", "total", "value", "sum", "betrag", "summe"],
    ),
    ("currency", &["currency", "waehrung", "währung"]),
    (
        "date",
        &[
            "date",
            "invoice_date",
            "order_date",
            "created",
            "created_at",
            "opened_at",
            "datum",
        ],
    ),
    (
        "due",
        &[
            "due",
            "due_date",
            "close_date",
            "valid_until",
            "expected_close",
            "fällig",
        ],
    ),
    (
        "owner",
        &[
            "owner",
            "owner_email",
            "assignee",
            "assignee_email",
            "salesperson",
        ],
    ),
    ("email", &["email", "e-mail", "mail"]),
    ("phone", &["phone", "telephone", "mobile", "telefon"]),
    ("vat", &["vat", "vat_number", "tax_id", "ust-id"]),
    ("street", &["street", "address", "strasse", "straße"]),
    ("postcode", &["postcode", "zip", "postal_code", "plz"]),
    ("city", &["city", "town", "ort"]),
    ("country", &["country", "land"]),
    ("text", &["text", "notes", "note", "comment", "bemerkung"]),
    ("order", &["order", "order_number"]),
    ("invoice", &["invoice", "invoice_number"]),
    ("opportunity", &["opportunity", "opportunity_id"]),
];

/// Kinds, and the words file names say them with.
const KINDS: &[(&str, &[&str])] = &[
    ("generic:order_line", &["order_line"]),
    ("generic:invoice_line", &["invoice_line"]),
    (
        "customer",
        &["customer", "account", "client", "compan", "kunde", "organi"],
    ),
    ("opportunity", &["opportunit", "deal", "lead", "pipeline"]),
    ("quote", &["quote", "offer", "angebot"]),
    ("order", &["order", "auftr"]),
    ("invoice", &["invoice", "rechnung", "bill"]),
    ("payment", &["payment", "zahlung"]),
    ("ticket", &["ticket", "case", "issue"]),
    ("product", &["product", "article", "artikel"]),
    ("employee", &["employee", "staff", "mitarbeiter"]),
    ("leave", &["leave", "absence", "urlaub"]),
    ("contact", &["contact", "people", "person", "kontakt"]),
];

fn guess(path: &str, columns: &[String]) -> TableMapping {
    let file = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let stem = file
        .rsplit_once('.')
        .map_or(file.as_str(), |(stem, _)| stem)
        .to_owned();
    let named = KINDS
        .iter()
        .find(|(_, words)| words.iter().any(|word| stem.contains(word)));
    let kind = named.map_or_else(|| format!("generic:{stem}"), |(kind, _)| (*kind).to_owned());
    let plain = |column: &String| column.trim().to_lowercase().replace(' ', "_");
    let key = key_column(&kind, columns).unwrap_or_default();
    let mut taken = vec![key.clone()];
    let mut table = TableMapping {
        kind,
        key,
        ..TableMapping::default()
    };
    for (field, words) in WORDS {
        let column = words.iter().find_map(|word| {
            columns
                .iter()
                .find(|column| !taken.contains(column) && plain(column) == *word)
        });
        if let Some(column) = column {
            taken.push(column.clone());
            table.columns.insert((*field).to_owned(), column.clone());
        }
    }
    // Everything else is kept under its own name.
    for column in columns
        .iter()
        .filter(|it| !it.trim().is_empty() && !taken.contains(it))
    {
        table
            .columns
            .entry(plain(column))
            .or_insert_with(|| column.clone());
    }
    table
}

fn key_column(kind: &str, columns: &[String]) -> Option<String> {
    let word = kind.rsplit(':').next().unwrap_or(kind);
    let names = [
        "id".to_owned(),
        "number".to_owned(),
        "code".to_owned(),
        "key".to_owned(),
    ];
    let own = [
        format!("{word}_id"),
        format!("{word}_number"),
        format!("{word}_no"),
    ];
    own.iter()
        .chain(&names)
        .find_map(|name| {
            columns
                .iter()
                .find(|it| it.trim().to_lowercase().replace(' ', "_") == *name)
        })
        .or_else(|| columns.first())
        .cloned()
}
