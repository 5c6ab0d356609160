//! What calls take, and what they give where a screen's row is not enough.
//!
//! Field names are the same on every wire: snake_case, stable, documented.

mod accounts;
mod care;
mod people;
mod said;
mod talk;
mod triage;
mod work;

pub use accounts::*;
pub use care::*;
pub use people::*;
pub use said::*;
pub use talk::*;
pub use triage::*;
pub use work::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A call that needs nothing.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Nothing {}

/// A call that only did something.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
pub struct Done {}
