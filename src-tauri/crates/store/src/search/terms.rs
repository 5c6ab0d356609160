//! The words of the index in their order, read where FTS5 lists them.
//!
//! FTS5 can be asked for the words from one on, but it gets from a word to the next by
//! reading every place of the first: behind `the` lie two thousand pages. Each piece of
//! the index has a directory of the pages on which words begin (`search_text_idx`), and
//! each of those pages ends with a list of its words. Both are part of the file format,
//! which SQLite keeps for good; what does not read as expected is answered with `None`.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::StoreError;

/// The row of the index that lists its pieces.
const PIECES: i64 = 10;
/// Follows the cookie once there are pieces that know what was deleted from them.
const FORM: [u8; 4] = [0xFF, 0, 0, 1];
/// What the index writes before each word of a text.
const MAIN: u8 = b'0';
/// A page is found by the number of its piece, moved so far.
const PIECE_BITS: u32 = 37;

/// Words with one beginning.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Beginning {
    /// In their order.
    pub(super) words: BTreeSet<String>,
    /// There are no more.
    pub(super) whole: bool,
}

/// The first `most` words that begin with `prefix`, as of the last commit; a word whose
/// last text has gone may still be among them. `None` when the index is not written as
/// expected.
pub(super) fn beginning_with(
    conn: &Connection,
    prefix: &str,
    most: usize,
) -> Result<Option<Beginning>, StoreError> {
    let Some(pieces) = pieces(conn)? else {
        return Ok(None);
    };
    let mut words = BTreeSet::new();
    let mut whole = true;
    for piece in pieces {
        match piece.words(conn, prefix, most)? {
            Some(found) => {
                words.extend(found.words);
                whole &= found.whole;
            }
            None => return Ok(None),
        }
    }
    while words.len() > most {
        words.pop_last();
        whole = false;
    }
    Ok(Some(Beginning { words, whole }))
}

/// A piece of the index, and the first of its pages that still counts.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    id: i64,
    first: i64,
}

fn pieces(conn: &Connection) -> Result<Option<Vec<Piece>>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT block FROM search_text_data WHERE id = ?1")?;
    let block: Option<Vec<u8>> = statement.query_row([PIECES], |row| row.get(0)).optional()?;
    Ok(block.and_then(|block| listed(&block)))
}

fn listed(block: &[u8]) -> Option<Vec<Piece>> {
    // A cookie, perhaps the form, and how many levels, pieces and writes there are.
    let rest = block.get(4..)?;
    let (mut at, more) = match rest.strip_prefix(&FORM) {
        Some(rest) => (Bytes(rest), 5),
        None => (Bytes(rest), 0),
    };
    let (levels, _, _) = (at.number()?, at.number()?, at.number()?);
    let mut out = Vec::new();
    for _ in 0..levels {
        let (_merging, pieces) = (at.number()?, at.number()?);
        for _ in 0..pieces {
            let (id, first, last) = (at.number()?, at.number()?, at.number()?);
            for _where_from_and_what_is_gone in 0..more {
                at.number()?;
            }
            if last > 0 {
                out.push(Piece {
                    id: i64::try_from(id).ok()?,
                    first: i64::try_from(first).ok()?,
                });
            }
        }
    }
    Some(out)
}

impl Piece {
    fn words(
        &self,
        conn: &Connection,
        prefix: &str,
        most: usize,
    ) -> Result<Option<Beginning>, StoreError> {
        let mut out = Beginning {
            words: BTreeSet::new(),
            whole: true,
        };
        let from = [&[MAIN], prefix.as_bytes()].concat();
        // Beyond every word that begins so: no text has this byte.
        let to = [from.as_slice(), &[0xFF]].concat();
        let mut page = conn.prepare_cached("SELECT block FROM search_text_data WHERE id = ?1")?;
        let mut read = |number: i64, out: &mut Beginning| -> Result<Option<()>, StoreError> {
            let id = (self.id << PIECE_BITS) + number;
            let mut rows = page.query([id])?;
            let Some(row) = rows.next()? else {
                return Ok(None);
            };
            let block = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
            Ok(on_page(block, &from, most, out))
        };
        let mut before = conn.prepare_cached(
            "SELECT pgno FROM search_text_idx WHERE segid = ?1 AND term <= ?2 \
             ORDER BY term DESC LIMIT 1",
        )?;
        let first: Option<i64> = before
            .query_row(params![self.id, from], |row| row.get(0))
            .optional()?;
        // The last bit says whether a directory of places belongs to the page.
        let first = first.map_or(self.first, |it| self.first.max(it >> 1));
        if read(first, &mut out)?.is_none() {
            return Ok(None);
        }
        let mut behind = conn.prepare_cached(
            "SELECT pgno FROM search_text_idx WHERE segid = ?1 AND term > ?2 AND term < ?3 \
             ORDER BY term",
        )?;
        let mut pages = behind.query(params![self.id, from, to])?;
        while let Some(row) = pages.next()? {
            if out.words.len() > most {
                break;
            }
            let number = row.get::<_, i64>(0)? >> 1;
            if number > first && read(number, &mut out)?.is_none() {
                return Ok(None);
            }
        }
        if out.words.len() > most {
            out.whole = false;
        }
        Ok(Some(out))
    }
}

/// Adds the words of a page that begin with `from`, until there are more than `most`.
fn on_page(block: &[u8], from: &[u8], most: usize, out: &mut Beginning) -> Option<()> {
    // Behind the words and their places: where each word begins, as steps.
    let size = usize::from(u16::from_be_bytes([*block.get(2)?, *block.get(3)?]));
    let mut steps = Bytes(block.get(size..)?);
    let mut word: Vec<u8> = Vec::new();
    let mut at = 0_usize;
    while !steps.0.is_empty() {
        let is_first = at == 0;
        at = at.checked_add(usize::try_from(steps.number()?).ok()?)?;
        let mut bytes = Bytes(block.get(at..size)?);
        // All but the first leave out what they share with the one before.
        let kept = if is_first { 0 } else { bytes.number()? };
        let new = usize::try_from(bytes.number()?).ok()?;
        word.truncate(usize::try_from(kept).ok()?);
        word.extend_from_slice(bytes.0.get(..new)?);
        if word.starts_with(from) {
            out.words
                .insert(String::from_utf8(word.get(1..)?.to_vec()).ok()?);
            if out.words.len() > most {
                break;
            }
        } else if word.as_slice() > from {
            break;
        }
    }
    Some(())
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    /// A number as SQLite writes them: seven bits a byte, the greatest first, and all
    /// eight of a ninth.
    fn number(&mut self) -> Option<u64> {
        let mut out = 0;
        for place in 1..=9 {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            if place == 9 {
                return Some((out << 8) | u64::from(*byte));
            }
            out = (out << 7) | u64::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(out)
    }
}
