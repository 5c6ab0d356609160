//! Why a call to the hub did not do what was asked.

use rapport_model::connector::VaultError;
use rapport_model::{Fault, FieldName, Kind};
use rapport_store::StoreError;
use thiserror::Error;

/// What went wrong, for code that branches and people who read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HubError {
    /// The file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source.
    #[error("The source {0}.")]
    Fault(#[from] Fault),
    /// The keychain.
    #[error("{} ({_0})", unanswered(.0))]
    Vault(#[from] VaultError),
    /// It is not there.
    #[error("There is no {0}.")]
    NotFound(String),
    /// It is there already.
    #[error("There is already {0}. Nothing was changed.")]
    Exists(String),
    /// No connector of that name.
    #[error("This version has no connector \"{0}\".")]
    NoConnector(String),
    /// What stands in the outbox cannot be moved like this.
    #[error(transparent)]
    NotNow(#[from] NotNow),
    /// A field cannot take a value.
    #[error("{why}")]
    Field {
        /// The field.
        field: FieldName,
        /// Why.
        why: String,
    },
    /// The file system.
    #[error("The file could not be written: {0}")]
    Io(String),
    /// What was asked makes no sense.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Why an entry of the outbox cannot be moved as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotNow {
    /// It is being sent.
    #[error("It is on its way to the source at this moment; look again shortly.")]
    Sending,
    /// It ended well.
    #[error("It has been done; nothing was changed.")]
    Done,
    /// It was given up.
    #[error("It has been taken back already.")]
    Withdrawn,
    /// Nobody knows whether it arrived.
    #[error(
        "It may have arrived. Rapport is asking the source; you can ask again, discard it, or \
         send it again at the risk of doing it twice."
    )]
    Unsure,
    /// Any other state that does not fit.
    #[error("It cannot be moved like this now.")]
    Unfit,
    /// Only what was scheduled can be moved.
    #[error("It does not wait for a moment you chose.")]
    Unscheduled,
    /// Only a conflict can be decided.
    #[error("It is not in conflict.")]
    NoConflict,
}

impl NotNow {
    /// The stable word for the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Withdrawn => "withdrawn",
            Self::Unsure => "unsure",
            Self::Unfit => "unfit",
            Self::Unscheduled => "unscheduled",
            Self::NoConflict => "no_conflict",
        }
    }
}

/// Why something that was asked for makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Something else was named where a conversation belongs.
    #[error("Messages go into conversations.")]
    NotConversation,
    /// Something else was named where a message belongs.
    #[error("This works on messages.")]
    NotMessage,
    /// Somebody else said it.
    #[error("Only what you said yourself can be said differently.")]
    NotYours,
    /// A draft can be made again only of what was said.
    #[error("Only what was said in a conversation can be a draft again.")]
    NotSaid,
    /// The file is too large.
    #[error("A file can have {0} MB at most.")]
    TooLarge(u64),
    /// A moment that is over.
    #[error("That moment has passed; choose a later one.")]
    Past,
    /// Only the source can unmute it.
    #[error("It is muted at its source; change it there.")]
    MutedThere,
    /// Every number is taken.
    #[error("No id is free.")]
    NoId,
    /// Not an id.
    #[error("An account id has up to 64 letters, digits, dots and dashes.")]
    BadId,
    /// An entry keeps what it does.
    #[error("An entry can say something else, but not do something else.")]
    OtherDeed,
    /// The source takes no such thing at all.
    #[error("{} Nothing was changed.", only_takes(.source_title, .what, .takes))]
    NotTaken {
        /// What people call the source.
        source_title: &'static str,
        /// The command's word.
        does: &'static str,
        /// The kind of item it aims at.
        kind: Kind,
        /// What was wanted, in words.
        what: String,
        /// What it takes, in words.
        takes: String,
    },
    /// What lies there is only read.
    #[error("{source_title} takes no {what} in \"{place}\" from here. Nothing was changed.")]
    OnlyRead {
        /// What people call the source.
        source_title: &'static str,
        /// What was wanted, in words.
        what: String,
        /// The collection.
        place: String,
    },
    /// There is no such field or button there.
    #[error("{} Nothing was changed.", only_offers(.source_title, .name, .takes))]
    NotOffered {
        /// What people call the source.
        source_title: &'static str,
        /// The field or button that was wanted.
        name: String,
        /// What there is, with commas between.
        takes: String,
    },
    /// A conflict is decided field by field.
    #[error("Choose a value for the field \"{0}\" too.")]
    Undecided(FieldName),
}

impl Refusal {
    /// The stable word for the wire.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotConversation => "not_conversation",
            Self::NotMessage => "not_message",
            Self::NotYours => "not_yours",
            Self::NotSaid => "not_said",
            Self::TooLarge(_) => "too_large",
            Self::Past => "past",
            Self::MutedThere => "muted_there",
            Self::NoId => "no_id",
            Self::BadId => "bad_id",
            Self::OtherDeed => "other_deed",
            Self::NotTaken { .. } => "not_taken",
            Self::OnlyRead { .. } => "only_read",
            Self::NotOffered { .. } => "not_offered",
            Self::Undecided(_) => "undecided",
        }
    }
}

/// What happened, what is safe and what to do.
const fn unanswered(why: &VaultError) -> &'static str {
    match why {
        VaultError::Locked(_) => {
            "The keychain of this computer is locked. Nothing was changed; unlock it and try again."
        }
        VaultError::Missing(_) => {
            "No keychain answers on this computer. Nothing was changed; start one and try again."
        }
        VaultError::Failed(_) => {
            "The keychain of this computer failed. Nothing was changed; try again."
        }
    }
}

fn only_takes(source: &str, what: &str, takes: &str) -> String {
    if takes.is_empty() {
        format!("{source} is only read: it takes no {what} from here.")
    } else {
        format!("{source} takes no {what} from here. It takes: {takes}.")
    }
}

fn only_offers(source: &str, name: &str, takes: &str) -> String {
    if takes.is_empty() {
        format!("{source} does not take \"{name}\" from here.")
    } else {
        format!("{source} does not take \"{name}\" here. It takes: {takes}.")
    }
}

impl HubError {
    /// The stable word for the wire.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(it) => match it {
                StoreError::DiskFull(_) => "disk_full",
                StoreError::Corrupt(_) => "corrupt",
                StoreError::Busy(_) => "busy",
                StoreError::NotFound { .. } => "not_found",
                StoreError::Refused(_) => "refused",
                StoreError::Io(_) | StoreError::Sql(_) | StoreError::Json(_) => "store",
            },
            Self::Fault(it) => it.word(),
            Self::Vault(_) => "keychain",
            Self::NotFound(_) => "not_found",
            Self::Exists(_) => "exists",
            Self::NoConnector(_) => "no_connector",
            Self::NotNow(_) => "not_now",
            Self::Field { .. } => "field",
            Self::Io(_) => "io",
            Self::Refused(_) => "refused",
        }
    }
}

impl From<std::io::Error> for HubError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
