//! Tryton: customers, people, sales, invoices, projects and notes of an ERP.
//!
//! Invariant: whatever one module or right that is missing costs is one
//! collection or one field, and every write is checked by Tryton's own stamp.

mod config;
mod listing;
mod map;
mod pull;
mod rpc;
mod schema;
mod spec;
mod wire;
mod write;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rapport_model::command::{Command, Receipt};
use rapport_model::connector::{
    AuthKind, Collection, ConflictCheck, Connector, Deletions, Delivery, Factory, FormField,
    FormFieldKind, IdSet, Manifest, Offer, Setting, SignInStep, SignedIn, Write,
};
use rapport_model::{CollectionId, CommandId, Cursor, Fault, Handle, Item, Kind, Page, Revision};
use serde_json::json;
use tokio::sync::Mutex;

use self::listing::Source;
use self::map::Lore;
use self::rpc::{Call, Rpc, Session};
use self::schema::Schema;
use self::spec::{SPECS, Spec, spec};
use self::write::Writer;

/// What it says of itself.
pub static MANIFEST: Manifest = Manifest {
    name: "tryton",
    title: "Tryton",
    about: "Customers, people, opportunities, orders, invoices, payments, projects, tasks, notes \
            and documents of a Tryton ERP.",
    form: &[
        FormField {
            key: "url",
            label: "Address of the server",
            kind: FormFieldKind::Url,
            required: true,
            example: "https://erp.example.org",
        },
        FormField {
            key: "database",
            label: "Name of the database",
            kind: FormFieldKind::Text,
            required: true,
            example: "company",
        },
        FormField {
            key: "remember",
            label: "Keep the password in the keychain, to sign in again by itself",
            kind: FormFieldKind::Flag,
            required: false,
            example: "",
        },
        FormField {
            key: "person_relations",
            label: "Relations that tie a person to a company, beside the usual ones",
            kind: FormFieldKind::Text,
            required: false,
            example: "works at, consultant of",
        },
        FormField {
            key: "lag_minutes",
            label: "Longest transaction of the server, in minutes",
            kind: FormFieldKind::Number,
            required: false,
            example: "2",
        },
    ],
    auth: &[AuthKind::Password],
    kinds: &[Kind::Organisation, Kind::Contact, Kind::Record, Kind::Task],
    deletions: Deletions::Reconcile,
    writes: &[
        write("set_fields", Kind::Organisation, ConflictCheck::Native),
        write("set_fields", Kind::Contact, ConflictCheck::Native),
        write("set_fields", Kind::Record, ConflictCheck::Native),
        write("set_fields", Kind::Task, ConflictCheck::Native),
        write("create", Kind::Record, ConflictCheck::Append),
        write("create", Kind::Task, ConflictCheck::Append),
        write("act", Kind::Record, ConflictCheck::Native),
        write("delete", Kind::Record, ConflictCheck::Native),
    ],
    // A document moves by its buttons.
    fixed: &["state"],
    delivery: Delivery::Poll,
};

const fn write(command: &'static str, kind: Kind, check: ConflictCheck) -> Write {
    Write {
        command,
        kind,
        check,
    }
}

/// Makes connectors for Tryton accounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrytonFactory;

impl Factory for TrytonFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn connect(&self, setting: Setting) -> Result<Arc<dyn Connector>, Fault> {
        Ok(Arc::new(Tryton {
            rpc: Rpc::new(setting)?,
            schema: Mutex::new(None),
        }))
    }
}

/// One user at one Tryton database.
#[derive(Debug)]
struct Tryton {
    rpc: Rpc,
    /// What is there, asked for once a connection and at each discovery.
    schema: Mutex<Option<Arc<Schema>>>,
}

impl Tryton {
    async fn schema(&self) -> Result<Arc<Schema>, Fault> {
        let mut slot = self.schema.lock().await;
        if let Some(schema) = &*slot {
            return Ok(Arc::clone(schema));
        }
        let schema = Arc::new(Schema::load(&self.rpc).await?);
        *slot = Some(Arc::clone(&schema));
        Ok(schema)
    }

    fn lore(&self, session: &Session) -> Lore {
        Lore {
            me: session.me,
            own: session.own.clone(),
            person_relations: self.rpc.config.person_relations.clone(),
            currency: session.currency.clone(),
            ..Lore::default()
        }
    }

    /// The session and schema; the collection's fault when it cannot be read.
    async fn ready(&self, spec: &Spec) -> Result<(Arc<Session>, Arc<Schema>), Fault> {
        let session = self.rpc.session().await?;
        let schema = self.schema().await?;
        match schema.unavailable(spec) {
            Some(fault) => Err(fault),
            None => Ok((session, schema)),
        }
    }

    fn source<'c>(&'c self, session: &Session, schema: &'c Schema) -> Source<'c> {
        Source {
            rpc: &self.rpc,
            schema,
            administrator: session.administrator,
        }
    }
}

fn known(collection: &CollectionId) -> Result<&'static Spec, Fault> {
    spec(collection.as_str())
        .ok_or_else(|| Fault::Rejected(format!("Tryton has no collection {collection} here")))
}

#[async_trait]
impl Connector for Tryton {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn quota(&self) -> Option<rapport_model::connector::Quota> {
        self.rpc.quota()
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        self.rpc.session().await?;
        let schema = Arc::new(Schema::load(&self.rpc).await?);
        *self.schema.lock().await = Some(Arc::clone(&schema));
        Ok(SPECS
            .iter()
            .map(|spec| Collection {
                id: CollectionId::new(spec.model),
                title: spec.title.to_owned(),
                kinds: spec.kinds.to_vec(),
                deletions: Deletions::Reconcile,
                poll_ms: spec.poll_ms,
                unavailable: schema.unavailable(spec),
            })
            .collect())
    }

    async fn pull(
        &self,
        collection: &CollectionId,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        let spec = known(collection)?;
        let (session, schema) = self.ready(spec).await?;
        self.source(&session, &schema)
            .pull(spec, &self.lore(&session), cursor)
            .await
    }

    async fn fetch(
        &self,
        collection: &CollectionId,
        handles: &[Handle],
    ) -> Result<Vec<Item>, Fault> {
        let spec = known(collection)?;
        let (session, schema) = self.ready(spec).await?;
        // A handle that is no number is not there.
        let ids: Vec<i64> = handles
            .iter()
            .filter_map(|it| it.as_str().parse().ok())
            .collect();
        self.source(&session, &schema)
            .fetch(spec, &self.lore(&session), &ids)
            .await
    }

    fn offers(&self, command: &Command) -> Offer {
        write::offers(command)
    }

    async fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        let (session, schema) = self.ready(known(command.collection())?).await?;
        let writer = Writer {
            source: self.source(&session, &schema),
            lore: self.lore(&session),
            session,
        };
        writer.push(id, command).await
    }

    async fn lookup(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        let (session, schema) = self.ready(known(command.collection())?).await?;
        let writer = Writer {
            source: self.source(&session, &schema),
            lore: self.lore(&session),
            session,
        };
        writer.lookup(id, command).await
    }

    async fn ids(&self, collection: &CollectionId) -> Result<IdSet, Fault> {
        let spec = known(collection)?;
        let (session, schema) = self.ready(spec).await?;
        let found = self.source(&session, &schema).ids(spec).await?;
        Ok(IdSet {
            ids: found
                .into_iter()
                .map(|(id, revision)| (Handle::new(id.to_string()), revision.map(Revision::new)))
                .collect(),
        })
    }

    async fn download(&self, source: &str, to: &Path, limit: u64) -> Result<u64, Fault> {
        let id: i64 = source
            .strip_prefix("ir.attachment,")
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| Fault::Rejected("that is no document of Tryton".to_owned()))?;
        let call = Call::read("ir.attachment", "read", vec![json!([id]), json!(["data"])])
            .foreground()
            // Base64 takes four bytes for three, and a line break now and then.
            .limit(limit.saturating_mul(3) / 2 + 10_000);
        let rows = self.rpc.rows(call).await?;
        let data = rows
            .first()
            .and_then(|row| row.get("data")?.get("base64")?.as_str())
            .ok_or_else(|| Fault::Rejected("the document has no content".to_owned()))?;
        let packed: Vec<u8> = data
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let bytes = BASE64.decode(packed).map_err(|error| {
            Fault::Rejected(format!("the document cannot be unpacked: {error}"))
        })?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size > limit {
            return Err(Fault::Rejected(format!(
                "the document is larger than {limit} bytes"
            )));
        }
        tokio::fs::write(to, bytes)
            .await
            .map_err(|error| Fault::Rejected(format!("the file cannot be kept: {error}")))?;
        Ok(size)
    }

    async fn sign_in(&self, step: SignInStep) -> Result<SignedIn, Fault> {
        match step {
            SignInStep::Password { user, password } => {
                self.rpc.sign_in(&user, &password).await?;
                *self.schema.lock().await = None;
                Ok(SignedIn::Done { user })
            }
            SignInStep::Browser { .. } | SignInStep::Returned { .. } | SignInStep::Token { .. } => {
                Err(Fault::Rejected(
                    "Tryton is signed in to with a password".to_owned(),
                ))
            }
        }
    }

    fn secrets(&self) -> Vec<String> {
        self.rpc.secrets()
    }

    async fn sign_out(&self) -> Result<(), Fault> {
        self.rpc.sign_out().await
    }
}
