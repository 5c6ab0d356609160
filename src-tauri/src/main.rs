//! The window: it opens the profile, draws one page and carries what page and
//! core have to say to each other.
//!
//! Invariant: it decides nothing about the user's data. Before the profile is
//! open the page has one door, `gate`; afterwards every question goes through
//! the same calls as the command line's.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod act;
mod ahead;
mod arguments;
mod arrival;
mod bubbles;
mod crash;
mod deep;
mod dialogs;
mod door;
#[cfg(target_os = "linux")]
mod drawing;
mod ease;
mod gate;
mod heir;
mod ipc;
mod life;
mod links;
mod place;
mod rest;
#[cfg(test)]
mod rules;
mod streams;
mod tray;
mod update;
mod window;
mod words;

use clap::Parser as _;
use tauri::{Manager as _, RunEvent};
use tauri_plugin_window_state::StateFlags;

use crate::arguments::Arguments;
use crate::gate::Gate;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    crash::log();
    #[cfg(target_os = "linux")]
    drawing::suit();
    let place = match place::of(&arguments) {
        Ok(place) => place,
        Err(error) => return crash::cannot_start(&error.to_string()),
    };
    crash::keep_reports(&place.home);
    match run(arguments, place) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) if heir::inherits(&error) => {
            crash::cannot_start(&heir::start_over().to_string())
        }
        Err(error) => crash::cannot_start(&error.to_string()),
    }
}

fn run(arguments: Arguments, place: place::Place) -> tauri::Result<()> {
    let builder = tauri::Builder::default()
        // First: a second start must end before it opens anything.
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .callback(|app, words, _folder| arrival::second_start(app, &words))
                .dbus_id(place.name())
                .build(),
        )
        .plugin(tauri_plugin_deep_link::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                // Hidden is what the tray made of it, decorations are ours.
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .plugin(
            tauri_plugin_autostart::Builder::new()
                .arg("--minimised")
                .build(),
        )
        .plugin(tauri_plugin_updater::Builder::new().build())
        .invoke_handler(tauri::generate_handler![
            ipc::call,
            ipc::stream,
            ipc::stop,
            ipc::gate,
            ipc::shell
        ]);
    let app = builder
        .setup(move |app| {
            let handle = app.handle();
            app.manage(streams::Streams::default());
            app.manage(arrival::Arrivals::default());
            app.manage(tray::Tray::default());
            app.manage(life::Life::default());
            app.manage(ease::Asked::default());
            app.manage(ahead::Ahead::new(arguments.link.as_deref()));
            app.manage(Gate::new(place, arguments.no_keychain));
            // The key and the file are looked for while the page loads.
            gate::begin(handle);
            arrival::listen(handle);
            window::open(handle, arguments.link.as_deref(), arguments.minimised)?;
            tray::raise(handle);
            Ok(())
        })
        .build(context())?;
    app.run(|app, event| match event {
        RunEvent::ExitRequested { api, code, .. } => life::leaving(app, &api, code),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    });
    Ok(())
}

/// The page, the icons and the rules, built in.
#[expect(
    clippy::disallowed_types,
    reason = "Tauri's macro writes the map; nothing of it reaches the screen"
)]
fn context() -> tauri::Context {
    tauri::generate_context!()
}
