//! Mails, one by one.

use std::io::Result;

use rapport_model::{Change, Millis};

use super::{MAX_BYTES, Piece, Reading, Stretch, open_at, read_all};
use crate::common::digest64;
use crate::files::mail::{self, Place};
use crate::files::mbox::{MAX_MAIL, Slices};
use crate::files::scan::Found;

/// Threads remembered at most; more are described again, which is harmless.
const MAX_THREADS: usize = 1_000_000;

impl Reading<'_> {
    pub(super) fn mbox(&mut self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece {
            found,
            full,
            from,
            room,
            settled,
        } = piece;
        let mut slices = Slices::new(open_at(full, from)?, from);
        // A mail gives two changes: itself and its thread.
        while out.changes.len() + 2 <= room && out.next - from < MAX_BYTES {
            let Some(slice) = slices.next()? else {
                out.done = true;
                return Ok(());
            };
            if !slice.closed && !settled {
                out.waits = true;
                out.done = true;
                return Ok(());
            }
            out.last = slice.start;
            out.next = slice.end;
            if slice.too_large {
                let reason = format!("a mail is larger than {} MB", MAX_MAIL / 1024 / 1024);
                out.put_aside(found, slice.start, &reason, &slice.bytes);
            } else if !slice.bytes.iter().all(u8::is_ascii_whitespace) {
                self.mail(found, slice.start, &slice.bytes, out);
            }
        }
        Ok(())
    }

    pub(super) fn one_mail(&mut self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece {
            found,
            full,
            settled,
            ..
        } = piece;
        out.done = true;
        if found.size > u64::try_from(MAX_MAIL).unwrap_or(u64::MAX) {
            let reason = format!("the mail is larger than {} MB", MAX_MAIL / 1024 / 1024);
            out.put_aside(found, 0, &reason, &[]);
        } else {
            let bytes = read_all(full)?;
            // A Maildir hands files over whole; elsewhere the end shows it.
            if !settled && !found.in_maildir() && !bytes.ends_with(b"\n") {
                out.waits = true;
                return Ok(());
            }
            self.mail(found, 0, &bytes, out);
        }
        out.next = found.size;
        Ok(())
    }

    fn mail(&mut self, found: &Found, at: u64, raw: &[u8], out: &mut Stretch) {
        let fallback = Millis(found.mtime / 1_000_000);
        let unread = found.unread();
        let place = Place {
            file: &found.key,
            at,
            unread,
            fallback,
        };
        match mail::map(raw, place, self.own) {
            Ok(mapped) => {
                let thread = digest64([mapped.thread.handle.as_str().as_bytes()]);
                if mapped.is_root && self.threads.len() < MAX_THREADS {
                    self.threads.insert(thread);
                }
                // A thread is told by its first mail; by others only while that
                // one is not here.
                if mapped.is_root || !self.threads.contains(&thread) {
                    out.changes.push(Change::Upsert(Box::new(mapped.thread)));
                }
                out.changes.push(Change::Upsert(Box::new(mapped.message)));
            }
            Err(reason) => out.put_aside(found, at, &reason, raw),
        }
    }
}
