//! Promises proven across crates, and against real servers.

mod layering;
mod promises;
mod simulation;
