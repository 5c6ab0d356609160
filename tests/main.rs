//! Promises proven across crates, and against real servers.

#[cfg(test)]
mod cli;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod hardening;
#[cfg(test)]
mod layering;
#[cfg(test)]
mod live;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod simulation;
