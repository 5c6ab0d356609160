//! What a status code means; the only place that knows.

use rapport_model::{Fault, Millis};
use reqwest::header::HeaderMap;

use crate::request::Effect;
use crate::wait::{DEFAULT_WAIT_MS, retry_after};

/// The fault behind a status, `None` for a success and for 404: whether
/// absence is a fault only the caller knows.
#[must_use]
pub fn fault_of(status: u16, headers: &HeaderMap, effect: Effect, now: Millis) -> Option<Fault> {
    let code = |words: &str| format!("{words} ({status})");
    Some(match status {
        200..=299 | 304 | 404 => return None,
        300..=399 => Fault::Rejected(code("the address has moved")),
        401 => Fault::SignIn(code("the sign-in is missing or has ended")),
        402 | 403 | 451 => Fault::Denied(code("this account may not do that")),
        // The proxy's sign-in, not the source's: nothing reached the source.
        407 | 511 => Fault::Offline(code("the network in between asks for a sign-in")),
        408 | 423 | 425 => Fault::Transient(code("it asks to try again")),
        409 | 412 | 428 => Fault::Conflict(code("it is not as it was")),
        410 => Fault::CursorExpired(code("the bookmark is no longer kept")),
        413 => Fault::Rejected(code("it is too large")),
        429 => throttled(headers, now, &code("too many requests")),
        400..=499 => Fault::Rejected(code("the request was not accepted")),
        501 | 505 => Fault::Rejected(code("the server cannot do this")),
        // Some sources say "too many" this way, with a time.
        503 if retry_after(headers, now).is_some() => throttled(headers, now, &code("it is busy")),
        // A gateway lost the answer of the server behind it.
        502 | 504 | 520 | 524 if effect == Effect::Write => {
            Fault::Unknown(code("the server's gateway got no answer"))
        }
        _ => Fault::Transient(code("the server has a problem")),
    })
}

fn throttled(headers: &HeaderMap, now: Millis, why: &str) -> Fault {
    Fault::Throttled {
        after_ms: retry_after(headers, now).unwrap_or(DEFAULT_WAIT_MS),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(status: u16, effect: Effect, retry: Option<&str>) -> &'static str {
        let mut headers = HeaderMap::new();
        if let Some(retry) = retry {
            headers.insert("retry-after", retry.parse().unwrap());
        }
        fault_of(status, &headers, effect, Millis(0)).map_or("none", |fault| fault.word())
    }

    #[test]
    fn every_status_has_one_meaning() {
        for (status, read, write) in [
            (200, "none", "none"),
            (204, "none", "none"),
            (301, "rejected", "rejected"),
            (304, "none", "none"),
            (400, "rejected", "rejected"),
            (401, "sign_in", "sign_in"),
            (402, "denied", "denied"),
            (403, "denied", "denied"),
            (404, "none", "none"),
            (405, "rejected", "rejected"),
            (407, "offline", "offline"),
            (408, "transient", "transient"),
            (409, "conflict", "conflict"),
            (410, "cursor_expired", "cursor_expired"),
            (412, "conflict", "conflict"),
            (413, "rejected", "rejected"),
            (422, "rejected", "rejected"),
            (425, "transient", "transient"),
            (428, "conflict", "conflict"),
            (429, "throttled", "throttled"),
            (500, "transient", "transient"),
            (501, "rejected", "rejected"),
            (502, "transient", "unknown"),
            (503, "transient", "transient"),
            (504, "transient", "unknown"),
            (524, "transient", "unknown"),
            (511, "offline", "offline"),
            (599, "transient", "transient"),
        ] {
            assert_eq!(word(status, Effect::Read, None), read, "read {status}");
            assert_eq!(word(status, Effect::Write, None), write, "write {status}");
        }
        assert_eq!(word(503, Effect::Write, Some("5")), "throttled");
    }

    #[test]
    fn a_refusal_without_a_time_still_waits() {
        let fault = fault_of(429, &HeaderMap::new(), Effect::Read, Millis(0));
        assert!(
            matches!(fault, Some(Fault::Throttled { after_ms, .. }) if after_ms == DEFAULT_WAIT_MS)
        );
    }
}
