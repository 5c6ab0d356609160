//! The line breaks in every phase, and the fault says what may have happened.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up must fail"
)]

mod server;

use std::sync::Arc;
use std::time::Duration;

use rapport_model::time::Stopped;
use rapport_model::{Fault, Millis};
use rapport_net::{Budget, Http, HttpConfig, Limits, Method, Request, Url};
use serde_json::json;
use server::{Server, Then};

fn config() -> HttpConfig {
    HttpConfig::new(Arc::new(Stopped(Millis(1_445_412_480_000))))
}

fn http() -> Http {
    Http::new(config()).unwrap()
}

fn get(url: &str) -> Request {
    Request::read(Method::GET, Url::parse(url).unwrap())
}

fn post(url: &str) -> Request {
    Request::write(Method::POST, Url::parse(url).unwrap()).json(&json!({"x": 1}))
}

#[tokio::test]
async fn a_refused_connection_is_offline_for_reads_and_writes() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    for request in [get(&url), post(&url)] {
        let fault = http().send(request).await.unwrap_err();
        assert!(
            matches!(&fault, Fault::Offline(why) if why.contains("nothing answers")),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn an_unknown_name_is_offline() {
    let fault = http()
        .send(post("http://no-such-host.invalid/"))
        .await
        .unwrap_err();
    assert!(matches!(fault, Fault::Offline(_)), "{fault}");
}

#[tokio::test]
async fn a_write_cut_after_it_was_written_may_have_been_done() {
    let server = Server::start(|_| Then::Cut);
    let fault = http().send(post(&server.url("/"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
    let fault = http().send(get(&server.url("/"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Transient(_)), "{fault}");
    assert_eq!(
        server.seen(),
        2,
        "nothing is asked again behind the engine's back"
    );
}

#[tokio::test]
async fn an_answer_cut_in_its_body_counts_as_no_answer() {
    let server = Server::start(|_| {
        Then::Say(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":".to_vec())
    });
    let fault = http().send(post(&server.url("/"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
    let fault = http().send(get(&server.url("/"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Transient(_)), "{fault}");
}

#[tokio::test]
async fn a_silent_server_is_given_up_on() {
    let server = Server::start(|_| Then::Hang);
    let mut config = config();
    config.read_timeout = Duration::from_millis(80);
    let http = Http::new(config).unwrap();
    let fault = http.send(post(&server.url("/"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
    let fault = http.send(get(&server.url("/"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Transient(_)), "{fault}");
}

#[tokio::test]
async fn a_dripping_answer_ends_with_the_total_time() {
    let server = Server::start(|_| Then::Drip);
    let request = get(&server.url("/")).timeout(Duration::from_millis(150));
    let fault = http().send(request).await.unwrap_err();
    assert!(matches!(fault, Fault::Transient(_)), "{fault}");
}

#[tokio::test]
async fn a_refusal_for_a_while_says_how_long_and_holds_the_account() {
    let server = Server::start(|_| Then::answer(429, "retry-after: 90\r\n", b"slow down"));
    let clock = Arc::new(Stopped(Millis(0)));
    let budget = Budget::new(clock.clone(), Limits::default());
    let http = Http::new(HttpConfig::new(clock).budget(budget)).unwrap();
    let fault = http.call(get(&server.url("/"))).await.unwrap_err();
    assert!(
        matches!(
            fault,
            Fault::Throttled {
                after_ms: 90_000,
                ..
            }
        ),
        "{fault}"
    );
    let fault = http.call(get(&server.url("/"))).await.unwrap_err();
    assert!(
        matches!(
            fault,
            Fault::Throttled {
                after_ms: 90_000,
                ..
            }
        ),
        "{fault}"
    );
    assert_eq!(
        server.seen(),
        1,
        "nothing was sent while the source asked to wait"
    );
}

#[tokio::test]
async fn a_huge_answer_is_refused_before_it_is_kept() {
    let declared = Server::start(|_| {
        Then::Say(b"HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\n".to_vec())
    });
    let streamed = Server::start(|_| {
        Then::Say(
            [
                &b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"[..],
                &vec![b'x'; 200_000],
            ]
            .concat(),
        )
    });
    for server in [&declared, &streamed] {
        let fault = http()
            .send(get(&server.url("/")).limit(1_000))
            .await
            .unwrap_err();
        assert!(matches!(fault, Fault::Rejected(_)), "{fault}");
        let fault = http()
            .send(post(&server.url("/")).limit(1_000))
            .await
            .unwrap_err();
        assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
    }
}

#[tokio::test]
async fn a_packed_answer_is_unpacked() {
    const PACKED: [u8; 35] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 170, 202, 44, 40, 72, 77, 81, 178, 42, 41, 42,
        77, 173, 5, 0, 132, 40, 188, 8, 15, 0, 0, 0,
    ];
    let server = Server::start(|request| {
        assert!(request.to_lowercase().contains("accept-encoding: gzip"));
        Then::answer(200, "content-encoding: gzip\r\n", &PACKED)
    });
    let answer = http().call(get(&server.url("/"))).await.unwrap();
    assert_eq!(answer.json(), Ok(json!({"zipped": true})));
}

#[tokio::test]
async fn a_redirected_read_is_followed_and_leaves_its_sign_in_behind() {
    let other = Server::start(|request| {
        assert!(
            !request.to_lowercase().contains("authorization"),
            "{request}"
        );
        Then::answer(200, "", b"there")
    });
    let location = format!("location: {}\r\n", other.url("/there"));
    let server = Server::start(move |_| Then::answer(302, &location, b""));
    let request = get(&server.url("/")).authorization("Bearer x");
    assert_eq!(http().call(request).await.unwrap().text(), "there");
}

#[tokio::test]
async fn a_redirected_write_is_never_turned_into_a_read() {
    let server = Server::start(|_| Then::answer(301, "location: /elsewhere\r\n", b""));
    let fault = http().send(post(&server.url("/"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Rejected(_)), "{fault}");
    assert_eq!(server.seen(), 1);
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let server = Server::start(|_| Then::answer(302, "location: /again\r\n", b""));
    let fault = http().send(get(&server.url("/"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Rejected(_)), "{fault}");
}

#[tokio::test]
async fn a_redirect_to_another_scheme_is_refused() {
    let server = Server::start(|_| Then::answer(302, "location: file:///etc/passwd\r\n", b""));
    let fault = http().send(get(&server.url("/"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Rejected(_)), "{fault}");
}

#[tokio::test]
async fn a_web_page_in_place_of_data_passes_for_a_read_and_is_unsure_for_a_write() {
    let server = Server::start(|_| Then::answer(200, "", b"\n<html>sign in to the hotel"));
    let answer = http().call(get(&server.url("/"))).await.unwrap();
    assert!(matches!(answer.json(), Err(Fault::Transient(_))));
    let answer = http().call(post(&server.url("/"))).await.unwrap();
    assert!(matches!(answer.json(), Err(Fault::Unknown(_))));
}

#[tokio::test]
async fn a_failed_download_leaves_no_file() {
    let folder = std::env::temp_dir().join(format!("rapport-net-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let to = folder.join("file");
    let server = Server::start(|_| Then::answer(200, "", &[b'x'; 5_000]));
    let written = http().download(get(&server.url("/")), &to, 5_000).await;
    assert_eq!(written, Ok(5_000));
    assert_eq!(std::fs::read(&to).unwrap().len(), 5_000);
    let fault = http()
        .download(get(&server.url("/")), &to, 4_999)
        .await
        .unwrap_err();
    assert!(matches!(fault, Fault::Rejected(_)), "{fault}");
    let cut =
        Server::start(|_| Then::Say(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nxx".to_vec()));
    let fault = http()
        .download(get(&cut.url("/")), &to, 5_000)
        .await
        .unwrap_err();
    assert!(matches!(fault, Fault::Transient(_)), "{fault}");
    assert!(!to.exists());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn no_fault_quotes_a_secret_of_the_address() {
    let server = Server::start(|_| Then::Cut);
    let url = server
        .url("/?access_token=hunter2")
        .replace("http://", "http://ann:hunter2@");
    for request in [get(&url), post(&url)] {
        let shown = format!("{request:?}");
        let fault = http().send(request).await.unwrap_err();
        assert!(
            !format!("{fault} {shown}").contains("hunter2"),
            "{fault} {shown}"
        );
    }
}
