//! New values of fields as cells: the inverse of reading a row.
//!
//! What comes out is a proposal. [`disagreement`] reads the changed row as every
//! row is read and says where it does not mean exactly what was wanted; so
//! nothing here has to know every way a table can be mapped.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rapport_model::field::fields_of;
use rapport_model::{Body, Edit, FieldName, FieldValue, ItemRef, Millis, Money};

use super::notation;
use super::{AMOUNTS, COLLECTION, View, day_or_moment, decimal, parents};
use crate::files::mapping::TableMapping;
use crate::files::sheet::{Around, Row};

/// A row to be changed.
#[derive(Clone, Copy, Debug)]
pub(in crate::files) struct Table<'a> {
    pub(in crate::files) path: &'a str,
    pub(in crate::files) mapping: &'a TableMapping,
    pub(in crate::files) columns: &'a [String],
    pub(in crate::files) around: &'a Around,
}

impl Table<'_> {
    /// The cells of the row with these edits. `like` finds a cell of a column
    /// that is not empty, for rows whose own cell is.
    ///
    /// # Errors
    /// In plain words, why a field cannot be put into the table.
    pub(in crate::files) fn fill(
        &self,
        cells: Vec<String>,
        edits: &[Edit],
        like: &dyn Fn(usize) -> Option<String>,
    ) -> Result<Vec<String>, String> {
        let mut row = Row {
            columns: self.columns,
            cells,
        };
        for edit in edits {
            let view = View {
                row: &row,
                table: self.mapping,
                around: self.around,
                path: self.path,
            };
            for (at, text) in (Pen { view, like }).cells(&edit.field.0, &edit.mine)? {
                if let Some(cell) = row.cells.get_mut(at) {
                    *cell = text;
                }
            }
        }
        Ok(row.cells)
    }
}

/// Writes fields into the columns they are read from.
struct Pen<'a> {
    view: View<'a>,
    like: &'a dyn Fn(usize) -> Option<String>,
}

impl Pen<'_> {
    fn cells(&self, field: &str, value: &FieldValue) -> Result<Vec<(usize, String)>, String> {
        match field {
            "phase" => return Err("\"phase\" follows from \"state\"; change that".to_owned()),
            "lines" => return Err("\"lines\" are rows of another table".to_owned()),
            _ => {}
        }
        let known: Vec<(&str, usize)> = sources(self.view.table, field)
            .into_iter()
            .filter_map(|source| Some((source, self.column(source)?)))
            .collect();
        let Some(first) = known.first().copied() else {
            return Err(format!("there is no column for \"{field}\""));
        };
        // The one that is read now, or the first that would be.
        let read = known
            .iter()
            .copied()
            .find(|(source, _)| self.view.cell(source).is_some());
        let (source, at) = read.unwrap_or(first);
        let one = |text: String| Ok(vec![(at, text)]);
        match value {
            FieldValue::List(all) => self.list(field, &known, all),
            FieldValue::Empty => one(String::new()),
            FieldValue::Text(text) => match self.wants(source) {
                Some(what) => Err(format!("\"{field}\" takes {what}, not \"{text}\"")),
                None => one(text.trim().to_owned()),
            },
            FieldValue::Number(number) => one(notation::amount(
                *number,
                self.like(at).as_deref(),
                self.view.point(),
            )),
            FieldValue::Money(money) => self.money(source, at, money),
            FieldValue::Day(day) => one(self.day(at, *day)),
            FieldValue::At(moment) => one(moment.rfc3339()),
            FieldValue::Flag(flag) => {
                let text = notation::flag(*flag, self.like(at).as_deref());
                one(text.ok_or_else(|| {
                    format!("how \"{}\" says yes and no is not known", self.name(at))
                })?)
            }
            FieldValue::Ref(to) => {
                let written = known
                    .iter()
                    .find_map(|(source, at)| Some((*at, self.reference(source, *at, to)?)));
                let (at, text) = written.ok_or_else(|| {
                    format!(
                        "\"{}\" has no way to name {}",
                        self.name(at),
                        to.handle.as_str()
                    )
                })?;
                Ok(vec![(at, text)])
            }
        }
    }

    /// What a column holds other than words. Where it holds words already, as
    /// `Q3` among days, it may hold others.
    fn wants(&self, source: &str) -> Option<&'static str> {
        let view = &self.view;
        let cell = view.cell(source);
        let people = view.table.is_customer() || view.table.kind == "contact";
        let kept = |read: Option<bool>| read.unwrap_or(true);
        match source {
            "date" | "due" if !people => {
                kept(cell.map(|it| day_or_moment(it).1.is_some())).then_some("a day")
            }
            it if AMOUNTS.contains(&it) => {
                kept(cell.map(|it| view.decimal(it).is_some())).then_some("an amount")
            }
            "owner" => {
                let staff = view.around.mapping.file_of("employee").is_some();
                (staff && kept(cell.map(|_| view.owner().is_some()))).then_some("a colleague")
            }
            kind => view.around.mapping.file_of(kind).map(|_| "another record"),
        }
    }

    /// The column of a field of the mapping, unless it names the row.
    fn column(&self, source: &str) -> Option<usize> {
        let name = self.view.table.columns.get(source)?;
        let free = *name != self.view.table.key;
        self.view
            .row
            .columns
            .iter()
            .position(|column| column == name)
            .filter(|_| free)
    }

    fn name(&self, at: usize) -> &str {
        self.view.row.columns.get(at).map_or("", String::as_str)
    }

    fn own(&self, at: usize) -> Option<&str> {
        let cell = self.view.row.cells.get(at)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    fn like(&self, at: usize) -> Option<String> {
        self.own(at).map(str::to_owned).or_else(|| (self.like)(at))
    }

    fn day(&self, at: usize, day: Date) -> String {
        let now = self.own(at).and_then(|cell| day_or_moment(cell).1);
        notation::day(day, self.like(at).as_deref(), now)
    }

    /// The amount, and its currency where that has a column and changes.
    fn money(
        &self,
        source: &str,
        at: usize,
        money: &Money,
    ) -> Result<Vec<(usize, String)>, String> {
        let like = self.like(at);
        let text = notation::amount(money.amount, like.as_deref(), self.view.point());
        let mut out = vec![(at, text)];
        if self.view.currency() != money.currency {
            if money.currency.0.is_empty() {
                return Err(format!("\"{source}\" needs its currency"));
            }
            let named = like.as_deref().is_some_and(notation::names_currency);
            let column = self.column("currency").filter(|_| !named);
            let column = column.ok_or_else(|| {
                format!("the currency of \"{source}\" cannot be changed in this table")
            })?;
            out.push((column, money.currency.0.clone()));
        }
        Ok(out)
    }

    /// Each value keeps its column; new ones take those that are empty.
    fn list(
        &self,
        field: &str,
        known: &[(&str, usize)],
        wanted: &[String],
    ) -> Result<Vec<(usize, String)>, String> {
        if wanted.len() > known.len() {
            return Err(format!("there is room for {} of \"{field}\"", known.len()));
        }
        let held: Vec<usize> = known
            .iter()
            .map(|(_, at)| *at)
            .filter(|at| self.own(*at).is_some())
            .collect();
        if wanted.len() == held.len() {
            return Ok(held.into_iter().zip(wanted.iter().cloned()).collect());
        }
        let holds = |at: usize| {
            self.own(at)
                .filter(|cell| wanted.iter().any(|it| it == cell))
        };
        let stays: BTreeSet<&str> = held.iter().filter_map(|at| holds(*at)).collect();
        let mut new = wanted.iter().filter(|it| !stays.contains(it.as_str()));
        let changed = known
            .iter()
            .map(|(_, at)| *at)
            .filter(|at| holds(*at).is_none());
        Ok(changed
            .map(|at| (at, new.next().cloned().unwrap_or_default()))
            .collect())
    }

    /// Another row, as the column names it: by key, and colleagues by mail address.
    fn reference(&self, source: &str, at: usize, to: &ItemRef) -> Option<String> {
        let kind = if source == "owner" {
            "employee"
        } else {
            source
        };
        let (path, _) = self.view.around.mapping.file_of(kind)?;
        let key = to
            .handle
            .as_str()
            .strip_prefix(path.as_str())
            .and_then(|rest| rest.strip_prefix('#'))
            .filter(|_| to.collection.as_str() == COLLECTION)?;
        let like = self.like(at);
        let by_key = like.as_deref().is_some_and(|cell| !cell.contains('@'));
        if source != "owner" || by_key {
            return Some(key.to_owned());
        }
        let staff = self.view.around.staff();
        let address = staff.iter().find(|(_, of)| of.as_str() == key);
        // A column without any owner yet says nothing of its form.
        address
            .map(|(address, _)| address.clone())
            .or_else(|| like.is_none().then(|| key.to_owned()))
    }
}

/// The fields of an item that have a column in a table, and so can be changed there.
pub(in crate::files) fn fields(table: &TableMapping) -> Vec<String> {
    let people = table.is_customer() || table.kind == "contact";
    // Columns of the mapping that are read as a field of another name, or as a part of one.
    let other: &[&str] = if people {
        &[
            "title", "text", "vat", "website", "domain", "currency", "street", "postcode", "city",
            "country",
        ]
    } else {
        &["name", "open", "currency", "phase", "lines"]
    };
    let renamed: &[&str] = if people {
        &["name", "notes", "url", "tax_id", "organisation"]
    } else {
        &["title", "person", "parent", "outstanding"]
    };
    let mapped = table.columns.keys().map(String::as_str);
    let own = |source: &&str| {
        let column = table.columns.get(*source);
        column.is_some_and(|it| *it != table.key)
    };
    let takes = |field: &&str| sources(table, field).iter().any(own);
    let all: BTreeSet<&str> = mapped
        .filter(|field| !other.contains(field))
        .chain(renamed.iter().copied())
        .filter(takes)
        .collect();
    all.into_iter().map(str::to_owned).collect()
}

/// The fields of the mapping that a field of an item is read from; the first
/// that holds something counts.
fn sources<'a>(table: &TableMapping, field: &'a str) -> Vec<&'a str> {
    let people = table.is_customer() || table.kind == "contact";
    match (people, field) {
        (true, "name") => vec!["title", "name"],
        (true, "notes") => vec!["text"],
        (true, "url") => vec!["url", "website", "domain"],
        (true, "tax_id") if table.is_customer() => vec!["vat", "tax_id"],
        (true, "organisation") if table.kind == "contact" => vec!["customer"],
        (false, "title") => vec!["title", "name", "text"],
        (false, "person") => vec!["employee", "contact"],
        (false, "parent") => parents(table.word()).to_vec(),
        (false, "outstanding") => vec!["outstanding", "open"],
        (false, "phase") => vec!["state"],
        _ => vec![field],
    }
}

/// Whether a value that was read is the one that was wanted. Most columns have
/// no type: a number, a day or a yes in them is read as its words.
pub(in crate::files) fn says(read: &FieldValue, wanted: &FieldValue, point: char) -> bool {
    if read == wanted {
        return true;
    }
    let text = match (read, wanted) {
        (FieldValue::Text(text), _) => text,
        (FieldValue::List(all), FieldValue::Text(_)) if all.len() == 1 => &all.concat(),
        _ => return false,
    };
    match wanted {
        FieldValue::Text(wanted) => wanted.trim() == text,
        FieldValue::Number(number) => decimal(text, point) == Some(*number),
        FieldValue::Day(day) => day_or_moment(text).1 == Some(*day),
        FieldValue::At(at) => Millis::parse_rfc3339(text).ok() == Some(*at),
        FieldValue::Flag(flag) => notation::flag_of(text) == Some(*flag),
        _ => false,
    }
}

/// What a changed row would say that it should not; `None` when it says what was
/// wanted and everything else as before.
pub(in crate::files) fn disagreement(
    table: &TableMapping,
    (old, new): (&Body, &Body),
    edits: &[Edit],
) -> Option<String> {
    let (before, after) = (fields_of(old), fields_of(new));
    let empty = FieldValue::Empty;
    let point = table.decimal.unwrap_or('.');
    for edit in edits {
        let read = after.get(&edit.field).unwrap_or(&empty);
        if !says(read, &edit.mine, point) {
            return Some(format!(
                "\"{}\" would be read back as \"{read}\" instead of \"{}\"",
                edit.field, edit.mine
            ));
        }
    }
    let column = |source: &str| table.columns.get(source);
    let columns = |field: &FieldName| -> Vec<&String> {
        sources(table, &field.0)
            .into_iter()
            .filter_map(column)
            .collect()
    };
    let touched: Vec<&String> = edits.iter().flat_map(|edit| columns(&edit.field)).collect();
    let meant = |field: &FieldName| {
        let same_column = columns(field).iter().any(|it| touched.contains(it));
        edits.iter().any(|edit| edit.field == *field) || same_column
    };
    before
        .keys()
        .chain(after.keys())
        .find(|field| before.get(field) != after.get(field) && !meant(field))
        .map(|field| format!("\"{field}\" would change with it"))
}
