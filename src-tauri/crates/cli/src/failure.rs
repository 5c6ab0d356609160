//! Why a run ended without its result, and the exit code that says so.

use rapport_api::{ApiError, Code};

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

    pub(crate) fn keychain(message: impl Into<String>) -> Self {
        Self {
            code: 6,
            word: "keychain",
            message: message.into(),
        }
    }

    pub(crate) fn database(message: impl Into<String>) -> Self {
        Self {
            code: 7,
            word: "corrupt",
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
