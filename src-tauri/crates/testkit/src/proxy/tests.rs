use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{FaultProxy, Mode, pump};

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nheard it all";

/// A server that counts the whole requests it took and answers each.
async fn counting_server() -> (std::net::SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&taken);
    pump::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            pump::spawn(async move {
                let (mut seen, mut buffer) = (Vec::new(), [0; 64]);
                while let Ok(read) = client.read(&mut buffer).await {
                    if read == 0 {
                        break;
                    }
                    seen.extend_from_slice(&buffer[..read]);
                    if seen.ends_with(b"body") {
                        seen.clear();
                        count.fetch_add(1, Ordering::SeqCst);
                        client.write_all(ANSWER.as_bytes()).await.unwrap();
                    }
                }
            });
        }
    });
    (address, taken)
}

const REQUEST: &[u8] = b"PUT /send HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody";

async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(REQUEST).await.unwrap();
    let (mut heard, mut buffer) = (String::new(), [0; 256]);
    while heard.len() < ANSWER.len() {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => heard.push_str(&String::from_utf8_lossy(&buffer[..read])),
            _ => break,
        }
    }
    heard
}

async fn ask_anew(proxy: &FaultProxy) -> String {
    ask(&mut TcpStream::connect(proxy.address()).await.unwrap()).await
}

#[tokio::test]
async fn a_passing_proxy_is_not_noticed() {
    let (server, taken) = counting_server().await;
    let proxy = FaultProxy::to(server).await.unwrap();
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(ask(&mut stream).await, ANSWER);
    assert_eq!(ask(&mut stream).await, ANSWER);
    let counts = proxy.counts();
    assert_eq!(
        (counts.connections, counts.requests, counts.broken_answers),
        (1, 2, 0)
    );
    assert_eq!(taken.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_refusing_proxy_lets_nothing_through_and_recovers() {
    let (server, taken) = counting_server().await;
    let proxy = FaultProxy::to(server).await.unwrap();
    let mut open = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(ask(&mut open).await, ANSWER);
    proxy.set(Mode::Refuse);
    let mut late = TcpStream::connect(proxy.address()).await.unwrap();
    // The line may break while we write or while we read.
    drop(late.write_all(REQUEST).await);
    assert!(!matches!(late.read(&mut [0; 16]).await, Ok(read) if read > 0));
    assert_eq!(
        ask(&mut open).await,
        "",
        "an open connection obeys the new mode"
    );
    assert_eq!(taken.load(Ordering::SeqCst), 1);
    assert_eq!(proxy.counts().refused, 2);
    proxy.set(Mode::Pass);
    assert_eq!(ask_anew(&proxy).await, ANSWER);
}

#[tokio::test]
async fn a_swallowed_answer_means_the_server_took_the_request_and_the_client_heard_nothing() {
    let (server, taken) = counting_server().await;
    let proxy = FaultProxy::to(server).await.unwrap();
    proxy.set(Mode::SwallowAnswer {
        matching: "/send".to_owned(),
    });
    assert_eq!(ask_anew(&proxy).await, "");
    assert_eq!(taken.load(Ordering::SeqCst), 1);
    assert_eq!(
        (proxy.counts().requests, proxy.counts().broken_answers),
        (1, 1)
    );
    proxy.set(Mode::SwallowAnswer {
        matching: "/other".to_owned(),
    });
    assert_eq!(ask_anew(&proxy).await, ANSWER);
}

#[tokio::test]
async fn an_answer_is_cut_after_exactly_the_bytes_allowed() {
    let (server, _) = counting_server().await;
    let proxy = FaultProxy::to(server).await.unwrap();
    proxy.set(Mode::CutAnswerAfter(20));
    assert_eq!(Some(ask_anew(&proxy).await.as_str()), ANSWER.get(..20));
    proxy.set(Mode::CutAnswerAfter(ANSWER.len()));
    assert_eq!(
        ask_anew(&proxy).await,
        ANSWER,
        "an answer that fits is not cut"
    );
}

#[tokio::test(start_paused = true)]
async fn a_delay_holds_requests_back_and_loses_none() {
    let (server, taken) = counting_server().await;
    let proxy = FaultProxy::to(server).await.unwrap();
    proxy.set(Mode::Delay(Duration::from_secs(3)));
    let before = tokio::time::Instant::now();
    assert_eq!(ask_anew(&proxy).await, ANSWER);
    assert!(before.elapsed() >= Duration::from_secs(3));
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_server_that_moved_is_reached_through_the_same_address() {
    let (first, first_taken) = counting_server().await;
    let (second, second_taken) = counting_server().await;
    let proxy = FaultProxy::to(first).await.unwrap();
    assert_eq!(ask_anew(&proxy).await, ANSWER);
    proxy.retarget(second);
    assert_eq!(ask_anew(&proxy).await, ANSWER);
    let counts = (
        first_taken.load(Ordering::SeqCst),
        second_taken.load(Ordering::SeqCst),
    );
    assert_eq!(counts, (1, 1));
}

#[tokio::test]
async fn a_text_that_is_watched_for_is_noted_when_it_is_handed_on() {
    let (server, _taken) = counting_server().await;
    let proxy = FaultProxy::to(server).await.unwrap();
    proxy.watch_for("something else");
    assert_eq!(ask_anew(&proxy).await, ANSWER);
    assert_eq!(proxy.handed_on(), None);
    proxy.watch_for("heard it");
    assert_eq!(proxy.handed_on(), None, "what passed before does not count");
    assert_eq!(ask_anew(&proxy).await, ANSWER);
    assert!(proxy.handed_on().is_some());
}
