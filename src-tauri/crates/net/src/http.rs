//! The one HTTP client.
//!
//! Redirects are followed here and not by the library: it would turn a
//! redirected POST into a GET, and a write would be lost without a word.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rapport_model::{Clock, Fault};
use reqwest::header::{AUTHORIZATION, COOKIE, LOCATION};
use reqwest::{Certificate, Client, Method, Response, redirect};
use tokio::io::AsyncWriteExt;
use tracing::debug;
use url::{Host, Url};

use crate::answer::Answer;
use crate::budget::{Budget, Permit};
use crate::redact::redact_url;
use crate::request::{Effect, Request};
use crate::status::fault_of;
use crate::transport::fault_of_error;

const MOST_REDIRECTS: usize = 5;

/// How a client is built.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// The account's budget; `None` for requests of no account.
    pub budget: Option<Arc<Budget>>,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest silence while an answer comes.
    pub read_timeout: Duration,
    /// Longest time for a whole request.
    pub total_timeout: Duration,
    /// Most bytes of an unpacked answer, unless the request says otherwise.
    pub limit: u64,
    /// Further certificate authorities (PEM) to trust.
    pub authorities: Vec<Vec<u8>>,
}

impl HttpConfig {
    /// The usual bounds, without a budget.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            budget: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
            total_timeout: Duration::from_mins(10),
            limit: 64 << 20,
            authorities: Vec::new(),
        }
    }

    /// The same, within this budget.
    #[must_use]
    pub fn budget(mut self, budget: Arc<Budget>) -> Self {
        self.budget = Some(budget);
        self
    }
}

/// The one HTTP client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    config: Arc<HttpConfig>,
    outside: Client,
    /// For this computer itself, where a proxy has no business.
    loopback: Client,
}

impl Http {
    /// A client.
    ///
    /// # Errors
    /// A certificate authority cannot be read, or the system has no TLS.
    pub fn new(config: HttpConfig) -> Result<Self, Fault> {
        Ok(Self {
            outside: client(&config, false)?,
            loopback: client(&config, true)?,
            config: Arc::new(config),
        })
    }

    /// Sends a request and reads the answer, whatever its status.
    ///
    /// # Errors
    /// No answer came, or it is too large. [`Fault::Unknown`] exactly when a
    /// write may have been done.
    pub async fn send(&self, request: Request) -> Result<Answer, Fault> {
        let limit = request.limit.unwrap_or(self.config.limit);
        let effect = request.effect;
        let (response, _permit, deadline) = self.open(&request).await?;
        let host = host_of(response.url());
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = within(
            deadline,
            effect,
            &host,
            body(response, limit, effect, &host),
        )
        .await?;
        Ok(Answer {
            status,
            headers,
            body,
            effect,
            at: self.config.clock.now(),
        })
    }

    /// Sends a request and takes only a success.
    ///
    /// # Errors
    /// As [`Self::send`], and what any other status means.
    pub async fn call(&self, request: Request) -> Result<Answer, Fault> {
        self.send(request).await?.ok()
    }

    /// Writes a successful answer to a file, at most `limit` bytes, and answers
    /// how many there were. A failed download leaves no file.
    ///
    /// # Errors
    /// As [`Self::call`]; the file cannot be written; it is too large.
    pub async fn download(&self, request: Request, to: &Path, limit: u64) -> Result<u64, Fault> {
        let effect = request.effect;
        let (response, _permit, deadline) = self.open(&request).await?;
        let host = host_of(response.url());
        let status = response.status().as_u16();
        if status == 404 {
            return Err(Fault::Rejected("the file is no longer there".to_owned()));
        }
        if let Some(fault) = fault_of(status, response.headers(), effect, self.config.clock.now()) {
            return Err(fault);
        }
        let written = within(
            deadline,
            effect,
            &host,
            save(response, to, limit, effect, &host),
        )
        .await;
        if written.is_err() {
            // The first fault is the one to tell; a file that is not there is fine.
            let _gone = tokio::fs::remove_file(to).await.ok();
        }
        written
    }

    /// Gets a turn and sends, following redirects within bounds.
    async fn open(
        &self,
        request: &Request,
    ) -> Result<(Response, Option<Permit>, tokio::time::Instant), Fault> {
        let permit = match &self.config.budget {
            Some(budget) => Some(budget.acquire(request.priority).await?),
            None => None,
        };
        // Waiting for a turn is not part of the request's time.
        let total = request.timeout.unwrap_or(self.config.total_timeout);
        let deadline = tokio::time::Instant::now() + total;
        let mut request = request.clone();
        for _ in 0..=MOST_REDIRECTS {
            let host = host_of(&request.url);
            let response = within(
                deadline,
                request.effect,
                &host,
                self.send_once(&request, &host),
            )
            .await?;
            self.learn(&response, request.effect);
            let location = response
                .headers()
                .get(LOCATION)
                .and_then(|it| it.to_str().ok());
            match next_hop(&request, response.status().as_u16(), location)? {
                None => return Ok((response, permit, deadline)),
                Some(next) => request = next,
            }
        }
        Err(Fault::Rejected(format!(
            "{} sends from address to address without an end",
            host_of(&request.url)
        )))
    }

    async fn send_once(&self, request: &Request, host: &str) -> Result<Response, Fault> {
        if !matches!(request.url.scheme(), "http" | "https") {
            return Err(Fault::Rejected(format!(
                "{} is not a web address",
                redact_url(&request.url)
            )));
        }
        let client = if is_loopback(&request.url) {
            &self.loopback
        } else {
            &self.outside
        };
        let mut builder = client
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone());
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let answer = builder.send().await;
        let what = answer
            .as_ref()
            .map_or(0, |response| response.status().as_u16());
        debug!(method = %request.method, url = %redact_url(&request.url), status = what);
        answer.map_err(|error| fault_of_error(&error, request.effect, host))
    }

    /// What the answer says about the budget.
    fn learn(&self, response: &Response, effect: Effect) {
        let Some(budget) = &self.config.budget else {
            return;
        };
        budget.observe(response.headers());
        let (status, now) = (response.status().as_u16(), self.config.clock.now());
        if let Some(Fault::Throttled { after_ms, why }) =
            fault_of(status, response.headers(), effect, now)
        {
            budget.hold(after_ms, &why);
        }
    }
}

fn client(config: &HttpConfig, loopback: bool) -> Result<Client, Fault> {
    let mut builder = Client::builder()
        .user_agent(concat!("Rapport/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(config.connect_timeout)
        .read_timeout(config.read_timeout)
        .redirect(redirect::Policy::none())
        // Whether to ask again is the engine's business.
        .retry(reqwest::retry::never())
        .referer(false)
        .gzip(true);
    if loopback {
        builder = builder.no_proxy();
    }
    for pem in &config.authorities {
        let certificate = Certificate::from_pem(pem).map_err(|_unreadable| {
            Fault::Rejected("the certificate authority is not readable as PEM".to_owned())
        })?;
        builder = builder.tls_certs_merge([certificate]);
    }
    builder
        .build()
        .map_err(|error| Fault::Rejected(format!("no secure connections here: {error}")))
}

async fn within<T>(
    deadline: tokio::time::Instant,
    effect: Effect,
    host: &str,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match tokio::time::timeout_at(deadline, work).await {
        Ok(done) => done,
        Err(_elapsed) => Err(cut(effect, format!("{host} did not finish in time"))),
    }
}

/// A fault after the request was written.
fn cut(effect: Effect, why: String) -> Fault {
    match effect {
        Effect::Read => Fault::Transient(why),
        Effect::Write => Fault::Unknown(why),
    }
}

/// A fault about the answer's size. A write was taken all the same.
fn too_large(effect: Effect, host: &str, limit: u64) -> Fault {
    let why = format!("the answer of {host} is larger than {limit} bytes");
    match effect {
        Effect::Read => Fault::Rejected(why),
        Effect::Write => Fault::Unknown(why),
    }
}

async fn body(
    mut response: Response,
    limit: u64,
    effect: Effect,
    host: &str,
) -> Result<Vec<u8>, Fault> {
    if response
        .content_length()
        .is_some_and(|length| length > limit)
    {
        return Err(too_large(effect, host, limit));
    }
    let mut body = Vec::new();
    while let Some(chunk) = chunk(&mut response, effect, host).await? {
        if bytes(body.len()).saturating_add(bytes(chunk.len())) > limit {
            return Err(too_large(effect, host, limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn save(
    mut response: Response,
    to: &Path,
    limit: u64,
    effect: Effect,
    host: &str,
) -> Result<u64, Fault> {
    if response
        .content_length()
        .is_some_and(|length| length > limit)
    {
        return Err(too_large(effect, host, limit));
    }
    let disk = |error: std::io::Error| Fault::Rejected(format!("the file cannot be kept: {error}"));
    let mut file = tokio::fs::File::create(to).await.map_err(disk)?;
    let mut written = 0u64;
    while let Some(chunk) = chunk(&mut response, effect, host).await? {
        written = written.saturating_add(bytes(chunk.len()));
        if written > limit {
            return Err(too_large(effect, host, limit));
        }
        file.write_all(&chunk).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)?;
    Ok(written)
}

async fn chunk(
    response: &mut Response,
    effect: Effect,
    host: &str,
) -> Result<Option<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]> + use<>>, Fault> {
    response
        .chunk()
        .await
        .map_err(|error| fault_of_error(&error, effect, host))
}

fn bytes(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The request to follow a redirect with; `None` when the answer is none.
fn next_hop(
    request: &Request,
    status: u16,
    location: Option<&str>,
) -> Result<Option<Request>, Fault> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(url) = location.and_then(|location| request.url.join(location).ok()) else {
        return Ok(None);
    };
    let target = redact_url(&url);
    if request.url.scheme() == "https" && url.scheme() != "https" {
        return Err(Fault::Rejected(format!(
            "it sends on to an address without encryption ({target}); nothing was sent there"
        )));
    }
    if is_loopback(&url) && !is_loopback(&request.url) {
        return Err(Fault::Rejected(
            "it sends on to this computer itself; nothing was sent there".to_owned(),
        ));
    }
    let same_origin = url.origin() == request.url.origin();
    let plain = matches!(request.method, Method::GET | Method::HEAD);
    // What was meant for one server is not told to another, and a write is
    // repeated only where the server says "the same again, over there".
    let follow = plain || (same_origin && matches!(status, 307 | 308));
    if !follow {
        return Err(Fault::Rejected(format!(
            "it has moved to {target}; change the account's address"
        )));
    }
    let mut next = request.clone();
    if !same_origin {
        next.headers.remove(AUTHORIZATION);
        next.headers.remove(COOKIE);
        let secret: Vec<_> = next
            .headers
            .iter()
            .filter(|(_, value)| value.is_sensitive())
            .map(|(name, _)| name.clone())
            .collect();
        for name in secret {
            next.headers.remove(name);
        }
    }
    next.url = url;
    Ok(Some(next))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the address");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(method: Method, from: &str, status: u16, to: &str) -> Result<Option<Request>, Fault> {
        let request = Request::read(method, Url::parse(from).unwrap())
            .authorization("Bearer x")
            .header("x-api-key", "x")
            .header("accept", "text/plain");
        next_hop(&request, status, Some(to))
    }

    #[test]
    fn an_encrypted_address_never_leads_to_an_open_one() {
        let fault = hop(Method::GET, "https://a.example/", 302, "http://a.example/").unwrap_err();
        assert!(matches!(fault, Fault::Rejected(why) if why.contains("without encryption")));
        assert!(hop(Method::GET, "http://a.example/", 301, "https://a.example/").is_ok());
    }

    #[test]
    fn another_server_learns_no_secret_of_this_one() {
        let next = hop(Method::GET, "https://a.example/", 302, "https://b.example/").unwrap();
        let names: Vec<_> = next
            .unwrap()
            .headers
            .keys()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["accept"]);
        let next = hop(Method::GET, "https://a.example/", 302, "/login")
            .unwrap()
            .unwrap();
        assert_eq!(next.headers.len(), 3, "the same server does");
    }

    #[test]
    fn what_is_posted_follows_only_to_the_same_server_and_only_as_it_is() {
        for (status, to, follows) in [
            (307, "https://a.example/x", true),
            (308, "/x", true),
            (301, "/x", false),
            (303, "/x", false),
            (307, "https://b.example/x", false),
        ] {
            let next = hop(Method::POST, "https://a.example/", status, to);
            assert_eq!(next.is_ok(), follows, "{status} {to}");
        }
    }

    #[test]
    fn the_outside_never_sends_us_to_this_computer() {
        for to in ["http://127.0.0.1/", "http://localhost:80/", "http://[::1]/"] {
            assert!(
                hop(Method::GET, "http://a.example/", 302, to).is_err(),
                "{to}"
            );
        }
    }
}
