//! The way back from the browser after a sign-in: a page of this computer's own, open until
//! the browser comes, somebody gives up, or nobody came for long. Its address holds a random
//! word, so that no other page can send the browser here with somebody else's sign-in.
//!
//! It is not an address of our own kind (`rapport://…`): servers that know their clients only
//! by what these say of themselves send a browser back to this computer, or to nobody.

use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::dto::Said;
use crate::error::{ApiError, Code};

/// How long the browser is waited for: longer than a forgotten second factor takes to be found.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// More than any sign-in puts into an address.
const HEAD_LIMIT: u64 = 32 * 1024;

/// What the page says, in English and in German.
const DONE: [&str; 2] = [
    "You can close this page and go back to Rapport.",
    "Sie k\u{f6}nnen diese Seite schlie\u{df}en und zu Rapport zur\u{fc}ckkehren.",
];
const STRAY: [&str; 2] = ["There is nothing here.", "Hier ist nichts."];

/// Where the browser is expected. Closed when dropped.
#[derive(Debug)]
pub(crate) struct WayBack {
    /// Host, port and the random path.
    address: String,
    /// Where the browser came to; nobody else takes it.
    came: Option<oneshot::Receiver<Result<String, ApiError>>>,
    /// Ends when dropped.
    _waiting: JoinSet<()>,
}

/// The open page itself.
struct Page {
    listener: TcpListener,
    address: String,
    path: String,
}

impl WayBack {
    /// Opens the page, for as long as this.
    pub(crate) async fn open(patience: Duration) -> Result<Self, ApiError> {
        let mut word = [0_u8; 16];
        getrandom::fill(&mut word).map_err(|error| {
            ApiError::new(Code::Internal, format!("No random numbers: {error}"))
        })?;
        let word: String = word.iter().map(|byte| format!("{byte:02x}")).collect();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(|error| unheard(&error))?;
        let path = format!("/{word}");
        let at = listener.local_addr().map_err(|error| unheard(&error))?;
        let address = format!("http://{at}{path}");
        let page = Page {
            listener,
            address: address.clone(),
            path,
        };
        let (say, came) = oneshot::channel();
        let mut waiting = JoinSet::new();
        waiting.spawn(async move {
            // Given up, the page goes before whoever waits hears of it.
            let (say, page) = (say, page);
            let end = tokio::select! {
                url = page.taken() => url,
                () = tokio::time::sleep(patience) => Err(too_late(patience)),
            };
            drop(page);
            drop(say.send(end));
        });
        Ok(Self {
            address,
            came: Some(came),
            _waiting: waiting,
        })
    }

    /// Where the browser is to be sent.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What tells the address that the browser came to; once.
    pub(crate) fn take(&mut self) -> Option<Coming> {
        self.came.take().map(Coming)
    }
}

/// A browser that is on its way.
pub(crate) struct Coming(oneshot::Receiver<Result<String, ApiError>>);

impl Coming {
    /// Where it came to.
    pub(crate) async fn address(self) -> Result<String, ApiError> {
        self.0.await.unwrap_or_else(|_gone| Err(given_up()))
    }
}

fn unheard(error: &std::io::Error) -> ApiError {
    let text = format!(
        "No port of this computer is free for the browser to come back to: {error}. Nothing \
         was changed."
    );
    let said = Said::new("browser_unheard", text).with("why", error.to_string());
    ApiError::told(Code::Refused, said)
}

fn given_up() -> ApiError {
    let text = "The sign-in in the browser was given up. Nothing was changed.";
    ApiError::told(Code::Cancelled, Said::new("browser_given_up", text))
}

fn too_late(patience: Duration) -> ApiError {
    let minutes = patience.as_secs().div_ceil(60);
    let text = format!(
        "The browser did not come back within {minutes} minutes. Nothing was changed; start the \
         sign-in again."
    );
    let said = Said::new("browser_too_late", text).with("minutes", minutes);
    ApiError::told(Code::Refused, said)
}

impl Page {
    /// The address the browser came to.
    async fn taken(&self) -> Result<String, ApiError> {
        // Several at once: browsers open lines ahead of need, and say nothing on them.
        let mut visits = FuturesUnordered::new();
        loop {
            tokio::select! {
                line = self.listener.accept() => match line {
                    Ok((line, _from)) => visits.push(self.visit(line)),
                    Err(error) => return Err(unheard(&error)),
                },
                Some(visit) = visits.next() => {
                    if let Ok(Some(query)) = visit {
                        return Ok(format!("{}?{query}", self.address));
                    }
                }
            }
        }
    }

    /// What the browser brought, if it is the browser that was sent.
    async fn visit(&self, mut line: TcpStream) -> std::io::Result<Option<String>> {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut reading = (&mut line).take(HEAD_LIMIT.saturating_sub(head.len() as u64));
            if reading.read_buf(&mut head).await? == 0 {
                return Ok(None);
            }
        }
        let head = String::from_utf8_lossy(&head);
        let query = query(&head, &self.path).map(str::to_owned);
        let (status, [english, german]) = match query {
            Some(_) => ("200 OK", DONE),
            None => ("404 Not Found", STRAY),
        };
        let text = if reads_german(&head) { german } else { english };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Referrer-Policy: no-referrer\r\nCache-Control: no-store\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        );
        line.write_all(answer.as_bytes()).await?;
        line.shutdown().await?;
        Ok(query)
    }
}

/// The query of a GET of `path`.
fn query<'a>(head: &'a str, path: &str) -> Option<&'a str> {
    let target = head.strip_prefix("GET ")?.split(' ').next()?;
    target.strip_prefix(path)?.strip_prefix('?')
}

/// Whether the browser's first language is German.
fn reads_german(head: &str) -> bool {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("accept-language"))
        .is_some_and(|(_, value)| value.trim().to_ascii_lowercase().starts_with("de"))
}

#[cfg(test)]
#[path = "way_back_tests.rs"]
mod tests;
