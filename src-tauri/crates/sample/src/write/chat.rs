//! Chat rooms as JSON lines: the room first, then one message a line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};

use serde::Serialize;

use super::folder::Folder;
use crate::SampleError;
use crate::post::ChatLine;
use crate::world::rooms::{ROOMS, Room};
use crate::world::{HOME, person};

#[derive(Debug, Serialize)]
struct Head<'a> {
    room: String,
    name: &'a str,
    kind: &'a str,
    members: Vec<Member>,
}

#[derive(Debug, Serialize)]
struct Member {
    id: String,
    name: &'static str,
    email: String,
}

/// The open files of all rooms.
#[derive(Debug)]
pub(crate) struct Rooms {
    files: BTreeMap<&'static str, BufWriter<File>>,
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<(), SampleError> {
    let failed = |source| SampleError::Write {
        path: "chat".into(),
        source,
    };
    serde_json::to_writer(&mut *out, value).map_err(|e| failed(e.into()))?;
    out.write_all(b"\n").map_err(failed)
}

impl Rooms {
    /// Opens a file per room and writes its first line.
    pub(crate) fn open(folder: &Folder) -> Result<Self, SampleError> {
        let mut files = BTreeMap::new();
        for room in ROOMS {
            let mut file = folder.open(&format!("chat/{}.jsonl", room.key))?;
            let members = room.members.iter().filter_map(|m| person(m));
            let head = Head {
                room: format!("!{}:{HOME}", room.key),
                name: room.name,
                kind: room.kind(),
                members: members
                    .map(|p| Member {
                        id: p.matrix(),
                        name: p.name,
                        email: p.email(),
                    })
                    .collect(),
            };
            line(&mut file, &head)?;
            files.insert(room.key, file);
        }
        Ok(Self { files })
    }

    /// Appends a message.
    pub(crate) fn say(&mut self, room: &Room, message: &ChatLine) -> Result<(), SampleError> {
        self.files
            .get_mut(room.key)
            .map_or(Ok(()), |file| line(file, message))
    }

    /// Closes the files.
    pub(crate) fn close(mut self) -> Result<(), SampleError> {
        for file in self.files.values_mut() {
            file.flush().map_err(|source| SampleError::Write {
                path: "chat".into(),
                source,
            })?;
        }
        Ok(())
    }
}
