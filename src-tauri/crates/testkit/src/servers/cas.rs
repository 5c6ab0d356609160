//! An identity provider of our own for the browser sign-in of a real homeserver: the two
//! requests of CAS that such a sign-in makes.
//!
//! Nobody is asked for a password: who sits at the browser is said by the test
//! ([`Cas::seats`]). A ticket is good once, and only for the service it was made for; with a
//! provider that took any, a homeserver that mixes them up would pass.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Url;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::HarnessError;

/// More than any request line of a sign-in.
const HEAD_LIMIT: u64 = 16 * 1024;

/// A running provider; it ends when dropped.
#[derive(Debug)]
pub struct Cas {
    address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    /// Ends when dropped.
    _task: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Desk {
    /// Who sits at the browser; nobody is refused.
    user: Option<String>,
    made: u32,
    /// Ticket, then for which service and user.
    tickets: BTreeMap<String, (String, String)>,
}

impl Cas {
    /// Starts a provider on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<Self, HarnessError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(HarnessError::io("find a free port"))?;
        let address = listener
            .local_addr()
            .map_err(HarnessError::io("find a free port"))?;
        let desk = Arc::<Mutex<Desk>>::default();
        let at = Arc::clone(&desk);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((line, _from)) = listener.accept().await {
                // A caller that breaks off has no further wishes.
                drop(serve(line, &at).await);
            }
        });
        Ok(Self {
            address,
            desk,
            _task: task,
        })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on this user sits at the browser, and the provider knows them.
    pub fn seats(&self, user: &str) {
        lock(&self.desk).user = Some(user.to_owned());
    }
}

impl Desk {
    /// The browser asks: it is sent back to the service with a ticket.
    fn login(&mut self, service: &str) -> Option<String> {
        let user = self.user.clone()?;
        let mut back = Url::parse(service).ok()?;
        self.made += 1;
        let ticket = format!("ST-{}", self.made);
        back.query_pairs_mut().append_pair("ticket", &ticket);
        self.tickets.insert(ticket, (service.to_owned(), user));
        Some(back.into())
    }

    /// The service asks who holds the ticket.
    fn validate(&mut self, ticket: &str, service: &str) -> String {
        let holder = self.tickets.remove(ticket);
        let said = match holder.filter(|(made_for, _)| made_for == service) {
            Some((_, user)) => format!(
                "<cas:authenticationSuccess><cas:user>{user}</cas:user></cas:authenticationSuccess>"
            ),
            None => "<cas:authenticationFailure code=\"INVALID_TICKET\">unknown\
                     </cas:authenticationFailure>"
                .to_owned(),
        };
        format!(
            "<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">{said}\
             </cas:serviceResponse>"
        )
    }

    fn answer(&mut self, target: &str) -> String {
        let Ok(url) = Url::parse("http://here").and_then(|here| here.join(target)) else {
            return response("400 Bad Request", "", "what?");
        };
        let asked = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs.find(|(key, _)| key == name).map(|(_, value)| value)
        };
        let service = asked("service").unwrap_or_default();
        match url.path() {
            "/login" => match self.login(&service) {
                Some(back) => response("302 Found", &format!("Location: {back}\r\n"), ""),
                None => response("403 Forbidden", "", "nobody sits here"),
            },
            "/proxyValidate" | "/serviceValidate" | "/p3/proxyValidate" => {
                let body = self.validate(&asked("ticket").unwrap_or_default(), &service);
                response("200 OK", "Content-Type: application/xml\r\n", &body)
            }
            _ => response("404 Not Found", "", "not here"),
        }
    }
}

async fn serve(mut line: TcpStream, desk: &Mutex<Desk>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut reading = (&mut line).take(HEAD_LIMIT.saturating_sub(head.len() as u64));
        if reading.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.split(' ').nth(1).unwrap_or_default();
    let answer = lock(desk).answer(target);
    line.write_all(answer.as_bytes()).await?;
    line.shutdown().await
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn lock(desk: &Mutex<Desk>) -> std::sync::MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_and_for_the_service_it_was_made_for() {
        let mut desk = Desk {
            user: Some("bert".to_owned()),
            ..Desk::default()
        };
        let service = "http://here/ticket?redirectUrl=x";
        assert_eq!(
            desk.login(service).as_deref(),
            Some("http://here/ticket?redirectUrl=x&ticket=ST-1")
        );
        assert!(desk.validate("ST-1", service).contains("bert"));
        assert!(!desk.validate("ST-1", service).contains("bert"));
        desk.login(service);
        assert!(!desk.validate("ST-2", "http://elsewhere/").contains("bert"));
    }
}
