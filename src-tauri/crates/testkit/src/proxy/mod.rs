//! A small TCP proxy that breaks connections on purpose, at points a test chooses.
//!
//! The invariant: in [`Mode::SwallowAnswer`] the server has taken the whole request before
//! the client's line breaks. That is the one case a client cannot tell from "never arrived".
//!
//! It speaks no HTTP beyond finding where a request ends (`Content-Length`, chunked or no
//! body), and no TLS. Modes apply to what happens after they are set: a connection that is
//! open already obeys the new mode from its next request on.

mod framing;
mod pump;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What the proxy does to traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Forwards everything.
    Pass,
    /// Breaks every connection before anything reaches the server.
    Refuse,
    /// Forwards a request to its last byte, lets the server work until it begins to answer,
    /// then breaks the line: the server took it, the client never learns.
    SwallowAnswer {
        /// Only requests whose first line contains this text; others pass. Empty: all.
        matching: String,
    },
    /// Holds every request back for this long.
    Delay(Duration),
    /// Breaks the line after this many bytes of an answer.
    CutAnswerAfter(usize),
    /// Puts one text in the place of another, both ways. Where it may stand in a body the two
    /// are of the same length, for the lengths in the heads stay as they are.
    Rewrite {
        /// The text as it comes; cut in two it is not found.
        from: String,
        /// The text as it goes on.
        to: String,
    },
}

/// What has gone through, for tests that ask "how often was it tried?".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections clients opened.
    pub connections: u64,
    /// Connections broken before anything was forwarded.
    pub refused: u64,
    /// Requests forwarded to their last byte.
    pub requests: u64,
    /// Answers withheld or cut.
    pub broken_answers: u64,
}

#[derive(Debug, Default)]
struct Tally {
    connections: AtomicU64,
    refused: AtomicU64,
    requests: AtomicU64,
    broken_answers: AtomicU64,
}

/// A text that is looked for in what the server answers.
#[derive(Debug, Default)]
struct Watch {
    text: String,
    passed: Option<SystemTime>,
}

impl Watch {
    /// Answers of a few kilobytes come in one piece; a text cut in two is not found.
    fn look(&mut self, bytes: &[u8]) {
        let text = self.text.as_bytes();
        if !text.is_empty()
            && self.passed.is_none()
            && bytes.windows(text.len()).any(|it| it == text)
        {
            #[expect(
                clippy::disallowed_methods,
                reason = "real time between two processes is what is asked for"
            )]
            let now = SystemTime::now();
            self.passed = Some(now);
        }
    }
}

/// What every connection shares.
#[derive(Debug)]
struct Shared {
    target: Mutex<SocketAddr>,
    mode: Mutex<Mode>,
    watch: Mutex<Watch>,
    tally: Tally,
    end: CancellationToken,
}

impl Shared {
    fn mode(&self) -> Mode {
        self.mode
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A listening proxy; it ends, with all its connections, when dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl FaultProxy {
    /// Listens on a free port of 127.0.0.1 and forwards to `target`.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn to(target: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target: Mutex::new(target),
            mode: Mutex::new(Mode::Pass),
            watch: Mutex::default(),
            tally: Tally::default(),
            end: CancellationToken::new(),
        });
        pump::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared })
    }

    /// Host and port to connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The proxy as a base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes what happens from now on.
    pub fn set(&self, mode: Mode) {
        *self
            .shared
            .mode
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// Forwards new connections to another server, as after a restart elsewhere.
    pub fn retarget(&self, target: SocketAddr) {
        *self
            .shared
            .target
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// From now on notes when an answer with this text is handed to a client.
    pub fn watch_for(&self, text: &str) {
        *self.watched() = Watch {
            text: text.to_owned(),
            passed: None,
        };
    }

    /// When the text of [`watch_for`](Self::watch_for) was handed on for the first time.
    #[must_use]
    pub fn handed_on(&self) -> Option<SystemTime> {
        self.watched().passed
    }

    fn watched(&self) -> MutexGuard<'_, Watch> {
        self.shared
            .watch
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What has gone through so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let read = |count: &AtomicU64| count.load(Ordering::SeqCst);
        let tally = &self.shared.tally;
        Counts {
            connections: read(&tally.connections),
            refused: read(&tally.refused),
            requests: read(&tally.requests),
            broken_answers: read(&tally.broken_answers),
        }
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.end.cancel();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let client = tokio::select! {
            () = shared.end.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => client,
                // Out of descriptors, say: the next client may fare better.
                Err(_this_client) => continue,
            },
        };
        shared.tally.connections.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(&shared);
        pump::spawn(async move {
            tokio::select! {
                () = shared.end.cancelled() => {}
                () = pump::connection(client, &shared) => {}
            }
        });
    }
}

#[cfg(test)]
mod tests;
