//! Writes what is here into open formats: one JSON line an item, by kind; the
//! journal, the people and customers with what joins their handles, the drafts,
//! accounts, settings and templates beside them; with a README that says what
//! each file holds.
//!
//! Invariant: no password, token or key gets in. They lie in the vault, which
//! nothing here asks; of an account only the answers to its form are told, and of
//! an address no sign-in written into it.
//!
//! Streams: memory stays the same for ten items and for a million. The raw form
//! of each source goes along, so that nothing is lost by our mapping.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use rapport_model::command::Outgoing;
use rapport_model::connector::{FormField, Manifest};
use rapport_model::{AccountId, Cause, FieldValue, ItemId, LinkId, OrgId, PersonId};
use rapport_store::table::draft::Draft;
use rapport_store::table::journal::What;
use rapport_store::view::{EvidenceRow, HandleRow};
use rapport_store::{Db, JournalQuery, JournalRow, Reader, Scope, StoreError, Stored, Whole};
use serde::Serialize;
use serde_json::Value;

use crate::dto::{Exported, ExportedFile, Said};
use crate::error::{ApiError, Code};

/// One item.
#[derive(Debug, Serialize)]
struct Line<'a> {
    item: ItemId,
    account: &'a str,
    collection: &'a str,
    handle: &'a str,
    link: Option<&'a str>,
    at: String,
    #[serde(flatten)]
    body: &'a rapport_model::Body,
    raw: Option<&'a str>,
}

/// One line of the journal.
#[derive(Debug, Serialize)]
struct Change<'a> {
    at: String,
    item: ItemId,
    kind: &'static str,
    title: &'a str,
    customer: Option<OrgId>,
    account: &'a str,
    collection: &'a str,
    what: What,
    field: Option<&'a str>,
    old: &'a FieldValue,
    new: &'a FieldValue,
    cause: &'static str,
    which: Option<&'a str>,
}

/// One person or customer.
#[derive(Debug, Serialize)]
struct Who<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    customer: Option<OrgId>,
    name: &'a str,
    handles: Vec<Known<'a>>,
    evidence: Vec<Joins<'a>>,
}

/// A handle; `item` where it is a row of a source.
#[derive(Debug, Serialize)]
struct Known<'a> {
    key: &'a str,
    name: &'a str,
    item: Option<ItemId>,
    account: Option<&'a str>,
}

impl<'a> Known<'a> {
    fn of(row: &'a HandleRow) -> Self {
        Self {
            key: &row.key,
            name: &row.name,
            item: row.item,
            account: row.account.as_ref().map(AccountId::as_str),
        }
    }
}

/// Why two handles belong together, or do not.
#[derive(Debug, Serialize)]
struct Joins<'a> {
    a: &'a str,
    b: &'a str,
    stance: &'a str,
    why: &'a str,
    at: String,
}

impl<'a> Joins<'a> {
    fn of(row: &'a EvidenceRow) -> Self {
        Self {
            a: &row.a,
            b: &row.b,
            stance: &row.stance,
            why: &row.why,
            at: row.at.rfc3339(),
        }
    }
}

/// A draft, or an earlier version of it.
#[derive(Debug, Serialize)]
struct Version<'a> {
    key: &'a str,
    conversation: Option<ItemId>,
    version: i64,
    saved: String,
    stands: bool,
    content: &'a Outgoing,
}

/// One account: what its form was answered with, and nothing else.
#[derive(Debug, Serialize)]
struct SetUp<'a> {
    account: &'a str,
    connector: &'a str,
    label: &'a str,
    answers: BTreeMap<&'a str, Value>,
    paused: bool,
    added: String,
}

/// One setting.
#[derive(Debug, Serialize)]
struct Kept<'a> {
    name: &'a str,
    value: &'a Value,
}

/// One template.
#[derive(Debug, Serialize)]
struct Written<'a> {
    name: &'a str,
    text: &'a str,
    changed: String,
}

/// So many lines of the journal are in memory at a time.
const AT_A_TIME: u32 = 500;

const README: &str = "This folder was written by Rapport. Each .jsonl file holds one JSON object a \
line; moments are RFC 3339 in UTC, and the numbers in item, person and customer mean the same in \
every file.\n\n\
journal.jsonl: what changed, the newest first; what is created, changed or gone, field with old \
and new value for one that changed, cause is remote, me or rule, which names the command or rule.\n\
people.jsonl, customers.jsonl: who is known, with every handle (a row of a source or an address) \
and the evidence that joins two handles (stance link), keeps them apart (apart) or only suggests \
it (suggest).\n\
drafts.jsonl: what was being written, with earlier versions; stands marks the draft as it is \
now.\n\
accounts.jsonl: the accounts, with what their forms were answered with; settings.jsonl: what was \
set or remembered here, each by its name; templates.jsonl: texts kept to be written again. No \
password, token or key is in any of them.\n\
Every other file holds items of one kind: account, collection and handle say where the item sits \
at its source, link is its Message-ID, UID or transaction id, at is its moment, body is the item \
as Rapport reads it, raw is the source's own form.\n";

/// Writes the export, of one customer or of everything; `to` must be new or empty.
///
/// # Errors
/// The folder is not empty, the disk is full, or the database cannot be read.
pub(crate) fn write(
    db: &Db,
    manifests: &[&Manifest],
    to: &Path,
    of: Option<OrgId>,
) -> Result<Exported, ApiError> {
    let full = fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some());
    if full {
        let folder = to.display().to_string();
        let text = format!("{folder} is not empty. Nothing was written; name a new folder.");
        return Err(ApiError::told(
            Code::Refused,
            Said::new("folder_full", text).with("folder", folder),
        ));
    }
    fs::create_dir_all(to).map_err(|error| io(to, &error))?;
    let readme = to.join("README.txt");
    fs::write(&readme, README).map_err(|error| io(&readme, &error))?;
    let mut files = Files {
        to,
        open: BTreeMap::new(),
        failed: None,
    };
    // One look at the database: what the files say of each other fits.
    let unreadable = db.read(|reader| {
        if of.is_none() {
            set_up(reader, manifests, &mut files)?;
        }
        everything(reader, of, &mut files)
    })?;
    if unreadable > 0 {
        tracing::warn!(
            count = unreadable,
            "items could not be read and are not in the export"
        );
    }
    files.finish()
}

/// Hands over what was set up here, which belongs to no customer.
fn set_up(
    reader: &Reader<'_>,
    manifests: &[&Manifest],
    files: &mut Files<'_>,
) -> Result<(), StoreError> {
    for account in reader.accounts()? {
        let form = manifests
            .iter()
            .find(|it| it.name == account.connector)
            .map_or(&[][..], |it| it.form);
        let answer = |field: &FormField| Some((field.key, account.config.get(field.key)?));
        let answers = form.iter().filter_map(answer);
        let line = SetUp {
            account: account.id.as_str(),
            connector: &account.connector,
            label: &account.label,
            answers: answers
                .map(|(key, value)| (key, without_sign_in(value)))
                .collect(),
            paused: account.paused,
            added: account.added.rfc3339(),
        };
        if files.put("accounts", &line).is_break() {
            return Ok(());
        }
    }
    for (name, value) in reader.settings()? {
        let line = Kept {
            name: &name,
            value: &value,
        };
        if files.put("settings", &line).is_break() {
            return Ok(());
        }
    }
    for row in reader.templates()? {
        let line = Written {
            name: &row.name,
            text: &row.text,
            changed: row.at.rfc3339(),
        };
        if files.put("templates", &line).is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// An answer without a name and password written into an address, and without what follows a
/// question mark there, where tokens stand.
fn without_sign_in(value: &Value) -> Value {
    let Value::String(text) = value else {
        return value.clone();
    };
    let Some((scheme, rest)) = text.split_once("://") else {
        return value.clone();
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, format!("/{path}")),
        None => (rest, String::new()),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    Value::String(format!("{scheme}://{host}{path}"))
}

/// Hands everything to the files, until one cannot be written. Answers how much could not be
/// read.
fn everything(
    reader: &Reader<'_>,
    of: Option<OrgId>,
    files: &mut Files<'_>,
) -> Result<u64, StoreError> {
    let scope = of.map_or(Scope::All, Scope::Org);
    if files.failed.is_some() {
        return Ok(0);
    }
    let (_, unreadable) = reader.walk(&scope, |stored| {
        let raw = reader.raw(stored.id)?;
        Ok(files.item(&stored, raw.as_deref()))
    })?;
    let mut unreadable = u64::try_from(unreadable.len()).unwrap_or(u64::MAX);
    let mut query = JournalQuery {
        org: of,
        limit: AT_A_TIME,
        ..JournalQuery::default()
    };
    while files.failed.is_none() {
        let rows = reader.journal(&query)?;
        let Some(oldest) = rows.last() else { break };
        query.before = Some(oldest.seq);
        if rows.iter().any(|row| files.change(row).is_break()) {
            break;
        }
    }
    if files.failed.is_none() {
        unreadable += reader.walk_people(of, |who| files.who("people", &who))?;
    }
    if files.failed.is_none() {
        unreadable += reader.walk_customers(of, |who| files.who("customers", &who))?;
    }
    if files.failed.is_none() {
        unreadable += reader.walk_drafts(of, |draft, stands| files.draft(&draft, stands))?;
    }
    Ok(unreadable)
}

/// The open files, by what they hold.
struct Files<'a> {
    to: &'a Path,
    open: BTreeMap<&'static str, (BufWriter<File>, u64)>,
    /// Why nothing more can be written.
    failed: Option<ApiError>,
}

impl Files<'_> {
    fn item(&mut self, stored: &Stored, raw: Option<&str>) -> ControlFlow<()> {
        let line = Line {
            item: stored.id,
            account: stored.account.as_str(),
            collection: stored.collection.as_str(),
            handle: stored.item.handle.as_str(),
            link: stored.item.link.as_ref().map(LinkId::as_str),
            at: stored.item.at.rfc3339(),
            body: &stored.item.body,
            raw,
        };
        self.put(stored.item.body.kind().word(), &line)
    }

    fn change(&mut self, row: &JournalRow) -> ControlFlow<()> {
        let line = Change {
            at: row.at.rfc3339(),
            item: row.item,
            kind: row.kind.word(),
            title: &row.title,
            customer: row.org,
            account: row.account.as_str(),
            collection: row.source.as_str(),
            what: row.what,
            field: row.field.as_ref().map(|it| it.0.as_str()),
            old: &row.old,
            new: &row.new,
            cause: row.cause.word(),
            which: match &row.cause {
                Cause::Remote => None,
                Cause::Me(command) => Some(command.as_str()),
                Cause::Rule(rule) => Some(rule.as_str()),
            },
        };
        self.put("journal", &line)
    }

    fn who(&mut self, file: &'static str, who: &Whole) -> ControlFlow<()> {
        let line = Who {
            person: who.person,
            customer: who.customer,
            name: &who.name,
            handles: who.handles.iter().map(Known::of).collect(),
            evidence: who.evidence.iter().map(Joins::of).collect(),
        };
        self.put(file, &line)
    }

    fn draft(&mut self, draft: &Draft, stands: bool) -> ControlFlow<()> {
        let line = Version {
            key: &draft.key,
            conversation: draft.conversation,
            version: draft.version,
            saved: draft.saved.rfc3339(),
            stands,
            content: &draft.content,
        };
        self.put("drafts", &line)
    }

    fn put(&mut self, name: &'static str, line: &impl Serialize) -> ControlFlow<()> {
        match self.line(name, line) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn line(&mut self, name: &'static str, line: &impl Serialize) -> Result<(), ApiError> {
        let path = path_of(self.to, name);
        let file = match self.open.entry(name) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(free) => {
                let file = File::create(&path).map_err(|error| io(&path, &error))?;
                free.insert((BufWriter::new(file), 0))
            }
        };
        let mut text = serde_json::to_vec(line)
            .map_err(|error| ApiError::new(Code::Internal, error.to_string()))?;
        text.push(b'\n');
        file.0.write_all(&text).map_err(|error| io(&path, &error))?;
        file.1 = file.1.saturating_add(1);
        Ok(())
    }

    fn finish(self) -> Result<Exported, ApiError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut files = Vec::new();
        for (name, (mut file, items)) in self.open {
            let path = path_of(self.to, name);
            file.flush().map_err(|error| io(&path, &error))?;
            files.push(ExportedFile {
                path: path.display().to_string(),
                items,
            });
        }
        Ok(Exported { files })
    }
}

fn path_of(to: &Path, name: &str) -> std::path::PathBuf {
    to.join(format!("{name}.jsonl"))
}

fn io(path: &Path, error: &std::io::Error) -> ApiError {
    let code = if error.kind() == std::io::ErrorKind::StorageFull {
        Code::DiskFull
    } else {
        Code::Refused
    };
    let file = path.display().to_string();
    let text = format!("{file} cannot be written: {error}. The database was not touched.");
    ApiError::told(
        code,
        Said::new("export_file", text)
            .with("file", file)
            .with("why", error.to_string()),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_sign_in_written_into_an_address_gets_out() {
        for (kept, told) in [
            ("https://erp.example.org", "https://erp.example.org"),
            (
                "https://ines:whale@erp.example.org/a",
                "https://erp.example.org/a",
            ),
            ("https://t@ken@erp.example.org", "https://erp.example.org"),
            (
                "https://erp.example.org/a?token=whale#x",
                "https://erp.example.org/a",
            ),
            ("ines@velmora.example", "ines@velmora.example"),
        ] {
            assert_eq!(without_sign_in(&json!(kept)), json!(told));
        }
        assert_eq!(without_sign_in(&json!(true)), json!(true));
    }
}
