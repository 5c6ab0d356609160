//! Reads a file line by line and always knows where it stands.

use std::io::{BufRead, Result};

/// A longer line comes in pieces of this size.
const MAX_LINE: usize = 1024 * 1024;

/// A reader with its place.
#[derive(Debug)]
pub(super) struct Linewise<R> {
    reader: R,
    /// Where the next line begins.
    pub(super) at: u64,
    /// The line that was read last, its end included.
    pub(super) line: Vec<u8>,
}

impl<R: BufRead> Linewise<R> {
    /// Over a reader that stands at byte `at` of the file.
    pub(super) const fn new(reader: R, at: u64) -> Self {
        Self {
            reader,
            at,
            line: Vec::new(),
        }
    }

    /// Reads the next line; `false` at the end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn advance(&mut self) -> Result<bool> {
        self.line.clear();
        while self.line.len() < MAX_LINE {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            let end = chunk
                .iter()
                .position(|byte| *byte == b'\n')
                .map(|at| at + 1);
            let take = end.unwrap_or(chunk.len());
            self.line
                .extend_from_slice(chunk.get(..take).unwrap_or_default());
            self.reader.consume(take);
            self.at += u64::try_from(take).unwrap_or_default();
            if end.is_some() {
                break;
            }
        }
        Ok(!self.line.is_empty())
    }
}
