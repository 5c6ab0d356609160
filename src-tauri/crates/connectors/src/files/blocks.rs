//! Splits vCard and iCalendar files into components, one at a time.

use std::io::{BufRead, Result};

use super::linewise::Linewise;

/// A component larger than this (a card with a film in it) is passed over.
pub(super) const MAX_BLOCK: usize = 8 * 1024 * 1024;

/// One component, as it lies in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// `VCARD`, `VEVENT`, `VTODO`, upper case.
    pub(super) kind: String,
    /// Where its `BEGIN` line begins.
    pub(super) start: u64,
    /// Just after its `END` line.
    pub(super) end: u64,
    /// Its bytes; cut when it is too large.
    pub(super) bytes: Vec<u8>,
    /// Larger than [`MAX_BLOCK`].
    pub(super) too_large: bool,
    /// Its `END` was found.
    pub(super) complete: bool,
}

/// Reads components one after the other.
#[derive(Debug)]
pub(super) struct Blocks<R> {
    lines: Linewise<R>,
    wanted: &'static [&'static str],
    /// A component whose `BEGIN` cut off the one before it.
    ahead: Option<Block>,
}

impl<R: BufRead> Blocks<R> {
    /// The components of the wanted kinds, from byte `at` on, outside of any.
    pub(super) const fn new(reader: R, at: u64, wanted: &'static [&'static str]) -> Self {
        Self {
            lines: Linewise::new(reader, at),
            wanted,
            ahead: None,
        }
    }

    /// The next component; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<Block>> {
        let mut open = self.ahead.take();
        loop {
            let start = self.lines.at;
            if !self.lines.advance()? {
                return Ok(open.map(|block| Block {
                    end: start,
                    ..block
                }));
            }
            let word = marker(&self.lines.line);
            let begins = match &word {
                Some((true, kind)) if self.wanted.contains(&kind.as_str()) => Some(Block {
                    kind: kind.clone(),
                    start,
                    end: start,
                    bytes: self.lines.line.clone(),
                    too_large: false,
                    complete: false,
                }),
                _ => None,
            };
            let Some(mut block) = open.take() else {
                open = begins;
                continue;
            };
            if begins.is_some() {
                // None of these kinds may lie in another: the open one was cut off.
                self.ahead = begins;
                return Ok(Some(Block {
                    end: start,
                    ..block
                }));
            }
            if block.bytes.len() + self.lines.line.len() > MAX_BLOCK {
                block.too_large = true;
            }
            if !block.too_large {
                block.bytes.extend_from_slice(&self.lines.line);
            }
            if word.is_some_and(|(begin, kind)| !begin && kind == block.kind) {
                return Ok(Some(Block {
                    end: self.lines.at,
                    complete: true,
                    ..block
                }));
            }
            open = Some(block);
        }
    }
}

/// `BEGIN:kind` as (true, kind), `END:kind` as (false, kind).
fn marker(line: &[u8]) -> Option<(bool, String)> {
    let text = std::str::from_utf8(line)
        .ok()?
        .trim_start_matches('\u{feff}')
        .trim_end();
    let (word, kind) = text.split_once(':')?;
    let begin = word.eq_ignore_ascii_case("BEGIN");
    (begin || word.eq_ignore_ascii_case("END")).then(|| (begin, kind.trim().to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(String, String, bool)> {
        let mut blocks = Blocks::new(text.as_bytes(), 0, &["VEVENT", "VTODO"]);
        let mut out = Vec::new();
        while let Some(block) = blocks.next().unwrap() {
            let place = |at: u64| usize::try_from(at).unwrap();
            assert_eq!(
                &text.as_bytes()[place(block.start)..place(block.end)],
                block.bytes
            );
            out.push((
                block.kind,
                String::from_utf8(block.bytes).unwrap(),
                block.complete,
            ));
        }
        out
    }

    #[test]
    fn components_come_with_their_exact_bytes_and_a_cut_one_costs_only_itself() {
        let todo = "begin:vtodo\r\nUID:1\r\nBEGIN:VALARM\r\nEND:VALARM\r\nEND:VTODO\r\n";
        let cut = "BEGIN:VEVENT\r\nUID:2\r\n";
        let event = "BEGIN:VEVENT\r\nUID:3\r\nEND:VEVENT\r\n";
        let text = format!("BEGIN:VCALENDAR\r\n{todo}{cut}{event}END:VCALENDAR\r\n");
        let want = vec![
            ("VTODO".to_owned(), todo.to_owned(), true),
            ("VEVENT".to_owned(), cut.to_owned(), false),
            ("VEVENT".to_owned(), event.to_owned(), true),
        ];
        assert_eq!(all(&text), want);
    }
}
