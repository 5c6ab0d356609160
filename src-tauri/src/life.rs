//! What happens when the profile opens, when the window closes, and at the end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use rapport_api::Api;
use rapport_store::Topic;
use tauri::{AppHandle, ExitRequestApi, Manager as _};

use crate::gate::Gate;
use crate::rest::setting;
use crate::tray::{self, Tray};
use crate::{ahead, bubbles, ease, streams};

/// The sources are first read so long after the profile is open: reading them and drawing the
/// first screen would be in each other's way, and what came with the page would be old at once.
const FIRST_LOOK: Duration = Duration::from_secs(2);

/// Where the process is in its life.
#[derive(Debug, Default)]
pub(crate) struct Life {
    /// The user stopped syncing from the tray.
    paused: AtomicBool,
    /// Everything was stopped in good order.
    ended: AtomicBool,
    /// Start again afterwards, on the sample workspace or not.
    again: Mutex<Option<bool>>,
}

impl Life {
    /// The user stopped syncing.
    pub(crate) fn paused(&self) -> bool {
        self.paused.load(Ordering::SeqCst)
    }
}

/// The profile is open: the loops begin, and tray and notifications follow it.
pub(crate) fn opened(app: &AppHandle, api: &Arc<Api>) {
    // Before the loops: the page is on its way.
    ahead::begin(app, api);
    if let Err(error) = api.hub().start_gently(FIRST_LOOK) {
        tracing::error!(%error, "syncing did not begin");
    }
    tray::refresh(app);
    bubbles::begin(app, api);
    ease::begin(app, api);
    let app = app.clone();
    let mut topics = Box::pin(api.topics());
    tauri::async_runtime::spawn(async move {
        while let Some(touched) = topics.next().await {
            if touched
                .iter()
                .any(|it| matches!(it, Topic::Settings | Topic::Everything))
            {
                tray::refresh(&app);
            }
        }
    });
}

/// Whether closing the window leaves the program running in the tray: so that
/// messages still arrive, unless the user wants it otherwise or could not come
/// back.
pub(crate) fn stays(app: &AppHandle) -> bool {
    let Ok(api) = app.state::<Gate>().api() else {
        return false;
    };
    app.state::<Tray>().raised() && setting(&api, "window.keep_running").unwrap_or(true)
}

/// Stops syncing, or goes on. Not kept: the next start syncs.
pub(crate) fn pause_or_resume(app: &AppHandle) {
    let Ok(api) = app.state::<Gate>().api() else {
        return;
    };
    let pause = !app.state::<Life>().paused.fetch_xor(true, Ordering::SeqCst);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        // Accounts one by one: the upkeep beside them, which wakes what was
        // snoozed, goes on.
        let accounts = api.hub().accounts().unwrap_or_default();
        for account in accounts {
            if pause {
                api.hub().stop_account(&account.id).await;
            } else if let Err(error) = api.hub().start_account(&account.id) {
                tracing::warn!(account = %account.id, %error, "does not start again");
            }
        }
        tray::refresh(&app);
    });
}

/// Ends the program.
pub(crate) fn quit(app: &AppHandle) {
    app.exit(0);
}

/// Ends it and starts it again; `sample` chooses the workspace, else it is the same.
pub(crate) fn relaunch(app: &AppHandle, sample: Option<bool>) {
    let sample = sample.unwrap_or_else(|| app.state::<Gate>().place().sample);
    *app.state::<Life>()
        .again
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = Some(sample);
    app.exit(0);
}

/// The last window is gone or somebody said so. What is being sent ends first;
/// cursors are as of the last page.
pub(crate) fn leaving(app: &AppHandle, api: &ExitRequestApi, code: Option<i32>) {
    if app.state::<Life>().ended.load(Ordering::SeqCst) {
        return;
    }
    api.prevent_exit();
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        app.state::<streams::Streams>().stop_all();
        if let Ok(open) = app.state::<Gate>().api()
            && !open.hub().stop().await
        {
            tracing::warn!("something had to be cut off; the source will be asked about it");
        }
        app.state::<Gate>().close();
        app.state::<Life>().ended.store(true, Ordering::SeqCst);
        let again = app
            .state::<Life>()
            .again
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match again {
            Some(sample) => start_again(&app, sample),
            None => app.exit(code.unwrap_or(0)),
        }
    });
}

/// The same program with the same words, but for the workspace.
fn start_again(app: &AppHandle, sample: bool) -> ! {
    let mut env = tauri::Manager::env(app);
    env.args_os
        .retain(|word| word != "--sample" && word != "--minimised" && word != "--minimized");
    if sample {
        env.args_os.push("--sample".into());
    }
    // The next process is the first one, not a second start of this.
    tauri_plugin_single_instance::destroy(app);
    app.cleanup_before_exit();
    tauri::process::restart(&env)
}
