//! A second Matrix client that shares no code with ours: the plain client-server API.
//!
//! It keeps no state but its token, so that what it reports is what the server holds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::HarnessError;
use super::wait::eventually;
use super::web::{Answer, Ask, Body, Web, segment, text_of};

/// Which way a timeline is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Newest first.
    Backwards,
    /// Oldest first.
    Forwards,
}

/// A signed-in user of the independent client.
#[derive(Debug)]
pub struct MatrixUser {
    web: Web,
    user_id: String,
    device_id: String,
    token: String,
    header: String,
    sent: AtomicU64,
}

impl MatrixUser {
    /// Signs in with a password, on a new device.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn login(base: &str, name: &str, password: &str) -> Result<Self, HarnessError> {
        let web = Web::to(base)?;
        let body = json!({
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": name},
            "password": password,
            "initial_device_display_name": "second client",
        });
        let path = "/_matrix/client/v3/login";
        let ask = Ask {
            method: Method::POST,
            path,
            authorization: None,
            body: Body::Json(&body),
        };
        let session = web.ask(ask).await?.json()?;
        let mut user = Self::with_token(
            base,
            &text_of(&session, "user_id", path)?,
            &text_of(&session, "access_token", path)?,
        )?;
        user.device_id = text_of(&session, "device_id", path)?;
        Ok(user)
    }

    pub(super) fn with_token(base: &str, user_id: &str, token: &str) -> Result<Self, HarnessError> {
        Ok(Self {
            web: Web::to(base)?,
            user_id: user_id.to_owned(),
            device_id: String::new(),
            token: token.to_owned(),
            header: format!("Bearer {token}"),
            sent: AtomicU64::new(0),
        })
    }

    /// The full user id.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The device this sign-in made.
    #[must_use]
    pub fn device_id(&self) -> &str {
        &self.device_id
    }

    /// The access token, for tests that hand it to another client.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.token
    }

    /// Any call of the client-server or admin API.
    ///
    /// # Errors
    /// When the server refuses or does not answer.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, HarnessError> {
        self.ask(method, path, body.map_or(Body::Nothing, Body::Json))
            .await?
            .json()
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Body<'_>,
    ) -> Result<Answer, HarnessError> {
        self.web
            .ask(Ask {
                method,
                path,
                authorization: Some(&self.header),
                body,
            })
            .await
    }

    async fn in_room(
        &self,
        method: Method,
        room: &str,
        rest: &str,
        body: Option<&Value>,
    ) -> Result<Value, HarnessError> {
        let path = format!("/_matrix/client/v3/rooms/{}/{rest}", segment(room));
        self.call(method, &path, body).await
    }

    /// Makes a private, unencrypted room and invites people by their full ids.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create_room(&self, name: &str, invite: &[&str]) -> Result<String, HarnessError> {
        let wanted = json!({"name": name, "preset": "private_chat", "invite": invite});
        self.create_room_with(&wanted).await
    }

    /// Makes a room from the API's own description of one: spaces, direct messages, encryption.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create_room_with(&self, wanted: &Value) -> Result<String, HarnessError> {
        let path = "/_matrix/client/v3/createRoom";
        text_of(
            &self.call(Method::POST, path, Some(wanted)).await?,
            "room_id",
            path,
        )
    }

    /// Invites a user by the full id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn invite(&self, room: &str, user_id: &str) -> Result<(), HarnessError> {
        self.in_room(
            Method::POST,
            room,
            "invite",
            Some(&json!({"user_id": user_id})),
        )
        .await
        .map(drop)
    }

    /// Accepts an invitation.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn join(&self, room: &str) -> Result<(), HarnessError> {
        self.in_room(Method::POST, room, "join", Some(&json!({})))
            .await
            .map(drop)
    }

    /// Leaves a room.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn leave(&self, room: &str) -> Result<(), HarnessError> {
        self.in_room(Method::POST, room, "leave", Some(&json!({})))
            .await
            .map(drop)
    }

    /// Sends a plain text under a transaction id of the caller's choice; gives the event id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn send(&self, room: &str, text: &str, txn: &str) -> Result<String, HarnessError> {
        let content = json!({"msgtype": "m.text", "body": text});
        self.send_event_as(room, "m.room.message", &content, txn)
            .await
    }

    /// Sends a plain text; gives the event id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn say(&self, room: &str, text: &str) -> Result<String, HarnessError> {
        self.send(room, text, &self.next_txn()).await
    }

    /// Sends an event of any type; gives the event id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn send_event(
        &self,
        room: &str,
        kind: &str,
        content: &Value,
    ) -> Result<String, HarnessError> {
        self.send_event_as(room, kind, content, &self.next_txn())
            .await
    }

    /// Sends an event of any type under a transaction id of the caller's choice.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn send_event_as(
        &self,
        room: &str,
        kind: &str,
        content: &Value,
        txn: &str,
    ) -> Result<String, HarnessError> {
        let rest = format!("send/{}/{}", segment(kind), segment(txn));
        text_of(
            &self
                .in_room(Method::PUT, room, &rest, Some(content))
                .await?,
            "event_id",
            &rest,
        )
    }

    pub(super) async fn send_dated(
        &self,
        room: &str,
        at_millis: i64,
        body: &str,
    ) -> Result<String, HarnessError> {
        let digest =
            super::cache::fingerprint(&[room, &self.user_id, &at_millis.to_string(), body]);
        let rest = format!(
            "send/m.room.message/{digest}?ts={at_millis}&user_id={}",
            segment(&self.user_id)
        );
        let content = json!({"msgtype": "m.text", "body": body});
        text_of(
            &self
                .in_room(Method::PUT, room, &rest, Some(&content))
                .await?,
            "event_id",
            &rest,
        )
    }

    /// Replaces the text of an earlier message; gives the id of the edit.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn edit(&self, room: &str, event: &str, text: &str) -> Result<String, HarnessError> {
        let content = json!({
            "msgtype": "m.text",
            "body": format!("* {text}"),
            "m.new_content": {"msgtype": "m.text", "body": text},
            "m.relates_to": {"rel_type": "m.replace", "event_id": event},
        });
        self.send_event(room, "m.room.message", &content).await
    }

    /// Reacts to a message; gives the id of the reaction.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn react(&self, room: &str, event: &str, key: &str) -> Result<String, HarnessError> {
        let relation = json!({"rel_type": "m.annotation", "event_id": event, "key": key});
        self.send_event(room, "m.reaction", &json!({"m.relates_to": relation}))
            .await
    }

    /// Takes a message back; gives the id of the redaction.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn redact(
        &self,
        room: &str,
        event: &str,
        reason: &str,
    ) -> Result<String, HarnessError> {
        let rest = format!("redact/{}/{}", segment(event), segment(&self.next_txn()));
        let body = json!({"reason": reason});
        text_of(
            &self.in_room(Method::PUT, room, &rest, Some(&body)).await?,
            "event_id",
            &rest,
        )
    }

    /// Sets a part of a room's state that there is once in it, such as its name.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn set_state(
        &self,
        room: &str,
        kind: &str,
        content: &Value,
    ) -> Result<(), HarnessError> {
        let rest = format!("state/{}", segment(kind));
        self.in_room(Method::PUT, room, &rest, Some(content))
            .await
            .map(drop)
    }

    /// Says that everything up to an event has been read.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn mark_read(&self, room: &str, event: &str) -> Result<(), HarnessError> {
        let rest = format!("receipt/m.read/{}", segment(event));
        self.in_room(Method::POST, room, &rest, Some(&json!({})))
            .await
            .map(drop)
    }

    /// Says that the user is typing, or no longer is.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn typing(&self, room: &str, typing: bool) -> Result<(), HarnessError> {
        let rest = format!("typing/{}", segment(&self.user_id));
        let body = json!({"typing": typing, "timeout": 30_000});
        self.in_room(Method::PUT, room, &rest, Some(&body))
            .await
            .map(drop)
    }

    /// One event as the server gives it now.
    ///
    /// # Errors
    /// When the server refuses, as it does for events the user may not see.
    pub async fn event(&self, room: &str, event: &str) -> Result<Value, HarnessError> {
        self.in_room(
            Method::GET,
            room,
            &format!("event/{}", segment(event)),
            None,
        )
        .await
    }

    /// Up to `limit` events of a room, from one of its ends.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn messages(
        &self,
        room: &str,
        limit: u32,
        direction: Direction,
    ) -> Result<Vec<Value>, HarnessError> {
        Ok(self.page(room, limit, direction, None).await?.0)
    }

    /// Every event of a room, oldest first.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn all_messages(&self, room: &str) -> Result<Vec<Value>, HarnessError> {
        let (mut events, mut from) = (Vec::new(), None);
        loop {
            let (page, next) = self
                .page(room, 500, Direction::Forwards, from.as_deref())
                .await?;
            events.extend(page);
            match next {
                Some(_) if next == from => return Ok(events),
                Some(token) => from = Some(token),
                None => return Ok(events),
            }
        }
    }

    async fn page(
        &self,
        room: &str,
        limit: u32,
        direction: Direction,
        from: Option<&str>,
    ) -> Result<(Vec<Value>, Option<String>), HarnessError> {
        let dir = match direction {
            Direction::Backwards => "b",
            Direction::Forwards => "f",
        };
        let from = from.map_or_else(String::new, |token| format!("&from={}", segment(token)));
        let rest = format!("messages?dir={dir}&limit={limit}{from}");
        let answer = self.in_room(Method::GET, room, &rest, None).await?;
        let events = answer
            .get("chunk")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let next = answer.get("end").and_then(Value::as_str).map(str::to_owned);
        Ok((events, next))
    }

    /// How many messages of a room have exactly this text. The answer to "arrived once?".
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn count_of(&self, room: &str, text: &str) -> Result<usize, HarnessError> {
        let says =
            |event: &Value| event.pointer("/content/body").and_then(Value::as_str) == Some(text);
        Ok(self
            .all_messages(room)
            .await?
            .iter()
            .filter(|event| says(event))
            .count())
    }

    /// Waits until a room holds a message with exactly this text, and gives it.
    ///
    /// # Errors
    /// When it does not come, or the server refuses.
    pub async fn wait_for(
        &self,
        room: &str,
        text: &str,
        deadline: Duration,
    ) -> Result<Value, HarnessError> {
        eventually(&format!("the message {text:?}"), deadline, async || {
            let recent = self.messages(room, 50, Direction::Backwards).await?;
            Ok(recent
                .into_iter()
                .find(|event| event.pointer("/content/body").and_then(Value::as_str) == Some(text)))
        })
        .await
    }

    /// Uploads a file; gives its `mxc://` address.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn upload(
        &self,
        bytes: &[u8],
        kind: &str,
        name: &str,
    ) -> Result<String, HarnessError> {
        let path = format!("/_matrix/media/v3/upload?filename={}", segment(name));
        let answer = self
            .ask(Method::POST, &path, Body::Bytes(bytes, kind))
            .await?
            .json()?;
        text_of(&answer, "content_uri", &path)
    }

    /// Downloads the file at an `mxc://` address.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn download(&self, mxc: &str) -> Result<Vec<u8>, HarnessError> {
        let place = mxc.trim_start_matches("mxc://");
        let path = format!("/_matrix/client/v1/media/download/{place}");
        let answer = self.ask(Method::GET, &path, Body::Nothing).await?;
        answer.accepted()?;
        Ok(answer.bytes)
    }

    /// One round of the classic sync; `since` is the last round's `next_batch`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn sync(
        &self,
        since: Option<&str>,
        timeout: Duration,
    ) -> Result<Value, HarnessError> {
        let since = since.map_or_else(String::new, |token| format!("&since={}", segment(token)));
        let path = format!(
            "/_matrix/client/v3/sync?timeout={}{since}",
            timeout.as_millis()
        );
        self.call(Method::GET, &path, None).await
    }

    /// Ends this sign-in; the token stops working.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn logout(&self) -> Result<(), HarnessError> {
        self.call(Method::POST, "/_matrix/client/v3/logout", Some(&json!({})))
            .await
            .map(drop)
    }

    fn next_txn(&self) -> String {
        format!("second-{}", self.sent.fetch_add(1, Ordering::Relaxed))
    }
}
