//! testkit

pub mod proxy;
pub mod servers;
