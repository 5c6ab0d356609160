//! Tasks and notes that live here and nowhere else.
//!
//! Invariant: there is no other side. The engine's optimistic row is the truth;
//! this only confirms it, and a pull never has anything to say.

use std::sync::Arc;

use async_trait::async_trait;
use rapport_model::account::LOCAL;
use rapport_model::change::Page;
use rapport_model::connector::{
    Collection, ConflictCheck, Connector, Deletions, Delivery, Factory, Manifest, Setting,
    SignInStep, SignedIn, Write,
};
use rapport_model::plan::{Task, WikiPage};
use rapport_model::{
    Body, CollectionId, Command, CommandId, Coverage, Cursor, Fault, Handle, Item, ItemRef, Kind,
    Receipt,
};

/// The form of the bookmark, which says nothing.
const VERSION: u16 = 1;
/// Nobody else can change anything: looking once a day is plenty.
const POLL_MS: i64 = 86_400_000;

static MANIFEST: Manifest = Manifest {
    name: LOCAL,
    title: "This computer",
    about: "Tasks and notes that are kept here only.",
    form: &[],
    auth: &[],
    kinds: &[Kind::Task, Kind::Page],
    deletions: Deletions::Stream,
    writes: &[
        Write {
            command: "create",
            kind: Kind::Task,
            check: ConflictCheck::Append,
        },
        Write {
            command: "set_fields",
            kind: Kind::Task,
            check: ConflictCheck::Native,
        },
        Write {
            command: "delete",
            kind: Kind::Task,
            check: ConflictCheck::Native,
        },
        Write {
            command: "create",
            kind: Kind::Page,
            check: ConflictCheck::Append,
        },
        Write {
            command: "set_fields",
            kind: Kind::Page,
            check: ConflictCheck::Native,
        },
        Write {
            command: "delete",
            kind: Kind::Page,
            check: ConflictCheck::Native,
        },
    ],
    fixed: &[],
    delivery: Delivery::Push,
};

/// Makes the one connector without a remote.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalFactory;

impl Factory for LocalFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn connect(&self, _setting: Setting) -> Result<Arc<dyn Connector>, Fault> {
        Ok(Arc::new(Local))
    }
}

/// Confirms what was done here.
#[derive(Clone, Copy, Debug)]
struct Local;

/// The kind of item a collection holds.
fn kind_of(collection: &CollectionId) -> Result<Kind, Fault> {
    match collection.as_str() {
        "tasks" => Ok(Kind::Task),
        "notes" => Ok(Kind::Page),
        other => Err(Fault::Rejected(format!(
            "nothing called \"{other}\" is kept on this computer"
        ))),
    }
}

fn confirm(id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
    let handle = match command {
        Command::Create {
            collection,
            body,
            link,
        } => {
            let kind = kind_of(collection)?;
            if body.kind() != kind {
                return Err(Fault::Rejected(format!(
                    "a {} cannot be put into {collection}",
                    body.kind().word()
                )));
            }
            // The same command always gives the same item.
            let link = link
                .as_ref()
                .map(|link| link.as_str())
                .filter(|link| !link.trim().is_empty());
            Some(Handle::new(link.unwrap_or(id.as_str())))
        }
        Command::SetFields {
            target,
            kind,
            edits,
            ..
        } => {
            if *kind != kind_of(&target.collection)? {
                return Err(Fault::Rejected(format!(
                    "{} holds no {}",
                    target.collection,
                    kind.word()
                )));
            }
            let mut probe = empty(*kind);
            for edit in edits {
                rapport_model::field::set_field(&mut probe, &edit.field, &edit.mine)
                    .map_err(|error| Fault::Rejected(error.to_string()))?;
            }
            Some(known(target)?)
        }
        Command::Delete { target, .. } => {
            kind_of(&target.collection)?;
            known(target)?;
            None
        }
        other => {
            return Err(Fault::Rejected(format!(
                "\"{}\" needs somebody on the other side, and there is none",
                other.word()
            )));
        }
    };
    Ok(Receipt::Applied {
        handle,
        revision: None,
    })
}

fn known(target: &ItemRef) -> Result<Handle, Fault> {
    if target.handle.as_str().is_empty() {
        return Err(Fault::Rejected("the item has no name".to_owned()));
    }
    Ok(target.handle.clone())
}

/// Something to try a field on.
fn empty(kind: Kind) -> Body {
    if kind == Kind::Task {
        Body::Task(Task::default())
    } else {
        Body::Page(WikiPage::default())
    }
}

#[async_trait]
impl Connector for Local {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        let collection = |id: &str, title: &str, kind| Collection {
            id: CollectionId::new(id),
            title: title.to_owned(),
            kinds: vec![kind],
            deletions: Deletions::Stream,
            poll_ms: POLL_MS,
            unavailable: None,
        };
        Ok(vec![
            collection("tasks", "Tasks", Kind::Task),
            collection("notes", "Notes", Kind::Page),
        ])
    }

    async fn pull(
        &self,
        collection: &CollectionId,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        kind_of(collection)?;
        if cursor.is_some_and(|cursor| cursor.version != VERSION) {
            return Err(Fault::CursorExpired(
                "the bookmark is of another version of Rapport".to_owned(),
            ));
        }
        // `Delta`: a complete listing of nothing would take everything away.
        let cursor = Cursor {
            version: VERSION,
            data: serde_json::Value::Null,
        };
        Ok(Page::new(Vec::new(), Coverage::Delta, cursor, false))
    }

    /// Refused rather than answered with nothing, which would mean "gone".
    async fn fetch(
        &self,
        collection: &CollectionId,
        _handles: &[Handle],
    ) -> Result<Vec<Item>, Fault> {
        kind_of(collection)?;
        Err(Fault::Rejected(
            "what is kept here has no other copy to compare with".to_owned(),
        ))
    }

    async fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        confirm(id, command)
    }

    /// Confirming again gives the same answer, so sending again is safe.
    async fn lookup(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        confirm(id, command).map(|_known| Receipt::NeverArrived)
    }

    async fn sign_in(&self, _step: SignInStep) -> Result<SignedIn, Fault> {
        Ok(SignedIn::Done {
            user: "this computer".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
