//! What came back, and what its status means.

use rapport_model::{Fault, Millis};
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::json;
use crate::request::Effect;
use crate::status::fault_of;

/// An answer, read to its end.
#[derive(Clone)]
pub struct Answer {
    /// Its status. For the caller's own decisions; it goes no further.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, unpacked.
    pub body: Vec<u8>,
    pub(crate) effect: Effect,
    pub(crate) at: Millis,
}

/// Prints sizes, not content.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// The value of a header, when it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The answer itself when its status is a success.
    ///
    /// # Errors
    /// What the status means; 404 is [`Fault::Rejected`] here, for callers to
    /// whom absence means nothing ([`Self::found`] is for the others).
    pub fn ok(self) -> Result<Self, Fault> {
        self.found()?
            .ok_or_else(|| Fault::Rejected("there is nothing at that address (404)".to_owned()))
    }

    /// The answer when its status is a success, `None` for 404.
    ///
    /// # Errors
    /// What any other status means.
    pub fn found(self) -> Result<Option<Self>, Fault> {
        if self.status == 404 {
            return Ok(None);
        }
        match fault_of(self.status, &self.headers, self.effect, self.at) {
            Some(fault) => Err(fault),
            None => Ok(Some(self)),
        }
    }

    /// The body as JSON, within bounds.
    ///
    /// # Errors
    /// Not JSON, or too deep. After a write that is [`Fault::Unknown`]: it was
    /// taken, and what came of it cannot be read. A web page in place of data
    /// (a proxy, a hotel network) passes by itself: [`Fault::Transient`].
    pub fn json(&self) -> Result<Value, Fault> {
        json::parse(&self.body).map_err(|why| match self.effect {
            Effect::Write => Fault::Unknown(why),
            Effect::Read if json::looks_like_a_web_page(&self.body) => Fault::Transient(
                "a web page came in place of data; a proxy or sign-in page may be in between"
                    .to_owned(),
            ),
            Effect::Read => Fault::Rejected(why),
        })
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
