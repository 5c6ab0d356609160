//! The doors themselves: each looks who knocks, and a panic behind one of them
//! becomes an answer.

#![expect(
    clippy::unreachable,
    clippy::let_underscore_must_use,
    reason = "Tauri's macro writes them around an async command"
)]

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use rapport_api::{ApiError, Code};
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{Manager as _, State, WebviewWindow};

use crate::act::{self, Action};
use crate::door;
use crate::ease::Asked;
use crate::gate::{self, Gate, GateState, Knock};
use crate::streams::{Heard, Streams, What};

/// Turns a panic into an error the page can show.
async fn safely<T>(
    what: &str,
    work: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_panic| {
        tracing::error!(what, "a door panicked");
        Err(ApiError::new(
            Code::Internal,
            "That failed in a way it should not. A report was written on this computer; you can \
             go on.",
        ))
    })
}

/// One of the core's calls, by name.
#[tauri::command]
pub(crate) async fn call(
    window: WebviewWindow,
    gate: State<'_, Gate>,
    name: String,
    request: Value,
) -> Result<Value, ApiError> {
    door::check(&window)?;
    let api = gate.api()?;
    window.state::<Asked>().note();
    safely(&name, api.call(&name, request)).await
}

/// What changes, over a channel, until `stop` is called with the same id.
#[tauri::command]
pub(crate) async fn stream(
    window: WebviewWindow,
    gate: State<'_, Gate>,
    streams: State<'_, Streams>,
    id: u64,
    what: What,
    channel: Channel<Heard>,
) -> Result<(), ApiError> {
    door::check(&window)?;
    let api = gate.api()?;
    streams.open(window.app_handle(), id, what, &api, channel);
    Ok(())
}

/// Ends a stream; one that has ended is fine.
#[tauri::command]
pub(crate) async fn stop(
    window: WebviewWindow,
    streams: State<'_, Streams>,
    id: u64,
) -> Result<(), ApiError> {
    door::check(&window)?;
    streams.stop(id);
    Ok(())
}

/// The door before the profile is open.
#[tauri::command]
pub(crate) async fn gate(window: WebviewWindow, action: Knock) -> Result<GateState, ApiError> {
    door::check(&window)?;
    let app = window.app_handle();
    safely("gate", async { Ok(gate::knock(app, action).await) }).await
}

/// The window and what the system around it can do.
#[tauri::command]
pub(crate) async fn shell(window: WebviewWindow, action: Action) -> Result<Value, ApiError> {
    door::check(&window)?;
    safely("shell", act::act(&window, action)).await
}
