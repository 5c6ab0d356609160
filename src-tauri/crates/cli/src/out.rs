//! What is printed: a table for people, JSON for programs.
//!
//! Foreign text is data here too: control characters never reach the terminal.

use std::io::{self, IsTerminal as _, Write as _};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::failure::Failure;

/// Where output goes and in which form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out {
    json: bool,
}

impl Out {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Progress bars and colours make sense.
    pub(crate) fn is_terminal(self) -> bool {
        !self.json && io::stderr().is_terminal()
    }

    /// Prints a value as JSON, or what `table` makes of it for people.
    pub(crate) fn show<T: Serialize>(
        self,
        value: &T,
        table: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        if self.json {
            let text = serde_json::to_string_pretty(value)
                .map_err(|error| Failure::internal(error.to_string()))?;
            line(&text)
        } else {
            line(table(value).trim_end())
        }
    }

    /// One sentence for people; nothing in JSON form.
    pub(crate) fn say(self, text: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { line(text) }
    }
}

/// Writes one line. A closed pipe (`| head`) ends quietly.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::quiet()),
        Err(error) => Err(Failure::internal(format!(
            "Cannot write the output: {error}."
        ))),
        Ok(()) => Ok(()),
    }
}

/// Writes to standard error; nobody is left to tell when that fails.
pub(crate) fn note(text: &str) {
    let _nobody_left_to_tell = writeln!(io::stderr().lock(), "{text}");
}

/// A table with these heads. Cells are cleaned and cut.
pub(crate) fn table<const N: usize>(
    heads: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let cut = |row: [String; N]| row.map(|cell| clean(&cell, 120));
    table_of(heads, rows.into_iter().map(cut))
}

/// A table of cells that are clean already.
pub(crate) fn table_of<const N: usize>(
    heads: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_style(comfy_table::TableComponent::HeaderLines, '─');
    table.set_style(comfy_table::TableComponent::MiddleHeaderIntersections, ' ');
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if !io::stdout().is_terminal() {
        table.set_width(160);
    }
    table.set_header(heads);
    let mut any = false;
    for row in rows {
        any = true;
        table.add_row(row);
    }
    if any {
        table.to_string()
    } else {
        "Nothing here.".to_owned()
    }
}

/// A list that ends where it was cut says so.
pub(crate) fn and_more(mut text: String, rows: usize, limit: Option<u32>, most: u32) -> String {
    if rows > 0 && u32::try_from(rows).is_ok_and(|it| it >= limit.unwrap_or(most)) {
        text.push_str("\nThere may be more; --limit shows them.");
    }
    text
}

/// Text without control characters, on one line, at most `max` characters.
pub(crate) fn clean(text: &str, max: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    let mut space = false;
    for c in text.chars() {
        let blank = c.is_whitespace() || c.is_control() || is_bidi(c);
        if blank {
            space = !out.is_empty();
            continue;
        }
        if count == max {
            out.push('…');
            break;
        }
        if space {
            out.push(' ');
            count += 1;
            space = false;
        }
        out.push(c);
        count += 1;
    }
    out
}

/// Marks that reorder what follows; a name with one could disguise a table.
const fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// An optional text, a dash without one.
pub(crate) fn or_dash(text: Option<impl ToString>) -> String {
    text.map_or_else(|| "–".to_owned(), |text| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn foreign_text_cannot_command_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mred\u{7}\nb", 40), "a [31mred b");
        assert_eq!(clean("pay\u{202E}evil", 40), "pay evil");
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(clean("abcdef", 3), "abc…");
    }
}
