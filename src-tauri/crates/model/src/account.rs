//! One sign-in at one remote system, with its health.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::fault::Fault;
use crate::id::AccountId;
use crate::time::Millis;

/// The connector of what no server has: tasks and notes of this computer's own. Also the id of
/// its account.
pub const LOCAL: &str = "local";

/// One sign-in at one remote system. Its secrets lie in the vault under names
/// that begin with `account/<id>/`; the row holds none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Short and stable.
    pub id: AccountId,
    /// The connector's name in the registry.
    pub connector: String,
    /// What the user calls it.
    pub label: String,
    /// The answers to the manifest's form, secrets left out.
    pub config: serde_json::Value,
    /// The user stopped its syncing.
    pub paused: bool,
    /// How it is.
    pub health: Health,
    /// When it was added.
    pub added: Millis,
}

/// How an account or collection is. Ordered: the worst one wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is", content = "detail")]
pub enum Health {
    /// The last turn ended well.
    Well,
    /// Nothing has been tried yet.
    #[default]
    New,
    /// A turn is under way.
    Working,
    /// The source asked to wait, until this moment.
    Waiting(Millis),
    /// Cannot be reached; tried again with back-off.
    Offline(String),
    /// Something was refused; the text says what.
    Degraded(String),
    /// Needs the user to sign in.
    SignIn(String),
}

impl Health {
    /// What a fault makes of the health.
    #[must_use]
    pub fn after(fault: &Fault, now: Millis) -> Self {
        match fault {
            Fault::Offline(why) | Fault::Transient(why) | Fault::Unknown(why) => {
                Self::Offline(why.clone())
            }
            Fault::Throttled { after_ms, .. } => Self::Waiting(now.plus(*after_ms)),
            Fault::SignIn(why) => Self::SignIn(why.clone()),
            Fault::CursorExpired(_) => Self::Working,
            Fault::Conflict(why) | Fault::Denied(why) | Fault::Rejected(why) => {
                Self::Degraded(why.clone())
            }
        }
    }
}
