//! The network: HTTP with faults, quotas and secrets understood in one place.
//!
//! Invariant: nothing outside this crate sees a status code become a decision
//! or a transport error become a guess; every failed request leaves here as one
//! [`rapport_model::Fault`], and no text that leaves here holds a secret.

mod answer;
mod bucket;
mod budget;
mod http;
pub mod json;
mod quota;
mod redact;
mod request;
mod status;
mod transport;
mod wait;

pub use reqwest::Method;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use url::Url;

pub use answer::Answer;
pub use budget::{Budget, Limits, Permit, Priority};
pub use http::{Http, HttpConfig};
pub use quota::{Quota, quotas};
pub use redact::{redact_header, redact_text, redact_url};
pub use request::{Effect, Request};
pub use status::fault_of;
pub use wait::retry_after;
