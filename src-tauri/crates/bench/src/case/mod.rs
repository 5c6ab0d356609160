//! The cases, each run in a process of its own so that its peak of memory is its own.

mod bound;
mod idle;
mod ingest;
#[cfg(feature = "servers")]
mod matrix;
mod pages;
mod palette;
pub(crate) mod queries;
mod search;

use std::path::Path;

use crate::args::{Asked, Case};
use crate::failure::Failure;
use crate::report::Figure;

/// Runs one case over `folder`, which holds what earlier cases of the same size left.
pub(crate) async fn run(
    case: Case,
    size: u64,
    folder: &Path,
    asked: &Asked,
) -> Result<Vec<Figure>, Failure> {
    match case {
        Case::Bound => bound::run(size, folder),
        Case::Ingest => ingest::run(size, folder).await,
        Case::Search => search::run(size, folder),
        Case::Customer => pages::run(size, folder),
        Case::Idle => idle::own(size, folder).await,
        Case::IdleFiles => idle::files(folder).await,
        #[cfg(feature = "servers")]
        Case::Matrix => Box::pin(matrix::run(folder, asked)).await,
        #[cfg(feature = "servers")]
        Case::Crowd => crate::window::crowd(size, folder)
            .await
            .map(|()| Vec::new()),
        #[cfg(feature = "servers")]
        Case::Adopt => crate::window::adopt(folder).map(|()| Vec::new()),
        #[cfg(not(feature = "servers"))]
        Case::Matrix | Case::Crowd | Case::Adopt => {
            let _built_without = asked;
            Err(Failure::Usage(
                "This build has no servers; build it with its default features.".into(),
            ))
        }
    }
}
