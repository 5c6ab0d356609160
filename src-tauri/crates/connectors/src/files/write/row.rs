//! A row of a table: found by what names it, never by its line.

use std::ops::Range;
use std::sync::Arc;

use rapport_model::{Edit, Fault, FieldValue, Item};

use super::place::{Changed, Part, Place, Source};
use super::words::not_utf8;
use crate::common::clean;
use crate::files::folder::Folder;
use crate::files::mapping::TableMapping;
use crate::files::sheet::{self, Around};
use crate::files::table::{self, Table};
use crate::files::{cell, scan};

/// A row, as it lies in its table.
#[derive(Debug)]
pub(super) struct Row {
    /// As it is read.
    pub(super) item: Item,
    cells: Vec<String>,
    sheet: Sheet,
    around: Arc<Around>,
    /// Somebody is in the middle of writing the file.
    half: bool,
}

/// How the table is written.
#[derive(Debug)]
struct Sheet {
    columns: Vec<String>,
    first: usize,
    delimiter: u8,
    mapping: TableMapping,
}

impl Folder {
    /// The row that a handle names. Both the path and the key may hold `#`.
    pub(super) fn row(&self, handle: &str) -> Result<Option<Place>, Fault> {
        let look = self.look(&table::COLLECTION.into())?;
        for (at, _) in handle.match_indices('#') {
            let (Some(path), Some(key)) = (handle.get(..at), handle.get(at + 1..)) else {
                continue;
            };
            let Some(mapping) = look.around.mapping.files.get(path) else {
                continue;
            };
            let found = look.files.iter().find(|found| found.path == path);
            let Some((found, file)) = found.zip(Source::read(self, path)?) else {
                continue;
            };
            if mapping.key.is_empty() {
                return Err(Fault::Rejected(format!(
                    "no column of {path} names its rows, so that the one that is meant may be another tomorrow; nothing was written"
                )));
            }
            let half = found.is_hot(self.clock.now()) && !file.bytes.ends_with(b"\n");
            let sheet = Sheet::of(&file.bytes, mapping.clone(), &self.root.join(path))?;
            match sheet.find(&file, key)?.as_slice() {
                [] if half => return Err(being_written(path)),
                [] => {}
                [start] => {
                    return sheet
                        .place(file, *start, &look.around, half)
                        .map_err(Fault::Rejected)
                        .map(Some);
                }
                [_, ..] => {
                    return Err(Fault::Rejected(format!(
                        "{path} has several rows named \"{key}\", and which one is meant cannot be told; nothing was written"
                    )));
                }
            }
        }
        Ok(None)
    }
}

impl Sheet {
    fn of(bytes: &[u8], mapping: TableMapping, full: &std::path::Path) -> Result<Self, Fault> {
        let (columns, first, delimiter) =
            sheet::columns_of(bytes).map_err(|error| scan::unreachable_folder(full, &error))?;
        Ok(Self {
            columns,
            first: usize::try_from(first).unwrap_or(usize::MAX),
            delimiter,
            mapping,
        })
    }

    /// Where the rows of this name begin.
    fn find(&self, file: &Source, key: &str) -> Result<Vec<usize>, Fault> {
        let column = self.columns.iter().position(|it| *it == self.mapping.key);
        let mut out = Vec::new();
        self.each(file, |start, record| {
            let own = column.and_then(|at| record.get(at));
            if own.is_some_and(|it| clean(&String::from_utf8_lossy(it)).trim() == key) {
                out.push(start);
            }
            out.len() < 2
        })?;
        Ok(out)
    }

    /// Hands every row to `take`, until it answers `false`.
    fn each(
        &self,
        file: &Source,
        mut take: impl FnMut(usize, &csv::ByteRecord) -> bool,
    ) -> Result<(), Fault> {
        let rows = file.bytes.get(self.first..).unwrap_or_default();
        let mut reader = sheet::reader_of(rows, self.delimiter);
        let mut record = csv::ByteRecord::new();
        loop {
            let at = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            let more = reader.read_byte_record(&mut record).map_err(|error| {
                Fault::Rejected(format!("{} cannot be read as a table: {error}", file.path))
            })?;
            if !more || !take(self.first.saturating_add(at), &record) {
                return Ok(());
            }
        }
    }

    fn place(
        self,
        file: Source,
        start: usize,
        around: &Arc<Around>,
        half: bool,
    ) -> Result<Place, String> {
        let bytes = file.bytes.get(start..).unwrap_or_default();
        let (cells, end) = self
            .row_at(bytes)
            .ok_or_else(|| format!("a quote in {} is never closed", file.path))?;
        let item = table::map(&file.path, &self.columns, cells.clone(), 0, around)
            .map_err(|reason| format!("{}: {reason}", file.path))?;
        Ok(Place {
            span: start..start.saturating_add(end),
            handle: item.handle.as_str().to_owned(),
            part: Part::Row(Box::new(Row {
                item,
                cells,
                sheet: self,
                around: Arc::clone(around),
                half,
            })),
            file,
        })
    }

    /// The first row of these bytes as it is read, and where its cells end.
    fn row_at(&self, bytes: &[u8]) -> Option<(Vec<String>, usize)> {
        let cells = cell::cells(bytes, self.delimiter)?;
        let end = cells.last()?.span.end;
        let text = |it: &cell::Cell| clean(&String::from_utf8_lossy(&it.value));
        Some((cells.iter().map(text).collect(), end))
    }

    /// A cell of this column that holds something.
    fn like(&self, file: &Source, column: usize) -> Option<String> {
        let mut found = None;
        self.each(file, |_, record| {
            let cell = record.get(column).unwrap_or_default().trim_ascii();
            found = (!cell.is_empty()).then(|| String::from_utf8_lossy(cell).into_owned());
            found.is_none()
        })
        .ok()?;
        found
    }
}

impl Row {
    /// Whether a value that was read is the wanted one.
    pub(super) fn says(&self, read: &FieldValue, wanted: &FieldValue) -> bool {
        table::says(read, wanted, self.sheet.mapping.decimal.unwrap_or('.'))
    }

    /// The row with the edits, read back and compared before anything is written.
    pub(super) fn edited(
        &self,
        file: &Source,
        span: &Range<usize>,
        edits: &[Edit],
    ) -> Result<Changed, Fault> {
        let path = file.path.as_str();
        let refused = |why: String| Fault::Rejected(format!("{path}: {why}; nothing was written"));
        if self.half {
            return Err(being_written(path));
        }
        if std::str::from_utf8(&file.bytes).is_err() {
            return Err(not_utf8(path));
        }
        let Sheet {
            columns, mapping, ..
        } = &self.sheet;
        let table = Table {
            path,
            mapping,
            columns,
            around: &self.around,
        };
        let like = |column: usize| self.sheet.like(file, column);
        let wanted = table
            .fill(self.cells.clone(), edits, &like)
            .map_err(refused)?;
        let bytes = self.with(file.bytes.get(span.clone()).unwrap_or_default(), &wanted);
        let whole = file.with(span, &bytes)?;
        let new = whole.get(span.start..).unwrap_or_default();
        let (cells, end) = self
            .sheet
            .row_at(new)
            .ok_or_else(|| refused("the row would not end".to_owned()))?;
        if end != bytes.len() || cells != wanted {
            return Err(refused("the row would be read as another one".to_owned()));
        }
        let item = table::map(path, columns, cells, 0, &self.around).map_err(refused)?;
        let same = item.handle == self.item.handle;
        let disagrees = table::disagreement(mapping, (&self.item.body, &item.body), edits)
            .or_else(|| (!same).then(|| "it would be another row".to_owned()));
        match (disagrees, item.revision) {
            (None, Some(revision)) => Ok(Changed { bytes, revision }),
            (why, _) => Err(refused(why.unwrap_or_default())),
        }
    }

    /// The bytes of the row with these cells; those that stay keep their bytes.
    fn with(&self, row: &[u8], wanted: &[String]) -> Vec<u8> {
        let old = cell::cells(row, self.sheet.delimiter).unwrap_or_default();
        let mut out = Vec::new();
        let mut done = 0;
        for ((cell, was), wanted) in old.iter().zip(&self.cells).zip(wanted) {
            if was != wanted {
                out.extend_from_slice(row.get(done..cell.span.start).unwrap_or_default());
                out.extend_from_slice(&cell::written(wanted, self.sheet.delimiter));
                done = cell.span.end;
            }
        }
        out.extend_from_slice(row.get(done..).unwrap_or_default());
        out
    }
}

fn being_written(path: &str) -> Fault {
    Fault::Transient(format!(
        "another program is writing {path} just now; it is tried again when that has ended"
    ))
}
