//! Newer versions: asked for only when the user wants to know and an address is
//! set, and installed only when signed with the key we know.
//!
//! The key built into a release cannot be replaced by a file: whoever can write
//! the profile cannot bring another program.

use std::path::Path;

use rapport_api::{ApiError, Code};
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _, Url};
use tauri_plugin_updater::{Update, UpdaterExt as _};

use crate::gate::Gate;
use crate::life;

/// Built in by whoever makes a release.
const BUILT_IN: (Option<&str>, Option<&str>) = (
    option_env!("RAPPORT_UPDATE_ENDPOINT"),
    option_env!("RAPPORT_UPDATE_KEY"),
);

/// Where newer versions are, and who signs them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Source {
    endpoint: Url,
    pubkey: String,
}

/// What a file in the profile may say.
#[derive(Debug, Default, Deserialize)]
struct File {
    endpoint: Option<String>,
    pubkey: Option<String>,
}

/// What is known of newer versions.
#[derive(Debug, Serialize)]
pub(crate) struct News {
    /// An address is set; without one nothing is ever asked.
    configured: bool,
    /// This version.
    current: String,
    /// A newer one.
    available: Option<String>,
    /// What is new in it.
    notes: Option<String>,
}

fn refused(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(
        Code::Refused,
        format!("The update did not work, and nothing was changed: {error}"),
    )
}

fn source(home: &Path) -> Result<Option<Source>, ApiError> {
    let path = home.join("update.json");
    let file: File = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(refused)?,
        Err(_absent) => File::default(),
    };
    chosen(BUILT_IN, file)
}

/// The address may be set by hand, a built-in key never.
fn chosen(
    (endpoint, pubkey): (Option<&str>, Option<&str>),
    file: File,
) -> Result<Option<Source>, ApiError> {
    let endpoint = file.endpoint.or_else(|| endpoint.map(str::to_owned));
    let pubkey = pubkey.map(str::to_owned).or(file.pubkey);
    let Some(endpoint) = endpoint else {
        return Ok(None);
    };
    let Some(pubkey) = pubkey.filter(|it| !it.trim().is_empty()) else {
        return Err(refused("no key is known that signs newer versions."));
    };
    let endpoint = Url::parse(&endpoint).map_err(refused)?;
    if endpoint.scheme() != "https" {
        return Err(refused("its address is not https."));
    }
    Ok(Some(Source { endpoint, pubkey }))
}

async fn newer(app: &AppHandle, source: Source) -> Result<Option<Update>, ApiError> {
    let updater = app
        .updater_builder()
        .pubkey(source.pubkey)
        .endpoints(vec![source.endpoint])
        .and_then(tauri_plugin_updater::UpdaterBuilder::build)
        .map_err(refused)?;
    updater.check().await.map_err(refused)
}

/// Asks whether there is a newer version.
pub(crate) async fn check(app: &AppHandle) -> Result<News, ApiError> {
    let source = source(&app.state::<Gate>().place().home)?;
    let configured = source.is_some();
    let update = match source {
        Some(source) => newer(app, source).await?,
        None => None,
    };
    Ok(News {
        configured,
        current: app.package_info().version.to_string(),
        available: update.as_ref().map(|it| it.version.clone()),
        notes: update.and_then(|it| it.body),
    })
}

/// Fetches it, checks its signature, installs it and starts again.
pub(crate) async fn install(app: &AppHandle) -> Result<(), ApiError> {
    let source = source(&app.state::<Gate>().place().home)?
        .ok_or_else(|| refused("no address is set for newer versions."))?;
    let update = newer(app, source)
        .await?
        .ok_or_else(|| refused("this is the newest version."))?;
    update
        .download_and_install(|_bytes, _of| {}, || {})
        .await
        .map_err(refused)?;
    life::relaunch(app, None);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(endpoint: Option<&str>, pubkey: Option<&str>) -> File {
        File {
            endpoint: endpoint.map(str::to_owned),
            pubkey: pubkey.map(str::to_owned),
        }
    }

    #[test]
    fn without_an_address_nothing_is_asked() {
        assert_eq!(chosen((None, None), File::default()).unwrap(), None);
        assert_eq!(chosen((None, Some("key")), file(None, None)).unwrap(), None);
    }

    #[test]
    fn nothing_is_installed_unsigned_or_over_an_open_line() {
        let address = Some("https://updates.example/latest.json");
        assert!(chosen((None, None), file(address, None)).is_err());
        assert!(chosen((None, None), file(address, Some(" "))).is_err());
        let open = Some("http://updates.example/latest.json");
        assert!(chosen((None, None), file(open, Some("key"))).is_err());
    }

    #[test]
    fn a_file_moves_the_address_and_never_the_built_in_key() {
        let built = (Some("https://a.example/"), Some("ours"));
        let source = chosen(built, file(Some("https://b.example/"), Some("theirs")))
            .unwrap()
            .unwrap();
        assert_eq!(source.pubkey, "ours");
        assert_eq!(source.endpoint.as_str(), "https://b.example/");
    }
}
