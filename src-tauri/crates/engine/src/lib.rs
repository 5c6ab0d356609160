//! What happens when: pull, merge, outbox, people, and the tasks that drive them.
//!
//! Invariant: time, chance and the outside world come in as arguments; what is
//! decided is decided by pure functions, and written in one transaction.

pub mod clock;
mod core;
mod error;
pub mod hub;
mod ingest;
pub mod merge;
pub mod outbox;
pub mod people;
mod presence;
pub mod rng;
pub mod sync;

pub use clock::SystemClock;
pub use error::{HubError, NotNow, Refusal};
pub use hub::{Hub, NewAccount, Parts, Placed, Schedule, Staged};
pub use ingest::LARGEST;
pub use outbox::{Choice, Op};
pub use people::{Said, Suggestion};
pub use sync::{CollectionTurn, Progress, Reconciled, TaskEnd, TaskEvent, Turn};
