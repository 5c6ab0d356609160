//! What the SDK's errors mean to us. The only place that sees a status code.
//!
//! The line that matters runs between requests that only read and requests that do
//! something: when a read gets no answer nothing has happened ([`Fault::Offline`]), when a
//! write gets none it may have been done ([`Fault::Unknown`]), and only the outbox may
//! decide what follows. The SDK's own retries are switched off for the same reason.

use std::error::Error as _;
use std::time::Duration;

use matrix_sdk::encryption::recovery::RecoveryError;
use matrix_sdk::encryption::secret_storage::SecretStorageError;
use matrix_sdk::ruma::api::client::uiaa::UiaaResponse;
use matrix_sdk::ruma::api::error::{
    Error as ApiError, ErrorBody, ErrorKind, FromHttpResponseError, RetryAfter,
};
use matrix_sdk::{ClientBuildError, Error, HttpError, RefreshTokenError, reqwest};
use rapport_model::Fault;

use super::wire::cut;

/// What the server asks for when it does not say how long.
const DEFAULT_WAIT_MS: i64 = 5_000;
const TEXT_LIMIT: usize = 300;

/// Whether the request would have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing: doing it again is free.
    Reading,
    /// Something: no answer means it may have been done.
    Writing,
}

/// The fault behind an error of the SDK.
pub(super) fn of(error: &Error, asked: Asked) -> Fault {
    match error {
        Error::Http(http) => of_http(http, asked),
        Error::AuthenticationRequired => signed_out(),
        Error::OAuth(oauth) => of_chain(oauth),
        Error::WrongRoomState(state) => Fault::Denied(format!("you are not in this room: {state}")),
        Error::Timeout => no_answer("it took too long", asked),
        Error::Io(_)
        | Error::StateStore(_)
        | Error::CryptoStoreError(_)
        | Error::EventCacheStore(_)
        | Error::MediaStore(_)
        | Error::CrossProcessLockError(_)
        | Error::ConcurrentRequestFailed => Fault::Transient(short(&error.to_string())),
        other => match other
            .source()
            .and_then(|inner| inner.downcast_ref::<HttpError>())
        {
            Some(http) => of_http(http, asked),
            None => Fault::Rejected(short(&other.to_string())),
        },
    }
}

/// The fault behind a failed request.
pub(super) fn of_http(error: &HttpError, asked: Asked) -> Fault {
    match error {
        HttpError::Reqwest(transport) => of_transport(transport, asked),
        HttpError::Api(answer) => match answer.as_ref() {
            FromHttpResponseError::Server(UiaaResponse::MatrixError(error)) => of_api(error, asked),
            FromHttpResponseError::Server(UiaaResponse::AuthResponse(_)) => {
                Fault::Denied("the homeserver wants your password for this".to_owned())
            }
            FromHttpResponseError::Deserialization(_) => match asked {
                Asked::Writing => Fault::Unknown("the answer could not be understood".to_owned()),
                Asked::Reading => {
                    Fault::Transient("the homeserver's answer could not be understood".to_owned())
                }
            },
            _ => no_answer("the answer could not be understood", asked),
        },
        HttpError::IntoHttp(_) => signed_out(),
        HttpError::RefreshToken(refresh) => of_refresh(refresh),
        HttpError::Cached(inner) => of_http(inner, asked),
    }
}

/// The fault behind a request that broke on its way.
pub(super) fn of_transport(error: &reqwest::Error, asked: Asked) -> Fault {
    if error.is_connect() {
        return Fault::Offline(format!("no connection to the homeserver ({})", root(error)));
    }
    if error.is_builder() {
        return Fault::Rejected("the homeserver's address cannot be used".to_owned());
    }
    if error.is_timeout() {
        return no_answer("the homeserver did not answer in time", asked);
    }
    no_answer(&format!("the connection broke ({})", root(error)), asked)
}

/// The fault of a plain status, for the requests made without the SDK's help.
pub(super) fn of_status(status: u16, body: &str, asked: Asked) -> Fault {
    let value: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let code = value
        .get("errcode")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    let said = value
        .get("error")
        .and_then(serde_json::Value::as_str)
        .unwrap_or("no reason given");
    let wait = value
        .get("retry_after_ms")
        .and_then(serde_json::Value::as_i64);
    judged(status, code, said, wait, asked)
}

fn of_api(error: &ApiError, asked: Asked) -> Fault {
    let status = error.status_code.as_u16();
    match &error.body {
        ErrorBody::Standard(body) => {
            let wait = match &body.kind {
                ErrorKind::LimitExceeded(data) => data.retry_after.as_ref().and_then(wait_ms),
                _ => None,
            };
            judged(status, &code(error), &body.message, wait, asked)
        }
        _ => judged(status, &code(error), "no reason given", None, asked),
    }
}

/// The homeserver's own word for what is wrong, empty in the answer of anybody else.
fn code(error: &ApiError) -> String {
    match &error.body {
        ErrorBody::Standard(body) => body.kind.errcode().to_string(),
        ErrorBody::Json(body) => {
            let code = body.get("errcode").and_then(serde_json::Value::as_str);
            code.unwrap_or_default().to_owned()
        }
        ErrorBody::NotJson { .. } => String::new(),
    }
}

/// Whether the homeserver itself said no: a proxy before it, or a web server that was never
/// one, answers without the protocol's codes.
pub(super) fn is_its_own(error: &HttpError) -> bool {
    error
        .as_client_api_error()
        .is_some_and(|error| !code(error).is_empty())
}

fn judged(status: u16, code: &str, said: &str, wait: Option<i64>, asked: Asked) -> Fault {
    let said = short(said);
    match (code, status) {
        ("M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN" | "M_USER_DEACTIVATED", _) => Fault::SignIn(
            format!("the homeserver no longer accepts this sign-in ({said})"),
        ),
        ("M_LIMIT_EXCEEDED", _) | (_, 429) => Fault::Throttled {
            after_ms: wait.filter(|ms| *ms > 0).unwrap_or(DEFAULT_WAIT_MS),
            why: "the homeserver asks for fewer requests".to_owned(),
        },
        ("M_FORBIDDEN" | "M_GUEST_ACCESS_FORBIDDEN" | "M_USER_LOCKED" | "M_USER_SUSPENDED", _)
        | ("", 403) => Fault::Denied(said),
        ("M_TOO_LARGE", _) | (_, 413) => Fault::Rejected(format!("too large ({said})")),
        ("", 401) => signed_out(),
        // Everything of the protocol that is not there is so with a code. This is a proxy whose
        // server is just being started: nothing was done, and soon it is there.
        ("", 404 | 405 | 408) => Fault::Transient(format!(
            "a proxy answers for the homeserver (status {status})"
        )),
        // A proxy that gave up says nothing about what the server behind it did.
        (_, 502 | 504) if asked == Asked::Writing => {
            Fault::Unknown(format!("a proxy lost the answer (status {status})"))
        }
        (_, 500..=599) => Fault::Transient(format!("the homeserver failed ({status}: {said})")),
        _ => Fault::Rejected(said),
    }
}

fn wait_ms(after: &RetryAfter) -> Option<i64> {
    match after {
        RetryAfter::Delay(delay) => i64::try_from(delay.as_millis()).ok(),
        // Only the `Retry-After` header may hold a date; servers send seconds.
        RetryAfter::DateTime(_) => None,
    }
}

fn of_refresh(error: &RefreshTokenError) -> Fault {
    match error {
        RefreshTokenError::RefreshTokenRequired => signed_out(),
        RefreshTokenError::MatrixAuth(http) => match of_http(http, Asked::Reading) {
            Fault::Denied(_) | Fault::Rejected(_) => signed_out(),
            other => other,
        },
        RefreshTokenError::OAuth(oauth) => match of_chain(oauth) {
            Fault::Rejected(_) => signed_out(),
            other => other,
        },
    }
}

/// The fault behind an error of another type, such as OAuth's: a failed request may hide
/// several types deep, so the chain of causes is searched for one.
pub(super) fn of_chain(error: &(dyn std::error::Error + 'static)) -> Fault {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(transport) = cause.downcast_ref::<reqwest::Error>() {
            return of_transport(transport, Asked::Reading);
        }
        if let Some(http) = cause.downcast_ref::<HttpError>() {
            return of_http(http, Asked::Reading);
        }
        next = cause.source();
    }
    Fault::Rejected(short(&error.to_string()))
}

/// The fault behind a client that could not be made.
pub(super) fn of_build(error: &ClientBuildError) -> Fault {
    match error {
        ClientBuildError::Http(http) => of_http(http, Asked::Reading),
        ClientBuildError::SqliteStore(store) => Fault::Transient(format!(
            "the encryption keys on this computer cannot be opened ({})",
            short(&store.to_string())
        )),
        ClientBuildError::AutoDiscovery(_) => not_there(),
        other => Fault::Rejected(format!("the homeserver's address cannot be used ({other})")),
    }
}

/// The fault behind the first request to an address, by which a homeserver is known.
pub(super) fn of_first(error: &HttpError) -> Fault {
    let HttpError::Api(answer) = error else {
        return of_http(error, Asked::Reading);
    };
    match answer.as_ref() {
        FromHttpResponseError::Server(UiaaResponse::MatrixError(it))
            if code(it).is_empty() && matches!(it.status_code.as_u16(), 404 | 405) =>
        {
            not_there()
        }
        FromHttpResponseError::Deserialization(_) => not_there(),
        _ => of_http(error, Asked::Reading),
    }
}

/// The fault behind a failed recovery step.
pub(super) fn of_recovery(error: &RecoveryError) -> Fault {
    match error {
        RecoveryError::Sdk(sdk) => of(sdk, Asked::Reading),
        RecoveryError::SecretStorage(storage) => match storage {
            SecretStorageError::Sdk(sdk) => of(sdk, Asked::Reading),
            SecretStorageError::SecretStorageKey(_) => {
                Fault::Rejected("this is not the right recovery key".to_owned())
            }
            SecretStorageError::MissingKeyInfo { .. } => Fault::Rejected(
                "no recovery is set up for this account; nothing was changed".to_owned(),
            ),
            other => Fault::Rejected(short(&other.to_string())),
        },
        RecoveryError::BackupExistsOnServer => Fault::Rejected(
            "a key backup already exists; recover with its key instead. Nothing was changed"
                .to_owned(),
        ),
    }
}

/// Something else than a homeserver answers at the address somebody wants to sign in at.
pub(super) fn not_there() -> Fault {
    Fault::Rejected(
        "there is no Matrix homeserver at this address; ask its operator for the full address"
            .to_owned(),
    )
}

/// Nobody is signed in.
pub(super) fn signed_out() -> Fault {
    Fault::SignIn("you are signed out of the homeserver".to_owned())
}

fn no_answer(why: &str, asked: Asked) -> Fault {
    match asked {
        Asked::Writing => Fault::Unknown(why.to_owned()),
        Asked::Reading => Fault::Offline(why.to_owned()),
    }
}

fn root(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = cause.to_string();
        next = cause.source();
    }
    // The system's number for it helps nobody who reads this.
    let plain = text.split(" (os error").next().unwrap_or_default();
    short(plain)
}

fn short(text: &str) -> String {
    cut(text, TEXT_LIMIT).to_owned()
}

/// How long an ordinary request may take.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    fn writing(status: u16, body: &str) -> Fault {
        of_status(status, body, Asked::Writing)
    }

    #[test]
    fn a_status_becomes_the_one_thing_to_do() {
        let token = r#"{"errcode":"M_UNKNOWN_TOKEN","error":"gone","soft_logout":true}"#;
        assert_eq!(writing(401, token).word(), "sign_in");
        let forbidden = r#"{"errcode":"M_FORBIDDEN","error":"not in room"}"#;
        assert_eq!(
            writing(403, forbidden),
            Fault::Denied("not in room".to_owned())
        );
        let limited = r#"{"errcode":"M_LIMIT_EXCEEDED","error":"slow","retry_after_ms":1234}"#;
        assert!(matches!(
            writing(429, limited),
            Fault::Throttled { after_ms: 1234, .. }
        ));
        assert!(matches!(
            writing(429, "<html>"),
            Fault::Throttled { after_ms: 5000, .. }
        ));
        assert_eq!(writing(413, "").word(), "rejected");
        assert_eq!(
            writing(404, r#"{"errcode":"M_NOT_FOUND","error":"?"}"#).word(),
            "rejected"
        );
    }

    #[test]
    fn a_lost_answer_is_unknown_only_when_something_may_have_been_done() {
        for status in [502, 504] {
            assert_eq!(writing(status, "").word(), "unknown");
            assert_eq!(of_status(status, "", Asked::Reading).word(), "transient");
        }
        assert_eq!(writing(503, "").word(), "transient");
        assert_eq!(of(&Error::Timeout, Asked::Writing).word(), "unknown");
        assert_eq!(of(&Error::Timeout, Asked::Reading).word(), "offline");
    }

    #[test]
    fn what_a_proxy_says_while_its_server_starts_refuses_nothing() {
        for (status, body) in [
            (404, "404 page not found"),
            (404, r#"{"message":"no Route matched with those values"}"#),
            (405, "<html>"),
        ] {
            let error = api(status, body);
            for asked in [Asked::Reading, Asked::Writing] {
                assert_eq!(of_status(status, body, asked).word(), "transient");
                assert_eq!(of_http(&error, asked).word(), "transient", "{body}");
            }
            assert!(!is_its_own(&error), "{body}");
        }
        for body in [
            r#"{"errcode":"M_NOT_FOUND","error":"?"}"#,
            r#"{"errcode":"M_NOT_FOUND"}"#,
        ] {
            let error = api(404, body);
            assert_eq!(of_http(&error, Asked::Writing).word(), "rejected", "{body}");
            assert!(is_its_own(&error), "{body}");
        }
        // Who filters what goes out refuses this very message, and the next one may pass.
        let filter = api(403, "<html>");
        assert_eq!(of_http(&filter, Asked::Writing).word(), "denied");
    }

    /// An answer as the SDK reads it.
    fn api(status: u16, body: &str) -> HttpError {
        let read = match (serde_json::from_str(body), serde_json::from_str(body)) {
            (Ok(standard), _) => ErrorBody::Standard(standard),
            (Err(_), Ok(json)) => ErrorBody::Json(json),
            (Err(_), Err(error)) => ErrorBody::NotJson {
                bytes: body.as_bytes().to_vec().into(),
                deserialization_error: std::sync::Arc::new(error),
            },
        };
        let status = reqwest::StatusCode::from_u16(status).expect("a status");
        FromHttpResponseError::Server(ApiError::new(status, read)).into()
    }

    #[test]
    fn only_what_answers_as_a_homeserver_is_signed_in_at() {
        for error in [api(404, "<html>"), api(405, "")] {
            assert_eq!(of_first(&error), not_there());
        }
        for (status, body, word) in [
            (503, "<html>", "transient"),
            (403, r#"{"errcode":"M_FORBIDDEN","error":"no"}"#, "denied"),
        ] {
            assert_eq!(of_first(&api(status, body)).word(), word);
        }
    }
}
