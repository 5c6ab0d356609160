//! What is asked, and whether asking it changes anything.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::budget::Priority;

/// Whether a request changes anything at the source. The method does not say:
/// JSON-RPC reads are POSTs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Asking again is harmless.
    Read,
    /// A lost answer means that it may have been done.
    Write,
}

/// One request.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) effect: Effect,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) limit: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) priority: Priority,
}

/// Never prints its headers or body: both hold secrets.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &crate::redact::redact_url(&self.url))
            .field("effect", &self.effect)
            .field("body", &self.body.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}

impl Request {
    /// A request that changes nothing at the source.
    #[must_use]
    pub fn read(method: Method, url: Url) -> Self {
        Self::new(method, url, Effect::Read)
    }

    /// A request that changes something at the source.
    #[must_use]
    pub fn write(method: Method, url: Url) -> Self {
        Self::new(method, url, Effect::Write)
    }

    fn new(method: Method, url: Url, effect: Effect) -> Self {
        Self {
            method,
            url,
            effect,
            headers: HeaderMap::new(),
            body: None,
            limit: None,
            timeout: None,
            priority: Priority::Background,
        }
    }

    /// Adds a header. One that HTTP cannot carry (a line break in a token) is
    /// left out; the server then answers what is missing.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_str(value)) {
            value.set_sensitive(crate::redact::is_secret_header(name.as_str()));
            self.headers.insert(name, value);
        }
        self
    }

    /// Sets the `Authorization` header.
    #[must_use]
    pub fn authorization(self, value: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), value)
    }

    /// Sends this JSON.
    #[must_use]
    pub fn json(mut self, value: &serde_json::Value) -> Self {
        self.body = Some(value.to_string().into_bytes());
        self.header(CONTENT_TYPE.as_str(), "application/json")
    }

    /// Sends these bytes under this media type.
    #[must_use]
    pub fn body(mut self, mime: &str, bytes: Vec<u8>) -> Self {
        self.body = Some(bytes);
        self.header(CONTENT_TYPE.as_str(), mime)
    }

    /// Takes at most this many bytes of (unpacked) answer.
    #[must_use]
    pub const fn limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// Gives up after this long in all, a dripping answer included.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Somebody waits for the answer: goes ahead of what runs by itself.
    #[must_use]
    pub const fn foreground(mut self) -> Self {
        self.priority = Priority::Foreground;
        self
    }

    /// Whether it changes anything.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        self.effect
    }
}
