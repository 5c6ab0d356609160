//! The rows that screens and scripts read. Field names are stable: they are the
//! CLI's JSON and the window's TypeScript.

mod care;
mod facts;
mod people;
mod talk;
mod work;

pub use care::*;
pub use facts::*;
pub use people::*;
pub use talk::*;
pub use work::*;
