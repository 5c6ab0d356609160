//! The service's answers over HTTP, and what it tells the homeserver.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::HarnessError;
use super::super::web::{Ask, Body, Web};
use super::desk::{Form, Refused};
use super::{AuthService, Counter};

type Desk = State<Arc<Counter>>;

fn refused(why: Refused) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response()
}

fn form(body: &str) -> Form {
    let Ok(url) = Url::parse(&format!("http://form/?{body}")) else {
        return Form::new();
    };
    url.query_pairs().into_owned().collect()
}

pub(super) async fn metadata(State(desk): Desk) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", desk.base);
    Json(json!({
        "issuer": at("/"),
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/oauth2/token"),
        "registration_endpoint": at("/oauth2/registration"),
        "introspection_endpoint": at("/oauth2/introspect"),
        "revocation_endpoint": at("/oauth2/revoke"),
        "account_management_uri": at("/account"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }))
}

pub(super) async fn register(State(desk): Desk, Json(client): Json<Value>) -> Response {
    match desk.desk().register(&client) {
        Ok(id) => (StatusCode::CREATED, Json(json!({ "client_id": id }))).into_response(),
        Err(why) => refused(why),
    }
}

pub(super) async fn authorize(State(desk): Desk, Query(asked): Query<Form>) -> Response {
    match desk.desk().authorize(&asked) {
        Ok(back) => (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response(),
        // Nobody is sent to an address that is not the client's.
        Err(why) => refused(why),
    }
}

pub(super) async fn token(State(desk): Desk, body: String) -> Response {
    let (answer, user, device, homeserver) = {
        let mut at = desk.desk();
        let homeserver = at.homeserver.clone().unwrap_or_default();
        let lasts = at.token_lasts.as_secs();
        match at.exchange(&form(&body)) {
            Ok(session) => (
                json!({
                    "access_token": session.access,
                    "refresh_token": session.refresh,
                    "token_type": "Bearer",
                    "expires_in": lasts,
                    "scope": session.scope,
                }),
                session.user.clone(),
                session.device.clone(),
                homeserver,
            ),
            Err(why) => return refused(why),
        }
    };
    match upsert_device(&homeserver, &user, &device).await {
        Ok(()) => Json(answer).into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

pub(super) async fn introspect(State(desk): Desk, headers: HeaderMap, body: String) -> Response {
    let shown = headers.get(header::AUTHORIZATION);
    let expected = format!("Bearer {}", AuthService::SECRET);
    if shown.is_none_or(|it| it.as_bytes() != expected.as_bytes()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let asked = form(&body);
    let token = asked.get("token").map_or("", String::as_str);
    let at = desk.desk();
    let answer = match at.holder(token) {
        Some(session) => json!({
            "active": true,
            "scope": session.scope,
            "username": session.user,
            "sub": session.user,
            "device_id": session.device,
            "expires_in": session.until.duration_since(Instant::now()).as_secs(),
        }),
        None => json!({ "active": false }),
    };
    Json(answer).into_response()
}

/// The homeserver knows devices only from its service.
pub(super) async fn upsert_device(
    homeserver: &str,
    user: &str,
    device: &str,
) -> Result<(), HarnessError> {
    let told = json!({ "localpart": user, "device_id": device, "display_name": "Test" });
    let ask = Ask {
        method: Method::POST,
        path: "/_synapse/mas/upsert_device",
        authorization: Some(&format!("Bearer {}", AuthService::SECRET)),
        body: Body::Json(&told),
    };
    Web::to(homeserver)?.ask(ask).await?.accepted()
}
