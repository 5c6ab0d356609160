//! Which box a mail goes to: the last ninety days to `inbox` and `sent`, older
//! ones to an archive per month.

use std::fs::File;
use std::io::{BufWriter, Write};

use super::folder::Folder;
use super::mbox;
use crate::SampleError;
use crate::post::Mail;
use crate::when::Day;
use crate::world::{ME, person};

/// Days before a mail is archived.
const RECENT: Day = -90;

/// The open boxes; the archive of one month at a time.
#[derive(Debug)]
pub(crate) struct Mailboxes<'a> {
    folder: &'a Folder,
    inbox: BufWriter<File>,
    sent: BufWriter<File>,
    archive: Option<(String, BufWriter<File>)>,
    mine: String,
    scratch: String,
}

fn flush(out: &mut BufWriter<File>) -> Result<(), SampleError> {
    out.flush().map_err(|source| SampleError::Write {
        path: "mail".into(),
        source,
    })
}

impl<'a> Mailboxes<'a> {
    /// Opens the boxes.
    pub(crate) fn open(folder: &'a Folder) -> Result<Self, SampleError> {
        Ok(Self {
            folder,
            inbox: folder.open("mail/inbox.mbox")?,
            sent: folder.open("mail/sent.mbox")?,
            archive: None,
            mine: person(ME).map(|p| p.email()).unwrap_or_default(),
            scratch: String::with_capacity(4096),
        })
    }

    /// Files a mail; mails come in the order of time.
    pub(crate) fn file(&mut self, day: Day, mail: &Mail) -> Result<(), SampleError> {
        if day >= RECENT {
            let out = if mail.from.email == self.mine {
                &mut self.sent
            } else {
                &mut self.inbox
            };
            return mbox::append(out, mail, &mut self.scratch);
        }
        let month = mail.at.strftime("%Y-%m").to_string();
        if self.archive.as_ref().is_none_or(|(open, _)| *open != month) {
            let fresh = self.folder.open(&format!("mail/archive-{month}.mbox"))?;
            if let Some((_, mut full)) = self.archive.replace((month, fresh)) {
                flush(&mut full)?;
            }
        }
        match &mut self.archive {
            Some((_, out)) => mbox::append(out, mail, &mut self.scratch),
            None => Ok(()),
        }
    }

    /// Closes the boxes.
    pub(crate) fn close(mut self) -> Result<(), SampleError> {
        flush(&mut self.inbox)?;
        flush(&mut self.sent)?;
        self.archive.as_mut().map_or(Ok(()), |(_, out)| flush(out))
    }
}
