//! The first sync of a real homeserver, beside the same requests made raw.
//!
//! "The same" is: one `/sync` with the connector's filter, then `/messages` of the connector's
//! size, room after room, until each has been read to its beginning. The raw side reads the
//! answers as JSON and keeps nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use http::Method;
use rapport_connectors::matrix::MatrixFactory;
use rapport_engine::SystemClock;
use rapport_model::connector::SignInStep;
use rapport_store::view::{ConversationFilter, MessagesWanted};
use rapport_testkit::servers::{HarnessError, MatrixUser, Synapse, password_of};
use serde_json::{Value, json};

use crate::args::Asked;
use crate::failure::Failure;
use crate::home::Home;
use crate::machine::peak_mb;
use crate::report::Figure;
use crate::stopwatch::{Stopwatch, large, percentile};
use crate::text::{Dice, prose};

/// As in the connector: the newest events of a room in the first answer, and the step back.
const TIMELINE: u32 = 50;
const STEP: u32 = 100;
/// Both sides are measured so often, by turns.
const ROUNDS: u32 = 3;
/// Of the talk. Another one is another set of data.
const SEED: u64 = 31;
/// Rooms that are written to at the same time while seeding.
const WRITERS: usize = 8;

pub(crate) async fn run(folder: &Path, asked: &Asked) -> Result<Vec<Figure>, Failure> {
    let (rooms, messages) = (asked.rooms, asked.messages);
    let total = u64::from(rooms) * u64::from(messages);
    let server = Synapse::options()
        .start_seeded(
            &format!("talk-{rooms}-{messages}-{SEED}"),
            async move |server| seed(server, rooms, messages).await,
        )
        .await?;
    let rooms = joined(&server).await?;
    // Once unmeasured, so that neither side finds the server's caches colder than the other.
    raw(&server, &rooms).await?;
    let (mut ours, mut theirs, mut requests) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let (time, asked_for, came) = raw(&server, &rooms).await?;
        check(came, total)?;
        theirs.push(time);
        requests = asked_for;
        let home = folder.join(format!("home-{round}"));
        let (time, came) = engine(&server, &home).await?;
        check(came, total)?;
        ours.push(time);
    }
    let (ours, theirs) = (percentile(&ours, 0.5), percentile(&theirs, 0.5));
    let figure =
        |what: &str, value, unit: &str| Figure::new("matrix, first sync", total, what, value, unit);
    let mut out = vec![
        figure(
            "time beside raw requests",
            ours.as_secs_f64() / theirs.as_secs_f64(),
            "×",
        )
        .at_most(1.25),
        figure("through the engine", ours.as_secs_f64(), "s").noted(format!(
            "{} rooms of {} messages, {:.0} messages/s; middle of {ROUNDS}",
            asked.rooms,
            asked.messages,
            large(total) / ours.as_secs_f64()
        )),
        figure("raw requests", theirs.as_secs_f64(), "s").noted(format!(
            "{requests} requests one after the other, read as JSON"
        )),
    ];
    out.extend(peak_mb().map(|it| figure("peak memory", it, "MB").noted("both sides together")));
    Ok(out)
}

fn check(came: u64, wanted: u64) -> Result<(), Failure> {
    if came == wanted {
        return Ok(());
    }
    Err(Failure::Wrong(format!(
        "{came} messages came instead of {wanted}"
    )))
}

/// Rooms that Ada and Bert talk in. The server takes minutes to write them, so they are kept.
async fn seed(server: &Synapse, rooms: u32, messages: u32) -> Result<(), HarnessError> {
    let (ada, bert) = (server.login("ada").await?, server.login("bert").await?);
    stream::iter(0..rooms)
        .map(|number| {
            let (ada, bert) = (&ada, &bert);
            async move {
                let room = ada
                    .create_room(&format!("Room {number}"), &[bert.user_id()])
                    .await?;
                bert.join(&room).await?;
                let mut dice = Dice::of(SEED, u64::from(number));
                for message in 0..messages {
                    let who = if dice.chance(50) { ada } else { bert };
                    let words = 5 + dice.roll(30);
                    let text = prose(&mut dice, words);
                    who.send(&room, &text, &format!("seed-{number}-{message}"))
                        .await?;
                }
                Ok(())
            }
        })
        .buffer_unordered(WRITERS)
        .try_collect::<()>()
        .await?;
    for user in [ada, bert] {
        user.logout().await?;
    }
    Ok(())
}

/// The rooms that are there.
async fn joined(server: &Synapse) -> Result<Vec<String>, Failure> {
    let ada = server.login("ada").await?;
    let path = "/_matrix/client/v3/joined_rooms";
    let answer = ada.call(Method::GET, path, None).await?;
    ada.logout().await?;
    let rooms = answer.get("joined_rooms").and_then(Value::as_array);
    let rooms = rooms.into_iter().flatten().filter_map(Value::as_str);
    Ok(rooms.map(str::to_owned).collect())
}

/// The same requests, made raw: the time, how many, and the messages that came.
async fn raw(server: &Synapse, rooms: &[String]) -> Result<(Duration, u32, u64), Failure> {
    let user = server.login("ada").await?;
    let filter = json!({
        "presence": {"not_types": ["*"]},
        "room": {
            "state": {"lazy_load_members": true},
            "timeline": {"limit": TIMELINE, "lazy_load_members": true},
        },
    });
    let filter = encoded(&filter.to_string());
    let watch = Stopwatch::start();
    let path = format!("/_matrix/client/v3/sync?filter={filter}&timeout=0&set_presence=offline");
    let first = user.call(Method::GET, &path, None).await?;
    let (mut requests, mut came) = (1, 0);
    for room in rooms {
        let timeline = first
            .pointer("/rooms/join")
            .and_then(|it| it.get(room))
            .and_then(|it| it.get("timeline"));
        let events = timeline.and_then(|it| it.get("events"));
        came += messages_in(events);
        let limited = timeline
            .and_then(|it| it.get("limited"))
            .and_then(Value::as_bool);
        let from = timeline
            .and_then(|it| it.get("prev_batch"))
            .and_then(Value::as_str);
        if limited == Some(true) {
            let (asked, more) = back(&user, room, from).await?;
            requests += asked;
            came += more;
        }
    }
    let time = watch.elapsed();
    user.logout().await?;
    Ok((time, requests, came))
}

/// Reads a room to its beginning.
async fn back(user: &MatrixUser, room: &str, from: Option<&str>) -> Result<(u32, u64), Failure> {
    let mut from = from.map(str::to_owned);
    let (mut requests, mut came) = (0, 0);
    while let Some(token) = from.take() {
        let path = format!(
            "/_matrix/client/v3/rooms/{}/messages?dir=b&limit={STEP}&from={}",
            encoded(room),
            encoded(&token)
        );
        let answer = user.call(Method::GET, &path, None).await?;
        requests += 1;
        let chunk = answer.get("chunk");
        came += messages_in(chunk);
        let empty = chunk.and_then(Value::as_array).is_none_or(Vec::is_empty);
        let next = answer.get("end").and_then(Value::as_str);
        from = next
            .filter(|next| *next != token && !empty)
            .map(str::to_owned);
    }
    Ok((requests, came))
}

fn messages_in(events: Option<&Value>) -> u64 {
    let all = events
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let said = |it: &&Value| it.get("type").and_then(Value::as_str) == Some("m.room.message");
    u64::try_from(all.iter().filter(said).count()).unwrap_or(0)
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Through the connector and the engine into the file: the time, and the messages there.
async fn engine(server: &Synapse, folder: &Path) -> Result<(Duration, u64), Failure> {
    let home = Home::open(folder, vec![Arc::new(MatrixFactory)], Arc::new(SystemClock))?;
    let account = home.add("matrix", json!({ "homeserver": server.base_url() }))?;
    let step = SignInStep::Password {
        user: "ada".to_owned(),
        password: password_of("ada"),
    };
    home.hub.sign_in(&account, step).await?;
    let watch = Stopwatch::start();
    home.turn(&|_| {}).await?;
    let wanted = ConversationFilter {
        limit: Some(5_000),
        done: true,
        ..ConversationFilter::default()
    };
    let rooms = home.hub.read(|it| it.inbox(&wanted))?;
    for room in &rooms {
        while home.hub.backfill(room.id).await?.is_some() {}
    }
    let time = watch.elapsed();
    let mut came = 0;
    let all = MessagesWanted {
        limit: Some(5_000),
        ..MessagesWanted::default()
    };
    for room in &rooms {
        let page = home.hub.read(|it| it.message_ids(room.id, &all))?;
        came += u64::try_from(page.ids.len()).unwrap_or(0);
    }
    Ok((time, came))
}
