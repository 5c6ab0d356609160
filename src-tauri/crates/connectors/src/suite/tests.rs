//! The suite itself: a connector that breaks a promise must not pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use rapport_model::change::Page;
use rapport_model::connector::{
    Collection, Connector, Deletions, Delivery, Factory, Manifest, Setting, SignInStep, SignedIn,
};
use rapport_model::plan::Task;
use rapport_model::{
    Body, Change, CollectionId, Command, CommandId, Coverage, Cursor, Fault, Handle, Item, ItemRef,
    Kind, Millis, Receipt,
};

use super::{Subject, conform};

/// What the scripted connector gets wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    NeverEnds,
    CursorMoves,
    ForgetsVersion,
    DanglingReference,
    InventsItems,
    PretendsToWrite,
    LookupLies,
    NamesTwice,
}

static MANIFEST: Manifest = Manifest {
    name: "scripted",
    title: "Scripted",
    about: "A source in memory.",
    form: &[],
    auth: &[],
    kinds: &[Kind::Task],
    deletions: Deletions::Stream,
    writes: &[],
    fixed: &[],
    delivery: Delivery::Poll,
};

#[derive(Debug)]
struct Scripted {
    flaw: Flaw,
    pulls: AtomicI64,
}

#[derive(Clone, Copy, Debug)]
struct ScriptedFactory(Flaw);

impl Factory for ScriptedFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn connect(&self, _setting: Setting) -> Result<Arc<dyn Connector>, Fault> {
        Ok(Arc::new(Scripted {
            flaw: self.0,
            pulls: AtomicI64::new(0),
        }))
    }
}

fn item(flaw: Flaw, handle: &str) -> Item {
    let about = (flaw == Flaw::DanglingReference).then(|| ItemRef::new("tasks", "nowhere"));
    let body = Body::Task(Task {
        title: "x".into(),
        about,
        ..Task::default()
    });
    Item {
        handle: Handle::new(handle),
        link: None,
        revision: None,
        at: Millis(1),
        body,
        raw: None,
    }
}

#[async_trait]
impl Connector for Scripted {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        let one = Collection {
            id: CollectionId::new("tasks"),
            title: "Tasks".into(),
            kinds: vec![Kind::Task],
            deletions: Deletions::Stream,
            poll_ms: 1_000,
            unavailable: None,
        };
        Ok(if self.flaw == Flaw::NamesTwice {
            vec![one.clone(), one]
        } else {
            vec![one]
        })
    }

    async fn pull(&self, _of: &CollectionId, cursor: Option<&Cursor>) -> Result<Page, Fault> {
        if self.flaw != Flaw::ForgetsVersion
            && cursor.is_some_and(|it| it.version != 1 || !it.data.is_i64())
        {
            return Err(Fault::CursorExpired("another form".into()));
        }
        let moved = self.pulls.fetch_add(1, Ordering::SeqCst);
        let data = if self.flaw == Flaw::CursorMoves {
            moved
        } else {
            7
        };
        let new = Cursor {
            version: 1,
            data: data.into(),
        };
        let changes = match cursor {
            None => vec![Change::Upsert(Box::new(item(self.flaw, "t1")))],
            Some(_) => Vec::new(),
        };
        Ok(Page::new(
            changes,
            Coverage::Delta,
            new,
            self.flaw == Flaw::NeverEnds,
        ))
    }

    async fn fetch(&self, _of: &CollectionId, handles: &[Handle]) -> Result<Vec<Item>, Fault> {
        let known = handles
            .iter()
            .filter(|it| it.as_str() == "t1" || self.flaw == Flaw::InventsItems);
        Ok(known.map(|it| item(self.flaw, it.as_str())).collect())
    }

    async fn push(&self, id: &CommandId, _command: &Command) -> Result<Receipt, Fault> {
        if self.flaw == Flaw::PretendsToWrite {
            return Ok(Receipt::Applied {
                handle: Some(Handle::new(id.as_str())),
                revision: None,
            });
        }
        Err(Fault::Rejected("this source is only read".into()))
    }

    async fn lookup(&self, id: &CommandId, _command: &Command) -> Result<Receipt, Fault> {
        if self.flaw == Flaw::LookupLies {
            return Ok(Receipt::Applied {
                handle: Some(Handle::new(id.as_str())),
                revision: None,
            });
        }
        Ok(Receipt::NeverArrived)
    }

    async fn sign_in(&self, _step: SignInStep) -> Result<SignedIn, Fault> {
        Ok(SignedIn::Done {
            user: "nobody".into(),
        })
    }
}

async fn broken(flaw: Flaw) -> String {
    let factory = ScriptedFactory(flaw);
    let connector = factory
        .connect(super::setting(serde_json::Value::Null, "unused"))
        .unwrap();
    conform(&Subject::new(Arc::new(factory), connector))
        .await
        .join("\n")
}

#[tokio::test]
async fn a_connector_without_a_flaw_passes() {
    assert_eq!(broken(Flaw::None).await, "");
}

#[tokio::test]
async fn every_flaw_is_found_and_named() {
    for (flaw, words) in [
        (Flaw::NeverEnds, "stays where it is"),
        (
            Flaw::CursorMoves,
            "the bookmark moves though nothing happened",
        ),
        (Flaw::ForgetsVersion, "not answered with \"list again\""),
        (Flaw::DanglingReference, "refers to tasks/nowhere"),
        (Flaw::InventsItems, "fetch makes up an unknown item"),
        (Flaw::PretendsToWrite, "is done, it says"),
        (Flaw::LookupLies, "lookup claims"),
        (Flaw::NamesTwice, "names a collection twice"),
    ] {
        let found = broken(flaw).await;
        assert!(found.contains(words), "{flaw:?}: {found}");
    }
}
