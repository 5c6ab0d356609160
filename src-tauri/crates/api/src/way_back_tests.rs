use super::*;

/// What a browser hears that comes to this address.
async fn visited(address: &str, more: &str) -> std::io::Result<String> {
    let rest = address.strip_prefix("http://").unwrap();
    let (host, target) = rest.split_at(rest.find('/').unwrap());
    let mut line = TcpStream::connect(host).await?;
    let head = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n");
    line.write_all(head.as_bytes()).await?;
    let mut answer = String::new();
    line.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[test]
fn only_the_browser_that_was_sent_is_heard() {
    let head = "GET /word?loginToken=a HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_eq!(query(head, "/word"), Some("loginToken=a"));
    assert_eq!(query(head, "/other"), None);
    assert_eq!(query("GET /word2?a=b HTTP/1.1", "/word"), None);
    assert_eq!(query("GET /word HTTP/1.1", "/word"), None);
    assert_eq!(query("POST /word?a=b HTTP/1.1", "/word"), None);
}

#[tokio::test]
async fn the_browser_is_told_in_its_language_and_the_port_is_closed_behind_it() {
    let mut way = WayBack::open(PATIENCE).await.unwrap();
    let address = way.address().to_owned();
    let coming = way.take().unwrap();
    assert!(way.take().is_none(), "one hears of it");
    // Whoever does not know the word finds nothing, and it stays open.
    let stray = address.rsplit_once('/').unwrap().0.to_owned() + "/?loginToken=x";
    assert!(visited(&stray, "").await.unwrap().contains("404"));
    let url = format!("{address}?loginToken=x");
    let german = "Accept-Language: de-DE,de;q=0.8,en;q=0.5\r\n";
    let answer = visited(&url, german).await.unwrap();
    assert!(answer.contains("zu Rapport"), "{answer}");
    assert_eq!(coming.address().await, Ok(url.clone()));
    let refused = visited(&url, "").await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn who_gives_up_closes_the_port() {
    let mut way = WayBack::open(PATIENCE).await.unwrap();
    let address = way.address().to_owned();
    let coming = way.take().unwrap();
    drop(way);
    let error = coming.address().await.unwrap_err();
    assert_eq!(error.code, Code::Cancelled);
    assert!(visited(&address, "").await.is_err());
}

#[tokio::test]
async fn a_browser_that_never_comes_is_not_waited_for_for_ever() {
    assert!(too_late(PATIENCE).message.contains("15 minutes"));
    let mut way = WayBack::open(Duration::ZERO).await.unwrap();
    let error = way.take().unwrap().address().await.unwrap_err();
    assert_eq!(error.word.as_deref(), Some("browser_too_late"));
    assert_eq!(error.code, Code::Refused);
    assert!(visited(way.address(), "").await.is_err());
}
