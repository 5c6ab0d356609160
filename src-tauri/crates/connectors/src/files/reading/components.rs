//! Cards, calendar entries and tasks.

use std::collections::BTreeSet;
use std::io::Result;
use std::path::Path;

use rapport_model::{Body, Handle, Item, LinkId, Millis};

use super::{
    MAX_BYTES, MAX_RAW, Piece, Reading, Stretch, component_handle, open_at, revision, text_of,
};
use crate::files::blocks::{Block, Blocks, MAX_BLOCK};
use crate::files::scan::{self, Format, Found};
use crate::files::{event, lines, todo, vcard};

impl Reading<'_> {
    pub(super) fn blocks(&self, piece: Piece<'_>, out: &mut Stretch) -> Result<()> {
        let Piece {
            found,
            full,
            from,
            room,
            settled,
        } = piece;
        let wanted: &[&str] = if found.format == Format::Cards {
            &["VCARD"]
        } else {
            &["VEVENT", "VTODO"]
        };
        let mine = match (found.format, self.tasks) {
            (Format::Cards, _) => "VCARD",
            (_, true) => "VTODO",
            (_, false) => "VEVENT",
        };
        let siblings = if mine == "VTODO" {
            uids(full)?
        } else {
            BTreeSet::new()
        };
        let mut blocks = Blocks::new(open_at(full, from)?, from, wanted);
        while out.changes.len() < room && out.next - from < MAX_BYTES {
            let Some(block) = blocks.next()? else {
                out.done = true;
                return Ok(());
            };
            if !block.complete && !settled {
                out.waits = true;
                out.done = true;
                return Ok(());
            }
            out.last = block.start;
            out.next = block.end;
            if block.kind != mine {
                continue;
            }
            match self.component(found, &block, &siblings) {
                Ok(item) => out.take(found, block.start, item),
                Err(reason) => out.put_aside(found, block.start, &reason, &block.bytes),
            }
        }
        Ok(())
    }

    fn component(
        &self,
        found: &Found,
        block: &Block,
        siblings: &BTreeSet<String>,
    ) -> std::result::Result<Item, String> {
        if block.too_large {
            return Err(format!(
                "an entry is larger than {} MB",
                MAX_BLOCK / 1024 / 1024
            ));
        }
        if !block.complete {
            return Err(format!(
                "an entry ends in the middle: there is no END:{}",
                block.kind
            ));
        }
        let text = text_of(&block.bytes);
        let item = |uid: &str, at: Millis, body: Body| Item {
            handle: Handle::new(component_handle(&found.path, uid)),
            link: Some(LinkId::new(uid)),
            revision: Some(revision(&block.bytes)),
            at,
            body,
            // A card with a picture is kept in its file only.
            raw: (text.len() <= MAX_RAW).then(|| text.clone()),
        };
        match block.kind.as_str() {
            "VCARD" => {
                let body = vcard::map(&text)?;
                let uid = vcard::uid_or_digest(&lines::own(lines::read(&text)), &block.bytes);
                Ok(item(&uid, Millis(0), body))
            }
            "VTODO" => {
                let mut todo = todo::map(&text)?;
                if let Some(related) = todo.related.take() {
                    match parent_handle(self.root, &found.path, &related, siblings) {
                        Some(parent) => todo.task.parent = Some(Handle::new(parent)),
                        None => todo.task.cause = todo.task.cause.or(Some(LinkId::new(related))),
                    }
                }
                Ok(item(&todo.uid, todo.at, Body::Task(todo.task)))
            }
            _ => {
                let entry = event::map(&text)?;
                Ok(item(&entry.uid, entry.at, Body::Event(entry.event)))
            }
        }
    }
}

/// The task another one is part of lies in the same file, or in a file of its
/// own beside it.
fn parent_handle(
    root: &Path,
    path: &str,
    uid: &str,
    siblings: &BTreeSet<String>,
) -> Option<String> {
    if siblings.contains(uid) {
        return Some(component_handle(path, uid));
    }
    if uid.contains(['/', '\\']) {
        return None;
    }
    let folder = path
        .rsplit_once('/')
        .map(|(folder, _)| format!("{folder}/"))
        .unwrap_or_default();
    let beside = format!("{folder}{uid}.ics");
    scan::inside(root, &beside)?
        .is_file()
        .then(|| component_handle(&beside, uid))
}

/// The UIDs of all tasks of a file.
fn uids(full: &Path) -> Result<BTreeSet<String>> {
    let mut out = BTreeSet::new();
    let mut blocks = Blocks::new(open_at(full, 0)?, 0, &["VEVENT", "VTODO"]);
    while let Some(block) = blocks.next()? {
        if block.kind == "VTODO" {
            out.extend(todo::uid_of(&lines::own(lines::read(&text_of(
                &block.bytes,
            )))));
        }
    }
    Ok(out)
}
