//! Where the cells of a row lie in its bytes, and how a cell is written, so that
//! one cell can change while every other byte stays.

use std::ops::Range;

/// A cell as it lies in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its bytes, quotes included, from the start of what was scanned.
    pub(super) span: Range<usize>,
    /// What a reader takes it for.
    pub(super) value: Vec<u8>,
}

/// The cells of the first row of `bytes`; `None` when a quote is never closed.
pub(super) fn cells(bytes: &[u8], delimiter: u8) -> Option<Vec<Cell>> {
    let ends = |byte: u8| byte == delimiter || byte == b'\n' || byte == b'\r';
    let mut out = Vec::new();
    let empty = |byte: &&u8| matches!(byte, b'\n' | b'\r');
    let mut at = bytes.iter().take_while(empty).count();
    loop {
        let start = at;
        let mut value = Vec::new();
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            loop {
                let byte = *bytes.get(at)?;
                at += 1;
                if byte == b'"' {
                    if bytes.get(at) != Some(&b'"') {
                        break;
                    }
                    at += 1;
                }
                value.push(byte);
            }
        }
        // What follows a closing quote belongs to the cell as it stands.
        while let Some(byte) = bytes.get(at).copied().filter(|byte| !ends(*byte)) {
            value.push(byte);
            at += 1;
        }
        out.push(Cell {
            span: start..at,
            value,
        });
        if bytes.get(at) != Some(&delimiter) {
            return Some(out);
        }
        at += 1;
    }
}

/// A cell with this text, in quotes only when it has to be.
pub(super) fn written(text: &str, delimiter: u8) -> Vec<u8> {
    let special = |byte: u8| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r');
    let edge = |found: Option<char>| found.is_some_and(char::is_whitespace);
    let plain =
        !text.bytes().any(special) && !edge(text.chars().next()) && !edge(text.chars().next_back());
    if plain {
        return text.as_bytes().to_vec();
    }
    format!("\"{}\"", text.replace('"', "\"\"")).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_lie_where_another_reader_finds_them() {
        for row in [
            "a,b,c\r\n",
            "\r\n\n\"a, b\",\"say \"\"hi\"\"\",,\" x \"\n1,2,3,4\n",
            "\"two\r\nlines\",plain\"quote,\"half\"open\r\n",
            ",,\n",
            "last",
        ] {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(row.as_bytes());
            let mut record = csv::ByteRecord::new();
            reader.read_byte_record(&mut record).unwrap();
            let found = cells(row.as_bytes(), b',').unwrap();
            let values: Vec<&[u8]> = found.iter().map(|it| it.value.as_slice()).collect();
            assert_eq!(values, record.iter().collect::<Vec<_>>(), "{row:?}");
        }
        assert_eq!(cells(b"a,\"never closed\n1,2\n", b','), None);
    }

    #[test]
    fn a_cell_is_quoted_only_when_it_has_to_be() {
        let text = |text, delimiter| String::from_utf8(written(text, delimiter)).unwrap();
        assert_eq!(text("Net 45", b','), "Net 45");
        assert_eq!(text("", b','), "");
        assert_eq!(text("a, b", b','), "\"a, b\"");
        assert_eq!(text("a, b", b';'), "a, b");
        assert_eq!(text("a; \"b\"", b';'), "\"a; \"\"b\"\"\"");
        assert_eq!(text("two\nlines", b'\t'), "\"two\nlines\"");
    }
}
