//! A table before its columns mean anything: cells in rows, and the tables it is
//! joined with.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Result, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rapport_model::Line;

use super::mapping::Mapping;
use super::table::line;
use crate::common::clean;

/// A table's rows are read in pieces of this size; no row may be longer.
pub(super) const MAX_PIECE: u64 = 16 * 1024 * 1024;

/// Lines by the record they belong to.
type LinesOf = BTreeMap<String, Vec<Line>>;

/// What rows of one table may refer to; read when first asked for.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// The mapping of the folder.
    pub(super) mapping: Mapping,
    root: PathBuf,
    staff: OnceLock<BTreeMap<String, String>>,
    lines: BTreeMap<String, OnceLock<LinesOf>>,
}

/// Tables that others are joined with may be as large as this.
const MAX_JOINED: u64 = 256 * 1024 * 1024;

impl Around {
    /// The tables of this folder.
    pub(super) fn new(root: &Path, mapping: Mapping) -> Self {
        let lines = mapping
            .files
            .keys()
            .map(|path| (path.clone(), OnceLock::new()))
            .collect();
        Self {
            mapping,
            root: root.to_path_buf(),
            staff: OnceLock::new(),
            lines,
        }
    }

    /// Employees by mail address.
    pub(super) fn staff(&self) -> &BTreeMap<String, String> {
        self.staff.get_or_init(|| {
            let mut out = BTreeMap::new();
            if let Some((path, table)) = self.mapping.file_of("employee") {
                self.each_row(path, |row| {
                    let email = table
                        .columns
                        .get("email")
                        .and_then(|column| row.column(column));
                    if let (Some(key), Some(email)) = (row.column(&table.key), email) {
                        out.insert(email.to_lowercase(), key.to_owned());
                    }
                });
            }
            out
        })
    }

    /// The lines of one record of a table.
    pub(super) fn lines(&self, path: &str, key: &str) -> Vec<Line> {
        let Some(cell) = self.lines.get(path) else {
            return Vec::new();
        };
        let lines = cell.get_or_init(|| {
            let mut out = LinesOf::new();
            if let Some((from, table)) = self.mapping.lines_for(path) {
                self.each_row(from, |row| {
                    if let Some((of, line)) = line(row, table) {
                        out.entry(of).or_default().push(line);
                    }
                });
            }
            out
        });
        lines.get(key).cloned().unwrap_or_default()
    }

    /// Runs over a whole table. What cannot be read here is reported where the
    /// table itself is read.
    fn each_row(&self, path: &str, mut take: impl FnMut(&Row<'_>)) {
        let Some(full) = super::scan::inside(&self.root, path) else {
            return;
        };
        let small = std::fs::metadata(&full).is_ok_and(|meta| meta.len() <= MAX_JOINED);
        let Some((columns, start, delimiter)) = columns(&full).ok().filter(|_| small) else {
            return;
        };
        let Ok(mut file) = File::open(&full) else {
            return;
        };
        if file.seek(SeekFrom::Start(start)).is_err() {
            return;
        }
        let mut reader = reader_of(BufReader::new(file), delimiter);
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            take(&Row {
                columns: &columns,
                cells: cells(&record),
            });
        }
    }
}

/// Cells by column.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) columns: &'a [String],
    pub(super) cells: Vec<String>,
}

impl Row<'_> {
    /// The cell of a column, unless it is empty.
    pub(super) fn column(&self, name: &str) -> Option<&str> {
        let at = self.columns.iter().position(|column| column == name)?;
        self.cells
            .get(at)
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    }
}

/// Reads the first line and some rows.
///
/// # Errors
/// The file cannot be read.
pub(super) fn head(path: &Path, rows: usize) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let (columns, start, delimiter) = columns(path)?;
    let mut out = Vec::new();
    let mut reader = reader_at(path, start, delimiter)?;
    let mut record = csv::ByteRecord::new();
    while out.len() < rows && reader.read_byte_record(&mut record)? {
        out.push(cells(&record));
    }
    Ok((columns, out))
}

/// The columns, where the first row begins, and what separates cells.
///
/// # Errors
/// The file cannot be read.
pub(super) fn columns(path: &Path) -> Result<(Vec<String>, u64, u8)> {
    let mut first = Vec::new();
    BufReader::new(File::open(path)?)
        .take(64 * 1024)
        .read_to_end(&mut first)?;
    let delimiter = delimiter_of(&first);
    header(reader_at(path, 0, delimiter)?, delimiter)
}

/// The same of a table in memory.
///
/// # Errors
/// Its first line cannot be read.
pub(super) fn columns_of(bytes: &[u8]) -> Result<(Vec<String>, u64, u8)> {
    let delimiter = delimiter_of(bytes);
    header(reader_of(bytes, delimiter), delimiter)
}

fn delimiter_of(bytes: &[u8]) -> u8 {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let count = |wanted: u8| line.iter().filter(|byte| **byte == wanted).count();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|it| (count(*it), *it == b','));
    delimiter.unwrap_or(b',')
}

fn header<R: Read>(mut reader: csv::Reader<R>, delimiter: u8) -> Result<(Vec<String>, u64, u8)> {
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record)?;
    let mut columns: Vec<String> = cells(&record)
        .iter()
        .map(|it| it.trim().to_owned())
        .collect();
    if let Some(first) = columns.first_mut() {
        *first = first
            .trim_start_matches('\u{feff}')
            .trim_matches('"')
            .to_owned();
    }
    Ok((columns, reader.position().byte(), delimiter))
}

/// A reader of rows from byte `at` on, over one piece of the file.
///
/// # Errors
/// The file cannot be read.
pub(super) fn reader_at(
    path: &Path,
    at: u64,
    delimiter: u8,
) -> Result<csv::Reader<std::io::Take<BufReader<File>>>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(at))?;
    Ok(reader_of(BufReader::new(file).take(MAX_PIECE), delimiter))
}

/// A reader of rows.
pub(super) fn reader_of<R: Read>(from: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(from)
}

/// The cells as text; bytes that are no UTF-8 become the replacement sign.
pub(super) fn cells(record: &csv::ByteRecord) -> Vec<String> {
    record
        .iter()
        .map(|cell| clean(&String::from_utf8_lossy(cell)))
        .collect()
}
