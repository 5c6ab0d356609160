//! A folder as a source, for people without a server.
//!
//! Invariant: the folder belongs to the user and to other programs. What is
//! read is never changed by reading; what is written is one component or one row
//! of one file, put in place in one step, after comparing.
//!
//! | file | becomes | collection |
//! | --- | --- | --- |
//! | `.vcf` | contacts, companies (`KIND:org`) | `contacts` |
//! | `.ics` | calendar entries | `calendar` |
//! | `.ics` | tasks | `tasks` |
//! | `.mbox`, Maildir, `.eml` | mail threads and mails | `mail` |
//! | `.jsonl` | rooms and what was said (`chat`) | `chat` |
//! | `.csv` | records, by `rapport-mapping.json` ([`mapping`]) | `records` |
//! | `.md` | pages | `wiki` |

mod blocks;
mod bookmark;
mod cell;
mod chat;
mod event;
mod fetch;
mod folder;
mod lines;
mod linewise;
mod mail;
mod manifest;
pub mod mapping;
mod mbox;
mod moment;
mod name;
mod pull;
mod reading;
mod replace;
mod scan;
mod sheet;
mod table;
mod todo;
mod vcard;
mod watch;
mod wiki;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use rapport_model::change::Page;
use rapport_model::connector::{
    Collection, Connector, Factory, IdSet, Manifest, Offer, Setting, SignInStep, SignedIn,
};
use rapport_model::{CollectionId, Command, CommandId, Cursor, Fault, Handle, Item, Receipt};

use folder::Folder;
use scan::SETTLE;

/// Makes connectors for folders.
#[derive(Clone, Copy, Debug, Default)]
pub struct FilesFactory;

impl Factory for FilesFactory {
    fn manifest(&self) -> &'static Manifest {
        &manifest::MANIFEST
    }

    fn connect(&self, setting: Setting) -> Result<Arc<dyn Connector>, Fault> {
        let root = root_of(&setting.config)?;
        let own = own_of(&setting.config)?;
        let only = texts_of(&setting.config, "only")?;
        let folder = Folder::new(root, own, only, setting.clock);
        Ok(Arc::new(Files {
            folder: Arc::new(folder),
        }))
    }
}

fn root_of(config: &serde_json::Value) -> Result<PathBuf, Fault> {
    let text = config
        .get("folder")
        .and_then(serde_json::Value::as_str)
        .map(str::trim);
    let text = text.filter(|text| !text.is_empty()).ok_or_else(|| {
        Fault::Rejected("no folder is named; choose the folder to read".to_owned())
    })?;
    let root = PathBuf::from(text);
    if !root.is_absolute() || text.contains('\0') {
        return Err(Fault::Rejected(format!(
            "{text} is not the full path of a folder; write it from the root of the disk"
        )));
    }
    Ok(root)
}

/// A list in the form: texts, or one text with commas between them.
fn texts_of(config: &serde_json::Value, name: &str) -> Result<Vec<String>, Fault> {
    let texts: Vec<&str> = match config.get(name) {
        None | Some(serde_json::Value::Null) => Vec::new(),
        Some(serde_json::Value::String(text)) => vec![text],
        Some(serde_json::Value::Array(all)) => all.iter().filter_map(|it| it.as_str()).collect(),
        Some(_) => {
            return Err(Fault::Rejected(format!(
                "\"{name}\" is not text; write its parts with commas between them"
            )));
        }
    };
    Ok(texts
        .into_iter()
        .flat_map(|text| text.split([',', ';', '\n']))
        .map(|it| it.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect())
}

fn own_of(config: &serde_json::Value) -> Result<BTreeSet<String>, Fault> {
    Ok(texts_of(config, "own")?
        .iter()
        .flat_map(|it| it.split_whitespace())
        .map(|it| it.trim().to_lowercase())
        .filter(|it| !it.is_empty())
        .collect())
}

/// A folder, as the engine sees it.
#[derive(Debug)]
struct Files {
    folder: Arc<Folder>,
}

impl Files {
    /// Runs on a thread that may block; the engine's threads never read files.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let folder = Arc::clone(&self.folder);
        tokio::task::spawn_blocking(move || work(&folder))
            .await
            .unwrap_or_else(|error| {
                Err(Fault::Transient(format!(
                    "reading the folder was broken off: {error}"
                )))
            })
    }
}

#[async_trait]
impl Connector for Files {
    fn manifest(&self) -> &'static Manifest {
        &manifest::MANIFEST
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        self.run(Folder::discover).await
    }

    async fn pull(
        &self,
        collection: &CollectionId,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        let look = async || {
            let (collection, cursor) = (collection.clone(), cursor.cloned());
            self.run(move |folder| folder.pull(&collection, cursor.as_ref()))
                .await
        };
        let pulled = look().await?;
        if !pulled.waits || pulled.page.more {
            return Ok(pulled.page);
        }
        // Who looks once, as the command line does, would go away without what was written
        // a moment ago. A second look tells a file that is done from one somebody is still at.
        tokio::time::sleep(SETTLE).await;
        Ok(look().await?.page)
    }

    async fn fetch(
        &self,
        collection: &CollectionId,
        handles: &[Handle],
    ) -> Result<Vec<Item>, Fault> {
        let (collection, handles) = (collection.clone(), handles.to_vec());
        self.run(move |folder| folder.fetch(&collection, &handles))
            .await
    }

    fn offers(&self, command: &Command) -> Offer {
        self.folder.offers(command)
    }

    async fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        let (id, command) = (id.clone(), command.clone());
        self.run(move |folder| folder.push(&id, &command)).await
    }

    async fn lookup(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        let (id, command) = (id.clone(), command.clone());
        self.run(move |folder| folder.lookup(&id, &command)).await
    }

    async fn watch(&self, collection: &CollectionId) -> Result<(), Fault> {
        watch::watch(&self.folder, collection).await
    }

    async fn ids(&self, collection: &CollectionId) -> Result<IdSet, Fault> {
        let collection = collection.clone();
        self.run(move |folder| folder.ids(&collection)).await
    }

    async fn download(&self, source: &str, to: &Path, limit: u64) -> Result<u64, Fault> {
        let (source, to) = (source.to_owned(), to.to_path_buf());
        self.run(move |folder| folder.download(&source, &to, limit))
            .await
    }

    async fn sign_in(&self, _step: SignInStep) -> Result<SignedIn, Fault> {
        self.run(Folder::discover).await?;
        let user = self.folder.root.file_name().unwrap_or_default();
        Ok(SignedIn::Done {
            user: user.to_string_lossy().into_owned(),
        })
    }
}
