//! Messages that wait for their key.
//!
//! Their list lies in the SDK's own store: it must survive a restart, and neither screen nor
//! cursor has any use for it. An event enters the list before the page that shows it as
//! undecryptable is handed over, and leaves it only when a later cursor proves that the page
//! with its text was stored; in between it is merely tried once more than needed.

use matrix_sdk::Client;
use matrix_sdk::deserialized_responses::UnableToDecryptReason as Reason;
use matrix_sdk::ruma::{EventId, RoomId};
use rapport_model::{Change, Fault};
use serde::{Deserialize, Serialize};

use super::batch::{Part, said_in, undecryptable};
use super::fault::{self, Asked};
use super::news::Said;
use super::room::{self, Surroundings};

const KEY: &[u8] = b"rapport.locked";
/// The oldest are forgotten beyond this; they stay shown as undecryptable.
const LIMIT: usize = 2_000;
/// How many are tried in one go.
const TRY: usize = 50;

/// One message that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) room: String,
    pub(super) event: String,
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
pub(super) async fn add(client: &Client, new: &[(String, String)]) -> Result<(), Fault> {
    if new.is_empty() {
        return Ok(());
    }
    let mut all = list(client).await?;
    for (room, event) in new {
        let waiting = Waiting {
            room: room.clone(),
            event: event.clone(),
        };
        if !all.contains(&waiting) {
            all.push(waiting);
        }
    }
    let surplus = all.len().saturating_sub(LIMIT);
    keep(client, all.get(surplus..).unwrap_or_default()).await
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

/// Tries the newest of the list again. Gives the changes and the events they settle.
pub(super) async fn retry(client: &Client) -> Result<(Vec<Change>, Vec<String>), Fault> {
    let waiting = list(client).await?;
    let me = client
        .user_id()
        .map(ToString::to_string)
        .unwrap_or_default();
    let around = Surroundings::default();
    let (mut changes, mut done) = (Vec::new(), Vec::new());
    for one in waiting.iter().rev().take(TRY) {
        let (Ok(id), Ok(event)) = (RoomId::parse(&one.room), EventId::parse(&one.event)) else {
            done.push(one.event.clone());
            continue;
        };
        let Some(room) = client.get_room(&id) else {
            continue;
        };
        let said = match room.event(&event, None).await {
            Ok(event) => Said::of(&event),
            // It is no longer there or no longer ours to see; what is shown stays.
            Err(error) => match fault::of(&error, Asked::Reading) {
                Fault::Rejected(_) | Fault::Denied(_) => {
                    done.push(one.event.clone());
                    continue;
                }
                fault => return Err(fault),
            },
        };
        if said.locked.is_some() {
            continue;
        }
        let facts = room::facts(&room, &around).await?;
        let mut part = Part::default();
        said_in(&one.room, &me, Some(&facts), &[said], &mut part);
        let settled = part
            .changes
            .iter()
            .all(|change| undecryptable(change).is_none());
        if settled {
            changes.append(&mut part.changes);
            done.push(one.event.clone());
        }
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
