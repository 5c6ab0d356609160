//! One connection through the proxy: bytes one way watched for the ends of requests, bytes the
//! other way counted, and the break where the mode says.

use std::borrow::Cow;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::framing::Requests;
use super::{Mode, Shared};

const BUFFER: usize = 16 * 1024;

pub(super) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    // A proxy of the tests has no supervisor; its tasks end with the token it cancels.
    #[expect(
        clippy::disallowed_methods,
        reason = "test equipment outside the supervised app"
    )]
    drop(tokio::spawn(task));
}

/// Serves one client until either side is done or the mode breaks the line.
pub(super) async fn connection(client: TcpStream, shared: &Shared) {
    if shared.mode() == Mode::Refuse {
        shared.tally.refused.fetch_add(1, Ordering::SeqCst);
        return reset(&client);
    }
    let target = *shared.target.lock().unwrap_or_else(PoisonError::into_inner);
    let Ok(server) = TcpStream::connect(target).await else {
        // As the client would see it without us: nobody there.
        shared.tally.refused.fetch_add(1, Ordering::SeqCst);
        return reset(&client);
    };
    let swallowing = AtomicU64::new(0);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let asks = asking(from_client, to_server, shared, &swallowing);
    let answers = answering(from_server, to_client, shared, &swallowing);
    tokio::pin!(asks);
    tokio::pin!(answers);
    // Returning drops both streams, which breaks both lines.
    tokio::select! {
        end = &mut asks => {
            // The client has said all; the server may still be answering.
            if end == End::Closed {
                answers.await;
            }
        }
        () = &mut answers => {}
    }
}

/// How the client's side ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    Broken,
}

async fn asking(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    shared: &Shared,
    swallowing: &AtomicU64,
) -> End {
    let (mut buffer, mut requests) = (vec![0; BUFFER], Requests::default());
    loop {
        let Ok(count) = client.read(&mut buffer).await else {
            return End::Closed;
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            // The server sees the client's end as the client meant it.
            drop(server.shutdown().await);
            return End::Closed;
        }
        let first_of_a_request = requests.under_way().is_none();
        match shared.mode() {
            Mode::Refuse if first_of_a_request => {
                shared.tally.refused.fetch_add(1, Ordering::SeqCst);
                return End::Broken;
            }
            Mode::Delay(how_long) if first_of_a_request => tokio::time::sleep(how_long).await,
            _ => {}
        }
        let complete = requests.feed(bytes);
        // Marked before the last byte leaves: the answer may come at once.
        for first_line in &complete {
            if swallows(&shared.mode(), first_line) {
                swallowing.fetch_add(1, Ordering::SeqCst);
            }
        }
        let said = rewritten(&shared.mode(), bytes);
        if server.write_all(&said).await.is_err() {
            return End::Closed;
        }
        for _ in &complete {
            shared.tally.requests.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn rewritten<'a>(mode: &Mode, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    let Mode::Rewrite { from, to } = mode else {
        return Cow::Borrowed(bytes);
    };
    let (mut rest, mut out) = (bytes, Vec::new());
    while let Some(at) = rest
        .windows(from.len().max(1))
        .position(|it| it == from.as_bytes())
    {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before);
        out.extend_from_slice(to.as_bytes());
        rest = after.get(from.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

fn swallows(mode: &Mode, first_line: &str) -> bool {
    matches!(mode, Mode::SwallowAnswer { matching } if first_line.contains(matching.as_str()))
}

async fn answering(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    shared: &Shared,
    swallowing: &AtomicU64,
) {
    let (mut buffer, mut passed) = (vec![0; BUFFER], 0_usize);
    loop {
        let Ok(count) = server.read(&mut buffer).await else {
            return;
        };
        let mut bytes = buffer.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            drop(client.shutdown().await);
            return;
        }
        // The server answers, so it has taken the request.
        if swallowing.load(Ordering::SeqCst) > 0 {
            shared.tally.broken_answers.fetch_add(1, Ordering::SeqCst);
            return;
        }
        let mut last = false;
        if let Mode::CutAnswerAfter(limit) = shared.mode() {
            let allowed = limit.saturating_sub(passed);
            last = bytes.len() > allowed;
            bytes = bytes.get(..allowed).unwrap_or(bytes);
        }
        passed += bytes.len();
        shared
            .watch
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .look(bytes);
        let said = rewritten(&shared.mode(), bytes);
        if client.write_all(&said).await.is_err() {
            return;
        }
        if last {
            shared.tally.broken_answers.fetch_add(1, Ordering::SeqCst);
            return;
        }
    }
}

/// Breaks a line at once, without the courtesy of an orderly end.
fn reset(client: &TcpStream) {
    // Where the system will not, dropping the stream closes it in good order, which breaks
    // the client's request as well.
    drop(client.set_zero_linger());
}
