//! The authentication service of a homeserver, ours: what OAuth 2 for Matrix asks of one, and
//! no more. The homeserver beside it is real and asks it about every token.
//!
//! It is as strict as those that people run. A client registers itself as a native one and
//! names a page of the own computer without a port, or a browser is not sent back; a code is
//! good once, for the client, the address and the proof it was asked with; a token that was
//! renewed cannot be renewed again. Who sits at the browser is said by the test
//! ([`AuthService::seats`]); nobody is asked for a password.
//!
//! Deliberately absent: ending a session. Clients do that over https alone, and there is none
//! on the loopback interface.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{HarnessError, MatrixUser, Synapse};

mod answers;
mod desk;

use desk::Desk;

/// A running service; it ends when dropped.
#[derive(Debug)]
pub struct AuthService {
    address: SocketAddr,
    desk: Arc<Counter>,
    /// Ends when dropped.
    _task: JoinSet<()>,
}

/// What the answers are made from.
#[derive(Debug)]
struct Counter {
    base: String,
    desk: Mutex<Desk>,
}

impl Counter {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuthService {
    /// What homeserver and service know each other by.
    pub(super) const SECRET: &'static str = "between-homeserver-and-service";

    /// Starts a service on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<Self, HarnessError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(HarnessError::io("find a free port"))?;
        let address = listener.local_addr();
        let address = address.map_err(HarnessError::io("find a free port"))?;
        let desk = Arc::new(Counter {
            base: format!("http://{address}"),
            desk: Mutex::new(Desk::default()),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(answers::metadata))
            .route("/oauth2/registration", post(answers::register))
            .route("/authorize", get(answers::authorize))
            .route("/oauth2/token", post(answers::token))
            .route("/oauth2/introspect", post(answers::introspect))
            .with_state(Arc::clone(&desk));
        let mut task = JoinSet::new();
        task.spawn(async move {
            // It ends with the service, and a test sees a service that does not answer.
            drop(axum::serve(listener, router).await);
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

    /// Whose users they are; the homeserver must be one that delegates to this service.
    pub fn serves(&self, server: &Synapse) {
        self.desk.desk().homeserver = Some(server.base_url());
    }

    /// From now on this user sits at the browser; nobody does before.
    pub fn seats(&self, user: &str) {
        self.desk.desk().user = Some(user.to_owned());
    }

    /// From now on tokens must be renewed after so long.
    pub fn tokens_last(&self, long: Duration) {
        self.desk.desk().token_lasts = long;
    }

    /// How many sessions of a user there are.
    #[must_use]
    pub fn sessions_of(&self, user: &str) -> usize {
        let desk = self.desk.desk();
        let all = desk.sessions.iter();
        all.filter(|it| it.user == user).count()
    }

    /// How often tokens of a user were renewed.
    #[must_use]
    pub fn renewals_of(&self, user: &str) -> u32 {
        let desk = self.desk.desk();
        let all = desk.sessions.iter().filter(|it| it.user == user);
        all.map(|it| it.renewals).sum()
    }

    /// Signs a user in as the independent second client, without a browser.
    ///
    /// # Errors
    /// When the homeserver refuses the device.
    pub async fn login(&self, server: &Synapse, user: &str) -> Result<MatrixUser, HarnessError> {
        let (token, device) = self.desk.desk().second_client(user);
        answers::upsert_device(&server.base_url(), user, &device).await?;
        MatrixUser::with_token(&server.base_url(), &server.user_id(user), &token)
    }
}
