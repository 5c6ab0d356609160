//! What comes a line at a time: chat exports and tables.

use std::fs::File;
use std::io::{Read as _, Result, Seek as _, SeekFrom};
use std::path::Path;

use rapport_model::{Change, Millis};

use super::{MAX_BYTES, MAX_CHAT_LINE, Piece, Reading, Stretch, open_at};
use crate::files::linewise::Linewise;
use crate::files::{chat, sheet, table};

impl Reading<'_> {
    pub(super) fn chat(&self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece {
            found,
            full,
            from,
            room,
            settled,
        } = piece;
        let mut lines = Linewise::new(open_at(full, 0)?, 0);
        if !lines.advance()? {
            out.done = true;
            return Ok(());
        }
        if !settled && !lines.line.ends_with(b"\n") {
            out.waits = true;
            out.done = true;
            return Ok(());
        }
        // An export without its room cannot be placed; one reason is enough.
        let place = match chat::room(&found.path, &lines.line, Millis(0)) {
            Ok(place) => place,
            Err(reason) => {
                out.put_aside(found, 0, &reason, &lines.line);
                (out.next, out.done) = (found.size, true);
                return Ok(());
            }
        };
        let names = chat::names(&place);
        if from == 0 {
            out.handles.push(place.handle.as_str().to_owned());
            out.changes.push(Change::Upsert(Box::new(place)));
            out.next = lines.at;
        } else {
            lines = Linewise::new(open_at(full, from)?, from);
        }
        while out.changes.len() < room && out.next - from < MAX_BYTES {
            let start = lines.at;
            if !lines.advance()? {
                out.done = true;
                return Ok(());
            }
            if !lines.line.ends_with(b"\n") && !settled {
                out.waits = true;
                out.done = true;
                return Ok(());
            }
            out.last = start;
            if lines.line.len() >= MAX_CHAT_LINE {
                while !lines.line.ends_with(b"\n") && lines.advance()? {}
                out.next = lines.at;
                out.put_aside(found, start, "a line is longer than a megabyte", &[]);
                continue;
            }
            out.next = lines.at;
            if lines.line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match chat::message(&found.path, &lines.line, self.own, &names) {
                Ok(change) => {
                    match &change {
                        Change::Upsert(item) => out.handles.push(item.handle.as_str().to_owned()),
                        Change::Patch(patch) => out.handles.push(patch.handle.as_str().to_owned()),
                        _ => {}
                    }
                    out.changes.push(change);
                }
                Err(reason) => out.put_aside(found, start, &reason, &lines.line),
            }
        }
        Ok(())
    }

    pub(super) fn table(&self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece {
            found,
            full,
            from,
            room,
            settled,
        } = piece;
        let Some(table) = self.around.mapping.files.get(&found.path) else {
            let reason =
                "the table has no mapping yet; look at its preview and say what its columns mean";
            out.put_aside(found, 0, reason, &[]);
            (out.next, out.done) = (found.size, true);
            return Ok(());
        };
        // Lines of orders and invoices come with the records they belong to.
        if table
            .lines_of()
            .is_some_and(|kind| self.around.mapping.file_of(kind).is_some())
        {
            (out.next, out.done) = (found.size, true);
            return Ok(());
        }
        let (columns, first, delimiter) = sheet::columns(full)?;
        let start = from.max(first);
        let mut reader = sheet::reader_at(full, start, delimiter)?;
        let mut record = csv::ByteRecord::new();
        out.next = start;
        while out.changes.len() < room && out.next - start < MAX_BYTES {
            let begin = start + reader.position().byte();
            if !reader.read_byte_record(&mut record)? {
                out.done = start + reader.position().byte() >= found.size;
                if !out.done && begin == start {
                    out.put_aside(
                        found,
                        begin,
                        "a row is longer than 16 MB, or a quote is never closed",
                        &[],
                    );
                    (out.next, out.done) = (found.size, true);
                }
                return Ok(());
            }
            let end = start + reader.position().byte();
            if end - start >= sheet::MAX_PIECE && end < found.size {
                if begin == start {
                    out.put_aside(
                        found,
                        begin,
                        "a row is longer than 16 MB, or a quote is never closed",
                        &[],
                    );
                    (out.next, out.done) = (found.size, true);
                }
                return Ok(());
            }
            if end >= found.size && !settled && !ends_with_newline(full)? {
                out.waits = true;
                out.done = true;
                return Ok(());
            }
            out.last = begin;
            out.next = end;
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            match table::map(
                &found.path,
                &columns,
                sheet::cells(&record),
                begin,
                self.around,
            ) {
                Ok(item) => out.take(found, begin, item),
                Err(reason) => out.put_aside(found, begin, &reason, record.as_slice()),
            }
        }
        Ok(())
    }
}

fn ends_with_newline(full: &Path) -> Result<bool> {
    let mut file = File::open(full)?;
    let mut last = [0_u8; 1];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(&last == b"\n")
}
