//! End-to-end encryption as people meet it: is this device trusted, can lost keys come back,
//! do these seven emoji match.
//!
//! A comparison is a talk between two devices. It may need the stream while nobody pulls, so
//! each wait here asks the server itself ([`Flow::step`]); what comes along is kept for the
//! next pull. Every wait has a deadline and ends in plain words.

use std::fmt;
use std::time::Duration;

use matrix_sdk::Client;
use matrix_sdk::encryption::recovery::RecoveryState;
use matrix_sdk::encryption::verification::{
    SasVerification, Verification, VerificationRequest, VerificationRequestState,
};
use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::api::client::uiaa::{
    AuthData, MatrixUserIdentifier, Password, UserIdentifier,
};
use rapport_model::Fault;
use rapport_model::connector::{Secured, SecurityAnswer, SecurityStep};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::fault::{self, Asked};
use super::flow::Flow;
use super::locked;
use super::session::{Live, Session};

/// How long another person or device may take to accept.
const ACCEPT: Duration = Duration::from_secs(120);
/// How long the two devices may take among themselves.
const EXCHANGE: Duration = Duration::from_secs(60);
/// How long whoever asked may take to begin the comparison, before this side does.
const THEIR_TURN: Duration = Duration::from_secs(8);
const STEP: Duration = Duration::from_secs(2);

/// The comparison that waits for the user's word.
#[derive(Default)]
pub(super) struct Comparing(Mutex<Option<SasVerification>>);

impl fmt::Debug for Comparing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Comparing")
    }
}

/// Answers a question about encryption.
pub(super) async fn answer(
    session: &Session,
    flow: &Flow,
    comparing: &Comparing,
    step: SecurityStep,
) -> Result<SecurityAnswer, Fault> {
    let live = session.live().await?;
    let talk = Talk {
        session,
        flow,
        live: &live,
    };
    match step {
        SecurityStep::Status => status(&live).await,
        SecurityStep::SetUp { password } => set_up(&live, password).await,
        SecurityStep::Recover { key } => {
            let recovery = live.client.encryption().recovery();
            recovery
                .recover(key.trim())
                .await
                .map_err(|e| fault::of_recovery(&e))?;
            flow.keys_came();
            Ok(SecurityAnswer::Done {
                what: Secured::Restored,
            })
        }
        SecurityStep::Verify { user } => {
            let request = talk.ask(user.as_deref()).await?;
            talk.until(ACCEPT, || request.is_ready() || over(&request))
                .await?;
            let sas = talk.begin(&request).await?;
            talk.emoji(sas, comparing).await
        }
        SecurityStep::AcceptVerification => {
            let request = talk.asked().await?;
            request
                .accept()
                .await
                .map_err(|e| fault::of(&e, Asked::Reading))?;
            let begun = || theirs(&request).is_some() || over(&request);
            let sas = match talk.until(THEIR_TURN, begun).await {
                Ok(()) => theirs(&request),
                Err(_took_too_long) => None,
            };
            let sas = match sas {
                Some(sas) => sas,
                None => talk.begin(&request).await?,
            };
            talk.emoji(sas, comparing).await
        }
        SecurityStep::EmojiMatch => {
            let sas = waiting(comparing).await?;
            sas.confirm()
                .await
                .map_err(|e| fault::of(&e, Asked::Reading))?;
            talk.until(EXCHANGE, || sas.is_done() || sas.is_cancelled())
                .await?;
            if sas.is_cancelled() {
                return Err(stopped(&sas));
            }
            flow.keys_came();
            Ok(SecurityAnswer::Done {
                what: Secured::Verified,
            })
        }
        SecurityStep::EmojiDiffer => {
            let sas = waiting(comparing).await?;
            sas.mismatch()
                .await
                .map_err(|e| fault::of(&e, Asked::Reading))?;
            Ok(SecurityAnswer::Done {
                what: Secured::Stopped,
            })
        }
    }
}

async fn status(live: &Live) -> Result<SecurityAnswer, Fault> {
    let encryption = live.client.encryption();
    // These ask the server a few things after a start; without it, what is known is told.
    let _known_or_not = timeout(STEP, encryption.wait_for_e2ee_initialization_tasks()).await;
    let own = encryption.get_own_device().await;
    let own = own.map_err(|error| fault::of(&error.into(), Asked::Reading))?;
    let keys = encryption.cross_signing_status().await;
    Ok(SecurityAnswer::Status {
        verified: own.is_some_and(|device| device.is_cross_signed_by_owner()),
        cross_signing: keys.is_some_and(|keys| keys.is_complete()),
        backup: encryption.backups().are_enabled().await,
        recovery: encryption.recovery().state() == RecoveryState::Enabled,
        undecryptable: locked::list(&live.client).await?.len() as u64,
    })
}

async fn set_up(live: &Live, password: Option<String>) -> Result<SecurityAnswer, Fault> {
    let encryption = live.client.encryption();
    if let Err(error) = encryption.bootstrap_cross_signing_if_needed(None).await {
        let Some(asked) = error.as_uiaa_response() else {
            return Err(fault::of(&error, Asked::Reading));
        };
        let password = password.ok_or_else(|| {
            Fault::Denied("the homeserver wants your password to set up encryption".to_owned())
        })?;
        let user = UserIdentifier::Matrix(MatrixUserIdentifier::new(live.me.clone()));
        let mut proof = Password::new(user, password);
        proof.session.clone_from(&asked.session);
        let proof = AuthData::Password(proof);
        let done = encryption
            .bootstrap_cross_signing_if_needed(Some(proof))
            .await;
        done.map_err(|error| fault::of(&error, Asked::Reading))?;
    }
    let key = encryption
        .recovery()
        .enable()
        .await
        .map_err(|e| fault::of_recovery(&e))?;
    Ok(SecurityAnswer::RecoveryKey { key })
}

/// One talk with another device.
struct Talk<'a> {
    session: &'a Session,
    flow: &'a Flow,
    live: &'a Live,
}

impl Talk<'_> {
    /// Asks the server for news until `come` or the deadline.
    async fn until(&self, deadline: Duration, come: impl Fn() -> bool + Send) -> Result<(), Fault> {
        let steps = async {
            while !come() {
                Box::pin(self.flow.step(self.session, STEP)).await?;
            }
            Ok(())
        };
        timeout(deadline, steps).await.unwrap_or_else(|_elapsed| {
            Err(Fault::Rejected(
                "the other side did not answer in time; try again".to_owned(),
            ))
        })
    }

    /// Asks a person, or the user's own other devices, for a comparison.
    async fn ask(&self, user: Option<&str>) -> Result<VerificationRequest, Fault> {
        let encryption = self.live.client.encryption();
        let id = UserId::parse(user.unwrap_or(&self.live.me)).map_err(|_bad| {
            Fault::Rejected("this is not the address of a Matrix user".to_owned())
        })?;
        let identity = encryption.request_user_identity(&id).await;
        let identity = identity.map_err(|error| fault::of(&error, Asked::Reading))?;
        let identity = identity.ok_or_else(|| {
            Fault::Rejected("they have not set up encryption; nothing can be compared".to_owned())
        })?;
        identity
            .request_verification()
            .await
            .map_err(|error| fault::of_chain(&error))
    }

    /// Waits for somebody's request.
    async fn asked(&self) -> Result<VerificationRequest, Fault> {
        let encryption = self.live.client.encryption();
        let steps = async {
            loop {
                for (user, id) in self.live.asked.newest() {
                    let Ok(user) = UserId::parse(&user) else {
                        continue;
                    };
                    match encryption.get_verification_request(&user, &id).await {
                        Some(request) if !over(&request) && !request.we_started() => {
                            return Ok(request);
                        }
                        _ => {}
                    }
                }
                Box::pin(self.flow.step(self.session, STEP)).await?;
            }
        };
        timeout(ACCEPT, steps).await.unwrap_or_else(|_elapsed| {
            Err(Fault::Rejected(
                "nobody asked for a comparison; start it there again".to_owned(),
            ))
        })
    }

    /// Begins the comparison of emoji.
    async fn begin(&self, request: &VerificationRequest) -> Result<SasVerification, Fault> {
        if over(request) {
            return Err(Fault::Rejected(
                "the other side stopped; nothing was trusted".to_owned(),
            ));
        }
        if let Some(sas) = theirs(request) {
            return Ok(sas);
        }
        let begun = request
            .start_sas()
            .await
            .map_err(|e| fault::of(&e, Asked::Reading))?;
        begun.ok_or_else(|| {
            Fault::Rejected("the other side cannot compare emoji; use another device".to_owned())
        })
    }

    /// Waits for the emoji.
    async fn emoji(
        &self,
        sas: SasVerification,
        comparing: &Comparing,
    ) -> Result<SecurityAnswer, Fault> {
        if !sas.we_started() {
            sas.accept()
                .await
                .map_err(|error| fault::of(&error, Asked::Reading))?;
        }
        self.until(EXCHANGE, || sas.can_be_presented() || sas.is_cancelled())
            .await?;
        let emoji = sas.emoji().ok_or_else(|| stopped(&sas))?;
        let pairs = emoji
            .iter()
            .map(|it| (it.symbol.to_owned(), it.description.to_owned()));
        let answer = SecurityAnswer::Emoji {
            pairs: pairs.collect(),
        };
        *comparing.0.lock().await = Some(sas);
        Ok(answer)
    }
}

fn over(request: &VerificationRequest) -> bool {
    request.is_cancelled() || request.is_done()
}

fn theirs(request: &VerificationRequest) -> Option<SasVerification> {
    match request.state() {
        VerificationRequestState::Transitioned {
            verification: Verification::SasV1(sas),
            ..
        } => Some(sas),
        _ => None,
    }
}

async fn waiting(comparing: &Comparing) -> Result<SasVerification, Fault> {
    comparing
        .0
        .lock()
        .await
        .take()
        .ok_or_else(|| Fault::Rejected("no comparison is under way; start it again".to_owned()))
}

fn stopped(sas: &SasVerification) -> Fault {
    let why = sas.cancel_info().map(|info| info.reason().to_owned());
    let why = why.unwrap_or_else(|| "there are no emoji to compare".to_owned());
    Fault::Rejected(format!("stopped ({why}); nothing was trusted"))
}

/// Who asked this device for a comparison, newest last: user id and the talk's id.
#[derive(Debug, Clone, Default)]
pub(super) struct Asks(std::sync::Arc<std::sync::Mutex<Vec<(String, String)>>>);

impl Asks {
    /// Listens on a client from now on.
    pub(super) fn listen(client: &Client) -> Self {
        use matrix_sdk::ruma::events::key::verification::request::ToDeviceKeyVerificationRequestEvent;
        use matrix_sdk::ruma::events::room::message::{MessageType, OriginalSyncRoomMessageEvent};
        let asks = Self::default();
        let heard = asks.clone();
        client.add_event_handler(move |event: ToDeviceKeyVerificationRequestEvent| {
            heard.note(event.sender.as_str(), event.content.transaction_id.as_str());
            std::future::ready(())
        });
        let heard = asks.clone();
        client.add_event_handler(move |event: OriginalSyncRoomMessageEvent| {
            if matches!(event.content.msgtype, MessageType::VerificationRequest(_)) {
                heard.note(event.sender.as_str(), event.event_id.as_str());
            }
            std::future::ready(())
        });
        asks
    }

    fn note(&self, user: &str, id: &str) {
        if let Ok(mut asks) = self.0.lock() {
            if asks.len() >= 20 {
                asks.remove(0);
            }
            asks.push((user.to_owned(), id.to_owned()));
        }
    }

    fn newest(&self) -> Vec<(String, String)> {
        self.0
            .lock()
            .map(|asks| asks.iter().rev().cloned().collect())
            .unwrap_or_default()
    }
}
