//! Promises proven across crates, and against real servers.

#[cfg(test)]
mod cli;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod hardening;
mod layering;
mod live;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod simulation;
