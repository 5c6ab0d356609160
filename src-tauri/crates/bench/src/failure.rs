//! Why nothing was measured.

use rapport_engine::HubError;
use rapport_model::Fault;
use rapport_store::{OpenError, StoreError};

/// See the module.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Hub(#[from] HubError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Open(#[from] OpenError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Sample(#[from] rapport_sample::SampleError),
    #[error("the source: {0}")]
    Fault(#[from] Fault),
    #[cfg(feature = "servers")]
    #[error("{0}")]
    Server(#[from] rapport_testkit::servers::HarnessError),
    #[error("the case \"{0}\" ended without a figure; what it said is above")]
    Child(String),
    #[error("{0}")]
    Wrong(String),
}
