//! Promises proven across crates, and against real servers.

mod layering;
mod live;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod simulation;
