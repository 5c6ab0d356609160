//! The requests of the stream, through the SDK and beside it.

use std::time::Duration;

use matrix_sdk::config::{RequestConfig, SyncSettings, SyncToken};
use matrix_sdk::ruma::api::client::filter::FilterDefinition;
use matrix_sdk::ruma::api::client::sync::sync_events::v3;
use matrix_sdk::ruma::assign;
use matrix_sdk::ruma::presence::PresenceState;
use matrix_sdk::store::StateStoreDataKey;
use matrix_sdk::{Error, HttpError};
use rapport_model::Fault;
use serde_json::{Value, json};

use super::super::fault::{self, Asked, REQUEST_TIMEOUT};
use super::super::news::{self, News};
use super::super::session::Live;
use super::TIMELINE;

/// How long the first answer may take.
pub(super) const FIRST: Duration = Duration::from_secs(600);

/// One request for what is new after a position, or for everything.
pub(super) async fn ask(live: &Live, since: Option<&str>) -> Result<News, Fault> {
    // The first answer of a large account takes the server minutes. It never waits for news,
    // so the time it may wait only serves to be patient with it.
    let wait = if since.is_none() {
        FIRST
    } else {
        Duration::ZERO
    };
    processed(live, since, wait, usual()?).await
}

/// One request, read from the SDK or, when the SDK swallowed it, from the server's answer.
pub(super) async fn processed(
    live: &Live,
    since: Option<&str>,
    wait: Duration,
    filter: FilterDefinition,
) -> Result<News, Fault> {
    let before = sdk_position(live).await?;
    let settings = SyncSettings::new()
        .filter(filter.clone().into())
        .timeout(wait)
        .set_presence(PresenceState::Offline)
        .token(since.map_or(SyncToken::NoToken, SyncToken::from));
    let response = Box::pin(live.client.sync_once(settings)).await;
    let response = response.map_err(|error| match error {
        Error::Http(error) => refused(&error, since),
        error => fault::of(&error, Asked::Reading),
    })?;
    let swallowed = before.as_deref() == Some(&response.next_batch) && before.as_deref() != since;
    if !swallowed {
        return Ok(news::of_sdk(response));
    }
    let answer = answer(live, since, wait, filter).await?;
    // It may hold more than the answer that the SDK has processed. What is beyond that is
    // asked for again, so that the SDK gets it too.
    Ok(News {
        next: response.next_batch,
        ..news::of_answer(&live.client, answer).await
    })
}

/// The server's own answer, unknown to the SDK.
pub(super) async fn answer(
    live: &Live,
    since: Option<&str>,
    wait: Duration,
    filter: FilterDefinition,
) -> Result<v3::Response, Fault> {
    let request = assign!(v3::Request::new(), {
        filter: Some(filter.into()),
        since: since.map(str::to_owned),
        set_presence: PresenceState::Offline,
        timeout: Some(wait),
        use_state_after: true,
    });
    let patience = RequestConfig::new()
        .disable_retry()
        .timeout(wait + REQUEST_TIMEOUT);
    let answer = live
        .client
        .send(request)
        .with_request_config(patience)
        .await;
    answer.map_err(|error| refused(&error, since))
}

/// Waits until the server has something after `since`, without taking it. `None` says that
/// it has; else the position up to which it has nothing.
pub(super) async fn signal(
    live: &Live,
    since: &str,
    wait: Duration,
) -> Result<Option<String>, Fault> {
    let answer = answer(live, Some(since), wait, usual()?).await?;
    let nothing = answer.rooms.is_empty()
        && answer.rooms.knock.is_empty()
        && answer.account_data.is_empty()
        && answer.to_device.is_empty()
        && answer.device_lists.is_empty();
    Ok(nothing.then_some(answer.next_batch))
}

/// A position that the server refuses is worth nothing any more. What stands before the server
/// knows nothing of positions.
fn refused(error: &HttpError, since: Option<&str>) -> Fault {
    match fault::of_http(error, Asked::Reading) {
        Fault::Rejected(why) if since.is_some() && fault::is_its_own(error) => {
            Fault::CursorExpired(why)
        }
        other => other,
    }
}

pub(super) async fn sdk_position(live: &Live) -> Result<Option<String>, Fault> {
    let stored = live
        .client
        .state_store()
        .get_kv_data(StateStoreDataKey::SyncToken)
        .await;
    let stored = stored.map_err(|error| fault::of(&error.into(), Asked::Reading))?;
    Ok(stored.and_then(|value| value.into_sync_token()))
}

/// What the stream is asked for.
fn usual() -> Result<FilterDefinition, Fault> {
    filter(&json!({
        "state": {"lazy_load_members": true},
        "timeline": {"limit": TIMELINE, "lazy_load_members": true},
    }))
}

pub(super) fn filter(room: &Value) -> Result<FilterDefinition, Fault> {
    serde_json::from_value(json!({"presence": {"not_types": ["*"]}, "room": room}))
        .map_err(|error| Fault::Rejected(error.to_string()))
}
