//! A server that misbehaves on request. It runs on threads of its own, so that
//! nothing in it depends on the runtime under test.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What to do once a request has been read.
pub(crate) enum Then {
    /// Write these bytes and close.
    Say(Vec<u8>),
    /// Close without a word.
    Cut,
    /// Keep the line open and say nothing.
    Hang,
    /// Send a byte of body now and then, for ever.
    Drip,
}

impl Then {
    /// A whole answer.
    pub(crate) fn answer(status: u16, headers: &str, body: &[u8]) -> Self {
        let head = format!(
            "HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        Self::Say([head.as_bytes(), body].concat())
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) fn start(script: impl Fn(&str) -> Then + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(AtomicUsize::new(0));
        let (script, counter) = (Arc::new(script), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, counter) = (Arc::clone(&script), Arc::clone(&counter));
                std::thread::spawn(move || serve(stream, &*script, &counter));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many requests were read to their end.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

fn serve(mut stream: TcpStream, script: &dyn Fn(&str) -> Then, counter: &AtomicUsize) {
    let Some(request) = read_request(&mut stream) else {
        return;
    };
    counter.fetch_add(1, Ordering::SeqCst);
    match script(&request) {
        Then::Cut => {}
        // A client that has gone is fine.
        Then::Say(bytes) => drop(stream.write_all(&bytes)),
        Then::Hang => drop(stream.read_to_end(&mut Vec::new())),
        Then::Drip => {
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
            let mut alive = stream.write_all(head).is_ok();
            while alive {
                std::thread::sleep(Duration::from_millis(10));
                alive = stream.write_all(b"x").is_ok();
            }
        }
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let got = stream.read(&mut chunk).ok().filter(|got| *got > 0)?;
        bytes.extend_from_slice(&chunk[..got]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .to_lowercase()
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
            .unwrap_or(0);
        if body.len() >= length {
            return Some(text);
        }
    }
}
