//! Splits an mbox into mails without holding more than one of them.
//!
//! Both common dialects are read: a mail begins at a line `From ` that is the
//! first of the file or follows an empty line and looks like a postmark, and
//! `>From ` (any number of `>`) loses one `>`, as mboxrd has it.

use std::io::{BufRead, Result};

use super::linewise::Linewise;

/// A mail larger than this is passed over with a reason.
pub(super) const MAX_MAIL: usize = 64 * 1024 * 1024;

/// One mail of an mbox.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slice {
    /// Where its `From ` line begins.
    pub(super) start: u64,
    /// Where the next one begins, or the file ends.
    pub(super) end: u64,
    /// The mail without its `From ` line, quoting undone; cut when `too_large`.
    pub(super) bytes: Vec<u8>,
    /// It was larger than [`MAX_MAIL`].
    pub(super) too_large: bool,
    /// Another mail follows, or an empty line closes it.
    pub(super) closed: bool,
    /// It began with a `From ` line.
    pub(super) framed: bool,
}

/// Reads mails one after the other from a place where one begins.
#[derive(Debug)]
pub(super) struct Slices<R> {
    lines: Linewise<R>,
    /// A `From ` line that was read ahead begins here.
    ahead: Option<u64>,
}

impl<R: BufRead> Slices<R> {
    /// Over a reader that stands at byte `at` of the file.
    pub(super) const fn new(reader: R, at: u64) -> Self {
        Self {
            lines: Linewise::new(reader, at),
            ahead: None,
        }
    }

    /// The next mail; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<Slice>> {
        let mut slice = Slice {
            start: self.lines.at,
            end: self.lines.at,
            bytes: Vec::new(),
            too_large: false,
            closed: false,
            framed: false,
        };
        let mut blank = true;
        let mut begun = false;
        if let Some(start) = self.ahead.take() {
            slice.start = start;
            slice.framed = true;
            begun = true;
            blank = false;
        }
        loop {
            let before = self.lines.at;
            if !self.lines.advance()? {
                slice.end = self.lines.at;
                slice.closed = blank;
                return Ok(begun.then_some(slice));
            }
            if blank && is_postmark(&self.lines.line) {
                if begun {
                    self.ahead = Some(before);
                    slice.end = before;
                    slice.closed = true;
                    return Ok(Some(slice));
                }
                slice.start = before;
                slice.framed = true;
                begun = true;
                blank = false;
                continue;
            }
            blank = matches!(self.lines.line.as_slice(), b"\n" | b"\r\n");
            if !begun {
                if blank {
                    slice.start = self.lines.at;
                    continue;
                }
                begun = true;
            }
            if slice.bytes.len() + self.lines.line.len() > MAX_MAIL {
                slice.too_large = true;
            }
            if !slice.too_large {
                slice.bytes.extend_from_slice(unquoted(&self.lines.line));
            }
        }
    }
}

/// `From sender weekday month day time year`: at least a digit and a colon, so
/// that a sentence beginning with "From" inside an unquoted mail is no border.
fn is_postmark(line: &[u8]) -> bool {
    line.strip_prefix(b"From ").is_some_and(|rest| {
        let bare = rest.iter().all(u8::is_ascii_whitespace);
        let dated = rest.contains(&b':') && rest.iter().any(u8::is_ascii_digit);
        // "From - " and "From MAILER-DAEMON" are seen without a date.
        let one_word = !rest.trim_ascii().contains(&b' ');
        bare || dated || one_word
    })
}

fn unquoted(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    if quotes > 0
        && line
            .get(quotes..)
            .is_some_and(|rest| rest.starts_with(b"From "))
    {
        line.get(1..).unwrap_or_default()
    } else {
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Slice> {
        let mut slices = Slices::new(text.as_bytes(), 0);
        let mut out = Vec::new();
        while let Some(slice) = slices.next().unwrap() {
            out.push(slice);
        }
        out
    }

    #[test]
    fn borders_are_where_a_postmark_follows_an_empty_line() {
        let text = "From a@x Mon Jan  1 00:00:00 2024\nA: 1\n\nFrom here on, all is well.\n>From b\n>>From c\n\nFrom b@x Mon Jan  1 00:00:00 2024\nB: 2\n\nlast";
        let mails = all(text);
        assert_eq!(mails.len(), 2);
        let first = String::from_utf8(mails[0].bytes.clone()).unwrap();
        assert_eq!(
            first,
            "A: 1\n\nFrom here on, all is well.\nFrom b\n>From c\n\n"
        );
        assert!(mails[0].closed && !mails[1].closed);
        assert_eq!(mails[1].end, u64::try_from(text.len()).unwrap());
        let start = usize::try_from(mails[1].start).unwrap();
        assert!(text.as_bytes()[start..].starts_with(b"From b"));
    }

    #[test]
    fn reading_from_a_border_gives_the_same_mails() {
        let text = "From a@x 1:1\n\nx\n\nFrom b@x 1:1\n\ny\n\n";
        let mails = all(text);
        let end = usize::try_from(mails[0].end).unwrap();
        let mut rest = Slices::new(&text.as_bytes()[end..], mails[0].end);
        assert_eq!(rest.next().unwrap().unwrap(), mails[1]);
        assert!(mails[1].closed);
    }
}
