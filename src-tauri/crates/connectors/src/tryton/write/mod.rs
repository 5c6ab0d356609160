//! What the user decided, written back.
//!
//! Changes carry the row's own stamp and Tryton refuses a stale one, so nobody
//! is overwritten. New rows carry our key where Tryton has a field for it; notes,
//! tasks and documents have none, and are looked for by their exact content,
//! their maker and a recent moment.

mod act;
mod create;
mod fields;

use std::sync::Arc;

use rapport_model::command::{Command, Edit, Receipt};
use rapport_model::connector::Offer;
use rapport_model::{
    CollectionId, CommandId, Fault, FieldName, FieldValue, Handle, Item, ItemRef, Revision,
    field::fields_of,
};
use serde_json::json;

use super::listing::Source;
use super::map::Lore;
use super::rpc::{Call, Session};
use super::spec::{Spec, spec};
use super::wire::{self, Row};

/// What is taken of a command, by the model it aims at.
pub(super) fn offers(command: &Command) -> Offer {
    let Some(spec) = spec(command.collection().as_str()) else {
        return Offer::Nothing;
    };
    let some = |names: Vec<&'static str>| match names.as_slice() {
        [] => Offer::Nothing,
        names => Offer::only(names),
    };
    match command {
        Command::SetFields { .. } => some(fields::taken(spec.model)),
        Command::Act { .. } => some(act::buttons(spec.model)),
        Command::Delete { .. } if !spec.resource => Offer::Nothing,
        Command::Create { .. } if !create::MADE.contains(&spec.model) => Offer::Nothing,
        _ => Offer::Unsaid,
    }
}

/// What is deleted sits nowhere.
const DELETED: Receipt = Receipt::Applied {
    handle: None,
    revision: None,
};

/// A connection to write through.
#[derive(Debug)]
pub(super) struct Writer<'c> {
    pub(super) source: Source<'c>,
    pub(super) session: Arc<Session>,
    pub(super) lore: Lore,
}

impl Writer<'_> {
    pub(super) async fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        match command {
            Command::SetFields {
                target,
                edits,
                base,
                ..
            } => self.set_fields(target, edits, base.as_ref()).await,
            Command::Act {
                target,
                action,
                base,
            } => self.act(target, action, base.as_ref()).await,
            Command::Create {
                collection, body, ..
            } => self.create(id, collection, body).await,
            Command::Delete { target, base } => self.delete(target, base.as_ref()).await,
            other => Err(cannot(other)),
        }
    }

    /// Whether it arrived. Asks and changes nothing.
    pub(super) async fn lookup(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        match command {
            Command::SetFields { target, edits, .. } => {
                let (_, item, _) = self.current(target).await?;
                let fields = fields_of(&item.body);
                let arrived = edits
                    .iter()
                    .all(|edit| same(fields.get(&edit.field), &edit.mine));
                Ok(found(arrived, target, item.revision))
            }
            Command::Act { target, action, .. } => self.acted(target, action).await,
            Command::Create {
                collection, body, ..
            } => self.created(id, collection, body).await,
            Command::Delete { target, .. } => {
                let (spec, row) = (known(&target.collection)?, row_id(target)?);
                let there = !self.source.read(spec, &[row], &["id"]).await?.is_empty();
                Ok(if there {
                    Receipt::NeverArrived
                } else {
                    DELETED
                })
            }
            other => Err(cannot(other)),
        }
    }

    async fn set_fields(
        &self,
        target: &ItemRef,
        edits: &[Edit],
        base: Option<&Revision>,
    ) -> Result<Receipt, Fault> {
        let (row, item, spec) = self.current(target).await?;
        let id = row_id(target)?;
        let fields = fields_of(&item.body);
        let pending: Vec<&Edit> = edits
            .iter()
            .filter(|edit| !same(fields.get(&edit.field), &edit.mine))
            .collect();
        if pending.is_empty() {
            return Ok(applied(target, item.revision));
        }
        // A stamp moves without a change of these fields: compare the fields.
        if base != item.revision.as_ref()
            && let Some(edit) = pending
                .iter()
                .find(|edit| !same(fields.get(&edit.field), &edit.base))
        {
            return Err(Fault::Conflict(format!(
                "\"{}\" is different now",
                edit.field
            )));
        }
        let values = self.values(spec, &row, &pending).await?;
        let call = Call::write(spec.model, "write", vec![json!([id]), json!(values)]);
        let call = match &item.revision {
            Some(revision) => call.unless_changed(spec.model, id, revision.as_str()),
            None => call,
        };
        self.call(spec, call).await?;
        Ok(applied(target, self.revision(spec, id).await))
    }

    async fn delete(&self, target: &ItemRef, base: Option<&Revision>) -> Result<Receipt, Fault> {
        let (spec, id) = (known(&target.collection)?, row_id(target)?);
        if !spec.resource {
            return Err(Fault::Rejected(format!(
                "{} cannot be deleted from here",
                spec.title.to_lowercase()
            )));
        }
        if self.source.read(spec, &[id], &["id"]).await?.is_empty() {
            return Ok(DELETED);
        }
        let mut call = Call::write(spec.model, "delete", vec![json!([id])]);
        if let Some(base) = base {
            call = call.unless_changed(spec.model, id, base.as_str());
        }
        self.call(spec, call).await?;
        Ok(DELETED)
    }

    /// The row as it is now, and the item in it.
    async fn current(&self, target: &ItemRef) -> Result<(Row, Item, &'static Spec), Fault> {
        let (spec, id) = (known(&target.collection)?, row_id(target)?);
        let paths = self.source.schema.paths(self.source.rpc, spec).await?;
        let rows = self.source.read(spec, &[id], &paths).await?;
        let gone = || Fault::Rejected("it is no longer there at Tryton".to_owned());
        let row = rows.first().cloned().ok_or_else(gone)?;
        let mut mapped = self.source.map(spec, &self.lore, rows).await?;
        if let Some(poison) = mapped.poison.pop() {
            return Err(Fault::Rejected(poison.reason));
        }
        let item = mapped.items.pop().ok_or_else(gone)?;
        Ok((row, item, spec))
    }

    /// Calls, and says whether a refusal is about rights or about the content.
    async fn call(&self, spec: &Spec, call: Call) -> Result<serde_json::Value, Fault> {
        self.source
            .rpc
            .call(call)
            .await
            .map_err(|fault| match fault {
                Fault::Rejected(why) if !self.may_write(spec) => Fault::Denied(why),
                other => other,
            })
    }

    fn may_write(&self, spec: &Spec) -> bool {
        self.source
            .schema
            .rights(spec.model)
            .is_none_or(|rights| rights.write && rights.create && rights.delete)
    }

    /// The stamp after a change. Not knowing it costs a comparison later, not
    /// the change.
    async fn revision(&self, spec: &Spec, id: i64) -> Option<Revision> {
        let call = Call::read(spec.model, "read", vec![json!([id]), json!(["_timestamp"])]);
        let rows = self.source.rpc.rows(call.foreground()).await.ok()?;
        wire::text(rows.first()?, "_timestamp").map(Revision::new)
    }
}

fn known(collection: &CollectionId) -> Result<&'static Spec, Fault> {
    spec(collection.as_str())
        .ok_or_else(|| Fault::Rejected(format!("Tryton has no collection {collection} here")))
}

fn row_id(target: &ItemRef) -> Result<i64, Fault> {
    target
        .handle
        .as_str()
        .parse()
        .map_err(|_not_a_number| Fault::Rejected(format!("{} is no row of Tryton", target.handle)))
}

fn cannot(command: &Command) -> Fault {
    Fault::Rejected(format!("Tryton takes no \"{}\" from here", command.word()))
}

/// Whether a field holds that value; absent is empty.
fn same(now: Option<&FieldValue>, wanted: &FieldValue) -> bool {
    let now = now.unwrap_or(&FieldValue::Empty);
    match (now, wanted) {
        // Tryton trims texts.
        (FieldValue::Text(now), FieldValue::Text(wanted)) => now.trim() == wanted.trim(),
        (FieldValue::Empty, FieldValue::Text(wanted)) => wanted.trim().is_empty(),
        (FieldValue::Empty, FieldValue::List(wanted)) => wanted.is_empty(),
        (now, wanted) => now == wanted,
    }
}

fn applied(target: &ItemRef, revision: Option<Revision>) -> Receipt {
    Receipt::Applied {
        handle: Some(target.handle.clone()),
        revision,
    }
}

fn found(arrived: bool, target: &ItemRef, revision: Option<Revision>) -> Receipt {
    if arrived {
        applied(target, revision)
    } else {
        Receipt::NeverArrived
    }
}

fn handle(id: i64) -> Handle {
    Handle::new(id.to_string())
}

fn not_here(spec: &Spec, field: &FieldName) -> Fault {
    Fault::Rejected(format!(
        "\"{field}\" of {} cannot be changed from here",
        spec.title.to_lowercase()
    ))
}
