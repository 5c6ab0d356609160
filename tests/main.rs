//! Promises proven across crates, and against real servers.

mod layering;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod simulation;
