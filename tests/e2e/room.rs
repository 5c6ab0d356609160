//! One room of a real homeserver, with the user's window in it and a second client as its witness.

use std::time::Duration;

use rapport_testkit::desktop::Window;
use rapport_testkit::servers::{HarnessError, MatrixUser, Synapse, eventually};
use serde_json::Value;

use super::stage::{Stage, go};

pub(super) const PATIENCE: Duration = Duration::from_secs(60);
pub(super) const COMPOSER: &str = "textarea[data-composer]";

/// Ada's window and Bert's own client in one room.
pub(super) struct Room {
    pub(super) stage: Stage,
    pub(super) server: Synapse,
    /// Ada on another device than this desktop.
    pub(super) ada: MatrixUser,
    pub(super) bert: MatrixUser,
    pub(super) room: String,
}

impl Room {
    /// Ada signed in on the command line, the room joined, its first message read.
    pub(super) async fn open() -> Self {
        let server = Synapse::start().await.expect("a Synapse");
        let bert = server.login("bert").await.unwrap();
        let ada = server.login("ada").await.unwrap();
        let room = bert
            .create_room("Line 2", &[&server.user_id("ada")])
            .await
            .unwrap();
        ada.join(&room).await.unwrap();
        bert.say(&room, "Are the seal kits in Hamburg?")
            .await
            .unwrap();
        let stage = Stage::with_chat(&server).await;
        Self {
            stage,
            server,
            ada,
            bert,
            room,
        }
    }

    /// The room's conversation in the window.
    pub(super) fn conversation(&self) -> String {
        self.stage.conversation("Line 2")
    }

    /// The window, with the room open in it.
    pub(super) async fn window(&self) -> Window {
        self.window_at(&self.conversation()).await
    }

    /// The same, for a profile that only the window can open now.
    pub(super) async fn window_at(&self, conversation: &str) -> Window {
        let window = self.stage.open().await;
        window.see("nav.side").await.unwrap();
        go(&window, &format!("#/inbox/{conversation}")).await;
        window.see(COMPOSER).await.expect("the composer");
        window
    }

    /// How often Bert's client has it; a reply carries the words it answers before its own.
    pub(super) async fn times_seen(&self, text: &str) -> Result<usize, HarnessError> {
        let says = |event: &&Value| {
            event["content"]["body"]
                .as_str()
                .is_some_and(|body| body == text || body.ends_with(&format!("\n{text}")))
        };
        let all = self.bert.all_messages(&self.room).await?;
        Ok(all.iter().filter(says).count())
    }

    /// Bert sees it.
    pub(super) async fn arrives(&self, text: &str) {
        eventually(text, PATIENCE, async || {
            Ok((self.times_seen(text).await? > 0).then_some(()))
        })
        .await
        .expect("it arrives");
    }

    /// Bert sees it exactly once, and still once a moment of traffic later.
    pub(super) async fn arrives_once(&self, text: &str) {
        self.arrives(text).await;
        let mark = format!("seen: {text}");
        self.bert.say(&self.room, &mark).await.unwrap();
        self.arrives(&mark).await;
        assert_eq!(self.times_seen(text).await.unwrap(), 1, "{text}");
    }
}
