//! Finds the one thing a person means: by id, or by name or its beginning.

use rapport_api::{Api, dto};
use rapport_model::{AccountId, CommandId, Handle, ItemId, OrgId, PersonId};

use crate::failure::Failure;

/// What could be meant, with the name to show for it.
fn one<T>(what: &str, text: &str, mut found: Vec<(String, T)>) -> Result<T, Failure> {
    let lower = text.to_lowercase();
    if found.len() > 1
        && let Some(exact) = found
            .iter()
            .position(|(name, _)| name.to_lowercase() == lower)
    {
        return Ok(found.swap_remove(exact).1);
    }
    if found.len() > 1 {
        let names: Vec<String> = found
            .iter()
            .take(8)
            .map(|(name, _)| crate::out::clean(name, 60))
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
    let id = text.parse::<ItemId>().ok();
    // Ids of what has a moment are longer than any number people give a document.
    if let Some(id) = id.filter(|_| text.len() > LONGEST_NUMBER) {
        return Ok(id);
    }
    let found = api
        .named_items(dto::Named {
            name: Some(text.to_owned()),
            limit: Some(20),
            offset: None,
        })
        .await?;
    let Some(id) = id else {
        return one(
            "record or task",
            text,
            found.into_iter().map(|row| (row.title, row.id)).collect(),
        );
    };
    let mut coded = found.into_iter().filter(|row| row.title == text);
    let Some(row) = coded.next() else {
        return Ok(id);
    };
    if coded.next().is_none() && is_free(api, id).await? {
        return Ok(row.id);
    }
    Err(Failure::usage(format!(
        "\"{text}\" fits more than one thing. Give the long id, or the title."
    )))
}

/// Document numbers have at most so many digits.
const LONGEST_NUMBER: usize = 12;

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
