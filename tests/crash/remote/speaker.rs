//! The connector that reads the folder and writes to it, with the troubles of a line.

use async_trait::async_trait;
use rapport_model::change::Coverage;
use rapport_model::connector::{
    AuthKind, Collection, ConflictCheck, Deletions, Delivery, Factory, IdSet, Setting, SignInStep,
    SignedIn, Write as Writes,
};
use rapport_model::{
    Body, Change, CollectionId, Command, CommandId, Connector, Cursor, Fault, Handle, Item, Kind,
    Manifest, Page, Receipt,
};
use rapport_store::fail;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{DEALS, FILES, FolderRemote, Line, ROOMS, ada};

static MANIFEST: Manifest = Manifest {
    name: "folder",
    title: "Folder remote",
    about: "A source that outlives its readers, for tests.",
    form: &[],
    auth: &[AuthKind::Password],
    kinds: &[
        Kind::Conversation,
        Kind::Message,
        Kind::Task,
        Kind::Record,
        Kind::Contact,
    ],
    deletions: Deletions::Stream,
    writes: &[
        writes("send", Kind::Message),
        writes("edit_message", Kind::Message),
        writes("redact", Kind::Message),
        writes("react", Kind::Message),
        writes("mark_read", Kind::Conversation),
        writes("create", Kind::Task),
        writes("set_fields", Kind::Task),
        writes("delete", Kind::Task),
        writes("create", Kind::Record),
        writes("set_fields", Kind::Record),
        writes("act", Kind::Record),
    ],
    fixed: &[],
    delivery: Delivery::Poll,
};

const fn writes(command: &'static str, kind: Kind) -> Writes {
    Writes {
        command,
        kind,
        check: ConflictCheck::None,
    }
}

/// Signs in to the one source of a test.
#[derive(Debug)]
pub(crate) struct FolderFactory {
    /// The source.
    pub(crate) remote: Arc<FolderRemote>,
    /// Two of three answers to a push are lost, one of them with the request.
    pub(crate) troubled: bool,
}

impl Factory for FolderFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn connect(&self, _: Setting) -> Result<Arc<dyn Connector>, Fault> {
        Ok(Arc::new(Folder {
            remote: Arc::clone(&self.remote),
            troubled: self.troubled,
            pushes: AtomicU64::new(0),
        }))
    }
}

#[derive(Debug)]
struct Folder {
    remote: Arc<FolderRemote>,
    troubled: bool,
    pushes: AtomicU64,
}

/// As Ada sees it.
fn seen(mut item: Item) -> Item {
    if let Body::Message(it) = &mut item.body {
        it.mine = it.from == ada();
        it.unread &= !it.mine;
    }
    item
}

impl Folder {
    fn stream(&self, collection: &CollectionId, cursor: Option<&Cursor>) -> Result<Page, Fault> {
        let world = self.remote.world();
        let from = match cursor {
            None => 0,
            Some(it) if it.data["epoch"].as_u64() != Some(world.epoch) => {
                return Err(Fault::CursorExpired("the bookmark is too old".into()));
            }
            Some(it) => usize::try_from(it.data["at"].as_u64().unwrap_or(0)).unwrap_or(0),
        };
        let mut to = from;
        let mut changes = Vec::new();
        for line in world.lines.get(from..).unwrap_or_default() {
            if changes.len() == self.remote.page {
                break;
            }
            to += 1;
            let Line::Change {
                collection: of,
                change,
                ..
            } = line
            else {
                continue;
            };
            if of != collection {
                continue;
            }
            match &**change {
                // A stream tells of items as they are now.
                Change::Upsert(item) => {
                    let now = world.items.get(&(of.clone(), item.handle.clone()));
                    changes.extend(now.map(|it| Change::Upsert(Box::new(seen(it.clone())))));
                }
                Change::Gone(_) if collection.as_str() == DEALS => {}
                other => changes.push(other.clone()),
            }
        }
        let more = to < world.lines.len();
        let cursor = Cursor {
            version: 1,
            data: json!({ "at": to, "epoch": world.epoch }),
        };
        Ok(Page::new(changes, Coverage::Delta, cursor, more))
    }

    fn listing(&self, collection: &CollectionId, cursor: Option<&Cursor>) -> Page {
        let world = self.remote.world();
        let after = cursor.and_then(|it| it.data["after"].as_str());
        let mut items: Vec<&Item> = world
            .items
            .iter()
            .filter(|((of, handle), _)| {
                of == collection && after.is_none_or(|after| handle.as_str() > after)
            })
            .map(|(_, item)| item)
            .take(self.remote.page + 1)
            .collect();
        let more = items.len() > self.remote.page;
        items.truncate(self.remote.page);
        let last = items.last().filter(|_| more).map(|it| it.handle.0.clone());
        let changes = items
            .iter()
            .map(|it| Change::Upsert(Box::new((*it).clone())))
            .collect();
        let cursor = Cursor {
            version: 1,
            data: json!({ "after": last }),
        };
        Page::new(changes, Coverage::Complete, cursor, more)
    }
}

#[async_trait]
impl Connector for Folder {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        let collection = |id: &str, kinds: &[Kind], deletions| Collection {
            id: id.into(),
            title: id.to_owned(),
            kinds: kinds.to_vec(),
            deletions,
            poll_ms: 60_000,
            unavailable: None,
        };
        Ok(vec![
            collection(DEALS, &[Kind::Record, Kind::Contact], Deletions::Reconcile),
            collection(
                ROOMS,
                &[Kind::Conversation, Kind::Message],
                Deletions::Stream,
            ),
            collection(FILES, &[Kind::Task], Deletions::Listing),
        ])
    }

    async fn pull(
        &self,
        collection: &CollectionId,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        match collection.as_str() {
            FILES => Ok(self.listing(collection, cursor)),
            _ => self.stream(collection, cursor),
        }
    }

    async fn fetch(
        &self,
        collection: &CollectionId,
        handles: &[Handle],
    ) -> Result<Vec<Item>, Fault> {
        let world = self.remote.world();
        let found = |handle: &Handle| world.items.get(&(collection.clone(), handle.clone()));
        Ok(handles
            .iter()
            .filter_map(found)
            .map(|it| seen(it.clone()))
            .collect())
    }

    async fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        fail::point("remote.asked");
        let lost = || Fault::Unknown("the line broke".into());
        let n = self.pushes.fetch_add(1, Ordering::SeqCst) % 3;
        if self.troubled && n == 1 {
            return Err(lost());
        }
        let answer = self.remote.apply(id, command);
        fail::point("remote.done");
        if self.troubled && n == 0 && answer.is_ok() {
            return Err(lost());
        }
        answer
    }

    async fn lookup(&self, id: &CommandId, _: &Command) -> Result<Receipt, Fault> {
        Ok(self.remote.effect_of(id).unwrap_or(Receipt::NeverArrived))
    }

    async fn ids(&self, collection: &CollectionId) -> Result<IdSet, Fault> {
        let world = self.remote.world();
        let of = |((it, _), _): &(&(CollectionId, Handle), &Item)| it == collection;
        let ids = world
            .items
            .iter()
            .filter(of)
            .map(|((_, handle), item)| (handle.clone(), item.revision.clone()))
            .collect();
        Ok(IdSet { ids })
    }

    async fn sign_in(&self, _: SignInStep) -> Result<SignedIn, Fault> {
        Ok(SignedIn::Done {
            user: ada().address.value,
        })
    }
}
