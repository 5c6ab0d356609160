//! The system's own file dialogs.
//!
//! They are begun on the thread that draws, as GTK and AppKit demand, and waited
//! for elsewhere.

use std::path::{Path, PathBuf};

use rapport_api::{ApiError, Code};
use rfd::{AsyncFileDialog, FileHandle};
use tauri::{AppHandle, Manager as _};

use crate::door::MAIN;

async fn ask<T, F>(
    app: &AppHandle,
    begin: impl FnOnce(AsyncFileDialog) -> F + Send + 'static,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let handle = app.clone();
    app.run_on_main_thread(move || {
        let mut dialog = AsyncFileDialog::new();
        if let Some(window) = handle.get_webview_window(MAIN) {
            dialog = dialog.set_parent(&window);
        }
        let answer = begin(dialog);
        tauri::async_runtime::spawn(async move {
            // The page may have gone while the user chose.
            drop(sender.send(answer.await));
        });
    })
    .map_err(|error| ApiError::new(Code::Internal, error.to_string()))?;
    receiver
        .await
        .map_err(|_closed| ApiError::new(Code::Cancelled, "The dialog was closed."))
}

fn path(handle: &FileHandle) -> PathBuf {
    handle.path().to_path_buf()
}

/// Existing files; none when the user thinks better of it.
pub(crate) async fn files(app: &AppHandle) -> Result<Vec<PathBuf>, ApiError> {
    let chosen = ask(app, AsyncFileDialog::pick_files).await?;
    Ok(chosen.unwrap_or_default().iter().map(path).collect())
}

/// An existing folder.
pub(crate) async fn folder(app: &AppHandle) -> Result<Option<PathBuf>, ApiError> {
    let chosen = ask(app, AsyncFileDialog::pick_folder).await?;
    Ok(chosen.as_ref().map(path))
}

/// Where to put a new file. The name comes from foreign text, so only its last
/// part is proposed.
pub(crate) async fn save(app: &AppHandle, name: &str) -> Result<Option<PathBuf>, ApiError> {
    let name = proposed(name);
    let chosen = ask(app, move |dialog| dialog.set_file_name(name).save_file()).await?;
    Ok(chosen.as_ref().map(path))
}

fn proposed(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !"<>:\"|?*".contains(*c))
        .collect();
    let clean = clean.trim().trim_matches('.');
    if Path::new(clean).file_name().is_none() {
        return "file".to_owned();
    }
    clean.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_out_of_a_mail_proposes_a_file_and_never_a_place() {
        assert_eq!(proposed("Quote 17.pdf"), "Quote 17.pdf");
        assert_eq!(proposed("../../.bashrc"), "bashrc");
        assert_eq!(proposed("C:\\Windows\\x.dll"), "x.dll");
        assert_eq!(proposed("a\u{0}b\n.txt"), "ab.txt");
        for empty in ["", "..", "/", "???"] {
            assert_eq!(proposed(empty), "file", "{empty}");
        }
    }
}
