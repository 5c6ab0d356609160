//! What can go wrong with a real server, said so that the reader knows what to do next.

use std::path::PathBuf;

/// Why a real server, or a client of it, did not do what the test asked.
#[derive(Debug, thiserror::Error)]
pub enum HarnessError {
    /// This machine lacks something.
    #[error("{what} is missing. {remedy}")]
    Missing {
        /// What is missing.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// A file or a process could not be touched.
    #[error("could not {doing}: {source}")]
    Io {
        /// What was being done, as "read PATH".
        doing: String,
        /// The system's own words.
        source: std::io::Error,
    },
    /// A program ran and said no.
    #[error("{program} failed ({status}). The end of what it said:\n{tail}")]
    Failed {
        /// Which program.
        program: String,
        /// Its exit status.
        status: String,
        /// The end of its output.
        tail: String,
    },
    /// A server did not come up, or a condition did not come true.
    #[error("waited {seconds} s in vain for {what}. {tail}")]
    TooLate {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
        /// The end of the log, where there is one.
        tail: String,
    },
    /// The server answered, with something other than what the test needed.
    #[error("{request} was answered {status}: {body}")]
    Refused {
        /// What was asked.
        request: String,
        /// The HTTP status.
        status: u16,
        /// The answer, as text.
        body: String,
    },
    /// No answer came.
    #[error("{request} got no answer: {why}")]
    NoAnswer {
        /// What was asked.
        request: String,
        /// What the connection said.
        why: String,
    },
    /// An answer came that lacks what it must carry.
    #[error("the answer to {request} has no {field}: {body}")]
    Malformed {
        /// What was asked.
        request: String,
        /// What was looked for.
        field: String,
        /// The answer, as text.
        body: String,
    },
    /// A finished environment or template is damaged.
    #[error("{} is damaged; delete it and run again", .0.display())]
    Damaged(PathBuf),
}

impl HarnessError {
    /// Wraps a system error with what was being done.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }

    /// The HTTP status of a refusal, for tests that expect one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}
