//! Finds the one thing a person means: by id, or by name or its beginning.

use std::collections::BTreeSet;
use std::fmt;

use rapport_api::{Api, dto};
use rapport_model::{AccountId, CommandId, Handle, ItemId, OrgId, PersonId};

use crate::failure::Failure;

/// What could be meant, with the name to show for it. One that is called exactly so is meant,
/// unless there are several.
fn one<T: fmt::Display>(what: &str, text: &str, mut found: Vec<(String, T)>) -> Result<T, Failure> {
    let lower = text.to_lowercase();
    if found.iter().any(|(name, _)| name.to_lowercase() == lower) {
        found.retain(|(name, _)| name.to_lowercase() == lower);
    }
    if found.len() > 1 {
        let names: Vec<String> = found
            .iter()
            .take(8)
            .map(|(name, id)| format!("{} (id {id})", crate::out::clean(name, 60)))
            .collect();
        return Err(Failure::usage(format!(
            "\"{text}\" fits more than one {what}: {}. Give more of the name, or the id.",
            names.join("; ")
        )));
    }
    found.pop().map(|(_, value)| value).ok_or_else(|| {
        Failure::not_found(format!(
            "No {what} is called \"{text}\" or begins with that."
        ))
    })
}

pub(crate) fn account(text: &str) -> AccountId {
    AccountId::new(text)
}

pub(crate) fn some_account(text: Option<&String>) -> Option<AccountId> {
    text.map(|text| account(text))
}

/// An account to look at. Of one that is not here nothing would be found, and an empty
/// list would say that all is well with it.
pub(crate) async fn known_account(
    api: &Api,
    text: Option<&String>,
) -> Result<Option<AccountId>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let rows = api.accounts(dto::Nothing {}).await?;
    if rows.iter().any(|row| row.id.as_str() == text) {
        return Ok(Some(account(text)));
    }
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let there = if ids.is_empty() {
        "None was added yet.".to_owned()
    } else {
        format!("There are: {}.", ids.join(", "))
    };
    Err(Failure::not_found(format!(
        "There is no account \"{text}\". {there}"
    )))
}

pub(crate) fn command(text: &str) -> CommandId {
    CommandId::new(text)
}

pub(crate) async fn customer(api: &Api, text: &str) -> Result<OrgId, Failure> {
    if let Ok(id) = text.parse::<OrgId>() {
        return Ok(id);
    }
    let rows = api
        .customers(dto::CustomerFilter {
            name: Some(text.to_owned()),
            limit: Some(20),
            ..dto::CustomerFilter::default()
        })
        .await?;
    one(
        "customer",
        text,
        rows.into_iter().map(|row| (row.name, row.id)).collect(),
    )
}

pub(crate) async fn some_customer(
    api: &Api,
    text: Option<&String>,
) -> Result<Option<OrgId>, Failure> {
    match text {
        Some(text) => customer(api, text).await.map(Some),
        None => Ok(None),
    }
}

pub(crate) async fn person(api: &Api, text: &str) -> Result<PersonId, Failure> {
    if let Ok(id) = text.parse::<PersonId>() {
        return Ok(id);
    }
    let rows = api
        .people(dto::Named {
            name: Some(text.to_owned()),
            limit: Some(20),
            offset: None,
        })
        .await?;
    one(
        "person",
        text,
        rows.into_iter().map(|row| (row.name, row.id)).collect(),
    )
}

pub(crate) async fn conversation(api: &Api, text: &str) -> Result<ItemId, Failure> {
    if let Ok(id) = text.parse::<ItemId>() {
        return Ok(id);
    }
    let rows = api
        .conversations(dto::ConversationFilter {
            title: Some(text.to_owned()),
            done: true,
            limit: Some(20),
            ..dto::ConversationFilter::default()
        })
        .await?;
    one(
        "conversation",
        text,
        rows.into_iter().map(|row| (row.title, row.id)).collect(),
    )
}

/// A record, task or message by id; a record or task also by code or title.
/// A code may be a mere number, too.
pub(crate) async fn item(api: &Api, text: &str) -> Result<ItemId, Failure> {
    let id = id_of(text);
    // Ids of what has a moment are longer than any number people give a document.
    if let Some(id) = id.filter(|_| text.len() > LONGEST_NUMBER) {
        return Ok(id);
    }
    let found = named(api, text).await?;
    let Some(id) = id else {
        return choose(text, found, Asked::Anything);
    };
    with_id(api, text, id, found, Asked::Anything).await
}

/// A record by its id, number or title; of one kind where several have that number.
pub(crate) async fn record(api: &Api, text: &str, kind: Option<&str>) -> Result<ItemId, Failure> {
    let id = id_of(text);
    if let Some(id) = id.filter(|_| text.len() > LONGEST_NUMBER) {
        return Ok(id);
    }
    let (found, asked) = (named(api, text).await?, Asked::Record(kind));
    match id {
        Some(id) if kind.is_none() => with_id(api, text, id, found, asked).await,
        _ => choose(text, found, asked),
    }
}

/// What is meant by a number, which may be a document's or an id.
async fn with_id(
    api: &Api,
    text: &str,
    id: ItemId,
    found: Vec<Candidate>,
    asked: Asked<'_>,
) -> Result<ItemId, Failure> {
    let mut found = exactly(text, found);
    if found.is_empty() {
        return Ok(id);
    }
    if !is_free(api, id).await? {
        found.push(Candidate {
            id,
            kind: None,
            name: text.to_owned(),
            says: "what has this id".to_owned(),
        });
    }
    choose(text, found, asked)
}

/// What is looked for.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Anything,
    /// A record, perhaps of this kind.
    Record(Option<&'a str>),
}

fn id_of(text: &str) -> Option<ItemId> {
    text.parse().ok()
}

/// Document numbers have at most so many digits.
const LONGEST_NUMBER: usize = 12;

/// Something that could be meant.
struct Candidate {
    id: ItemId,
    /// Of a record.
    kind: Option<String>,
    /// Its number or title.
    name: String,
    /// What tells it from others.
    says: String,
}

/// The records and tasks whose number is this, or else whose title has it.
async fn named(api: &Api, text: &str) -> Result<Vec<Candidate>, Failure> {
    let wanted = dto::Named {
        name: Some(text.to_owned()),
        limit: Some(50),
        offset: None,
    };
    let found = api.named_items(wanted).await?;
    let ids = found.iter().map(|row| row.id).collect();
    let records = api.records_by_id(dto::TheseItems { ids }).await?;
    let told = found.into_iter().map(|row| {
        let record = records.iter().find(|it| it.id == row.id);
        let says = match record {
            Some(it) => {
                let whose = it.customer_name.as_ref().map(|name| format!(", {name}"));
                format!(
                    "{} {}: {}{}",
                    it.kind,
                    row.title,
                    it.title,
                    whose.unwrap_or_default()
                )
            }
            None => format!("{} {}", row.kind, row.title),
        };
        Candidate {
            id: row.id,
            kind: record.map(|it| it.kind.clone()),
            name: row.title,
            says,
        }
    });
    Ok(told.collect())
}

fn exactly(text: &str, mut found: Vec<Candidate>) -> Vec<Candidate> {
    let lower = text.to_lowercase();
    found.retain(|it| it.name.to_lowercase() == lower);
    found
}

/// The one that is meant; otherwise all that could be are named.
fn choose(text: &str, mut found: Vec<Candidate>, asked: Asked<'_>) -> Result<ItemId, Failure> {
    let kind = match asked {
        Asked::Anything => None,
        Asked::Record(kind) => kind,
    };
    if found
        .iter()
        .any(|it| it.name.to_lowercase() == text.to_lowercase())
    {
        found = exactly(text, found);
    }
    let there = found
        .iter()
        .take(8)
        .map(Candidate::line)
        .collect::<Vec<_>>();
    let there = there.join("; ");
    if let Some(kind) = kind {
        found.retain(|it| it.kind.as_deref() == Some(kind));
        if found.is_empty() && !there.is_empty() {
            return Err(Failure::not_found(format!(
                "No {kind} is called \"{text}\". There is: {there}."
            )));
        }
    }
    let kinds: BTreeSet<&str> = found.iter().filter_map(|it| it.kind.as_deref()).collect();
    match found.as_slice() {
        [] => Err(Failure::not_found(format!(
            "No {} is called \"{text}\" or begins with that.",
            kind.unwrap_or("record or task")
        ))),
        [only] => Ok(only.id),
        several => {
            let lines: Vec<String> = several.iter().take(8).map(Candidate::line).collect();
            let advice = if matches!(asked, Asked::Record(None)) && kinds.len() > 1 {
                let kinds: Vec<&str> = kinds.into_iter().collect();
                format!("Give --kind {}, or the id.", kinds.join(" or --kind "))
            } else {
                "Give the id.".to_owned()
            };
            Err(Failure::usage(format!(
                "\"{text}\" fits more than one thing: {}. {advice}",
                lines.join("; ")
            )))
        }
    }
}

impl Candidate {
    fn line(&self) -> String {
        format!("{} (id {})", crate::out::clean(&self.says, 80), self.id)
    }
}

/// Whether no record, task or message has this id.
async fn is_free(api: &Api, id: ItemId) -> Result<bool, Failure> {
    let these = || dto::TheseItems { ids: vec![id] };
    Ok(api.records_by_id(these()).await?.is_empty()
        && api.tasks_by_id(these()).await?.is_empty()
        && api.messages_by_id(these()).await?.is_empty())
}

/// Where a message sits at its source: named by its id here, as lists show it, or by the
/// source's own.
pub(crate) async fn message(api: &Api, text: &str) -> Result<Handle, Failure> {
    let Ok(id) = text.parse::<ItemId>() else {
        return Ok(Handle::new(text));
    };
    let rows = api
        .messages_by_id(dto::TheseItems { ids: vec![id] })
        .await?;
    rows.into_iter()
        .next()
        .map(|row| row.handle)
        .ok_or_else(|| Failure::not_found(format!("There is no message {id}.")))
}
