//! Messages that wait for their key.
//!
//! Their list lies in the SDK's own store: it must survive a restart, and neither screen nor
//! cursor has any use for it. It holds the events themselves, so that trying again, which
//! happens whenever keys come, asks nobody. An event enters the list before the page that shows it as
//! undecryptable is handed over, and leaves it only when a later cursor proves that the page
//! with its text was stored; in between it is merely tried once more than needed.

use matrix_sdk::Client;
use matrix_sdk::deserialized_responses::UnableToDecryptReason as Reason;
use matrix_sdk::ruma::RoomId;
use matrix_sdk::ruma::serde::Raw;
use rapport_model::{Change, Fault};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::batch::{Part, said_in};
use super::fault::{self, Asked};
use super::news::decrypted;
use super::room::{self, Surroundings};
use super::wire::Event;

const KEY: &[u8] = b"rapport.locked";
/// The oldest are forgotten beyond this; they stay shown as undecryptable.
const LIMIT: usize = 500;

/// One message that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) room: String,
    /// Its id.
    pub(super) event: String,
    /// Its JSON, encrypted as it came.
    pub(super) json: String,
}

/// The list.
pub(super) async fn list(client: &Client) -> Result<Vec<Waiting>, Fault> {
    let stored = client.state_store().get_custom_value(KEY).await;
    let stored = stored.map_err(|error| fault::of(&error.into(), Asked::Reading))?;
    Ok(stored
        .and_then(|json| serde_json::from_slice(&json).ok())
        .unwrap_or_default())
}

async fn keep(client: &Client, all: &[Waiting]) -> Result<(), Fault> {
    let json = serde_json::to_vec(all).unwrap_or_default();
    let kept = client
        .state_store()
        .set_custom_value_no_read(KEY, json)
        .await;
    kept.map_err(|error| fault::of(&error.into(), Asked::Reading))
}

/// Adds messages to the list.
pub(super) async fn add(client: &Client, new: &[Waiting]) -> Result<(), Fault> {
    if new.is_empty() {
        return Ok(());
    }
    let mut all = list(client).await?;
    for waiting in new {
        if !all.iter().any(|known| known.event == waiting.event) {
            all.push(waiting.clone());
        }
    }
    let surplus = all.len().saturating_sub(LIMIT);
    if surplus > 0 {
        // The first look brings the newest rooms first, so the order of arrival says little.
        all.sort_by_cached_key(said_at);
    }
    keep(client, all.get(surplus..).unwrap_or_default()).await
}

fn said_at(waiting: &Waiting) -> i64 {
    let event = Event::read(&waiting.json).ok();
    event.and_then(|event| event.at()).unwrap_or_default()
}

/// Takes messages off the list.
pub(super) async fn remove(client: &Client, done: &[String]) -> Result<(), Fault> {
    if done.is_empty() {
        return Ok(());
    }
    let mut all = list(client).await?;
    all.retain(|waiting| !done.contains(&waiting.event));
    keep(client, &all).await
}

/// Tries them all again. Gives the changes and the events they settle.
pub(super) async fn retry(client: &Client) -> Result<(Vec<Change>, Vec<String>), Fault> {
    let me = client
        .user_id()
        .map(ToString::to_string)
        .unwrap_or_default();
    let around = Surroundings::default();
    let (mut changes, mut done) = (Vec::new(), Vec::new());
    for one in list(client).await? {
        let room = RoomId::parse(&one.room)
            .ok()
            .and_then(|id| client.get_room(&id));
        let (Some(room), Ok(event)) = (room, RawValue::from_string(one.json)) else {
            done.push(one.event);
            continue;
        };
        let said = decrypted(Some(&room), Raw::from_json(event)).await;
        if said.locked.is_some() {
            continue;
        }
        let facts = room::facts(&room, &around).await?;
        let mut part = Part::default();
        said_in(&one.room, &me, Some(&facts), &[said], &mut part);
        changes.append(&mut part.changes);
        done.push(one.event);
    }
    Ok((changes, done))
}

/// Why a message cannot be decrypted, in plain words.
pub(super) fn reason(why: &Reason) -> String {
    match why {
        Reason::MissingMegolmSession {
            withheld_code: None,
        }
        | Reason::UnknownMegolmMessageIndex => "its key has not arrived yet".to_owned(),
        Reason::MissingMegolmSession {
            withheld_code: Some(code),
        } => {
            format!("its sender did not share the key ({code})")
        }
        Reason::SenderIdentityNotTrusted(_) => "its sender is not verified".to_owned(),
        Reason::MismatchedIdentityKeys => "its key belongs to another device".to_owned(),
        Reason::MalformedEncryptedEvent
        | Reason::MegolmDecryptionFailure
        | Reason::PayloadDeserializationFailure => "it is damaged".to_owned(),
        _ => "it cannot be decrypted".to_owned(),
    }
}
