//! New rows, and finding out whether they were made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rapport_model::command::Receipt;
use rapport_model::{Body, CollectionId, CommandId, Fault, ItemRef, Record, RecordKind, Task};
use serde_json::{Map, Value, json};

use super::fields::party;
use super::{Writer, handle, known};
use crate::tryton::rpc::Call;
use crate::tryton::spec::{RESOURCES, Spec};
use crate::tryton::wire::{to_date, to_decimal, to_hours, to_moment};

/// How far back a row without our key is looked for.
const RECENT_MS: i64 = 3 * 24 * 3_600_000;

/// Largest file that is sent along.
const LARGEST: u64 = 25 << 20;

/// The models that new rows are made in from here.
pub(super) const MADE: [&str; 4] = [
    "sale.opportunity",
    "ir.note",
    "ir.attachment",
    "project.work",
];

/// What is to be made: its values, and the domain that finds it again.
struct Draft {
    values: Map<String, Value>,
    find: Vec<Value>,
}

impl Writer<'_> {
    pub(super) async fn create(
        &self,
        id: &CommandId,
        collection: &CollectionId,
        body: &Body,
    ) -> Result<Receipt, Fault> {
        let spec = known(collection)?;
        let mut draft = self.draft(spec, id, body).await?;
        if let (Body::Record(record), "ir.attachment") = (body, spec.model) {
            draft.values.insert("data".to_owned(), file(record).await?);
        }
        let call = Call::write(spec.model, "create", vec![json!([draft.values])]);
        let made = self.call(spec, call).await?;
        let row = made.get(0).and_then(Value::as_i64).ok_or_else(|| {
            // It was taken; what became of it is for a lookup.
            Fault::Unknown("Tryton did not say what it made".to_owned())
        })?;
        Ok(Receipt::Applied {
            handle: Some(handle(row)),
            revision: self.revision(spec, row).await,
        })
    }

    pub(super) async fn created(
        &self,
        id: &CommandId,
        collection: &CollectionId,
        body: &Body,
    ) -> Result<Receipt, Fault> {
        let spec = known(collection)?;
        let draft = self.draft(spec, id, body).await?;
        let order = json!([["id", "DESC"]]);
        let params = vec![json!(draft.find), json!(0), json!(1), order];
        let call = Call::read(spec.model, "search", params).foreground();
        let found = self.source.rpc.call(call).await?;
        Ok(match found.get(0).and_then(Value::as_i64) {
            None => Receipt::NeverArrived,
            Some(row) => Receipt::Applied {
                handle: Some(handle(row)),
                revision: self.revision(spec, row).await,
            },
        })
    }

    async fn draft(&self, spec: &Spec, id: &CommandId, body: &Body) -> Result<Draft, Fault> {
        match (spec.model, body) {
            ("sale.opportunity", Body::Record(record)) => self.opportunity(id, record).await,
            ("ir.note", Body::Record(record)) if record.kind == RecordKind::Note => {
                let text = record.text.as_deref().unwrap_or(&record.title).trim();
                if text.is_empty() {
                    return Err(Fault::Rejected("the note is empty".to_owned()));
                }
                self.on(record, ("message", text))
            }
            ("ir.attachment", Body::Record(record)) if record.kind == RecordKind::Document => {
                let name = record
                    .attachments
                    .first()
                    .map_or(&record.title, |it| &it.name);
                let mut draft = self.on(record, ("name", name.trim()))?;
                draft.values.insert("type".to_owned(), json!("data"));
                if let Some(text) = &record.text {
                    draft
                        .values
                        .insert("description".to_owned(), json!(text.trim()));
                }
                Ok(draft)
            }
            ("project.work", Body::Task(task)) => self.task(task),
            _ => Err(Fault::Rejected(format!(
                "{} cannot be made from here",
                spec.title.to_lowercase()
            ))),
        }
    }

    async fn opportunity(&self, id: &CommandId, record: &Record) -> Result<Draft, Fault> {
        let mut values = Map::new();
        let mut put = |name: &str, value: Value| values.insert(name.to_owned(), value);
        put("description", json!(record.title.trim()));
        // Our key lies in the reference, which is free for such use.
        put("reference", json!(id.as_str()));
        put("company", json!(self.session.company));
        put("party", json!(record.customer.as_ref().and_then(party)));
        put("contact", json!(record.person.as_ref().and_then(party)));
        put("comment", json!(record.text.as_deref().map(str::trim)));
        put("end_date", json!(record.due.map(to_date)));
        if let Some(amount) = &record.amount {
            put("amount", to_decimal(amount.amount));
        }
        let me = self
            .lore
            .me
            .map(|me| ItemRef::new("party.party", me.to_string()));
        if let Some(owner) = record.owner.as_ref().or(me.as_ref()) {
            put("employee", json!(self.employee(owner).await?));
        }
        Ok(Draft {
            values,
            find: vec![json!(["reference", "=", id.as_str()])],
        })
    }

    fn task(&self, task: &Task) -> Result<Draft, Fault> {
        let title = task.title.trim();
        if title.is_empty() {
            return Err(Fault::Rejected("the task has no title".to_owned()));
        }
        let project = task
            .about
            .as_ref()
            .filter(|to| to.collection.as_str() == "project.work");
        let parent: Option<i64> = task
            .parent
            .as_ref()
            .or(project.map(|to| &to.handle))
            .and_then(|handle| handle.as_str().parse().ok());
        let mut values = Map::new();
        let mut put = |name: &str, value: Value| values.insert(name.to_owned(), value);
        put("type", json!("task"));
        put("name", json!(title));
        put("parent", json!(parent));
        put("company", json!(self.session.company));
        put("comment", json!(task.notes.as_deref().map(str::trim)));
        let effort = task.fields.get(&"effort".into());
        if let Some(rapport_model::FieldValue::Number(hours)) = effort {
            put("effort_duration", to_hours(*hours));
        }
        let mut find = self.recent();
        find.push(json!(["name", "=", title]));
        find.push(json!(["parent", "=", parent]));
        Ok(Draft { values, find })
    }

    /// Something that hangs on a record.
    fn on(&self, record: &Record, (field, text): (&str, &str)) -> Result<Draft, Fault> {
        let resource = record
            .parent
            .as_ref()
            .or(record.customer.as_ref())
            .filter(|to| RESOURCES.contains(&to.collection.as_str()))
            .map(|to| format!("{},{}", to.collection, to.handle))
            .ok_or_else(|| {
                Fault::Rejected("choose the record at Tryton that it belongs to".to_owned())
            })?;
        let mut find = vec![json!(["resource", "=", resource])];
        find.extend(self.recent());
        find.push(json!([field, "=", text]));
        let mut values = Map::new();
        values.insert("resource".to_owned(), json!(resource));
        values.insert(field.to_owned(), json!(text));
        Ok(Draft { values, find })
    }

    /// Made by this user, not long ago.
    fn recent(&self) -> Vec<Value> {
        let since = self.source.rpc.clock().now().plus(-RECENT_MS);
        let since = to_moment(since.0.saturating_mul(1_000));
        vec![
            json!(["create_uid", "=", self.session.uid]),
            json!(["create_date", ">=", since]),
        ]
    }
}

/// The bytes of the file to send.
async fn file(record: &Record) -> Result<Value, Fault> {
    let missing = || Fault::Rejected("the file to send is missing".to_owned());
    let source = record
        .attachments
        .first()
        .map(|it| it.source.as_str())
        .ok_or_else(missing)?;
    let unreadable = |error| Fault::Rejected(format!("the file cannot be read: {error}"));
    let size = tokio::fs::metadata(source).await.map_err(unreadable)?.len();
    if size > LARGEST {
        return Err(Fault::Rejected(format!(
            "the file is larger than {} MB",
            LARGEST >> 20
        )));
    }
    let bytes = tokio::fs::read(source).await.map_err(unreadable)?;
    Ok(json!({"__class__": "bytes", "base64": BASE64.encode(bytes)}))
}
