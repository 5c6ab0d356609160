//! The way back from the browser after a sign-in: a page of this computer's own, open until
//! the browser comes. Its address holds a random word, so that no other page can send the
//! browser here with somebody else's sign-in.

use std::io::BufRead as _;
use std::net::Ipv4Addr;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::failure::Failure;

/// More than any sign-in puts into an address.
const HEAD_LIMIT: u64 = 32 * 1024;
const DONE: &str = "You can close this page and go back to the terminal.";
const STRAY: &str = "There is nothing here.";

/// Where the browser is expected.
pub(super) struct WayBack {
    listener: TcpListener,
    /// Host, port and the random path.
    address: String,
    path: String,
}

impl WayBack {
    pub(super) async fn open() -> Result<Self, Failure> {
        let mut word = [0_u8; 16];
        getrandom::fill(&mut word)
            .map_err(|error| Failure::internal(format!("No randomness: {error}.")))?;
        let word: String = word.iter().map(|byte| format!("{byte:02x}")).collect();
        let no_port = |error: std::io::Error| {
            Failure::internal(format!("No port of this computer is free: {error}."))
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(no_port)?;
        let path = format!("/{word}");
        let address = format!("http://{}{path}", listener.local_addr().map_err(no_port)?);
        Ok(Self {
            listener,
            address,
            path,
        })
    }

    pub(super) fn address(&self) -> String {
        self.address.clone()
    }

    /// The address the browser came to, or the one somebody pasted.
    pub(super) async fn taken(self) -> Result<String, Failure> {
        let mut pasted = pasted();
        // Several at once: browsers open lines ahead of need, and say nothing on them.
        let mut visits = FuturesUnordered::new();
        loop {
            tokio::select! {
                line = self.listener.accept() => match line {
                    Ok((line, _from)) => visits.push(self.visit(line)),
                    Err(error) => return Err(Failure::internal(format!(
                        "The browser cannot be waited for: {error}."
                    ))),
                },
                Some(visit) = visits.next() => {
                    if let Ok(Some(query)) = visit {
                        return Ok(format!("{}?{query}", self.address));
                    }
                }
                // Without anybody at the keyboard the browser alone is waited for.
                Some(line) = pasted.recv() => return Ok(line),
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
        let (status, text) = match query {
            Some(_) => ("200 OK", DONE),
            None => ("404 Not Found", STRAY),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Referrer-Policy: no-referrer\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
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

/// Lines as they are typed. A thread of its own: a read from a terminal cannot be broken off,
/// and the runtime would wait for one of its own threads at the end.
fn pasted() -> mpsc::Receiver<String> {
    let (say, heard) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let line = line.trim();
            if !line.is_empty() && say.blocking_send(line.to_owned()).is_err() {
                return;
            }
        }
    });
    heard
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn only_the_browser_that_was_sent_is_heard() {
        let head = "GET /word?loginToken=a HTTP/1.1\r\nHost: x\r\n\r\n";
        assert_eq!(query(head, "/word"), Some("loginToken=a"));
        assert_eq!(query(head, "/other"), None);
        assert_eq!(query("GET /word2?a=b HTTP/1.1", "/word"), None);
        assert_eq!(query("GET /word HTTP/1.1", "/word"), None);
        assert_eq!(query("POST /word?a=b HTTP/1.1", "/word"), None);
    }
}
