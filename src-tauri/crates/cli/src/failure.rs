//! Why a run ended without its result, and the exit code that says so.

use rapport_api::{ApiError, Code};
use rapport_store::OpenError;
use rapport_store::key::UnlockError;

/// The reason, for people, and the exit code, for scripts.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    pub(crate) word: &'static str,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self {
            code: 1,
            word: "internal",
            message: message.into(),
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            word: "bad_request",
            message: message.into(),
        }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self {
            code: 3,
            word: "not_found",
            message: message.into(),
        }
    }

    /// The key of the database cannot be had; the word says why.
    pub(crate) fn keychain(word: &'static str, message: impl Into<String>) -> Self {
        Self {
            code: 6,
            word,
            message: message.into(),
        }
    }

    /// The file or the disk; the word says what is the matter with it.
    pub(crate) fn database(word: &'static str, message: impl Into<String>) -> Self {
        Self {
            code: 7,
            word,
            message: message.into(),
        }
    }

    /// The reader of our output has left; there is nobody to tell.
    pub(crate) const fn quiet() -> Self {
        Self {
            code: 0,
            word: "",
            message: String::new(),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let (code, word) = match error.code {
            Code::NotFound => (3, "not_found"),
            Code::BadRequest => (2, "bad_request"),
            Code::Refused => (1, "refused"),
            Code::SignIn => (4, "sign_in"),
            Code::Offline => (5, "offline"),
            Code::Keychain => (6, "keychain"),
            Code::DiskFull => (7, "disk_full"),
            Code::Corrupt => (7, "corrupt"),
            Code::Cancelled => (130, "cancelled"),
            Code::Internal => (1, "internal"),
        };
        Self {
            code,
            word,
            message: error.message,
        }
    }
}

impl From<UnlockError> for Failure {
    fn from(error: UnlockError) -> Self {
        let message = error.to_string();
        match error {
            UnlockError::NoDatabase => Self {
                word: "no_database",
                ..Self::not_found(message)
            },
            UnlockError::DatabaseExists => Self {
                word: "database_exists",
                ..Self::usage(message)
            },
            UnlockError::EmptyPassphrase => Self {
                word: "empty_passphrase",
                ..Self::usage(message)
            },
            UnlockError::KeychainMissing(_) => Self::keychain("keychain_missing", message),
            UnlockError::KeychainLocked(_) => Self::keychain("keychain_locked", message),
            UnlockError::KeychainFailed(_) => Self::keychain("keychain_failed", message),
            UnlockError::NoEntryButDatabaseExists => Self::keychain("keychain_no_key", message),
            UnlockError::WrongPassphrase => Self::keychain("wrong_passphrase", message),
            UnlockError::WrongKey => Self::keychain("wrong_key", message),
            UnlockError::NoRecovery => Self::keychain("no_passphrase_set", message),
            UnlockError::NowhereToKeep => Self::keychain("nowhere_to_keep", message),
            UnlockError::Damaged { .. } => Self::database("key_file_damaged", message),
            UnlockError::Io(_) => Self::database("key_file_unreadable", message),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let message = error.to_string();
        match error {
            // The same to do as of a key in the keychain that does not fit.
            OpenError::WrongKey => Self::keychain("wrong_key", message),
            OpenError::Locked(_) => Self {
                code: 1,
                word: "in_use",
                message,
            },
            OpenError::Corrupt { .. } => Self::database("corrupt", message),
            OpenError::NewerVersion { .. } => Self::database("newer_version", message),
            OpenError::EditedMigration { .. } => Self::database("edited_migration", message),
            OpenError::DiskFull(_) => Self::database("disk_full", message),
            OpenError::Io(_) => Self::database("database_unreadable", message),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Cli;

    fn text() -> String {
        String::new()
    }

    #[test]
    fn every_reason_a_profile_stays_closed_has_a_word_of_its_own_which_the_help_lists() {
        let keys = [
            UnlockError::NoDatabase,
            UnlockError::DatabaseExists,
            UnlockError::EmptyPassphrase,
            UnlockError::KeychainMissing(text()),
            UnlockError::KeychainLocked(text()),
            UnlockError::KeychainFailed(text()),
            UnlockError::NoEntryButDatabaseExists,
            UnlockError::WrongPassphrase,
            UnlockError::WrongKey,
            UnlockError::NoRecovery,
            UnlockError::NowhereToKeep,
            UnlockError::Damaged {
                what: text(),
                advice: text(),
            },
            UnlockError::Io(text()),
        ];
        let files = [
            OpenError::Locked(text()),
            OpenError::Corrupt {
                path: "rapport.db".into(),
                advice: text(),
            },
            OpenError::NewerVersion { step: text() },
            OpenError::EditedMigration { step: text() },
            OpenError::DiskFull(text()),
            OpenError::Io(text()),
        ];
        let all: Vec<Failure> = keys
            .into_iter()
            .map(Failure::from)
            .chain(files.into_iter().map(Failure::from))
            .collect();
        let words: BTreeSet<&str> = all.iter().map(|it| it.word).collect();
        assert_eq!(words.len(), all.len(), "{words:?}");
        let help = Cli::command().render_long_help().to_string();
        let flat = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for it in &all {
            assert!(flat.contains(it.word), "{} is missing: {help}", it.word);
            assert!([1, 2, 3, 6, 7].contains(&it.code), "{it:?}");
        }
        let wrong = Failure::from(OpenError::WrongKey);
        assert_eq!((wrong.code, wrong.word), (6, "wrong_key"));
    }
}
