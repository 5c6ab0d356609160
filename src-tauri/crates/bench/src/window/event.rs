//! From the server's answer to the frame with the message in it, with a real homeserver; and
//! from sending to the frame with what was sent.
//!
//! A proxy between both notes when it hands the event's bytes on, the display's own picture when
//! they are seen. Both read the same wall clock.

use std::time::{Duration, UNIX_EPOCH};

use rapport_testkit::desktop::{Key, Window};
use rapport_testkit::proxy::FaultProxy;
use rapport_testkit::servers::{MatrixUser, Synapse, eventually, password_of};
use serde_json::json;

use super::Run;
use super::driven::{arm, go, pixel, probe, quick, region, result};
use super::profile::Opened;
use super::screen::Changes;
use crate::failure::Failure;
use crate::report::Figure;

const PATIENCE: Duration = Duration::from_secs(60);
const ROOM: &str = "A room of the benchmark";
const FEED: &str = ".tk-feed";
const COMPOSER: &str = "textarea[data-composer]";

/// A homeserver, a room in it, and who writes there.
struct Chat {
    _server: Synapse,
    proxy: FaultProxy,
    bert: MatrixUser,
    room: String,
}

impl Chat {
    /// Starts it and signs the profile in.
    async fn begin(run: &Run<'_>, profile: &Opened) -> Result<Self, Failure> {
        let server = Synapse::start().await?;
        let proxy = FaultProxy::to(server.address()).await?;
        let (ada, bert) = (server.login("ada").await?, server.login("bert").await?);
        let room = bert.create_room(ROOM, &[ada.user_id()]).await?;
        ada.join(&room).await?;
        bert.say(&room, "The first word.").await?;
        let set = format!("homeserver={}", proxy.url());
        let words = ["account", "add", "matrix", "--label", "Chat", "--set", &set];
        profile.rapport(run.desktop, run.programs, &words)?;
        profile.rapport_with(
            run.desktop,
            run.programs,
            &["account", "sign-in", "matrix-1", "--user", "ada"],
            &[("RAPPORT_PASSWORD", &password_of("ada"))],
        )?;
        let words = ["sync", "--account", "matrix-1"];
        profile.rapport(run.desktop, run.programs, &words)?;
        Ok(Self {
            _server: server,
            proxy,
            bert,
            room,
        })
    }

    /// Measures in an open window.
    async fn measure(
        &self,
        run: &Run<'_>,
        window: &Window,
        conversation: &str,
        size: u64,
    ) -> Result<Vec<Figure>, Failure> {
        go(window, &format!("#/inbox/{conversation}")).await?;
        window.see(COMPOSER).await?;
        window.read("[data-message]", "The first word.").await?;
        probe(window).await?;
        let (mut came, mut went) = (Vec::new(), Vec::new());
        // The first ones wait until the window's own first sync is over.
        for number in 0..run.events + WARM {
            let text = format!("The pump of bench {number} is ready.");
            let arm = "window.__probe.seen('said', arguments[0]); return true";
            window.ask(arm, vec![json!(text)]).await?;
            let feed = region(window, FEED).await?;
            let changes = Changes::after_rest(&run.desktop.screen(), feed).await?;
            self.proxy.watch_for(&text);
            self.bert.say(&self.room, &text).await?;
            let (_, seen) = pixel(window, changes).await?;
            let handed = eventually("the event's way", PATIENCE, async || {
                Ok(self.proxy.handed_on())
            })
            .await?;
            let handed = handed
                .duration_since(UNIX_EPOCH)
                .map_err(|error| Failure::Wrong(error.to_string()))?;
            if number >= WARM {
                came.push(seen - handed.as_secs_f64() * 1_000.0);
            }
        }
        for number in 0..run.events {
            let text = format!("Ticket {number} is with the mill.");
            window.fill(COMPOSER, &text).await?;
            let changes = arm(run, window, FEED, ("said", &text, "Enter")).await?;
            window.chord(Key::Control, '\u{e007}').await?;
            went.push(result(window, changes).await?);
        }
        Ok(vec![
            quick("event", size, "delivered, until it is seen", &came, 150.0),
            quick("action", size, "sent, until it stands there", &went, 50.0),
        ])
    }
}

/// Events that are not counted.
const WARM: usize = 3;

/// Signs the profile in at a homeserver of its own and measures.
pub(super) async fn measure(
    run: &Run<'_>,
    profile: &Opened,
    size: u64,
) -> Result<Vec<Figure>, Failure> {
    let chat = Chat::begin(run, profile).await?;
    let id = profile.conversation(run.desktop, run.programs, Some(ROOM))?;
    let window = run.open(profile).await?;
    let figures = chat.measure(run, &window, &id, size).await;
    window.close().await?;
    figures
}
