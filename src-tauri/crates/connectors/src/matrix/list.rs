//! The rooms of an account, those with the latest news first, by sliding sync.
//!
//! One connection at the server with one list, whose window grows from the top with every
//! answer. A room that moves up while we go on pushes others down, into a later window: a
//! window that only grows leaves none out. The connection lives in memory alone. When the
//! server has forgotten it, or we were stopped, the list begins anew; what it brings twice
//! changes nothing.
//!
//! Messages between devices come along when the SDK has none of `/sync` yet, so that what is
//! said in encrypted rooms is readable at once. The SDK acknowledges them under their own
//! token, and only those its crypto store has.

use std::future::ready;
use std::time::Duration;

use futures_util::StreamExt as _;
use matrix_sdk::ruma::api::client::sync::sync_events::v5::request;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::events::StateEventType;
use matrix_sdk::ruma::{RoomId, assign};
use matrix_sdk::sliding_sync::{PollTimeout, SlidingSyncMode, Version};
use matrix_sdk::sync::RoomUpdates;
use matrix_sdk::{Client, Error, SlidingSync, SlidingSyncList};

use rapport_model::change::Looked;

use super::fault::REQUEST_TIMEOUT;
use super::flow::TIMELINE;
use super::news::{self, News};

/// The connection's name at the server, and the list's.
const NAME: &str = "rapport";
/// The first window is small: it is what the user waits for.
const FIRST: u32 = 10;
/// No window grows by more rooms than this: an answer must stay a matter of seconds.
const GROWTH: u32 = 80;

/// The list, at one point of its way.
#[derive(Debug)]
pub(super) struct List {
    sliding: SlidingSync,
    /// Tells it from the one before a restart.
    nonce: String,
    /// How many rooms from the top have been asked for.
    window: u32,
    /// How many rooms the server says there are.
    all: u32,
}

/// What the next window brought.
#[derive(Debug)]
pub(super) enum Answer {
    /// News of rooms, those with the latest first; and whether these were the last ones.
    News(News, bool),
    /// The server has forgotten the connection: the list is to be begun anew.
    Forgotten,
}

/// Whether the server says that it has such lists.
pub(super) async fn is_offered(client: &Client) -> bool {
    !client.available_sliding_sync_versions().await.is_empty()
}

impl List {
    /// Begins at the top. Asks nothing yet. `nonce`: unlike that of any other list;
    /// `keys`: with messages between devices.
    pub(super) async fn begin(client: &Client, nonce: String, keys: bool) -> Result<Self, Error> {
        let list = SlidingSyncList::builder(NAME)
            .timeline_limit(TIMELINE)
            .required_state(state())
            .requires_timeout(|_| PollTimeout::Some(0));
        let mut sliding = client
            .sliding_sync(NAME)?
            .version(Version::Native)
            .poll_timeout(Duration::ZERO)
            .network_timeout(REQUEST_TIMEOUT)
            .with_e2ee_extension(assign!(request::E2EE::default(), {enabled: Some(true)}))
            .with_account_data_extension(
                assign!(request::AccountData::default(), {enabled: Some(true)}),
            )
            .with_receipt_extension(assign!(request::Receipts::default(), {enabled: Some(true)}));
        if keys {
            sliding = sliding.with_to_device_extension(
                assign!(request::ToDevice::default(), {enabled: Some(true)}),
            );
        }
        Ok(Self {
            sliding: sliding.add_list(list).build().await?,
            nonce,
            window: 0,
            all: 0,
        })
    }

    /// The name of the last answer; no other one ever has it.
    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.nonce, self.window)
    }

    /// How far it is.
    pub(super) fn looked(&self) -> Looked {
        Looked {
            done: self.window.min(self.all).into(),
            of: self.all.into(),
        }
    }

    /// Asks for the next window.
    pub(super) async fn next(&mut self, client: &Client) -> Result<Answer, Error> {
        let window = grown(self.window);
        let mode = SlidingSyncMode::new_selective().add_range(0..=window.saturating_sub(1));
        let grow = |list: &SlidingSyncList| {
            list.set_sync_mode(mode);
            ready(())
        };
        self.sliding.on_list(NAME, grow).await;
        let mut updates = client.subscribe_to_all_room_updates();
        let answer = self.sliding.sync().boxed().next().await;
        match answer {
            Some(Ok(_summary)) => {}
            Some(Err(error)) if error.client_api_error_kind() == Some(&ErrorKind::UnknownPos) => {
                return Ok(Answer::Forgotten);
            }
            Some(Err(error)) => return Err(error),
            None => return Err(Error::Timeout),
        }
        self.window = window;
        let count = |list: &SlidingSyncList| ready(list.maximum_number_of_rooms());
        self.all = self
            .sliding
            .on_list(NAME, count)
            .await
            .flatten()
            .unwrap_or_default();
        let mut rooms = Vec::new();
        while let Ok(update) = updates.try_recv() {
            rooms.extend(latest_first(client, update));
        }
        let news = News {
            rooms,
            ..News::default()
        };
        Ok(Answer::News(news, window >= self.all))
    }
}

fn latest_first(client: &Client, updates: RoomUpdates) -> Vec<news::RoomNews> {
    let mut rooms = news::of_rooms(updates);
    rooms.sort_by_cached_key(|room| {
        let id = RoomId::parse(&room.room).ok();
        let known = id.and_then(|id| client.get_room(&id));
        std::cmp::Reverse(known.and_then(|room| room.recency_stamp()).map(u64::from))
    });
    rooms
}

const fn grown(window: u32) -> u32 {
    let more = window.saturating_mul(2);
    let more = if more < FIRST { FIRST } else { more };
    window.saturating_add(if more > GROWTH { GROWTH } else { more })
}

/// The state a conversation is drawn from. The rest comes when the list is through.
fn state() -> Vec<(StateEventType, String)> {
    let one = [
        StateEventType::RoomCreate,
        StateEventType::RoomName,
        StateEventType::RoomTopic,
        StateEventType::RoomAvatar,
        StateEventType::RoomCanonicalAlias,
        StateEventType::RoomEncryption,
        StateEventType::RoomPowerLevels,
        StateEventType::RoomJoinRules,
        StateEventType::RoomHistoryVisibility,
        StateEventType::RoomTombstone,
    ];
    let mut all: Vec<_> = one.map(|kind| (kind, String::new())).into();
    all.push((StateEventType::SpaceChild, "*".to_owned()));
    // Those who speak in the timeline, and the user.
    all.push((StateEventType::RoomMember, "$LAZY".to_owned()));
    all.push((StateEventType::RoomMember, "$ME".to_owned()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_begin_small_grow_and_stay_bounded() {
        let mut window = 0;
        let mut all = Vec::new();
        for _ in 0..6 {
            window = grown(window);
            all.push(window);
        }
        assert_eq!(all, [10, 30, 90, 170, 250, 330]);
        assert_eq!(grown(u32::MAX), u32::MAX);
    }
}
