//! People, a fake clock, fake and real servers, and a proxy that breaks lines.
//!
//! Invariant: nothing here sleeps to let something settle; it waits for a condition.

pub mod clock;
#[cfg(target_os = "linux")]
pub mod desktop;
pub mod fake;
pub mod hub;
pub mod proxy;
pub mod servers;
