//! The same calls over HTTP, on the loopback interface only.
//!
//! For UI tests and local tools. Off unless asked for. A random bearer token is
//! needed for every request; `Host` must be the loopback address itself, so
//! that a rebound DNS name cannot reach it, and `Origin`, when sent, must be
//! one the starter named, so that a web page cannot.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

use crate::calls::Api;
use crate::error::{ApiError, Code};
use crate::live::ListOf;

/// Calls are small; attachments travel by path, not through here.
const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// A running host.
#[derive(Debug)]
pub struct Host {
    address: SocketAddr,
    token: String,
    stop: CancellationToken,
}

impl Host {
    /// Its address, always on 127.0.0.1.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The token every request must carry as `Authorization: Bearer …`.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Takes no more requests; those under way end.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

/// What a request must show.
#[derive(Clone)]
struct Gate {
    token: Arc<str>,
    hosts: [String; 2],
    origins: Arc<[String]>,
}

#[derive(Clone)]
struct Door {
    api: Arc<Api>,
    gate: Gate,
}

/// Opens the host on a free (or the given) loopback port and returns it with
/// the future that serves until [`Host::stop`].
///
/// # Errors
/// The port is taken, or no random token could be drawn.
pub async fn open(
    api: Arc<Api>,
    port: u16,
    origins: Vec<String>,
) -> Result<(Host, impl Future<Output = std::io::Result<()>>), ApiError> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| {
            ApiError::new(
                Code::Refused,
                format!("Port {port} on 127.0.0.1 cannot be used ({error}). Choose another, or 0 for a free one."),
            )
        })?;
    let address = listener
        .local_addr()
        .map_err(|error| ApiError::new(Code::Internal, error.to_string()))?;
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random)
        .map_err(|error| ApiError::new(Code::Internal, format!("No random numbers: {error}")))?;
    let token = URL_SAFE_NO_PAD.encode(random);
    let stop = CancellationToken::new();
    let port = address.port();
    let gate = Gate {
        token: token.clone().into(),
        hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
        origins: origins.into(),
    };
    let door = Door { api, gate };
    let router = Router::new()
        .route("/call/{name}", post(call))
        .route("/topics", get(topics))
        .route("/list", post(list))
        .layer(middleware::from_fn_with_state(door.clone(), guard))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(door);
    let until = stop.clone();
    let serving = async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(async move { until.cancelled().await })
            .await
    };
    Ok((
        Host {
            address,
            token,
            stop,
        },
        serving,
    ))
}

impl Gate {
    /// Whether a request may pass; pure, so that every refusal is table-tested.
    fn admits(
        &self,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<(), (StatusCode, &'static str)> {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        if !text(header::HOST).is_some_and(|host| self.hosts.iter().any(|own| own == host)) {
            return Err((
                StatusCode::MISDIRECTED_REQUEST,
                "This host answers only to 127.0.0.1.",
            ));
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let known = origin
                .to_str()
                .is_ok_and(|origin| self.origins.iter().any(|own| own == origin));
            if !known {
                return Err((StatusCode::FORBIDDEN, "This origin may not ask."));
            }
        }
        // A browser's preflight carries no token; it learns only what it may send.
        if method == Method::OPTIONS {
            return Ok(());
        }
        let given = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if !given.is_some_and(|given| same(given.as_bytes(), self.token.as_bytes())) {
            return Err((
                StatusCode::UNAUTHORIZED,
                "The bearer token is missing or wrong.",
            ));
        }
        Ok(())
    }
}

/// Compares without telling by its duration where the first difference lies.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (x, y)| sum | (x ^ y)) == 0
}

async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    if let Err((status, why)) = door.gate.admits(request.method(), request.headers()) {
        let code = if status == StatusCode::UNAUTHORIZED {
            Code::SignIn
        } else {
            Code::Refused
        };
        return (status, axum::Json(ApiError::new(code, why))).into_response();
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type"),
        );
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

async fn call(State(door): State<Door>, Path(name): Path<String>, body: Bytes) -> Response {
    let request = if body.is_empty() {
        Ok(serde_json::Value::Null)
    } else {
        serde_json::from_slice(&body)
    };
    let answer = match request {
        Ok(request) => door.api.call(&name, request).await,
        Err(error) => Err(ApiError::bad_request(format_args!(
            "The request is not JSON: {error}"
        ))),
    };
    match answer {
        Ok(value) => axum::Json(value).into_response(),
        Err(error) => (status(error.code), axum::Json(error)).into_response(),
    }
}

const fn status(code: Code) -> StatusCode {
    match code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::BadRequest => StatusCode::BAD_REQUEST,
        Code::Refused | Code::Cancelled => StatusCode::CONFLICT,
        Code::SignIn => StatusCode::UNAUTHORIZED,
        Code::Offline => StatusCode::BAD_GATEWAY,
        Code::Keychain | Code::DiskFull | Code::Corrupt | Code::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// What changed, after each commit, as server-sent events.
async fn topics(
    State(door): State<Door>,
) -> Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>> {
    let stream = door.api.topics().map(|topics| {
        Ok(Event::default()
            .json_data(&*topics)
            .unwrap_or_else(|error| Event::default().event("error").data(error.to_string())))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// One list: as it is, then its changes, as server-sent events.
async fn list(
    State(door): State<Door>,
    body: Bytes,
) -> Result<Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>>, Response> {
    let which: ListOf = serde_json::from_slice(&body).map_err(|error| {
        let error = ApiError::bad_request(format_args!("This names no list: {error}."));
        (status(error.code), axum::Json(error)).into_response()
    })?;
    let stream = crate::live::open(Arc::clone(&door.api), which).map(|delta| {
        let event = match &delta {
            Ok(delta) => Event::default().json_data(delta),
            Err(error) => Event::default().event("error").json_data(error),
        };
        Ok(event.unwrap_or_else(|error| Event::default().event("error").data(error.to_string())))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                let name = header::HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn only_the_loopback_address_a_known_origin_and_the_token_pass() {
        let gate = Gate {
            token: "secret".into(),
            hosts: ["127.0.0.1:4000".to_owned(), "localhost:4000".to_owned()],
            origins: vec!["http://127.0.0.1:5173".to_owned()].into(),
        };
        let token = ("authorization", "Bearer secret");
        let host = ("host", "127.0.0.1:4000");
        let pass = |pairs: &[(&'static str, &'static str)]| {
            gate.admits(&Method::POST, &headers(pairs))
                .map_err(|(status, _)| status.as_u16())
        };
        assert_eq!(pass(&[host, token]), Ok(()));
        assert_eq!(pass(&[("host", "localhost:4000"), token]), Ok(()));
        assert_eq!(
            pass(&[host, token, ("origin", "http://127.0.0.1:5173")]),
            Ok(())
        );
        assert_eq!(
            pass(&[host, token, ("origin", "https://evil.example")]),
            Err(403)
        );
        assert_eq!(pass(&[host, token, ("origin", "null")]), Err(403));
        assert_eq!(pass(&[("host", "evil.example:4000"), token]), Err(421));
        assert_eq!(pass(&[("host", "127.0.0.1:4001"), token]), Err(421));
        assert_eq!(pass(&[token]), Err(421));
        assert_eq!(pass(&[host]), Err(401));
        assert_eq!(pass(&[host, ("authorization", "Bearer secre")]), Err(401));
        assert_eq!(pass(&[host, ("authorization", "secret")]), Err(401));
    }
}
