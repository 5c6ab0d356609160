//! An independent encrypting Matrix client: matrix-nio in a process of its own.
//!
//! Different authors, different language, its own device and key store. We speak to it in
//! JSON lines (`nio_peer.py`); a thread reads its answers, so that nothing here blocks.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::sync::Mutex as AsyncMutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::command::{program, tail_of};
use super::venv::Venv;
use super::wait::blocking;
use super::{HarnessError, Synapse, cache, password_of};

const REQUIREMENTS: &str = include_str!("../../servers/nio.txt");
/// Longer than any wait inside the peer, which reports its own deadlines.
const ANSWER_DEADLINE: Duration = Duration::from_secs(120);

/// A message as the independent client saw it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Received {
    /// The event's id.
    pub event_id: String,
    /// The full id of the sender.
    pub sender: String,
    /// The client's name for the kind of event, such as `RoomMessageText`.
    pub kind: String,
    /// The text, if there is one and it could be read.
    pub body: Option<String>,
    /// Whether it came encrypted and could be read.
    pub decrypted: bool,
    /// Whether it came from a device this client has verified.
    pub verified: bool,
}

/// A signed-in, encrypting client that shares no code with ours.
#[derive(Debug)]
pub struct NioPeer {
    child: Child,
    orders: Mutex<ChildStdin>,
    answers: AsyncMutex<(u64, UnboundedReceiver<String>)>,
    identity: Value,
    store: TempDir,
}

/// The environment the client runs in, installed now if need be.
pub(super) async fn environment() -> Result<Venv, HarnessError> {
    blocking(|| Venv::ready("nio", REQUIREMENTS)).await
}

impl NioPeer {
    /// Signs a user of this homeserver in on a new device.
    ///
    /// # Errors
    /// When the client cannot be installed or the server refuses.
    pub async fn login(server: &Synapse, name: &str) -> Result<Self, HarnessError> {
        Self::login_at(
            &server.base_url(),
            &server.user_id(name),
            &password_of(name),
        )
        .await
    }

    /// Signs in at any address, such as a proxy's.
    ///
    /// # Errors
    /// When the client cannot be installed or the server refuses.
    pub async fn login_at(base: &str, user_id: &str, password: &str) -> Result<Self, HarnessError> {
        let venv = environment().await?;
        let mut peer = Self::start(&venv)?;
        let store = peer.store.path().display().to_string();
        let order = json!({"base": base, "user": user_id, "password": password, "store": store});
        peer.identity = peer.order("login", &order).await?;
        Ok(peer)
    }

    fn start(venv: &Venv) -> Result<Self, HarnessError> {
        let script = cache::script("nio_peer.py", include_str!("../../servers/nio_peer.py"))?;
        let store = tempfile::Builder::new()
            .prefix("rapport-nio-")
            .tempdir()
            .map_err(HarnessError::io("make a temporary folder"))?;
        let log = std::fs::File::create(store.path().join("peer.log"))
            .map_err(HarnessError::io("make the peer's log"))?;
        let mut command = program(venv.python());
        command
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log);
        let mut child = command
            .spawn()
            .map_err(HarnessError::io("start matrix-nio"))?;
        let (Some(orders), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(HarnessError::NoAnswer {
                request: "matrix-nio's start".to_owned(),
                why: "it has no pipes".to_owned(),
            });
        };
        let (sender, receiver) = unbounded_channel();
        // Ends by itself when the process does, as its pipe closes then.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            child,
            orders: Mutex::new(orders),
            answers: AsyncMutex::new((0, receiver)),
            identity: Value::Null,
            store,
        })
    }

    /// Gives one order and waits for its answer. Orders of one peer run one after the other.
    async fn order(&self, name: &str, details: &Value) -> Result<Value, HarnessError> {
        let mut turn = self.answers.lock().await;
        turn.0 += 1;
        let number = turn.0;
        let mut order = Map::from_iter([
            ("id".to_owned(), json!(number)),
            ("do".to_owned(), json!(name)),
        ]);
        if let Value::Object(details) = details {
            order.extend(details.clone());
        }
        let mut line = Value::Object(order).to_string();
        line.push('\n');
        self.orders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write_all(line.as_bytes())
            .map_err(|error| self.broke(name, &error.to_string()))?;
        loop {
            let heard = tokio::time::timeout(ANSWER_DEADLINE, turn.1.recv()).await;
            let line = match heard {
                Ok(Some(line)) => line,
                Ok(None) => return Err(self.broke(name, "the process ended")),
                Err(_elapsed) => return Err(self.broke(name, "no answer in time")),
            };
            let Ok(mut answer) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            // An answer to an order whose asker gave up earlier is not ours.
            if answer.get("id") != Some(&json!(number)) {
                continue;
            }
            if let Some(error) = answer.get("error").and_then(Value::as_str) {
                return Err(self.broke(name, error));
            }
            return Ok(answer.get_mut("ok").map(Value::take).unwrap_or_default());
        }
    }

    fn broke(&self, order: &str, why: &str) -> HarnessError {
        HarnessError::NoAnswer {
            request: format!("the independent client's `{order}`"),
            why: format!("{why}\n{}", tail_of(&self.store.path().join("peer.log"))),
        }
    }

    async fn text(&self, name: &str, details: &Value) -> Result<String, HarnessError> {
        let answer = self.order(name, details).await?;
        answer
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| HarnessError::Malformed {
                request: name.to_owned(),
                field: "text".to_owned(),
                body: answer.to_string(),
            })
    }

    async fn typed<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        details: &Value,
    ) -> Result<T, HarnessError> {
        let answer = self.order(name, details).await?;
        serde_json::from_value(answer.clone()).map_err(|error| HarnessError::Malformed {
            request: name.to_owned(),
            field: error.to_string(),
            body: answer.to_string(),
        })
    }

    fn own(&self, field: &str) -> &str {
        self.identity
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The full user id.
    #[must_use]
    pub fn user_id(&self) -> &str {
        self.own("user_id")
    }

    /// The device this sign-in made.
    #[must_use]
    pub fn device_id(&self) -> &str {
        self.own("device_id")
    }

    /// The device's public signing key.
    #[must_use]
    pub fn device_key(&self) -> &str {
        self.own("ed25519")
    }

    /// Makes an encrypted room and invites people by their full ids.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create_encrypted_room(
        &self,
        name: &str,
        invite: &[&str],
    ) -> Result<String, HarnessError> {
        let order = json!({"name": name, "invite": invite, "encrypted": true});
        self.text("create_room", &order).await
    }

    /// Invites a user by the full id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn invite(&self, room: &str, user_id: &str) -> Result<(), HarnessError> {
        self.order("invite", &json!({"room": room, "user": user_id}))
            .await
            .map(drop)
    }

    /// Accepts an invitation.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn join(&self, room: &str) -> Result<(), HarnessError> {
        self.order("join", &json!({"room": room})).await.map(drop)
    }

    /// Waits until this client knows that a user has joined; what it sends from then on
    /// can be read by them.
    ///
    /// # Errors
    /// When they do not join in time.
    pub async fn wait_for_member(&self, room: &str, user_id: &str) -> Result<(), HarnessError> {
        let order = json!({"room": room, "user": user_id, "seconds": 30});
        self.order("wait_for_member", &order).await.map(drop)
    }

    /// Sends a text, encrypted where the room is; gives the event id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn send(&self, room: &str, body: &str) -> Result<String, HarnessError> {
        self.text("send", &json!({"room": room, "body": body}))
            .await
    }

    /// Sends any event, encrypted where the room is; gives the event id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn send_event(
        &self,
        room: &str,
        kind: &str,
        content: &Value,
    ) -> Result<String, HarnessError> {
        self.text(
            "send_event",
            &json!({"room": room, "kind": kind, "content": content}),
        )
        .await
    }

    /// Sends an encrypted file; gives the event id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn send_file(
        &self,
        room: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<String, HarnessError> {
        let order = json!({"room": room, "name": name, "data": STANDARD.encode(bytes)});
        self.text("send_file", &order).await
    }

    /// Waits until a message with exactly this text has come and could be read.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn wait_for(&self, room: &str, body: &str) -> Result<Received, HarnessError> {
        self.typed(
            "wait_for",
            &json!({"room": room, "body": body, "seconds": 45}),
        )
        .await
    }

    /// Every message of a room this client has seen, readable or not.
    ///
    /// # Errors
    /// When the client is gone.
    pub async fn messages(&self, room: &str) -> Result<Vec<Received>, HarnessError> {
        self.typed("messages", &json!({"room": room})).await
    }

    /// Downloads and decrypts the file of a message this client has seen.
    ///
    /// # Errors
    /// When the server refuses or the file does not match its keys.
    pub async fn fetch_file(&self, event_id: &str) -> Result<Vec<u8>, HarnessError> {
        self.bytes("fetch_file", event_id).await
    }

    /// The same for the small picture of an encrypted message.
    ///
    /// # Errors
    /// When there is none, the server refuses or it does not match its keys.
    pub async fn fetch_thumbnail(&self, event_id: &str) -> Result<Vec<u8>, HarnessError> {
        self.bytes("fetch_thumbnail", event_id).await
    }

    async fn bytes(&self, command: &str, event_id: &str) -> Result<Vec<u8>, HarnessError> {
        let encoded = self.text(command, &json!({"event_id": event_id})).await?;
        STANDARD
            .decode(&encoded)
            .map_err(|error| HarnessError::Malformed {
                request: command.to_owned(),
                field: error.to_string(),
                body: String::new(),
            })
    }

    /// A user's devices as this client knows them: id, public signing key, whether verified.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn devices(
        &self,
        user_id: &str,
    ) -> Result<Vec<(String, String, bool)>, HarnessError> {
        #[derive(Deserialize)]
        struct Device {
            device_id: String,
            ed25519: String,
            verified: bool,
        }
        let devices: Vec<Device> = self.typed("devices", &json!({"user": user_id})).await?;
        Ok(devices
            .into_iter()
            .map(|it| (it.device_id, it.ed25519, it.verified))
            .collect())
    }

    /// Writes this device's room keys to a file, under a passphrase, in the standard format.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn export_keys(
        &self,
        to: &std::path::Path,
        passphrase: &str,
    ) -> Result<(), HarnessError> {
        let order = json!({"path": to.display().to_string(), "passphrase": passphrase});
        self.order("export_keys", &order).await.map(drop)
    }

    /// Waits until another device asks to be verified (requests are agreed to at once);
    /// gives the verification's transaction id.
    ///
    /// # Errors
    /// When nobody asks in time.
    pub async fn wait_for_verification(&self) -> Result<String, HarnessError> {
        let asked = self
            .order("wait_for_verification", &json!({"seconds": 45}))
            .await?;
        super::web::text_of(&asked, "transaction", "wait_for_verification")
    }

    /// Asks another device to be verified and, once it agrees, begins comparing emoji; gives
    /// the verification's transaction id.
    ///
    /// # Errors
    /// When the other device does not agree in time.
    pub async fn ask_verification(
        &self,
        user_id: &str,
        device_id: &str,
    ) -> Result<String, HarnessError> {
        self.text(
            "ask_verification",
            &json!({"user": user_id, "device": device_id}),
        )
        .await
    }

    /// Waits for the other device to begin comparing emoji, and agrees.
    ///
    /// # Errors
    /// When the other device does not begin in time.
    pub async fn accept_verification(&self, transaction: &str) -> Result<(), HarnessError> {
        self.order("accept_verification", &json!({"transaction": transaction}))
            .await
            .map(drop)
    }

    /// The English names of the seven emoji this client shows.
    ///
    /// # Errors
    /// When the other device cancels or does not answer in time.
    pub async fn emoji(&self, transaction: &str) -> Result<Vec<String>, HarnessError> {
        self.typed("emoji", &json!({"transaction": transaction}))
            .await
    }

    /// Says that the emoji match, and waits until the other device says so too.
    ///
    /// # Errors
    /// When the other device cancels or does not answer in time.
    pub async fn confirm_verification(&self, transaction: &str) -> Result<(), HarnessError> {
        let order = json!({"transaction": transaction, "seconds": 45});
        self.order("confirm_verification", &order).await.map(drop)
    }

    /// Says that the emoji differ.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn cancel_verification(&self, transaction: &str) -> Result<(), HarnessError> {
        self.order("cancel_verification", &json!({"transaction": transaction}))
            .await
            .map(drop)
    }
}

impl Drop for NioPeer {
    fn drop(&mut self) {
        // Both fail only if the process has ended and been reaped already, as intended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
