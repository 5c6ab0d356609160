//! Why a command stopped, said so that the reader knows what to do next.

use std::fmt;

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A program ran and said no; it has printed why.
    Program { line: String, status: String },
    /// A file or a program could not be touched.
    Io {
        doing: String,
        source: std::io::Error,
    },
    /// The machine lacks something we may not or cannot install.
    Missing { needs: Vec<String>, remedy: String },
    /// The words are not a command.
    Usage(&'static str),
    /// Anything else, in plain words.
    Plain(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program { line, status } => write!(out, "failed ({status}): {line}"),
            Self::Io { doing, source } => write!(out, "could not {doing}: {source}"),
            Self::Missing { needs, remedy } => {
                write!(out, "This machine lacks {}.\n{remedy}", needs.join(", "))
            }
            Self::Usage(usage) => write!(out, "Not a command. There are:\n\n{usage}"),
            Self::Plain(text) => out.write_str(text),
        }
    }
}

impl Failure {
    /// Wraps a system error with what was being done.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}
