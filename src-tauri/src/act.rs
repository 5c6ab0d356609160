//! What the page may ask of the window and the system around it: a closed list,
//! each with its own check, instead of plugins that can do more than we need.

use std::path::PathBuf;

use rapport_api::{ApiError, Code};
use rapport_model::Millis;
use serde::Deserialize;
use serde_json::{Value, json};
use tauri::{Manager as _, WebviewWindow};
use tauri_plugin_autostart::ManagerExt as _;

use crate::ahead::{self, Asked};
use crate::arrival::Arrivals;
use crate::gate::Gate;
use crate::window::{self, Edge};
use crate::{crash, dialogs, life, links, rest, tray, update};

/// One thing to do.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Action {
    /// The page listens now; answers where it is to go first.
    Ready,
    /// What the page asked for at its start, for the next one.
    FirstAsked {
        asked: Vec<Asked>,
    },
    /// How the window is.
    Window,
    Minimise,
    ToggleMaximise,
    /// Closes the window; the program may stay in the tray.
    Close,
    /// Brings the window to the front.
    Show,
    /// Ends the program.
    Quit,
    StartDrag,
    StartResize {
        edge: Edge,
    },
    /// What a link is.
    LinkCheck {
        href: String,
        #[serde(default)]
        text: String,
    },
    /// Opens a link outside, unless its text names another place and nobody said
    /// that this is known.
    OpenLink {
        href: String,
        #[serde(default)]
        text: String,
        #[serde(default)]
        sure: bool,
    },
    /// Paths of existing files.
    PickFiles,
    /// The path of an existing folder.
    PickFolder,
    /// A path for a new file.
    SaveAs {
        name: String,
    },
    /// Shows a file in the system's file manager.
    Reveal {
        path: PathBuf,
    },
    /// Sets, if `on` is given, and answers whether it starts with the session.
    Autostart {
        #[serde(default)]
        on: Option<bool>,
    },
    /// How large everything in the window is, in hundredths.
    Zoom {
        percent: u32,
    },
    /// What the tray shows.
    SetUnread {
        count: u64,
    },
    /// Stays quiet until then; `null` ends it.
    Dnd {
        until: Option<Millis>,
    },
    /// Starts again, on the own or the sample workspace.
    Relaunch {
        #[serde(default)]
        sample: Option<bool>,
    },
    /// Whether there is a newer version.
    UpdateCheck,
    /// Fetches, checks and installs it, then starts again.
    UpdateInstall,
    /// Reports of earlier faults, which lie on this computer only.
    Crashes,
    /// Keeps a report of a fault of the page, as of a panic.
    Fault {
        what: String,
    },
}

fn failed(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(Code::Refused, error.to_string())
}

/// Does it.
pub(crate) async fn act(window: &WebviewWindow, action: Action) -> Result<Value, ApiError> {
    let app = window.app_handle();
    let nothing = |done: tauri::Result<()>| done.map(|()| Value::Null).map_err(failed);
    match action {
        Action::Ready => Ok(json!(app.state::<Arrivals>().page_ready())),
        Action::FirstAsked { asked } => {
            let api = app.state::<Gate>().api()?;
            ahead::keep(app, &api, asked).await.map(|()| Value::Null)
        }
        Action::Window => Ok(json!(window::looks(window).map_err(failed)?)),
        Action::Minimise => nothing(window.minimize()),
        Action::ToggleMaximise => nothing(match window.is_maximized() {
            Ok(true) => window.unmaximize(),
            Ok(false) => window.maximize(),
            Err(error) => Err(error),
        }),
        Action::Close => nothing(window.close()),
        Action::Show => {
            window::show(app);
            Ok(Value::Null)
        }
        Action::Quit => {
            life::quit(app);
            Ok(Value::Null)
        }
        Action::StartDrag => nothing(window.start_dragging()),
        Action::StartResize { edge } => nothing(window::pull(window, edge)),
        Action::LinkCheck { href, text } => Ok(json!(links::check(&href, &text))),
        Action::OpenLink { href, text, sure } => open_link(&href, &text, sure),
        Action::PickFiles => Ok(json!(dialogs::files(app).await?)),
        Action::PickFolder => Ok(json!(dialogs::folder(app).await?)),
        Action::SaveAs { name } => Ok(json!(dialogs::save(app, &name).await?)),
        Action::Reveal { path } => {
            if !path.is_absolute() || !path.exists() {
                return Err(ApiError::not_found(path.display()));
            }
            tauri_plugin_opener::reveal_item_in_dir(path).map_err(failed)?;
            Ok(Value::Null)
        }
        Action::Autostart { on } => {
            let start = app.autolaunch();
            match on {
                Some(true) => start.enable().map_err(failed)?,
                Some(false) => start.disable().map_err(failed)?,
                None => {}
            }
            Ok(json!(start.is_enabled().map_err(failed)?))
        }
        // As web views zoom: lengths, pictures and the width that the layout goes by.
        Action::Zoom { percent } => {
            nothing(window.set_zoom(f64::from(percent.clamp(50, 400)) / 100.0))
        }
        Action::SetUnread { count } => {
            tray::unread(app, count);
            Ok(Value::Null)
        }
        Action::Dnd { until } => {
            rest::set_dnd(&app.state::<Gate>().api()?, until).await?;
            Ok(Value::Null)
        }
        Action::Relaunch { sample } => {
            life::relaunch(app, sample);
            Ok(Value::Null)
        }
        Action::UpdateCheck => Ok(json!(update::check(app).await?)),
        Action::UpdateInstall => {
            update::install(app).await?;
            Ok(Value::Null)
        }
        Action::Crashes => {
            let home = app.state::<Gate>().place().home;
            Ok(json!(crash::kept(&crash::folder(&home))))
        }
        Action::Fault { what } => {
            crash::of_page(&app.state::<Gate>().place().home, &what);
            Ok(Value::Null)
        }
    }
}

fn open_link(href: &str, text: &str, sure: bool) -> Result<Value, ApiError> {
    let check = links::check(href, text);
    let Some(url) = links::read(href) else {
        return Err(ApiError::new(
            Code::Refused,
            "Only web pages, mail addresses and telephone numbers are opened from here.",
        ));
    };
    let ask = (check.differs || check.disguised) && !text.is_empty() && !sure;
    if !ask {
        tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(failed)?;
    }
    Ok(json!({ "opened": !ask, "check": check }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_actions_as_the_transport_does() {
        for action in [
            json!({ "do": "minimise" }),
            json!({ "do": "show" }),
            json!({ "do": "toggle_maximise" }),
            json!({ "do": "start_resize", "edge": "south_east" }),
            json!({ "do": "open_link", "href": "https://example.com" }),
            json!({ "do": "save_as", "name": "x.pdf" }),
            json!({ "do": "autostart", "on": null }),
            json!({ "do": "set_unread", "count": 3 }),
            json!({ "do": "dnd", "until": 1_700_000_000_000_i64 }),
            json!({ "do": "reveal", "path": "/tmp/x" }),
            json!({ "do": "relaunch" }),
            json!({ "do": "update_check" }),
            json!({ "do": "fault", "what": "TypeError: x is undefined" }),
        ] {
            let read: Result<Action, _> = serde_json::from_value(action.clone());
            assert!(read.is_ok(), "{action}: {read:?}");
        }
        let unknown = json!({ "do": "run", "program": "sh" });
        assert!(serde_json::from_value::<Action>(unknown).is_err());
    }

    #[test]
    fn a_link_that_pretends_is_not_opened_before_the_user_has_seen_it() {
        let asked = open_link("https://evil.example/", "https://bank.example/", false).unwrap();
        assert_eq!(asked["opened"], false);
        assert_eq!(asked["check"]["host"], "evil.example");
        assert!(open_link("javascript:alert(1)", "x", true).is_err());
    }
}
