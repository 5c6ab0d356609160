//! A table as CSV (RFC 4180), described once: its columns and what they mean.

use std::io::Write;

use super::folder::Folder;
use crate::SampleError;

/// What a file of records is, and what its columns mean.
#[derive(Debug)]
pub(crate) struct Spec {
    /// Path in the folder.
    pub(crate) path: &'static str,
    /// What a row is.
    pub(crate) kind: &'static str,
    /// Column that names the row; empty when the rows have no name.
    pub(crate) key: &'static str,
    /// Column, and the field it is in the model; an empty field keeps the name.
    pub(crate) columns: &'static [(&'static str, &'static str)],
}

/// Writes a table and says how many rows it has.
pub(crate) fn write(
    folder: &Folder,
    spec: &Spec,
    rows: &[Vec<String>],
) -> Result<u64, SampleError> {
    let mut out = folder.open(spec.path)?;
    let failed = |source| SampleError::Write {
        path: spec.path.into(),
        source,
    };
    let header: Vec<String> = spec
        .columns
        .iter()
        .map(|(column, _)| (*column).to_owned())
        .collect();
    let mut text = String::new();
    for row in std::iter::once(&header).chain(rows) {
        text.clear();
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            cell_into(&mut text, cell);
        }
        text.push_str("\r\n");
        out.write_all(text.as_bytes()).map_err(failed)?;
    }
    out.flush().map_err(failed)?;
    Ok(u64::try_from(rows.len()).unwrap_or(0))
}

/// Quotes a cell when it has to be.
fn cell_into(out: &mut String, cell: &str) {
    if cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_with_commas_quotes_and_breaks_survive_another_reader() {
        let cells = ["plain", "a, b", "say \"hi\"", "two\nlines", " edge ", ""];
        let mut line = String::new();
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            cell_into(&mut line, cell);
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(line.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(row.iter().collect::<Vec<_>>(), cells);
    }
}
