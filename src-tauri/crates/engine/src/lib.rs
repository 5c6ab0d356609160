//! What happens when: pull, merge, outbox, people, and the tasks that drive them.
//!
//! Invariant: time, chance and the outside world come in as arguments; what is
//! decided is decided by pure functions, and written in one transaction.

pub mod clock;
pub mod merge;
pub mod outbox;
pub mod people;
pub mod rng;

pub use clock::SystemClock;
