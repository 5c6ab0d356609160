//! The folder, as blocking code sees it: which files belong to a collection,
//! who "me" is, what tables refer to. What is kept between two looks is only a
//! cache, checked against the directory each time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rapport_model::connector::{Collection, Deletions};
use rapport_model::{Body, Clock, CollectionId, Cursor, Fault, Kind};

use super::blocks::Blocks;
use super::mapping::{self, Mapping};
use super::pull::{self, Files, Pulled};
use super::reading::{self, Reading};
use super::scan::{self, Format, Found};
use super::sheet::Around;
use super::vcard;
use super::watch::Notices;
use crate::common::digest64;

/// The collections, parents first.
pub(super) const COLLECTIONS: [(&str, &str, &[Kind]); 7] = [
    ("contacts", "Contacts", &[Kind::Contact, Kind::Organisation]),
    (
        "records",
        "Tables",
        &[Kind::Organisation, Kind::Contact, Kind::Record],
    ),
    ("calendar", "Calendar", &[Kind::Event]),
    ("tasks", "Tasks", &[Kind::Task]),
    ("mail", "Mail", &[Kind::Conversation, Kind::Message]),
    ("chat", "Chat", &[Kind::Conversation, Kind::Message]),
    ("wiki", "Pages", &[Kind::Page]),
];

/// How often to look when the system does not tell of changes.
const POLL_MS: i64 = 60_000;

/// The folder of one account.
#[derive(Debug)]
pub(super) struct Folder {
    /// Where it is.
    pub(super) root: PathBuf,
    /// The user's own addresses from the form, lower case.
    pub(super) own: BTreeSet<String>,
    /// Beginnings of the paths that are read; all files when empty. So one folder
    /// can stand for several systems, each with its own account.
    pub(super) only: Vec<String>,
    /// The present.
    pub(super) clock: Arc<dyn Clock>,
    /// One writer at a time: two tasks may share a file.
    pub(super) writing: Mutex<()>,
    /// Collections in which a file was left because somebody was writing it.
    pub(super) left: Mutex<BTreeSet<CollectionId>>,
    /// What the last pull of a collection saw, for the watch.
    pub(super) last: Mutex<BTreeMap<CollectionId, u64>>,
    /// The system's notices, while somebody watches.
    pub(super) notices: Mutex<Option<Notices>>,
    /// A change was seen here that no notice told of.
    pub(super) deaf: AtomicBool,
    threads: Mutex<BTreeSet<u64>>,
    own_cache: Mutex<Option<(u64, Arc<BTreeSet<String>>)>>,
    around_cache: Mutex<Option<(u64, Arc<Around>)>>,
}

/// A lock whose holder died still guards a cache that is checked anyway.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Folder {
    /// A folder; nothing is read.
    pub(super) fn new(
        root: PathBuf,
        own: BTreeSet<String>,
        only: Vec<String>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            root,
            own,
            only,
            clock,
            writing: Mutex::default(),
            left: Mutex::default(),
            last: Mutex::default(),
            notices: Mutex::default(),
            deaf: AtomicBool::new(false),
            threads: Mutex::default(),
            own_cache: Mutex::default(),
            around_cache: Mutex::default(),
        }
    }

    /// What there is to pull.
    pub(super) fn discover(&self) -> Result<Vec<Collection>, Fault> {
        let all = scan::scan(&self.root)?;
        let mapping = Mapping::load(&self.root).err();
        // A part of a folder has the collections that are in it; a whole one has
        // all of them, because anything may come.
        let holds = |id: &str| {
            self.only.is_empty()
                || all
                    .values()
                    .any(|found| self.reads(found) && formats_of(id).contains(&found.format))
        };
        Ok(COLLECTIONS
            .into_iter()
            .filter(|(id, _, _)| holds(id))
            .map(|(id, title, kinds)| Collection {
                id: CollectionId::new(id),
                title: title.to_owned(),
                kinds: kinds.to_vec(),
                deletions: Deletions::Stream,
                poll_ms: POLL_MS,
                unavailable: if id == "records" {
                    mapping.clone()
                } else {
                    None
                },
            })
            .collect())
    }

    /// One page.
    pub(super) fn pull(
        &self,
        collection: &CollectionId,
        cursor: Option<&Cursor>,
    ) -> Result<Pulled, Fault> {
        let seen = self.look(collection)?;
        let mut threads = lock(&self.threads);
        let pulled = pull::pull(
            &mut seen.reading(self, &mut threads),
            &seen.files,
            cursor,
            self.clock.now(),
        )?;
        let mut left = lock(&self.left);
        if pulled.waits {
            left.insert(collection.clone());
        } else {
            left.remove(collection);
        }
        lock(&self.last).insert(collection.clone(), seen.stamp());
        Ok(pulled)
    }

    /// The files of a collection now, with what reading them needs.
    pub(super) fn look(&self, collection: &CollectionId) -> Result<Look, Fault> {
        let formats = formats_of(collection.as_str());
        if formats.is_empty() {
            return Err(Fault::Rejected(format!(
                "a folder has no collection \"{collection}\""
            )));
        }
        let all = scan::scan(&self.root)?;
        let around = if collection.as_str() == "records" {
            self.around(&all)?
        } else {
            Arc::default()
        };
        let own = match collection.as_str() {
            "mail" | "chat" => self.own_addresses(&all),
            _ => Arc::default(),
        };
        let own_digest = digest64(own.iter().map(String::as_bytes));
        let mut files: BTreeMap<String, Found> = all
            .iter()
            .filter(|(_, found)| formats.contains(&found.format) && self.reads(found))
            .map(|(key, found)| (key.clone(), found.clone()))
            .collect();
        match collection.as_str() {
            "mail" | "chat" => pull::with_extra(&mut files, |_| own_digest),
            "records" => {
                pull::with_extra(&mut files, |found| companions(&around.mapping, &all, found));
            }
            _ => {}
        }
        let mut files: Files = files.into_values().collect();
        if collection.as_str() == "records" {
            let rank = |found: &Found| {
                around
                    .mapping
                    .files
                    .get(&found.path)
                    .map_or(u8::MAX, mapping::TableMapping::rank)
            };
            files.sort_by(|one, other| (rank(one), &one.path).cmp(&(rank(other), &other.path)));
        }
        Ok(Look {
            files,
            own,
            around,
            tasks: collection.as_str() == "tasks",
        })
    }

    /// Whether a file belongs to the part of the folder that is read.
    fn reads(&self, found: &Found) -> bool {
        self.only.is_empty() || self.only.iter().any(|it| found.path.starts_with(it))
    }

    fn around(&self, all: &BTreeMap<String, Found>) -> Result<Arc<Around>, Fault> {
        let mapping = Mapping::load(&self.root)?;
        let text = serde_json::to_vec(&mapping).unwrap_or_default();
        let stats: Vec<String> = all
            .values()
            .filter(|found| found.format == Format::Table)
            .map(|found| format!("{} {} {}", found.path, found.size, found.mtime))
            .collect();
        let digest =
            digest64(std::iter::once(text.as_slice()).chain(stats.iter().map(String::as_bytes)));
        let mut cache = lock(&self.around_cache);
        if let Some((known, around)) = &*cache
            && *known == digest
        {
            return Ok(Arc::clone(around));
        }
        let around = Arc::new(Around::new(&self.root, mapping));
        *cache = Some((digest, Arc::clone(&around)));
        Ok(around)
    }

    /// The form's addresses, and all addresses of contacts marked `me` or
    /// holding one of them.
    fn own_addresses(&self, all: &BTreeMap<String, Found>) -> Arc<BTreeSet<String>> {
        let cards: Vec<&Found> = all
            .values()
            .filter(|found| found.format == Format::Cards)
            .collect();
        let stats: Vec<String> = cards
            .iter()
            .map(|found| format!("{} {} {}", found.path, found.size, found.mtime))
            .collect();
        let digest = digest64(stats.iter().map(String::as_bytes));
        let mut cache = lock(&self.own_cache);
        if let Some((known, own)) = &*cache
            && *known == digest
        {
            return Arc::clone(own);
        }
        let mut own = self.own.clone();
        for found in cards {
            self.own_in(found, &mut own);
        }
        let own = Arc::new(own);
        *cache = Some((digest, Arc::clone(&own)));
        own
    }

    fn own_in(&self, found: &Found, own: &mut BTreeSet<String>) {
        let file =
            scan::inside(&self.root, &found.path).and_then(|full| reading::open_at(&full, 0).ok());
        let Some(file) = file else {
            return;
        };
        let mut blocks = Blocks::new(file, 0, &["VCARD"]);
        while let Ok(Some(block)) = blocks.next() {
            if let Ok(Body::Contact(contact)) = vcard::map(&reading::text_of(&block.bytes)) {
                let all = || contact.addresses.iter().map(|it| it.value.to_lowercase());
                if contact.me || all().any(|address| self.own.contains(&address)) {
                    own.extend(all());
                }
            }
        }
    }
}

/// The files of a collection, by what they are; none for an unknown one.
fn formats_of(collection: &str) -> &'static [Format] {
    match collection {
        "contacts" => &[Format::Cards],
        "calendar" | "tasks" => &[Format::Calendar],
        "mail" => &[Format::Mbox, Format::Mail],
        "chat" => &[Format::Chat],
        "records" => &[Format::Table],
        "wiki" => &[Format::Page],
        _ => &[],
    }
}

/// A collection's files at one moment.
#[derive(Debug)]
pub(super) struct Look {
    /// In the order they are read.
    pub(super) files: Files,
    /// The user's own addresses.
    pub(super) own: Arc<BTreeSet<String>>,
    /// What tables refer to.
    pub(super) around: Arc<Around>,
    tasks: bool,
}

impl Look {
    /// What a stretch is read with.
    pub(super) fn reading<'a>(
        &'a self,
        folder: &'a Folder,
        threads: &'a mut BTreeSet<u64>,
    ) -> Reading<'a> {
        Reading {
            root: &folder.root,
            tasks: self.tasks,
            own: &self.own,
            around: &self.around,
            threads,
        }
    }
}

/// What else a table's records are made of: the mapping, their lines, and the
/// employees their owners are found in.
fn companions(mapping: &Mapping, all: &BTreeMap<String, Found>, found: &Found) -> u64 {
    let stat = |path: Option<&String>| {
        path.and_then(|path| all.get(path))
            .map(|it| format!("{} {}", it.size, it.mtime))
            .unwrap_or_default()
    };
    let entry = serde_json::to_vec(&mapping.files.get(&found.path)).unwrap_or_default();
    let others: Vec<&str> = mapping
        .files
        .iter()
        .flat_map(|(path, it)| [path.as_str(), it.kind.as_str()])
        .collect();
    let lines = stat(mapping.lines_for(&found.path).map(|(path, _)| path));
    let staff = stat(mapping.file_of("employee").map(|(path, _)| path));
    digest64([
        entry.as_slice(),
        others.join("\n").as_bytes(),
        lines.as_bytes(),
        staff.as_bytes(),
    ])
}
