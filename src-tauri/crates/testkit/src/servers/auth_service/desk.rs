//! What the service knows and decides; no network.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

/// What every client must ask for.
const API: &str = "urn:matrix:client:api:*";
/// The same as it was called before it was settled, which clients still ask for.
const API_BEFORE: &str = "urn:matrix:org.matrix.msc2967.client:api:*";
const DEVICE: [&str; 2] = [
    "urn:matrix:client:device:",
    "urn:matrix:org.matrix.msc2967.client:device:",
];

/// A refusal: OAuth's word for it.
pub(super) type Refused = &'static str;

#[derive(Debug)]
pub(super) struct Desk {
    /// Who sits at the browser.
    pub(super) user: Option<String>,
    pub(super) homeserver: Option<String>,
    pub(super) token_lasts: Duration,
    pub(super) sessions: Vec<Session>,
    clients: BTreeMap<String, Vec<Url>>,
    codes: BTreeMap<String, Code>,
    made: u32,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            user: None,
            homeserver: None,
            token_lasts: Duration::from_secs(300),
            sessions: Vec::new(),
            clients: BTreeMap::new(),
            codes: BTreeMap::new(),
            made: 0,
        }
    }
}

/// What a code stands for.
#[derive(Debug)]
struct Code {
    client: String,
    redirect: String,
    challenge: String,
    scope: String,
    user: String,
}

/// One sign-in.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: String,
    pub(super) user: String,
    pub(super) device: String,
    pub(super) scope: String,
    pub(super) access: String,
    pub(super) until: Instant,
    pub(super) refresh: String,
    pub(super) renewals: u32,
}

/// Values of a query or form.
pub(super) type Form = BTreeMap<String, String>;

fn of<'a>(form: &'a Form, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

impl Desk {
    fn word(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}-{}", self.made)
    }

    /// A client says what it is; it gets an id.
    pub(super) fn register(&mut self, client: &Value) -> Result<String, Refused> {
        let is = |name: &str, value: &str| client.get(name).and_then(Value::as_str) == Some(value);
        let home = client.get("client_uri").and_then(Value::as_str);
        if !home.is_some_and(|home| home.starts_with("https://")) {
            return Err("invalid_client_metadata");
        }
        if !is("application_type", "native") || !is("token_endpoint_auth_method", "none") {
            return Err("invalid_client_metadata");
        }
        let pages = client.get("redirect_uris").and_then(Value::as_array);
        let pages: Option<Vec<Url>> = pages.and_then(|pages| {
            let read = |page: &Value| Url::parse(page.as_str()?).ok();
            pages.iter().map(read).collect()
        });
        let pages = pages.filter(|pages| !pages.is_empty() && pages.iter().all(own_computer));
        let pages = pages.ok_or("invalid_redirect_uri")?;
        let id = self.word("client");
        self.clients.insert(id.clone(), pages);
        Ok(id)
    }

    /// The browser asks; it is sent to the address, with a code or a refusal.
    pub(super) fn authorize(&mut self, asked: &Form) -> Result<Url, Refused> {
        let redirect = of(asked, "redirect_uri");
        let mut back = Url::parse(redirect).map_err(|_none| "invalid_request")?;
        let mut page = back.clone();
        page.set_port(None).map_err(|()| "invalid_request")?;
        let pages = self.clients.get(of(asked, "client_id"));
        if !pages.ok_or("invalid_client")?.contains(&page) {
            return Err("invalid_request");
        }
        let state = of(asked, "state");
        let scope = of(asked, "scope");
        let proven = of(asked, "code_challenge_method") == "S256" && !state.is_empty();
        if !proven || of(asked, "response_type") != "code" || device_of(scope).is_none() {
            return Err("invalid_request");
        }
        let answer = match self.user.clone() {
            Some(user) => {
                let code = self.word("code");
                let stands_for = Code {
                    client: of(asked, "client_id").to_owned(),
                    redirect: redirect.to_owned(),
                    challenge: of(asked, "code_challenge").to_owned(),
                    scope: scope.to_owned(),
                    user,
                };
                self.codes.insert(code.clone(), stands_for);
                ("code", code)
            }
            None => ("error", "access_denied".to_owned()),
        };
        back.query_pairs_mut()
            .append_pair(answer.0, &answer.1)
            .append_pair("state", state);
        Ok(back)
    }

    /// A code or a token to renew becomes a token.
    pub(super) fn exchange(&mut self, asked: &Form) -> Result<&Session, Refused> {
        let client = of(asked, "client_id");
        let until = Instant::now() + self.token_lasts;
        let (access, refresh) = (self.word("access"), self.word("refresh"));
        match of(asked, "grant_type") {
            "authorization_code" => {
                let code = self.codes.remove(of(asked, "code"));
                let code = code.ok_or("invalid_grant")?;
                let proof = Sha256::digest(of(asked, "code_verifier").as_bytes());
                if code.client != client
                    || code.redirect != of(asked, "redirect_uri")
                    || code.challenge != URL_SAFE_NO_PAD.encode(proof)
                {
                    return Err("invalid_grant");
                }
                let device = device_of(&code.scope).ok_or("invalid_scope")?;
                self.sessions.push(Session {
                    client: code.client,
                    user: code.user,
                    device,
                    scope: code.scope,
                    access,
                    until,
                    refresh,
                    renewals: 0,
                });
                self.sessions.last().ok_or("server_error")
            }
            "refresh_token" => {
                let old = of(asked, "refresh_token");
                let mut all = self.sessions.iter_mut();
                let session = all.find(|it| it.refresh == old && it.client == client);
                let session = session.ok_or("invalid_grant")?;
                session.access = access;
                session.refresh = refresh;
                session.until = until;
                session.renewals += 1;
                Ok(session)
            }
            _ => Err("unsupported_grant_type"),
        }
    }

    /// The session of a token that is good now.
    pub(super) fn holder(&self, token: &str) -> Option<&Session> {
        let now = Instant::now();
        let mut all = self.sessions.iter();
        all.find(|it| it.access == token && it.until > now)
    }

    /// A session that nobody was asked for; its token and device.
    pub(super) fn second_client(&mut self, user: &str) -> (String, String) {
        let (access, refresh) = (self.word("access"), self.word("refresh"));
        let device = self.word("SECOND");
        self.sessions.push(Session {
            client: String::new(),
            user: user.to_owned(),
            device: device.clone(),
            scope: format!("{API} {}{device}", DEVICE[0]),
            access: access.clone(),
            until: Instant::now() + Duration::from_secs(3600),
            refresh,
            renewals: 0,
        });
        (access, device)
    }
}

/// A page of the computer the browser runs on; its port is nobody's before it is opened.
fn own_computer(page: &Url) -> bool {
    let host = page.host_str().unwrap_or_default();
    page.scheme() == "http"
        && ["127.0.0.1", "localhost", "[::1]"].contains(&host)
        && page.port().is_none()
        && page.query().is_none()
}

/// The one device that is asked for, beside the right to speak for the user.
fn device_of(scope: &str) -> Option<String> {
    let words: Vec<&str> = scope.split(' ').collect();
    if !words.contains(&API) && !words.contains(&API_BEFORE) {
        return None;
    }
    let devices = words
        .iter()
        .filter_map(|word| DEVICE.iter().find_map(|kind| word.strip_prefix(kind)));
    let mut devices: Vec<&str> = devices.collect();
    // A client that knows both names asks for its device under both.
    devices.dedup();
    match devices.as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
