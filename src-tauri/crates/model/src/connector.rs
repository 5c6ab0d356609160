//! The contract between the engine and the code that speaks to one kind of
//! remote system.
//!
//! A connector is stateless towards the engine: everything it must remember is
//! in the [`Cursor`] it hands out. It may own files under the private folder it
//! is given, and nothing in them may be needed to draw a screen.

mod manifest;
mod offer;

use std::fmt::{self, Debug};
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::change::{Cursor, Gap, Page};
use crate::command::{Command, Receipt};
use crate::fault::Fault;
use crate::id::{AccountId, CollectionId, CommandId, Handle, Revision};
use crate::item::{Item, Kind};
use crate::time::Clock;

pub use manifest::{
    AuthKind, ConflictCheck, Deletions, Delivery, FormField, FormFieldKind, Manifest, Write,
};
pub use offer::{Offer, wish};

/// What a connector pulls as a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its id, stable at the source.
    pub id: CollectionId,
    /// What people call it.
    pub title: String,
    /// The kinds of item in it.
    pub kinds: Vec<Kind>,
    /// How it learns of deletions.
    pub deletions: Deletions,
    /// How often to look when nothing pushes, in milliseconds.
    pub poll_ms: i64,
    /// Why it cannot be read (a missing module, a missing right); the others
    /// go on.
    pub unavailable: Option<Fault>,
}

/// The id set of a collection, for the reconcile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdSet {
    /// Every handle at the source, with its revision where that is cheap.
    pub ids: Vec<(Handle, Option<Revision>)>,
}

/// What a connector is built with.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The account.
    pub account: AccountId,
    /// The form's answers.
    pub config: serde_json::Value,
    /// Secrets by name, from the vault.
    pub vault: Arc<dyn Vault>,
    /// A private folder for files nothing on screen depends on.
    pub state_dir: PathBuf,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Where secrets are kept. Values are one line of text.
pub trait Vault: Send + Sync + Debug {
    /// The secret of that name, or `None` when there is none.
    ///
    /// # Errors
    /// The vault is locked or missing; that is never "no secret".
    fn read(&self, name: &str) -> Result<Option<String>, VaultError>;
    /// Puts a secret.
    ///
    /// # Errors
    /// The vault is locked or missing.
    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError>;
    /// Removes a secret; one that is not there is fine.
    ///
    /// # Errors
    /// The vault is locked or missing.
    fn remove(&self, name: &str) -> Result<(), VaultError>;
}

/// Why the vault does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is one and it is locked.
    #[error("the keychain is locked: {0}")]
    Locked(String),
    /// There is none.
    #[error("no keychain answers: {0}")]
    Missing(String),
    /// It answered with something else.
    #[error("the keychain failed: {0}")]
    Failed(String),
}

/// One step of signing in, from the user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum SignInStep {
    /// With a user name and password.
    Password {
        /// The user name.
        user: String,
        /// The password.
        password: String,
    },
    /// Start a sign-in in the browser; the answer is an address to open.
    Browser {
        /// The loopback or `rapport://` address the browser returns to.
        redirect: String,
    },
    /// The browser came back with this address.
    Returned {
        /// The whole address, with its query.
        url: String,
    },
    /// A ready-made token or application key.
    Token {
        /// The token.
        token: String,
    },
}

/// Never prints what it holds.
impl Debug for SignInStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "Password(…)",
            Self::Browser { .. } => "Browser",
            Self::Returned { .. } => "Returned(…)",
            Self::Token { .. } => "Token(…)",
        })
    }
}

/// What a sign-in step leads to. The connector has put its secret into the
/// vault itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum SignedIn {
    /// Signed in as this user.
    Done {
        /// The user's name at the source.
        user: String,
    },
    /// Open this address, then come back with [`SignInStep::Returned`].
    Open {
        /// The address.
        url: String,
    },
}

/// A question about end-to-end encryption, from the user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "ask")]
pub enum SecurityStep {
    /// How this device stands.
    Status,
    /// Start verifying this device with another one of the user, or with a person.
    Verify {
        /// A user id; `None` for the user's own other devices.
        user: Option<String>,
    },
    /// Wait for a request from another device and accept it.
    AcceptVerification,
    /// The emoji match.
    EmojiMatch,
    /// The emoji differ: stop, this is not the device.
    EmojiDiffer,
    /// Set up cross-signing and key backup; the answer holds the recovery key.
    SetUp {
        /// The account password, where the server asks for it.
        password: Option<String>,
    },
    /// Restore keys with a recovery key.
    Recover {
        /// The recovery key or passphrase.
        key: String,
    },
}

/// Never prints what it holds.
impl Debug for SecurityStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Status => "Status",
            Self::Verify { .. } => "Verify",
            Self::AcceptVerification => "AcceptVerification",
            Self::EmojiMatch => "EmojiMatch",
            Self::EmojiDiffer => "EmojiDiffer",
            Self::SetUp { .. } => "SetUp(…)",
            Self::Recover { .. } => "Recover(…)",
        })
    }
}

/// The answer to a [`SecurityStep`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum SecurityAnswer {
    /// How things stand.
    Status {
        /// This device is verified by the user's own identity.
        verified: bool,
        /// Cross-signing keys are complete here.
        cross_signing: bool,
        /// Keys are backed up at the server.
        backup: bool,
        /// Recovery is set up.
        recovery: bool,
        /// Messages here that cannot be decrypted.
        #[ts(type = "number")]
        undecryptable: u64,
    },
    /// Compare these seven emoji (symbol and name) on both devices.
    Emoji {
        /// Symbol and name.
        pairs: Vec<(String, String)>,
    },
    /// Write this down; it is not kept here.
    RecoveryKey {
        /// The key.
        key: String,
    },
    /// Done.
    Done {
        /// What was.
        what: Secured,
    },
}

/// What a step of encryption came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Secured {
    /// The keys came back from the backup.
    Restored,
    /// Both sides saw the same emoji and trust each other.
    Verified,
    /// The comparison was stopped and nothing was trusted.
    Stopped,
}

impl fmt::Display for Secured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Restored => {
                "the keys are restored; messages become readable as their keys arrive"
            }
            Self::Verified => "verified: the other side saw the same emoji",
            Self::Stopped => {
                "stopped: nothing was trusted. Somebody may be between you and the other side"
            }
        })
    }
}

/// What is left of a source's request budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests left.
    pub left: u64,
    /// Requests in all, where the source says.
    pub limit: Option<u64>,
    /// When it is full again, as far as that is known.
    pub resets: Option<crate::time::Millis>,
}

/// The code that speaks to one kind of system, signed in as one account.
///
/// Every verb may be called from several tasks at once, may be cancelled at any
/// await, and answers errors only as [`Fault`].
#[async_trait]
pub trait Connector: Send + Sync + Debug {
    /// The static description.
    fn manifest(&self) -> &'static Manifest;

    /// What there is to pull, with what cannot be read and why.
    async fn discover(&self) -> Result<Vec<Collection>, Fault>;

    /// The next page after `cursor`; from the start without one.
    async fn pull(&self, collection: &CollectionId, cursor: Option<&Cursor>)
    -> Result<Page, Fault>;

    /// The items as they are now. Handles that are gone are left out.
    async fn fetch(
        &self,
        collection: &CollectionId,
        handles: &[Handle],
    ) -> Result<Vec<Item>, Fault>;

    /// Does it. `id` is the idempotency key. Answers [`Fault::Unknown`] exactly
    /// when the request may have been done without an answer.
    async fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault>;

    /// Whether an earlier push of `id` arrived. Must not change anything.
    async fn lookup(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault>;

    /// What is taken of such a command where it aims, beyond what the manifest says, as far as
    /// that is known here. Makes no request.
    fn offers(&self, command: &Command) -> Offer {
        let _unsaid = command;
        Offer::Unsaid
    }

    /// Returns when something may have changed. Polling connectors never do.
    async fn watch(&self, collection: &CollectionId) -> Result<(), Fault> {
        let _waits_for_ever = collection;
        std::future::pending().await
    }

    /// Every handle at the source, for the reconcile.
    async fn ids(&self, collection: &CollectionId) -> Result<IdSet, Fault> {
        Err(Fault::Rejected(format!(
            "{collection} has no listing of its ids"
        )))
    }

    /// Older history: fills one gap, or part of it (the answer then holds a new gap).
    /// The page's cursor is ignored.
    async fn backfill(&self, collection: &CollectionId, gap: &Gap) -> Result<Page, Fault> {
        Err(Fault::Rejected(format!(
            "{collection} has no older history for {}",
            gap.conversation
        )))
    }

    /// Writes the bytes of an attachment to `to`, at most `limit` bytes.
    async fn download(&self, source: &str, to: &std::path::Path, limit: u64) -> Result<u64, Fault> {
        let _unused = (source, to, limit);
        Err(Fault::Rejected("this source has no files".to_owned()))
    }

    /// Signs in. Secrets go into the vault.
    async fn sign_in(&self, step: SignInStep) -> Result<SignedIn, Fault>;

    /// The names under which it keeps secrets in the vault: they go with the account, whether
    /// or not its session could be ended.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }

    /// Ends the session at the source and removes its secrets.
    async fn sign_out(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// A question about encryption.
    async fn security(&self, step: SecurityStep) -> Result<SecurityAnswer, Fault> {
        let _unused = step;
        Err(Fault::Rejected(
            "this source has no end-to-end encryption".to_owned(),
        ))
    }

    /// What is left of the source's request budget, as it last said. Makes no
    /// request.
    fn quota(&self) -> Option<Quota> {
        None
    }

    /// Tells others that the user is typing. Best effort.
    async fn typing(&self, conversation: &Handle, typing: bool) -> Result<(), Fault> {
        let _unused = (conversation, typing);
        Ok(())
    }
}

/// Makes a connector for an account; one in the registry for each kind.
pub trait Factory: Send + Sync + Debug {
    /// The static description.
    fn manifest(&self) -> &'static Manifest;
    /// A connector. Makes no request.
    ///
    /// # Errors
    /// The config does not answer the form.
    fn connect(&self, setting: Setting) -> Result<Arc<dyn Connector>, Fault>;
}
